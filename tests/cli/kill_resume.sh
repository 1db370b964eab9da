#!/bin/sh
# SPDX-License-Identifier: MIT
# Killed with -9 at random moments and resumed each time, a run comes to the same parameters and the
# same CSV files as one that was left alone, and no checkpoint is ever unreadable.
# The runs have memory every other time. PPO_KILLS: how many kills (default 10). PPO_SEED: seed of
# the moments, printed.
# shellcheck disable=SC2086 # lists of words are split on purpose
. "$(dirname "$0")/support/check.sh"

kills=${PPO_KILLS:-10}
seed=${PPO_SEED:-$(od -An -N3 -tu4 /dev/urandom | tr -d ' ')}
echo "PPO_SEED=$seed PPO_KILLS=$kills"

common='CartPole-v1 --total-timesteps 131072 --num-envs 8 --num-steps 32 --minibatch-size 64
      --update-epochs 4 --hidden-sizes 32 --norm-obs --eval-every 10 --eval-episodes 2
      --checkpoint-interval-s 0 --stop-when-solved false'
memory='--memory gru --memory-size 16 --sequence-length 8 --norm-reward true'

run 0 "$ppo" train $common --run-dir whole --json
hash=$(field hash)
run 0 "$ppo" train $common $memory --run-dir whole-memory --json
hash_memory=$(field hash)

# Moments from 0 to 0.3 s after the start, one per line, more than enough: a run may end before its
# kill, which then doesn't count.
awk -v seed="$seed" -v n="$kills" \
    'BEGIN { srand(seed); for (i = 0; i < 10 * n; i++) printf "%.3f\n", 0.3 * rand() }' >moments

check_readable() {
    [ -e run/checkpoint.safetensors ] || return 0 # killed before there was one
    run 0 "$ppo" hash run
}

# Finishes the run and compares it, for the other kind of run to begin.
check_end() {
    run 0 "$ppo" train $task --run-dir run --json
    wants 'final hash' "$(field hash)" "$model_hash"
    for file in progress.csv evaluations.csv; do
        cmp -s "$whole/$file" "run/$file" || fail "$file differs after kills"
    done
    rm -rf run
}

without_memory() {
    task=$common whole=whole model_hash=$hash
}

with_memory() {
    task="$common $memory" whole=whole-memory model_hash=$hash_memory
}

done_kills=0
with_memory
while [ "$done_kills" -lt "$kills" ] && read -r moment; do
    "$ppo" train $task --run-dir run >/dev/null 2>"$err" &
    pid=$!
    sleep "$moment"
    if kill -KILL $pid 2>/dev/null; then
        done_kills=$((done_kills + 1))
    fi
    wait $pid 2>/dev/null
    check_readable
    if [ "$(wc -l 2>/dev/null <run/progress.csv || echo 0)" -gt 512 ]; then
        check_end # all 512 iterations are there: compare, and start over
        if [ "$whole" = whole ]; then with_memory; else without_memory; fi
    elif [ $((done_kills * 2)) -eq "$kills" ] && [ "$whole" = whole-memory ]; then
        check_end
        without_memory
    fi
done <moments
check_end
wants 'kills of a running process' "$done_kills" "$kills"
echo "$done_kills kills of a running process"
finish
