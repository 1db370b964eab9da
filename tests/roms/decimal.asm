; SPDX-License-Identifier: MIT
; adc and sbc in decimal mode, on all bytes, also those that are no decimal numbers: in each frame
; one byte in A against 40 in memory, with and without carry. Results and flags go into running
; sums.
        processor 6502
        include "vcs.inc"
        include "harness.inc"

value           = scratch
other           = scratch + 1
count           = scratch + 2
flags           = scratch + 3
sum             = results       ; 4 pairs: of results and of flags

; {1}: the instruction, {2}: clc or sec, {3}: which pair
    MAC DECIMAL_TRIAL
        sed
        {2}
        lda value
        {1} other
        php
        cld
        sta results + 8 + {3}
        eor sum + 2 * {3}
        asl
        adc #0
        sta sum + 2 * {3}
        pla
        eor sum + 2 * {3} + 1
        asl
        adc #0
        sta sum + 2 * {3} + 1
    ENDM

        ORG $F000
start   START_UP
again   BEGIN_FRAME
        lda value               ; all 256 in 256 frames
        clc
        adc #$1B
        sta value
        BEGIN_PICTURE
        lda #40
        sta count
next    lda other
        adc #$2F
        sta other
        DECIMAL_TRIAL adc, clc, 0
        DECIMAL_TRIAL adc, sec, 1
        DECIMAL_TRIAL sbc, sec, 2
        DECIMAL_TRIAL sbc, clc, 3
        dec count
        beq done
        jmp next
done    lda sum
        sta COLUBK
        sed                     ; inc and cmp know no decimal mode
        lda #$09
        sta results + 12
        inc results + 12
        cmp results + 12
        php
        cld
        pla
        sta results + 13
        END_PICTURE
        END_FRAME again

        VECTORS start, start
