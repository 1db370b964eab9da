// SPDX-License-Identifier: MIT
// The memory's rows in the arena. Owns nothing.
#include "rl/rollout_memory.h"

#include <stdio.h>
#include <string.h>

static const char *net_name(const ppo_policy *policy, size_t net)
{
    return policy->shared ? "trunk" : net == PPO_ACTOR_NET ? "actor" : "critic";
}

// h and, for an LSTM, c of all environments: as they are now, or before each sequence.
static void plan_pair(ppo_memory *pair, const ppo_rollout_memory *m, const char *prefix, size_t net,
                      ppo_role role, ppo_arena *arena)
{
    const ppo_memory_cell *cell = &m->policy->cells[net];
    const char *owner = net == PPO_ACTOR_NET ? "ppo_collect_run" : "ppo_bootstrap_run";
    float **const slots[] = {&pair->h, &pair->c};
    for (size_t i = 0; i < ppo_memory_cell_states(cell); i++) {
        char name[PPO_NAME_SIZE];
        snprintf(name, sizeof name, "%s.%s.%s", prefix, net_name(m->policy, net), i ? "c" : "h");
        if (role == PPO_ROLE_SCRATCH) {
            PPO_ARENA_ADD(arena, slots[i], name, owner, role, PPO_F32, m->num_steps / m->length,
                          m->num_envs, cell->size);
        } else {
            PPO_ARENA_ADD(arena, slots[i], name, owner, role, PPO_F32, m->num_envs, cell->size);
            ppo_arena_mark_envs(arena, 0);
        }
    }
}

void ppo_rollout_memory_plan(ppo_rollout_memory *m, const ppo_policy *policy, size_t num_steps,
                             size_t num_envs, size_t length, ppo_arena *arena)
{
    const char *collect = "ppo_collect_run", *bootstrap = "ppo_bootstrap_run";
    *m = (ppo_rollout_memory){
        .policy = policy, .num_steps = num_steps, .num_envs = num_envs, .length = length};
    PPO_ARENA_ADD(arena, &m->start, "rollout.start", collect, PPO_ROLE_SCRATCH, PPO_U8,
                  num_steps + 1, num_envs);
    PPO_ARENA_ADD(arena, &m->next_start, "memory.start", collect, PPO_ROLE_ENVIRONMENT, PPO_U8,
                  num_envs);
    ppo_arena_mark_envs(arena, 0);
    for (size_t net = 0; net < policy->num_nets; net++) {
        plan_pair(&m->now[net], m, "memory", net, PPO_ROLE_ENVIRONMENT, arena);
        plan_pair(&m->sequence[net], m, "rollout.memory", net, PPO_ROLE_SCRATCH, arena);
    }
    if (policy->shared)
        return;
    const size_t inputs = ppo_policy_trunk_outputs(policy, ppo_policy_critic_net(policy));
    PPO_ARENA_ADD(arena, &m->trunk, "rollout.trunk", bootstrap, PPO_ROLE_SCRATCH, PPO_F32,
                  num_steps + 1, num_envs, inputs);
    PPO_ARENA_ADD(arena, &m->final_trunk, "rollout.final_trunk", bootstrap, PPO_ROLE_SCRATCH,
                  PPO_F32, num_steps, num_envs, inputs);
}

void ppo_rollout_memory_start(ppo_rollout_memory *m)
{
    memset(m->next_start, 1, m->num_envs);
}

void ppo_rollout_memory_begin(ppo_rollout_memory *m)
{
    memcpy(m->start, m->next_start, m->num_envs);
}

void ppo_rollout_memory_end(ppo_rollout_memory *m)
{
    memcpy(m->next_start, m->start + m->num_steps * m->num_envs, m->num_envs);
}

ppo_memory ppo_rollout_memory_enter(ppo_rollout_memory *m, size_t net, size_t t, size_t first,
                                    size_t count)
{
    const ppo_memory now = ppo_policy_memory_at(m->policy, &m->now[net], first);
    ppo_policy_memory_clear(m->policy, &now, m->start + t * m->num_envs + first, count);
    if (t % m->length == 0) {
        const ppo_memory kept =
            ppo_policy_memory_at(m->policy, &m->sequence[net], t / m->length * m->num_envs + first);
        ppo_policy_memory_copy(m->policy, &kept, &now, count);
    }
    return now;
}

void ppo_rollout_memory_advance(ppo_rollout_memory *m, size_t t, size_t first, size_t count,
                                const uint8_t *terminated, const uint8_t *truncated)
{
    uint8_t *start = m->start + (t + 1) * m->num_envs;
    for (size_t n = first; n < first + count; n++)
        start[n] = terminated[n] || truncated[n];
}
