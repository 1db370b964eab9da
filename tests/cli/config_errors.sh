#!/bin/sh
# SPDX-License-Identifier: MIT
# Configuration files that can't be used: the message names file, line and key.
. "$(dirname "$0")/support/check.sh"

printf 'env_id: CartPole-v1\nclip_coeff: 0.2\n' >key.yaml
run 2 "$ppo" train key.yaml
says 'key\.yaml.*2.*clip_coeff.*clip_coef'

printf 'env_id: CartPole-v1\n\ngamma: high\n' >type.yaml
run 2 "$ppo" train type.yaml
says 'type\.yaml.*3.*gamma'

printf 'env_id: CartPole-v1\ngamma: 2\n' >range.yaml
run 2 "$ppo" train range.yaml
says 'range\.yaml.*2.*gamma.*\[0, 1\]'

printf 'env_id: CartPole-v1\ngamma: [0.9\n' >syntax.yaml
run 2 "$ppo" train syntax.yaml
says 'syntax\.yaml.*[0-9]'

printf -- '- a\n- b\n' >list.yaml
run 2 "$ppo" train list.yaml
says 'list\.yaml'

printf 'gamma: 0.9\n' >no-env.yaml
run 2 "$ppo" train no-env.yaml
says 'env_id'

printf 'env_id: CartPol-v1\n' >env.yaml
run 3 "$ppo" train env.yaml
says 'CartPole-v1'

printf 'env_id: CartPole-v1\ngamma: 0.9\ngamma: 0.8\n' >twice.yaml
run 2 "$ppo" train twice.yaml
says 'twice\.yaml.*gamma'

head -c 4096 /dev/urandom >noise.yaml
run 2 "$ppo" train noise.yaml
: >empty.yaml
run 2 "$ppo" train empty.yaml

# Settings that are good alone and bad together.
run 2 "$ppo" train CartPole-v1 --critic-learning-rate 1e-3
says 'critic_learning_rate'
says 'separate_optimizers'
run 2 "$ppo" train CartPole-v1 --minibatch-size 1000000
says 'minibatch_size'

# What works: the file over the defaults, the command line over the file.
printf 'env_id: CartPole-v1\ngamma: 0.9\nclip_coef: 0.2\n' >good.yaml
run 0 "$ppo" train good.yaml --gae-lambda 0.8 --explain-config
prints 'gamma +0\.9 +good\.yaml'
prints 'clip_coef +0\.2 +good\.yaml'
prints 'gae_lambda +0\.8 +command line'
prints 'vf_coef +0\.5 +default'
run 0 "$ppo" train CartPole-v1 --clip_range=0.3 --anneal-lr false --norm-obs --explain-config
prints 'clip_coef +0\.3 +command line'
prints 'lr_schedule +constant +command line'
prints 'norm_obs +true +command line'
prints 'gamma +[0-9.]+ +preset CartPole-v1'
run 0 "$ppo" train configs/seeds/cartpole.yaml --explain-config --json
is_json
has_fields env_id gamma run_dir

[ -e runs ] && fail 'a refused configuration left a run directory'
finish
