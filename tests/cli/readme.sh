#!/bin/sh
# SPDX-License-Identifier: MIT
# Every command of the README runs, in its order and in one folder; trainings are made short. Where one
# needs a cartridge or a module that is not here, it says so by the code that belongs to it.
readme=$PWD/README.md
plugin=$PWD/examples/plugin/mygame.c
include=$PWD/include
. "$(dirname "$0")/support/check.sh"

[ -f "$readme" ] || fail "no $readme: run it from the source tree"
${CC:-cc} -shared -fPIC -O1 -I "$include" "$plugin" -o libmygame.so -lm || fail 'no plug-in'
count=0
grep '^\$ ' "$readme" | sed 's/^\$ //; s/  *#.*//; s|build/release/ppo|"$ppo"|' >commands
while IFS= read -r line; do
    count=$((count + 1))
    case $line in
    *gym:*) continue ;; # tests/cli/gymnasium.sh
    *--explain-config* | *--help*) ;;
    *' train '*) line="$line --total-timesteps $((count * 1000)) --eval-every 0 --eval-episodes 1" ;;
    *' eval '*) line="$line --episodes 1" ;;
    esac
    eval "$line" >"$out" 2>"$err" </dev/null
    code=$?
    case $code in
    0) ;;
    3) grep -q 'cartridge' "$err" || fail "$line: $(cat "$err")" ;; # not found: it says what to do
    10) grep -q 'absent\|built without\|not there\|no ' "$err" || fail "$line: $(cat "$err")" ;;
    *) fail "code $code: $line: $(cat "$err")" ;;
    esac
done <commands
[ "$count" -ge 15 ] || fail "only $count commands in the README"

# The environments as the README lists them; which games follow depends on the cartridges here.
"$ppo" envs | sed -n '1,/^$/p' >environments
sed -n '/^id  *observations/,/^$/p' "$readme" | diff - environments >&2 ||
    fail "the README's list of environments differs"

# Reading a checkpoint by NumPy, as it is written there.
sed -n '/^```python$/,/^```$/p' "$readme" | sed '/^```/d' >read.py
if python3 -c 'import numpy' 2>/dev/null; then
    run 0 python3 read.py
    prints '^actor\.0\.weight|^actor.*weight \(64, 3\)'
else
    [ -s read.py ] || fail 'no Python in the README'
fi

# The lines of C, as the body of a program: they train to the end. Its variables are static, so that
# what is not initialised is 0 and not what happens to lie on the stack.
lib=$(dirname "$ppo")
{
    printf '#include <ppo/ppo.h>\n#include <stdio.h>\nint main(void)\n{\n'
    sed -n '/^```c$/,/^```$/p' "$readme" |
        sed '/^```/d; s/^ppo_[a-z]* \**[a-z]*;$/static &/'
    printf 'return !ppo_trainer_done(trainer);\n}\n'
} >link.c
if [ -e "$lib/libppo.so" ] && ! grep -qE '__(asan|tsan)_init' "$lib/libppo.so"; then
    run 0 "${CC:-cc}" -I "$include" link.c -o link -L"$lib" -lppo "-Wl,-rpath,$lib"
    run 0 ./link
fi
finish
