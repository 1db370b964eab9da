#!/bin/sh
# SPDX-License-Identifier: MIT
# What can go wrong with a device: each has a sentence and an exit code, and costs nothing that a
# checkpoint has. With tests/opencl/stand_in.c, a driver that computes nothing and fails as it is
# told to, and no other. Everything from the loader of OpenCL on is as with a real one.
. "$(dirname "$0")/support/check.sh"

if [ ! -e "${PPO_STAND_IN_DIR:-none}/stand_in.icd" ]; then
    echo 'skipped: this build has no OpenCL'
    exit 77
fi
if ! "$ppo" envs | grep -q '^Rally .*built in'; then
    echo 'skipped: this build has no free games (dasm was missing)'
    exit 77
fi
OCL_ICD_VENDORS=$PPO_STAND_IN_DIR
XDG_CACHE_HOME=$work/cache
export OCL_ICD_VENDORS XDG_CACHE_HOME PPO_STAND_IN

shape='--num-envs 5 --num-steps 9 --minibatch-size 19 --update-epochs 2 --noop-max 5
       --stop-when-solved false --eval-every 0 --eval-episodes 1 --screen-size 36
       --max-episode-steps 40 --quiet --json'

# train CODE FAULTS OPTIONS...: the run `run`, 3 iterations.
train() {
    code=$1
    PPO_STAND_IN=$2
    shift 2
    # shellcheck disable=SC2086 # a list of words
    run "$code" "$ppo" train Rally $shape --total-timesteps 135 --run-dir run "$@"
}

# A driver that does what it should, from its kernels and from stored ones; auto takes it.
train 0 '' --device gpu
wants device "$(field device)" 'Idle 3000 (Stand-in'
[ -n "$(ls cache/ppo/opencl)" ] || fail 'compiled kernels are not stored'
train 0 '' --device auto --restart
wants 'auto takes a graphics processor' "$(field device)" 'Idle 3000 (Stand-in'
train 0 processor --device auto --restart
wants 'auto takes no processor' "$(field device)" cpu
train 0 old-binaries --device gpu --restart
run 0 "$ppo" doctor
prints 'device gpu: gpu:0 Idle 3000 \(Stand-in, driver 1.0, 8.0 GB\)$'

# No device, no compiler, kernels that it refuses, a device that can't be opened: `gpu` says so
# before there is a run, `auto` takes the processor.
# refused FAULT SENTENCE
refused() {
    rm -rf run cache
    train 10 "$1" --device gpu
    says "$2"
    [ ! -e run ] || fail "$1: a refused run has left a folder"
    train 0 "$1" --device auto
    wants "auto with $1" "$(field device)" cpu
}
refused no-device 'OpenCL is installed, but its drivers find no device'
run 0 "$ppo" doctor
prints 'device gpu: absent: OpenCL is installed'
refused no-compiler 'Idle 3000 has no compiler of kernels in its driver \(Stand-in 1.0\).*device to cpu'
run 0 "$ppo" doctor
prints 'Idle 3000 .*without a compiler of kernels'
refused no-build "can't be compiled.*refuses the kernels, -11.*no such register.*device to cpu"
refused no-context "the device can't be opened \\(the device isn't available, -2\\)"
rm -rf run

# Too little memory, seen when it is taken or when it is first used.
for how in '' lazy-memory; do
    train 9 "memory=5000000 $how" --device gpu
    says 'Idle 3000 has no room for .* MB more beside .* MB .*-4.*a smaller minibatch_size or num_envs'
    [ ! -e run ] || fail "too little memory: a refused run has left a folder"
done

# A device that is lost after some hundred launches, at once or when something is waited for: the
# last checkpoint is whole, and the run goes on from it elsewhere, or there.
for how in '' lost-late; do
    rm -rf run
    train 10 "lost=500 $how" --device gpu --checkpoint-interval-s 0
    says 'Idle 3000 failed at .*OpenCL error -.*the last checkpoint is whole: go on from it, or with device cpu'
    run 0 "$ppo" info run
    train 0 '' --device gpu
    wants 'steps of the run' "$(field steps)" 135
    wants 'it has gone on' "$(field resumed)" true
done
rm -rf run
train 10 'lost=500' --device gpu --checkpoint-interval-s 0 --memory lstm --minibatch-size 18 --sequence-length 9
says 'Idle 3000 failed at .*the last checkpoint is whole'
rm -rf run
train 10 'lost=500' --device gpu --checkpoint-interval-s 0
train 0 'lost=0' --device cpu
wants 'it has gone on elsewhere' "$(field resumed)" true
finish
