#!/bin/sh
# SPDX-License-Identifier: MIT
# gym:ID with the small module of tests/gym, and with the real Gymnasium where a Python has it: the
# same parameters as the built-in CartPole, whatever the environment does about resets and however
# many processes there are; faults cost episodes, are counted and logged; nothing outlives the
# command. $PPO_TEST_PYTHON names a Python to be used, $PPO_TEST_GYMNASIUM a folder
# with the real Gymnasium.
tests=$(cd "$(dirname "$0")/.." && pwd)
. "$(dirname "$0")/support/check.sh"

python=
for program in ${PPO_TEST_PYTHON-} python3 /usr/bin/python3; do
    [ -z "$python" ] && "$program" -c 'import numpy' 2>/dev/null && python=$program
done
if [ -z "$python" ]; then
    echo 'no Python with NumPy: skipped' >&2
    exit 77
fi
PYTHONPATH=$tests/gym${PYTHONPATH:+:$PYTHONPATH}
PYTHONDONTWRITEBYTECODE=1
export PYTHONPATH PYTHONDONTWRITEBYTECODE

# Shared memory has no name anywhere, so there is nothing to be left; this looks nevertheless.
segments() {
    ls -A /dev/shm 2>/dev/null | wc -l
}
segments_before=$(segments)

# --- the same parameters -------------------------------------------------------------------------
twenty='--num-envs 8 --num-steps 64 --total-timesteps 10240 --stop-when-solved false --eval-every 7
        --eval-episodes 3 --learning-rate 1e-3 --hidden-sizes 16 --restart --quiet --json'
# shellcheck disable=SC2086 # a list of words
check() {
    run 0 "$ppo" train "$@" $twenty
}
check CartPole-v1 --run-dir run
hash=$(field hash)
for id in CartPole-v1 trial_envs:CartPoleNextStep-v1 trial_envs:CartPoleSameStep-v1; do
    check gym:$id --python "$python" --run-dir run --gae-lambda 0.9 --minibatch-size 64 --gamma 0.99 \
        --clip-vloss false --ent-coef 0 --update-epochs 4 --lr-schedule linear \
        --norm-obs false --norm-reward false
    wants "hash of gym:$id" "$(field hash)" "$hash"
done
for workers in 1 3 8; do
    check gym:CartPole-v1 --python "$python" --run-dir run --num-workers $workers --workers process
    wants "hash with $workers processes" "$(field hash)" "$hash"
done
wants 'workers lost' "$(field workers_lost)" 0
run 0 "$ppo" eval run --episodes 2 --json
run 0 "$ppo" eval run --episodes 2 --json --python "$python"
run 3 "$ppo" eval run --episodes 2 --python ./no-python
says "Python can't be started: './no-python'"
run 0 "$ppo" hash run
run 0 "$ppo" check gym:CartPole-v1 --python "$python" --episodes 2

# The real one, if it is there. NumPy before 1.25 has sines of its own for some processors, which
# differ from the C library's in the last bit.
if PYTHONPATH=${PPO_TEST_GYMNASIUM-} "$python" -c 'import gymnasium' 2>/dev/null; then
    small=$PYTHONPATH
    PYTHONPATH=${PPO_TEST_GYMNASIUM-}
    NPY_DISABLE_CPU_FEATURES='AVX512F AVX512CD AVX512_SKX AVX512_CLX AVX512_CNL AVX512_ICL'
    export NPY_DISABLE_CPU_FEATURES
    check gym:CartPole-v1 --python "$python" --run-dir real
    wants 'hash of the real Gymnasium' "$(field hash)" "$hash"
    unset NPY_DISABLE_CPU_FEATURES
    PYTHONPATH=$small
    echo 'with the real Gymnasium too'
fi

# --- sentences -----------------------------------------------------------------------------------
run 3 "$ppo" train gym:CartPol-v1 --python "$python" --run-dir none
says "Gymnasium knows no environment 'CartPol-v1'; did you mean gym:CartPole-v1\?"
run 3 "$ppo" train gym:CartPole-v1 --python ./no-python --run-dir none
says "Python can't be started: './no-python'"
run 10 "$ppo" train gym:trial_envs:Text-v0 --python "$python" --run-dir none/deep
says "the observation\['mission'\] space is a Text, which can.t be handled"
[ ! -e none ] || fail 'a refused environment leaves a run directory'
run 8 "$ppo" train gym:trial_envs:WrongShape-v0 --python "$python" --num-envs 2 --run-dir none --restart
says 'an observation of shape \(3,\) and type float32, not \(2,\) and float32; 5 times in a row'
grep -q '^--- gym:trial_envs:WrongShape-v0, environment [01]: BadValue' none/workers.log ||
    fail 'workers.log does not tell'

# --- faults --------------------------------------------------------------------------------------
# shellcheck disable=SC2086
run 0 "$ppo" train gym:trial_envs:Faulty-v0 --python "$python" $twenty --run-dir faulty \
    --env-kwargs '{"every": 700}' --env-timeout 0.3
wants 'steps' "$(field steps)" 10240
faults=$(grep -c '^fault: ' faulty/workers.log)
events=$(grep '^--- ' faulty/workers.log | grep -vc 'draws no pictures')
[ "$events" -ge "$(field workers_lost)" ] || fail "$events events in the log, fewer than counted"
[ "$faults" -ge 3 ] || fail "only $faults faults"
[ "$events" -ge "$faults" ] || fail "$faults faults, but $events events in workers.log"
lost=$(tail -n 1 faulty/progress.csv | cut -d, -f4)
[ "$lost" -ge 1 ] || fail "no lost episode in progress.csv"

# --- pictures ------------------------------------------------------------------------------------
if "$ppo" info | grep -qi '^film.*libav\|^films\{0,1\}.*[0-9]'; then
    run 0 "$ppo" eval run --episodes 1 --video film.gif --video-steps 5
    [ -s film.gif ] || fail 'no film'
fi

# --- ends ----------------------------------------------------------------------------------------
if [ -r "/proc/$$/task/$$/children" ]; then
    for signal in KILL INT TERM; do
        # shellcheck disable=SC2086
        "$ppo" train gym:CartPole-v1 --python "$python" $twenty --total-timesteps 10000000 \
            --eval-every 0 --num-workers 2 --run-dir end >"$out" 2>"$err" &
        pid=$!
        last="train, ended by SIG$signal"
        wait_for_lines end/progress.csv 3
        workers=$(cat /proc/$pid/task/*/children | tr ' ' '\n' | grep .)
        wants 'Python processes' "$(echo "$workers" | wc -l | tr -d ' ')" 2
        kill -$signal $pid
        wait $pid 2>/dev/null
        for worker in $workers; do
            wait_for_end "$worker"
        done
        rm -rf end
    done
fi
wants 'segments in /dev/shm' "$(segments)" "$segments_before"

# --- speed: that it is measured, not how fast it is ------------------------------------------------
run 0 "$ppo" bench bridge --python "$python" --seconds 1 --num-envs 8 --json
is_json
has_fields name env processes num_envs bare_sps sps share_of_bare round_trip_us
finish
