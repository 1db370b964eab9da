#!/bin/sh
# SPDX-License-Identifier: MIT
# `ppo train --games`: a list of games and seeds as one training, which goes on as a whole after it was
# killed; missing cartridges are named first.
# shellcheck disable=SC2086 # lists of words are split on purpose
. "$(dirname "$0")/support/check.sh"

if ! "$ppo" envs | grep -q '^Rally .*built in'; then
    echo 'skipped: this build has no free games (dasm was missing)'
    exit 77
fi
PPO_ROM_DIR=$work/none
HOME=$work
export PPO_ROM_DIR HOME
unset VIRTUAL_ENV CONDA_PREFIX XDG_DATA_HOME

# What is refused, before anything is trained.
run 3 "$ppo" train atari --games 57 --seeds 1-3
says 'no cartridge of Alien, Amidar, .*, Zaxxon$'
says 'the cartridges of 57 of 57 games are missing'
run 3 "$ppo" train atari --games 26-v5,Rally
says 'the cartridges of 26 of 27 games are missing'
run 3 "$ppo" train --games Rally,pong
says 'no cartridge of Pong$'
run 3 "$ppo" train --games Rally,Pnog
says "'Pnog' is no game's name"
run 2 "$ppo" train Rally --games Bricks,Rally
says 'give a preset such as atari'
run 2 "$ppo" train atari --games Rally --explain-config
says 'not --games'
[ ! -e runs ] || fail 'a refused training has left a folder'

tiny='--num-envs 2 --num-steps 16 --total-timesteps 320 --num-minibatches 2 --update-epochs 1 --hidden-sizes 16
      --max-episode-steps 40 --eval-every 0 --eval-episodes 1 --stop-when-solved false --checkpoint-interval-s 0'

# Alone, each by itself.
for game in Rally Bricks; do
    for seed in 1 2; do
        run 0 "$ppo" train atari --env-id $game $tiny --seed $seed --run-dir "alone/$game/seed-$seed" --quiet --json
        run 0 "$ppo" hash "alone/$game/seed-$seed"
        echo "$game $seed $(cat "$out")" >>wanted
    done
done

# Killed again and again, one at a time; then to the end, side by side.
all="train atari --games rally,Bricks --seeds 1-2 $tiny --run-dir all"
for moment in 0.3 0.6 0.9; do
    "$ppo" $all --threads 1 --quiet >"$out" 2>"$err" &
    pid=$!
    sleep $moment
    kill -KILL $pid 2>/dev/null
    wait $pid 2>/dev/null
done
run 0 "$ppo" $all --threads 2
prints '^environment +finished +training +evaluation +normalised$'
prints '^Rally +2/2 .* -$'
prints '^Bricks +2/2 .* -$'
for game in Rally Bricks; do
    for seed in 1 2; do
        run 0 "$ppo" hash "all/$game/seed-$seed"
        echo "$game $seed $(cat "$out")" >>found
        cmp -s "alone/$game/seed-$seed/progress.csv" "all/$game/seed-$seed/progress.csv" ||
            fail "progress.csv of $game, seed $seed"
    done
done
cmp -s wanted found || fail "other parameters than alone: $(cat found)"

# Finished runs stay as they are, and the table is the same.
run 0 "$ppo" $all --json --quiet
is_json
has_fields games finished over_games env human_normalised runs
wants 'runs that have finished' "$(grep -o '"finished":4' "$out")" '"finished":4'
wants 'runs that went on' "$(grep -o '"resumed":true' "$out" | wc -l | tr -d ' ')" 4
wants 'runs without a step in this process' "$(grep -o '"sps":null' "$out" | wc -l | tr -d ' ')" 4

# Each game's own preset, where no other is named; one seed.
run 0 "$ppo" train --games Bricks,CartPole-v1 $tiny --minibatch-size 16 --run-dir presets --quiet
prints '^Bricks +1/1 '
prints '^CartPole-v1 +1/1 '
[ -e presets/CartPole-v1/seed-1/config.yaml ] || fail 'no run of CartPole-v1'
finish
