// SPDX-License-Identifier: MIT
// A ring of finished episodes, as rows of the arena.
#include "rl/episodes.h"

#include <math.h>
#include <string.h>

#define NO_PLACE UINT64_MAX

void ppo_episodes_plan(ppo_episodes *episodes, ppo_arena *arena)
{
    const char *owner = "ppo_episodes_add_rollout";
    *episodes = (ppo_episodes){.shards = NULL};
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

void ppo_episodes_plan_ranks(ppo_episodes *episodes, const ppo_shards *shards, size_t batch,
                             ppo_arena *arena)
{
    const char *owner = "ppo_episodes_add_rollout";
    const size_t size = shards->count / shards->num;
    if (!shards->ranks)
        return;
    episodes->shards = shards;
    PPO_ARENA_ADD(arena, &episodes->own, "episodes.own", owner, PPO_ROLE_SCRATCH, PPO_U8, batch,
                  sizeof *episodes->own);
    PPO_ARENA_ADD(arena, &episodes->all, "episodes.all", owner, PPO_ROLE_SCRATCH, PPO_U8, size,
                  batch, sizeof *episodes->all);
    PPO_ARENA_ADD(arena, &episodes->taken, "episodes.taken", owner, PPO_ROLE_SCRATCH, PPO_U64,
                  size);
}

void ppo_episodes_add(ppo_episodes *episodes, double episode_return, double length)
{
    *episodes->lost_in_row = 0;
    const size_t place = (size_t)(episodes->count[0]++ % PPO_RECENT_EPISODES);
    episodes->returns[place] = episode_return;
    episodes->lengths[place] = length;
}

static void add_end(ppo_episodes *episodes, const ppo_episode_end *end)
{
    if (end->is_lost) {
        ++*episodes->num_lost;
        ++*episodes->lost_in_row;
    } else {
        ppo_episodes_add(episodes, end->episode_return, (double)end->length);
    }
}

// Whether an episode ended with sample i of the rollout, and how.
static bool find_end(ppo_episode_end *end, const ppo_rollout *r, size_t i)
{
    *end = (ppo_episode_end){.place = i,
                             .episode_return = r->episode_return[i],
                             .length = r->episode_length[i],
                             .is_lost = r->lost[i]};
    return r->lost[i] || ((r->terminated[i] || r->truncated[i]) && r->episode_length[i] > 0);
}

// own: the ends in this rank's rollout, by their places among those of all ranks.
static size_t list_own(ppo_episodes *episodes, const ppo_rollout *r)
{
    const size_t ranks = episodes->shards->count / episodes->shards->num;
    const size_t num_envs = r->num_envs * ranks;
    const size_t first = ppo_shards_begin(episodes->shards, num_envs);
    size_t count = 0;
    for (size_t i = 0; i < r->num_steps * r->num_envs; i++)
        if (find_end(&episodes->own[count], r, i))
            episodes->own[count++].place = i / r->num_envs * num_envs + first + i % r->num_envs;
    return count;
}

// The rank whose next end comes first; `size` if there are no more. Lists are padded with places
// that no end has.
static size_t find_next(const ppo_episodes *episodes, size_t size, size_t most)
{
    size_t found = size;
    uint64_t place = NO_PLACE;
    for (size_t rank = 0; rank < size; rank++) {
        const uint64_t taken = episodes->taken[rank];
        const uint64_t here = taken < most ? episodes->all[rank * most + taken].place : NO_PLACE;
        if (here < place) {
            place = here;
            found = rank;
        }
    }
    return found;
}

// Every rank's ends, in one order.
static void add_of_all_ranks(ppo_episodes *episodes, const ppo_rollout *r)
{
    ppo_ranks *ranks = episodes->shards->ranks;
    const size_t rank = ppo_ranks_rank(ranks), size = ppo_ranks_size(ranks);
    const uint64_t count = list_own(episodes, r);
    size_t most = 0;
    episodes->taken[rank] = count;
    ppo_ranks_gather(ranks, episodes->taken, sizeof *episodes->taken);
    for (size_t i = 0; i < size; i++)
        most = episodes->taken[i] > most ? (size_t)episodes->taken[i] : most;
    for (size_t i = 0; i < most; i++) {
        ppo_episode_end *end = &episodes->all[rank * most + i];
        *end = i < count ? episodes->own[i] : (ppo_episode_end){.place = NO_PLACE};
    }
    ppo_ranks_gather(ranks, episodes->all, most * sizeof *episodes->all);
    if (ppo_ranks_check(ranks, NULL) != PPO_OK)
        return;
    memset(episodes->taken, 0, size * sizeof *episodes->taken);
    for (size_t next = find_next(episodes, size, most); next < size;
         next = find_next(episodes, size, most))
        add_end(episodes, &episodes->all[next * most + episodes->taken[next]++]);
}

void ppo_episodes_add_rollout(ppo_episodes *episodes, const ppo_rollout *r)
{
    ppo_episode_end end;
    if (episodes->shards) {
        add_of_all_ranks(episodes, r);
        return;
    }
    for (size_t i = 0; i < r->num_steps * r->num_envs; i++)
        if (find_end(&end, r, i))
            add_end(episodes, &end);
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
