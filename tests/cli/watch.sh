#!/bin/sh
# SPDX-License-Identifier: MIT
# `ppo watch`: in a window (SDL's dummy display, and Xvfb's where it is installed), in a terminal
# with keys, and where it can play nowhere. Needs script(1) of util-linux for the terminal.
. "$(dirname "$0")/support/check.sh"

unset DISPLAY WAYLAND_DISPLAY SDL_VIDEODRIVER NO_COLOR
escape=$(printf '\033')

run 0 "$ppo" train CartPole-v1 --total-timesteps 1024 --run-dir poles --eval-every 0 --quiet
run 0 "$ppo" info
if grep -q '^pictures: absent' "$out"; then
    run 10 "$ppo" watch poles
    says 'pictures need the module canvas.so'
    finish
fi
grep -q '^windows: absent' "$out" && have_windows=false || have_windows=true

# --- what is refused ------------------------------------------------------------------------------
run 2 "$ppo" watch
says "'watch' needs RUN"
run 2 "$ppo" watch poles --episodes 0
says 'episodes'
run 2 "$ppo" watch poles --fps 0
says 'fps'
run 2 "$ppo" watch poles --scale -1
says 'scale'
run 2 "$ppo" watch poles --scale 20
says 'sides must be in \[1, 4096\]'
run 3 "$ppo" watch CartPole-v1
says 'an environment, not a run.*--random'
run 3 "$ppo" watch nowhere
run 10 "$ppo" watch poles
if $have_windows; then
    says 'no display here.*stdout is not a terminal'
else
    says 'made without SDL 2.*stdout is not a terminal'
fi
run 10 "$ppo" watch poles --terminal
says 'stdout is not a terminal'

# --- in a window ----------------------------------------------------------------------------------
in_window() {
    run 0 env "$@" "$ppo" watch poles --episodes 2 --fps 1000 --seed 3
    prints '^episodes     2, seeds 3 and on, deterministic$'
    watched=$(sed -n 's/^length *//p' "$out")
    run 0 "$ppo" eval poles --episodes 2 --seed 3
    wants 'length of what was watched' "$watched" "$(sed -n 's/^length *//p' "$out")"
}

if $have_windows; then
    in_window SDL_VIDEODRIVER=dummy
    run 0 env SDL_VIDEODRIVER=dummy "$ppo" watch MountainCar-v0 --random --episodes 1 --fps 1000 \
        --scale 0.5
    prints '^return       -200.00'
    prints 'stochastic$'
    run 10 env SDL_VIDEODRIVER=nonsense "$ppo" watch poles
    says 'no window can be opened'
    run 10 env DISPLAY=:987 "$ppo" watch poles
    says 'no window can be opened'
    if command -v Xvfb >/dev/null 2>&1; then
        Xvfb -displayfd 3 -screen 0 800x600x24 3>display >/dev/null 2>&1 &
        server=$!
        for _ in 1 2 3 4 5 6 7 8 9 10; do
            [ -s display ] && break
            sleep 0.5
        done
        [ -s display ] && in_window "DISPLAY=:$(cat display)"
        kill "$server"
        wait "$server" 2>/dev/null
    fi
    # Ctrl-C
    SDL_VIDEODRIVER=dummy "$ppo" watch poles --fps 5 >"$out" 2>"$err" &
    watching=$!
    tries=0 # until it has a handler for it: before, a shell's job in the background ignores it
    until grep -q '^SigCgt:.*[2367abefABEF]$' "/proc/$watching/status" || [ $tries -gt 300 ]; do
        tries=$((tries + 1))
        sleep 0.1
    done
    kill -INT "$watching"
    wait "$watching"
    wants 'exit code after Ctrl-C' $? 130
    prints '^environment  CartPole-v1'
fi

# --- in a terminal --------------------------------------------------------------------------------
if ! script -qec true /dev/null >/dev/null 2>&1; then
    echo 'no script(1): the terminal itself is not tested'
    [ "$failures" -eq 0 ] && exit 77
    finish
fi

