#!/bin/sh
# SPDX-License-Identifier: MIT
# One training by several ranks, under each MPI that is installed: the same files, byte for byte,
# for any number of ranks and threads; a rank that is killed, hangs or fails ends all; a run goes on
# with another number of ranks; a signal to any rank stops all; seeds are shared out.
# PPO_RANK_KILLS: how many kills (default 4). PPO_SEED: seed of their moments, printed.
# shellcheck disable=SC2086 # lists of words are split on purpose
root=$(cd "$(dirname "$0")/../.." && pwd)
. "$(dirname "$0")/support/check.sh"

unset OMPI_COMM_WORLD_SIZE PMIX_RANK PMI_RANK PPO_MPI
have=$("$ppo" doctor | sed -n 's/^ *several machines: //p')
launchers=
has() { # has NAME PROGRAM: this build has the module, and the launcher is installed
    case $have in absent*) return 1 ;; *"$1"*) command -v "$2" >/dev/null ;; *) return 1 ;; esac
}
has 'Open MPI' mpirun.openmpi && launchers=openmpi
has MPICH mpiexec.mpich && launchers="$launchers mpich"
if [ -z "$launchers" ]; then
    echo "skipped: $have, or no mpirun.openmpi or mpiexec.mpich"
    exit 77
fi
export OMPI_MCA_btl_vader_single_copy_mechanism=none # containers forbid what it tries first
PPO_RANK_TIMEOUT=2
export PPO_RANK_TIMEOUT
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

# same NAME ENV OPTIONS...: one process, then ranks, with one to three threads each.
same() {
    name=$1
    shift
    run 0 "$ppo" train $common "$@" --run-dir one --threads 2
    hash=$(field hash)
    threads=0
    for mpi in $launchers; do
        for count in 2 4; do
            threads=$((threads % 3 + 1))
            run 0 ranks $mpi $count "$ppo" train $common "$@" --run-dir many --threads $threads
            wants "$name, $mpi, $count ranks" "$(field hash)" "$hash"
            wants "ranks of $name" "$(field ranks)" $count
            for file in progress.csv evaluations.csv checkpoint.safetensors best.safetensors; do
                cmp -s one/$file many/$file || fail "$file of $name differs, $mpi, $count ranks"
            done
            if [ "$count" = 4 ]; then
                echo "$name, $mpi: $(($(field bytes_sent) / $(($(wc -l <many/progress.csv) - 1)))) bytes per rank and iteration"
            fi
        done
    done
}

same 'CartPole' CartPole-v1 --total-timesteps 1536 --tensorboard true
same 'CartPole, shared, normalised' CartPole-v1 --total-timesteps 1536 --shared-network true \
    --norm-obs true --norm-reward true --norm-adv batch --frame-stack 2
same 'Pendulum, both normalisers' Pendulum-v1 --total-timesteps 1536 --norm-obs true \
    --norm-reward true --sticky-action-prob 0.25
same 'memory' TMaze --total-timesteps 1024 --memory-size 16 --sequence-length 8
same 'memory, separate, normalised' Pendulum-v1 --total-timesteps 1024 --memory gru \
    --shared-network false --norm-obs true --memory-size 8 --sequence-length 8
same 'BipedalWalker' BipedalWalker-v3 --total-timesteps 768
if "$ppo" envs | grep -q '^Rally .*built in'; then
    same 'Rally' Rally --total-timesteps 256
fi

# A plug-in with masks: what would lead off the land is forbidden. With FAIL_AT it fails.
if command -v "${CC:-cc}" >/dev/null; then
    sed -e 's|^static const float low.*|static void my_mask(const void *self, uint8_t *allowed)\
{\
    const my_game *game = self;\
    allowed[0] = game->place > 0;\
    allowed[1] = 1;\
    allowed[2] = game->place < LAND - 1;\
}\
\
&|' -e 's|^    \.step = my_step,|&\
    .action_mask = my_mask,|' \
        -e 's|^    game->place += .*|    if (getenv("FAIL_AT"))\
        return PPO_ENV_FAILED;\
&|' -e 's|^#include <ppo/plugin.h>|#include <stdlib.h>\
&|' "$root/examples/plugin/mygame.c" >masked.c
    "${CC:-cc}" -O2 -I"$root/include" -shared -fPIC -fvisibility=hidden masked.c -o libmasked.so ||
        fail 'the plug-in with masks can not be built'
    same 'masks' ./libmasked.so --total-timesteps 1536
