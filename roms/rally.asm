; SPDX-License-Identifier: MIT
;
; Rally: a game of two bats and a ball, against the computer, for the Atari 2600. 4K cartridge.
;
; You hold the right bat with the joystick of the left port, up and down. Where the ball meets the
; bat decides its way: from the middle it goes flat, from a corner steep and fast. FIRE serves;
; the serve comes by itself after less than a second. Who has 21 points first, wins. RESET starts
; a game.
;
; The computer's bat is slower than a steep ball, it looks at the ball only when that has come some
; way towards it, and it tires in a long rally: a well-placed shot wins, and every point ends. With
; the left difficulty switch at A it is half as fast again.
;
; A frame has 262 lines: 3 of vertical sync, 37 of blank (the picture is prepared), 192 of picture,
; 30 of overscan (the game is played). Coordinates: x in colour clocks, 0..159; y in lines of the
; court, 0 at the top. Speeds and positions that need it have a second byte of 256th parts.

        processor 6502
        include "vcs.inc"

; --- measures -----------------------------------------------------------------------------------
COURT_LINES     = 148           ; lines of the court between the walls
BAT_LINES       = 20
BALL_LINES      = 4
BALL_WIDTH      = 4
LEFT_X          = 16            ; left edges of the bats, which are 4 clocks wide
RIGHT_X         = 140
NET_X           = 79
BAT_MAX         = COURT_LINES - BAT_LINES
BALL_MAX        = COURT_LINES - BALL_LINES
BAT_MIDDLE      = BAT_MAX / 2
DIGIT_ROWS      = 5
WINNING_SCORE   = $21           ; BCD
DIGIT_LINES     = 4             ; lines of one row

YOUR_SPEED      = $0280         ; lines a frame, in 256ths
DRIFT_SPEED     = $0080         ; the computer going back to the middle
LOOK_X          = 100           ; the computer looks at a ball that is left of this
SMASH           = $0060         ; what a ball from a corner gains, clocks a frame

SERVE_WAIT      = 48            ; frames from a point to the serve
SERVE_SHOWN     = 24            ; ... of which the ball is seen
SERVE_EARLIEST  = 40            ; FIRE is heard from here on

; --- colours ------------------------------------------------------------------------------------
COLOR_LEFT      = $3A           ; orange
COLOR_RIGHT     = $9C           ; light blue
COLOR_BALL      = $0E
COLOR_WALL      = $08
COLOR_COURT     = $C0           ; dark green

; --- RAM ----------------------------------------------------------------------------------------
        SEG.U ram
        ORG $80
; These three are read from outside (roms/README.md): they stay where they are.
your_score      ds 1            ; BCD
computer_score  ds 1            ; BCD
state           ds 1            ; one of the following
STATE_IDLE      = 0             ;   switched on, no game yet
STATE_PLAY      = 1
STATE_OVER      = 2

random          ds 1            ; kept over a reset of the console
frame           ds 1

left_y          ds 1            ; the computer's bat: top line, 256ths
left_y_part     ds 1
right_y         ds 1            ; yours
right_y_part    ds 1
aim             ds 1            ; where on its bat the computer wants to meet the ball

ball_x          ds 1
ball_x_part     ds 1
ball_y          ds 1
ball_y_part     ds 1
ball_dx         ds 1            ; speed, signed: clocks a frame, 256ths
ball_dx_part    ds 1
ball_dy         ds 1
ball_dy_part    ds 1
hits            ds 1            ; bats that have met the ball in this rally, up to LAST_HIT
serve_wait      ds 1            ; frames until the serve, 0 in a rally

sound           ds 1            ; frames that the sound still lasts; also its volume

left_count      ds 1            ; lines from the one drawn to the last one of the object
right_count     ds 1
ball_count      ds 1
left_digits     ds DIGIT_ROWS   ; the scores as playfield, bottom row first
right_digits    ds DIGIT_ROWS

pointer         ds 2            ; scratch, within one routine
tens            ds 1
ones            ds 1
row             ds 1
speed           ds 1            ; scratch: lines a frame, 256ths
speed_part      ds 1

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
        lda #BAT_MIDDLE
        sta left_y
        sta right_y

; ================================================================================================
; One frame
; ================================================================================================
next_frame SUBROUTINE
        VERTICAL_SYNC
        lda #44                 ; 44 * 64 cycles end in the last of the 37 lines
        sta TIM64T

        jsr place_objects
        jsr write_scores
        jsr count_lines
        jsr set_colors
.wait_blank
        lda INTIM
        bne .wait_blank
        sta WSYNC
        sta VBLANK              ; A = 0: picture on

        jsr draw_picture

        lda #2
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

