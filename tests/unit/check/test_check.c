// SPDX-License-Identifier: MIT
// The check reports each of a list of planted faults by its kind, and no fault in the built-in
// environments. The environment, a dial with twelve positions, is right; each planted fault makes
// it do one thing wrong.
#include "ppo/check.h"

#include "ppo/random.h"

#include <fenv.h>
#include <locale.h>
#include <math.h>
#include <sched.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <unistd.h>

#ifdef __x86_64__
#include <xmmintrin.h>
#endif

#include <cmocka.h>

// --- the environment ---------------------------------------------------------------------------

enum { RING = 12, OBS = 3, PICTURE = 4 * 3 * 3 };

typedef struct ppo_dial {
    ppo_random random;
    int32_t place, steps, resets;
    uint64_t first_seed;
} ppo_dial;

// The planted fault. A global, since the class's functions have no other argument for it.
typedef enum ppo_wrong {
    ALL_RIGHT,
    NAN_OBS,
    INFINITE_OBS,
    FAR_OBS,
    NEAR_OBS,
    MISSING_OBS,
    CONSTANT_OBS,
    NAN_REWARD,
    LONG_OBS,
    VERY_LONG_OBS,
    LONG_INSTANCE,
    LONG_TRANSITION,
    GREEDY_ACTION,
    WRITTEN_ACTION,
    CLOCKED_RESET,
    CLOCKED_STEP,
    CLOCKED_STREAM,
    ONE_STREAM,
    LEFT_OVER,
    NO_SEED,
    STATIC_PLACE,
    STATIC_SCRATCH,
    LONG_STATE,
    SHORT_STATE,
    FORGOTTEN_STATE,
    MOVING_SAVE,
    POINTER_STATE,
    MANY_TWICE,
    MANY_LONG,
    EMPTY_MASK,
    ODD_MASK,
    LONG_MASK,
    MOVING_MASK,
    LONG_PICTURE,
    SHORT_PICTURE,
    MOVING_PICTURE,
    BOTH_ENDS,
    LONE_LIFE,
    ENDLESS,
    FAILING,
    CRASHING,
    LEAVING,
    HANGING,
    BAD_INIT,
    ALWAYS_LOST,
    LOST_AT_THE_END,
    FILLED_TRANSITION,
    ODD_FLAG,
    DIRECTORY,
    INIT_DIRECTORY,
    ROUNDING,
    DENORMALS,
    LOCALE,
    SIGNAL_HANDLER,
    SIGNAL_MASK,
    VARIABLE,
    UMASK,
    LIMIT,
    TIMER,
    CLOSED_DESCRIPTOR,
    LEAKED_DESCRIPTOR,
} ppo_wrong;

static ppo_wrong wrong;
static int32_t shared_place;
static volatile float scratch[OBS];
static uint32_t num_calls; // in this process, so that no two calls see the same number

static void observe(const ppo_dial *d, float *obs)
{
    const double angle = 6.28 * d->place / RING;
    obs[0] = wrong == CONSTANT_OBS ? 0.5f : (float)cos(angle);
    if (wrong != MISSING_OBS)
        obs[1] = wrong == CONSTANT_OBS ? 0.5f : (float)sin(angle);
    obs[2] = wrong == CONSTANT_OBS ? 0.5f : (float)d->steps / 32.0f;
    if (wrong == STATIC_SCRATCH) { // written and read back through a static buffer
        for (int i = 0; i < OBS; i++)
            scratch[i] = obs[i];
        sched_yield(); // so that another thread may write it meanwhile, on one core too
        for (int i = 0; i < OBS; i++)
            obs[i] = scratch[i];
    }
    if (d->steps == 7) {
        obs[0] = wrong == NAN_OBS ? NAN : wrong == INFINITE_OBS ? INFINITY : obs[0];
        obs[0] = wrong == FAR_OBS ? 180.0f : wrong == NEAR_OBS ? 1.01f : obs[0];
    }
    if (wrong == LONG_OBS)
        obs[OBS] = 1.0f;
    if (wrong == VERY_LONG_OBS)
        memset(obs, 0, 5000);
}

