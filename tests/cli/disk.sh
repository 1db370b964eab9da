#!/bin/sh
# SPDX-License-Identifier: MIT
# Places that can't be written to: exit code 4, the place is named, and what was there is kept.
# shellcheck disable=SC2086 # lists of words are split on purpose
. "$(dirname "$0")/support/check.sh"

task='CartPole-v1 --total-timesteps 4096 --num-envs 4 --num-steps 128 --minibatch-size 128
      --update-epochs 1 --hidden-sizes 16 --eval-every 0 --eval-episodes 2'

: >file
run 4 "$ppo" train $task --run-dir file
says 'file'
run 4 "$ppo" train $task --run-dir file/below
says 'file'
if [ -d /proc/self ]; then
    run 4 "$ppo" train $task --run-dir /proc/self/nowhere
    says '/proc/self'
fi
if [ "$(id -u)" -ne 0 ]; then # root may write anywhere
    mkdir locked
    chmod 500 locked
    run 4 "$ppo" train $task --run-dir locked/run
    says 'locked'
    chmod 700 locked
fi

# A file size limit plays the full disk (SIGXFSZ ignored, so that write fails instead). The run
# stops with a sentence; with the limit gone it goes on to the same end as one without a limit.
run 0 "$ppo" train $task --run-dir whole --checkpoint-interval-s 0 --json
hash=$(field hash)
for blocks in 0 1 4 16; do
    (
        trap '' XFSZ
        ulimit -f $blocks
        "$ppo" train $task --run-dir "full-$blocks" --checkpoint-interval-s 0 2>&1
        echo "code $?"
    ) 2>&1 | cat >limited
    if ! grep -qE '^code (0|4)$' limited; then
        fail "a limit of $blocks blocks: $(tail -n 1 limited)"
    elif grep -q '^code 4$' limited && ! grep -q "full-$blocks" limited; then
        fail "a limit of $blocks blocks: the message does not name the place"
    fi
    run 0 "$ppo" train $task --run-dir "full-$blocks" --checkpoint-interval-s 0 --json
    wants "hash after a limit of $blocks blocks" "$(field hash)" "$hash"
done
finish
