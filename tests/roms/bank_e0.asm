; SPDX-License-Identifier: MIT
; Eight slices of 1K in three windows and one that stays (E0): $xFE0-7 chooses the slice at $F000,
; $xFE8-F that at $F400, $xFF0-7 that at $F800; slice 7 is at $FC00. The program, in slice 7, puts
; every slice into every window and calls it there.
        processor 6502
        include "vcs.inc"
        include "harness.inc"

; Slice {1}: works wherever it is.
    MAC SLICE
        ORG {1} * $400
        RORG $F000
        lda #{1} * $1D + $0B
        eor results
        asl
        adc #{1}
        sta results
        inc results + 8 + {1}
        rts
        FILL_TO $F3FF, {1} * 3
        dc.b $50 + {1}          ; the last byte, read by its address
    ENDM

        SLICE 0
        SLICE 1
        SLICE 2
        SLICE 3
        SLICE 4
        SLICE 5
        SLICE 6

        ORG 7 * $400
        RORG $FC00
        lda #$E7                ; the routine of slice 7
        eor results
        sta results
        inc results + 15
        rts
start   START_UP
        lda $F3FF               ; what the windows show after a reset
        sta results + 16
        lda $F7FF
        sta results + 17
        lda $FBFF
        sta results + 18
again   BEGIN_FRAME
        BEGIN_PICTURE
        ldy #7
slices  tya
        eor frame
        and #7
        tax
        sta $1FE0               ; the write that tells the kind of the cartridge
        lda $FFE0,x
        sta results + 1
        jsr $F000
        lda $FFE8,x
        jsr $F400
        sta $FFF0,x
        jsr $F800
        lda $F3FF
        eor $F7FF
        adc $FBFF
        adc results + 2
        sta results + 2
        sta COLUBK
        sta WSYNC
        dey
        bpl slices
        END_PICTURE
        END_FRAME again
        FILL_TO $FFE0, $7E
        REPEAT 24
        dc.b . & $FF
        REPEND
        dc.b 0, 0, 0, 0
        dc.w start, start
