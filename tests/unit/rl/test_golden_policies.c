// SPDX-License-Identifier: MIT
// Policies with memory, mixed actions and several inputs against PyTorch's
// (tests/data/golden_policies): acting, with memory step by step, then values at truncations and at
// the end of the rollout, advantages, and whole updates. With the argument "gpu": those with
// pictures on a device. PPO_GOLDEN_DIR names another folder of such files.
#include "unit/rl/support/golden_update.h"

#include "unit/rl/support/collect_fixture.h"
#include "unit/rl/support/golden_replay.h"

#include "nn/simd.h"
#include "rl/gae.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static const golden_tolerances mlp_bars = {
    .first = 3e-6, .gradient = 5e-6, .norm = 5e-6, .metrics = 5e-6, .params = 1e-5};

// The files see to it that at the first minibatch no unit of a convolution lies nearer to ReLU's
// corner than rounding can tell. Later one may, and then one picture's gradient is another one:
// parameters are up to 6.5e-5 off.
static const golden_tolerances picture_bars = {
    .first = 1e-5, .gradient = 1e-5, .norm = 5e-5, .metrics = 2e-5, .params = 1e-4};

#define ACTING_BAR 3e-6 // over all numbers of a kind

static const char *golden_dir(void)
{
    const char *dir = getenv("PPO_GOLDEN_DIR");
    return dir ? dir : PPO_TEST_DATA "/golden_policies";
}

// A file, the policy that it begins with and the environment that it shows.
typedef struct bed {
    golden_file golden;
    golden_fixture fixture;
    golden_replay replay;
    double largest; // deviation of what was acted
} bed;

static void compare(bed *b, const char *name, const float *got, size_t count)
{
    size_t found;
    double *wanted = golden_values(&b->golden, name, &found);
    double *values = calloc(count, sizeof *values);
    assert_true(values && found == count);
    for (size_t i = 0; i < count; i++)
        values[i] = got[i];
    golden_judge(name, golden_deviation(values, wanted, count, 1, 0.0), ACTING_BAR, &b->largest);
    free(values);
    free(wanted);
}

static float *new_floats_of(size_t count)
{
    float *x = calloc(count, sizeof *x);
    assert_non_null(x);
    return x;
}

// --- acting, through the policy's functions ------------------------------------------------------

// What the policy makes of the file's actions, [T, N, ..].
typedef struct acted {
    float *logits, *value, *log_prob, *entropy;
    ppo_memory memory; // after each step
} acted;

static acted new_acted(const golden_fixture *f)
{
    const size_t batch = (size_t)ppo_config_batch_size(&f->config);
    const size_t units = ppo_policy_has_memory(&f->policy) ? batch * f->config.memory_size : 1;
    return (acted){.logits = new_floats_of(batch * f->policy.dist.num_outputs),
                   .value = new_floats_of(batch),
                   .log_prob = new_floats_of(batch),
                   .entropy = new_floats_of(batch),
                   .memory = {.h = new_floats_of(units), .c = new_floats_of(units)}};
}

static void release_acted(acted *a)
{
    float *const all[] = {a->logits, a->value, a->log_prob, a->entropy, a->memory.h, a->memory.c};
    for (size_t i = 0; i < sizeof all / sizeof *all; i++)
        free(all[i]);
}

