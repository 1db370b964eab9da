; SPDX-License-Identifier: MIT
; Every documented instruction in every addressing mode, on random registers and flags: loads and
; transfers, stores and shifts, arithmetic, control; a group in each frame. Indexed loads reach the
; TIA, so the noise of the bus counts too. Decimal mode has a program of its own.
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
        lda #$80
        NOTE
        TRY
        ldx #$00
        NOTE
        TRY
        ldy #$7F
        NOTE
        TRY
        lda mem
        NOTE
        TRY
        ldx mem + 1
        NOTE
        TRY
        ldy mem + 2
        NOTE
        TRY
        lda mem,x
        NOTE
        TRY
        ldy mem,x
        NOTE
        TRY
        ldx mem,y
        NOTE
        TRY
        lda table
        NOTE
        TRY
        ldx table + 3
        NOTE
        TRY
        ldy table + 2
        NOTE
        TRY
        lda table,x
        NOTE
        TRY
        lda table + $C0,x
        NOTE
        TRY
        lda table + $C0,y
        NOTE
        TRY
        ldx table + $90,y
        NOTE
        TRY
        ldy table + $90,x
        NOTE
        TRY
        lda (pointer,x)
        NOTE
        TRY
        lda (pointer + 2),y
        NOTE
        TRY
        lda (pointer),y
        NOTE
        TRY
        lda (pointer + 12),y
        NOTE
        TRY
        tax
        NOTE
        TRY
        tay
        NOTE
        TRY
        txa
        NOTE
        TRY
        tya
        NOTE
        TRY
        tsx
        NOTE
        TRY
        inx
        NOTE
        TRY
        iny
        NOTE
        TRY
        dex
        NOTE
        TRY
        dey
        NOTE
        TRY
        clc
        NOTE
        TRY
        sec
        NOTE
        TRY
        cli
        NOTE
        TRY
        sei
        NOTE
        TRY
        clv
        NOTE
        TRY
        nop
        NOTE
        TRY
        bit mem
        NOTE
        TRY
        bit table + 1
        NOTE
        TRY
        bit CXM0P
        NOTE
        TRY
        bit $2007
        NOTE
        jmp finish

group_1
        TRY_SMALL
        sta mem
        NOTE
        TRY_SMALL
        stx mem + 1
        NOTE
        TRY_SMALL
        sty mem + 2
        NOTE
        TRY_SMALL
        sta mem,x
        NOTE
        TRY_SMALL
        sty mem + 1,x
        NOTE
        TRY_SMALL
        stx mem + 2,y
        NOTE
        TRY_SMALL
        sta.w mem,x
        NOTE
        TRY_SMALL
        sta.w mem,y
        NOTE
        TRY_SMALL
        sta.w mem
        NOTE
        TRY_SMALL
        sta (pointer + 4),y
        NOTE
        TRY_SMALL
        sta (pointer + 10),y
        NOTE
        TRY_SMALL
        inc mem
        NOTE
        TRY_SMALL
        dec mem + 1
        NOTE
        TRY_SMALL
        inc mem,x
        NOTE
        TRY_SMALL
        dec mem + 2,x
        NOTE
        TRY_SMALL
        inc.w mem + 3
        NOTE
        TRY_SMALL
        dec.w mem + 4
        NOTE
        TRY_SMALL
        inc.w mem,x
        NOTE
        TRY_SMALL
        dec.w mem + 1,x
        NOTE
        TRY_SMALL
        asl mem
        NOTE
        TRY_SMALL
        lsr mem + 1
        NOTE
        TRY_SMALL
        rol mem + 2
        NOTE
        TRY_SMALL
        ror mem + 3
        NOTE
        TRY_SMALL
        asl mem,x
        NOTE
        TRY_SMALL
        lsr mem + 1,x
        NOTE
        TRY_SMALL
        rol mem + 2,x
        NOTE
        TRY_SMALL
        ror mem + 3,x
        NOTE
        TRY_SMALL
        asl.w mem
        NOTE
        TRY_SMALL
        lsr.w mem + 2
        NOTE
        TRY_SMALL
        rol.w mem + 4
        NOTE
        TRY_SMALL
        ror.w mem + 6
        NOTE
        TRY_SMALL
        asl.w mem,x
        NOTE
        TRY_SMALL
        lsr.w mem + 1,x
        NOTE
        TRY_SMALL
        rol.w mem + 2,x
        NOTE
        TRY_SMALL
        ror.w mem + 3,x
        NOTE
        TRY_SMALL
        asl
        NOTE
        TRY_SMALL
        lsr
        NOTE
        TRY_SMALL
        rol
        NOTE
        TRY_SMALL
        ror
        NOTE
        jmp finish

