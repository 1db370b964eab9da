#!/bin/sh
# SPDX-License-Identifier: MIT
# Networks on a device, as a rule PoCL: the same parameters twice, for every number of threads and
# worker processes, killed and resumed; losses near the processor's; a run that goes on elsewhere;
# counts of a minibatch; and that a device is refused, saying why, where it can't be had.
# shellcheck disable=SC2086 # lists of words are split on purpose
. "$(dirname "$0")/support/check.sh"

if ! "$ppo" envs | grep -q '^Rally .*built in'; then
    echo 'skipped: this build has no free games (dasm was missing)'
    exit 77
fi

# Refused where it would be slower, where there is no module, no driver, no such device.
run 2 "$ppo" train CartPole-v1 --device gpu --run-dir none
says 'a perceptron take.*slower there; set device to cpu or auto'
run 2 "$ppo" train Rally --device gpu:x --run-dir none
says "device is 'gpu:x', but must be cpu, gpu, gpu:N or auto"
run 2 "$ppo" train Rally --device gpu --precision bf16 --run-dir none
says 'device gpu computes in fp32'
run 2 "$ppo" train Rally --device gpu --shards 2 --num-envs 4 --run-dir none
says 'device gpu computes one shard'
mkdir empty
PPO_MODULE_DIR=$work/empty
export PPO_MODULE_DIR
run 10 "$ppo" train Rally --device gpu --run-dir none
says 'device gpu.*opencl\.so'
[ ! -e none ] || fail 'a refused run has left a folder'
run 0 "$ppo" doctor
prints 'device gpu: absent: .*opencl\.so'
unset PPO_MODULE_DIR

shape='--num-envs 5 --num-steps 9 --minibatch-size 19 --num-minibatches 4 --update-epochs 2
       --noop-max 5 --stop-when-solved false --eval-every 0 --eval-episodes 1 --screen-size 36
       --max-episode-steps 40 --quiet --json'

# auto is the processor where there is no graphics processor: PoCL is none.
run 0 "$ppo" doctor
if grep -q 'device gpu: absent' "$out"; then
    run 0 "$ppo" train Rally $shape --device auto --total-timesteps 45 --run-dir auto
    wants 'auto without a device' "$(field device)" cpu
    run 10 "$ppo" train Rally --device gpu --run-dir none
    run 10 "$ppo" bench cnn --device gpu --json
    echo 'the rest is skipped: there is no OpenCL here'
    finish
fi
prints 'device gpu: gpu:0 '
run 10 "$ppo" train Rally --device gpu:99 --run-dir none
says 'there is no device gpu:99: OpenCL finds'
OCL_ICD_VENDORS=$work/empty
export OCL_ICD_VENDORS
run 10 "$ppo" train Rally --device gpu --run-dir none
says 'no driver for OpenCL is installed'
run 0 "$ppo" train Rally $shape --device auto --total-timesteps 45 --run-dir auto
wants 'auto without a driver' "$(field device)" cpu
unset OCL_ICD_VENDORS

# check NAME OPTIONS...
check() {
    name=$1
    shift
    first=
    for who in '--threads 1' '--threads 3' '--threads 2 --workers process --num-workers 2'; do
        run 0 "$ppo" train "$@" $shape --device gpu $who --total-timesteps 135 --restart --run-dir run
        hash=$(field hash)
        : "${first:=$hash}"
        wants "$name, $who" "$hash" "$first"
    done
    echo "$first $name"
}

check 'Rally' Rally
check 'two networks, colours' Rally --shared-network false --grayscale false --frame-stack 2
check 'LSTM' Rally --memory lstm --sequence-length 1
check 'IMPALA' Rally --network impala_cnn --num-steps 4 --screen-size 12

# Three iterations: losses within 1e-3 of the processor's.
run 0 "$ppo" train Rally $shape --total-timesteps 135 --run-dir processor
run 0 "$ppo" train Rally $shape --device gpu --total-timesteps 135 --run-dir device
for run in processor device; do
    awk -F, 'NR == 1 { for (i = 1; i <= NF; i++) if ($i == "train/loss") column = i }
        NR > 1 { print $column }' $run/progress.csv >$run.loss
done
paste processor.loss device.loss | awk '
    { size = $1 < 0 ? -$1 : $1; off = $1 - $2; if (off < 0) off = -off
      if (off > 1e-3 * (size + 1e-2)) { print "losses", $1, $2; exit 1 } }
    END { if (NR != 3) exit 1 }' || fail 'the losses are not those of the processor'

# A run goes on elsewhere, and back; an agent of it acts on the processor.
run 0 "$ppo" train Rally $shape --device gpu --total-timesteps 90 --run-dir both
run 0 "$ppo" train Rally $shape --device cpu --total-timesteps 135 --run-dir both
wants 'where it went on' "$(field device)" cpu
run 0 "$ppo" train Rally $shape --device gpu --total-timesteps 180 --run-dir both
[ "$(field device)" != cpu ] || fail 'a resumed run does not say on which device it is'
run 0 "$ppo" eval both --episodes 1 --json

# The counts of docs/gpu.md, and nothing taken while training.
run 0 "$ppo" bench cnn --device gpu --num-envs 2 --num-steps 8 --minibatch-size 8 --update-epochs 1 \
    --seconds 0.5 --threads 2 --json
images=$((8 * 84 * 84 * 4)) features=$((4 * 8 * 512))
wants launches "$(field launches)" 18
wants 'bytes to the device' "$(field bytes_to_device)" $((images + features))
wants 'bytes from the device' "$(field bytes_from_device)" $((features + 1024))
wants waits "$(field waits)" 2
wants 'device memory' "$(field device_bytes)" $((16 * 1684128 + 1024 + 256 * 36928 +
    (64 + 2 + 8) * (28224 + 4 * 49344 + 36 * 512) + 4 * 8 * (21120 + 512)))
wants 'allocations while training' "$(field device_allocations)" 0

# With memory the same, but that nothing is computed ahead.
run 0 "$ppo" bench cnn --device gpu --num-envs 2 --num-steps 8 --minibatch-size 8 --update-epochs 1 \
    --memory lstm --sequence-length 4 --seconds 0.5 --threads 2 --json
wants 'launches with memory' "$(field launches)" 18
wants 'bytes to the device with memory' "$(field bytes_to_device)" $((images + features))
wants 'device memory with memory' "$(field device_bytes)" $((16 * 1684128 + 1024 + 256 * 36928 +
    (64 + 8) * (28224 + 4 * 49344 + 36 * 512) + 4 * 8 * (21120 + 512)))

# Killed at random moments and resumed.
moments='0.9 1.3'
survives_kills Rally $shape --device gpu --total-timesteps 450 --checkpoint-interval-s 0
finish
