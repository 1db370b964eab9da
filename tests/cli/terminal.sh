#!/bin/sh
# SPDX-License-Identifier: MIT
# On a terminal the progress line is redrawn in place and fits the width; NO_COLOR is respected; in
# a pipe there are plain lines, seldom. Needs script(1) of util-linux, and is skipped without.
# shellcheck disable=SC2086 # lists of words are split on purpose
. "$(dirname "$0")/support/check.sh"

task='CartPole-v1 --total-timesteps 300000 --num-envs 8 --num-steps 64 --minibatch-size 128
      --update-epochs 1 --hidden-sizes 16 --eval-every 0 --eval-episodes 2'
line=$(printf "%s " $task)
escape=$(printf '\033')

run 0 "$ppo" train $task --run-dir pipe
grep -q "$escape" "$err" "$out" && fail 'escape sequences in a pipe'
[ "$(wc -l <"$err")" -lt 50 ] || fail 'too many lines of progress in a pipe'

if ! script -qec true /dev/null >/dev/null 2>&1; then
    echo 'no script(1): the terminal itself is not tested'
    [ "$failures" -eq 0 ] && exit 77
    finish
fi

# on_terminal COLUMNS COMMAND: what the command writes to a terminal of this width
on_terminal() {
    TERM=xterm script -qec "stty cols $1; $2" /dev/null </dev/null >typescript
}

on_terminal 60 "$ppo train $line --run-dir wide"
tr '\r' '\n' <typescript | sed "s/$escape\\[[0-9;]*[A-Za-z]//g" >lines
grep -q 'steps/s' lines || fail 'no progress line on a terminal'
grep -E '%.*step [0-9]+/' lines | awk 'length > 59 { exit 1 }' || fail 'progress wider than 60'
grep -q "$escape\\[32m\\|$escape\\[33m" typescript || fail 'no colour on a terminal'

on_terminal 60 "NO_COLOR=1 $ppo train $line --run-dir plain"
grep -q "$escape\\[3[0-9]m" typescript && fail 'colour in spite of NO_COLOR'
on_terminal 60 "TERM=dumb $ppo train $line --run-dir dumb"
grep -q "$escape" typescript && fail 'escape sequences on a dumb terminal'
finish