// Outputs of one step, [rows] from row `first` of the rollout on.
static void note_outputs(const golden_fixture *f, acted *a, const ppo_policy_scratch *s, size_t net,
                         size_t first, size_t rows)
{
    const ppo_dist *dist = &f->policy.dist;
    float action[8 * PPO_CHUNK_ROWS], log_prob[PPO_CHUNK_ROWS], entropy[PPO_CHUNK_ROWS];
    const size_t ld = PPO_CHUNK_ROWS, size = dist->num_actions;
    if (net == ppo_policy_critic_net(&f->policy))
        memcpy(a->value + first, s->out + ld * ppo_policy_value_column(&f->policy),
               rows * sizeof *a->value);
    if (net != PPO_ACTOR_NET)
        return;
    for (size_t i = 0; i < rows; i++)
        for (size_t k = 0; k < dist->num_outputs; k++)
            a->logits[(first + i) * dist->num_outputs + k] = s->out[k * ld + i];
    for (size_t i = 0; i < ppo_pad(rows); i++)
        for (size_t k = 0; k < size; k++)
            action[k * ld + i] = f->rollout.action[(first + (i < rows ? i : 0)) * size + k];
    if (f->rollout.mask)
        ppo_dist_forbid(dist, s->out, PPO_FORBIDDEN, f->rollout.mask + first * dist->mask_width,
                        NULL, rows);
    ppo_dist_prepare(dist, s->out, rows);
    ppo_dist_eval(dist, log_prob, entropy, s->out, ppo_policy_log_std(&f->policy), action, rows);
    memcpy(a->log_prob + first, log_prob, rows * sizeof *log_prob);
    memcpy(a->entropy + first, entropy, rows * sizeof *entropy);
}

static void act_through(bed *b, acted *a, size_t net)
{
    const golden_fixture *f = &b->fixture;
    const ppo_policy *policy = &f->policy;
    const size_t envs = f->config.num_envs, units = envs * f->config.memory_size;
    float *space = new_floats_of(policy->scratch_size + PPO_LANES);
    const ppo_policy_scratch s = ppo_policy_scratch_at(policy, space);
    const ppo_memory now = {.h = new_floats_of(units), .c = new_floats_of(units)};
    unsigned char *stacks = calloc(PPO_CHUNK_ROWS, ppo_input_bytes(&policy->input));
    assert_non_null(stacks);
    golden_memory(&b->golden, "in.memory", policy, net, &now, units);
    for (size_t t = 0; t < f->config.num_steps; t++) {
        size_t ld;
        const size_t first = t * envs;
        const ppo_memory after = ppo_policy_memory_at(policy, &a->memory, first);
        const float *trunk = ppo_policy_trunk(
            policy, net, &s, ppo_rollout_inputs(&f->rollout, stacks, first, envs), envs, &ld);
        ppo_policy_memory_clear(policy, &now, f->rollout.memory.start + first, envs);
        ppo_policy_step(policy, net, &s, &after, &now, trunk, ld, envs);
        ppo_policy_memory_copy(policy, &now, &after, envs);
        note_outputs(f, a, &s, net, first, envs);
    }
    free(stacks);
    free(now.h);
    free(now.c);
    free(space);
}

// Samples that have nothing to do with each other.
static void act_without_memory(const bed *b, acted *a, size_t net)
{
    const golden_fixture *f = &b->fixture;
    const size_t batch = (size_t)ppo_config_batch_size(&f->config);
    float *space = new_floats_of(f->policy.scratch_size + PPO_LANES);
    const ppo_policy_scratch s = ppo_policy_scratch_at(&f->policy, space);
    unsigned char *stacks = calloc(PPO_CHUNK_ROWS, ppo_input_bytes(&f->policy.input));
    assert_non_null(stacks);
    for (size_t first = 0; first < batch; first += PPO_CHUNK_ROWS) {
        const size_t rows = batch - first < PPO_CHUNK_ROWS ? batch - first : PPO_CHUNK_ROWS;
        ppo_policy_forward(&f->policy, net, &s,
                           ppo_rollout_inputs(&f->rollout, stacks, first, rows), rows);
        note_outputs(f, a, &s, net, first, rows);
    }
    free(stacks);
    free(space);
}

static void check_acting(bed *b)
{
    const golden_fixture *f = &b->fixture;
    const size_t batch = (size_t)ppo_config_batch_size(&f->config);
    acted a = new_acted(f);
    for (size_t net = 0; net < f->policy.num_nets; net++) {
        const char *name = f->policy.shared ? "trunk" : net == PPO_ACTOR_NET ? "actor" : "critic";
        char tensor[PPO_NAME_SIZE];
        if (!ppo_policy_has_memory(&f->policy)) {
            act_without_memory(b, &a, net);
            continue;
        }
        act_through(b, &a, net);
        snprintf(tensor, sizeof tensor, "out.collect.memory.%s.h", name);
        compare(b, tensor, a.memory.h, batch * f->config.memory_size);
        snprintf(tensor, sizeof tensor, "out.collect.memory.%s.c", name);
        if (f->config.memory == PPO_MEMORY_LSTM)
            compare(b, tensor, a.memory.c, batch * f->config.memory_size);
    }
    compare(b, "out.collect.logits", a.logits, batch * f->policy.dist.num_outputs);
    compare(b, "out.collect.value", a.value, batch);
    compare(b, "out.collect.logprob", a.log_prob, batch);
    compare(b, "out.collect.entropy", a.entropy, batch);
    release_acted(&a);
}

