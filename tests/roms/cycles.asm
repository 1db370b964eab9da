; SPDX-License-Identifier: MIT
; How many cycles instructions take, by the timer that counts every cycle: all kinds of
; addressing, with X and Y at 0 or, in every other pair of frames, where indexed reads cross a
; page; branches not taken, taken, and taken to another page; jumps and calls.
        processor 6502
        include "vcs.inc"
        include "harness.inc"

mem             = $B0           ; stores go to $B0..$BF
pointer         = $C0
count           = scratch       ; instructions measured
sum             = results + 16  ; over all of them

; Before and after what is measured; X = Y = the index of this frame.
    MAC BEGIN
        ldx scratch + 1
        ldy scratch + 1
        lda #255
        sta TIM1T
    ENDM
    MAC MEASURED
        lda INTIM
        jsr note
    ENDM

        ORG $F000
start   START_UP
        ldx #7
fill    lda pointers,x
        sta pointer,x
        dex
        bpl fill
again   BEGIN_FRAME
        lda frame
        and #2
        beq first_page
        lda #8                  ; table + 8 is on the next page
first_page
        sta scratch + 1
        lda #0
        sta count
        BEGIN_PICTURE
        lda frame
        lsr
        bcc evens
        jmp odds

evens
        BEGIN
        nop
        MEASURED
        BEGIN
        lda #0
        MEASURED
        BEGIN
        lda mem
        MEASURED
        BEGIN
        lda mem,x
        MEASURED
        BEGIN
        ldx mem,y
        MEASURED
        BEGIN
        lda table
        MEASURED
        BEGIN
        lda table,x
        MEASURED
        BEGIN
        lda table,y
        MEASURED
        BEGIN
        lda (pointer,x)
        MEASURED
        BEGIN
        lda (pointer),y
        MEASURED
        BEGIN
        sta mem
        MEASURED
        BEGIN
        sta mem,x
        MEASURED
        BEGIN
        sta.w mem
        MEASURED
        BEGIN
        sta.w mem,x
        MEASURED
        BEGIN
        sta.w mem,y
        MEASURED
        BEGIN
        sta (pointer + 4),y
        MEASURED
        BEGIN
        inc mem
        MEASURED
        BEGIN
        inc mem,x
        MEASURED
        BEGIN
        inc.w mem
        MEASURED
        BEGIN
        inc.w mem,x
        MEASURED
        BEGIN
        asl
        MEASURED
        BEGIN
        ror mem
        MEASURED
        BEGIN
        rol mem,x
        MEASURED
        BEGIN
        lsr.w mem
        MEASURED
        BEGIN
        asl.w mem,x
        MEASURED
        BEGIN
        pha
        MEASURED
        BEGIN
        pla
        MEASURED
        BEGIN
        php
        MEASURED
        BEGIN
        plp
        MEASURED
        BEGIN
        bit mem
        MEASURED
        BEGIN
        bit table
        MEASURED
        BEGIN
        adc table,x
        MEASURED
        BEGIN
        sbc table,y
        MEASURED
        BEGIN
        cmp table,x
        MEASURED
        BEGIN
        eor (pointer),y
        MEASURED
        BEGIN
        and (pointer,x)
        MEASURED
        jmp finish

