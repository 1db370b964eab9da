#!/bin/sh
# SPDX-License-Identifier: MIT
# What people type from habit, and the step that each message names. A wrong guess is worse than
# none, so what must not be said is asked for as well.
. "$(dirname "$0")/support/check.sh"

says_not() {
    ! grep -qE -- "$1" "$err" || fail "/$1/ in the messages of: $last"
}

# Commands of other programs.
run 2 "$ppo" play runs/x
says 'ppo watch RUN'
says_not plot
run 2 "$ppo" enjoy runs/x
says 'ppo watch RUN'
run 2 "$ppo" test runs/x
says 'ppo eval RUN'
run 2 "$ppo" resume runs/x
says 'ppo train RUN'
run 2 "$ppo" list
says 'ppo envs.*ppo runs'
for spelling in --version -V -v version; do
    run 0 "$ppo" $spelling
    prints '^ppo [0-9]+\.[0-9]+\.[0-9]+$'
done

# Options of other programs.
hint() { # OPTION PATTERN
    # shellcheck disable=SC2086 # an option and its value
    run 2 "$ppo" train CartPole-v1 $1
    says "$2"
}
hint '--steps 100' 'total_timesteps.*num_steps'
says_not seeds
hint --track 'progress.csv'
says_not task
hint --render 'ppo watch'
hint --capture-video video_every
hint '--verbose 1' quiet
hint '--norm-obs maybe' 'maybe.*norm_obs takes true or false'
hint '--net-arch 64 32' 'one word: 64,32'
hint '--save-freq 100' checkpoint_interval_s
hint '--tensorboard-log logs' 'run_dir'
hint '--net-arch 64 64' 'hidden_sizes.*64,64'
hint '--total-timesteps 100k' 'write 100e3'
hint '--learning-rate 1M' 'write 1e6'
hint '-v' 'ppo --version'
run 0 "$ppo" train CartPole-v1 --norm-obs --no-norm-obs --explain-config
prints 'norm_obs +false +command line'
hint --no-gamma 'gamma'
run 0 "$ppo" train CartPole-v1 --n-eval-episodes 7 --deterministic --explain-config
prints 'eval_episodes +7 +command line'

# Names.
run 3 "$ppo" train HalfCheetah-v5
says 'gym:HalfCheetah-v5'
run 3 "$ppo" train Walker2d-v5
says 'gym:Walker2d-v5'
run 3 "$ppo" train CartPole-v7
says 'did you mean CartPole-v1'
says_not gym:
run 3 "$ppo" train Pong
says 'Rally'
if ! "$ppo" envs | grep -q '^Pong.*built in\|^Pong.*yes  *found'; then
    run 3 "$ppo" train PongNoFrameskip-v4
    says 'cartridge of Pong was not found'
    says "'ppo train Rally'"
fi

# An environment by its option; ids in any case; one folder for one environment.
run 0 "$ppo" train --env cartpole-v1 --total-timesteps 512 --eval-episodes 1 --quiet
run 0 "$ppo" train cartPOLE-v1 --total-timesteps 512 --eval-episodes 1
says 'is finished.*--total-timesteps.*continues'
printf 'env_id: cartpole-v1\nrun_dir: runs/CartPole-v1/seed-1\n' >mine.yaml
run 0 "$ppo" train mine.yaml --explain-config
prints 'env_id +CartPole-v1 '
wants folders "$(echo runs/*/*)" runs/CartPole-v1/seed-1
run 0 "$ppo" train CartPole-v1 --seeds 3 --total-timesteps 512 --eval-episodes 1 --quiet
says 'seed 3 alone; 1-3 are 3 seeds'

# A finished run continues to a larger number of steps, as if it had been asked for at first.
run 0 "$ppo" train CartPole-v1 --total-timesteps 1024 --eval-episodes 1 --lr-schedule constant \
    --eval-every 0 --run-dir whole --json
whole=$(field hash)
run 0 "$ppo" train CartPole-v1 --total-timesteps 512 --eval-episodes 1 --lr-schedule constant \
    --eval-every 0 --run-dir parts --json
run 0 "$ppo" train CartPole-v1 --total-timesteps 1024 --eval-episodes 1 --lr-schedule constant \
    --eval-every 0 --run-dir parts --json
wants 'extended hash' "$(field hash)" "$whole"

# RL Zoo's files.
cat >ppo.yml <<'END'
CartPole-v1:
  n_envs: 8
  n_timesteps: 1e5
  policy: 'MlpPolicy'
END
run 2 "$ppo" train ppo.yml
says "ppo.yml:2: CartPole-v1: .*RL Zoo.*env_id"

# Help: short, and whole.
run 0 "$ppo" train --help
prints '--learning-rate'
prints 'ppo train --help-all'
[ "$(wc -l <"$out")" -le 75 ] || fail "train --help has $(wc -l <"$out") lines"
run 0 "$ppo" train --help-all
prints '--adam-eps'

# The source of a plug-in in place of what is built from it.
echo 'int source;' >game.c
run 2 "$ppo" train game.c
says 'source file: build a shared object'
finish
