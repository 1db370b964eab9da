; SPDX-License-Identifier: MIT
; UA: two banks of 4K; an access to $220 shows the first, to $240 the second, whether it reads or
; writes.
        processor 6502
        include "vcs.inc"
        include "harness.inc"
        include "kinds.inc"

BY_WRITING      = $FF00         ; at the same places in both banks
BY_READING      = $FF20
POWER           = $FF40

    MAC BANK_END
        FILL_TO BY_WRITING, $30 + {1}
        sta $0240
        jsr $F001
        sta $0220
        rts
        FILL_TO BY_READING, 0
        lda $0240
        STORE $F000, 4
        lda $0220
        rts
        FILL_TO POWER, 0
        bit $0220
        jmp start
        FILL_TO $FFFC, 0
        dc.w POWER, POWER
    ENDM

        ORG $0000
        RORG $F000
        dc.b $B0
start   START_UP
        STORE $F000, 0
        jsr BY_WRITING
        sta results + 1
        STORE $F000, 2
        jsr BY_READING
        STORE $F000, 3
        FOREVER
        BANK_END 0

        ORG $1000
        RORG $F000
        dc.b $B1
        lda #$C1
        rts
        BANK_END 1
