#!/bin/sh
# SPDX-License-Identifier: MIT
# Benchmarks run, print what machines read, and leave nothing behind. How fast is not asked here.
. "$(dirname "$0")/support/check.sh"

run 0 "$ppo" bench peak --threads 1 --seconds 0.2 --json
is_json
has_fields name threads sps gflops peak_gflops share_of_peak
for name in cartpole pendulum; do
    run 0 "$ppo" bench $name --threads 1 --seconds 0.5 --json
    is_json
    has_fields name threads sps gflops peak_gflops share_of_peak
    wants 'name' "$(field name)" "$name"
    wants 'threads' "$(field threads)" 1
done
run 0 "$ppo" bench cartpole --threads 2 --seconds 0.3
prints '^cartpole, 2 threads'
prints 'of the peak'
run 0 "$ppo" bench env Acrobot-v1 --threads 1 --seconds 0.2 --json
is_json
has_fields name threads sps
run 0 "$ppo" bench --learning CartPole-v1 --seeds 1,2 --json
is_json
has_fields results task iqm low high bar reached seconds_mean returns
[ -e runs ] && fail 'a benchmark left a run directory'
wants 'files left' "$(ls)" ''
finish
