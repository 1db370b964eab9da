// SPDX-License-Identifier: MIT
// Collecting where several observations, or pictures, are seen together: what the network saw at
// each step, and the action and value that came of it, against environments replayed one by one
// with stacks kept by hand; lost lives; the same bits with any number of threads.
#include "unit/rl/support/collect_fixture.h"
#include "unit/rl/support/toy.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { ITERATIONS = 3, MOST_ENVS = 9, MOST_INSTANCE = 512 };

typedef struct set_up {
    const char *name;
    toy_kind toy;
    ppo_network_kind network;
    uint32_t num_envs, stack;
    bool shared;
} set_up;

#define AUTO PPO_NETWORK_AUTO
static const set_up set_ups[] = {
    {"floats", TOY_DISCRETE, AUTO, 5, 3, false},
    {"floats, shared", TOY_MULTI_DISCRETE, AUTO, 9, 4, true},
    {"pictures", TOY_PICTURE, AUTO, 6, 4, false},
    {"one picture", TOY_PICTURE, AUTO, 5, 1, true},
    {"colours", TOY_COLOURS, AUTO, 3, 2, true},
    {"impala", TOY_TINY_PICTURE, PPO_NETWORK_IMPALA_CNN, 7, 3, false},
    {"bytes as floats", TOY_TINY_PICTURE, PPO_NETWORK_MLP, 4, 2, true},
};
#define NUM_SET_UPS (sizeof set_ups / sizeof *set_ups)

static ppo_config config_of(const set_up *s, uint32_t threads)
{
    ppo_config config;
    ppo_config_defaults(&config);
    config.seed = TOY_SEED;
    config.norm_obs = config.norm_reward = false;
    config.num_envs = s->num_envs;
    config.num_steps = 40;
    config.hidden_sizes = (ppo_widths){.count = 1, .width = {9}};
    config.actor_gain = 1.0;
    config.network = s->network;
    config.frame_stack = s->stack;
    config.shared_network = s->shared;
    config.threads = threads;
    return config;
}

// --- the replay ----------------------------------------------------------------------------------

// One environment: its instance, and what its network sees now.
typedef struct player {
    _Alignas(64) unsigned char instance[MOST_INSTANCE];
    unsigned char *raw, *seen; // [obs bytes] and [stack, frame bytes]
    double ret;
    uint32_t length; // of the game
} player;

typedef struct replay {
    collect_fixture *fixture;
    const ppo_env_class *env;
    const ppo_input *input;
    size_t frame_bytes;
    uint64_t iteration;
    player players[MOST_ENVS];
    size_t lives, games, truncations;
    double returns; // of all games
} replay;

// The newest observation as a frame: floats, or a picture with its channels outermost.
static void put_newest(replay *p, player *who)
{
    unsigned char *frame = who->seen + (p->input->stack - 1) * p->frame_bytes;
    if (!ppo_input_has_pictures(p->input)) {
        ppo_features_encode(&p->env->observation_space, (float *)(void *)frame, who->raw, 1);
        return;
    }
    const ppo_input_part *part = &p->input->parts[0];
    const size_t pixels = part->height * part->width;
    for (size_t i = 0; i < p->frame_bytes; i++)
        frame[i] = who->raw[i % pixels * part->channels + i / pixels];
}

static void see_first(replay *p, player *who)
{
    put_newest(p, who);
    for (size_t k = 0; k + 1 < p->input->stack; k++)
        memcpy(who->seen + k * p->frame_bytes, who->seen + (p->input->stack - 1) * p->frame_bytes,
               p->frame_bytes);
}

static void see_next(replay *p, player *who)
{
    memmove(who->seen, who->seen + p->frame_bytes, (p->input->stack - 1) * p->frame_bytes);
    put_newest(p, who);
}

static void start(replay *p, collect_fixture *fixture, const ppo_env_class *env)
{
    memset(p, 0, sizeof *p);
    p->fixture = fixture;
    p->env = env;
    p->input = &fixture->agent.policy.input;
    p->frame_bytes = ppo_input_frame_bytes(p->input);
    assert_true(env->instance_size <= MOST_INSTANCE && fixture->config.num_envs <= MOST_ENVS);
    for (size_t n = 0; n < fixture->config.num_envs; n++) {
        player *who = &p->players[n];
        const uint64_t seed = fixture->config.seed + n;
        who->raw = malloc(ppo_space_bytes(&env->observation_space));
        who->seen = malloc(ppo_input_bytes(p->input));
        assert_true(who->raw && who->seen);
        if (env->init)
            env->init(who->instance, env->context, NULL);
        env->reset(who->instance, &seed, who->raw, NULL);
        see_first(p, who);
    }
}

