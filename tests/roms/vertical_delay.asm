; SPDX-License-Identifier: MIT
; VDELP0, VDELP1 and VDELBL: the old copies and who fills them. In each block of lines a different
; order of writes to GRP0, GRP1, ENABL and the VDEL registers; sixteen blocks.
        processor 6502
        include "vcs.inc"
        include "harness.inc"

block           = scratch
value           = scratch + 1

        ORG $F000
start   START_UP
again   BEGIN_FRAME
        lda #$46
        sta COLUP0
        lda #$B8
        sta COLUP1
        lda #$1E
        sta COLUPF
        lda #%00110000
        sta CTRLPF
        PLACE_ALL columns
        sta CXCLR
        BEGIN_PICTURE
        lda #15
        sta block
next_block
        lda block
        eor frame
        sta VDELP0              ; bit 0 alone counts
        lsr
        sta VDELP1
        lsr
        sta VDELBL
        lda value
        clc
        adc #$4D
        sta value
        ldx #3
writes  sta WSYNC
        txa
        and block
        beq second
        lda value
        sta GRP0
        sta WSYNC
        eor #$FF
        sta GRP1
        jmp both
second  lda value
        sta GRP1
        sta WSYNC
        lsr
        sta GRP0
both    sta WSYNC
        lda value
        sta ENABL
        rol value
        dex
        bne writes
        dec block
        bpl next_block
        END_PICTURE
        STORE_COLLISIONS results
        END_FRAME again

columns dc.b 4, 5, 6, 7, 4

        VECTORS start, start