group_2
        TRY
        adc #$5A
        NOTE
        TRY
        adc mem + 3
        NOTE
        TRY
        adc mem,x
        NOTE
        TRY
        adc table + $85,x
        NOTE
        TRY
        adc table + $C3,y
        NOTE
        TRY
        adc (pointer,x)
        NOTE
        TRY
        adc (pointer + 2),y
        NOTE
        TRY
        adc table + 5
        NOTE
        TRY
        sbc #$5A
        NOTE
        TRY
        sbc mem + 3
        NOTE
        TRY
        sbc mem,x
        NOTE
        TRY
        sbc table + $85,x
        NOTE
        TRY
        sbc table + $C3,y
        NOTE
        TRY
        sbc (pointer,x)
        NOTE
        TRY
        sbc (pointer + 2),y
        NOTE
        TRY
        sbc table + 5
        NOTE
        TRY
        and #$5A
        NOTE
        TRY
        and mem + 3
        NOTE
        TRY
        and mem,x
        NOTE
        TRY
        and table + $85,x
        NOTE
        TRY
        and table + $C3,y
        NOTE
        TRY
        and (pointer,x)
        NOTE
        TRY
        and (pointer + 2),y
        NOTE
        TRY
        and table + 5
        NOTE
        TRY
        ora #$5A
        NOTE
        TRY
        ora mem + 3
        NOTE
        TRY
        ora mem,x
        NOTE
        TRY
        ora table + $85,x
        NOTE
        TRY
        ora table + $C3,y
        NOTE
        TRY
        ora (pointer,x)
        NOTE
        TRY
        ora (pointer + 2),y
        NOTE
        TRY
        ora table + 5
        NOTE
        TRY
        eor #$5A
        NOTE
        TRY
        eor mem + 3
        NOTE
        TRY
        eor mem,x
        NOTE
        TRY
        eor table + $85,x
        NOTE
        TRY
        eor table + $C3,y
        NOTE
        TRY
        eor (pointer,x)
        NOTE
        TRY
        eor (pointer + 2),y
        NOTE
        TRY
        eor table + 5
        NOTE
        TRY
        cmp #$5A
        NOTE
        TRY
        cmp mem + 3
        NOTE
        TRY
        cmp mem,x
        NOTE
        TRY
        cmp table + $85,x
        NOTE
        TRY
        cmp table + $C3,y
        NOTE
        TRY
        cmp (pointer,x)
        NOTE
        TRY
        cmp (pointer + 2),y
        NOTE
        TRY
        cmp table + 5
        NOTE
        TRY
        cpx #$40
        NOTE
        TRY
        cpx mem + 1
        NOTE
        TRY
        cpx table + 6
        NOTE
        TRY
        cpy #$C0
        NOTE
        TRY
        cpy mem + 5
        NOTE
        TRY
        cpy table + 2
        NOTE
        jmp finish

group_3
        TRY
        php
        pla
        NOTE
        TRY
        pha
        plp
        cld
        NOTE
        TRY
        php
        tsx
        txa
        NOTE
        plp
        TRY
        bpl .taken0
        eor #$11
.taken0 NOTE
        TRY
        bmi .taken1
        eor #$22
.taken1 NOTE
        TRY
        bvc .taken2
        eor #$33
.taken2 NOTE
        TRY
        bvs .taken3
        eor #$44
.taken3 NOTE
        TRY
        bcc .taken4
        eor #$55
.taken4 NOTE
        TRY
        bcs .taken5
        eor #$66
.taken5 NOTE
        TRY
        bne .taken6
        eor #$77
.taken6 NOTE
        TRY
        beq .taken7
        eor #$88
.taken7 NOTE
        TRY
        jsr called
        NOTE
        jmp (indirect)
over    NOTE
        TRY
        brk                     ; goes to `broken`, comes back two bytes further
        dc.b $EA
        NOTE
        lda #>returned
        pha
        lda #<returned
        pha
        TRY_SMALL
        php
        rti
returned
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

called  eor #$A5
        php
        pla
        rts

indirect
        dc.w over

broken  php
        pla
        NOTE
        pla
        pha
        ora #$01
        NOTE
        rti

        CPU_DATA

        VECTORS start, broken