; Puts bats, net and ball at their columns. Takes 6 lines.
;
; One object: a line begins, 15 clocks pass with each turn of the loop, and what is left of the
; division goes into the fine motion. The position that results is 4 less than A at the division
; for missiles and ball and 3 less for players.
place_objects SUBROUTINE
        ldx #4
.object lda .columns,x
        cpx #4
        bne .fixed
        clc
        lda ball_x
        adc #4
.fixed  sec
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
        dex
        bpl .object
        sta WSYNC
        sta HMOVE
        rts
; players 0 and 1, missiles 0 and 1, ball (from ball_x)
.columns
        dc.b LEFT_X + 3, RIGHT_X + 3, NET_X + 4, 4, 0

; The two scores as rows of playfield. When the game is over, the winner's blinks.
write_scores SUBROUTINE
        ldx your_score
        lda #<right_digits
        jsr .score
        ldx computer_score
        lda #<left_digits
.score  sta pointer
        lda #0
        sta pointer + 1
        ldy #DIGIT_ROWS - 1
        lda state
        cmp #STATE_OVER
        bne .lit
        cpx #WINNING_SCORE
        bne .lit
        lda frame
        and #%00010000
        beq .lit
        lda #0
.dark   sta (pointer),y
        dey
        bpl .dark
        rts

.lit    txa                     ; a digit's top row is number 5 * digit + 4
        and #$0F
        sta ones
        asl
        asl
        adc ones
        adc #DIGIT_ROWS - 1
        sta ones
        txa
        lsr
        lsr
        lsr
        lsr
        bne .two_digits
        lda #10                 ; the blank
.two_digits
        sta tens
        asl
        asl
        adc tens
        adc #DIGIT_ROWS - 1
        tax
.row    lda digits,x            ; tens to the left, ones to the right
        and #$F0
        sta row
        stx tens
        ldx ones
        lda digits,x
        and #$0F
        ora row
        sta (pointer),y
        dec ones
        ldx tens
        dex
        dey
        bpl .row
        rts

; Fills the counters by which the picture knows the lines of each object.
count_lines SUBROUTINE
        clc
        lda left_y
        adc #BAT_LINES
        sta left_count
        lda right_y
        adc #BAT_LINES
        sta right_count
        lda #255                ; never
        ldx state
        dex                     ; STATE_PLAY?
        bne .hidden
        ldx serve_wait
        cpx #SERVE_SHOWN + 1
        bcs .hidden
        lda ball_y
        adc #BALL_LINES
.hidden sta ball_count
        rts

set_colors SUBROUTINE
        lda #COLOR_LEFT
        sta COLUP0
        lda #COLOR_RIGHT
        sta COLUP1
        lda #COLOR_BALL
        sta COLUPF
        lda #0
        sta COLUBK
        lda #%00000010          ; the scores in the colours of the bats
        sta CTRLPF
        rts

; 192 lines: 3 black, 20 of scores, 4 black, 8 of wall, 1 and COURT_LINES of court, 8 of wall.
; Begins, and returns, in the first cycles of a line.
draw_picture SUBROUTINE
        LINES 2
        ldy #DIGIT_ROWS - 1
.digit_row
        ldx #DIGIT_LINES
.digit_line
        sta WSYNC
        lda left_digits,y       ; 4
        sta PF1                 ; 7     shown from cycle 28 on
        jsr .twelve_cycles      ; 19
        jsr .twelve_cycles      ; 31
        nop                     ; 33
        nop                     ; 35
        lda right_digits,y      ; 39
        sta PF1                 ; 42    left half shown until 39, right half from 54 on
        dex
        bne .digit_line
        dey
        bpl .digit_row
        sta WSYNC
        lda #0
        sta PF1
        lda #%00100100          ; ball 4 clocks wide, before the net
        sta CTRLPF
        LINES 4

        lda #COLOR_WALL
        sta COLUBK
        LINES 8
        lda #COLOR_COURT
        sta COLUBK
        ldy #COURT_LINES + 1
        bne .next_line          ; always

; Y counts down to 1. A and X hold what was found in the line before.
.court_line
        sta WSYNC
        stx ENABL               ; 3
        sta GRP0                ; 6
        lda #BAT_LINES - 1      ; 8
        dcp right_count         ; 13    one line further; carry: this line is the bat's
        lda #0                  ; 15
        bcc .no_right           ; 17
        lda #%11110000          ; 19
.no_right
        sta GRP1                ; 22    all before the picture begins, at 22.7
        tya                     ; 24
        lsr                     ; 26
        lsr                     ; 28
        sta ENAM0               ; 31    the net: 8 lines yes, 8 lines no; shown at 49
