; SPDX-License-Identifier: MIT
; Two banks of 4K, chosen by $xFF8 and $xFF9 (F8): hot spots by reads and writes, indexed, by bit
; and by inc, in mirrors of the addresses. The byte that a read of a hot spot gives is one of the
; new bank.
        processor 6502
        include "vcs.inc"
        include "harness.inc"

; The passages from bank to bank are at the same places in both.
READ_STUB       = $FF00
BIT_STUB        = $FF20
INC_STUB        = $FF40
POWER           = $FF60

; Bank {1}'s end: the passages, hot spots and vectors.
    MAC BANK_END
        FILL_TO READ_STUB, $30 + {1}
        ldx #1                  ; to bank 0 by an indexed read, its routine, back by a write
        lda $FFF7,x
        sta scratch
        jsr work
        sta $1FF9
        rts
        FILL_TO BIT_STUB, 0
        bit $FFF8
        php
        pla
        sta scratch
        jsr work
        ldx #2
        ldy $DFF7,x
        sty results + 4
        rts
        FILL_TO INC_STUB, 0
        inc $FFF8
        ldx $FFF8               ; the bank that is there already
        stx scratch
        jsr work
        dec $3FF9
        rts
        FILL_TO POWER, 0
        cmp $FFF9
        jmp start
        FILL_TO $FFF8, $40 + {1}
        dc.b $90 + {1}, $25 + {1}, {1}, {1}
        dc.w POWER, POWER
    ENDM

        ORG $0000
        RORG $F000
        dc.b $B0, $00
work    lda signature
        eor scratch
        adc results
        sta results
        lda work_again
        sta results + 1
        inc results + 2
        rts
signature
        dc.b $5A
        BANK_END 0

        ORG $1000
        RORG $F000
        dc.b $B1, $11
work_again                      ; in bank 0: the first bytes of work
start   START_UP
again   BEGIN_FRAME
        BEGIN_PICTURE
        lda frame
        sta COLUBK
        jsr READ_STUB
        lda results
        sta COLUPF
        sta PF1
        lda $F000
        sta results + 5
        jsr BIT_STUB
        jsr INC_STUB
        lda results
        sta WSYNC
        sta COLUBK
        END_PICTURE
        END_FRAME again
        BANK_END 1
