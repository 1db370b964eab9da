; SPDX-License-Identifier: MIT
; VBLANK switched off and on again in the middle of lines, at every cycle. What collides meanwhile
; doesn't count.
        processor 6502
        include "vcs.inc"
        include "harness.inc"

cycle           = scratch
trial           = scratch + 1

        ORG $F000
start   START_UP
again   BEGIN_FRAME
        lda #$36
        sta COLUP0
        lda #$86
        sta COLUP1
        lda #$2E
        sta COLUPF
        lda #$52
        sta COLUBK
        lda #%11111111
        sta GRP0
        sta GRP1
        lda #%01100110
        sta PF1
        sta PF2
        lda #6
        sta NUSIZ0
        sta NUSIZ1
        PLACE_ALL columns
        sta CXCLR
        BEGIN_PICTURE
        lda #20
        sta trial
next_trial
        inc cycle
        lda cycle
        cmp #77
        bcc in_line
        lda #1
        sta cycle
in_line AIM there
        lda trial
        and #2
        sta WSYNC
        jmp (slide)
there   SLIDE
        sta VBLANK
        sta WSYNC
        sta WSYNC
        eor #2
        sta VBLANK
        sta WSYNC
        dec trial
        beq done
        jmp next_trial
done    END_PICTURE
        STORE_COLLISIONS results
        END_FRAME again

columns dc.b 4, 5, 4, 5, 6

        VECTORS start, start
