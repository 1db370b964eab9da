// SPDX-License-Identifier: MIT
// Values and next values of a rollout. Workload: T x N values in large products, of which a few are
// computed one by one where an episode was truncated. Owns nothing.
#include "rl/bootstrap.h"

#define LD PPO_CHUNK_ROWS

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

void ppo_bootstrap_truncated(ppo_bootstrap *b, size_t t, size_t first, size_t count,
                             const uint8_t *truncated, const uint8_t *lost,
                             const unsigned char *final_obs, size_t worker)
{
    const size_t obs_bytes = ppo_space_bytes(&b->agent->env->observation_space);
    const ppo_acting_scratch s = ppo_acting_scratch_at(b->scratch, worker);
    float *next_value = b->rollout->next_value + t * b->rollout->num_envs;
    for (size_t n = first; n < first + count; n++)
        if (truncated[n] && !lost[n])
            ppo_policy_value(&b->agent->policy, &s.policy, &next_value[n],
                             final_input(b, &s, t, n, final_obs + n * obs_bytes), 1);
}

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

void ppo_bootstrap_run(ppo_bootstrap *b)
{
    ppo_rollout *r = b->rollout;
    const size_t num_envs = r->num_envs, batch = r->num_steps * num_envs;
    const size_t unknown = batch + num_envs - first_unknown(b);
    ppo_pool_run(b->pool, value_task, b, (unknown + LD - 1) / LD);
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
