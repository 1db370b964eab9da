; SPDX-License-Identifier: MIT
; Two banks of 4K with 128 bytes of RAM on the cartridge (F8SC): written at $F000, read at $F080.
; The emulator fills it from its random numbers at every reset of the system. The first 256 bytes
; of a bank, where the RAM is, are all the same, which tells the kind of the cartridge.
        processor 6502
        include "vcs.inc"
        include "harness.inc"

RAM_WRITE       = $F000
RAM_READ        = $F080
CALL_STUB       = $FF00         ; at the same places in all banks
POWER           = $FF20

    MAC BANK_END
        FILL_TO CALL_STUB, $30 + {1}
        lda $FFF8               ; bank 0's routine, and back
        jsr work
        lda $FFF9
        rts
        FILL_TO POWER, 0
        cmp $FFF9
        jmp start
        FILL_TO $FFF8, 0
        dc.b 0, 0, 0, 0
        dc.w POWER, POWER
    ENDM

        ORG $0000
        RORG $F000
        REPEAT 256
        dc.b 0
        REPEND
work    lda frame               ; each frame another cell
        and #$7F
        tax
        lda RAM_READ,x
        adc sticks
        sta RAM_WRITE,x
        rts
        BANK_END 0

        ORG $1000
        RORG $F000
        REPEAT 256
        dc.b 0
        REPEND
start   START_UP
again   BEGIN_FRAME
        BEGIN_PICTURE
        ldy #127                ; all of it, as a sum and as a picture
        lda #0
cell    clc
        adc RAM_READ,y
        rol
        sta COLUBK
        dey
        bpl cell
        sta results
        lda RAM_READ + 5
        sta results + 1
        inc results + 2
        ldx results + 2
        stx RAM_WRITE + 5
        ldy RAM_READ + 5
        sty results + 3
        jsr CALL_STUB
        END_PICTURE
        END_FRAME again
        BANK_END 1
