; SPDX-License-Identifier: MIT
; WSYNC by different instructions and at the very end of a line; HMOVE, RESPx and colours right
; after it. The timer tells how long each took.
        processor 6502
        include "vcs.inc"
        include "harness.inc"

cycle           = scratch
trial           = scratch + 1

        ORG $F000
start   START_UP
again   BEGIN_FRAME
        lda #$48
        sta COLUP0
        lda #$0C
        sta COLUPF
        lda #%10011001
        sta GRP0
        sta PF2
.ready  lda INTIM
        bne .ready
        sta WSYNC
        sta VBLANK
        lda #0
        sta trial
next_trial
        inc cycle
        lda cycle
        cmp #85
        bcc in_line
        lda #1
        sta cycle
in_line AIM there
        ldx trial
        cpx #24
        bcs all_done
        sta WSYNC
        lda #250
        sta TIM1T
        jmp (slide)
there   SLIDE
        lda trial
        and #7
        asl
        tax
        lda kinds + 1,x
        pha
        lda kinds,x
        pha
        rts
all_done
        lda #90                 ; the rest of the picture
        sta TIM64T
        jmp finish

kinds   dc.w by_sta - 1, by_stx - 1, by_inc - 1, by_dec - 1
        dc.w by_lda - 1, by_index - 1, by_absolute - 1, by_asl - 1

by_sta  sta WSYNC
        jmp stored
by_stx  ldx #0
        stx WSYNC
        jmp stored
by_inc  inc WSYNC
        jmp stored
by_dec  dec WSYNC
        jmp stored
by_lda  lda WSYNC               ; a read doesn't wait
        jmp stored
by_index
        ldx #$40
        sta WSYNC,x             ; a mirror
        jmp stored
by_absolute
        sta $0102               ; another
        jmp stored
by_asl  asl WSYNC
stored  lda INTIM
        ldx trial
        sta results,x
        sta RESP0
        sta COLUBK
        sta WSYNC
        sta HMOVE
        inc trial
        jmp next_trial

finish
.wait   lda INTIM
        bne .wait
        lda #2
        sta WSYNC
        sta VBLANK
        sta WSYNC
        lda #35
        sta TIM64T
        END_FRAME again

        VECTORS start, start
