; SPDX-License-Identifier: MIT
; NUSIZ0, REFP0, GRP0, NUSIZ1, REFP1, GRP1 and the missiles' and the ball's switches written at
; every cycle of a line in which the objects are drawn. One register and one value in a picture.
        processor 6502
        include "vcs.inc"
        include "harness.inc"

cycle           = scratch
register        = scratch + 1
value           = scratch + 2
trial           = scratch + 3

        ORG $F000
start   START_UP
again   BEGIN_FRAME
        lda #$3A
        sta COLUP0
        lda #$96
        sta COLUP1
        lda #$1E
        sta COLUPF
        lda #%00110000
        sta CTRLPF
        lda frame
        and #7
        tax
        lda registers,x
        sta register
        lda frame               ; old and new value go through all modes
        lsr
        lsr
        lsr
        eor sticks
        sta value
        sta CXCLR
        BEGIN_PICTURE
        lda #19                 ; so that the four bits of trial and frame meet all cycles
        sta trial
next_trial
        lda frame
        lsr
        lsr
        lsr
        sta NUSIZ0
        sta NUSIZ1
        lda #0
        sta REFP0
        sta REFP1
        lda #%10110100
        sta GRP0
        lda #%11100010
        sta GRP1
        lda #2
        sta ENAM0
        sta ENAM1
        sta ENABL
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
        sta WSYNC
        jmp (slide)
there   SLIDE
        sta NUSIZ0,x
        sta WSYNC
        sta WSYNC
        dec trial
        beq done
        jmp next_trial
done    END_PICTURE
        STORE_COLLISIONS results
        PLACE_ALL columns
        END_FRAME again

columns dc.b 2, 7, 4, 8, 6
registers
        dc.b NUSIZ0 - NUSIZ0, NUSIZ1 - NUSIZ0, REFP0 - NUSIZ0, REFP1 - NUSIZ0
        dc.b GRP0 - NUSIZ0, GRP1 - NUSIZ0, ENAM0 - NUSIZ0, ENABL - NUSIZ0

        VECTORS start, start
