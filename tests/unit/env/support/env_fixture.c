// SPDX-License-Identifier: MIT
// See env_fixture.h.
#include "unit/env/support/env_fixture.h"

#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdlib.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

// --- a vectoriser with its rows ---------------------------------------------------------------

void env_fixture_create(ppo_env_fixture *f, const ppo_env_class *env,
                        const ppo_vecenv_options *options)
{
    const size_t n = options->num_envs;
    memset(f, 0, sizeof *f);
    f->num_envs = n;
    f->obs_bytes = ppo_space_bytes(&env->observation_space);
    f->action_bytes = ppo_space_bytes(&env->action_space);
    assert_int_equal(ppo_vecenv_create(&f->vecenv, env, options, &f->arena, &f->error), PPO_OK);
#define ROW(slot, dtype, ...) \
    PPO_ARENA_ADD(&f->arena, &f->slot, #slot, "test", PPO_ROLE_SCRATCH, dtype, __VA_ARGS__)
    ROW(rows.obs, PPO_U8, n, f->obs_bytes);
    ROW(rows.final_obs, PPO_U8, n, f->obs_bytes);
    ROW(rows.reward, PPO_F64, n);
    ROW(rows.terminated, PPO_U8, n);
    ROW(rows.truncated, PPO_U8, n);
    ROW(rows.episode_return, PPO_F64, n);
    ROW(rows.episode_length, PPO_U32, n);
    ROW(rows.lost, PPO_U8, n);
    ROW(action, PPO_U8, n, f->action_bytes);
#undef ROW
    assert_int_equal(ppo_arena_bind(&f->arena, NULL), PPO_OK);
}

void env_fixture_start(ppo_env_fixture *f, const ppo_env_class *env,
                       const ppo_vecenv_options *options)
{
    env_fixture_create(f, env, options);
    if (ppo_vecenv_start(f->vecenv, f->rows.obs, &f->error) != PPO_OK)
        fail_msg("%s", f->error.message);
}

void env_fixture_release(ppo_env_fixture *f)
{
    ppo_vecenv_destroy(f->vecenv);
    ppo_arena_release(&f->arena);
}

ppo_status env_fixture_step(ppo_env_fixture *f, uint64_t step)
{
    return ppo_vecenv_step(f->vecenv, &f->rows, f->action, 0, f->num_envs, step, &f->error);
}

void *env_fixture_row(const ppo_env_fixture *f, const char *name, size_t *bytes)
{
    for (const ppo_arena_row *row = f->arena.rows; row < f->arena.rows + f->arena.num_rows; row++)
        if (strcmp(row->tensor.name, name) == 0) {
            *bytes = row->tensor.bytes;
            return f->arena.block + row->offset;
        }
    *bytes = 0;
    return NULL;
}

// --- the fragile environment ------------------------------------------------------------------

typedef struct ppo_fragile_memory {
    float episode, steps;
} ppo_fragile_memory;

typedef struct ppo_fragile {
    ppo_fragile_memory *memory; // of the process that initialised it
    ppo_fragile_fate *fate;
} ppo_fragile;

static bool takes_one(atomic_int *count)
{
    int left = atomic_load(count);
    while (left > 0)
        if (atomic_compare_exchange_weak(count, &left, left - 1))
            return true;
    return false;
}

static void crash(void)
{
    signal(SIGSEGV, SIG_DFL); // sanitisers would make a report of it
    raise(SIGSEGV);
}

static ppo_status fragile_init(void *self, const void *context, ppo_error *error)
{
    ppo_fragile *s = self;
    s->fate = *(ppo_fragile_fate *const *)context;
    if (takes_one(&s->fate->deaths_at_init))
        crash();
    if (atomic_load(&s->fate->refuse_init)) {
        strcpy(error->message, "it is not the day for it");
        return error->status = PPO_NOT_FOUND;
    }
    const int file = atomic_load(&s->fate->watched_file);
    if (file && fcntl(file, F_GETFD) >= 0)
        atomic_store(&s->fate->found_file, 1);
    s->memory = calloc(1, sizeof *s->memory);
    atomic_fetch_add(&s->fate->num_inits, 1);
    atomic_store(&s->fate->last_process, (int)getpid());
    return s->memory ? PPO_OK : PPO_NO_MEMORY;
}

static void fragile_release(void *self)
{
    ppo_fragile *s = self;
    free(s->memory);
    atomic_fetch_add(&s->fate->num_releases, 1);
}

static ppo_status fragile_reset(void *self, const uint64_t *seed, void *observation,
                                ppo_error *error)
{
    ppo_fragile *s = self;
    float *obs = observation;
    (void)error;
    if (takes_one(&s->fate->deaths_at_reset))
        crash();
    if (seed && *seed < FIXTURE_ENVS)
        atomic_store(&s->fate->process[*seed], (int)getpid());
    s->memory->episode = seed ? (float)(*seed % 1000) : s->memory->episode + 1000.0f;
    s->memory->steps = 0.0f;
    obs[0] = s->memory->episode;
    obs[1] = s->memory->steps;
    return PPO_OK;
}

static void wait_a_bit(void)
{
    nanosleep(&(struct timespec){.tv_nsec = 60000000}, NULL);
}

static ppo_status fragile_step(void *self, const void *action, void *observation,
                               ppo_transition *transition, ppo_error *error)
{
    ppo_fragile *s = self;
    float *obs = observation;
    const int32_t what = *(const int32_t *)action;
    s->memory->steps += 1.0f;
    obs[0] = s->memory->episode;
    obs[1] = s->memory->steps;
    transition->reward = (double)s->memory->steps;
    transition->terminated = what == END;
    if (what == CRASH || what == LEAVE || what == HANG)
        obs[0] = -1.0f; // half written
    if (what == CRASH) {
        fprintf(stderr, "it is about to crash\n");
        crash();
    }
    if (what == LEAVE)
        _exit(7);
    while (what == HANG)
        wait_a_bit();
    if (what == WAIT_A_BIT)
        wait_a_bit();
    if (what != STUMBLE)
        return PPO_OK;
    strcpy(error->message, "it stumbled");
    return error->status = PPO_ENV_FAILED;
}

static void fragile_save(const void *self, void *state)
{
    const ppo_fragile *s = self;
    if (takes_one(&s->fate->deaths_at_save))
        crash();
    memcpy(state, s->memory, sizeof *s->memory);
}

static ppo_status fragile_load(void *self, const void *state, ppo_error *error)
{
    ppo_fragile *s = self;
    (void)error;
    if (takes_one(&s->fate->deaths_at_load))
        crash();
    memcpy(s->memory, state, sizeof *s->memory);
    return PPO_OK;
}

ppo_fragile_fate *fragile_fate_create(void)
{
    void *fate = mmap(NULL, sizeof(ppo_fragile_fate), PROT_READ | PROT_WRITE,
                      MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    assert_true(fate != MAP_FAILED);
    return fate;
}

void fragile_fate_destroy(ppo_fragile_fate *fate)
{
    munmap(fate, sizeof *fate);
}

static const uint32_t num_actions[1] = {WAIT_A_BIT + 1};
static ppo_fragile_fate *the_fate; // of the test that runs

ppo_env_class fragile_class(ppo_fragile_fate *fate)
{
    the_fate = fate;
    return (ppo_env_class){
        .struct_size = sizeof(ppo_env_class),
        .abi_version = PPO_ENV_ABI_VERSION,
        .id = "Fragile-v0",
        .observation_space = PPO_SPACE_FLOATS(2, NULL, NULL),
        .action_space = PPO_SPACE_CHOICE(num_actions),
        .instance_size = sizeof(ppo_fragile),
        .state_size = sizeof(ppo_fragile_memory),
        .context = &the_fate,
        .init = fragile_init,
        .release = fragile_release,
        .reset = fragile_reset,
        .step = fragile_step,
        .save_state = fragile_save,
        .load_state = fragile_load,
    };
}
