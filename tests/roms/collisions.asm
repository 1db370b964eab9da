; SPDX-License-Identifier: MIT
; The fifteen collision latches: objects wander over each other, and the registers are read twelve
; times in a picture, cleared after every second time. In some blocks the picture is off (VBLANK),
; in some HMOVE blanks the first 8 pixels: the one hides collisions, the other doesn't.
        processor 6502
        include "vcs.inc"
        include "harness.inc"

block           = scratch
at              = scratch + 1

        ORG $F000
start   START_UP
again   BEGIN_FRAME
        lda #$36
        sta COLUP0
        lda #$86
        sta COLUP1
        lda #$0E
        sta COLUPF
        lda #%10100101
        sta GRP0
        lda #%11100111
        sta GRP1
        lda #%00100000
        sta CTRLPF
        lda #%00010001
        sta NUSIZ0
        lda #%00100010
        sta NUSIZ1
        lda #2
        sta ENAM0
        sta ENAM1
        sta ENABL
        lda #%10000000          ; a few pixels of playfield
        sta PF1
        lda #%00010000
        sta PF0
        lda #$10                ; each object at its own speed
        sta HMP0
        lda #$F0
        sta HMP1
        lda #$20
        sta HMM0
        lda #$E0
        sta HMM1
        lda sticks              ; the ball as the stick says
        eor #$F0
        sta HMBL
        sta CXCLR
        BEGIN_PICTURE
        lda #11
        sta block
        lda #results
        sta at
next_block
        lda block
        and #3
        bne picture_on
        lda #2
picture_on
        and #2
        sta VBLANK
        sta WSYNC
        sta HMOVE
        ldx #6
shown   sta WSYNC
        dex
        bne shown
        ldy at
        ldx #7
store   lda CXM0P,x
        sta 0,y
        iny
        dex
        bpl store
        sty at
        lda block
        lsr
        bcc keep
        sta CXCLR
keep    dec block
        bpl next_block
        lda #0
        sta VBLANK
        END_PICTURE
        END_FRAME again

        VECTORS start, start
