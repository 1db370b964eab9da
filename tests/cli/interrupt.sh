#!/bin/sh
# SPDX-License-Identifier: MIT
# Ctrl-C finishes the iteration, writes the checkpoint and exits with 130; the run then goes on to
# the same bits as one that was never interrupted.
# shellcheck disable=SC2086 # lists of words are split on purpose
. "$(dirname "$0")/support/check.sh"

task='CartPole-v1 --total-timesteps 400000 --num-envs 8 --num-steps 64 --minibatch-size 128
      --update-epochs 1 --hidden-sizes 16 --eval-every 100 --eval-episodes 2
      --stop-when-solved false'

run 0 "$ppo" train $task --run-dir whole --json
hash=$(field hash)

for signal in INT TERM; do
    "$ppo" train $task --run-dir "run-$signal" --json >"$out" 2>"$err" &
    pid=$!
    last="train, then kill -$signal"
    wait_for_lines "run-$signal/progress.csv" 5
    kill -$signal $pid
    wait $pid
    wants "exit code after SIG$signal" $? 130
    says 'stopped at step'
    says "ppo train run-$signal"
    is_json
    wants 'interrupted' "$(field interrupted)" true
    run 0 "$ppo" train "run-$signal" --json
    says 'resuming run-.* at step [0-9]+ of 400000; --restart'
    wants "hash after SIG$signal" "$(field hash)" "$hash"
    cmp -s whole/progress.csv "run-$signal/progress.csv" || fail "progress.csv after SIG$signal"
    cmp -s whole/evaluations.csv "run-$signal/evaluations.csv" ||
        fail "evaluations.csv after SIG$signal"
done

# A second signal while the first is being obeyed: at once, and the run can still go on.
"$ppo" train $task --run-dir twice >"$out" 2>"$err" &
pid=$!
wait_for_lines twice/progress.csv 5
kill -INT $pid
kill -INT $pid 2>/dev/null
wait $pid
wants 'exit code after two signals' $? 130
run 0 "$ppo" train twice --json
wants 'hash after two signals' "$(field hash)" "$hash"

# Two processes in one directory: the second is refused.
"$ppo" train $task --run-dir shared >/dev/null 2>&1 &
pid=$!
wait_for_lines shared/progress.csv 5
run 4 "$ppo" train $task --run-dir shared
says 'shared'
kill -KILL $pid
wait $pid 2>/dev/null
finish
