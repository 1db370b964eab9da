// SPDX-License-Identifier: MIT
// Parts of a check: init and release alone, and episodes of random actions. See check_parts.h.
#include "check/check_parts.h"

#define MAX_STEPS 2000 // of an episode

void ppo_check_lifecycle(ppo_check_child *c)
{
    ppo_probe p;
    ppo_probe_open(&p, c);
    ppo_probe_close(&p);
}

// What the episodes so far have shown.
typedef struct ppo_episode_summary {
    bool has_ended, has_changed;
    uint32_t num_episodes, num_lost;
    uint64_t steps, lost_steps;
} ppo_episode_summary;

// False if a call failed.
static bool play_episode(ppo_probe *p, ppo_episode_summary *summary, const uint64_t *seed,
                         uint64_t stream)
{
    if (!ppo_probe_reset(p, seed))
        return false;
    const uint64_t first_obs = ppo_check_hash(p->obs.data, p->obs.size);
    for (uint32_t step = 0; step < MAX_STEPS && !ppo_probe_has_ended(p); step++) {
        ppo_probe_draw_action(p, stream, step);
        if (!ppo_probe_step(p))
            return false;
        summary->steps++;
        summary->lost_steps += ppo_probe_transition(p)->lost;
        if (ppo_check_hash(p->obs.data, p->obs.size) != first_obs)
            summary->has_changed = true;
    }
    summary->has_ended = summary->has_ended || ppo_probe_has_ended(p);
    summary->num_episodes++;
    summary->num_lost += ppo_probe_transition(p)->lost;
    return true;
}

void ppo_check_episodes(ppo_check_child *c)
{
    ppo_episode_summary summary = {.steps = 0};
    ppo_probe p;
    bool going = ppo_probe_open(&p, c);
    for (uint32_t e = 0; going && e < c->options.episodes; e++)
        going = play_episode(&p, &summary, e == 0 ? &c->options.seed : NULL, e);
    ppo_probe_close(&p);
    if (going && !summary.has_ended && c->env->max_episode_steps == 0)
        ppo_check_add_finding(c, PPO_FINDING_NEVER_ENDS,
                              "%u episodes of %d steps; max_episode_steps sets a limit",
                              c->options.episodes, MAX_STEPS);
    if (going && summary.num_lost == summary.num_episodes &&
        (summary.num_episodes > 1 || summary.lost_steps == summary.steps))
        ppo_check_add_finding(c, PPO_FINDING_ALWAYS_LOST, "%u episodes, %llu steps",
                              summary.num_episodes, (unsigned long long)summary.steps);
    if (going && !summary.has_changed && summary.steps >= 10)
        ppo_check_add_finding(c, PPO_FINDING_OBS_CONSTANT, "in %llu steps",
                              (unsigned long long)summary.steps);
}
