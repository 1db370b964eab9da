#!/bin/sh
# SPDX-License-Identifier: MIT
# The same seed gives the same parameters for every number of threads, after 20 iterations, for each
# kind of policy and network. PPO_BIN2, if set, names a second build (asserts alive, another
# optimisation) that must agree as well.
# shellcheck disable=SC2086 # lists of words are split on purpose
. "$(dirname "$0")/support/check.sh"

# Odd sizes, and minibatches that don't divide the batch of 7 * 33.
common='--num-envs 7 --num-steps 33 --minibatch-size 50 --update-epochs 2 --total-timesteps 4620
        --hidden-sizes 37,20 --stop-when-solved false --eval-every 0 --eval-episodes 1
        --checkpoint-interval-s 3600 --restart --quiet --json'

# check NAME ENV OPTIONS...
check() {
    name=$1
    env=$2
    shift 2
    first=
    for threads in 1 2 3 4 8; do
        run 0 "$ppo" train "$env" $common "$@" --threads $threads --run-dir run
        hash=$(field hash)
        : "${first:=$hash}"
        wants "$name, $threads threads" "$hash" "$first"
    done
    if [ -n "${PPO_BIN2:-}" ]; then
        run 0 "$PPO_BIN2" train "$env" $common "$@" --threads 3 --run-dir run
        wants "$name, second build" "$(field hash)" "$first"
    fi
    echo "$first $name"
}

case ${PPO_BIN2:-} in
'' | /*) ;;
*) PPO_BIN2=$OLDPWD/$PPO_BIN2 ;;
esac

check 'discrete, separate' CartPole-v1 --shared-network false
check 'discrete, shared' CartPole-v1 --shared-network true
check 'discrete, separate optimizers' CartPole-v1 --separate-optimizers true \
    --critic-learning-rate 2e-3
check 'discrete, normalised' CartPole-v1 --norm-obs true --norm-reward true
check 'discrete, relu, three actions' Acrobot-v1 --activation relu --norm-adv batch
check 'discrete, target kl' CartPole-v1 --target-kl 0.001 --learning-rate 1e-2
check 'continuous' Pendulum-v1 --norm-obs false --norm-reward false
check 'continuous, normalised' Pendulum-v1 --norm-obs true --norm-reward true
check 'continuous, deviation from the state' Pendulum-v1 --std-source exp
check 'continuous, sigmoid deviation, shared' Pendulum-v1 --std-source sigmoid --shared-network true
check 'continuous, tanh' Pendulum-v1 --action-bound tanh
memory='--minibatch-size 77 --sequence-length 11 --memory-size 19'
check 'memory, separate' CartPoleNoVel-v1 --memory lstm $memory --norm-obs true --norm-reward true
check 'memory, shared' CartPoleNoVel-v1 --memory gru $memory --shared-network true
check 'memory, continuous, tanh' PendulumNoVel-v1 --memory lstm $memory --action-bound tanh \
    --std-source exp
check 'memory, worker processes' TMaze --memory gru $memory --workers process
check 'continuous, tanh, state, shared' MountainCarContinuous-v0 --action-bound tanh \
    --std-source exp --shared-network true
finish