# on_terminal COMMAND: its output on a terminal of 60 x 20; keys from stdin
on_terminal() {
    # The trap is for a shell that would go with its Ctrl-C, before it says how the command ended.
    TERM=xterm script -qec "trap : INT; stty cols 60 rows 20; $1; echo code \$?; stty -a" \
        /dev/null >typescript
}

# Waits until it has been shown, before the next key is pressed.
until_shown() {
    tries=0
    until grep -aqF -- "$1" typescript || [ $tries -gt 300 ]; do
        tries=$((tries + 1))
        sleep 0.1
    done
}

shows() {
    grep -aqF -- "$1" typescript || fail "no '$1' on the terminal"
}

# As it was: the first screen, the cursor, keys in lines, with echo.
left_clean() {
    shows "$escape[?1049h"
    shows "$escape[?25l"
    sed -n "s/.*$escape\\[?1049l//p" typescript | grep -aq . || fail 'the other screen stays'
    tail -n 12 typescript | grep -aqE '(^|[^-])icanon' || fail 'keys are not read in lines'
    tail -n 12 typescript | grep -aqE '(^|[^-])echo ' || fail 'keys are not echoed'
}

LC_ALL=C.UTF-8
export LC_ALL
on_terminal "$ppo watch poles --terminal --episodes 1 --fps 1000 --seed 3" </dev/null
shows 'code 0'
shows "$escape[38;2;"
shows '▀'
shows "$escape[20;1HCartPole-v1  step 0"
shows 'episodes     1, seeds 3 and on'
left_clean
# The keys are shown at the start; where the character set has no half blocks, blanks are written.
shows 'space: pause'
on_terminal "LC_ALL=C $ppo watch poles --terminal --episodes 1 --fps 1000" </dev/null
shows 'code 0'
shows "$escape[48;2;"
grep -aq '▀' typescript && fail 'half blocks in the C locale'
on_terminal "$ppo watch poles --episodes 1 --fps 1000" </dev/null # no display: in the terminal
shows '▀'
shows 'code 0'

# True pictures, where the terminal has graphics by what the environment says.
run 0 "$ppo" info
if ! grep -q '^terminal graphics: absent' "$out"; then
    on_terminal "TERM=xterm-kitty $ppo watch poles --terminal --episodes 1 --fps 1000" </dev/null
    shows "${escape}_Ga=d" # the picture before is taken away
    grep -aqE "${escape}_Ga=T,[^;]*s=[0-9]+,v=[0-9]+" typescript || fail 'no picture for kitty'
    grep -aq '▀' typescript && fail 'half blocks beside pictures'
    shows "$escape[20;1HCartPole-v1  step 0"
    shows 'code 0'
    left_clean
    on_terminal "TERM=mlterm $ppo watch poles --terminal --episodes 1 --fps 1000" </dev/null
    grep -aqE "${escape}P[0-9;]*q" typescript || fail 'no sixels for mlterm'
    shows 'code 0'
    left_clean
fi

# A pause, two steps of ten that would have come, faster, and the end.
: >typescript
{
    until_shown 'CartPole-v1  step 0'
    printf ' '
    until_shown 'paused'
    printf '\033[C'
    until_shown 'step 1 '
    printf '\033[C'
    until_shown 'step 2 '
    printf '+'
    until_shown 'x2  paused'
    printf 'q'
} | on_terminal "$ppo watch poles --terminal --fps 0.05"
shows 'code 0'
shows 'step 2  return 2.0  x1  paused'
shows 'step 2  return 2.0  x2  paused'
grep -aq 'step 4 ' typescript && fail 'it went on in spite of the pause'
left_clean

: >typescript
{
    until_shown 'CartPole-v1  step 0'
    printf '\003'
} | on_terminal "$ppo watch poles --terminal --fps 5"
shows 'code 130'
left_clean

on_terminal "NO_COLOR=1 $ppo watch poles --terminal" </dev/null
shows 'code 10'
shows 'NO_COLOR is set'
on_terminal "TERM=dumb $ppo watch poles --terminal" </dev/null
shows 'code 10'
shows "TERM is 'dumb'"
grep -aq "$escape" typescript && fail 'escape sequences on a dumb terminal'
finish
