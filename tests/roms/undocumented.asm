; SPDX-License-Identifier: MIT
; The undocumented instructions in all their addressing modes, on random registers and flags, but
; for those that stop the processor. A group in each frame.
        processor 6502
        include "vcs.inc"
        include "harness.inc"
        include "cpu.inc"

        ORG $F000
start   START_UP
        ldx #15
fill    lda pointers,x
        sta pointer,x
        txa
        sta mem,x
        dex
        bpl fill
again   BEGIN_FRAME
        BEGIN_PICTURE
        RUN_GROUP

group_0
        TRY
        lax mem
        NOTE
        TRY
        lax mem,y
        NOTE
        TRY
        lax table + 1
        NOTE
        TRY
        lax table + $C1,y
        NOTE
        TRY
        lax (pointer,x)
        NOTE
        TRY
        lax (pointer + 2),y
        NOTE
        TRY
        anc #$5A
        NOTE
        TRY
        dc.b $2B, $C3
        NOTE
        TRY
        asr #$7E
        NOTE
        TRY
        arr #$B7
        NOTE
        TRY
        sbx #$35
        NOTE
        TRY
        dc.b $EB, $4A
        NOTE
        TRY
        dc.b $8B, $3F
        NOTE
        TRY
        dc.b $AB, $D7
        NOTE
        tsx
        stx mem + 15
        TRY
        dc.b $BB                ; las table + $81,y: also the stack pointer
        dc.w table + $81
        php
        sta mem + 14
        stx mem + 13
        ldx mem + 15            ; php wrote to a RAM or TIA cell of its own
        txs
        lda mem + 14
        ldx mem + 13
        NOTE
        TRY_SMALL
        sax mem
        NOTE
        TRY_SMALL
        sax mem,y
        NOTE
        TRY_SMALL
        sax.w mem + 2
        NOTE
        TRY_SMALL
        sax (pointer + 4,x)
        NOTE
        TRY_SMALL
        dc.b $9F, mem, 0        ; sha abs,y
        NOTE
        TRY_SMALL
        dc.b $93, pointer + 4   ; sha (zp),y
        NOTE
        TRY_SMALL
        dc.b $9E, mem + 1, 0    ; shx abs,y
        NOTE
        TRY_SMALL
        dc.b $9C, mem + 2, 0    ; shy abs,x
        NOTE
        tsx
        stx mem + 15
        TRY_SMALL
        dc.b $9B, mem, 0        ; shs abs,y: also the stack pointer
        stx mem + 13
        tsx
        stx mem + 12
        ldx mem + 15
        txs
        ldx mem + 12
        NOTE
        jmp finish

group_1
        TRY
        dc.b $1A
        NOTE
        TRY
        dc.b $3A
        NOTE
        TRY
        dc.b $5A
        NOTE
        TRY
        dc.b $7A
        NOTE
        TRY
        dc.b $DA
        NOTE
        TRY
        dc.b $FA
        NOTE
        TRY
        dc.b $80, $11
        NOTE
        TRY
        dc.b $82, $22
        NOTE
        TRY
        dc.b $89, $33
        NOTE
        TRY
        dc.b $C2, $44
        NOTE
        TRY
        dc.b $E2, $55
        NOTE
        TRY
        dc.b $04, mem
        NOTE
        TRY
        dc.b $44, mem
        NOTE
        TRY
        dc.b $64, mem
        NOTE
        TRY
        dc.b $14, mem
        NOTE
        TRY
        dc.b $34, mem
        NOTE
        TRY
        dc.b $54, mem
        NOTE
        TRY
        dc.b $74, mem
        NOTE
        TRY
        dc.b $D4, mem
        NOTE
        TRY
        dc.b $F4, mem
        NOTE
        TRY
        dc.b $0C, <table, >table
        NOTE
        TRY
        dc.b $1C, <table, >table
        NOTE
        TRY
        dc.b $3C, <table, >table
        NOTE
        TRY
        dc.b $5C, <table, >table
        NOTE
        TRY
        dc.b $7C, <table, >table
        NOTE
        TRY
        dc.b $DC, <table, >table
        NOTE
        TRY
        dc.b $FC, <table, >table
        NOTE
        jmp finish

