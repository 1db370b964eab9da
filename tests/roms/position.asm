; SPDX-License-Identifier: MIT
; Strobes of RESP0, RESP1, RESM0, RESM1 and RESBL at every cycle, in a line that is being drawn
; and in all modes of NUSIZ; in every other picture HMOVE comes first in that line. UP to RIGHT on
; the stick choose more modes. Eight trials in a picture.
        processor 6502
        include "vcs.inc"
        include "harness.inc"

cycle           = scratch
mode            = scratch + 1
trial           = scratch + 2
motion          = scratch + 3

        ORG $F000
start   START_UP
again   BEGIN_FRAME
        lda #$28
        sta COLUP0
        lda #$C6
        sta COLUP1
        lda #$0C
        sta COLUPF
        lda #$80
        sta COLUBK
        lda #%11010011
        sta GRP0
        sta GRP1
        lda #2
        sta ENAM0
        sta ENAM1
        sta ENABL
        sta CXCLR
        lda frame               ; NUSIZ: all modes in turn, missiles 1 to 8 wide
        lsr
        lsr
        lsr
        sta mode
        lda sticks
        lsr
        lsr
        lsr
        lsr
        eor #$0F
        clc
        adc mode
        sta mode
        sta NUSIZ0
        asl
        asl
        asl
        eor mode
        sta NUSIZ1
        and #%00110000
        sta CTRLPF
        lda #0
        sta motion
        lda frame
        lsr
        bcc still
        lda #$90
        sta motion
still
        BEGIN_PICTURE
        lda #8
        sta trial
next_trial
        PLACE_ALL columns
        lda motion
        sta HMP0
        sta HMP1
        sta HMM0
        sta HMM1
        sta HMBL
        inc cycle
        lda cycle
        cmp #77
        bcc in_line
        lda #1
        sta cycle
in_line AIM there
        lda frame               ; the object that is strobed
        clc
        adc trial
        and #7
        tax
        lda objects,x
        tax
        lda motion
        beq no_motion
        sta WSYNC
        sta HMOVE
        jmp (slide)
no_motion
        sta WSYNC
        jmp (slide)
there   SLIDE
        sta RESP0,x
        ldx #8
shown   sta WSYNC
        dex
        bne shown
        sta HMCLR
        dec trial
        beq done
        jmp next_trial
done    END_PICTURE
        STORE_COLLISIONS results
        END_FRAME again

columns dc.b 2, 4, 6, 8, 10
objects dc.b 0, 1, 2, 3, 4, 0, 1, 2

        VECTORS start, start
