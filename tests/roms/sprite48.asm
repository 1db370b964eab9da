; SPDX-License-Identifier: MIT
; A sprite of 48 pixels: both players in three close copies, their graphics written while they are
; drawn, with VDEL to hold what comes next; as scores and titles are shown by most games. It moves
; across the screen, by strobes and by HMOVE, so that the writes come too early or too late as well.
        processor 6502
        include "vcs.inc"
        include "harness.inc"

line            = scratch
saved           = scratch + 1
column          = scratch + 2

        ORG $F000
start   START_UP
again   BEGIN_FRAME
        lda #$1C
        sta COLUP0
        lda #$C8
        sta COLUP1
        lda #3
        sta NUSIZ0
        sta NUSIZ1
        sta VDELP0
        sta VDELP1
        lda frame
        and #15
        clc
        adc #25
        AIM there
        lda frame               ; fine motion
        asl
        asl
        asl
        asl
        sta HMP0
        sta HMP1
        sta WSYNC
        jmp (slide)
there   SLIDE
        sta RESP0
        sta RESP1
        sta WSYNC
        sta HMOVE
        BEGIN_PICTURE
        lda #60
        sta line
        tsx
        stx saved
        ldy #0
next    ldy line
        sta WSYNC
        lda shapes,y
        sta GRP0                ; 7
        lda shapes + 1,y
        sta GRP1                ; 14
        lda shapes + 2,y
        sta GRP0                ; 21
        ldx shapes + 5,y        ; 25
        txs
        ldx shapes + 4,y        ; 31
        lda shapes + 3,y        ; 35
        nop                     ; 37
        sta GRP1                ; 40
        stx GRP0                ; 43
        tsx
        stx GRP1                ; 48
        sta GRP0                ; 51
        dec line
        bpl next
        ldx saved
        txs
        lda #0
        sta GRP0
        sta GRP1
        sta GRP0
        lda sticks              ; and once without holding
        sta VDELP0
        asl
        sta VDELP1
        ldy #40
again48 sta WSYNC
        lda shapes,y
        sta GRP0
        sta GRP1
        ldx #4
wait    dex
        bne wait
        eor #$FF
        sta GRP0
        lda shapes + 3,y
        sta GRP1
        eor frame
        sta GRP0
        dey
        bpl again48
        iny
        sty GRP0
        sty GRP1
        END_PICTURE
        STORE_COLLISIONS results
        END_FRAME again

        ORG $FE00
shapes  REPEAT 8
        dc.b $3C, $66, $C3, $81, $FF, $18, $DB, $A5, $5A
        REPEND

        VECTORS start, start
