#!/bin/sh
# SPDX-License-Identifier: MIT
# Ranks on two hosts: network namespaces with names and addresses of their own, joined by a virtual
# cable, over which Open MPI goes by TCP. The same bits as on one; what a slow network costs; a host
# whose cable is pulled is named, and the last checkpoint stands.
# shellcheck disable=SC2086 # lists of words are split on purpose
. "$(dirname "$0")/support/check.sh"

skip() {
    echo "skipped: $*"
    exit 77
}
[ "$(id -u)" -eq 0 ] || skip 'network namespaces need root'
for program in ip unshare mpirun.openmpi; do
    command -v $program >/dev/null || skip "$program is not installed"
done
"$ppo" doctor | grep -q 'several machines: Open MPI' || skip 'this build has no module for Open MPI'

a=ppo-a-$$
b=ppo-b-$$
remove() {
    for namespace in $a $b; do
        ip netns pids $namespace 2>/dev/null | while read -r pid; do kill -KILL "$pid"; done
    done
    ip netns del $a 2>/dev/null
    ip netns del $b 2>/dev/null
    [ "$failures" -eq 0 ] && rm -rf "$work" || echo "left in $work" >&2
}
trap remove EXIT
ip netns add $a 2>"$err" || skip "no network namespace can be made: $(cat "$err")"
ip netns add $b
ip link add veth$$a type veth peer name veth$$b 2>"$err" || skip "no virtual cable: $(cat "$err")"
connect() { # NAMESPACE END ADDRESS
    ip link set "$2" netns "$1"
    ip -n "$1" addr add "$3/24" dev "$2"
    ip -n "$1" link set "$2" up
    ip -n "$1" link set lo up
}
connect $a veth$$a 10.213.77.1
connect $b veth$$b 10.213.77.2

# What mpirun calls in place of ssh, with a host and a command.
cat >agent.sh <<END
#!/bin/sh
shift
exec ip netns exec $b unshare --uts sh -c "hostname $b; \$*"
END
chmod +x agent.sh
export OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1
unset OMPI_COMM_WORLD_SIZE PMIX_RANK PMI_RANK PPO_MPI

# hosts OPTIONS... COMMAND...: one rank on each host.
hosts() {
    timeout 300 ip netns exec $a unshare --uts sh -c "hostname $a; exec \"\$@\"" sh \
        mpirun.openmpi --mca plm_rsh_agent "$work/agent.sh" --host 10.213.77.1:1,10.213.77.2:1 \
        --mca btl tcp,self --mca btl_tcp_if_include 10.213.77.0/24 \
        --mca oob_tcp_if_include 10.213.77.0/24 --bind-to none -n 2 "$@"
}

task='CartPole-v1 --shards 2 --num-envs 8 --num-steps 64 --minibatch-size 128 --update-epochs 2
      --norm-obs true --eval-every 0 --eval-episodes 2 --stop-when-solved false
      --checkpoint-interval-s 0 --tensorboard false --threads 1 --json'
short="$task --total-timesteps 2048 --restart"

run 0 "$ppo" train $short --run-dir one
hash=$(field hash)
for delay in 0 100 1000; do
    run 0 hosts -x PPO_RANK_DELAY_US=$delay "$ppo" train $short --run-dir two
    wants "hash over TCP, $delay us later" "$(field hash)" "$hash"
    cmp -s one/progress.csv two/progress.csv || fail "progress.csv differs, $delay us later"
    echo "$delay us: $(field seconds) s for 4 iterations, $(field bytes_sent) bytes sent by rank 0"
done

# The cable is pulled.
rm -rf long
hosts -x PPO_RANK_TIMEOUT=2 "$ppo" train $task --total-timesteps 100000000 --run-dir long \
    >"$out" 2>"$err" &
launched=$!
wait_for_lines long/progress.csv 5
ip -n $a link set veth$$a down
tries=0
until grep -q 'rank 1 on .* has given no sign of life for 2 s' "$err" || [ $((tries += 1)) -gt 300 ]; do
    sleep 0.1
done
says 'rank 0 on .*: rank 1 on .* has given no sign of life for 2 s; the last checkpoint stands'
for namespace in $a $b; do # mpirun itself waits for the other host
    ip netns pids $namespace | while read -r pid; do kill -KILL "$pid"; done
done
wait $launched && fail 'success without a network'
run 0 "$ppo" hash long
finish
