; SPDX-License-Identifier: MIT
; HMOVE at every cycle of a line, with every motion: eight trials in a picture. Each puts the five
; objects at their columns, writes HMOVE at the cycle that is due, and shows them for some lines.
; The collisions of the picture are stored.
        processor 6502
        include "vcs.inc"
        include "harness.inc"

cycle           = scratch
motion          = scratch + 1
trial           = scratch + 2

        ORG $F000
start   START_UP
again   BEGIN_FRAME
        lda #$3A
        sta COLUP0
        lda #$96
        sta COLUP1
        lda #$0E
        sta COLUPF
        lda #$04                ; so that the blanked 8 pixels show
        sta COLUBK
        lda #%00010000          ; missiles 2 wide, ball 2 wide
        sta NUSIZ0
        sta NUSIZ1
        sta CTRLPF
        lda #%10010111
        sta GRP0
        lda #%11101001
        sta GRP1
        lda #2
        sta ENAM0
        sta ENAM1
        sta ENABL
        sta CXCLR
        BEGIN_PICTURE
        lda #8
        sta trial
next_trial
        PLACE_ALL columns
        inc cycle
        lda cycle
        cmp #77                 ; 1..76: write at cycles 10..85
        bcc in_line
        lda #1
        sta cycle
        lda motion              ; another set of motions after all cycles
        adc #$2F
        sta motion
in_line
        lda motion
        ldx #4
motions sta HMP0,x
        clc
        adc #$30
        dex
        bpl motions
        lda cycle
        AIM there
        sta WSYNC
        jmp (slide)
there   SLIDE
        sta HMOVE
        ldx #10
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

        VECTORS start, start
