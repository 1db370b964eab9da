#!/bin/sh
# SPDX-License-Identifier: MIT
# Worker processes: the same parameters as with threads, for every number of either; a worker that
# is killed is reported and replaced, and the run goes on; none outlives the command; kill -9 and
# resume as without them.
# shellcheck disable=SC2086 # lists of words are split on purpose
. "$(dirname "$0")/support/check.sh"

common='--num-envs 7 --num-steps 33 --minibatch-size 50 --update-epochs 2 --total-timesteps 4620
        --hidden-sizes 20 --stop-when-solved false --eval-every 0 --eval-episodes 1
        --checkpoint-interval-s 3600 --restart --quiet --json --run-dir run'

# check NAME ENV OPTIONS...
check() {
    name=$1
    shift
    run 0 "$ppo" train "$@" $common
    hash=$(field hash)
    for threads in 1 2 3; do
        for workers in 0 1 3 7; do
            run 0 "$ppo" train "$@" $common --threads $threads --workers process \
                --num-workers $workers
            wants "$name, $threads threads, $workers workers" "$(field hash)" "$hash"
            wants "$name, workers lost" "$(field workers_lost)" 0
            quiet
        done
    done
    echo "$hash $name"
}

check 'discrete' CartPole-v1 --sticky-action-prob 0.2
check 'continuous, normalised' Pendulum-v1 --norm-obs true --norm-reward true

long='CartPole-v1 --num-envs 8 --num-steps 32 --minibatch-size 64 --hidden-sizes 16 --norm-obs true
      --stop-when-solved false --eval-every 50 --eval-episodes 1 --workers process --num-workers 4'

if [ -r "/proc/$$/task/$$/children" ]; then
    # One worker after the other is killed: each time a line, and the run comes to its end.
    "$ppo" train $long --total-timesteps 409600 --run-dir killed --json >"$out" 2>"$err" &
    pid=$!
    last='train, with workers killed'
    wait_for_lines killed/progress.csv 5
    for kill in 1 2 3; do
        before=$(wc -l <killed/progress.csv)
        victim=$(children $pid | sed -n 2p)
        kill -KILL "$victim"
        # Until its parent has read its end it is still listed, and would be chosen once more.
        tries=0
        while children $pid | grep -qx "$victim" && [ $tries -lt 250 ]; do
            tries=$((tries + 1))
            sleep 0.02
        done
        wait_for_lines killed/progress.csv $((before + 2))
    done
    wait $pid
    wants 'exit code' $? 0
    wants 'warnings' "$(grep -c '^ppo: warning: .*worker [0-9]* (process [0-9]*; CartPole-v1, environments [0-9]* to [0-9]*) was ended by signal 9 (Killed) at step [0-9]* of the run' "$err")" 3
    wants 'workers lost' "$(field workers_lost)" 3
    wants 'steps' "$(field steps)" 409600
    run 0 "$ppo" hash killed

    # Killed itself, the command leaves no worker behind.
    "$ppo" train $long --total-timesteps 1000000 --run-dir orphans >/dev/null 2>&1 &
    pid=$!
    wait_for_lines orphans/progress.csv 5
    workers=$(children $pid)
    wants 'workers' "$(echo "$workers" | wc -l | tr -d ' ')" 4
    kill -KILL $pid
    wait $pid 2>/dev/null
    for worker in $workers; do
        wait_for_end "$worker"
    done
fi

# Ctrl-C goes to all processes of the terminal's group, and is the parent's matter.
setsid "$ppo" train $long --total-timesteps 1000000 --run-dir interrupted >"$out" 2>"$err" &
pid=$!
last='train, interrupted with all its workers'
wait_for_lines interrupted/progress.csv 5
kill -INT -$pid
wait $pid
wants 'exit code after Ctrl-C' $? 130
says 'stopped at step'
grep -q warning "$err" && fail "a warning after Ctrl-C: $(cat "$err")"

# Killed with -9 at some moments and resumed at once, the run ends as one that was left alone: with
# processes or without.
task="$long --total-timesteps 65536 --checkpoint-interval-s 0"
run 0 "$ppo" train $task --run-dir whole --workers thread --json
hash=$(field hash)
for moment in 0.05 0.1 0.15 0.2 0.1 0.3; do
    "$ppo" train $task --run-dir resumed >/dev/null 2>"$err" &
    pid=$!
    sleep $moment
    kill -KILL $pid 2>/dev/null
    wait $pid 2>/dev/null
    grep -q 'in use' "$err" && fail 'the lock was held by a worker of a dead run'
done
run 0 "$ppo" train $task --run-dir resumed --json
wants 'hash after kills' "$(field hash)" "$hash"
cmp -s whole/progress.csv resumed/progress.csv || fail 'progress.csv differs after kills'
finish
