; SPDX-License-Identifier: MIT
;
; Bricks: one bat, one ball, two walls of bricks, for the Atari 2600. 4K cartridge.
;
; You hold the bat with the first paddle of the left port. Its button serves; after two seconds the
; ball comes by itself. A brick is worth 1, 4 or 7 points, more in the upper rows. The ball gets
; faster with every few bats that it meets, and fastest once it has been in the two upper rows. When
; the wall is gone, the next bat builds the second one; when that is gone too, the game is over with
; 864 points. It is also over when the fifth ball is lost. RESET starts a game.
;
; A frame has 262 lines: 3 of vertical sync, 37 of blank (the picture is prepared), 192 of picture,
; 30 of overscan (the game is played). Coordinates: x in colour clocks, 0..159; y in lines below the
; upper wall. Speeds and positions that need it have a second byte of 256th parts.
;
; What draws what: the playfield the bricks (20 bits on the left, another 20 on the right, so it is
; written twice in a line), player 1 both side walls at once (16 clocks wide, over the edge of the
; screen), player 0 the bat, missile 0 the ball.
;
; The paddle is a resistor, which charges a capacitor: in every line of the picture the program
; looks whether it is full yet (SENSE), and the number of lines is the position.

        processor 6502
        include "vcs.inc"

; --- measures -----------------------------------------------------------------------------------
WALL_X          = 8             ; inner edge of the left wall
WALL_RIGHT_X    = 152           ; ... and of the right one
ROWS            = 6
COLUMNS         = 18
BRICK_LINES     = 7             ; and one line between two rows
ROW_LINES       = 8
ROWS_Y          = 24            ; top of the highest row
BAT_Y           = 140
BAT_LINES       = 4
BAT_WIDTH       = 16
BAT_MIN         = WALL_X
BAT_MAX         = WALL_RIGHT_X - BAT_WIDTH
COURT_LINES     = 155
BALL_LINES      = 4
BALL_WIDTH      = 2
BALL_X_MAX      = WALL_RIGHT_X - BALL_WIDTH
BALL_LOST_Y     = COURT_LINES - BALL_LINES
SERVE_Y         = 80
DIGIT_ROWS      = 5
DIGIT_LINES     = 4             ; lines of one row

BALLS           = 5
WALLS           = 2
SERVE_WAIT      = 120           ; frames until a ball comes by itself
SERVE_EARLIEST  = 105           ; the button is heard from here on

; --- colours ------------------------------------------------------------------------------------
COLOR_BALL      = $0E           ; ball, bat and score
COLOR_WALL      = $06           ; walls and number of balls

; --- RAM ----------------------------------------------------------------------------------------
        SEG.U ram
        ORG $80
; These four are read from outside (roms/README.md), so they don't move.
score           ds 1            ; BCD
score_hundreds  ds 1
state           ds 1            ; one of the following
STATE_IDLE      = 0             ;   switched on, no game yet
STATE_PLAY      = 1
STATE_OVER      = 2
balls           ds 1            ; those not lost yet, the one in play among them

random          ds 1            ; kept over a reset of the console
frame           ds 1

walls           ds 1            ; that are still to come
bricks_left     ds 1
serve_wait      ds 1            ; frames until the serve, 0 while the ball is in play
hits            ds 1            ; bats that this ball has met, up to LAST_HIT
fast            ds 1            ; not 0: it has been in the upper rows

bat_x           ds 1
ball_x          ds 1
ball_x_part     ds 1
ball_y          ds 1
ball_y_part     ds 1
ball_dx         ds 1            ; speed, signed: clocks a frame, 256ths
ball_dx_part    ds 1
ball_dy         ds 1            ; lines a frame, 256ths
ball_dy_part    ds 1

sound           ds 1            ; frames that the sound still lasts; also its volume

; The bricks as the six bytes of a line of playfield; in each, one byte a row, the lowest row first.
pf0_left        ds ROWS
pf1_left        ds ROWS
pf2_left        ds ROWS
pf0_right       ds ROWS
pf1_right       ds ROWS
pf2_right       ds ROWS

sensed          ds 1            ; lines until the paddle's capacitor was full
ball_count      ds 1            ; lines from the one drawn to the last one of the ball
bat_shape       ds 1            ; what player 0 shows in the lines drawn now
digits_1        ds DIGIT_ROWS   ; hundreds and tens, bottom row first
digits_2        ds DIGIT_ROWS   ; ones, for a byte that the beam reads from its low end
digits_3        ds DIGIT_ROWS   ; balls

row             ds 1            ; scratch, within one routine
column          ds 1
font            ds 1
old_x           ds 1

