#!/bin/sh
# SPDX-License-Identifier: MIT
# Learning from the screens of the free games: the same parameters for every number of threads and
# worker processes and both kinds of network; killed with -9 and resumed, the same bits and rows.
# shellcheck disable=SC2086 # lists of words are split on purpose
. "$(dirname "$0")/support/check.sh"

if ! "$ppo" envs | grep -q '^Rally .*built in'; then
    echo 'skipped: this build has no free games (dasm was missing)'
    exit 77
fi

# Odd sizes, and minibatches that don't divide the batch of 5 * 9.
shape='--num-envs 5 --num-steps 9 --minibatch-size 19 --num-minibatches 4 --update-epochs 2
       --noop-max 5 --stop-when-solved false --eval-every 0 --eval-episodes 1
       --max-episode-steps 40 --quiet --json'

# check NAME OPTIONS...
check() {
    name=$1
    shift
    first=
    for who in '--threads 1' '--threads 2' '--threads 3' \
        '--threads 2 --workers process --num-workers 2' \
        '--threads 1 --workers process --num-workers 5'; do
        run 0 "$ppo" train "$@" $shape $who --total-timesteps 135 --restart --run-dir run
        hash=$(field hash)
        : "${first:=$hash}"
        wants "$name, $who" "$hash" "$first"
    done
    echo "$first $name"
}

check 'Rally' Rally
check 'Bricks, lives' Bricks
check 'two networks, colours' Rally --shared-network false --grayscale false --frame-stack 2
check 'IMPALA' Rally --network impala_cnn --num-steps 4 --screen-size 42

# Killed at random moments and resumed.
moments='0.3 0.4 0.5 0.6'
survives_kills Bricks $shape --total-timesteps 900 --checkpoint-interval-s 0
finish
