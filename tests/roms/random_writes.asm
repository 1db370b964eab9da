; SPDX-License-Identifier: MIT
; Random values into random registers of the TIA at random times, some 90 in a picture, and the
; collisions: combinations that no other program here has.
        processor 6502
        include "vcs.inc"
        include "harness.inc"

random          = scratch       ; 16 bits, a shift register with feedback
left            = scratch + 2

; A: another random byte, five shifts on.
    MAC NEXT_BYTE
        ldy #5
.shift  asl random
        rol random + 1
        bcc .no_feed
        lda random
        eor #$2D
        sta random
.no_feed
        dey
        bne .shift
        lda random
    ENDM

        ORG $F000
start   START_UP
        lda #$5A
        sta random
again   BEGIN_FRAME
        lda sticks              ; the player disturbs it
        eor random + 1
        sta random + 1
        ora random
        bne not_stuck
        inc random
not_stuck
        BEGIN_PICTURE
        lda #58
        sta left
next    NEXT_BYTE
        and #63
        tax
        lda registers,x
        tax
        lda random + 1
        sta 0,x
        and #7                  ; some cycles more or less
        tay
wait    dey
        bpl wait
        lda random
        lsr
        lda #$0C
        bcc no_copy             ; sometimes another write right behind
        stx COLUPF
        sta GRP0
        sta HMOVE
no_copy dec left
        bne next
        lda #0
        sta VBLANK
        END_PICTURE
        STORE_COLLISIONS results
        END_FRAME again

registers
        dc.b NUSIZ0, NUSIZ1, COLUP0, COLUP1, COLUPF, COLUBK, CTRLPF, REFP0
        dc.b REFP1, PF0, PF1, PF2, RESP0, RESP1, RESM0, RESM1
        dc.b RESBL, GRP0, GRP1, ENAM0, ENAM1, ENABL, HMP0, HMP1
        dc.b HMM0, HMM1, HMBL, VDELP0, VDELP1, VDELBL, RESMP0, RESMP1
        dc.b HMOVE, HMCLR, CXCLR, HMOVE, GRP0, GRP1, GRP0, GRP1
        dc.b PF0, PF1, PF2, CTRLPF, NUSIZ0, NUSIZ1, RESP0, RESP1
        dc.b RESM0, RESM1, RESBL, ENAM0, ENAM1, ENABL, COLUP0, COLUP1
        dc.b COLUPF, COLUBK, AUDC0, AUDV1, RSYNC, HMOVE, REFP0, NUSIZ1

        VECTORS start, start