; --- pieces of a line ---------------------------------------------------------------------------
; One more line in which the paddle's capacitor is not full. 10 cycles at most. Uses A.
        MAC SENSE
        lda INPT0
        bmi .full
        inc sensed
.full
        ENDM

; X: whether the next line shows the ball, for ENAM0. 13 cycles at most. Uses A.
        MAC NEXT_BALL
        lda #BALL_LINES - 1
        dcp ball_count
        ldx #0
        bcc .none
        ldx #2
.none
        ENDM

; One line of the row of bricks Y. The numbers are cycles; those in brackets say when the beam
; allows the write: after the left half has shown its copy, before the right half shows this one.
        MAC BRICK_LINE
        sta WSYNC
        stx ENAM0               ; 3
        lda pf0_left,y
        sta PF0                 ; 10    (..22)
        lda pf1_left,y
        sta PF1                 ; 17    (..28)
        lda pf2_left,y
        sta PF2                 ; 24    (..38)
        NEXT_BALL               ; 37
        lda pf0_right,y
        sta PF0                 ; 44    (28..49)
        lda pf1_right,y
        sta PF1                 ; 51    (39..54)
        lda pf2_right,y
        sta PF2                 ; 58    (50..65)
        SENSE                   ; 68
        ENDM

        SEG code
        ORG $F000

; ================================================================================================
; Power
; ================================================================================================
; The timer and the cell `random` hold something arbitrary now, and nothing else will: they decide
; what the serves of this session are. All else is cleared.
start SUBROUTINE
        sei
        cld
        ldx #$FF
        txs
        lda INTIM
        eor random
        tay
        lda #0
.clear  sta $00,x               ; from $FF down to $01: RAM and the TIA's registers
        dex
        bne .clear
        sty random
        jsr build_wall

; ================================================================================================
; One frame
; ================================================================================================
next_frame SUBROUTINE
        VERTICAL_SYNC
        lda #44                 ; 44 * 64 cycles end in the last of the 37 lines
        sta TIM64T

        jsr place_objects
        jsr write_digits
        jsr prepare_picture
.wait_blank
        lda INTIM
        bne .wait_blank
        sta WSYNC
        sta VBLANK              ; A = 0: picture on, the capacitors begin to charge

        jsr draw_picture

        lda #%10000010          ; picture off, capacitors to ground
        sta VBLANK
        sta WSYNC
        lda #35                 ; ends in the last of the 29 lines that are left
        sta TIM64T
        jsr play
.wait_overscan
        lda INTIM
        bne .wait_overscan
        jmp next_frame

; ================================================================================================
; Picture
; ================================================================================================

; Puts bat, walls and ball at their columns. Takes 4 lines.
;
; One object: a line begins, 15 clocks pass with each turn of the loop, and what is left of the
; division goes into the fine motion. The position that results is 4 less than A at the division
; for missiles and 2 less for players of double width.
place_objects SUBROUTINE
        ldx #0
        lda bat_x
        clc
        adc #2
        jsr .place
        inx
        lda #WALL_RIGHT_X + 2
        jsr .place
        inx
        lda ball_x
        clc
        adc #4
        jsr .place
        sta WSYNC
        sta HMOVE
        rts
.place  sec
        sta WSYNC
.coarse sbc #15                 ; 2, 5 with the branch
        bcs .coarse
        eor #7
        asl
        asl
        asl
        asl
        sta HMP0,x
        sta RESP0,x             ; at cycle 22, 27, ... 72
        rts

; Score and number of balls as rows of playfield.
write_digits SUBROUTINE
        lda score_hundreds
        jsr .find
        sta row
        lda score
        lsr
        lsr
        lsr
        lsr
        jsr .find
        sta column
        ldy #DIGIT_ROWS - 1
.left   ldx row
        lda digit_rows,x
        and #$F0
        sta digits_1,y
        ldx column
        lda digit_rows,x
        and #$0F
        ora digits_1,y
        sta digits_1,y
        dec row
        dec column
        dey
        bpl .left

        lda score
        jsr .find
        sta row
        lda balls
        jsr .find
        sta column
        ldy #DIGIT_ROWS - 1
.right  ldx row
        lda digit_rows,x
        lsr
        lsr
        lsr
        lsr
        tax
        lda mirrored,x
        sta digits_2,y
        ldx column
        lda digit_rows,x
        and #$F0
        sta digits_3,y
        dec row
        dec column
        dey
        bpl .right
        rts

; A: the top row of the digit in A's low half.
.find   and #$0F
        sta font
        asl
        asl
        adc font
        adc #DIGIT_ROWS - 1
        rts

