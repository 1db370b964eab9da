#!/bin/sh
# SPDX-License-Identifier: MIT
# A plug-in that crashes, calls exit or abort, or overflows its stack. With workers: process each of
# these costs an episode, in training and in evaluation; with threads it ends the command with a
# sentence and a code that is not 0.
root=$(cd "$(dirname "$0")/../.." && pwd)
. "$(dirname "$0")/support/check.sh"
if grep -qE '__(asan|tsan)_init' "$ppo"; then
    echo "a sanitiser reports crashes in its own words"
    exit 77
fi
CC=${CC:-cc}
command -v "$CC" >/dev/null 2>&1 || { echo "no C compiler here"; exit 77; }

# About one step in 1,000 breaks down, as $FAULT says.
sed 's/^static ppo_status my_step/#include <signal.h>\
#include <stdlib.h>\
#include <string.h>\
static int overflow(volatile char *outer)\
{\
    volatile char inner[4096];\
    memset((char *)inner, outer ? outer[0] : 1, sizeof inner);\
    return overflow(inner) + inner[7];\
}\
static void break_down(void)\
{\
    const char *fault = getenv("FAULT");\
    if (!fault)\
        return;\
    if (!strcmp(fault, "segv"))\
        *(volatile int *)8 = 1;\
    if (!strcmp(fault, "exit"))\
        exit(0);\
    if (!strcmp(fault, "abort"))\
        abort();\
    if (!strcmp(fault, "stack"))\
        overflow(0);\
}\
&/
s/^    my_game \*const game = self;/&\
    if (ppo_random_double(\&game->random) < 0.001)\
        break_down();/' "$root/examples/plugin/mygame.c" >faulty.c
# In reset, which begins with the same words, nothing breaks down.
awk '/^static ppo_status my_reset/ { inside = 1 } /^}/ { inside = 0 }
     inside && /ppo_random_double/ { getline; next } { print }' faulty.c >once.c
"$CC" -O0 -w -I"$root/include" -shared -fPIC -fvisibility=hidden once.c -o faulty.so || fail 'the plug-in can not be built'

small='--total-timesteps 8192 --num-envs 4 --num-steps 128 --minibatch-size 128 --update-epochs 1 --hidden-sizes 16
       --eval-every 0 --eval-episodes 60 --restart --json'
for fault in segv exit abort stack; do
    export FAULT=$fault
    # shellcheck disable=SC2086 # a list of words
    run 0 "$ppo" train ./faulty.so $small --workers process --num-workers 4 --run-dir kept-$fault
    wants "$fault: steps" "$(field steps)" 8192
    [ "$(field workers_lost)" -gt 0 ] || fail "$fault: no worker was lost"
    run 0 "$ppo" eval kept-$fault --episodes 60
    # shellcheck disable=SC2086
    "$ppo" train ./faulty.so $small --threads 1 --run-dir lost-$fault >"$out" 2>"$err"
    code=$?
    [ $code -ne 0 ] || fail "$fault with threads: exit code 0"
    grep -q 'MyGame-v0 .* in environment [0-3], step [0-9]* of its episode, while training after step [0-9]* of the run; in a run with --workers process' "$err" ||
        fail "$fault with threads: $(cat "$err")"
done

# One that breaks down at a known place: environment $NUMBER, or any, in its fifth step.
cat >placed.c <<'END'
#include <ppo/plugin.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
static int overflow(volatile char *outer)
{
    volatile char inner[4096];
    memset((char *)inner, outer ? outer[0] : 1, sizeof inner);
    return overflow(inner) + inner[7];
}
typedef struct placed { int number, step; } placed;
static const uint32_t choices[1] = {2};
static ppo_status placed_init(void *self, const void *context, ppo_error *error)
{
    static int count; // init is never called by two threads at once
    ((placed *)self)->number = count++;
    return PPO_OK;
}
static ppo_status placed_reset(void *self, const uint64_t *seed, void *obs, ppo_error *error)
{
    ((placed *)self)->step = 0;
    memset(obs, 0, 4);
    return PPO_OK;
}
static ppo_status placed_step(void *self, const void *action, void *obs, ppo_transition *now,
                              ppo_error *error)
{
    placed *p = self;
    memset(obs, 0, 4);
    const char *number = getenv("NUMBER");
    if (++p->step == 5 && (!strcmp(number, "any") || p->number == atoi(number))) {
        if (!strcmp(getenv("FAULT"), "exit"))
            exit(0);
        if (!strcmp(getenv("FAULT"), "stack"))
            overflow(0);
        raise(SIGSEGV);
    }
    return PPO_OK;
}
static void placed_render(const void *self, unsigned char *rgb) { memset(rgb, 9, 48); }
static const ppo_env_class placed_class = {.struct_size = sizeof(ppo_env_class),
    .abi_version = PPO_ENV_ABI_VERSION, .id = "Placed-v0", .summary = "breaks down",
    .observation_space = PPO_SPACE_FLOATS(1, NULL, NULL), .action_space = PPO_SPACE_CHOICE(choices),
    .instance_size = sizeof(placed), .max_episode_steps = 50, .init = placed_init,
    .reset = placed_reset, .step = placed_step, .render = placed_render, .render_width = 4,
    .render_height = 4};
PPO_PLUGIN(&placed_class);
END
"$CC" -O0 -w -I"$root/include" -shared -fPIC -fvisibility=hidden placed.c -o placed.so || fail 'no placed.so'

# last_words PATTERN COMMAND...
last_words() {
    pattern=$1
    shift
    "$@" >"$out" 2>"$err" </dev/null
    code=$?
    [ $code -ne 0 ] || fail "exit code 0: $*"
    says "$pattern"
    wants 'reports' "$(grep -c 'of its episode' "$err")" 1 # not one for each thread that breaks down
}
for fault in segv exit stack; do
    export FAULT=$fault NUMBER=2 # the second thread's, if there are two
    # shellcheck disable=SC2086
    for threads in 1 2; do
        last_words 'Placed-v0 .*in environment 2, step 5 of its episode, while training after step [0-9]+ of the run; in' \
            "$ppo" train ./placed.so $small --threads $threads --run-dir placed
    done
    last_words 'Placed-v0 .*in environment 2, step 5 of its episode, while being timed; .*ppo check' \
        "$ppo" bench env ./placed.so --num-envs 4 --seconds 1
    NUMBER=any
    # shellcheck disable=SC2086
    last_words 'Placed-v0 .*in environment 0, step 5 of its episode, while' "$ppo" train ./placed.so $small --seeds 1-2
    run 0 "$ppo" info
    grep -q '^windows: absent' "$out" ||
        last_words 'Placed-v0 .*in environment 0, step 5 of its episode, while being watched; .*ppo check' \
            env SDL_VIDEODRIVER=dummy "$ppo" watch ./placed.so --random --fps 1000 --episodes 1
done
finish
