#!/bin/sh
# SPDX-License-Identifier: MIT
# Networks in bf16: the same parameters for every number of threads and worker processes, killed and
# resumed the same; agents of such runs; and that it is refused, saying why, where it can't be had.
# shellcheck disable=SC2086 # lists of words are split on purpose
. "$(dirname "$0")/support/check.sh"

if ! "$ppo" envs | grep -q '^Rally .*built in'; then
    echo 'skipped: this build has no free games (dasm was missing)'
    exit 77
fi

# Refused where there is no module, and where the processor can't: oneDNN may be told to do without.
mkdir empty
PPO_MODULE_DIR=$work/empty
export PPO_MODULE_DIR
run 10 "$ppo" train Rally --precision bf16 --run-dir none
says 'onednn\.so.*set precision to fp32'
[ ! -e none ] || fail 'a refused run has left a folder'
run 0 "$ppo" doctor
prints 'precision bf16: absent: .*onednn\.so'
run 0 "$ppo" train CartPole-v1 --precision bf16 --total-timesteps 100 --eval-episodes 1 \
    --run-dir perceptron
says 'note: precision bf16 is for convolutional networks; this network is a perceptron'
run 0 "$ppo" train CartPole-v1 --precision bf16 --total-timesteps 100 --eval-episodes 1 --seeds 1-2 \
    --run-dir perceptrons
says 'note: seed 1: precision bf16 is for convolutional networks'
run 0 "$ppo" train CartPole-v1 --total-timesteps 100 --eval-episodes 1 --run-dir plain
grep -q bf16 "$err" && fail 'a note about bf16 without bf16'
unset PPO_MODULE_DIR

run 0 "$ppo" doctor
if grep -q 'precision bf16: absent' "$out"; then
    echo 'the rest is skipped: this build has no oneDNN'
    finish
fi
prints 'precision bf16: oneDNN '
DNNL_MAX_CPU_ISA=AVX512_CORE
ONEDNN_MAX_CPU_ISA=$DNNL_MAX_CPU_ISA
export DNNL_MAX_CPU_ISA ONEDNN_MAX_CPU_ISA
run 10 "$ppo" train Rally --precision bf16 --run-dir none
says 'bf16 needs .*AVX512_BF16 or AMX.*set precision to fp32'
unset DNNL_MAX_CPU_ISA ONEDNN_MAX_CPU_ISA

run 0 "$ppo" doctor
if grep -q 'precision bf16: .*has neither' "$out"; then
    echo 'the rest is skipped: this processor has no bf16'
    finish
fi

# Odd sizes, and minibatches that don't divide the batch of 5 * 9.
shape='--precision bf16 --num-envs 5 --num-steps 9 --minibatch-size 19 --num-minibatches 4
       --update-epochs 2 --noop-max 5 --stop-when-solved false --eval-every 0 --eval-episodes 1
       --max-episode-steps 40 --quiet --json'

# check NAME OPTIONS...
check() {
    name=$1
    shift
    first=
    for who in '--threads 1' '--threads 3' '--threads 2 --workers process --num-workers 2'; do
        run 0 "$ppo" train "$@" $shape $who --total-timesteps 135 --restart --run-dir run
        hash=$(field hash)
        : "${first:=$hash}"
        wants "$name, $who" "$hash" "$first"
    done
    echo "$first $name"
}

check 'Rally' Rally
check 'two networks, colours' Rally --shared-network false --grayscale false --frame-stack 2
check 'IMPALA' Rally --network impala_cnn --num-steps 4 --screen-size 42

# Not the same as fp32, of course.
run 0 "$ppo" train Rally $shape --total-timesteps 135 --run-dir half
half=$(field hash)
run 0 "$ppo" train Rally $shape --precision fp32 --total-timesteps 135 --run-dir full
[ "$half" != "$(field hash)" ] || fail 'bf16 and fp32 give the same parameters'

# An agent of such a run, and the run killed at random moments and resumed.
run 0 "$ppo" eval half --episodes 2 --json
moments='0.5 0.7'
survives_kills Rally $shape --total-timesteps 900 --checkpoint-interval-s 0
finish
