; SPDX-License-Identifier: MIT
; RESMP0 and RESMP1: a missile locked to its player, and let go, for players of all sizes. While
; locked it is neither seen nor does it collide; HMOVE moves it all the same.
        processor 6502
        include "vcs.inc"
        include "harness.inc"

block           = scratch

        ORG $F000
start   START_UP
again   BEGIN_FRAME
        lda #$36
        sta COLUP0
        lda #$86
        sta COLUP1
        lda #%11000001
        sta GRP0
        sta GRP1
        lda #2
        sta ENAM0
        sta ENAM1
        lda frame
        sta HMM0
        asl
        asl
        sta HMP0
        asl
        asl
        sta HMP1
        sta CXCLR
        PLACE_ALL columns
        BEGIN_PICTURE
        lda #15
        sta block
next_block
        lda block
        sta NUSIZ0
        eor #%00110111
        sta NUSIZ1
        lda frame
        clc
        adc block
        and #2
        ldx #3
locked  sta WSYNC
        sta RESMP0
        sta HMOVE
        dex
        bne locked
        eor #2
        sta RESMP1
        sta WSYNC
        sta RESMP0
        sta WSYNC
        sta WSYNC
        lda block
        and #4
        lsr
        sta RESMP1
        ldx #4
shown   sta WSYNC
        dex
        bne shown
        dec block
        bpl next_block
        END_PICTURE
        STORE_COLLISIONS results
        END_FRAME again

columns dc.b 4, 7, 2, 5, 9

        VECTORS start, start
