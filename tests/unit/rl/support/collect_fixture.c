// SPDX-License-Identifier: MIT
// The fixture for collecting: see collect_fixture.h.
#include "unit/rl/support/collect_fixture.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

static void must(ppo_status status, const ppo_error *error)
{
    if (status != PPO_OK)
        fail_msg("%s", error->message);
}

void collect_fixture_create(collect_fixture *fixture, const ppo_config *config,
                            const ppo_env_class *env)
{
    ppo_error e = {0};
    *fixture = (collect_fixture){.config = *config};
    must(ppo_agent_plan(&fixture->agent, config, env, &fixture->arena, &e), &e);
    must(ppo_pool_create(&fixture->pool, config->threads, &e), &e);
    const ppo_vecenv_options options = {.num_envs = config->num_envs,
                                        .max_episode_steps = config->max_episode_steps,
                                        .frame_skip = config->frame_skip,
                                        .sticky_action_prob = config->sticky_action_prob,
                                        .clip_action = config->action_bound == PPO_ACTION_CLIP,
                                        .seed = config->seed};
    must(ppo_vecenv_create(&fixture->vecenv, env, &options, &fixture->arena, &e), &e);
    ppo_rollout_plan(&fixture->rollout, config->num_steps, config->num_envs,
                     &fixture->agent.policy.input, fixture->agent.policy.dist.num_actions,
                     &fixture->arena);
    if (env->action_mask)
        ppo_rollout_plan_masks(&fixture->rollout, fixture->agent.policy.dist.mask_width,
                               &fixture->arena);
    if (ppo_policy_has_memory(&fixture->agent.policy))
        ppo_rollout_plan_memory(&fixture->rollout, &fixture->agent.policy,
                                ppo_config_sequence_length(config), &fixture->arena);
    ppo_acting_scratch_plan(&fixture->scratch, &fixture->agent.policy, ppo_pool_size(fixture->pool),
                            ppo_rollout_has_frames(&fixture->rollout), &fixture->arena);
    fixture->bootstrap = (ppo_bootstrap){.agent = &fixture->agent,
                                         .rollout = &fixture->rollout,
                                         .pool = fixture->pool,
                                         .scratch = &fixture->scratch};
    const ppo_collect_parts parts = {.config = &fixture->config,
                                     .agent = &fixture->agent,
                                     .vecenv = fixture->vecenv,
                                     .rollout = &fixture->rollout,
                                     .bootstrap = &fixture->bootstrap,
                                     .scratch = &fixture->scratch,
                                     .pool = fixture->pool};
    must(ppo_collect_create(&fixture->collect, &parts, &fixture->arena, &e), &e);
    ppo_reward_plan(&fixture->reward, config, &ppo_shards_one, &fixture->arena);
    ppo_episodes_plan(&fixture->episodes, &fixture->arena);
    must(ppo_arena_bind(&fixture->arena, &e), &e);
    must(ppo_policy_init(&fixture->agent.policy, config, &e), &e);
    if (fixture->agent.policy.input.normalise)
        ppo_normalizer_init(&fixture->agent.obs_norm);
    ppo_reward_start(&fixture->reward);
    must(ppo_collect_start(fixture->collect, &e), &e);
}

void collect_fixture_release(collect_fixture *fixture)
{
    ppo_collect_destroy(fixture->collect);
    ppo_vecenv_destroy(fixture->vecenv);
    ppo_pool_destroy(fixture->pool);
    ppo_agent_release(&fixture->agent);
    ppo_arena_release(&fixture->arena);
}

void collect_fixture_run(collect_fixture *fixture, uint64_t iteration)
{
    ppo_error e = {0};
    must(ppo_collect_run(fixture->collect, iteration * fixture->config.num_steps, &e), &e);
    ppo_bootstrap_run(&fixture->bootstrap);
    ppo_reward_run(&fixture->reward, &fixture->rollout);
    ppo_episodes_add_rollout(&fixture->episodes, &fixture->rollout);
}
