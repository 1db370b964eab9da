; SPDX-License-Identifier: MIT
; All 64 values of CTRLPF with everything on top of everything, in both halves of the picture; and
; CTRLPF written at every cycle, so that mirroring changes in the middle of a line.
        processor 6502
        include "vcs.inc"
        include "harness.inc"

cycle           = scratch
value           = scratch + 1
trial           = scratch + 2

        ORG $F000
start   START_UP
again   BEGIN_FRAME
        lda #$44
        sta COLUP0
        lda #$C8
        sta COLUP1
        lda #$1C
        sta COLUPF
        lda #$92
        sta COLUBK
        lda frame
        and #7
        sta NUSIZ0
        eor #%00110101
        sta NUSIZ1
        lda #%11110111
        sta GRP0
        lda #%10111111
        sta GRP1
        lda #2
        sta ENAM0
        sta ENAM1
        sta ENABL
        lda #%10100000
        sta PF0
        lda #%11010011
        sta PF1
        lda #%10011101
        sta PF2
        PLACE_ALL columns
        sta CXCLR
        BEGIN_PICTURE
        lda #16
        sta trial
next_trial
        ldx value
        inx
        stx value
        stx CTRLPF
        lda cycle
        clc
        adc #1
        cmp #77
        bcc in_line
        lda #1
in_line sta cycle
        AIM there
        lda value
        eor sticks
        ldx #6
shown   sta WSYNC
        dex
        bne shown
        jmp (slide)
there   SLIDE
        sta CTRLPF
        sta WSYNC
        sta WSYNC
        dec trial
        beq done
        jmp next_trial
done    END_PICTURE
        STORE_COLLISIONS results
        lda value
        sta results + 8
        END_FRAME again

columns dc.b 3, 3, 3, 4, 8

        VECTORS start, start
