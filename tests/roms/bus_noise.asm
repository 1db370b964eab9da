; SPDX-License-Identifier: MIT
; Reads of the TIA and of unused addresses, in all addressing modes: bits that no chip drives are
; those of the last byte on the bus.
        processor 6502
        include "vcs.inc"
        include "harness.inc"

pointer         = $E0

        ORG $F000
start   START_UP
again   BEGIN_FRAME
        lda #$0F
        sta COLUP0
        sta GRP0
        sta PF1
        BEGIN_PICTURE
        lda frame
        sta pointer
        and #$1F
        ora #$20
        sta pointer + 1         ; a mirror of the TIA, from $2000 on, or of the RIOT
        lda CXP0FB
        sta results
        lda CXP0FB | $30
        sta results + 1
        lda.w CXP0FB
        sta results + 2
        lda $0572
        sta results + 3
        lda $0F0A
        sta results + 4
        ldx #5
        lda INPT0,x
        sta results + 5
        lda $0108,x
        sta results + 6
        ldy #4
        lda $0208 & $FD7F,y
        sta results + 7
        ldx INPT0
        stx results + 8
        ldy $0B0E
        sty results + 9
        lda #$E5
        adc $0C0E
        sta results + 10
        bit $0D0F
        php
        pla
        sta results + 11
        lda #$0E
        sta pointer + 2
        lda #0
        sta pointer + 3
        lda (pointer + 2),y     ; Y: whatever it was
        sta results + 12
        ldx #2
        lda (pointer,x)
        sta results + 13
        ldy #0
        lda (pointer),y         ; another address each frame
        sta results + 14
        lda #$1E                ; an instruction that reads and writes: the TIA at $0E is PF1
        sta COLUPF
        inc PF1
        asl $3E
        ldx #1
        lsr PF1 - 1,x
        ldx #$FF                ; zero page, indexed, wraps
        lda $0F,x
        sta results + 15
        lda INPT4,x
        sta results + 16
        ldy $45,x
        sty results + 17
        END_PICTURE
        END_FRAME again

        VECTORS start, start