static void finish(replay *p)
{
    for (size_t n = 0; n < p->fixture->config.num_envs; n++) {
        free(p->players[n].raw);
        free(p->players[n].seen);
    }
}

static float value_of(const replay *p, const player *who)
{
    const ppo_policy *policy = &p->fixture->agent.policy;
    float *space = calloc(policy->scratch_size, sizeof *space), value;
    assert_non_null(space);
    const ppo_policy_scratch s = ppo_policy_scratch_at(policy, space);
    ppo_policy_value(policy, &s, &value, who->seen, 1);
    free(space);
    return value;
}

// The network's view, bit for bit, and what the policy made of it.
static void check_view(const replay *p, size_t t, size_t n)
{
    const ppo_rollout *r = &p->fixture->rollout;
    unsigned char *stack = malloc(ppo_input_bytes(p->input));
    assert_non_null(stack);
    const ppo_frames_view frames = ppo_frames_view_of(&r->frames);
    ppo_frames_stack(&frames, stack, 0, t, n);
    if (memcmp(stack, p->players[n].seen, ppo_input_bytes(p->input)) != 0)
        fail_msg("step %zu, environment %zu: another stack", t, n);
    assert_true(r->value[t * r->num_envs + n] == value_of(p, &p->players[n]));
    free(stack);
}

static void check_action(const replay *p, size_t t, size_t n)
{
    const ppo_policy *policy = &p->fixture->agent.policy;
    const ppo_rollout *r = &p->fixture->rollout;
    const size_t i = t * r->num_envs + n;
    float *space = calloc(policy->scratch_size, sizeof *space), action[8 * PPO_CHUNK_ROWS];
    float log_prob[PPO_CHUNK_ROWS], entropy[PPO_CHUNK_ROWS];
    assert_non_null(space);
    const ppo_policy_scratch s = ppo_policy_scratch_at(policy, space);
    ppo_policy_forward(policy, PPO_ACTOR_NET, &s, p->players[n].seen, 1);
    ppo_dist_prepare(&policy->dist, s.out, 1);
    ppo_dist_sample(&policy->dist, action, s.out, NULL, 1,
                    &(ppo_sample_key){.seed = p->fixture->config.seed,
                                      .purpose = PPO_RNG_ACTION,
                                      .first_row = n,
                                      .step = p->iteration * r->num_steps + t});
    ppo_dist_eval(&policy->dist, log_prob, entropy, s.out, NULL, action, 1);
    for (size_t a = 0; a < r->num_actions; a++)
        assert_true(r->action[i * r->num_actions + a] == action[a * PPO_CHUNK_ROWS]);
    assert_true(r->log_prob[i] == log_prob[0]);
    free(space);
}

static void check_end(replay *p, size_t i, player *who, bool goes_on)
{
    const ppo_rollout *r = &p->fixture->rollout;
    if (goes_on) {
        assert_int_equal(r->episode_length[i], 0);
        p->lives++;
        return;
    }
    assert_int_equal(r->episode_length[i], who->length);
    assert_true(r->episode_return[i] == who->ret);
    p->returns += who->ret;
    p->games++;
    who->ret = 0.0;
    who->length = 0;
}

static void step_env(replay *p, size_t t, size_t n)
{
    const ppo_rollout *r = &p->fixture->rollout;
    const size_t i = t * r->num_envs + n;
    player *who = &p->players[n];
    int32_t action[8] = {0};
    ppo_transition now = {.reward = 0.0};
    for (size_t a = 0; a < r->num_actions; a++)
        action[a] = (int32_t)r->action[i * r->num_actions + a];
    p->env->step(who->instance, action, who->raw, &now, NULL);
    who->length++;
    who->ret += now.reward;
    const bool truncated = !now.terminated && (now.truncated || who->length >= TOY_TIME_LIMIT);
    assert_true(r->env_reward[i] == now.reward);
    assert_int_equal(r->terminated[i], now.terminated);
    assert_int_equal(r->truncated[i], truncated);
    see_next(p, who);
    if (truncated)
        assert_true(r->next_value[i] == value_of(p, who));
    else
        assert_true(r->next_value[i] == (now.terminated ? 0.0f : r->value[i + r->num_envs]));
    p->truncations += truncated;
    if (now.terminated || truncated) {
        // After a lost life the game goes on, but for one at the limit: a new one has a fresh seed.
        const bool at_limit = who->length >= TOY_TIME_LIMIT;
        const ppo_rng_block block = ppo_rng_draw(p->fixture->config.seed, PPO_RNG_RESEED,
                                                 (uint32_t)n, p->iteration * r->num_steps + t);
        const uint64_t seed = (uint64_t)block.word[0] << 32 | block.word[1];
        check_end(p, i, who, now.life_lost && !at_limit);
        p->env->reset(who->instance, now.life_lost && at_limit ? &seed : NULL, who->raw, NULL);
        see_first(p, who);
    }
}

