#!/bin/sh
# SPDX-License-Identifier: MIT
# `ppo plot`: pictures of runs, where they go, and what is refused.
. "$(dirname "$0")/support/check.sh"

run 0 "$ppo" train CartPole-v1 --total-timesteps 4096 --run-dir runs/a --eval-every 0 --quiet
run 2 "$ppo" plot
says "'plot' needs RUN"
run 2 "$ppo" plot runs/a --x miles
says "--x: 'miles' is not steps, time or seconds"
run 2 "$ppo" plot runs/a --statistic best
says "'best' is not mean, iqm or median"
run 2 "$ppo" plot runs/a --band wide
says "'wide' is not range, std, interval or none"
run 2 "$ppo" plot runs/a --smooth 0
says 'smooth.*\[1,'
run 2 "$ppo" envs -o file
says 'unknown option -o'
run 2 "$ppo" plot runs/a -o
says '-o needs a value'

# In the terminal, with or without cairo: as wide as it is, 80 columns where there is none.
run 0 "$ppo" plot runs/a --terminal
quiet
prints '^CartPole-v1$'
prints '^● training$'
prints '^○ evaluation$'
prints 'environment steps$'
if grep -q "$(printf '\033')" "$out"; then
    fail 'colours in a file'
fi
widest=$(LC_ALL=C.UTF-8 awk '{ if (length($0) > n) n = length($0) } END { print n }' "$out")
[ "$widest" -le 240 ] || fail "$widest columns" # bytes of a line of 80 characters, if awk counts so
[ ! -e runs/a/curve.png ] || rm runs/a/curve.png
run 0 "$ppo" plot runs/a --terminal --metric train/entropy --x time
prints 'seconds of training$'
prints '⣀|⠉|⠒'
[ ! -e runs/a/curve.png ] || fail 'a picture that nobody wanted'

# Panels one below the other, training and evaluations in one; evaluations are not smoothed.
run 0 "$ppo" plot runs/a --terminal --metric rollout/ep_rew_mean --metric return_mean \
    --metric train/entropy --smooth 3
prints '^training smoothed over 3 values|seed 1; training smoothed over 3 values'
prints '^mean return of training.s last 100 episodes and of evaluations$'
prints '^train/entropy$'
wants 'horizontal axes' "$(grep -c 'environment steps$' "$out")" 1
run 0 "$ppo" plot runs/a --terminal --metric return_mean
cp "$out" plain
run 0 "$ppo" plot runs/a --terminal --metric return_mean --smooth 5
cmp -s plain "$out" || fail 'an evaluation was smoothed'

# What is wrong with a run is told in a sentence, with a code of its own.
run 3 "$ppo" plot runs/a --terminal --metric train/entrpy
says 'did you mean train/entropy\?'
run 3 "$ppo" plot runs/a --terminal --metric train/entropy --metric train/los
says 'did you mean train/loss\?'
mkdir young torn broken
head -n 1 runs/a/progress.csv >young/progress.csv
run 2 "$ppo" plot young --terminal
says 'young: there is no value of rollout/ep_rew_mean yet'
head -c -9 runs/a/progress.csv >torn/progress.csv # as a kill leaves it
run 0 "$ppo" plot torn --terminal
sed '3s/,.*//' runs/a/progress.csv >broken/progress.csv
run 5 "$ppo" plot broken --terminal
says 'broken/progress.csv:3: 1 cells'
cp -r runs/a cut
head -c -9 runs/a/evaluations.csv >cut/evaluations.csv # its only row
run 0 "$ppo" plot cut --terminal
prints '^mean return of the last 100 episodes, seed 1$'
run 2 "$ppo" plot cut --terminal --metric return_mean
says 'no value of return_mean yet'

run 0 "$ppo" info
if grep -q '^learning curves: absent' "$out"; then
    run 10 "$ppo" plot runs/a
    says 'need the module plot.so'
    finish
fi

# A curve at the end of training, also of one that is stopped, and one of several seeds.
run 0 "$ppo" train CartPole-v1 --total-timesteps 4096 --run-dir runs/c --quiet
prints '^curve +runs/c/curve.png$'
[ -s runs/c/curve.png ] || fail 'no curve of a training'
mv runs/c/curve.png there.png # as if it had been killed before it was drawn
run 0 "$ppo" train CartPole-v1 --total-timesteps 4096 --run-dir runs/c --quiet
cmp -s runs/c/curve.png there.png || fail 'a missing curve was not made on the next call'
"$ppo" train CartPole-v1 --total-timesteps 100000000 --stop-when-solved false --run-dir runs/d \
    --quiet >/dev/null 2>&1 &
pid=$!
wait_for_lines runs/d/progress.csv 20
kill -INT $pid
wait $pid
[ -s runs/d/curve.png ] || fail 'no curve of a training that was stopped'
run 0 "$ppo" train CartPole-v1 --total-timesteps 2048 --seeds 1-2 --run-dir several --quiet
prints '^curve +several/curve.png$'
for file in several/curve.png several/seed-1/curve.png several/seed-2/curve.png; do
    [ -s "$file" ] || fail "no $file"
