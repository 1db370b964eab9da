; SPDX-License-Identifier: MIT
; F6SC: four banks of 4K and 128 bytes of RAM, written at $F000, read at $F080. The first 256 bytes
; of each bank are all the same, which tells the kind of the cartridge.
        processor 6502
        include "vcs.inc"
        include "harness.inc"
        include "kinds.inc"

WRITE           = $F000
READ            = $F080
CALL            = $FF00         ; bank X's routine, and back; at the same place in all banks
POWER           = $FF20

    MAC BANK
        ORG {1} * $1000
        RORG $F000
        FILL_TO $F100, {1}
        lda #$C0 + {1}
        sta WRITE + 2 * {1}
        rts
    ENDM

    MAC BANK_END
        FILL_TO CALL, $30 + {1}
        sta $FFF6,x
        jsr $F100
        sta $FFF6
        rts
        FILL_TO POWER, 0
        sta $FFF6
        jmp start
        FILL_TO $FFFC, 0
        dc.w POWER, POWER
    ENDM

        BANK 0
start   START_UP
        ldx #3
next    jsr CALL
        dex
        bpl next
        STORE READ, 0
        STORE READ + 2, 1
        STORE READ + 4, 2
        STORE READ + 6, 3
        STORE WRITE, 4          ; reading there: the ROM behind it
        ldx #$7F
        lda #$88
        sta WRITE,x
        STORE READ + $7F, 5
        FOREVER
        BANK_END 0
        BANK 1
        BANK_END 1
        BANK 2
        BANK_END 2
        BANK 3
        BANK_END 3
