; SPDX-License-Identifier: MIT
; DPC: two banks of 4K, switched as F8, and a chip that reads 2K of pictures. A picture's byte n is
; 7 n + n / 256, from the end.
        processor 6502
        include "vcs.inc"
        include "harness.inc"
        include "kinds.inc"

RANDOM          = $F000
SOUND           = $F004
DATA            = $F008
MASKED          = $F010
SWAPPED         = $F018
REVERSED        = $F020
RIGHT           = $F028
LEFT            = $F030
MASK            = $F038
TOP             = $F040
BOTTOM          = $F048
LOW             = $F050
HIGH            = $F058
RANDOM_RESET    = $F070
CALL            = $FF00         ; the other bank's routine; at the same place in both banks
POWER           = $FF20

    MAC BANK_END
        FILL_TO CALL, $30 + {1}
        sta $FFF8
        jsr $F080
        sta $FFF9
        rts
        FILL_TO POWER, 0
        sta $FFF9
        jmp start
        FILL_TO $FFFC, 0
        dc.w POWER, POWER
    ENDM

        ORG $0000
        RORG $F000
        FILL_TO $F080, 0
        lda #$C0
        rts
        BANK_END 0

        ORG $1000
        RORG $F000
        FILL_TO $F080, 0
start   START_UP
        jsr CALL
        sta results
; Fetcher 2 from $123 down; its mask opens at $22 and closes at $20.
        lda #$22
        sta TOP + 2
        lda #$20
        sta BOTTOM + 2
        lda #$01
        sta HIGH + 2
        lda #$23
        sta LOW + 2
        STORE MASKED + 2, 1     ; $123: not yet
        STORE MASKED + 2, 2     ; $122
        STORE DATA + 2, 3       ; $121
        STORE MASKED + 2, 4     ; $120: no longer
        STORE DATA + 2, 5       ; $11F, which no mask hides
; The same byte, 1, in all ways; its mask is open.
        ldx #0
again   lda #$00
        sta TOP + 2
        lda #$01
        sta HIGH + 2
        lda #$00
        sta LOW + 2
        cpx #0
        bne swap
        STORE MASKED + 2, 6
swap    cpx #1
        bne turn
        STORE SWAPPED + 2, 7
turn    cpx #2
        bne right
        STORE REVERSED + 2, 8
right   cpx #3
        bne left
        STORE RIGHT + 2, 9
left    cpx #4
        bne mask
        STORE LEFT + 2, 10
mask    cpx #5
        bne done
        STORE MASK + 2, 11
done    inx
        cpx #6
        bne again
; Random numbers from the start.
        sta RANDOM_RESET + 3
        STORE RANDOM, 12
        STORE RANDOM + 1, 13
        STORE RANDOM + 3, 14
        STORE RANDOM, 15
        STORE SOUND, 16         ; no waves: silence
        FOREVER
        BANK_END 1

        ORG $2000
        RORG $0000
n       SET 2047
        REPEAT 2048
        dc.b (n * 7 + n / 256) & $FF
n       SET n - 1
        REPEND