done

run 0 "$ppo" plot runs/a
quiet
wants 'the name' "$(cat "$out")" runs/a/curve.png
wants 'the beginning of a PNG' "$(head -c 4 runs/a/curve.png | tail -c 3)" PNG
cp runs/a/curve.png before.png
run 0 "$ppo" plot runs/a/
cmp -s runs/a/curve.png before.png || fail 'two pictures of one run differ'
run 0 "$ppo" train CartPole-v1 --seed 2 --total-timesteps 4096 --run-dir runs/b --eval-every 0 \
    --quiet
run 0 "$ppo" plot runs/a runs/b
prints '^curve.png$'
run 0 "$ppo" plot runs/a runs/b -o both.svg --x seconds --each --title 'Two seeds'
prints '^both.svg$'
head -c 100 both.svg | grep -q '<?xml' || fail 'no SVG'
run 0 "$ppo" plot runs/a runs/b -o times.svg --x time
run 0 "$ppo" plot runs/a runs/b -o mean.png
run 0 "$ppo" plot runs/a runs/b -o iqm.png --statistic iqm --band std
run 0 "$ppo" plot runs/a runs/b -o interval.png --statistic median --band interval --smooth 3
run 0 "$ppo" plot runs/a runs/b -o interval2.png --statistic median --band interval --smooth 3
cmp -s interval.png interval2.png || fail 'two pictures of one bootstrap differ'
if cmp -s mean.png iqm.png || cmp -s iqm.png interval.png; then
    fail 'options that change nothing'
fi
run 0 "$ppo" plot runs/a --metric train/approx_kl --metric train/clip_fraction -o two.png
run 0 "$ppo" plot runs/a --terminal -o both.png
prints '^both.png$'
run 0 "$ppo" plot runs/a/progress.csv --metric train/entropy --output entropy.pdf
wants 'the beginning of a PDF' "$(head -c 4 entropy.pdf)" '%PDF'

# A font library that crashes, as fontconfig does where an allocation fails, costs the picture alone.
if ! grep -qE '__(asan|tsan)_init' "$ppo" && command -v "${CC:-cc}" >/dev/null 2>&1; then
    printf '#include <signal.h>\nvoid *FcPatternCreate(void) { raise(SIGSEGV); return 0; }\n' >crash.c
    "${CC:-cc}" -shared -fPIC crash.c -o crash.so || fail 'crash.c'
    run 9 env LD_PRELOAD="$work/crash.so" "$ppo" plot runs/a -o never.png
    says 'can.t draw never.png: the process that draws has ended .*memory is short'
    [ ! -e never.png ] || fail 'a picture in spite of a crash'
    run 0 env LD_PRELOAD="$work/crash.so" "$ppo" train CartPole-v1 --total-timesteps 2048 \
        --run-dir runs/e --quiet
    prints '^parameters '
    says 'there is no runs/e/curve.png: .*memory is short'
fi

run 3 "$ppo" plot runs/a --metric train/entrpy
says 'did you mean train/entropy\?'
run 3 "$ppo" plot runs/nothing
says 'runs/nothing'
run 2 "$ppo" plot runs/a -o curve.bmp
says 'must end in .png, .svg or .pdf'
run 4 "$ppo" plot runs/a -o nowhere/curve.png
says 'nowhere/curve.png: No such file'
if [ "$(id -u)" -ne 0 ]; then
    mkdir closed && chmod a-w closed
    run 4 "$ppo" plot runs/a -o closed/curve.png
    says 'closed/curve.png: Permission denied'
fi
: >empty.csv
run 5 "$ppo" plot empty.csv
says 'empty.csv is empty'

# Games on the scale of random policy and human: by hand, Pong's runs are at 0.5 and 1, Freeway's at 2.
fake_run() { # NAME ENV RETURN
    mkdir -p "games/$1"
    echo "env_id: $2" >"games/$1/config.yaml"
    printf 'iteration,global_step,rollout/ep_rew_mean\n1,100,%s\n2,200,%s\n' "$3" "$3" >"games/$1/progress.csv"
}
fake_run pong-1 PongNoFrameskip-v4 -3.05
fake_run pong-2 PongNoFrameskip-v4 14.6
fake_run freeway-1 FreewayNoFrameskip-v4 59.2
run 0 "$ppo" plot games --human-normalised --terminal
prints '^3 runs of 2 games, rollout/ep_rew_mean, human-normalised: 0 random, 1 human$'
prints '^median +1\.375 +1\.250 to 1\.500$'
prints '^mean +1\.375 +1\.250 to 1\.500$'
prints '^IQM +1\.167 '
prints '^optimality gap +0\.167 +0\.000 to 0\.333$'
prints 'median over games'
cp "$out" first
run 0 "$ppo" plot games --human-normalised --terminal
cmp -s first "$out" || fail 'other intervals the second time'
fake_run rally-1 Rally 5
run 10 "$ppo" plot games --human-normalised --terminal
says 'games/rally-1: papers report no scores of a human and a random policy for Rally'
finish
