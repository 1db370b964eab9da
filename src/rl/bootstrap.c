// SPDX-License-Identifier: MIT
// Values and next values of a rollout. Workload: T x N values in large products, of which a few are
// computed one by one where an episode was truncated. Owns nothing.
#include "rl/bootstrap.h"

#include <string.h>

#define LD          PPO_CHUNK_ROWS
#define MEMORY_ROWS 16 // environments whose memory is stepped together: enough for a product

// What the networks get of the observation `final`, with which environment n's episode ended after
// step t.
static const void *final_input(const ppo_bootstrap *b, const ppo_acting_scratch *s, size_t t,
                               size_t n, const unsigned char *final)
{
    if (s->frame) {
        ppo_agent_encode(b->agent, s->frame, final, 1);
        final = s->frame;
    }
    if (!ppo_rollout_has_frames(b->rollout))
        return final;
    const ppo_frames_view frames = ppo_frames_view_of(&b->rollout->frames);
    ppo_frames_stack_final(&frames, s->inputs, t, n, final);
    return s->inputs;
}

// The same with memory: that of environment n after step t, which is not zeroed and goes on as if
// the final observation were one more step of the episode; nothing of it is kept. A critic apart
// from the actor comes there later (remember_critic), so what its memory gets is put aside.
static void final_value_with_memory(ppo_bootstrap *b, const ppo_acting_scratch *s, size_t t,
                                    size_t n, const unsigned char *final)
{
    const ppo_policy *policy = &b->agent->policy;
    const size_t critic = ppo_policy_critic_net(policy), i = t * b->rollout->num_envs + n;
    ppo_rollout_memory *m = &b->rollout->memory;
    size_t ld;
    const float *trunk =
        ppo_policy_trunk(policy, critic, &s->policy, final_input(b, s, t, n, final), 1, &ld);
    if (policy->shared) {
        const ppo_memory now = ppo_policy_memory_at(policy, &m->now[critic], n);
        ppo_policy_value_step(policy, &s->policy, &b->rollout->next_value[i], &now, trunk, ld, 1);
    } else {
        const size_t inputs = ppo_policy_trunk_outputs(policy, critic);
        memcpy(m->final_trunk + i * inputs, trunk, inputs * sizeof *trunk);
    }
}

void ppo_bootstrap_truncated(ppo_bootstrap *b, size_t t, size_t first, size_t count,
                             const uint8_t *truncated, const uint8_t *lost,
                             const unsigned char *final_obs, size_t worker)
{
    const size_t obs_bytes = ppo_space_bytes(&b->agent->env->observation_space);
    const ppo_acting_scratch s = ppo_acting_scratch_at(b->scratch, worker);
    float *next_value = b->rollout->next_value + t * b->rollout->num_envs;
    for (size_t n = first; n < first + count; n++) {
        const unsigned char *final = final_obs + n * obs_bytes;
        if (!truncated[n] || lost[n])
            continue;
        if (ppo_rollout_has_memory(b->rollout))
            final_value_with_memory(b, &s, t, n, final);
        else
            ppo_policy_value(&b->agent->policy, &s.policy, &next_value[n],
                             final_input(b, &s, t, n, final), 1);
    }
}

// --- after collecting ----------------------------------------------------------------------------

// The first sample of [T+1, N] whose value is not known from acting.
static size_t first_unknown(const ppo_bootstrap *b)
{
    return b->agent->policy.shared ? b->rollout->num_steps * b->rollout->num_envs : 0;
}

// Task `task`: values of one chunk of observations.
static void value_task(void *context, size_t task, size_t worker)
{
    const ppo_bootstrap *b = context;
    ppo_rollout *r = b->rollout;
    const ppo_acting_scratch s = ppo_acting_scratch_at(b->scratch, worker);
    const size_t end = (r->num_steps + 1) * r->num_envs;
    const size_t first = first_unknown(b) + task * LD;
    const size_t count = end - first < LD ? end - first : LD;
    ppo_policy_value(&b->agent->policy, &s.policy, r->value + first,
                     ppo_rollout_inputs(r, s.inputs, first, count), count);
}

// --- with memory ---------------------------------------------------------------------------------

// Task `task`: what a critic apart from the actor remembers from, of one chunk of observations.
static void trunk_task(void *context, size_t task, size_t worker)
{
    const ppo_bootstrap *b = context;
    const ppo_policy *policy = &b->agent->policy;
    const size_t critic = ppo_policy_critic_net(policy);
    const size_t inputs = ppo_policy_trunk_outputs(policy, critic);
    ppo_rollout *r = b->rollout;
    const ppo_acting_scratch s = ppo_acting_scratch_at(b->scratch, worker);
    const size_t end = (r->num_steps + 1) * r->num_envs, first = task * LD;
    const size_t count = end - first < LD ? end - first : LD;
    size_t ld;
    const float *trunk = ppo_policy_trunk(
        policy, critic, &s.policy, ppo_rollout_inputs(r, s.inputs, first, count), count, &ld);
    for (size_t i = 0; i < count; i++)
        memcpy(r->memory.trunk + (first + i) * inputs, trunk + i * ld, inputs * sizeof *trunk);
}