prepare_picture SUBROUTINE
        lda #0
        sta sensed
        sta bat_shape
        sta COLUBK
        lda #%00010101          ; bat 16 clocks wide, ball 2
        sta NUSIZ0
        lda #%00000101
        sta NUSIZ1
        lda #COLOR_BALL
        sta COLUP0
        lda #COLOR_WALL
        sta COLUP1
        lda #%00000010          ; score in the colour of the ball, balls in that of the walls
        sta CTRLPF
        lda #255                ; no ball
        ldx serve_wait
        bne .hidden
        ldx state
        dex                     ; STATE_PLAY?
        bne .hidden
        clc
        lda ball_y
        adc #BALL_LINES
.hidden sta ball_count
        rts

; 192 lines: 3 black, 20 of digits, 5 black, 8 of wall, 1 and COURT_LINES of court.
; Begins in the first cycles of a line, and returns in those of the line after the picture.
draw_picture SUBROUTINE
        SENSE
        ldy #2
        jsr .empty_lines

        ldy #DIGIT_ROWS - 1
.digit_row
        ldx #DIGIT_LINES
.digit_line
        sta WSYNC
        lda digits_1,y
        sta PF1                 ; 7     (..28)
        lda digits_2,y
        sta PF2                 ; 14    (..38)
        SENSE                   ; 24, or 20 with a full one
        jsr .twelve_cycles      ; 36
        nop                     ; 38
        nop                     ; 40
        lda digits_3,y
        sta PF1                 ; 47    (39..54), or 43
        nop                     ; 49
        nop                     ; 51
        nop                     ; 53
        lda #0
        sta PF2                 ; 58    (50..65), or 54
        dex
        bne .digit_line
        dey
        bpl .digit_row
        sta WSYNC
        sta PF1
        SENSE
        ldy #4
        jsr .empty_lines

        sta WSYNC
        lda #COLOR_WALL
        sta COLUBK
        lda #%11111111
        sta GRP1
        lda #0
        sta CTRLPF
        SENSE
        ldy #7
        jsr .empty_lines
        sta WSYNC
        lda #0
        sta COLUBK
        NEXT_BALL
        SENSE
        ldy #ROWS_Y
        jsr .court_lines

        ldy #ROWS - 1           ; the highest row
.brick_row
        lda colors,y
        sta COLUPF
        REPEAT BRICK_LINES
        BRICK_LINE
        REPEND
        sta WSYNC
        stx ENAM0               ; 3
        lda #0
        sta PF0
        sta PF1
        sta PF2                 ; 14    (..22)
        NEXT_BALL
        SENSE                   ; 37
        dey
        bmi .below_bricks
        jmp .brick_row
.below_bricks

        ldy #BAT_Y - ROWS_Y - ROWS * ROW_LINES
        jsr .court_lines
        lda #%11111111
        sta bat_shape
        ldy #BAT_LINES
        jsr .court_lines
        lda #0
        sta bat_shape
        ldy #COURT_LINES - BAT_Y - BAT_LINES
        jsr .court_lines
        sta WSYNC
        lda #0
        sta ENAM0
        sta GRP0
        sta GRP1
.twelve_cycles
        rts

; Y lines with walls, ball and bat.
.court_lines
        sta WSYNC
        stx ENAM0
        lda bat_shape
        sta GRP0                ; 9     (..25)
        NEXT_BALL
        SENSE                   ; 32
        dey
        bne .court_lines
        rts

; Y lines with nothing new in them.
.empty_lines
        sta WSYNC
        SENSE
        dey
        bne .empty_lines
        rts

; ================================================================================================
; Play
; ================================================================================================
; 29 lines; 2,150 cycles at most.
play SUBROUTINE
        inc frame
        jsr next_random
        lda SWCHB
        lsr                     ; RESET, 0 = pressed
        bcs .go_on
        jsr new_game
.go_on  jsr move_bat
        lda state
        cmp #STATE_PLAY
        bne fade_sound
        lda serve_wait
        bne .serve
        jsr move_ball
        jmp fade_sound

; Before a serve: the wait, or the button.
.serve  dec serve_wait
        lda serve_wait
        cmp #SERVE_EARLIEST
        bcs fade_sound
        bit SWCHA
        bmi fade_sound
        lda #0
        sta serve_wait
        ; falls into fade_sound

        include "sound.inc"

        include "random.inc"

new_game SUBROUTINE
        lda #0
        sta score
        sta score_hundreds
        sta sound
        lda #BALLS
        sta balls
        lda #WALLS - 1
        sta walls
        lda #STATE_PLAY
        sta state
        jsr build_wall
        ; falls into prepare_serve