fi

# --- what is refused -----------------------------------------------------------------------------
# Each rank notes its process and may be given something of its own: "ranks ... sh rank.sh ppo ...".
cat >rank.sh <<'END'
rank=${OMPI_COMM_WORLD_RANK:-$PMI_RANK}
echo $$ >pid.$rank
[ "$rank" != 1 ] || set -- "$@" ${FOR_RANK_1:-}
[ "$rank" != 1 ] || [ -z "${FAIL_RANK_1:-}" ] || export FAIL_AT=1
[ "$rank" != 1 ] || [ -z "${KILOBYTES_OF_RANK_1:-}" ] || ulimit -v "$KILOBYTES_OF_RANK_1"
exec "$@"
END

# What a launcher makes of a failure's code differs, so only that it is one is wanted.
fails() {
    last=$*
    "$@" >"$out" 2>"$err" </dev/null && fail "success of: $last"
    cat "$out" >>"$err" # MPICH's launcher says on stdout what has died
}

for mpi in $launchers; do
    short="CartPole-v1 $common --total-timesteps 256 --run-dir refused"
    fails ranks $mpi 3 "$ppo" train $short
    says '3 ranks were started, which is not a power of two'
    fails ranks $mpi 2 "$ppo" train $short --shards 1
    says 'rank 0 on .*: 2 ranks can.t share 1 shard; set shards to at least the number of ranks'
    FOR_RANK_1='--gamma 0.5'
    export FOR_RANK_1
    fails ranks $mpi 2 sh rank.sh "$ppo" train $short
    says 'rank 1 on .* differs from rank 0 on .*: gamma is 0.5 there, 0.99 here'
    FOR_RANK_1='--threads 3'
    run 0 ranks $mpi 2 sh rank.sh "$ppo" train $short
    unset FOR_RANK_1
    KILOBYTES_OF_RANK_1=4000000 # enough for MPI, not for the rollout
    export KILOBYTES_OF_RANK_1
    fails ranks $mpi 2 sh rank.sh "$ppo" train $short --num-steps 8000000 \
        --total-timesteps 100000000 --run-dir large
    says 'rank 1 on .*memory'
    unset KILOBYTES_OF_RANK_1
    [ -e libmasked.so ] || continue
    FAIL_RANK_1=1
    export FAIL_RANK_1
    fails ranks $mpi 2 sh rank.sh "$ppo" train ./libmasked.so $common --run-dir failed
    says 'rank 1 on .*: MyGame-v0, environment 4.*the environment failed'
    unset FAIL_RANK_1
done
run 2 env PPO_MPI=other "$ppo" train CartPole-v1
says 'PPO_MPI is other; it may be openmpi, mpich or off'
run 10 env SLURM_STEP_NUM_TASKS=4 "$ppo" train CartPole-v1
says 'srun --mpi=pmix'

# --- ranks that die, hang, are told to stop ------------------------------------------------------
long='CartPole-v1 --shards 4 --num-envs 8 --num-steps 32 --minibatch-size 64 --update-epochs 2
      --norm-obs true --eval-every 0 --eval-episodes 2 --stop-when-solved false
      --checkpoint-interval-s 0 --tensorboard false --threads 1'

# start LAUNCHER COUNT STEPS: a long training in the background, whose launcher is then $launched.
start() {
    rm -f pid.*
    ranks "$1" "$2" sh rank.sh "$ppo" train $long --total-timesteps "$3" --run-dir long >"$out" 2>"$err" &
    launched=$!
}

for mpi in $launchers; do
    rm -rf long
    start $mpi 2 100000000
    wait_for_lines long/progress.csv 5
    kill -STOP "$(cat pid.1)"
    wait $launched && fail "success with a rank that hangs, $mpi"
    says 'rank 1 on .* has given no sign of life for 2 s; the last checkpoint stands'
    start $mpi 4 100000000
    wait_for_lines long/progress.csv 12
    kill -TERM "$(cat pid.3)"
    wait $launched
    wants "exit code of a training that was told to stop, $mpi" $? 130
    says 'stopped at step [0-9]* of 100000000, checkpoint written'
    rm -rf long
    ranks $mpi 2 sh rank.sh "$ppo" train $long --eval-every 1 --eval-episodes 1000000 \
        --total-timesteps 100000000 --run-dir long >"$out" 2>"$err" &
    launched=$!
    wait_for_lines long/progress.csv 1
    kill -TERM "$(cat pid.0)" "$(cat pid.1)" # amid an evaluation that takes a while
    wait $launched
    wants "exit code of an evaluation that was told to stop, $mpi" $? 130
    says 'stopped at step 256 of 100000000, checkpoint written'
    rm -rf long
