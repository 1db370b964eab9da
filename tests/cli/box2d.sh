#!/bin/sh
# SPDX-License-Identifier: MIT
# Landers and walkers: options, the same bits from threads and processes, and from a run that is
# killed in the middle of episodes and resumed.
# shellcheck disable=SC2086 # lists of words are split on purpose
. "$(dirname "$0")/support/check.sh"

run 0 "$ppo" envs
prints '^LunarLander-v3 .*Box\(8\).*Discrete\(4\).*1000.*200'
prints '^LunarLanderContinuous-v3 .*Box\(8\).*Box\(2\).*1000.*200'
prints '^BipedalWalker-v3 .*Box\(24\).*Box\(4\).*1600.*300'
prints '^BipedalWalkerHardcore-v3 .*Box\(24\).*Box\(4\).*2000.*300'
run 2 "$ppo" train LunarLander-v3 --gravity -12 --total-timesteps 100
says 'gravity.*\(-12, 0\)'

common='--num-envs 4 --num-steps 64 --minibatch-size 64 --update-epochs 2 --hidden-sizes 16
        --total-timesteps 12288 --stop-when-solved false --eval-every 0 --eval-episodes 1 --json'

# check NAME ENV OPTIONS...
check() {
    name=$1
    shift
    run 0 "$ppo" train "$@" $common --run-dir whole --restart
    hash=$(field hash)
    run 0 "$ppo" train "$@" $common --run-dir processes --workers process --restart
    wants "$name, processes" "$(field hash)" "$hash"
    rm -rf killed
    for moment in 0.3 0.5; do
        "$ppo" train "$@" $common --run-dir killed --checkpoint-interval-s 0 >/dev/null 2>&1 &
        victim=$!
        sleep $moment
        kill -9 "$victim" 2>/dev/null || true
        wait "$victim" 2>/dev/null || true
    done
    run 0 "$ppo" train "$@" $common --run-dir killed
    wants "$name, killed and resumed" "$(field hash)" "$hash"
    echo "$hash $name"
}

check 'lander' LunarLander-v3
check 'lander in the wind' LunarLanderContinuous-v3 --enable-wind --wind-power 10 --gravity -8
check 'walker' BipedalWalker-v3
finish
