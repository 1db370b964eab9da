; SPDX-License-Identifier: MIT
; 3E: like 3F, switched by writes to $3F alone; a write to $3E shows a bank of 1K RAM instead, read
; in the first and written in the second quarter of the window.
        processor 6502
        include "vcs.inc"
        include "harness.inc"
        include "kinds.inc"

READ            = $F000
WRITE           = $F400

    MAC BANK
        ORG {1} * $800
        RORG $F000
        dc.b $A0 + {1}
        FILL_TO $F800, $30 + {1}
    ENDM

        BANK 0
        BANK 1
        BANK 2

        ORG $1800
        RORG $F800
start   START_UP
        lda #1
        sta $3F
        STORE $F000, 0
        lda #5
        sta $3E                 ; with the next instruction, what the kind is known by
        lda #0
        lda #$77
        sta WRITE + 9
        lda #6
        sta $3E
        lda #$66
        sta WRITE + 9
        lda #5 + 32             ; there are 32 banks of RAM
        sta $3E
        STORE READ + 9, 1
        STORE WRITE, 2          ; reading there: the ROM behind it
        lda #2
        sta $3F
        STORE $F000, 3
        lda #6
        sta $3E
        STORE READ + 9, 4
        lda #3
        sta COLUBK              ; no other write switches
        STORE READ + 9, 5
        lda #$A9                ; lda #$99, rts
        sta WRITE
        lda #$99
        sta WRITE + 1
        lda #$60
        sta WRITE + 2
        jsr READ
        sta results + 6
        lda #31
        sta $3E
        lda #$31
        sta WRITE + 1023
        STORE READ + 1023, 7
        FOREVER
        FILL_TO $FFFC, 0
        dc.w start, start
