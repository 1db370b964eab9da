; SPDX-License-Identifier: MIT
; Frames that aren't 262 lines long: from 120 to 280 at first, later up to 330, where the
; reference emulator ends them by itself; a vertical sync of less than a line, which ends none; no
; vertical sync at all; and 60,000 instructions without a write, which no frame is long enough
; for.
        processor 6502
        include "vcs.inc"
        include "harness.inc"

lines           = scratch       ; of this frame, two bytes

        ORG $F000
start   START_UP
        lda #$76
        sta COLUP0
        lda #%11100111
        sta GRP0
again   inc frame
        lda SWCHA
        sta sticks
        lda frame
        and #15
        cmp #5
        beq short_sync
        cmp #11
        beq no_sync
        VERTICAL_SYNC
        jmp picture
short_sync
        sta WSYNC
        lda #2
        sta VSYNC
        lda #0
        sta VSYNC
no_sync
picture lda frame
        asl
        asl
        asl
        eor sticks
        and #127
        clc
        adc #120
        ldy #0
        ldx frame
        cpx #140
        bcc not_long
        adc #80                 ; up to 329
        bcc not_long
        iny
not_long
        sta lines
        sty lines + 1
line    sta WSYNC
        lda lines
        asl
        sta COLUBK
        lda lines
        bne low
        dec lines + 1
        bmi done
low     dec lines
        jmp line
done    lda frame
        and #63
        cmp #50
        bne again
        ldx #120                ; 30,720 turns of the inner loop
        ldy #0
idle    dey
        bne idle
        dex
        bne idle
        jmp again

        VECTORS start, start
