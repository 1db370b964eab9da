; SPDX-License-Identifier: MIT
; PF0, PF1, PF2 and the four colours written at every cycle of a line.
        processor 6502
        include "vcs.inc"
        include "harness.inc"

cycle           = scratch
value           = scratch + 1
trial           = scratch + 2
register        = scratch + 3

        ORG $F000
start   START_UP
again   BEGIN_FRAME
        lda #$42
        sta COLUP0
        lda #$AA
        sta COLUP1
        lda frame
        and #7
        tax
        lda registers,x
        sta register
        lda frame
        lsr
        lsr
        lsr
        and #3                  ; mirrored, score colours
        sta CTRLPF
        PLACE_ALL columns
        lda #%11111111
        sta GRP0
        sta GRP1
        lda #7
        sta NUSIZ0
        sta NUSIZ1
        BEGIN_PICTURE
        lda #25
        sta trial
next_trial
        lda #$1C
        sta COLUPF
        lda #$94
        sta COLUBK
        lda #%01010000
        sta PF0
        lda #%10010101
        sta PF1
        lda #%00110101
        sta PF2
        lda value
        adc #$35
        sta value
        lda cycle
        clc
        adc #1
        cmp #77
        bcc in_line
        lda #1
in_line sta cycle
        AIM there
        ldx register
        lda value
        eor sticks
        sta WSYNC
        jmp (slide)
there   SLIDE
        sta COLUP0,x
        sta WSYNC
        sta WSYNC
        dec trial
        beq done
        jmp next_trial
done    END_PICTURE
        STORE_COLLISIONS results
        END_FRAME again

columns dc.b 4, 8, 5, 6, 7
registers
        dc.b PF0 - COLUP0, PF1 - COLUP0, PF2 - COLUP0, COLUPF - COLUP0
        dc.b COLUBK - COLUP0, PF0 - COLUP0, COLUP0 - COLUP0, COLUP1 - COLUP0

        VECTORS start, start
