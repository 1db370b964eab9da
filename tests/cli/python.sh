#!/bin/sh
# SPDX-License-Identifier: MIT
# The Python package (python/): the same observations, rewards, actions and parameters as the
# command and C programs give; exceptions with the library's sentences; a library of another version
# refused; no leaks. Once with Gymnasium's spaces, where it can be imported, and once with its own.
# PYTHON names the interpreter.
root=$(cd "$(dirname "$0")/../.." && pwd)
. "$(dirname "$0")/support/check.sh"
CC=${CC:-cc}
lib=$(dirname "$ppo")
[ -e "$lib/libppo.so" ] || { echo "no libppo.so was built"; exit 77; }
command -v "$CC" >/dev/null 2>&1 || { echo "no C compiler here"; exit 77; }
if grep -qE '__(asan|tsan)_init' "$lib/libppo.so"; then
    echo "a sanitised library can't be loaded into Python"
    exit 77
fi
python=
for candidate in ${PYTHON:-python3 /usr/bin/python3}; do
    "$candidate" -c 'import numpy' >/dev/null 2>&1 && { python=$candidate; break; }
done
[ -n "$python" ] || { echo "no python3 with NumPy here"; exit 77; }

export PPO_LIBRARY="$lib" PYTHONDONTWRITEBYTECODE=1 PPO_TEST_ROOT="$root" PPO_BIN="$ppo"
export PYTHONPATH="$root/python${PYTHONPATH:+:$PYTHONPATH}"

# What C has to say: runs, a program that steps, a game with masks.
small='--num-envs 4 --num-steps 128 --minibatch-size 128 --update-epochs 2 --hidden-sizes 16
       --eval-every 0 --eval-episodes 3'
# shellcheck disable=SC2086 # a list of words
run 0 "$ppo" train CartPole-v1 $small --total-timesteps 8192 --run-dir cartpole --quiet
# shellcheck disable=SC2086
run 0 "$ppo" train Pendulum-v1 $small --total-timesteps 4096 --norm-obs --frame-stack 3 \
    --frame-skip 2 --run-dir pendulum --quiet
run 0 "$CC" -O1 -I"$root/include" "$root/examples/step_together.c" -o step_together -L"$lib" -lppo \
    "-Wl,-rpath,$lib"
sed -e 's/^PPO_PLUGIN.*//' "$root/examples/plugin/mygame.c" >masked.c
cat >>masked.c <<'END'
// Moves from side to side: what was allowed a step ago is forbidden now.
static void allow(const void *self, uint8_t *allowed)
{
    (void)self;
    allowed[1] = 0;
}
static const ppo_env_class masked_class = {.struct_size = sizeof(ppo_env_class),
    .abi_version = PPO_ENV_ABI_VERSION, .id = "Masked-v0", .summary = "never the middle",
    .observation_space = PPO_SPACE_FLOATS(3, low, high),
    .action_space = PPO_SPACE_CHOICE(num_actions), .instance_size = sizeof(my_game),
    .max_episode_steps = 60, .reset = my_reset, .step = my_step, .action_mask = allow};
PPO_PLUGIN(&my_class, &masked_class);
END
run 0 "$CC" -O1 -I"$root/include" -shared -fPIC -fvisibility=hidden masked.c -o libmasked.so

run 0 "$python" -W error "$root/tests/cli/support/python_checks.py" --own-spaces
[ "$failures" -eq 0 ] || sed 's/^/    /' "$err" >&2
if "$python" -c 'import gymnasium.vector' >/dev/null 2>&1; then
    run 0 "$python" "$root/tests/cli/support/python_checks.py"
else
    echo "no Gymnasium here: its own spaces alone were tested"
fi

# The lines of the package's own page.
sed -n '/^```python$/,/^```$/p' "$root/python/README.md" | sed '/^```/d' >page.py
[ -s page.py ] || fail 'no Python in python/README.md'
run 0 "$python" page.py

# As pip installs it: with the library and its modules inside, so that nothing else is needed.
if "$python" -c 'import setuptools, wheel, pip' >/dev/null 2>&1; then
    cmp "$root/LICENSE" "$root/python/LICENSE" || fail 'the package has another licence'
    cp -r "$root/python" package
    run 0 "$python" -m pip install --quiet --no-index --no-deps --no-build-isolation \
        --target installed ./package
    run 0 env -u PPO_LIBRARY PYTHONPATH="$work/installed" "$python" -c '
import os, ppo
for path in ppo.__file__, ppo.library_path:
    assert path.startswith("'"$work"'/installed/ppo/"), path
assert os.path.exists(os.path.join(os.path.dirname(ppo.__file__), "py.typed"))
import importlib.metadata as metadata
about = metadata.metadata("ppo")
assert about["Version"] == ppo.__version__ and about["Summary"] and about["Author"], about
assert any("LICENSE" in str(file) for file in metadata.files("ppo"))
assert ppo.make_vec("CartPole-v1", 2).reset(seed=1)[0].shape == (2, 4)'
    for module in "$lib"/lib/ppo/*.so "$lib"/lib/*/ppo/*.so; do
        [ ! -e "$module" ] || [ -e "installed/ppo/ppo/$(basename "$module")" ] ||
            fail "the package lacks $(basename "$module")"
    done
else
    echo "no pip with setuptools and wheel here: an installation was not tested"
fi

# Libraries that don't go with it: a sentence, not a crash.
cat >other.c <<'END'
#include <stdbool.h>
#include <stddef.h>
#ifdef VERSION
const char *ppo_version(void) { return VERSION; }
#endif
#ifdef SIZE
struct row { const char *type, *field; size_t offset, size; };
bool ppo_abi_at(struct row *row, size_t index)
{
    *row = (struct row){"ppo_error", "", 0, SIZE};
    return index == 0;
}
#endif
END
# refuses SENTENCE FLAG...
refuses() {
    sentence=$1
    shift
    "$CC" -shared -fPIC "$@" other.c -o other.so || fail "other.c can't be built"
    run 1 env PPO_LIBRARY=./other.so "$python" -c 'import ppo'
    says "^ImportError: .*$sentence"
}
refuses 'no ppo_version'
refuses 'it is libppo 0.9.1' '-DVERSION="0.9.1"'
refuses 'no ppo_abi_at' '-DVERSION="0.1.7"'
refuses 'ppo_error has another size' '-DVERSION="0.1.7"' -DSIZE=12
refuses 'ppo_error.status lies elsewhere' '-DVERSION="0.1.7"' -DSIZE=516
run 1 env PPO_LIBRARY=./nothing.so "$python" -c 'import ppo'
says '^ImportError: libppo.so can.t be loaded'
run 1 env PPO_LIBRARY="$work" "$python" -c 'import ppo'
says '^ImportError: PPO_LIBRARY is'
finish
