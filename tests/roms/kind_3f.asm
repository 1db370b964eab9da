; SPDX-License-Identifier: MIT
; 3F: 8K, of which any 2K are in the first half of the window and the last 2K in the second. A write
; to $00-$3F says which. The first byte of a bank has its number, and a routine follows.
        processor 6502
        include "vcs.inc"
        include "harness.inc"
        include "kinds.inc"

    MAC BANK
        ORG {1} * $800
        RORG $F000
        dc.b $A0 + {1}
        lda #$50 + {1}
        rts
        FILL_TO $F800, $30 + {1}
    ENDM

        BANK 0
        BANK 1
        BANK 2

        ORG $1800
        RORG $F800
start   START_UP
        ldx #0
next    stx $3F                 ; 3 is the last bank; beyond it they repeat
        lda $F000
        sta results,x
        inx
        cpx #6
        bne next
        lda #2
        sta $3F
        jsr $F001
        sta results + 6
        lda #1
        sta CXCLR               ; a register of the TIA switches too,
        STORE $F000, 7
        lda #2
        sta CXCLR + $40         ; its mirror does not
        STORE $F000, 8
        lda #0
        sta $3F
        STORE $F001 + 4, 9
        FOREVER
        FILL_TO $FFFC, 0
        dc.w start, start
