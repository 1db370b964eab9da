; SPDX-License-Identifier: MIT
; E7: 16K. The first half of the window shows one of seven banks of 2K, or 1K of RAM; then come 256
; bytes of RAM, one of four banks, and the last 1.5K. Behind the small RAM the ROM is all the same,
; which tells the kind of the cartridge.
        processor 6502
        include "vcs.inc"
        include "harness.inc"
        include "kinds.inc"

WRITE           = $F000
READ            = $F400
SMALL_WRITE     = $F800
SMALL_READ      = $F900
BANK_0          = $FFE0
SHOW_RAM        = $FFE7
SMALL_0         = $FFE8

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
        BANK 3
        BANK 4
        BANK 5
        BANK 6

        ORG $3800
        RORG $F800
        FILL_TO $FA00, $FF
start   START_UP
        ldx #6
next    lda BANK_0,x
        lda $F000
        sta results,x
        dex
        bpl next
        sta BANK_0 + 4          ; a write switches too
        jsr $F001
        sta results + 7
        bit SHOW_RAM
        lda #$71
        sta WRITE + 1023
        STORE READ + 1023, 8
        ldx #3
fill    lda SMALL_0,x
        txa
        ora #$E0
        sta SMALL_WRITE + 7
        dex
        bpl fill
        ldx #3
look    sta SMALL_0,x
        lda SMALL_READ + 7
        sta results + 9,x
        dex
        bpl look
        bit BANK_0 + 2
        STORE READ + 1023, 13   ; ROM
        bit SHOW_RAM
        STORE READ + 1023, 14   ; RAM, as it was
        STORE WRITE, 15         ; reading there: the ROM behind the RAM
        lda #$99
        sta SMALL_READ + 7      ; writing there: nothing
        STORE SMALL_READ + 7, 16
        FOREVER
        FILL_TO $FFFC, 0
        dc.w start, start
