; SPDX-License-Identifier: MIT
; A program in RAM: copied there, called through its mirrors, changing itself, jumping through
; pointers at the end of a page, and returning to the cartridge.
        processor 6502
        include "vcs.inc"
        include "harness.inc"

program         = $B0

        ORG $F000
start   START_UP
        ldx #code_end - code
copy    lda code - 1,x
        sta program - 1,x
        dex
        bne copy
again   BEGIN_FRAME
        BEGIN_PICTURE
        jsr program
        jsr program + $0100     ; by the stack's addresses
        jsr program + $0400     ; and by another mirror
        lda frame
        eor sticks
        sta program + 1         ; the operand of its first lda
        lda #<(program + 9)     ; into the middle, through a pointer in RAM
        sta scratch
        lda #0
        sta scratch + 1
        lda #>(back - 1)
        pha
        lda #<(back - 1)
        pha
        jmp (scratch)
back    lda $00FF               ; the last byte of RAM is the low half of a pointer,
        sta results + 4         ; whose high half is at the beginning of that page: the TIA
        END_PICTURE
        END_FRAME again

code    lda #$12                ; 0
        sta COLUBK              ; 2
        clc                     ; 4
        adc results             ; 5
        sta results             ; 7
        inc program + 12        ; 9
        ldx #$00                ; 11, its operand counts
        stx results + 1         ; 13
        bne .skip               ; 15
        inc results + 2         ; 17
.skip   lda program + 12        ; 19
        and #$3F                ; 21
        tay                     ; 23
        sta WSYNC               ; 24
.wait   dey                     ; 26
        bne .wait               ; 27
        sty COLUBK              ; 29
        rts                     ; 31
code_end

        VECTORS start, start
