; SPDX-License-Identifier: MIT
; Two banks of 4K, the second one at $D000, the first one at $F000 (FE): the program goes over by
; jsr and comes back by rts, and jumps there and back; it reads both banks as data.
        processor 6502
        include "vcs.inc"
        include "harness.inc"

        ORG $0000
        RORG $F000
start   START_UP
again   BEGIN_FRAME
        BEGIN_PICTURE
        ldx #20
next    sta WSYNC
        lda frame
        stx $C6
        jsr $D000
        dec $C5                 ; these two, in this place, tell the kind of the cartridge
        sta COLUBK
        jmp there
back    dex
        bne next
        lda value
        eor value_there
        sta results + 3
        END_PICTURE
        END_FRAME again
home    lda value               ; called from the other bank
        sta results + 2
        rts
value   dc.b $1F
        FILL_TO $FFFC, $FF
        dc.w start, start

        ORG $1000
        RORG $D000
        adc value_there
        eor sticks
        adc results
        sta results
        jsr home
        inc $C5
        inc $C5
        rts
there   inc results + 1
        jmp back
value_there
        dc.b $D1
        FILL_TO $DFFC, $DD
        dc.w start, start