static ppo_status dial_init(void *self, const void *context, ppo_error *error)
{
    (void)self;
    (void)context;
    if (wrong == INIT_DIRECTORY && chdir("/") != 0)
        abort();
    if (wrong != BAD_INIT)
        return PPO_OK;
    snprintf(error->message, sizeof error->message, "no battery");
    return error->status = PPO_ENV_FAILED;
}

static ppo_status dial_reset(void *self, const uint64_t *seed, void *observation, ppo_error *error)
{
    ppo_dial *d = self;
    (void)error;
    num_calls++;
    if (seed)
        d->first_seed = *seed;
    if (seed && wrong == NO_SEED)
        ppo_random_seed(&d->random, 1);
    else if (seed)
        ppo_random_seed(&d->random, *seed);
    else if (wrong == ONE_STREAM)
        ppo_random_seed(&d->random, d->first_seed);
    d->resets = seed && wrong != LEFT_OVER ? 0 : d->resets + 1;
    d->place = (int32_t)ppo_random_integers(&d->random, 0, RING);
    if (wrong == CLOCKED_RESET || (wrong == CLOCKED_STREAM && !seed))
        d->place = (int32_t)(num_calls % 11);
    if (wrong == LEFT_OVER)
        d->place = (d->place + d->resets) % RING;
    d->steps = 0;
    if (wrong == STATIC_PLACE)
        shared_place = d->place;
    observe(d, observation);
    return PPO_OK;
}

static void ignore_signal(int number)
{
    (void)number;
}

static void change_process(void)
{
    sigset_t mask;
    struct rlimit limit;
    switch (wrong) {
    case DIRECTORY:
        if (chdir("/") != 0)
            abort();
        break;
    case ROUNDING:
        fesetround(FE_UPWARD);
        break;
    case DENORMALS:
#ifdef __x86_64__
        _mm_setcsr(_mm_getcsr() | 0x8040); // flush to zero, denormals are zero
#else
        fesetround(FE_UPWARD);
#endif
        break;
    case LOCALE:
        setlocale(LC_ALL, "C.UTF-8");
        break;
    case SIGNAL_HANDLER:
        signal(SIGTERM, ignore_signal);
        break;
    case SIGNAL_MASK:
        sigemptyset(&mask);
        sigaddset(&mask, SIGINT);
        sigprocmask(SIG_BLOCK, &mask, NULL);
        break;
    case VARIABLE:
        setenv("PPO_TEST_VARIABLE", "1", 1);
        break;
    case UMASK:
        umask(0);
        break;
    case LIMIT:
        getrlimit(RLIMIT_CORE, &limit);
        limit.rlim_cur = limit.rlim_cur == 0 ? limit.rlim_max : 0;
        setrlimit(RLIMIT_CORE, &limit);
        break;
    case TIMER:
        setitimer(ITIMER_REAL, &(struct itimerval){.it_value = {.tv_sec = 1000}}, NULL);
        break;
    case CLOSED_DESCRIPTOR:
        close(0);
        break;
    case LEAKED_DESCRIPTOR:
        if (num_calls < 100 && dup(1) < 0)
            abort();
        break;
    default:
        break;
    }
}

static void go_wrong(ppo_dial *d, const int32_t *action, ppo_transition *t)
{
    if (wrong == NAN_REWARD && d->steps == 5)
        t->reward = NAN;
    if (wrong == LONG_INSTANCE)
        ((volatile unsigned char *)d)[sizeof *d] = 1;
    if (wrong == LONG_TRANSITION)
        ((volatile unsigned char *)t)[sizeof *t + 3] = 1;
    if (wrong == GREEDY_ACTION)
        d->place += ((const volatile int32_t *)action)[1] % 2;
    if (wrong == WRITTEN_ACTION)
        *(int32_t *)(uintptr_t)action = 0;
    if (wrong == CLOCKED_STEP && d->steps == 1 && num_calls > 2)
        d->place++;
    if (wrong == BOTH_ENDS && t->terminated)
        t->truncated = true;
    if (wrong == LONE_LIFE && d->steps == 3)
        t->life_lost = true;
    if (wrong == CRASHING && d->steps == 9)
        raise(SIGSEGV);
    if (wrong == LEAVING && d->steps == 9)
        exit(0);
    while (wrong == HANGING && d->steps == 9)
        usleep(1000);
    if (wrong == ALWAYS_LOST || (wrong == LOST_AT_THE_END && t->terminated))
        t->lost = true;
    if (wrong == FILLED_TRANSITION)
        memset(t, 0xFF, sizeof *t);
    if (wrong == ODD_FLAG && d->steps == 4)
        *(unsigned char *)&t->life_lost = 2;
    if (d->steps == 6)
        change_process();
}

