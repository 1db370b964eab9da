#!/bin/sh
# SPDX-License-Identifier: MIT
# Damaged and foreign checkpoints are refused with a sentence, and the previous one is used.
# shellcheck disable=SC2086 # lists of words are split on purpose
. "$(dirname "$0")/support/check.sh"

task='CartPole-v1 --total-timesteps 8192 --num-envs 4 --num-steps 128 --minibatch-size 128
      --update-epochs 1 --hidden-sizes 16 --eval-every 4 --eval-episodes 2
      --checkpoint-interval-s 0'
run 0 "$ppo" train $task --run-dir good --json
hash=$(field hash)
size=$(wc -c <good/checkpoint.safetensors)

# flip FILE OFFSET: another byte there
flip() {
    byte=$(dd if="$1" bs=1 skip="$2" count=1 2>/dev/null | od -An -tu1 | tr -d ' ')
    # shellcheck disable=SC2059 # an octal escape is what is wanted
    printf "\\$(printf %o $((byte ^ 16)))" |
        dd of="$1" bs=1 seek="$2" conv=notrunc 2>/dev/null
}

for share in 0 1 7 40 99; do
    head -c $((size * share / 100)) good/checkpoint.safetensors >"cut"
    run 5 "$ppo" hash cut
    says 'cut'
    run 5 "$ppo" eval cut
done
for share in 0 2 30 70 99; do
    cp good/checkpoint.safetensors flipped
    flip flipped $((size * share / 100))
    run 5 "$ppo" hash flipped
    run 5 "$ppo" eval flipped
done
cp good/checkpoint.safetensors long
echo more >>long
run 5 "$ppo" hash long
head -c 5000 /dev/urandom >noise
run 5 "$ppo" hash noise
run 5 "$ppo" hash good/config.yaml
# A safetensors file of somebody else: eight bytes of length, then {} in a header.
printf '\010\000\000\000\000\000\000\000{}      ' >foreign
run 5 "$ppo" hash foreign
run 5 "$ppo" eval foreign

# Newest damaged: the previous one goes on to the same end.
cp -r good newest
flip newest/checkpoint.safetensors $((size / 2))
run 0 "$ppo" train newest --json
says 'previous'
wants 'hash from the previous checkpoint' "$(field hash)" "$hash"
cmp -s good/progress.csv newest/progress.csv || fail 'progress.csv from the previous checkpoint'

# Both damaged: refused, nothing changed, --restart begins anew.
cp -r good both
flip both/checkpoint.safetensors $((size / 2))
flip both/checkpoint.previous.safetensors $((size / 2))
before=$(cksum both/*.safetensors both/*.csv)
run 5 "$ppo" train both
says 'restart'
wants 'files of a refused run' "$(cksum both/*.safetensors both/*.csv)" "$before"
run 0 "$ppo" train both --restart --json
wants 'hash after a restart' "$(field hash)" "$hash"

# An agent of another environment in the run directory.
run 0 "$ppo" train Acrobot-v1 --total-timesteps 2048 --num-envs 4 --num-steps 128 \
    --eval-every 0 --eval-episodes 1 --run-dir other
cp -r good mixed
cp other/checkpoint.safetensors mixed/checkpoint.safetensors
run 6 "$ppo" train mixed
says 'env_id|CartPole|Acrobot'
finish
