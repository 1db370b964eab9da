#!/bin/sh
# SPDX-License-Identifier: MIT
# One training by several ranks, under each MPI that is installed: the same parameters, progress and
# tensors of the checkpoint for any number of ranks and threads; a rank that is killed, hangs or
# fails ends all; a run goes on with another number of ranks; a signal to any rank stops all.
# PPO_RANK_KILLS: how many kills (default 4). PPO_SEED: seed of their moments, printed.
# shellcheck disable=SC2086 # lists of words are split on purpose
. "$(dirname "$0")/support/check.sh"

unset OMPI_COMM_WORLD_SIZE PMIX_RANK PMI_RANK PPO_MPI
have=$("$ppo" doctor | sed -n 's/^ *several machines: //p')
launchers=
command -v mpirun.openmpi >/dev/null && case $have in *'Open MPI'*) launchers=openmpi ;; esac
command -v mpiexec.mpich >/dev/null && case $have in *MPICH*) launchers="$launchers mpich" ;; esac
if [ -z "$launchers" ]; then
    echo "skipped: $have, or no mpirun.openmpi or mpiexec.mpich"
    exit 77
fi
export OMPI_MCA_btl_vader_single_copy_mechanism=none # containers forbid what it tries first
export OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1

# ranks LAUNCHER COUNT COMMAND...
ranks() {
    launcher=$1
    count=$2
    shift 2
    case $launcher in
    openmpi) set -- mpirun.openmpi --oversubscribe --bind-to none -n "$count" "$@" ;;
    mpich) set -- mpiexec.mpich -n "$count" "$@" ;;
    esac
    timeout 300 "$@"
}

common='--shards 4 --num-envs 8 --num-steps 32 --minibatch-size 64 --update-epochs 2 --eval-every 3
        --eval-episodes 2 --stop-when-solved false --checkpoint-interval-s 3600 --restart --quiet
        --tensorboard false --json'

# What follows the header of a safetensors file, which has wall-clock facts in it.
tensors() {
    header=$(od -An -N8 -tu8 "$1" | tr -d ' ')
    tail -c +$((header + 9)) "$1"
}

# same NAME ENV OPTIONS...: one process, then ranks, with one to three threads each.
same() {
    name=$1
    shift
    run 0 "$ppo" train "$@" $common --run-dir one --threads 2
    hash=$(field hash)
    threads=0
    for mpi in $launchers; do
        for count in 2 4; do
            threads=$((threads % 3 + 1))
            run 0 ranks $mpi $count "$ppo" train "$@" $common --run-dir many --threads $threads
            wants "$name, $mpi, $count ranks" "$(field hash)" "$hash"
            wants "ranks of $name" "$(field ranks)" $count
            for file in progress.csv evaluations.csv; do
                cmp -s one/$file many/$file || fail "$file of $name differs, $mpi, $count ranks"
            done
            tensors one/checkpoint.safetensors >one.tensors
            tensors many/checkpoint.safetensors >many.tensors
            cmp -s one.tensors many.tensors || fail "checkpoint of $name differs, $mpi, $count ranks"
            if [ "$count" = 4 ]; then
                echo "$name, $mpi: $(($(field bytes_sent) / $(($(wc -l <many/progress.csv) - 1)))) bytes per rank and iteration"
            fi
        done
    done
}

same 'CartPole' CartPole-v1 --total-timesteps 1536
same 'CartPole, shared, normalised' CartPole-v1 --total-timesteps 1536 --shared-network true \
    --norm-obs true --norm-reward true --norm-adv batch --frame-stack 2
same 'Pendulum, both normalisers' Pendulum-v1 --total-timesteps 1536 --norm-obs true \
    --norm-reward true --sticky-action-prob 0.25
same 'BipedalWalker' BipedalWalker-v3 --total-timesteps 768
if "$ppo" envs | grep -q '^Rally .*built in'; then
    same 'Rally' Rally --total-timesteps 256
fi
finish
