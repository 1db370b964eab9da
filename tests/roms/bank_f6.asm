; SPDX-License-Identifier: MIT
; Four banks of 4K, chosen by $xFF6 to $xFF9 (F6). Each has a routine of its own at the same
; address; the program, in bank 0, calls them in an order that changes with frame and stick.
        processor 6502
        include "vcs.inc"
        include "harness.inc"

CALL_STUB       = $FF00         ; at the same places in all banks
POWER           = $FF20

    MAC BANK_END
        FILL_TO CALL_STUB, $30 + {1}
        lda $FFF6,x             ; bank X's routine, and back
        sta results + 5
        jsr $F003
        sta $FFF6
        rts
        FILL_TO POWER, 0
        sta $FFF6
        jmp start
        FILL_TO $FFF6, 0
        dc.b $A6 + {1}, $57 + {1}, $38 + {1}, $09 + {1}, 0, 0
        dc.w POWER, POWER
    ENDM

        ORG $0000
        RORG $F000
        dc.b $B0, 0, 0
work    lda #$3C
        eor results
        sta results
        rts
start   START_UP
again   BEGIN_FRAME
        BEGIN_PICTURE
        ldy #30
next    tya
        eor frame
        eor sticks
        and #3
        tax
        sta WSYNC
        jsr CALL_STUB
        dey
        bne next
        END_PICTURE
        END_FRAME again
        BANK_END 0

; Bank {1}: its routine is at $F003 too.
    MAC OTHER_BANK
        ORG {1} * $1000
        RORG $F000
        dc.b $B0 + {1}, {1}, {1} * 7
        lda $F000
        asl
        adc #{1} * 17 + 3
        eor results
        sta results
        sta COLUBK
        inc results + 1 + {1}
        rts
        BANK_END {1}
    ENDM

        OTHER_BANK 1
        OTHER_BANK 2
        OTHER_BANK 3