; Chooses the serve. What the player has done with the bat decides it too.
prepare_serve SUBROUTINE
        lda #SERVE_WAIT
        sta serve_wait
        lda #0
        sta hits
        sta fast
        sta ball_x_part
        sta ball_y_part
        lda #SERVE_Y
        sta ball_y
        lda bat_x
        eor frame
        adc random
        sta random
        jsr next_random
        and #%00111111
        clc
        adc #48
        sta ball_x
        jsr next_random
        and #3
        tay
        lda serve_dx,y
        sta ball_dx
        lda serve_dx_part,y
        sta ball_dx_part
        lda speeds
        sta ball_dy
        lda speeds_part
        sta ball_dy_part
        rts

; All bricks there.
build_wall SUBROUTINE
        ldx #ROWS - 1
.row    lda #%11000000          ; without the two bits of the left wall
        sta pf0_left,x
        lda #%11110000
        sta pf0_right,x
        lda #%11111111
        sta pf1_left,x
        sta pf2_left,x
        sta pf1_right,x
        lda #%00111111          ; without those of the right wall
        sta pf2_right,x
        dex
        bpl .row
        lda #ROWS * COLUMNS
        sta bricks_left
        rts

; --- bat ----------------------------------------------------------------------------------------

; A paddle turned fully to the right is full after some 7 lines, to the left not within the picture.
; bat_x := BAT_MAX + 3 - 11/16 of the lines, within the court.
move_bat SUBROUTINE
        lda sensed
        lsr
        sta row                 ; 1/2
        lsr
        lsr
        sta column              ; 1/8
        lsr                     ; 1/16
        clc
        adc column
        adc row
        sta row
        lda #BAT_MAX + 3
        sec
        sbc row
        cmp #BAT_MAX + 1
        bcc .not_beyond
        lda #BAT_MAX
.not_beyond
        cmp #BAT_MIN
        bcs .inside
        lda #BAT_MIN
.inside sta bat_x
        rts

; --- ball ---------------------------------------------------------------------------------------

; First across, then down; a brick in the way of either turns that part of the speed.
move_ball SUBROUTINE
        lda ball_x
        sta old_x
        clc
        lda ball_x_part
        adc ball_dx_part
        sta ball_x_part
        lda ball_x
        adc ball_dx
        cmp #WALL_X
        bcs .not_left
        lda #WALL_X
        bne .side               ; always
.not_left
        cmp #BALL_X_MAX + 1
        bcc .on_court
        lda #BALL_X_MAX
.side   sta ball_x
        lda #0
        sta ball_x_part
        jsr turn_dx
        lda #$18
        jsr play_sound
        jmp .down
.on_court
        sta ball_x
        tax                     ; the edge that goes first
        bit ball_dx
        bmi .edge
        inx                     ; BALL_WIDTH - 1
.edge   lda ball_y
        clc
        adc #1
        jsr hit_brick
        bcc .down
        lda old_x
        sta ball_x
        jsr turn_dx

.down   clc
        lda ball_y_part
        adc ball_dy_part
        sta ball_y_part
        lda ball_y
        adc ball_dy
        sta ball_y
        ldx ball_x
        bit ball_dy
        bpl .downwards

        cmp #COURT_LINES        ; upwards: below 0 is beyond the upper wall
        bcc .at_brick
        lda #0
        sta ball_y
        sta ball_y_part
        lda #$18
        jsr play_sound
        jmp turn_dy

.downwards
        cmp #BALL_LOST_Y
        bcs .lost
        cmp #BAT_Y + BAT_LINES
        bcs .flying             ; too low for the bat
        cmp #BAT_Y - BALL_LINES + 1
        bcs meet_bat
        adc #BALL_LINES - 1
.at_brick
        jsr hit_brick
        bcc .flying
        jmp turn_dy
.flying rts
.lost   jmp lose_ball

; The ball is level with the bat, coming down.
meet_bat SUBROUTINE
        clc
        lda ball_x
        adc #BALL_WIDTH - 1
        sec
        sbc bat_x
        cmp #BAT_WIDTH + BALL_WIDTH - 1
        bcs .missed
        tay                     ; 0..16
        lda random              ; never quite the same way: none repeats for ever
        and #%00011111
        clc
        adc bat_dx_part,y
        sta ball_dx_part
        lda bat_dx,y
        adc #0
        sta ball_dx
        lda #BAT_Y - BALL_LINES
        sta ball_y
        ldx hits
        cpx #LAST_HIT
        bcs .fastest
        inc hits
