; SPDX-License-Identifier: MIT
; Joysticks, buttons and switches, read by every address that has them, and with the data direction
; registers set to output, which changes nothing.
        processor 6502
        include "vcs.inc"
        include "harness.inc"

        ORG $F000
start   START_UP
again   BEGIN_FRAME
        lda #$FF
        sta SWACNT
        sta SWBCNT
        lda #$55
        sta SWCHA
        sta SWCHB
        BEGIN_PICTURE
        ldx #7                  ; $0280..$0287 and two mirrors
riot    lda SWCHA,x
        sta results,x
        lda $0288,x
        sta results + 8,x
        lda $0FF8,x
        sta results + 16,x
        dex
        bpl riot
        lda #0
        sta SWACNT
        sta SWBCNT
        lda INPT4
        sta results + 24
        lda INPT5
        sta results + 25
        lda $3C                 ; INPT4 by mirrors
        sta results + 26
        lda $010C
        sta results + 27
        lda frame               ; the latch of the buttons, which the reference emulator
        and #%01000000          ; does not have
        sta VBLANK
        sta WSYNC
        lda INPT4
        sta results + 28
        lda sticks
        sta COLUBK
        lda fire
        sta COLUPF
        sta PF1
        lda INPT5
        sta results + 29
        END_PICTURE
        END_FRAME again

        VECTORS start, start