done

# --- many runs -----------------------------------------------------------------------------------
# Ranks share seeds out: each has the bits that it has alone, one that fails stops no other, a signal
# to one rank stops all, and the same command goes on.
many='CartPole-v1 --total-timesteps 2048 --num-envs 4 --num-steps 128 --eval-every 0
      --eval-episodes 2 --stop-when-solved false --quiet --run-dir many-seeds'
run 0 "$ppo" train $many --seeds 1-5 --json
grep -o '"hash":"[0-9a-f]*"' "$out" >hashes.one
for mpi in $launchers; do
    for count in 2 4; do
        rm -rf many-seeds
        run 0 ranks $mpi $count "$ppo" train $many --seeds 1-5 --threads 1 --json
        wants "seeds finished, $mpi, $count ranks" "$(field finished)" 5
        grep -o '"hash":"[0-9a-f]*"' "$out" >hashes.many
        cmp -s hashes.one hashes.many || fail "seeds have other bits on $count ranks, $mpi"
    done
    rm -rf many-seeds
    mkdir many-seeds
    : >many-seeds/seed-2
    fails ranks $mpi 2 "$ppo" train $many --seeds 1-3
    says 'seed 2 failed'
    prints '^3 .*many-seeds/seed-3'
    rm -rf many-seeds
    ranks $mpi 2 sh rank.sh "$ppo" train $many --seeds 1-4 --threads 2 --total-timesteps 100000000 \
        >"$out" 2>"$err" &
    launched=$!
    for seed in 1 2 3 4; do
        wait_for_lines many-seeds/seed-$seed/progress.csv 3
    done
    kill -TERM "$(cat pid.1)"
    wait $launched
    wants "exit code of seeds that were told to stop, $mpi" $? 130
    says '4 of 4 runs stopped, checkpoints written'
    rm -rf many-seeds
done

# Any rank killed at any moment, and the run taken up by any number of ranks.
kills=${PPO_RANK_KILLS:-4}
seed=${PPO_SEED:-$(od -An -N3 -tu4 /dev/urandom | tr -d ' ')}
echo "PPO_SEED=$seed PPO_RANK_KILLS=$kills"
steps=51200
run 0 "$ppo" train $long --total-timesteps $steps --run-dir whole --json
hash=$(field hash)
set -- $launchers
awk -v seed="$seed" -v n="$kills" -v mpis="$launchers" 'BEGIN {
    srand(seed)
    num = split(mpis, mpi, " ")
    for (i = 0; i < n; i++) {
        count = 2 ^ int(1 + 2 * rand())
        print mpi[1 + int(num * rand())], count, int(count * rand()), 1 + int(25 * rand())
    }
}' >plan
check_end() {
    run 0 "$ppo" train $long --total-timesteps $steps --run-dir long --json
    wants 'hash after kills' "$(field hash)" "$hash"
    cmp -s whole/progress.csv long/progress.csv || fail 'progress.csv differs after kills'
    rm -rf long
}
rm -rf long
done_kills=0
while read -r mpi count victim lines; do
    have=$(wc -l 2>/dev/null <long/progress.csv || echo 0)
    start "$mpi" "$count" $steps
    tries=0
    while [ "$(wc -l 2>/dev/null <long/progress.csv || echo 0)" -le $((have + lines)) ] &&
        kill -0 $launched 2>/dev/null && [ $((tries += 1)) -lt 2000 ]; do
        sleep 0.01
    done
    kill -KILL "$(cat "pid.$victim")" 2>/dev/null && done_kills=$((done_kills + 1))
    wait $launched
    [ "$(wc -l 2>/dev/null <long/progress.csv || echo 0)" -le 200 ] || check_end
done <plan
check_end
echo "$done_kills of $kills kills of a running rank"
finish
