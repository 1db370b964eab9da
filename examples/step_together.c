// SPDX-License-Identifier: MIT
// Environments side by side in a program of one's own, stepped together into its arrays; no
// learning.
//
//     ./step_together [ENV] [NUM_ENVS] [SEED] [STEPS] [RUN]
//
// Actions are chosen by the agent of RUN, a run directory; without one every environment takes the
// same action, the first of a choice or a box's zeroes. Prints a line for each finished episode.
#include <stdio.h>
#include <stdlib.h>

#include "ppo/ppo.h"

typedef struct arrays {
    void *action;
    ppo_vec_rows rows;
} arrays;

// A row per environment; what is not wanted (final observations, say) stays NULL.
static ppo_status take(arrays *a, const ppo_vec *vec)
{
    const size_t n = ppo_vec_config(vec)->num_envs, stack = ppo_vec_config(vec)->frame_stack;
    const ppo_env_class *env = ppo_vec_env(vec);
    ppo_vec_rows_init(&a->rows);
    a->action = calloc(n, ppo_space_bytes(&env->action_space));
    a->rows.observation = calloc(n * stack, ppo_space_bytes(&env->observation_space));
    a->rows.terminated = calloc(n, 1);
    a->rows.truncated = calloc(n, 1);
    a->rows.episode_return = calloc(n, sizeof(double));
    a->rows.episode_length = calloc(n, sizeof(uint32_t));
    return a->action && a->rows.observation && a->rows.terminated && a->rows.truncated &&
                   a->rows.episode_return && a->rows.episode_length
               ? PPO_OK
               : PPO_NO_MEMORY;
}

static void give_back(arrays *a)
{
    free(a->action);
    free(a->rows.observation);
    free(a->rows.terminated);
    free(a->rows.truncated);
    free(a->rows.episode_return);
    free(a->rows.episode_length);
}

static ppo_status play(ppo_vec *vec, ppo_actor *actor, arrays *a, int steps, ppo_error *error)
{
    ppo_act_options options;
    ppo_act_options_defaults(&options);
    options.deterministic = true;
    options.masks = ppo_vec_action_mask(vec);
    const size_t n = ppo_vec_config(vec)->num_envs;
    ppo_status status = ppo_vec_reset(vec, NULL, a->rows.observation, error);
    for (int t = 0; status == PPO_OK && t < steps; t++) {
        if (actor)
            status = ppo_actor_act(actor, a->action, a->rows.observation, n, &options, error);
        if (status == PPO_OK)
            status = ppo_vec_step(vec, a->action, &a->rows, error);
        for (size_t i = 0; status == PPO_OK && i < n; i++)
            if ((a->rows.terminated[i] || a->rows.truncated[i]) && a->rows.episode_length[i])
                printf("step %d environment %zu return %.17g length %u%s\n", t, i,
                       a->rows.episode_return[i], a->rows.episode_length[i],
                       a->rows.truncated[i] ? " truncated" : "");
    }
    return status;
}

int main(int argc, char **argv)
{
    ppo_error error = {0};
    ppo_config config;
    ppo_vec *vec = NULL;
    ppo_agent *agent = NULL;
    ppo_actor *actor = NULL;
    arrays a = {0};
    ppo_config_defaults(&config);
    ppo_status status = PPO_OK;
    if (argc > 5)
        status = ppo_agent_load(&agent, argv[5], NULL, &error);
    if (status == PPO_OK && agent)
        status = ppo_actor_create(&actor, agent, &error);
    if (agent) // frame skip, frame stack, ... as in training
        config = *ppo_agent_config(agent);
    if (status == PPO_OK)
        status = ppo_config_set(&config, "env_id", argc > 1 ? argv[1] : "CartPole-v1", &error);
    if (status == PPO_OK)
        status = ppo_config_set(&config, "num_envs", argc > 2 ? argv[2] : "4", &error);
    if (status == PPO_OK)
        status = ppo_config_set(&config, "seed", argc > 3 ? argv[3] : "1", &error);
    if (status == PPO_OK)
        status = ppo_vec_create(&vec, &config, NULL, &error);
    if (status == PPO_OK)
        status = take(&a, vec);
    if (status == PPO_OK)
        status = play(vec, actor, &a, argc > 4 ? atoi(argv[4]) : 100, &error);
    if (status != PPO_OK)
        fprintf(stderr, "%s\n", error.message[0] ? error.message : ppo_status_text(status));
    give_back(&a);
    ppo_vec_destroy(vec);
    ppo_actor_destroy(actor);
    ppo_agent_destroy(agent);
    return (int)status;
}
