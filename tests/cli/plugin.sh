#!/bin/sh
# SPDX-License-Identifier: MIT
# Plug-ins: the template is built with one command, listed, trained, continued from another folder,
# evaluated; and what is no plug-in, or one for something else, is refused with a sentence.
# shellcheck disable=SC2086 # lists of words are split on purpose
root=$(cd "$(dirname "$0")/../.." && pwd)
. "$(dirname "$0")/support/check.sh"
CC=${CC:-cc}
command -v "$CC" >/dev/null 2>&1 || { echo "no C compiler here"; exit 77; }

small='--ent-schedule constant --total-timesteps 4096 --num-envs 4 --num-steps 128 --minibatch-size 128 --update-epochs 2
       --hidden-sizes 16 --eval-every 0 --eval-episodes 3 --lr-schedule constant'

# build SOURCE OUTPUT [FLAG...]
build() {
    source=$1 output=$2
    shift 2
    "$CC" -O2 -Wall -Wextra -Werror -I"$root/include" "$@" -shared -fPIC -fvisibility=hidden "$source" -o "$output" ||
        fail "$source can't be built"
}

build "$root/examples/plugin/mygame.c" libmygame.so
wants 'lines of the template, under 100' "$(($(wc -l <"$root/examples/plugin/mygame.c") < 100))" 1

# It is listed and named.
run 0 "$ppo" envs ./libmygame.so
prints '^MyGame-v0 .*Box\(3\).*Discrete\(3\)'
run 0 "$ppo" envs libmygame.so:MyGame-v0 --json
is_json
wants 'id' "$(field id)" MyGame-v0

# A run, and where it lies; the same bits in worker processes and by its full name.
run 0 "$ppo" train ./libmygame.so $small --json
is_json
says 'training MyGame-v0'
wants 'run_dir' "$(field run_dir)" runs/MyGame-v0/seed-1
wants 'env' "$(field env)" "$(pwd -P)/libmygame.so:MyGame-v0"
hash=$(field hash)
run 0 "$ppo" train libmygame.so:MyGame-v0 $small --workers process --run-dir other --json
wants 'hash with processes' "$(field hash)" "$hash"
mkdir elsewhere
cd elsewhere || exit 1
run 0 "$ppo" train ../other
says 'finished'
run 0 "$ppo" train ../other --total-timesteps 8192 --json
long=$(field hash)
run 0 "$ppo" eval ../other --episodes 2
cd .. || exit 1
run 0 "$ppo" train ./libmygame.so $small --total-timesteps 8192 --run-dir long --json
wants 'hash of a run that was continued' "$long" "$(field hash)"
run 0 "$ppo" bench env ./libmygame.so --seconds 0.05

# It learns: from 20 by chance to 45 of at most 60.
run 0 "$ppo" train ./libmygame.so --total-timesteps 40000 --learning-rate 2e-3 --num-envs 8 \
    --num-steps 128 --eval-every 0 --run-dir learnt --json
mean=$(field return_mean)
[ "${mean%%.*}" -ge 45 ] || fail "it has learnt $mean only"

# The file is gone: a sentence, and it is back.
mv libmygame.so away.so
run 3 "$ppo" eval other
says "plug-in '/.*/libmygame.so' can't be opened: .*put it back"
run 3 "$ppo" train other
says 'put it back'
run 3 "$ppo" train ./libmygame.so
says 'working directory'
run 0 "$ppo" train other --env-id ./away.so --total-timesteps 8704
mv away.so libmygame.so
run 0 "$ppo" eval other --episodes 1

# One that was compiled against the header of version 0.1.0, with its last table and with its first,
# gives the same bits as today's, and passes the check. 284 bytes are the first table and half a
# pointer: whole fields count.
old=$root/tests/data/plugin_abi_0_1
run 0 "$ppo" train ./libmygame.so $small --run-dir today --restart --json
hash=$(field hash)
for size in 'sizeof(ppo_env_class)' PPO_ENV_CLASS_MIN_SIZE 'PPO_ENV_CLASS_MIN_SIZE + 4'; do
    sed "s/\.struct_size = sizeof(ppo_env_class)/.struct_size = $size/" "$root/examples/plugin/mygame.c" >abi.c
    "$CC" -O2 -Wall -Wextra -Werror -I"$old" -shared -fPIC -fvisibility=hidden abi.c -o abi.so ||
        fail "the plug-in can't be built with the header of version 0.1.0"
    run 0 "$ppo" check ./abi.so
    run 0 "$ppo" train ./abi.so $small --run-dir abi --restart --json
    wants "hash with struct_size $size" "$(field hash)" "$hash"
done

# What is no plug-in.
echo 'int main(void);' >text.so
run 5 "$ppo" train ./text.so
says "text.so' can't be loaded as a shared object"
mkdir folder.so
run 5 "$ppo" train ./folder.so
says 'is not a regular file'
echo 'int nothing;' >nothing.c
build nothing.c nothing.so
run 5 "$ppo" train ./nothing.so
says 'no symbol ppo_plugin_table'
cat >calls.c <<'END'
#include <ppo/plugin.h>
extern int missing_function(void);
int call(void);
int call(void) { return missing_function(); }
END
build calls.c calls.so -fvisibility=default
run 5 "$ppo" train ./calls.so
says 'undefined symbol: missing_function'
run 2 "$ppo" envs CartPole-v1
says 'is no plug-in'
run 2 "$ppo" train "./$(printf 'd/%.0s' $(seq 130))x.so"

# Those for another version of the interface, or with mistakes in their tables.
sed 's/\.abi_version = PPO_ENV_ABI_VERSION/.abi_version = 99/' "$root/examples/plugin/mygame.c" >old.c
build old.c old.so
run 6 "$ppo" train ./old.so
says 'interface version 99'
sed 's/^PPO_PLUGIN.*/const ppo_plugin ppo_plugin_table = {sizeof(ppo_plugin), 7, 0, \&(const ppo_env_class *){\&my_class}};/' \
    "$root/examples/plugin/mygame.c" >older.c
build older.c older.so
run 6 "$ppo" train ./older.so
says 'interface version 7'
sed 's/\.step = my_step,/.step = 0,/' "$root/examples/plugin/mygame.c" >stepless.c
build stepless.c stepless.so -Wno-unused-function
run 2 "$ppo" train ./stepless.so
says 'reset and step are required'

# Two in one file.
sed 's/^PPO_PLUGIN.*/static const ppo_env_class other_class = {.struct_size = sizeof(ppo_env_class),\
    .abi_version = PPO_ENV_ABI_VERSION, .id = "Other-v3", .observation_space = PPO_SPACE_FLOATS(3, low, high),\
    .action_space = PPO_SPACE_CHOICE(num_actions), .instance_size = sizeof(my_game), .reset = my_reset, .step = my_step};\
PPO_PLUGIN(\&my_class, \&other_class);/' "$root/examples/plugin/mygame.c" >two.c
build two.c two.so
run 0 "$ppo" envs ./two.so
prints '^Other-v3 '
run 2 "$ppo" train ./two.so
says 'has 2 environments \(MyGame-v0, Other-v3\): say which'
run 3 "$ppo" train ./two.so:Othr-v3
says 'did you mean Other-v3'
run 0 "$ppo" train ./two.so:Other-v3 $small --max-episode-steps 20 --json
wants 'run_dir' "$(field run_dir)" runs/Other-v3/seed-1

finish