static ppo_status dial_step(void *self, const void *action, void *observation,
                            ppo_transition *transition, ppo_error *error)
{
    ppo_dial *d = self;
    const int32_t turn = *(const int32_t *)action - 1;
    num_calls++;
    if (wrong == STATIC_PLACE)
        d->place = shared_place;
    d->place = (d->place + turn + RING) % RING;
    if (wrong == STATIC_PLACE)
        shared_place = d->place;
    d->steps++;
    transition->reward = d->place == 0;
    transition->terminated =
        wrong != ENDLESS && (d->steps >= 32 || ppo_random_integers(&d->random, 0, 20) == 0);
    if (wrong == ENDLESS)
        d->steps %= 32;
    go_wrong(d, action, transition);
    observe(d, observation);
    if (wrong != FAILING || d->steps < 4)
        return PPO_OK;
    snprintf(error->message, sizeof error->message, "broken spring");
    return error->status = PPO_ENV_FAILED;
}

// State: the place, the steps and the stream.
typedef struct ppo_dial_state {
    ppo_random random;
    int32_t place, steps, resets, padding;
    uint64_t first_seed;
    const ppo_dial *origin;
} ppo_dial_state;

static void dial_save(const void *self, void *state)
{
    const ppo_dial *d = self;
    ppo_dial_state *s = state;
    s->random = d->random;
    s->place = wrong == FORGOTTEN_STATE ? 0 : d->place;
    s->steps = d->steps;
    s->resets = d->resets;
    s->first_seed = d->first_seed;
    s->origin = wrong == POINTER_STATE ? d : NULL;
    if (wrong != SHORT_STATE)
        s->padding = 0;
    if (wrong == LONG_STATE)
        ((volatile unsigned char *)state)[sizeof *s] = 1;
    if (wrong == MOVING_SAVE)
        ((ppo_dial *)(uintptr_t)self)->place = 0;
}

static ppo_status dial_load(void *self, const void *state, ppo_error *error)
{
    ppo_dial *d = self;
    const ppo_dial_state *s = state;
    (void)error;
    d->random = s->random;
    d->place = s->origin ? s->origin->place : s->place;
    d->steps = s->steps;
    d->resets = s->resets;
    d->first_seed = s->first_seed;
    return PPO_OK;
}

static ppo_status dial_step_many(void *const *selves, size_t count, const void *actions,
                                 void *observations, ppo_transition *transitions, ppo_error *error)
{
    const int32_t *action = actions;
    float *obs = observations;
    for (size_t i = 0; i < count; i++)
        if (dial_step(selves[i], &action[i], obs + i * OBS, &transitions[i], error) != PPO_OK)
            return error->status;
    if (wrong == MANY_TWICE && count == 3) // the last one's observation for all
        memcpy(obs, obs + 2 * OBS, OBS * sizeof *obs);
    if (wrong == MANY_LONG)
        obs[count * OBS] = 0.0f;
    return PPO_OK;
}

static void dial_mask(const void *self, uint8_t *allowed)
{
    const ppo_dial *d = self;
    allowed[1] = d->place % 2 == 0; // there is no standing still on odd places
    if (wrong == EMPTY_MASK && d->steps == 6)
        memset(allowed, 0, 3);
    if (wrong == ODD_MASK)
        allowed[0] = 255;
    if (wrong == LONG_MASK)
        ((volatile uint8_t *)allowed)[3] = 1;
    if (wrong == MOVING_MASK)
        ((ppo_dial *)(uintptr_t)self)->resets++;
}

static void dial_render(const void *self, unsigned char *rgb)
{
    memset(rgb, ((const ppo_dial *)self)->place, wrong == SHORT_PICTURE ? PICTURE - 3 : PICTURE);
    if (wrong == LONG_PICTURE)
        memset(rgb, 0, PICTURE + 9);
    if (wrong == MOVING_PICTURE)
        ((ppo_dial *)(uintptr_t)self)->place++;
}