// The critic's steps of the environments first .. first+count-1 in the order of time, each with the
// values that depend on the memory after it.
static void remember_critic(const ppo_bootstrap *b, const ppo_policy_scratch *s, size_t first,
                            size_t count)
{
    const ppo_policy *policy = &b->agent->policy;
    const size_t critic = ppo_policy_critic_net(policy);
    const size_t inputs = ppo_policy_trunk_outputs(policy, critic);
    ppo_rollout *r = b->rollout;
    ppo_rollout_memory *m = &r->memory;
    for (size_t t = 0; t < r->num_steps; t++) {
        const size_t row = t * r->num_envs + first;
        const ppo_memory memory = ppo_rollout_memory_enter(m, critic, t, first, count);
        ppo_policy_step(policy, critic, s, &memory, &memory, m->trunk + row * inputs, inputs,
                        count);
        memcpy(r->value + row, s->out + LD * ppo_policy_value_column(policy),
               count * sizeof *r->value);
        for (size_t i = 0; i < count; i++) {
            const ppo_memory now = ppo_policy_memory_at(policy, &memory, i);
            if (r->truncated[row + i] && !r->lost[row + i])
                ppo_policy_value_step(policy, s, &r->next_value[row + i], &now,
                                      m->final_trunk + (row + i) * inputs, inputs, 1);
        }
    }
}

// Task `task`: values of up to MEMORY_ROWS environments after the last step, and before it where
// they are not known from acting. The memory goes on from there in the next iteration, so the last
// observation's step is made with a copy.
static void memory_task(void *context, size_t task, size_t worker)
{
    const ppo_bootstrap *b = context;
    const ppo_policy *policy = &b->agent->policy;
    const size_t critic = ppo_policy_critic_net(policy);
    ppo_rollout *r = b->rollout;
    const ppo_acting_scratch s = ppo_acting_scratch_at(b->scratch, worker);
    const size_t first = task * MEMORY_ROWS, left = r->num_envs - first;
    const size_t count = left < MEMORY_ROWS ? left : MEMORY_ROWS;
    const size_t last = r->num_steps * r->num_envs + first;
    if (!policy->shared)
        remember_critic(b, &s.policy, first, count);
    const ppo_memory now = ppo_policy_memory_at(policy, &r->memory.now[critic], first);
    size_t ld = ppo_policy_trunk_outputs(policy, critic);
    const float *trunk =
        policy->shared ? ppo_policy_trunk(policy, critic, &s.policy,
                                          ppo_rollout_inputs(r, s.inputs, last, count), count, &ld)
                       : r->memory.trunk + last * ld;
    ppo_policy_memory_copy(policy, &s.policy.memory, &now, count);
    ppo_policy_memory_clear(policy, &s.policy.memory, r->memory.start + last, count);
    ppo_policy_value_step(policy, &s.policy, r->value + last, &s.policy.memory, trunk, ld, count);
}

// --- the whole rollout ---------------------------------------------------------------------------

static size_t num_chunks(size_t count)
{
    return (count + LD - 1) / LD;
}

// Values of all observations that are not known from acting.
static void compute_values(ppo_bootstrap *b)
{
    const ppo_rollout *r = b->rollout;
    const size_t num_values = (r->num_steps + 1) * r->num_envs;
    if (!ppo_rollout_has_memory(r)) {
        ppo_pool_run(b->pool, value_task, b, num_chunks(num_values - first_unknown(b)));
        return;
    }
    if (!b->agent->policy.shared)
        ppo_pool_run(b->pool, trunk_task, b, num_chunks(num_values));
    ppo_pool_run(b->pool, memory_task, b, (r->num_envs + MEMORY_ROWS - 1) / MEMORY_ROWS);
}

void ppo_bootstrap_run(ppo_bootstrap *b)
{
    ppo_rollout *r = b->rollout;
    const size_t num_envs = r->num_envs, batch = r->num_steps * num_envs;
    compute_values(b);
    for (size_t i = 0; i < batch; i++) {
        const size_t next = i + num_envs;
        if (r->terminated[i] || r->lost[i]) {
            r->next_value[i] = 0.0f;
        } else if (!r->truncated[i]) { // else ppo_bootstrap_truncated has computed it
            r->next_value[i] = r->value[next];
            if (next < batch && r->lost[next]) {
                r->truncated[i] = 1;
                r->episode_length[i] = 0;
            }
        }
    }
}
