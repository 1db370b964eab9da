#!/bin/sh
# SPDX-License-Identifier: MIT
# Killed with -9 at random moments and resumed each time, a run comes to the same parameters and the
# same CSV files as one that was left alone, and no checkpoint is ever unreadable.
# The runs take turns: with memory, without, and with dict observations, mixed actions and memory.
# PPO_KILLS: how many kills (default 12). PPO_SEED: seed of the moments, printed.
# shellcheck disable=SC2086 # lists of words are split on purpose
. "$(dirname "$0")/support/check.sh"

root=$(cd "$(dirname "$0")/../.." && pwd)
kills=${PPO_KILLS:-12}
seed=${PPO_SEED:-$(od -An -N3 -tu4 /dev/urandom | tr -d ' ')}
echo "PPO_SEED=$seed PPO_KILLS=$kills"

common='--total-timesteps 131072 --num-envs 8 --num-steps 32 --minibatch-size 64
      --update-epochs 4 --hidden-sizes 32 --norm-obs --eval-every 10 --eval-episodes 2
      --checkpoint-interval-s 0 --stop-when-solved false'
memory='--memory gru --memory-size 16 --sequence-length 8 --norm-reward true'

# Sets task: the words after `ppo train` of a case.
choose() {
    case $1 in
    plain) task="CartPole-v1 $common" ;;
    memory) task="CartPole-v1 $common $memory" ;;
    spaces) task="./libsort.so $common $memory" ;;
    esac
}

cases='memory plain'
if command -v "${CC:-cc}" >/dev/null 2>&1; then
    "${CC:-cc}" -O2 -I"$root/include" -shared -fPIC "$root/examples/plugin/sort.c" -o libsort.so ||
        fail 'the plug-in can not be built'
    cases="$cases spaces"
fi
for name in $cases; do
    choose "$name"
    run 0 "$ppo" train $task --run-dir "whole-$name" --json
    field hash >"hash-$name"
done

# Moments from 0 to 0.3 s after the start, one per line, more than enough: a run may end before its
# kill, which then doesn't count.
awk -v seed="$seed" -v n="$kills" \
    'BEGIN { srand(seed); for (i = 0; i < 10 * n; i++) printf "%.3f\n", 0.3 * rand() }' >moments

check_readable() {
    [ -e run/checkpoint.safetensors ] || return 0 # killed before there was one
    run 0 "$ppo" hash run
}

# Finishes the run and compares it, for the next one to begin.
check_end() {
    run 0 "$ppo" train $task --run-dir run --json
    wants "final hash, $name" "$(field hash)" "$(cat "hash-$name")"
    for file in progress.csv evaluations.csv; do
        cmp -s "whole-$name/$file" "run/$file" || fail "$name: $file differs after kills"
    done
    rm -rf run
}

num_cases=$(echo $cases | wc -w)
done_kills=0
begun=0 # cases
next_case() {
    begun=$((begun + 1))
    name=$(echo $cases | cut -d ' ' -f $(((begun - 1) % num_cases + 1)))
    choose "$name"
}
next_case
while [ "$done_kills" -lt "$kills" ] && read -r moment; do
    "$ppo" train $task --run-dir run >/dev/null 2>"$err" &
    pid=$!
    sleep "$moment"
    if kill -KILL $pid 2>/dev/null; then
        done_kills=$((done_kills + 1))
    fi
    wait $pid 2>/dev/null
    check_readable
    # All 512 iterations are there, or this case has had its share of a few kills.
    if [ "$(wc -l 2>/dev/null <run/progress.csv || echo 0)" -gt 512 ] ||
        [ $((done_kills * num_cases)) -ge $((begun * kills)) ]; then
        check_end
        next_case
    fi
done <moments
[ ! -e run ] || check_end
wants 'every case was killed' "$((begun > num_cases))" 1
wants 'kills of a running process' "$done_kills" "$kills"
echo "$done_kills kills of a running process"
finish
