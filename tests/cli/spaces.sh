#!/bin/sh
# SPDX-License-Identifier: MIT
# Dict observations and mixed actions: a plug-in learns to its known optimum, and the same game in
# Python leaves the same parameters, with a picture too; the same bits with threads, in processes,
# and after an interruption.
# shellcheck disable=SC2086 # lists of words are split on purpose
tests=$(cd "$(dirname "$0")/.." && pwd)
root=$(cd "$tests/.." && pwd)
. "$(dirname "$0")/support/check.sh"
CC=${CC:-cc}
command -v "$CC" >/dev/null 2>&1 || { echo "no C compiler here"; exit 77; }

build() {
    "$CC" -O2 -Wall -Wextra -Werror -I"$root/include" -shared -fPIC -fvisibility=hidden "$1" -o "$2" ||
        fail "$1 can't be built"
}
build "$root/examples/plugin/sort.c" libsort.so
build "$root/tests/cli/support/sort_by_eye.c" libeye.so
wants 'lines of the example, under 100' "$(($(wc -l <"$root/examples/plugin/sort.c") < 100))" 1

run 0 "$ppo" envs ./libsort.so
prints 'Dict\(kind: Discrete\(3\), weight: Box\(1\)\) +Dict\(bin: Discrete\(3\), force: Box\(1\)\)'
run 0 "$ppo" check ./libsort.so --episodes 20
run 0 "$ppo" check ./libeye.so --episodes 20

# 16 parcels, at most 1 each; 8.5 by chance.
run 0 "$ppo" train ./libsort.so --total-timesteps 100000 --num-envs 8 --num-steps 128 --gamma 0 \
    --learning-rate 2e-3 --eval-every 0 --run-dir learnt --quiet --json
mean=$(field return_mean)
run 0 "$ppo" eval learnt --episodes 20 --json
mean=$(field return_mean)
[ "${mean%%.*}" -ge 15 ] || fail "it has learnt $mean only"
run 0 "$ppo" info learnt

# The same bits.
small='--num-envs 4 --num-steps 32 --minibatch-size 64 --update-epochs 2 --total-timesteps 1024
       --hidden-sizes 16 --cnn-features 32 --eval-every 0 --eval-episodes 2 --lr-schedule constant
       --ent-schedule constant --restart --quiet --json'
run 0 "$ppo" train ./libsort.so $small --run-dir sort
sort=$(field hash)
run 0 "$ppo" train ./libeye.so $small --run-dir eye
eye=$(field hash)
run 0 "$ppo" train ./libeye.so $small --run-dir threads --threads 3 --workers process
wants 'hash with processes' "$(field hash)" "$eye"
run 0 "$ppo" train ./libeye.so $small --run-dir half --total-timesteps 512
run 0 "$ppo" train half --total-timesteps 1024 --quiet --json
wants 'hash of a run that was continued' "$(field hash)" "$eye"

# A key that can't stand in a tensor's name: the picture's number, in a form that no key has.
sed 's/"camera"/"camera 1"/' "$root/tests/cli/support/sort_by_eye.c" >spaced.c
build spaced.c libspaced.so
run 0 "$ppo" train ./libspaced.so $small --total-timesteps 128 --run-dir spaced
grep -a -q 'extractors\.leaf:0\.0\.weight' spaced/checkpoint.safetensors || fail 'no picture called leaf:0'

python=
for program in ${PPO_TEST_PYTHON-} python3 /usr/bin/python3; do
    [ -z "$python" ] && "$program" -c 'import numpy' 2>/dev/null && python=$program
done
if [ -n "$python" ]; then
    PYTHONPATH=$tests/gym${PYTHONPATH:+:$PYTHONPATH}
    PYTHONDONTWRITEBYTECODE=1
    export PYTHONPATH PYTHONDONTWRITEBYTECODE
    run 0 "$ppo" train gym:trial_envs:Sort-v0 --python "$python" $small --run-dir gym
    wants 'hash of Sort-v0 in Python' "$(field hash)" "$sort"
    run 0 "$ppo" train gym:trial_envs:SortByEye-v0 --python "$python" $small --run-dir gym
    wants 'hash of SortByEye-v0 in Python' "$(field hash)" "$eye"
    export PPO_LIBRARY="$(dirname "$ppo")"
    # A sanitised library can't be loaded into Python.
    if [ -e "$PPO_LIBRARY/libppo.so" ] && ! grep -qE '__(asan|tsan)_init' "$PPO_LIBRARY/libppo.so"; then
        PYTHONPATH=$root/python:$PYTHONPATH run 0 "$python" "$tests/cli/support/python_spaces.py"
    fi
fi

finish
