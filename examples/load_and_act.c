// SPDX-License-Identifier: MIT
// A trained policy inside a program of one's own: load it, feed it observations, act.
//
//     ppo train CartPole-v1 && ./load_and_act runs/CartPole-v1/seed-1
//
// Without an argument a policy is trained first, for half a second, and kept in memory.
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "ppo/ppo.h"

// One episode in an environment that this program steps itself. An agent from CartPole sees four
// floats and answers with one int32; other environments' sizes are in their class.
static ppo_status play(double *episode_return, const ppo_agent *agent, ppo_actor *actor,
                       uint64_t seed, ppo_error *error)
{
    ppo_act_options options;
    ppo_act_options_defaults(&options);
    options.deterministic = true;
    const ppo_env_class *env = ppo_agent_env(agent);
    void *game = aligned_alloc(64, (env->instance_size + 63) / 64 * 64);
    void *observation = calloc(1, ppo_space_bytes(&env->observation_space));
    void *action = calloc(1, ppo_space_bytes(&env->action_space));
    ppo_transition transition = {0};
    ppo_status status = game && observation && action ? PPO_OK : PPO_NO_MEMORY;
    if (status == PPO_OK) {
        for (size_t i = 0; i < env->instance_size; i++)
            ((char *)game)[i] = 0; // instances start out zeroed
        status = env->init ? env->init(game, env->context, error) : PPO_OK;
    }
    if (status == PPO_OK)
        status = env->reset(game, &seed, observation, error);
    *episode_return = 0.0;
    for (uint32_t t = 0; status == PPO_OK && t < env->max_episode_steps && !transition.terminated;
         t++) {
        transition = (ppo_transition){0};
        status = ppo_actor_act(actor, action, observation, 1, &options, error);
        if (status == PPO_OK)
            status = env->step(game, action, observation, &transition, error);
        *episode_return += transition.reward;
    }
    if (game && env->release)
        env->release(game);
    free(action);
    free(observation);
    free(game);
    return status;
}

// An agent may be shared by threads; each of them needs an actor.
static ppo_status play_some(const ppo_agent *agent, ppo_error *error)
{
    ppo_actor *actor;
    ppo_status status = ppo_actor_create(&actor, agent, error);
    for (uint64_t seed = 100; status == PPO_OK && seed < 105; seed++) {
        double episode_return;
        status = play(&episode_return, agent, actor, seed, error);
        if (status == PPO_OK)
            printf("seed %d: return %.1f\n", (int)seed, episode_return);
    }
    ppo_actor_destroy(actor);
    return status;
}

static ppo_status train(ppo_trainer **trainer, ppo_error *error)
{
    ppo_config config;
    ppo_status status = ppo_config_for_env(&config, "CartPole-v1", error);
    config.total_timesteps = 50000;
    if (status == PPO_OK)
        status = ppo_trainer_create(trainer, &config, NULL, error);
    while (status == PPO_OK && !ppo_trainer_done(*trainer))
        status = ppo_trainer_step(*trainer, NULL, error);
    return status;
}

int main(int argc, char **argv)
{
    ppo_error error = {0};
    ppo_trainer *trainer = NULL;
    ppo_agent *agent = NULL; // one's own, if loaded; the trainer's otherwise
    ppo_status status;
    if (argc > 1)
        status = ppo_agent_load(&agent, argv[1], NULL, &error);
    else
        status = train(&trainer, &error);
    if (status == PPO_OK)
        status = play_some(agent ? agent : ppo_trainer_agent(trainer), &error);
    if (status != PPO_OK)
        fprintf(stderr, "%s\n", error.message[0] ? error.message : ppo_status_text(status));
    ppo_agent_destroy(agent);
    ppo_trainer_destroy(trainer);
    return (int)status;
}
