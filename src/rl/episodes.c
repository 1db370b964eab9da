// SPDX-License-Identifier: MIT
// A ring of finished episodes, as rows of the arena.
#include "rl/episodes.h"

#include <math.h>

void ppo_episodes_plan(ppo_episodes *episodes, ppo_arena *arena)
{
    const char *owner = "ppo_episodes_add_rollout";
    PPO_ARENA_ADD(arena, &episodes->returns, "episodes.returns", owner, PPO_ROLE_COUNTER, PPO_F64,
                  PPO_RECENT_EPISODES);
    PPO_ARENA_ADD(arena, &episodes->lengths, "episodes.lengths", owner, PPO_ROLE_COUNTER, PPO_F64,
                  PPO_RECENT_EPISODES);
    PPO_ARENA_ADD(arena, &episodes->count, "episodes.count", owner, PPO_ROLE_COUNTER, PPO_U64, 1);
    PPO_ARENA_ADD(arena, &episodes->lost_in_row, "episodes.lost_in_row", owner, PPO_ROLE_COUNTER,
                  PPO_U64, 1);
    PPO_ARENA_ADD(arena, &episodes->num_lost, "episodes.num_lost", "ppo_episodes_add_rollout",
                  PPO_ROLE_COUNTER, PPO_U64, 1);
}

void ppo_episodes_add(ppo_episodes *episodes, double episode_return, double length)
{
    *episodes->lost_in_row = 0;
    const size_t place = (size_t)(episodes->count[0]++ % PPO_RECENT_EPISODES);
    episodes->returns[place] = episode_return;
    episodes->lengths[place] = length;
}

void ppo_episodes_add_rollout(ppo_episodes *episodes, const ppo_rollout *r)
{
    for (size_t i = 0; i < r->num_steps * r->num_envs; i++)
        if (r->lost[i]) {
            ++*episodes->num_lost;
            ++*episodes->lost_in_row;
        } else if ((r->terminated[i] || r->truncated[i]) && r->episode_length[i] > 0) {
            ppo_episodes_add(episodes, r->episode_return[i], (double)r->episode_length[i]);
        }
}

static double mean_of(const double *ring, uint64_t count)
{
    const size_t used = count < PPO_RECENT_EPISODES ? (size_t)count : PPO_RECENT_EPISODES;
    double sum = 0.0;
    for (size_t i = 0; i < used; i++)
        sum += ring[i];
    return used ? sum / (double)used : (double)NAN;
}

double ppo_episodes_return_mean(const ppo_episodes *episodes)
{
    return mean_of(episodes->returns, episodes->count[0]);
}

double ppo_episodes_length_mean(const ppo_episodes *episodes)
{
    return mean_of(episodes->lengths, episodes->count[0]);
}