odds
        BEGIN
        ora table,y
        MEASURED
        BEGIN
        ldy table,x
        MEASURED
        BEGIN
        ldx table,y
        MEASURED
        BEGIN
        cpx mem
        MEASURED
        BEGIN
        cpy table
        MEASURED
        BEGIN
        dc.b $A7, mem ; lax
        MEASURED
        BEGIN
        dc.b $BF, <table, >table ; lax abs,y
        MEASURED
        BEGIN
        dc.b $B3, pointer ; lax (zp),y
        MEASURED
        BEGIN
        dc.b $1C, <table, >table ; nop abs,x
        MEASURED
        BEGIN
        dc.b $7C, <table, >table
        MEASURED
        BEGIN
        dc.b $0C, <table, >table
        MEASURED
        BEGIN
        dc.b $14, mem
        MEASURED
        BEGIN
        dc.b $04, mem
        MEASURED
        BEGIN
        dc.b $80, 0
        MEASURED
        BEGIN
        dc.b $1A
        MEASURED
        BEGIN
        dc.b $C7, mem ; dcp
        MEASURED
        BEGIN
        dc.b $D7, mem
        MEASURED
        BEGIN
        dc.b $CF, mem, 0
        MEASURED
        BEGIN
        dc.b $DF, mem, 0
        MEASURED
        BEGIN
        dc.b $DB, mem, 0
        MEASURED
        BEGIN
        dc.b $C3, pointer + 4
        MEASURED
        BEGIN
        dc.b $D3, pointer + 4
        MEASURED
        BEGIN
        dc.b $07, mem ; slo
        MEASURED
        BEGIN
        dc.b $13, pointer + 4 ; slo (zp),y
        MEASURED
        BEGIN
        dc.b $1B, mem, 0
        MEASURED
        BEGIN
        dc.b $87, mem ; sax
        MEASURED
        BEGIN
        dc.b $97, mem
        MEASURED
        BEGIN
        dc.b $8F, mem, 0
        MEASURED
        BEGIN
        dc.b $83, pointer + 4
        MEASURED
        BEGIN
        dc.b $0B, 0 ; anc
        MEASURED
        BEGIN
        dc.b $4B, 1 ; asr
        MEASURED
        BEGIN
        dc.b $6B, 2 ; arr
        MEASURED
        BEGIN
        dc.b $CB, 0 ; sbx
        MEASURED
        BEGIN
        dc.b $EB, 0 ; sbc
        MEASURED
        BEGIN
        dc.b $9E, mem, 0 ; shx
        MEASURED
        BEGIN
        dc.b $9C, mem, 0 ; shy
        MEASURED
        BEGIN
        dc.b $9F, mem, 0 ; sha
        MEASURED
        jmp branches

finish  lda sum
        sta COLUBK
        lda count
        sta COLUPF
        sta PF1
        lda #110                ; about what is left of the picture
        sta TIM64T
        END_PICTURE
        END_FRAME again

note    tay                     ; the last 16 one by one, all in the sum
        lda count
        and #15
        tax
        tya
        sta results,x
        lda sum
        asl
        adc #0
        adc count
        sta sum
        tya
        eor sum
        sta sum
        inc count
routine rts

pointers
        dc.w table, mem, mem, by_pointer

        ORG $F9A0
branches
        BEGIN
        bpl .t0
        nop
.t0     MEASURED
        BEGIN
        bmi .t1
        nop
.t1     MEASURED
        BEGIN
        bvc .t2
        nop
.t2     MEASURED
        BEGIN
        bvs .t3
        nop
.t3     MEASURED
        BEGIN
        bcc .t4
        nop
.t4     MEASURED
        BEGIN
        bcs .t5
        nop
.t5     MEASURED
        BEGIN
        bne .t6
        nop
.t6     MEASURED
        BEGIN
        beq .t7
        nop
.t7     MEASURED
        jmp crossing
crossed
        BEGIN
        jsr routine
        MEASURED
        BEGIN
        jmp .here
.here   MEASURED
        BEGIN
        jmp (pointer + 6)
by_pointer
        MEASURED
        jmp finish

        ORG $FAE0               ; the end of a page, for branches that cross it
back    jmp back_done
crossing
        BEGIN
        clc
        bcc far                 ; forwards
        REPEAT 24
        nop
        REPEND
far     MEASURED
        BEGIN
        clc
        bcc back                ; backwards
        nop
back_done
        MEASURED
        jmp crossed

        ORG $FCF8
table   REPEAT 16
        dc.b $00, $FF
        REPEND

        VECTORS start, start
