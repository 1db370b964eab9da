#!/bin/sh
# SPDX-License-Identifier: MIT
# Finding runs: 'ppo runs', folders in the place of runs, environments in the place of runs; and which
# agent of a run is evaluated, on which seeds.
root=$(cd "$(dirname "$0")/../.." && pwd)
. "$(dirname "$0")/support/check.sh"

run 3 "$ppo" runs
says "no folder 'runs'; 'ppo train ENV'"
run 3 "$ppo" eval Acrobot-v1
says 'is an environment.*ppo train Acrobot-v1.*ppo watch Acrobot-v1 --random'

# Two runs that end, one that is stopped on the way.
for seed in 2 10; do
    run 0 "$ppo" train CartPole-v1 --seed $seed --total-timesteps 2048 --stop-when-solved false \
        --eval-every 1 --eval-episodes 3 --quiet
done
run 0 "$ppo" train Acrobot-v1 --total-timesteps 4096 --run-dir runs/mine/first --eval-episodes 1 \
    --quiet
sed -i 's/^total_timesteps: .*/total_timesteps: 8192/' runs/mine/first/config.yaml

run 0 "$ppo" runs
prints '^environment +seed +steps +training +best +state +run$'
prints '^CartPole-v1 +2 +2048/2048 +[0-9.]+ +[0-9.]+ +finished +runs/CartPole-v1/seed-2$'
prints '^Acrobot-v1 +1 +[0-9]+/8192 .* stopped +runs/mine/first$'
wants 'order of the runs' "$(grep -o 'runs/.*' "$out" | tr '\n' ' ')" \
    'runs/CartPole-v1/seed-2 runs/CartPole-v1/seed-10 runs/mine/first '
run 0 "$ppo" runs runs/CartPole-v1 --json
is_json
has_fields run_dir env seed steps total_timesteps return_mean best state hash
wants 'runs below a folder' "$(grep -o run_dir "$out" | wc -l | tr -d ' ')" 2
if command -v flock >/dev/null 2>&1; then
    flock runs/mine/first/lock "$ppo" runs runs/mine >locked.txt
    grep -q ' training  *runs/mine/first' locked.txt || fail 'a locked run is not being trained'
fi

# A plug-in by its name, for its path would fill the line; other columns stay below their headings.
mkdir -p plugins/a/rather/long/way/to/it other/MyGame
"${CC:-cc}" -shared -fPIC -O1 -w -I "$root/include" "$root/examples/plugin/mygame.c" \
    -o plugins/a/rather/long/way/to/it/libmygame.so || fail 'no plug-in'
run 0 "$ppo" train plugins/a/rather/long/way/to/it/libmygame.so --total-timesteps 2048 \
    --run-dir other/MyGame --eval-episodes 1 --quiet
run 0 "$ppo" runs other
prints '^MyGame-v0 +1 +2048/2048 '
run 0 "$ppo" runs other --json
prints 'libmygame.so:MyGame-v0'

# A folder in the place of a run.
for command in eval watch hash info; do
    run 3 "$ppo" $command runs
    says 'there are runs below it: runs/CartPole-v1/seed-2, runs/CartPole-v1/seed-10, runs/mine/first'
    run 3 "$ppo" $command CartPole-v1
    says 'its runs here: runs/CartPole-v1/seed-2, runs/CartPole-v1/seed-10'
    run 3 "$ppo" $command nowhere
done
run 0 "$ppo" plot runs/CartPole-v1 --terminal
if "$ppo" info | grep -q '^learning curves: *[^a ]'; then
    run 0 "$ppo" plot runs/CartPole-v1
    prints '^runs/CartPole-v1/curve.png$'
fi

# The best agent and the last one are named; both on other seeds than those that chose the best.
run 0 "$ppo" eval runs/CartPole-v1/seed-2 --episodes 3
prints '^agent +runs/CartPole-v1/seed-2/best.safetensors, step [0-9]+$'
prints 'seeds 1010000 and on'
run 0 "$ppo" eval runs/CartPole-v1/seed-2 --episodes 3 --final --json
wants 'file of --final' "$(field agent)" runs/CartPole-v1/seed-2/checkpoint.safetensors
wants 'step of --final' "$(field step)" 2048
final=$(field hash)
run 0 "$ppo" hash runs/CartPole-v1/seed-2
wants 'hash of --final' "$final" "$(cat "$out")"
best=$(awk -F, 'NR == 1 { for (i = 1; i <= NF; i++) c[$i] = i; next }
    $c["best"] == 1 { step = $c["global_step"] } END { print step }' \
    runs/CartPole-v1/seed-2/evaluations.csv)
run 0 "$ppo" eval runs/CartPole-v1/seed-2 --episodes 3 --json
wants 'step of the best agent' "$(field step)" "$best"

# A FIFO under the name of one of a run's files is never waited for.
if command -v timeout >/dev/null 2>&1; then
    for name in config.yaml progress.csv timing.csv evaluations.csv; do
        cp -r runs/CartPole-v1/seed-2 fifo
        rm "fifo/$name"
        mkfifo "fifo/$name"
        for command in 'train fifo' 'eval fifo --episodes 1' 'info fifo' 'plot fifo --terminal' 'runs .'; do
            # shellcheck disable=SC2086 # a list of words
            timeout 60 "$ppo" $command >"$out" 2>"$err" </dev/null
            [ $? -ne 124 ] || fail "'ppo $command' waits for the FIFO $name"
        done
        rm -r fifo
    done
fi
finish