// --- collecting ----------------------------------------------------------------------------------

// A rollout as a trainer collects it, from the memory and the starts that the file begins with.
static void collect(bed *b, collect_fixture *c, uint32_t threads)
{
    ppo_config config = b->fixture.config;
    config.threads = threads;
    config.norm_obs = config.norm_reward = false;
    config.seed = 0;
    collect_fixture_create(c, &config, &b->replay.env);
    ppo_rollout_memory *m = &c->rollout.memory;
    golden_fill_params(&c->agent.policy, &b->golden);
    ppo_policy_pack(&c->agent.policy);
    for (size_t task = 0; task < ppo_policy_acting_tasks(&c->agent.policy); task++)
        ppo_policy_pack_acting(&c->agent.policy, task);
    memcpy(m->next_start, b->fixture.rollout.memory.start, config.num_envs);
    for (size_t net = 0; net < c->agent.policy.num_nets; net++)
        golden_memory(&b->golden, "in.memory", &c->agent.policy, net, &m->now[net],
                      config.num_envs * config.memory_size);
    collect_fixture_run(c, 0);
    ppo_gae_compute(c->rollout.advantage, c->rollout.ret, c->rollout.reward, c->rollout.value,
                    c->rollout.next_value, c->rollout.terminated, c->rollout.truncated,
                    config.num_steps, config.num_envs, (float)config.gamma,
                    (float)config.gae_lambda);
}

// The memory that sequences begin with: the file's, which is that before it is zeroed at starts.
static void compare_sequences(bed *b, const collect_fixture *c)
{
    const ppo_policy *policy = &c->agent.policy;
    const ppo_rollout_memory *own = &c->rollout.memory, *wanted = &b->fixture.rollout.memory;
    const size_t size = b->fixture.config.memory_size;
    const size_t rows = own->num_steps / own->length * own->num_envs;
    for (size_t net = 0; net < policy->num_nets; net++)
        for (size_t k = 0; k < rows; k++) {
            const size_t step = k / own->num_envs * own->length, env = k % own->num_envs;
            for (size_t u = 0; u < size; u++) {
                const bool start = wanted->start[step * own->num_envs + env];
                const float h = start ? 0.0f : wanted->sequence[net].h[k * size + u];
                if (!(fabsf(own->sequence[net].h[k * size + u] - h) < 3e-6f))
                    fail_msg("h of network %zu before sequence %zu is %g, not %g", net, k,
                             (double)own->sequence[net].h[k * size + u], (double)h);
            }
        }
}

// The memory from which the next rollout goes on: that after the last step.
static void compare_memory_after(bed *b, const collect_fixture *c)
{
    const ppo_policy *policy = &c->agent.policy;
    const size_t units = c->rollout.num_envs * c->config.memory_size;
    for (size_t net = 0; net < policy->num_nets; net++) {
        const char *name = policy->shared ? "trunk" : net == PPO_ACTOR_NET ? "actor" : "critic";
        char tensor[PPO_NAME_SIZE];
        size_t count;
        snprintf(tensor, sizeof tensor, "out.collect.memory.%s.h", name);
        double *wanted = golden_values(&b->golden, tensor, &count);
        for (size_t u = 0; u < units; u++)
            if (!(fabs((double)c->rollout.memory.now[net].h[u] - wanted[count - units + u]) < 3e-6))
                fail_msg("%s after the rollout is not that after the last step", tensor);
        free(wanted);
    }
}

