#!/bin/sh
# SPDX-License-Identifier: MIT
# The life of a run: trained, finished, found finished, refused to another configuration, restarted.
# shellcheck disable=SC2086 # lists of words are split on purpose
. "$(dirname "$0")/support/check.sh"

small='--total-timesteps 4096 --num-envs 4 --num-steps 128 --minibatch-size 128 --update-epochs 2
       --hidden-sizes 16 --eval-every 0 --eval-episodes 3'

run 0 "$ppo" train CartPole-v1 $small --json
is_json
has_fields env seed steps seconds sps solved return_mean hash run_dir evaluation
wants 'steps' "$(field steps)" 4096
wants 'env' "$(field env)" CartPole-v1
wants 'seed' "$(field seed)" 1
wants 'run_dir' "$(field run_dir)" runs/CartPole-v1/seed-1
says 'training CartPole-v1'
hash=$(field hash)
wants 'digits of the hash' "${#hash}" 16
run 0 "$ppo" hash runs/CartPole-v1/seed-1
wants 'hash of the checkpoint' "$(cat "$out")" "$hash"

for file in config.yaml progress.csv timing.csv evaluations.csv checkpoint.safetensors \
    best.safetensors; do
    [ -s "runs/CartPole-v1/seed-1/$file" ] || fail "no $file"
done

# The same again: finished, and nothing changes.
before=$(cksum runs/CartPole-v1/seed-1/*.csv runs/CartPole-v1/seed-1/*.safetensors)
run 0 "$ppo" train CartPole-v1 $small
says 'finished'
says '--restart'
prints 'evaluation'
wants 'files of a finished run' \
    "$(cksum runs/CartPole-v1/seed-1/*.csv runs/CartPole-v1/seed-1/*.safetensors)" "$before"
run 0 "$ppo" train runs/CartPole-v1/seed-1 --json
is_json
wants 'hash of the finished run' "$(field hash)" "$hash"

# Another configuration: the keys are named; settings of the Run group may differ.
run 6 "$ppo" train CartPole-v1 $small --gamma 0.5
says 'gamma'
says '--restart'
run 0 "$ppo" train CartPole-v1 $small --threads 2
says 'finished'
run 0 "$ppo" train CartPole-v1 $small --gamma 0.5 --restart --json
says 'training CartPole-v1'
[ "$(field hash)" = "$hash" ] && fail 'another gamma gave the same parameters'
run 0 "$ppo" train CartPole-v1 $small --restart --json
wants 'hash after a restart' "$(field hash)" "$hash"

# Presets and files have names of their own; --run-dir another place.
run 0 "$ppo" train seeds/cartpole $small --minibatch-size 64 --json
wants 'run_dir of a preset' "$(field run_dir)" runs/CartPole-v1/cartpole-seed-1
run 0 "$ppo" train CartPole-v1 $small --run-dir there/and/here --json
wants 'run_dir' "$(field run_dir)" there/and/here
wants 'hash in another place' "$(field hash)" "$hash"
mv there moved
run 0 "$ppo" train moved/and/here
says 'finished'

# Minibatches that don't come out even: said in one line, and allowed.
run 0 "$ppo" train CartPole-v1 $small --minibatch-size 100 --run-dir uneven
says 'last minibatch of each epoch has 12 samples'
run 0 "$ppo" train CartPole-v1 $small --run-dir even
grep -q 'minibatch' "$err" && fail 'a note about minibatches that come out even'

# Quiet; and nothing but the result on stdout.
run 0 "$ppo" train CartPole-v1 $small --run-dir quiet --quiet --json
quiet
is_json

# A reader that goes away, and output that can't be written.
"$ppo" train CartPole-v1 $small --run-dir pipe 2>"$err" | head -n 0
run 0 "$ppo" train CartPole-v1 $small --run-dir pipe
says 'finished'
(
    "$ppo" help train
    echo $? >code
) | head -n 1 >/dev/null
wants 'exit code into a closed pipe' "$(cat code)" 0
if [ -w /dev/full ]; then
    "$ppo" envs >/dev/full 2>"$err"
    wants 'exit code of a full disk' $? 4
    says 'could not be written'
fi

# Started with standard descriptors closed: no file of the run gets their number, nor messages.
run 0 "$ppo" train CartPole-v1 $small --run-dir open
for closed in '<&-' '>&-' '2>&-' '>&- 2>&-' '<&- >&- 2>&-'; do
    rm -rf closed
    eval '"$ppo" train CartPole-v1 $small --run-dir closed '"$closed" >/dev/null 2>&1
    wants "exit code with $closed" $? 0
    for file in progress.csv evaluations.csv; do
        cmp -s open/$file closed/$file || fail "$file is another one with $closed"
    done
    wants "hash with $closed" "$("$ppo" hash closed)" "$("$ppo" hash open)"
done

# A tiny stack, also of the threads.
for threads in 1 2; do
    rm -rf stack
    (ulimit -s 64 && "$ppo" train CartPole-v1 $small --threads $threads --run-dir stack) \
        >"$out" 2>"$err"
    wants "exit code with a stack of 64 kB and $threads threads" $? 0
    wants 'hash with a tiny stack' "$("$ppo" hash stack)" "$("$ppo" hash open)"
done

# A run on its way to nan stops with the last good state.
run 7 "$ppo" train Pendulum-v1 $small --learning-rate 1e30 --max-grad-norm 0 --run-dir numeric
says 'last good checkpoint'
run 0 "$ppo" hash numeric
finish