.next_line
        lda #BALL_LINES - 1     ; 33
        dcp ball_count          ; 38
        ldx #0                  ; 40
        bcc .no_ball            ; 42
        ldx #2                  ; 44
.no_ball
        lda #BAT_LINES - 1      ; 46
        dcp left_count          ; 51
        lda #0                  ; 53
        bcc .no_left            ; 55
        lda #%11110000          ; 57
.no_left
        dey                     ; 59
        bne .court_line         ; 62

        sta WSYNC
        lda #COLOR_WALL
        sta COLUBK
        sty ENABL
        sty GRP0
        sty GRP1
        sty ENAM0
        LINES 8
        sty COLUBK
.twelve_cycles
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
.go_on  lda state
        cmp #STATE_PLAY
        bne fade_sound
        jsr move_you
        jsr move_computer
        lda serve_wait
        bne .serve
        jsr move_ball
        jmp fade_sound

; Before a serve: the wait, or FIRE.
.serve  dec serve_wait
        lda serve_wait
        cmp #SERVE_EARLIEST
        bcs fade_sound
        bit INPT4
        bmi fade_sound
        lda #0
        sta serve_wait
        ; falls into fade_sound

        include "sound.inc"

        include "random.inc"

new_game SUBROUTINE
        lda #0
        sta your_score
        sta computer_score
        sta sound
        lda #BAT_MIDDLE
        sta left_y
        sta right_y
        lda #STATE_PLAY
        sta state
        ; falls into prepare_serve

; Chooses the serve. The players' doings are in `random` by now.
prepare_serve SUBROUTINE
        lda #SERVE_WAIT
        sta serve_wait
        lda #0
        sta hits
        sta ball_x_part
        sta ball_y_part
        lda #80 - BALL_WIDTH / 2
        sta ball_x
        jsr next_random
        eor frame
        tay
        and #%00111111          ; height
        clc
        adc #(BALL_MAX - 64) / 2
        sta ball_y
        tya
        and #3                  ; angle
        tax
        lda serve_dy,x
        sta ball_dy
        lda serve_dy_part,x
        sta ball_dy_part
        lda #6
        sta aim
        lda speeds
        sta ball_dx
        lda speeds_part
        sta ball_dx_part
        lda random              ; to the left or to the right
        and #%00001000
        beq .right
        jsr turn_dx
.right  rts

; --- bats ---------------------------------------------------------------------------------------

move_you SUBROUTINE
        lda #>YOUR_SPEED
        sta speed
        lda #<YOUR_SPEED
        sta speed_part
        ldx #right_y - left_y
        lda SWCHA
        asl
        asl
        asl                     ; carry: down, 0 = pressed; bit 7: up, one further
        bcs .not_down
        inc random              ; what you do decides what comes
        jmp move_down
.not_down
        bmi .stay
        jmp move_up
.stay   rts

; The computer follows the ball, but slowly, and only when it comes and is not far.
move_computer SUBROUTINE
        lda serve_wait
        bne .drift
        bit ball_dx
        bpl .drift
        ldx hits
        lda #0
        sta speed
        lda computer_speeds,x
        bit SWCHB
        bvc .easy
        lsr                     ; half as much again
        clc
        adc computer_speeds,x
        rol speed
.easy   sta speed_part
        asl speed_part          ; the table has 128ths
        rol speed
        lda ball_x
        cmp #LOOK_X
        bcs .stay
        lda ball_y
        sec
        sbc aim
        bcs .towards
        lda #0
        beq .towards            ; always
.drift  lda #>DRIFT_SPEED
        sta speed
        lda #<DRIFT_SPEED
        sta speed_part
        lda #BAT_MIDDLE
.towards
        ldx #0
        sec
        sbc left_y              ; within a line of it: stays
        beq .stay
        bcc .above
        cmp #2
        bcs move_down
        rts
.above  cmp #-1
        bcc move_up
.stay   rts

; Moves a bat by `speed`: the computer's with X = 0, yours with X = right_y - left_y.
move_up SUBROUTINE
        sec
        lda left_y_part,x
        sbc speed_part
        sta left_y_part,x
        lda left_y,x
        sbc speed
        bcs .inside
        lda #0
.inside sta left_y,x
        rts

move_down SUBROUTINE
        clc
        lda left_y_part,x
        adc speed_part
        sta left_y_part,x
        lda left_y,x
        adc speed
        cmp #BAT_MAX
        bcc .inside
        lda #BAT_MAX
.inside sta left_y,x
        rts

; --- ball ---------------------------------------------------------------------------------------

