// SPDX-License-Identifier: MIT
// The bed for collecting: see collect_bed.h.
#include "unit/rl/support/collect_bed.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

static void must(ppo_status status, const ppo_error *error)
{
    if (status != PPO_OK)
        fail_msg("%s", error->message);
}

void collect_bed_create(collect_bed *bed, const ppo_config *config, const ppo_env_class *env)
{
    ppo_error e = {0};
    *bed = (collect_bed){.config = *config};
    must(ppo_agent_plan(&bed->agent, config, env, &bed->arena, &e), &e);
    must(ppo_pool_create(&bed->pool, config->threads, &e), &e);
    const ppo_vecenv_options options = {.num_envs = config->num_envs,
                                        .max_episode_steps = config->max_episode_steps,
                                        .frame_skip = config->frame_skip,
                                        .sticky_action_prob = config->sticky_action_prob,
                                        .clip_action = config->action_bound == PPO_ACTION_CLIP,
                                        .seed = config->seed};
    must(ppo_vecenv_create(&bed->vecenv, env, &options, &bed->arena, &e), &e);
    ppo_rollout_plan(&bed->rollout, config->num_steps, config->num_envs, &bed->agent.policy.input,
                     bed->agent.policy.dist.num_actions, &bed->arena);
    ppo_acting_scratch_plan(&bed->scratch, &bed->agent.policy, ppo_pool_size(bed->pool),
                            ppo_rollout_has_frames(&bed->rollout), &bed->arena);
    bed->bootstrap = (ppo_bootstrap){.agent = &bed->agent,
                                     .rollout = &bed->rollout,
                                     .pool = bed->pool,
                                     .scratch = &bed->scratch};
    const ppo_collect_parts parts = {.config = &bed->config,
                                     .agent = &bed->agent,
                                     .vecenv = bed->vecenv,
                                     .rollout = &bed->rollout,
                                     .bootstrap = &bed->bootstrap,
                                     .scratch = &bed->scratch,
                                     .pool = bed->pool};
    must(ppo_collect_create(&bed->collect, &parts, &bed->arena, &e), &e);
    ppo_reward_plan(&bed->reward, config, &bed->arena);
    ppo_episodes_plan(&bed->episodes, &bed->arena);
    must(ppo_arena_bind(&bed->arena, &e), &e);
    must(ppo_policy_init(&bed->agent.policy, config, &e), &e);
    if (bed->agent.policy.input.normalise)
        ppo_normalizer_init(&bed->agent.obs_norm);
    ppo_reward_start(&bed->reward);
    must(ppo_collect_start(bed->collect, &e), &e);
}

void collect_bed_release(collect_bed *bed)
{
    ppo_collect_destroy(bed->collect);
    ppo_vecenv_destroy(bed->vecenv);
    ppo_pool_destroy(bed->pool);
    ppo_arena_release(&bed->arena);
}

void collect_bed_run(collect_bed *bed, uint64_t iteration)
{
    ppo_error e = {0};
    must(ppo_collect_run(bed->collect, iteration * bed->config.num_steps, &e), &e);
    ppo_bootstrap_run(&bed->bootstrap);
    ppo_reward_run(&bed->reward, &bed->rollout);
    ppo_episodes_add_rollout(&bed->episodes, &bed->rollout);
}
