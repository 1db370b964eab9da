; SPDX-License-Identifier: MIT
; The timer at all four speeds: read while it runs, when it expires and after that, once and again,
; with TIMINT before or after INTIM. Start values and waits change with the frame.
        processor 6502
        include "vcs.inc"
        include "harness.inc"

which           = scratch

; Sets the timer at address {1} and stores reads from results + {2} on.
    MAC TIMER_TRIAL
        lda frame
        and #{3}
        sta {1}
        ldy TIMINT
        ldx INTIM
        sty results + {2}
        stx results + {2} + 1
        nop
        nop
        lda INTIM
        sta results + {2} + 2
        ldx #{4}
.wait   dex
        bne .wait
        lda TIMINT
        sta results + {2} + 3
        lda INTIM
        sta results + {2} + 4
        lda INTIM
        sta results + {2} + 5
        ldy TIMINT
        sty results + {2} + 6
        ldx #{4}
.wait2  dex
        bne .wait2
        lda INTIM
        sta results + {2} + 7
        lda TIMINT
        sta results + {2} + 8
    ENDM

        ORG $F000
start   START_UP
again   BEGIN_FRAME
.ready  lda INTIM
        bne .ready
        sta WSYNC
        sta VBLANK
        TIMER_TRIAL TIM1T, 0, 63, 5
        TIMER_TRIAL TIM8T, 9, 31, 20
        TIMER_TRIAL TIM64T, 18, 7, 60
        TIMER_TRIAL T1024T, 27, 1, 250
        TIMER_TRIAL $039D, 36, 255, 30        ; a mirror of TIM8T
        lda #1                          ; past the end, unread, for more than 256 cycles
        sta TIM1T
        ldx #100
late    dex
        bne late
        lda INTIM
        sta results + 45
        lda INTIM
        sta results + 46
        lda #3
        sta TIM8T
        lda frame
        and #15
        tax
wait    dex
        bpl wait
        lda INTIM
        sta results + 47
        bit TIMINT
        php
        pla
        sta results + 48
        lda INTIM
        sta results + 49
        ; what the rest of the picture takes, by counting lines
        ldx #130
rest    sta WSYNC
        stx COLUBK
        dex
        bne rest
        lda #2
        sta VBLANK
        sta WSYNC
        lda #35
        sta TIM64T
        END_FRAME again

        VECTORS start, start
