#!/bin/sh
# SPDX-License-Identifier: MIT
# ppo check: the template passes; faults planted into it are found by name, with exit code 8; and
# what can't be loaded is refused. The full list of faults: tests/unit/check/test_check.c.
root=$(cd "$(dirname "$0")/../.." && pwd)
. "$(dirname "$0")/support/check.sh"
CC=${CC:-cc}
command -v "$CC" >/dev/null 2>&1 || { echo "no C compiler here"; exit 77; }

# plant NAME SED-SCRIPT: the template with a fault, as NAME.so
plant() {
    sed "$2" "$root/examples/plugin/mygame.c" >"$1.c"
    cmp -s "$1.c" "$root/examples/plugin/mygame.c" && fail "fault $1 was not planted"
    "$CC" -O1 -I"$root/include" -shared -fPIC -fvisibility=hidden "$1.c" -o "$1.so" 2>"$1.log" || fail "$1.c"
}

# finds NAME FAULT SED-SCRIPT
finds() {
    plant "$1" "$3"
    run 8 "$ppo" check "./$1.so"
    prints "^fault +$2 "
}

plant right 's/A plug-in to start from/One to start from/'
run 0 "$ppo" check ./right.so
prints '^MyGame-v0: 0 faults, 0 warnings, 0 notes in [0-9]+ calls'
quiet
run 0 "$ppo" check ./right.so --json --episodes 2 --seed 9
is_json
has_fields env faults warnings notes calls findings
run 0 "$ppo" check CartPole-v1
prints '^CartPole-v1: 0 faults'

finds nan obs-not-finite 's|game->height\[at\];|game->height[at] / (at == 5 ? 0.0f : 1.0f);|'
finds scale obs-out-of-space 's|game->height\[at\];|100.0f * game->height[at];|'
finds unwritten obs-not-written 's|i < 3; i++|i < 2; i++|'
finds beyond writes-past-observation 's|i < 3; i++|i < 4; i++|'
finds small writes-past-instance 's|\.instance_size = sizeof(my_game)|.instance_size = sizeof(my_game) - 8|; s|\.state_size.*||'
finds noseed reset-not-repeating 's|ppo_random_seed(&game->random, \*seed)|(void)0|; s|(int32_t)ppo_random_integers(&game->random, 0, LAND)|rand() % LAND|g; s|^enum|#include <stdlib.h>\nenum|'
finds global shared-state 's|^    int32_t place;|    int32_t number;|; s|game->place|place|g; s|^// What the agent|static int32_t place;\n//|'
finds crash crash 's|^    observe(game, observation);|    if (game->place == 3) *(volatile int *)8 = 1;\n&|'
prints '^MyGame-v0: 1 fault, '
says_signal=$(grep -c 'signal 11' "$out")
wants 'a crash tells its signal' "$says_signal" 1
finds failing call-failed 's|^    (void)error;$|    if (transition) return PPO_ENV_FAILED;|'

run 3 "$ppo" check ./none.so
says "can't be opened"
run 3 "$ppo" check CartPol-v1
says 'did you mean CartPole-v1'
plant old 's/\.abi_version = PPO_ENV_ABI_VERSION/.abi_version = 99/'
run 6 "$ppo" check ./old.so
says 'interface version 99'
run 2 "$ppo" check CartPole-v1 --episodes 0

finish
