; SPDX-License-Identifier: MIT
; Frames of 312 lines, so that the emulator takes the program for a European one: 250 lines are
; seen, and after a frame with an odd number of lines, every fourth one, colours are lost.
        processor 6502
        include "vcs.inc"
        include "harness.inc"

        ORG $F800               ; a cartridge of 2K, which is seen twice
start   START_UP
again   VERTICAL_SYNC
        inc frame
        lda SWCHA
        sta sticks
        lda #$44
        sta COLUP0
        lda #$C8
        sta COLUP1
        lda #$1C
        sta COLUPF
        lda #%10100101
        sta GRP0
        sta GRP1
        sta PF1
        LINES 43
        lda #0
        sta VBLANK
        ldx #228
picture sta WSYNC
        stx COLUBK
        dex
        bne picture
        lda frame
        and #3
        bne even
        sta WSYNC
even    lda #2
        sta VBLANK
        LINES 36
        lda [data & $7FF] + $F000,x     ; by the other copy
        adc results
        sta results
        jmp again

data    dc.b $5B
        VECTORS start, start