static const float low[OBS] = {-1.0f, -1.0f, 0.0f}, high[OBS] = {1.0f, 1.0f, 1.0f};
static const uint32_t num_actions[1] = {3};

static ppo_env_class dial_class(void)
{
    return (ppo_env_class){
        .struct_size = sizeof(ppo_env_class),
        .abi_version = PPO_ENV_ABI_VERSION,
        .id = "Dial-v0",
        .observation_space = PPO_SPACE_FLOATS(OBS, low, high),
        .action_space = PPO_SPACE_CHOICE(num_actions),
        .reward_threshold = (double)NAN,
        .instance_size = sizeof(ppo_dial),
        .state_size = sizeof(ppo_dial_state),
        .init = dial_init,
        .reset = dial_reset,
        .step = dial_step,
        .save_state = dial_save,
        .load_state = dial_load,
        .render = dial_render,
        .render_width = 4,
        .render_height = 3,
        .step_many = dial_step_many,
        .action_mask = dial_mask,
    };
}

// --- checking ----------------------------------------------------------------------------------

typedef struct ppo_found {
    bool kind[PPO_NUM_FINDINGS];
    ppo_finding last;
    char names[512];
} ppo_found;

static void note(void *context, const ppo_finding *finding)
{
    ppo_found *found = context;
    const size_t used = strlen(found->names);
    found->kind[finding->kind] = true;
    found->last = *finding;
    snprintf(found->names + used, sizeof found->names - used, " %s (%s)", finding->name,
             finding->message);
}

static ppo_check_report check(ppo_found *found, const ppo_env_class *env)
{
    ppo_check_report report;
    ppo_error error = {0};
    *found = (ppo_found){.names = ""};
    const ppo_check_options options = {
        .struct_size = sizeof options, .episodes = 4, .seed = 3, .timeout_s = 0.5};
    assert_int_equal(ppo_check_env(&report, env, &options, note, found, &error), PPO_OK);
    return report;
}

static void expect(const ppo_env_class *env, ppo_finding_kind kind)
{
    ppo_found found;
    check(&found, env);
    if (!found.kind[kind])
        fail_msg("no %s, but%s", ppo_finding_about(kind)->name, found.names);
}

// --- tests -------------------------------------------------------------------------------------

static void test_nothing_is_wrong(void **state)
{
    ppo_found found;
    (void)state;
    wrong = ALL_RIGHT;
    const ppo_env_class env = dial_class();
    const ppo_check_report report = check(&found, &env);
    if (report.faults + report.warnings + report.notes > 0)
        fail_msg("found%s", found.names);
    assert_true(report.calls > 1000);
}

