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

#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#define LD PPO_CHUNK_ROWS

struct ppo_actor {
    const ppo_agent *agent;
    ppo_arena arena;
    ppo_acting_scratch_set scratch; // of one thread
    float *memory;                  // [num_rows, memory size] for callers who don't keep it
    size_t num_rows;
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
    free(actor->memory);
    free(actor);
}

// --- memory --------------------------------------------------------------------------------------

size_t ppo_agent_memory_size(const ppo_agent *agent)
{
    const ppo_memory_cell *cell = &agent->policy.cells[PPO_ACTOR_NET];
    return ppo_policy_has_memory(&agent->policy) ? cell->size * ppo_memory_cell_states(cell) : 0;
}

void ppo_actor_forget(ppo_actor *actor)
{
    if (actor->memory)
        memset(actor->memory, 0,
               actor->num_rows * ppo_agent_memory_size(actor->agent) * sizeof *actor->memory);
}

// Room to remember `num_rows` rows; new ones have seen nothing.
static ppo_status keep_rows(ppo_actor *actor, size_t num_rows, ppo_error *error)
{
    const size_t size = ppo_agent_memory_size(actor->agent);
    if (num_rows <= actor->num_rows || size == 0)
        return PPO_OK;
    float *memory = calloc(num_rows, size * sizeof *memory);
    if (!memory)
        return ppo_fail(error, PPO_NO_MEMORY, "not enough memory to remember %zu rows", num_rows);
    if (actor->memory)
        memcpy(memory, actor->memory, actor->num_rows * size * sizeof *memory);
    free(actor->memory);
    actor->memory = memory;
    actor->num_rows = num_rows;
    return PPO_OK;
}

// Copies rows [rows, memory size], h and then c in each, to the arrays of a step, or back.
static void unpack_memory(const ppo_memory_cell *cell, const ppo_memory *to, const float *from,
                          size_t rows)
{
    const size_t size = cell->size, row = size * ppo_memory_cell_states(cell);
    for (size_t r = 0; r < rows; r++) {
        memcpy(to->h + r * size, from + r * row, size * sizeof *from);
        if (ppo_memory_cell_has_c(cell))
            memcpy(to->c + r * size, from + r * row + size, size * sizeof *from);
    }
}

static void pack_memory(const ppo_memory_cell *cell, float *to, const ppo_memory *from, size_t rows)
{
    const size_t size = cell->size, row = size * ppo_memory_cell_states(cell);
    for (size_t r = 0; r < rows; r++) {
        memcpy(to + r * row, from->h + r * size, size * sizeof *to);
        if (ppo_memory_cell_has_c(cell))
            memcpy(to + r * row + size, from->c + r * size, size * sizeof *to);
    }
}

// The policy's outputs for inputs of some rows, by what they remember [rows, memory size].
static void step_with_memory(const ppo_policy *policy, const ppo_policy_scratch *s, float *memory,
                             const uint8_t *starts, const void *inputs, size_t rows)
{
    const ppo_memory_cell *cell = &policy->cells[PPO_ACTOR_NET];
    size_t ld;
    unpack_memory(cell, &s->memory, memory, rows);
    if (starts)
        ppo_policy_memory_clear(policy, &s->memory, starts, rows);
    const float *trunk = ppo_policy_trunk(policy, PPO_ACTOR_NET, s, inputs, rows, &ld);
    ppo_policy_step(policy, PPO_ACTOR_NET, s, &s->memory, &s->memory, trunk, ld, rows);
    pack_memory(cell, memory, &s->memory, rows);
}

// --- acting --------------------------------------------------------------------------------------

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
    PPO_TRY(ppo_sized_read(&o, sizeof o, offsetof(ppo_act_options, episode_starts), options,
                           "ppo_act_options", error));
    const ppo_agent *agent = actor->agent;
    const ppo_policy *policy = &agent->policy;
    const ppo_dist *dist = &policy->dist;
    const ppo_acting_scratch s = ppo_acting_scratch_at(&actor->scratch, 0);
    const size_t memory_size = ppo_agent_memory_size(agent);
    if (memory_size && !o.memory) {
        PPO_TRY(keep_rows(actor, num_obs, error));
        o.memory = actor->memory;
    }
    const size_t action_bytes = ppo_space_bytes(&agent->env->action_space);
    const size_t obs_bytes = policy->input.stack * ppo_space_bytes(&agent->env->observation_space);
    for (size_t first = 0; first < num_obs; first += LD) {
        const size_t rows = num_obs - first < LD ? num_obs - first : LD;
        const uint8_t *masks = o.masks ? o.masks + first * dist->mask_width : NULL;
        unsigned char *to = (unsigned char *)actions + first * action_bytes;
        const unsigned char *obs = (const unsigned char *)observations + first * obs_bytes;
        const ppo_sample_key key = {.seed = o.seed,
                                    .step = o.step,
                                    .purpose = PPO_RNG_EVALUATE,
                                    .numbers = o.rows ? o.rows + first : NULL,
                                    .first_row = first};
        const void *inputs = make_inputs(agent, &s, obs, rows);
        if (memory_size)
            step_with_memory(policy, &s.policy, o.memory + first * memory_size,
                             o.episode_starts ? o.episode_starts + first : NULL, inputs, rows);
        else
            ppo_policy_forward(policy, PPO_ACTOR_NET, &s.policy, inputs, rows);
        if (masks)
            ppo_dist_forbid(dist, s.policy.out, PPO_FORBIDDEN, masks, NULL, rows);
        ppo_dist_prepare(dist, s.policy.out, rows);
        if (o.deterministic)
            ppo_dist_mode(dist, s.action, s.policy.out, rows);
        else
            ppo_dist_sample(dist, s.action, s.policy.out, ppo_policy_log_std(policy), rows, &key);
        if (masks)
            ppo_dist_allow(dist, s.action, masks, rows);
        ppo_dist_to_env(dist, to, s.action, rows);
        if (ppo_dist_has_reals(dist) && dist->bound != PPO_ACTION_RAW)
            for (size_t r = 0; r < rows; r++)
                ppo_action_clip(dist->space, to + r * action_bytes);
    }
    return PPO_OK;
}