static void check_iteration(replay *p)
{
    const ppo_rollout *r = &p->fixture->rollout;
    for (size_t t = 0; t < r->num_steps; t++)
        for (size_t n = 0; n < r->num_envs; n++) {
            check_view(p, t, n);
            check_action(p, t, n);
            step_env(p, t, n);
        }
    for (size_t n = 0; n < r->num_envs; n++)
        check_view(p, r->num_steps, n);
}

// Reported are whole games, not lives.
static void check_report(const replay *p)
{
    const ppo_episodes *episodes = &p->fixture->episodes;
    assert_true(episodes->count[0] == p->games);
    if (p->games > 0 && p->games <= PPO_RECENT_EPISODES) {
        const double mean = p->returns / (double)p->games;
        assert_true(fabs(ppo_episodes_return_mean(episodes) - mean) < 1e-9);
    }
}

static void test_replay(void **state)
{
    (void)state;
    for (size_t i = 0; i < NUM_SET_UPS; i++) {
        const ppo_config config = config_of(&set_ups[i], 2);
        const ppo_env_class *env = toy_class(set_ups[i].toy);
        collect_fixture fixture;
        static replay p;
        collect_fixture_create(&fixture, &config, env);
        start(&p, &fixture, env);
        for (uint64_t k = 0; k < ITERATIONS; k++) {
            collect_fixture_run(&fixture, k);
            p.iteration = k;
            check_iteration(&p);
            check_report(&p);
        }
        printf("%s: %zu games, %zu lives lost, %zu truncations\n", set_ups[i].name, p.games,
               p.lives, p.truncations);
        assert_true(p.truncations > 0 && p.games > 3);
        assert_true((p.lives > 3) == (env->observation_space.dtype == PPO_U8));
        finish(&p);
        collect_fixture_release(&fixture);
    }
}

// --- threads -------------------------------------------------------------------------------------

static void assert_same_rollout(ppo_rollout *a, ppo_rollout *b)
{
    const size_t count = a->num_steps * a->num_envs, with_last = count + a->num_envs;
    assert_memory_equal(ppo_frames_row(&a->frames, 0), ppo_frames_row(&b->frames, 0),
                        with_last * a->frames.bytes);
    assert_memory_equal(a->frames.age, b->frames.age, with_last);
    assert_memory_equal(a->action, b->action, count * a->num_actions * sizeof *a->action);
    assert_memory_equal(a->log_prob, b->log_prob, count * sizeof *a->log_prob);
    assert_memory_equal(a->value, b->value, with_last * sizeof *a->value);
    assert_memory_equal(a->next_value, b->next_value, count * sizeof *a->next_value);
}

static void test_threads(void **state)
{
    (void)state;
    for (size_t i = 0; i < NUM_SET_UPS; i++)
        for (uint32_t threads = 2; threads <= 4; threads++) {
            const ppo_config one = config_of(&set_ups[i], 1);
            const ppo_config many = config_of(&set_ups[i], threads);
            collect_fixture a, b;
            collect_fixture_create(&a, &one, toy_class(set_ups[i].toy));
            collect_fixture_create(&b, &many, toy_class(set_ups[i].toy));
            for (uint64_t k = 0; k < ITERATIONS; k++) {
                collect_fixture_run(&a, k);
                collect_fixture_run(&b, k);
                assert_same_rollout(&a.rollout, &b.rollout);
            }
            collect_fixture_release(&b);
            collect_fixture_release(&a);
        }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_replay),
                                       cmocka_unit_test(test_threads)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
