#!/bin/sh
# SPDX-License-Identifier: MIT
# The event file and the films of a training: there, whole after kills, and without influence.
# PPO_KILLS: how many kills (default 5).
# shellcheck disable=SC2086 # lists of words are split on purpose
. "$(dirname "$0")/support/check.sh"

events=events.out.tfevents.ppo
task='CartPole-v1 --total-timesteps 16384 --num-envs 8 --num-steps 32 --minibatch-size 64
      --update-epochs 4 --hidden-sizes 32 --eval-every 10 --eval-episodes 2
      --checkpoint-interval-s 0 --stop-when-solved false --quiet'

run 0 "$ppo" info
grep -q '^TensorBoard: absent' "$out" && have_board=false || have_board=true
grep -q '^films: absent' "$out" && have_films=false || have_films=true
"$ppo" envs | grep -q '^Rally ' && ! "$ppo" doctor | grep -q 'Rally.*not in this build' &&
    have_rally=true || have_rally=false

# Without influence on the parameters, whether there or not.
run 0 "$ppo" train $task --run-dir whole --json
hash=$(field hash)
run 0 "$ppo" train $task --run-dir without --tensorboard false --json
wants 'the hash without an event file' "$(field hash)" "$hash"
[ ! -e without/$events ] || fail 'an event file that nobody wanted'
if $have_board; then
    [ -s whole/$events ] || fail 'no event file'
    # Its first record: 24 bytes of an Event with time and version, little-endian length.
    wants 'length of the first record' "$(od -An -tu1 -N8 whole/$events | tr -s ' ')" \
        ' 24 0 0 0 0 0 0 0'
    grep -aq 'brain.Event:2' whole/$events || fail 'no version of the format'
    for tag in hyperparameters rollout/ep_rew_mean train/approx_kl time/fps eval/mean_reward \
        eval/mean_ep_length; do
        grep -aq "$tag" whole/$events || fail "no $tag in the event file"
    done
    # Equal runs tell the same at the same length; wall clock alone differs. Killed ones too.
    kills=0
    while [ "$kills" -lt "${PPO_KILLS:-5}" ]; do
        "$ppo" train $task --run-dir run >/dev/null 2>&1 &
        pid=$!
        wait_for_lines run/progress.csv $((kills * 10 % 60 + 3))
        kill -KILL $pid 2>/dev/null
        wait $pid 2>/dev/null
        printf 'torn' >>run/$events
        kills=$((kills + 1))
    done
    run 0 "$ppo" train $task --run-dir run --json
    wants 'the hash after kills' "$(field hash)" "$hash"
    cmp -s whole/progress.csv run/progress.csv || fail 'progress.csv differs after kills'
    wants 'evaluations told' "$(grep -ao eval/mean_reward run/$events | wc -l)" \
        "$(grep -ao eval/mean_reward whole/$events | wc -l)"
    wants 'iterations told' "$(grep -ao train/approx_kl run/$events | wc -l)" 64
fi

# Films on the way.
$have_rally || finish
film='Rally --total-timesteps 384 --num-envs 2 --num-steps 32 --num-minibatches 1 --update-epochs 1
      --eval-every 0 --eval-episodes 1 --max-episode-steps 40 --checkpoint-interval-s 0'
if ! $have_films; then
    run 10 "$ppo" train $film --video-every 128 --run-dir films --quiet
    says 'makes no films'
    [ ! -e films ] || fail 'a run that could not be as it was wanted'
    finish
fi
run 0 "$ppo" train $film --run-dir plain --json --quiet
hash=$(field hash)
[ ! -e plain/videos ] || fail 'films that nobody wanted'
run 0 "$ppo" train $film --video-every 150 --video-steps 12 --run-dir films --json
says '^film films/videos/step-000000192.gif$'
wants 'the hash with films' "$(field hash)" "$hash"
wants 'the films' "$(cd films/videos && echo *)" \
    'step-000000192.gif step-000000320.gif step-000000384.gif'
wants 'the beginning of a film' "$(head -c 6 films/videos/step-000000192.gif)" GIF89a
if $have_board; then
    wants 'films in the event file' "$(grep -ao GIF89a films/$events | wc -l)" 3
fi
cp -r films/videos before
run 0 "$ppo" train $film --video-every 150 --video-steps 12 --run-dir films --restart --quiet
diff -r films/videos before >/dev/null || fail 'the films of two equal runs differ'
run 0 "$ppo" train $film --video-every 384 --video-format mp4 --video-steps 12 --run-dir films \
    --restart --quiet
wants 'the films of the new run' "$(cd films/videos && echo *)" step-000000384.mp4

# Killed while it films and trains: what is there is whole, nothing is there twice.
for moment in 0.1 0.25 0.4; do
    "$ppo" train $film --video-every 1 --video-steps 12 --run-dir killed --quiet >/dev/null 2>&1 &
    pid=$!
    sleep $moment
    kill -KILL $pid 2>/dev/null
    wait $pid 2>/dev/null
    for file in killed/videos/*.gif; do
        [ ! -e "$file" ] || wants "the end of $file" "$(tail -c 1 "$file")" ';'
    done
done
run 0 "$ppo" train $film --video-every 1 --video-steps 12 --run-dir killed --json --quiet
wants 'the hash after kills' "$(field hash)" "$hash"
wants 'the films after kills' "$(find killed/videos -type f | wc -l)" 6
wants 'drafts that stay' "$(find killed -name '*.tmp')" ''
if $have_board; then
    wants 'films told after kills' "$(grep -ao GIF89a killed/$events | wc -l)" 6
fi
finish
