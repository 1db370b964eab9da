; SPDX-License-Identifier: MIT
; CV: 2K of ROM in the second half of the window; in the first, 1K of RAM is read and written.
        processor 6502
        include "vcs.inc"
        include "harness.inc"
        include "kinds.inc"

READ            = $F000
WRITE           = $F400

        ORG $0000
        RORG $F800
start   START_UP
        ldx #1
        lda #$5A
        sta WRITE - 1,x         ; what the kind is known by
        STORE READ, 0
        lda #$6B
        sta WRITE + 1023
        STORE READ + 1023, 1
        STORE WRITE, 2          ; reading there: the ROM
        lda #1
        sta READ                ; writing there: nothing
        STORE READ, 3
        lda #$A9                ; lda #$99, rts
        sta WRITE + 16
        lda #$99
        sta WRITE + 17
        lda #$60
        sta WRITE + 18
        jsr READ + 16
        sta results + 4
        FOREVER
        FILL_TO $FC00, $44
        dc.b $D7
        FILL_TO $FFFC, 0
        dc.w start, start
