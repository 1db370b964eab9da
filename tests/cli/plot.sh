#!/bin/sh
# SPDX-License-Identifier: MIT
# `ppo plot`: pictures of runs, where they go, and what is refused.
. "$(dirname "$0")/support/check.sh"

run 0 "$ppo" train CartPole-v1 --total-timesteps 4096 --run-dir runs/a --eval-every 0 --quiet
run 2 "$ppo" plot
says "'plot' needs RUN"
run 2 "$ppo" plot runs/a --x miles
says 'neither steps nor seconds'
run 2 "$ppo" envs -o file
says 'unknown option -o'
run 2 "$ppo" plot runs/a -o
says '-o needs a value'
run 0 "$ppo" info
if grep -q '^learning curves: absent' "$out"; then
    run 10 "$ppo" plot runs/a
    says 'draws no curves'
    finish
fi

run 0 "$ppo" plot runs/a
quiet
wants 'the name' "$(cat "$out")" runs/a/curve.png
wants 'the beginning of a PNG' "$(head -c 4 runs/a/curve.png | tail -c 3)" PNG
cp runs/a/curve.png before.png
run 0 "$ppo" plot runs/a/
cmp -s runs/a/curve.png before.png || fail 'two pictures of one run differ'
run 0 "$ppo" train CartPole-v1 --seed 2 --total-timesteps 4096 --run-dir runs/b --eval-every 0 \
    --quiet
run 0 "$ppo" plot runs/a runs/b
prints '^curve.png$'
run 0 "$ppo" plot runs/a runs/b -o both.svg --x seconds --each --title 'Two seeds'
prints '^both.svg$'
head -c 100 both.svg | grep -q '<?xml' || fail 'no SVG'
run 0 "$ppo" plot runs/a/progress.csv --metric train/entropy --output entropy.pdf
wants 'the beginning of a PDF' "$(head -c 4 entropy.pdf)" '%PDF'

run 3 "$ppo" plot runs/a --metric train/entrpy
says 'did you mean train/entropy\?'
run 3 "$ppo" plot runs/nothing
says 'runs/nothing'
run 2 "$ppo" plot runs/a -o curve.bmp
says 'ends in .png, .svg or .pdf'
run 4 "$ppo" plot runs/a -o nowhere/curve.png
says 'nowhere/curve.png: No such file'
: >empty.csv
run 5 "$ppo" plot empty.csv
says 'empty.csv is empty'
finish