group_2
        TRY_SMALL
        dc.b $07, mem + 1       ; slo zp
        NOTE
        TRY_SMALL
        dc.b $17, mem           ; slo zp,x
        NOTE
        TRY_SMALL
        dc.b $0F, mem + 2, 0    ; slo abs
        NOTE
        TRY_SMALL
        dc.b $1F, mem, 0        ; slo abs,x
        NOTE
        TRY_SMALL
        dc.b $1B, mem + 3, 0    ; slo abs,y
        NOTE
        TRY_SMALL
        dc.b $13, pointer + 4   ; slo (zp),y
        NOTE
        TRY_SMALL
        ldx #4
        dc.b $03, pointer       ; slo (zp,x)
        NOTE
        TRY_SMALL
        dc.b $27, mem + 1       ; rla zp
        NOTE
        TRY_SMALL
        dc.b $37, mem           ; rla zp,x
        NOTE
        TRY_SMALL
        dc.b $2F, mem + 2, 0    ; rla abs
        NOTE
        TRY_SMALL
        dc.b $3F, mem, 0        ; rla abs,x
        NOTE
        TRY_SMALL
        dc.b $3B, mem + 3, 0    ; rla abs,y
        NOTE
        TRY_SMALL
        dc.b $33, pointer + 4   ; rla (zp),y
        NOTE
        TRY_SMALL
        ldx #4
        dc.b $23, pointer       ; rla (zp,x)
        NOTE
        TRY_SMALL
        dc.b $47, mem + 1       ; sre zp
        NOTE
        TRY_SMALL
        dc.b $57, mem           ; sre zp,x
        NOTE
        TRY_SMALL
        dc.b $4F, mem + 2, 0    ; sre abs
        NOTE
        TRY_SMALL
        dc.b $5F, mem, 0        ; sre abs,x
        NOTE
        TRY_SMALL
        dc.b $5B, mem + 3, 0    ; sre abs,y
        NOTE
        TRY_SMALL
        dc.b $53, pointer + 4   ; sre (zp),y
        NOTE
        TRY_SMALL
        ldx #4
        dc.b $43, pointer       ; sre (zp,x)
        NOTE
        jmp finish

group_3
        TRY_SMALL
        dc.b $67, mem + 1       ; rra zp
        NOTE
        TRY_SMALL
        dc.b $77, mem           ; rra zp,x
        NOTE
        TRY_SMALL
        dc.b $6F, mem + 2, 0    ; rra abs
        NOTE
        TRY_SMALL
        dc.b $7F, mem, 0        ; rra abs,x
        NOTE
        TRY_SMALL
        dc.b $7B, mem + 3, 0    ; rra abs,y
        NOTE
        TRY_SMALL
        dc.b $73, pointer + 4   ; rra (zp),y
        NOTE
        TRY_SMALL
        ldx #4
        dc.b $63, pointer       ; rra (zp,x)
        NOTE
        TRY_SMALL
        dc.b $C7, mem + 1       ; dcp zp
        NOTE
        TRY_SMALL
        dc.b $D7, mem           ; dcp zp,x
        NOTE
        TRY_SMALL
        dc.b $CF, mem + 2, 0    ; dcp abs
        NOTE
        TRY_SMALL
        dc.b $DF, mem, 0        ; dcp abs,x
        NOTE
        TRY_SMALL
        dc.b $DB, mem + 3, 0    ; dcp abs,y
        NOTE
        TRY_SMALL
        dc.b $D3, pointer + 4   ; dcp (zp),y
        NOTE
        TRY_SMALL
        ldx #4
        dc.b $C3, pointer       ; dcp (zp,x)
        NOTE
        TRY_SMALL
        dc.b $E7, mem + 1       ; isb zp
        NOTE
        TRY_SMALL
        dc.b $F7, mem           ; isb zp,x
        NOTE
        TRY_SMALL
        dc.b $EF, mem + 2, 0    ; isb abs
        NOTE
        TRY_SMALL
        dc.b $FF, mem, 0        ; isb abs,x
        NOTE
        TRY_SMALL
        dc.b $FB, mem + 3, 0    ; isb abs,y
        NOTE
        TRY_SMALL
        dc.b $F3, pointer + 4   ; isb (zp),y
        NOTE
        TRY_SMALL
        ldx #4
        dc.b $E3, pointer       ; isb (zp,x)
        NOTE
        jmp finish

finish  lda sum_a
        sta COLUBK
        lda sum_p
        sta COLUPF
        lda sum_x
        sta PF2
        END_PICTURE
        END_FRAME again

        CPU_ROUTINES

        CPU_DATA

        VECTORS start, start