static void check_collecting(bed *b)
{
    collect_fixture c, other;
    collect(b, &c, 1);
    collect(b, &other, 3);
    const ppo_rollout *r = &c.rollout;
    const size_t batch = (size_t)ppo_config_batch_size(&c.config), envs = r->num_envs;
    float *final = new_floats_of(batch), *last = new_floats_of(envs), *wanted = new_floats_of(envs);
    for (size_t i = 0; i < batch; i++)
        final[i] = r->truncated[i] && !r->terminated[i] ? r->next_value[i] : 0.0f;
    compare(b, "out.collect.value", r->value, batch);
    compare(b, "out.collect.final_value", final, batch);
    golden_floats(&b->golden, "out.collect.last_value", wanted, envs);
    for (size_t n = 0; n < envs; n++) { // of use only where the episode goes on
        const bool done = r->terminated[batch - envs + n] || r->truncated[batch - envs + n];
        last[n] = done ? wanted[n] : r->value[batch + n];
    }
    compare(b, "out.collect.last_value", last, envs);
    compare(b, "out.collect.advantage", r->advantage, batch);
    compare(b, "out.collect.return", r->ret, batch);
    compare_sequences(b, &c);
    compare_memory_after(b, &c);
    assert_memory_equal(r->value, other.rollout.value, (batch + envs) * sizeof *r->value);
    assert_memory_equal(r->next_value, other.rollout.next_value, batch * sizeof *r->next_value);
    assert_memory_equal(r->memory.now[0].h, other.rollout.memory.now[0].h,
                        envs * c.config.memory_size * sizeof(float));
    free(wanted);
    free(last);
    free(final);
    collect_fixture_release(&other);
    collect_fixture_release(&c);
}

static void check_on(const char *path, const char *device, const golden_tolerances *bars)
{
    bed b = {.largest = 0.0};
    const char *name = strrchr(path, '/') + 1;
    golden_open(&b.golden, path);
    golden_fixture_create(&b.fixture, &b.golden, PPO_PRECISION_FP32, device, 1);
    check_acting(&b);
    if (golden_has_memory(&b.golden)) {
        golden_replay_create(&b.replay, &b.golden, &b.fixture);
        check_collecting(&b);
        golden_replay_release(&b.replay);
    }
    printf("%s, %s: acting %.2g\n", name, device, b.largest);
    golden_fixture_release(&b.fixture);
    golden_check_update(&b.golden, name, PPO_PRECISION_FP32, device, bars);
    golden_close(&b.golden);
}

static void check_in_bf16(const char *path)
{
    golden_file golden;
    golden_open(&golden, path);
    golden_check_update(&golden, strrchr(path, '/') + 1, PPO_PRECISION_BF16, "cpu",
                        &golden_bf16_bars);
    golden_close(&golden);
}

static bool has_pictures(const char *path)
{
    golden_file golden;
    golden_open(&golden, path);
    const bool has = golden_has_pictures(&golden);
    golden_close(&golden);
    return has;
}

static void check_on_processor(const char *path)
{
    const bool pictures = has_pictures(path);
    check_on(path, "cpu", pictures ? &picture_bars : &mlp_bars);
    if (pictures && golden_has_bf16())
        check_in_bf16(path);
}

static void check_on_device(const char *path)
{
    if (has_pictures(path))
        check_on(path, "gpu", &picture_bars);
}

static void test_on_processor(void **state)
{
    (void)state;
    golden_for_each(golden_dir(), "*.safetensors", check_on_processor);
}

static void test_on_device(void **state)
{
    (void)state;
    golden_for_each(golden_dir(), "*.safetensors", check_on_device);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest on_processor[] = {cmocka_unit_test(test_on_processor)};
    const struct CMUnitTest on_device[] = {cmocka_unit_test(test_on_device)};
    if (argc < 2)
        return cmocka_run_group_tests(on_processor, NULL, NULL);
    assert_string_equal(argv[1], "gpu");
    if (golden_has_device())
        return cmocka_run_group_tests(on_device, NULL, NULL);
    puts("skipped: no device");
    return 77;
}
