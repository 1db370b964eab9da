// SPDX-License-Identifier: MIT
// Acting with an agent: encode, evaluate, choose, bring into bounds. Owns the scratch of one
// thread.
#include "agent/acting_scratch.h"
#include "agent/agent.h"
#include "agent/frame_stack.h"
#include "core/error.h"
#include "core/float_scope.h"
#include "core/sized.h"
#include "env/action_clip.h"

#include <stdlib.h>

#define LD PPO_CHUNK_ROWS

struct ppo_actor {
    const ppo_agent *agent;
    ppo_arena arena;
    ppo_acting_scratch_set scratch; // of one thread
};

ppo_status ppo_actor_create(ppo_actor **result, const ppo_agent *agent, ppo_error *error)
{
    *result = NULL;
    ppo_actor *actor = calloc(1, sizeof *actor);
    if (!actor)
        return ppo_fail(error, PPO_NO_MEMORY, "not enough memory for an actor");
    actor->agent = agent;
    ppo_acting_scratch_plan(&actor->scratch, &agent->policy, 1, true, &actor->arena);
    const ppo_status status = ppo_arena_bind(&actor->arena, error);
    if (status != PPO_OK) {
        ppo_actor_destroy(actor);
        return status;
    }
    *result = actor;
    return PPO_OK;
}

void ppo_actor_destroy(ppo_actor *actor)
{
    if (!actor)
        return;
    ppo_arena_release(&actor->arena);
    free(actor);
}

// The network's inputs from observations [rows, stack]: in s->inputs, unless the observations are
// inputs already.
static const void *make_inputs(const ppo_agent *agent, const ppo_acting_scratch *s,
                               const unsigned char *obs, size_t rows)
{
    const ppo_input *input = &agent->policy.input;
    const size_t obs_bytes = ppo_space_bytes(&agent->env->observation_space);
    if (!ppo_input_has_pictures(input)) {
        ppo_agent_encode(agent, s->inputs, obs, rows * input->stack);
        return s->inputs;
    }
    if (!input->is_composite && ppo_input_interleaved(&input->parts[0]) == 1)
        return obs;
    for (size_t i = 0; i < rows * input->stack; i++) {
        const unsigned char *frame = obs + i * obs_bytes;
        if (input->is_composite) {
            ppo_agent_encode(agent, s->frame, frame, 1);
            frame = s->frame;
        }
        ppo_frames_place(input, s->inputs, i / input->stack, i % input->stack, frame);
    }
    return s->inputs;
}

ppo_status ppo_actor_act(ppo_actor *actor, void *actions, const void *observations, size_t num_obs,
                         const ppo_act_options *options, ppo_error *error)
{
    PPO_FLOAT_SCOPE;
    ppo_act_options o;
    PPO_TRY(ppo_sized_read(&o, sizeof o, sizeof o, options, "ppo_act_options", error));
    const ppo_agent *agent = actor->agent;
    const ppo_policy *policy = &agent->policy;
    const ppo_dist *dist = &policy->dist;
    const ppo_acting_scratch s = ppo_acting_scratch_at(&actor->scratch, 0);
    const size_t action_bytes = ppo_space_bytes(&agent->env->action_space);
    const size_t obs_bytes = policy->input.stack * ppo_space_bytes(&agent->env->observation_space);
    for (size_t first = 0; first < num_obs; first += LD) {
        const size_t rows = num_obs - first < LD ? num_obs - first : LD;
        const uint8_t *masks = o.masks ? o.masks + first * dist->mask_width : NULL;
        unsigned char *to = (unsigned char *)actions + first * action_bytes;
        const unsigned char *obs = (const unsigned char *)observations + first * obs_bytes;
        ppo_policy_forward(policy, PPO_ACTOR_NET, &s.policy, make_inputs(agent, &s, obs, rows),
                           rows);
        if (masks)
            ppo_dist_forbid(dist, s.policy.out, PPO_FORBIDDEN, masks, NULL, rows);
        ppo_dist_prepare(dist, s.policy.out, rows);
        if (o.deterministic)
            ppo_dist_mode(dist, s.action, s.policy.out, rows);
        else
            ppo_dist_sample(dist, s.action, s.policy.out, ppo_policy_log_std(policy), rows, o.seed,
                            PPO_RNG_EVALUATE, first, o.step);
        if (masks)
            ppo_dist_allow(dist, s.action, masks, rows);
        ppo_dist_to_env(dist, to, s.action, rows);
        if (ppo_dist_has_reals(dist) && dist->bound != PPO_ACTION_RAW)
            for (size_t r = 0; r < rows; r++)
                ppo_action_clip(dist->space, to + r * action_bytes);
    }
    return PPO_OK;
}