static const struct {
    ppo_wrong wrong;
    ppo_finding_kind kind;
    bool alone; // nothing else is found
} planted[] = {
    {NAN_OBS, PPO_FINDING_OBS_NOT_FINITE, true},
    {INFINITE_OBS, PPO_FINDING_OBS_NOT_FINITE, true},
    {FAR_OBS, PPO_FINDING_OBS_OUTSIDE, true},
    {NEAR_OBS, PPO_FINDING_OBS_OVER_BOUNDS, true},
    {MISSING_OBS, PPO_FINDING_OBS_NOT_WRITTEN, true},
    {CONSTANT_OBS, PPO_FINDING_OBS_CONSTANT, false},
    {NAN_REWARD, PPO_FINDING_REWARD_NOT_FINITE, true},
    {LONG_OBS, PPO_FINDING_PAST_OBS, false},
    {VERY_LONG_OBS, PPO_FINDING_PAST_OBS, false},
    {LONG_INSTANCE, PPO_FINDING_PAST_INSTANCE, true},
    {LONG_TRANSITION, PPO_FINDING_PAST_TRANSITION, false},
    {GREEDY_ACTION, PPO_FINDING_PAST_ACTION, true},
    {WRITTEN_ACTION, PPO_FINDING_CHANGES_ACTION, false},
    {CLOCKED_RESET, PPO_FINDING_RESET_NOT_REPEATING, true},
    {CLOCKED_STEP, PPO_FINDING_STEPS_NOT_REPEATING, false},
    {CLOCKED_STREAM, PPO_FINDING_STREAM_NOT_REPEATING, true},
    {ONE_STREAM, PPO_FINDING_STREAM_RESTARTS, true},
    {LEFT_OVER, PPO_FINDING_SEED_NOT_RESTARTING, true},
    {NO_SEED, PPO_FINDING_SEEDS_IGNORED, true},
    {STATIC_PLACE, PPO_FINDING_SHARED_STATE, false},
    {STATIC_SCRATCH, PPO_FINDING_THREADS_DISAGREE, true},
    {LONG_STATE, PPO_FINDING_PAST_STATE, true},
    {SHORT_STATE, PPO_FINDING_STATE_NOT_WRITTEN, true},
    {FORGOTTEN_STATE, PPO_FINDING_STATE_NOT_REPLAYING, true},
    {MOVING_SAVE, PPO_FINDING_SAVE_CHANGES, false},
    {POINTER_STATE, PPO_FINDING_STATE_NOT_REPLAYING, true},
    {MANY_TWICE, PPO_FINDING_MANY_DIFFERS, true},
    {MANY_LONG, PPO_FINDING_PAST_OBS, true},
    {EMPTY_MASK, PPO_FINDING_MASK_EMPTY, true},
    {ODD_MASK, PPO_FINDING_MASK_NOT_BINARY, true},
    {LONG_MASK, PPO_FINDING_PAST_MASK, true},
    {MOVING_MASK, PPO_FINDING_MASK_CHANGES, false},
    {LONG_PICTURE, PPO_FINDING_PAST_PICTURE, true},
    {SHORT_PICTURE, PPO_FINDING_PICTURE_NOT_WRITTEN, true},
    {MOVING_PICTURE, PPO_FINDING_RENDER_CHANGES, true},
    {BOTH_ENDS, PPO_FINDING_BOTH_ENDS, true},
    {LONE_LIFE, PPO_FINDING_LIFE_ALONE, true},
    {ENDLESS, PPO_FINDING_NEVER_ENDS, true},
    {FAILING, PPO_FINDING_CALL_FAILED, true},
    {CRASHING, PPO_FINDING_CRASH, true},
    {LEAVING, PPO_FINDING_CRASH, true},
    {HANGING, PPO_FINDING_HANG, true},
    {BAD_INIT, PPO_FINDING_CALL_FAILED, true},
    {ALWAYS_LOST, PPO_FINDING_ALWAYS_LOST, false},
    {LOST_AT_THE_END, PPO_FINDING_ALWAYS_LOST, false},
    {FILLED_TRANSITION, PPO_FINDING_FLAG_NOT_BINARY, false},
    {ODD_FLAG, PPO_FINDING_FLAG_NOT_BINARY, false},
    {DIRECTORY, PPO_FINDING_CHANGES_PROCESS, true},
    {INIT_DIRECTORY, PPO_FINDING_CHANGES_PROCESS, true},
    {ROUNDING, PPO_FINDING_CHANGES_PROCESS, false},
    {DENORMALS, PPO_FINDING_CHANGES_PROCESS, false},
    {LOCALE, PPO_FINDING_CHANGES_PROCESS, true},
    {SIGNAL_HANDLER, PPO_FINDING_CHANGES_PROCESS, true},
    {SIGNAL_MASK, PPO_FINDING_CHANGES_PROCESS, true},
    {VARIABLE, PPO_FINDING_CHANGES_PROCESS, true},
    {UMASK, PPO_FINDING_CHANGES_PROCESS, true},
    {LIMIT, PPO_FINDING_CHANGES_PROCESS, true},
    {TIMER, PPO_FINDING_CHANGES_PROCESS, true},
    {CLOSED_DESCRIPTOR, PPO_FINDING_CHANGES_PROCESS, true},
    {LEAKED_DESCRIPTOR, PPO_FINDING_LEAKS_DESCRIPTORS, true},
};