move_ball SUBROUTINE
        clc
        lda ball_x_part
        adc ball_dx_part
        sta ball_x_part
        lda ball_x
        adc ball_dx
        sta ball_x
        clc
        lda ball_y_part
        adc ball_dy_part
        sta ball_y_part
        lda ball_y
        adc ball_dy
        cmp #BALL_MAX + 1
        bcc .on_court
        lda #0                  ; beyond a wall: back to it, and turned
        sta ball_y_part
        bit ball_dy
        bmi .at_wall
        lda #BALL_MAX
.at_wall
        sta ball_y
        jsr turn_dy
        lda #$18
        jsr play_sound
        jmp .bats
.on_court
        sta ball_y

.bats   lda ball_x
        bit ball_dx
        bmi .to_left

        cmp #RIGHT_X - BALL_WIDTH + 1
        bcc .flying
        cmp #RIGHT_X + 4
        bcs .past_right
        ldx right_y
        jsr meet_bat
        bcs .flying
        lda #RIGHT_X - BALL_WIDTH
        sta ball_x
        lda random              ; how the computer will answer
        and #15
        sta aim
        jmp turn_dx
.past_right
        cmp #160 - BALL_WIDTH
        bcc .flying
        ldx #computer_score - your_score
        bcs add_point           ; always

.to_left
        cmp #LEFT_X + 4
        bcs .past_left
        cmp #LEFT_X - 3
        bcc .flying
        ldx left_y
        jsr meet_bat
        bcs .flying
        lda #LEFT_X + 4
        sta ball_x
.flying rts
.past_left
        cmp #160                ; only a ball that went below 0 is there
        bcc .flying
        ldx #0
        ; falls into add_point

; X: 0 for you, computer_score - your_score for the computer.
add_point SUBROUTINE
        sed
        clc
        lda your_score,x
        adc #1
        sta your_score,x
        cld
        cmp #WINNING_SCORE
        bne .goes_on
        lda #STATE_OVER
        sta state
.goes_on
        lda pitches,x
        jsr play_sound
        lda #15
        sta sound
        jmp prepare_serve

; X: top line of a bat that is level with the ball. Carry set: it misses. Carry clear: the ball
; leaves to the right, with a new angle and speed.
meet_bat SUBROUTINE
        stx row
        clc
        lda ball_y
        adc #BALL_LINES - 1
        sec
        sbc row
        cmp #BAT_LINES + BALL_LINES - 1
        bcs .missed
        lsr                     ; 0..22: six parts of the bat
        lsr
        tay
        bit ball_dx             ; the computer plays it safe: its corners are not that steep
        bpl .yours
        cpy #1
        bcs .not_upper
        iny
.not_upper
        cpy #5
        bcc .yours
        dey
.yours
        lda bat_dy,y
        sta ball_dy
        lda bat_dy_part,y
        sta ball_dy_part
        ldx hits
        cpx #LAST_HIT
        bcs .fastest
        inx
        stx hits
.fastest
        clc
        lda speeds_part,x
        adc bat_gain,y
        sta ball_dx_part
        lda speeds,x
        adc #0
        sta ball_dx
        lda #$0F
        jsr play_sound
        clc
.missed rts

        include "turn.inc"

; ================================================================================================
; Tables
; ================================================================================================

; Digits, each twice, for either half of a byte; bottom row first, and a blank after the 9.
digits
        include "digits.inc"
        dc.b 0, 0, 0, 0, 0

; Speed of the ball across, by bats that it has met: the first one is the serve's.
speeds          dc.b $01, $01, $02, $02, $02, $02, $02, $02, $03, $03, $03, $03, $03
speeds_part     dc.b $60, $C0, $00, $20, $40, $60, $80, $C0, $00, $00, $20, $20, $40
LAST_HIT        = speeds_part - speeds - 1

; Speed of the computer's bat, likewise, in 128ths of a line.
computer_speeds dc.b $94, $94, $94, $94, $90, $90, $88, $88, $80, $78, $70, $68, $58

; Speed of the ball down, and what it gains across, by the part of the bat.
bat_dy          dc.b >-$0300, >-$0220, >-$00C0, >$00C0, >$0220, >$0300
bat_dy_part     dc.b <-$0300, <-$0220, <-$00C0, <$00C0, <$0220, <$0300
bat_gain        dc.b SMASH, 0, 0, 0, 0, SMASH

serve_dy        dc.b >-$0130, >-$0080, >$0080, >$0130
serve_dy_part   dc.b <-$0130, <-$0080, <$0080, <$0130

; Pitch of a point: yours, the computer's.
pitches         dc.b $08, $1F

        VECTORS start, start
