; SPDX-License-Identifier: MIT
; INPT0..INPT5: the lines until each capacitor is full, after the dump in the overscan and after a
; second, shorter one in the middle of the picture; all six are read in every line. The buttons
; are in SWCHA. To be played with paddles in the left port, and with joysticks.
        processor 6502
        include "vcs.inc"
        include "harness.inc"

lines           = results       ; 6 cells: lines that were not full, after the first dump
lines_again     = results + 6   ; ... and after the second
raw             = results + 12  ; what the reads gave at the end, noise of the bus included

; Adds to the six cells from {1} on what is not full. 60 cycles at most.
    MAC COUNT_LINE
        bit INPT0
        bmi .full0
        inc {1}
.full0  bit INPT1
        bmi .full1
        inc {1} + 1
.full1  bit INPT2
        bmi .full2
        inc {1} + 2
.full2  bit INPT3
        bmi .full3
        inc {1} + 3
.full3  bit INPT4
        bmi .full4
        inc {1} + 4
.full4  bit INPT5
        bmi .full5
        inc {1} + 5
.full5
    ENDM

        ORG $F000
start   START_UP
again   BEGIN_FRAME
        lda #%10000010
        sta VBLANK
        ldx #11
clear   lda #0
        sta lines,x
        dex
        bpl clear
        lda #$1A
        sta COLUBK
        BEGIN_PICTURE
        ldy #100
first   sta WSYNC
        COUNT_LINE lines
        sty COLUBK
        dey
        bne first
        lda #%10000000          ; picture on
        sta VBLANK
        sta WSYNC
        lda frame               ; 1 to 4 lines
        and #3
        tax
dump    sta WSYNC
        dex
        bpl dump
        lda #0
        sta VBLANK
        ldy #60
second  sta WSYNC
        COUNT_LINE lines_again
        dey
        bne second
        lda INPT0
        sta raw
        lda INPT1
        sta raw + 1
        lda INPT2
        sta raw + 2
        lda INPT3
        sta raw + 3
        ldy #INPT4
        lda $0000,y
        sta raw + 4
        END_PICTURE
        END_FRAME again

        VECTORS start, start