static void test_planted_faults_are_found(void **state)
{
    (void)state;
    const ppo_env_class env = dial_class();
    for (size_t i = 0; i < sizeof planted / sizeof *planted; i++) {
        ppo_found found;
        wrong = planted[i].wrong;
        const ppo_check_report report = check(&found, &env);
        if (!found.kind[planted[i].kind])
            fail_msg("fault %zu: no %s, but%s", i, ppo_finding_about(planted[i].kind)->name,
                     found.names);
        if (planted[i].alone && report.faults + report.warnings + report.notes != 1)
            fail_msg("fault %zu: more than %s:%s", i, found.last.name, found.names);
    }
    wrong = ALL_RIGHT;
}

static void test_tables(void **state)
{
    ppo_env_class env = dial_class();
    static const float wrong_high[OBS] = {-2.0f, 1.0f, 1.0f};
    (void)state;
    expect(NULL, PPO_FINDING_BAD_TABLE);
    env.abi_version = 77;
    expect(&env, PPO_FINDING_ABI_VERSION);
    env = dial_class();
    env.struct_size = 24;
    expect(&env, PPO_FINDING_STRUCT_SIZE);
    env.struct_size = 0x10000000; // garbage
    expect(&env, PPO_FINDING_STRUCT_SIZE);
    env = dial_class();
    env.step = NULL;
    expect(&env, PPO_FINDING_MISSING_FUNCTION);
    env = dial_class();
    env.load_state = NULL;
    expect(&env, PPO_FINDING_MISSING_FUNCTION);
    env = dial_class();
    env.observation_space.high = wrong_high;
    expect(&env, PPO_FINDING_BAD_SPACE);
    env = dial_class();
    env.observation_space.shape[0] = 0;
    expect(&env, PPO_FINDING_BAD_SPACE);
    env = dial_class();
    env.instance_size = 0;
    expect(&env, PPO_FINDING_BAD_TABLE);
    env = dial_class();
    env.state_size = 0;
    env.save_state = NULL;
    env.load_state = NULL;
    expect(&env, PPO_FINDING_NO_STATE);
    env.reward_threshold = 0.0;
    expect(&env, PPO_FINDING_THRESHOLD_ZERO);
}

// Messages say where a fault was found.
static void test_messages_tell_where(void **state)
{
    ppo_found found;
    (void)state;
    const ppo_env_class env = dial_class();
    wrong = CRASHING;
    check(&found, &env);
    if (!strstr(found.last.message, "signal 11") ||
        !strstr(found.last.message, "in step, step 9 of episode 2, while playing"))
        fail_msg("found%s", found.names);
    wrong = FAR_OBS;
    check(&found, &env);
    assert_non_null(strstr(found.last.message, "element 0 is 180, not in [-1, 1]"));
    wrong = BAD_INIT;
    check(&found, &env);
    assert_string_equal(found.last.message, "init: no battery");
    wrong = ALL_RIGHT;
}

static void test_built_in_environments_pass(void **state)
{
    (void)state;
    for (size_t i = 0; i < ppo_env_count(); i++) {
        ppo_found found;
        const ppo_check_options options = {
            .struct_size = sizeof options, .episodes = 3, .seed = 1, .timeout_s = 60.0};
        ppo_check_report report;
        ppo_error error = {0};
        found = (ppo_found){.names = ""};
        assert_int_equal(ppo_check_env(&report, ppo_env_at(i), &options, note, &found, &error),
                         PPO_OK);
        if (report.faults > 0)
            fail_msg("%s:%s", ppo_env_at(i)->id, found.names);
    }
}

static void test_every_finding_has_a_name(void **state)
{
    (void)state;
    for (int i = 0; i < PPO_NUM_FINDINGS; i++)
        for (int j = 0; j < i; j++)
            assert_string_not_equal(ppo_finding_about((ppo_finding_kind)i)->name,
                                    ppo_finding_about((ppo_finding_kind)j)->name);
    assert_string_equal(ppo_finding_level_name(PPO_LEVEL_WARNING), "warning");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_nothing_is_wrong),
        cmocka_unit_test(test_planted_faults_are_found),
        cmocka_unit_test(test_tables),
        cmocka_unit_test(test_messages_tell_where),
        cmocka_unit_test(test_built_in_environments_pass),
        cmocka_unit_test(test_every_finding_has_a_name),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