.fastest
        txa
        lsr
        lsr
        tax
        lda fast
        beq .slow
        ldx #FAST
.slow   lda speeds,x
        sta ball_dy
        lda speeds_part,x
        sta ball_dy_part
        jsr turn_dy
        lda #$0F
        jsr play_sound
        lda bricks_left         ; was that the end of a wall?
        bne .missed
        dec walls
        jmp build_wall
.missed rts

; A: a line, X: a clock. If there is a brick, it goes, and the carry is set.
hit_brick SUBROUTINE
        sec
        sbc #ROWS_Y
        cmp #ROWS * ROW_LINES
        bcs .none
        sta row
        and #ROW_LINES - 1
        cmp #BRICK_LINES        ; between two rows
        bcs .none
        lda row
        lsr
        lsr
        lsr
        eor #$FF
        sec
        adc #ROWS - 1
        sta row                 ; 0: the lowest
        txa
        sec
        sbc #WALL_X
        lsr
        lsr
        lsr
        tay
        lda column_byte,y
        clc
        adc row
        tax
        lda pf0_left,x
        and column_bits,y
        beq .none
        eor pf0_left,x
        sta pf0_left,x

        ldx row
        cpx #FIRST_FAST_ROW
        bcc .slow
        stx fast
.slow   sed
        clc
        lda score
        adc row_points,x
        sta score
        lda score_hundreds
        adc #0
        sta score_hundreds
        cld
        lda row_pitches,x
        jsr play_sound
        dec bricks_left
        bne .hit
        lda walls
        bne .hit
        lda #STATE_OVER
        sta state
.hit    sec
        rts
.none   clc
        rts

lose_ball SUBROUTINE
        lda #$1F
        jsr play_sound
        lda #15
        sta sound
        dec balls
        beq .over
        jmp prepare_serve
.over   lda #STATE_OVER
        sta state
        rts

        include "turn.inc"

; ================================================================================================
; Tables
; ================================================================================================

; Digits, each twice, for either half of a byte; bottom row first.
digit_rows
        include "digits.inc"
; Four bits, turned round.
mirrored
        dc.b %0000, %1000, %0100, %1100, %0010, %1010, %0110, %1110
        dc.b %0001, %1001, %0101, %1101, %0011, %1011, %0111, %1111

; Where the brick of each column is: the first cell of its byte, counted from pf0_left, and its
; bits.
column_byte
        dc.b 0
        dc.b pf1_left - pf0_left, pf1_left - pf0_left, pf1_left - pf0_left, pf1_left - pf0_left
        dc.b pf2_left - pf0_left, pf2_left - pf0_left, pf2_left - pf0_left, pf2_left - pf0_left
        dc.b pf0_right - pf0_left, pf0_right - pf0_left
        dc.b pf1_right - pf0_left, pf1_right - pf0_left, pf1_right - pf0_left, pf1_right - pf0_left
        dc.b pf2_right - pf0_left, pf2_right - pf0_left, pf2_right - pf0_left
column_bits
        dc.b %11000000
        dc.b %11000000, %00110000, %00001100, %00000011
        dc.b %00000011, %00001100, %00110000, %11000000
        dc.b %00110000, %11000000
        dc.b %11000000, %00110000, %00001100, %00000011
        dc.b %00000011, %00001100, %00110000

; By row, the lowest first.
colors          dc.b $86, $C8, $1A, $28, $38, $46
row_points      dc.b $01, $01, $04, $04, $07, $07
row_pitches     dc.b $0D, $0C, $0A, $09, $07, $06
FIRST_FAST_ROW  = 4

; Speed of the ball down, by every four bats that it has met; the last one after the upper rows.
speeds          dc.b $01, $01, $02, $02, $02
speeds_part     dc.b $80, $C0, $00, $40, $C0
FAST            = 4
LAST_HIT        = 4 * FAST - 1

; Speed of the ball across, by the clock of the bat that it meets.
    MAC ACROSS
        dc.b {1}-$01C0, {1}-$01C0, {1}-$01C0, {1}-$0100, {1}-$0100, {1}-$0100
        dc.b {1}-$0060, {1}-$0060, {1}-$0060
        dc.b {1}$0060, {1}$0060
        dc.b {1}$0100, {1}$0100, {1}$0100, {1}$01C0, {1}$01C0, {1}$01C0
    ENDM
bat_dx          ACROSS >
bat_dx_part     ACROSS <

serve_dx        dc.b >-$00C0, >-$0060, >$0060, >$00C0
serve_dx_part   dc.b <-$00C0, <-$0060, <$0060, <$00C0

        VECTORS start, start
