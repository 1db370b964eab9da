; SPDX-License-Identifier: MIT
; The stack pointer in the TIA: php switches missiles and ball on, pha writes graphics, a jsr writes
; two registers, and pla reads collisions.
        processor 6502
        include "vcs.inc"
        include "harness.inc"

saved           = scratch
count           = scratch + 1

        ORG $F000
start   START_UP
again   BEGIN_FRAME
        lda #$3A
        sta COLUP0
        lda #$96
        sta COLUP1
        lda #$1E
        sta COLUPF
        lda #%00110000
        sta CTRLPF
        sta NUSIZ0
        sta NUSIZ1
        PLACE_ALL columns
        sta CXCLR
        tsx
        stx saved
        BEGIN_PICTURE
        lda #40
        sta count
line    sta WSYNC
        ldx #ENABL
        txs
        lda count
        cmp #20
        php                     ; ENABL: the zero flag is bit 1
        lda count
        and #3
        php                     ; ENAM1
        lda count
        and #8
        php                     ; ENAM0
        lda frame
        eor count
        pha                     ; GRP1
        pha                     ; GRP0
        sta WSYNC
        ldx #COLUBK
        txs
        jsr here                ; its address goes to COLUBK and COLUPF
here    sta WSYNC
        ldx #CXP0FB - 1
        txs
        pla
        sta results
        pla
        eor results + 1
        sta results + 1
        ldx saved
        txs
        dec count
        bne line
        END_PICTURE
        STORE_COLLISIONS results + 2
        END_FRAME again

columns dc.b 2, 9, 4, 5, 7

        VECTORS start, start
