#!/bin/sh
# SPDX-License-Identifier: MIT
# Benchmarks run, print what machines read, and leave nothing behind. How fast is not asked here.
. "$(dirname "$0")/support/check.sh"

run 0 "$ppo" bench peak --threads 1 --seconds 0.2 --json
is_json
has_fields name threads sps gflops peak_gflops share_of_peak
for name in cartpole pendulum lstm; do
    run 0 "$ppo" bench $name --threads 1 --seconds 0.5 --json
    is_json
    has_fields name threads sps gflops peak_gflops share_of_peak
    wants 'name' "$(field name)" "$name"
    wants 'threads' "$(field threads)" 1
done
has_fields acting_share_of_feed_forward
run 0 "$ppo" bench cartpole --threads 2 --seconds 0.3
prints '^cartpole, 2 threads'
prints 'of the peak'
run 0 "$ppo" bench train Acrobot-v1 --num-envs 2 --hidden-sizes 8 --seconds 0.2
prints '^Acrobot-v1, '
run 0 "$ppo" bench all --threads 2 --seconds 0.05 --num-steps 32 --minibatch-size 16
prints '2 threads of [0-9]+ core'
prints '^\| benchmark \| steps/s '
prints '^\| the same on all threads \| [0-9]+ \| [0-9.]+ \| [0-9.]+ % \|$'
prints '^\| stepping CartPole-v1 alone \| [0-9]+ \| \| \|$'
run 2 "$ppo" bench train
says 'needs one environment, preset or file'
run 0 "$ppo" bench env Acrobot-v1 --threads 1 --seconds 0.2 --json
is_json
has_fields name threads sps
if "$ppo" envs | grep -q '^Rally .*built in'; then
    run 0 "$ppo" bench atari Rally --seconds 0.6 --json
    is_json
    has_fields name env threads sps frames_per_second undrawn_frames_per_second step_ns
    has_fields processor_ns tia_ns drawing_ns preprocessing_ns
    run 0 "$ppo" bench atari Rally --seconds 0.6
    prints '^    TIA +[0-9]+ ns, of which drawing'
fi
run 2 "$ppo" bench atari CartPole-v1
says 'is not an Atari game'
printf 'env_id: CartPole-v1\ntotal_timesteps: 2048\n' >short.yaml
run 0 "$ppo" bench --learning short.yaml --seeds 1-4 --json
is_json
has_fields results task iqm low high bar reached seconds_mean returns
run 0 "$ppo" bench --learning short.yaml --seeds 1,2
prints '^short\.yaml +2 +0 +2048'
run 0 "$ppo" bench --learning short.yaml --seeds 1 --total-timesteps 4096
prints '^short\.yaml +1 +0 +4096'
run 2 "$ppo" bench --learning short.yaml --seeds 1 --clip-coef -1
wants 'files left' "$(ls)" short.yaml
finish
