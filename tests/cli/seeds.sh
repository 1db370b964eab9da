#!/bin/sh
# SPDX-License-Identifier: MIT
# Several seeds side by side give each the same bits as alone.
# shellcheck disable=SC2086 # lists of words are split on purpose
. "$(dirname "$0")/support/check.sh"

task='CartPole-v1 --total-timesteps 4096 --num-envs 4 --num-steps 128 --minibatch-size 128
      --update-epochs 1 --hidden-sizes 16 --eval-every 0 --eval-episodes 2'

run 0 "$ppo" train $task --seeds 1-3,7 --json
is_json
has_fields env runs return_mean return_iqm evaluation_iqm finished
wants 'runs finished' "$(field finished)" 4
wants 'runs in the list' "$(grep -o '"run_dir":' "$out" | wc -l | tr -d ' ')" 4
for seed in 1 2 3 7; do
    run 0 "$ppo" train $task --seed $seed --run-dir "alone-$seed" --json
    hash=$(field hash)
    run 0 "$ppo" hash "runs/CartPole-v1/seed-$seed"
    wants "hash of seed $seed" "$(cat "$out")" "$hash"
done

run 0 "$ppo" train $task --seeds 1,2 --run-dir group --threads 1
prints '^seed'
prints '^1 .*group/seed-1'
prints '^2 .*group/seed-2'
prints '^mean'
prints '^IQM'
run 0 "$ppo" train $task --seeds 1,2 --run-dir group --quiet
quiet

# One that can't be had does not stop the others.
: >group/seed-3
run 4 "$ppo" train $task --seeds 1-4 --run-dir group
says 'seed 3'
prints '^3 .*failed'
prints '^4 .*group/seed-4'
finish
