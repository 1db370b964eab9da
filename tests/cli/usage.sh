#!/bin/sh
# SPDX-License-Identifier: MIT
# Mistyped command lines: exit code 2, what is wrong, and the nearest known name.
. "$(dirname "$0")/support/check.sh"

run 2 "$ppo"
says 'Commands'
run 2 "$ppo" trian
says "did you mean 'train'"
run 2 "$ppo" xyzzy
says "no command 'xyzzy'"
run 2 "$ppo" help evla
says "did you mean 'eval'"

run 2 "$ppo" train
says 'ENV'
run 2 "$ppo" train CartPole-v1 Pendulum-v1
says 'Pendulum-v1.*too many'
run 3 "$ppo" train CartPol-v1
says 'did you mean CartPole-v1'
run 3 "$ppo" train seeds/cartpol
says 'did you mean seeds/cartpole'
run 3 "$ppo" train no-such.yaml
says 'no-such.yaml'

run 2 "$ppo" train CartPole-v1 --clip-coeff 0.1
says 'clip_coef|clip-coef'
run 2 "$ppo" train CartPole-v1 --restrat
says 'did you mean --restart'
run 2 "$ppo" train CartPole-v1 --num 4
says 'could be --num-envs or --num-'
run 2 "$ppo" train CartPole-v1 --gamma
says 'gamma needs a value'
run 2 "$ppo" train CartPole-v1 --json=yes
says 'json takes no value'
run 2 "$ppo" train CartPole-v1 -x
says 'unknown option -x'

run 2 "$ppo" train CartPole-v1 --gamma high
says "gamma.*'high'"
run 2 "$ppo" train CartPole-v1 --num-envs 2.5
says 'num_envs.*2\.5'
run 2 "$ppo" train CartPole-v1 --gamma 1.5
says 'gamma.*\[0, 1\]'
run 2 "$ppo" train CartPole-v1 --num-envs=-1
says 'num_envs'
run 2 "$ppo" train CartPole-v1 --activation sigmoid
says 'tanh'
run 2 "$ppo" train CartPole-v1 --stop-when-solved=maybe
says 'stop_when_solved'
run 2 "$ppo" train CartPole-v1 --learning-rate nan
says 'learning_rate'

run 2 "$ppo" train CartPole-v1 --seeds 5-1
says 'list of seeds'
run 2 "$ppo" train CartPole-v1 --seeds 1,1
says 'twice'
run 2 "$ppo" train CartPole-v1 --seeds 1-100000
says 'more than'

run 2 "$ppo" eval
run 2 "$ppo" eval runs/x --episodes
says 'needs a value'
run 3 "$ppo" eval runs/x
says 'runs/x'
run 3 "$ppo" hash runs/x
run 3 "$ppo" info runs/x
run 2 "$ppo" envs extra
run 2 "$ppo" envs --jsno
says 'did you mean --json'
run 2 "$ppo" info --gamma 0.9
says 'memory'

run 2 "$ppo" bench
run 2 "$ppo" bench peek
says 'did you mean peak'
run 2 "$ppo" bench env
run 3 "$ppo" bench env CartPole
says 'CartPole-v'
run 2 "$ppo" bench peak --threads 0
says 'threads.*\[1,'
run 2 "$ppo" bench peak --seconds -1
says 'seconds'
run 2 "$ppo" help --completion tcsh
says 'bash, zsh and fish'

[ -e runs ] && fail 'a refused command line left a run directory'
finish
