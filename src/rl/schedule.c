// SPDX-License-Identifier: MIT
// Schedules. Owns nothing.
#include "rl/schedule.h"

#include <math.h>

static double piecewise(const ppo_schedule *s, double progress)
{
    for (uint32_t i = 1; i < s->num_points; i++)
        if (progress <= s->progress[i]) {
            const double span = s->progress[i] - s->progress[i - 1];
            const double share = (progress - s->progress[i - 1]) / span;
            return s->factor[i - 1] + share * (s->factor[i] - s->factor[i - 1]);
        }
    return s->num_points ? s->factor[s->num_points - 1] : 1.0;
}

double ppo_schedule_eval(const ppo_schedule *schedule, double progress)
{
    switch (schedule->kind) {
    case PPO_SCHEDULE_CONSTANT:
        return 1.0;
    case PPO_SCHEDULE_LINEAR:
        return 1.0 - progress;
    case PPO_SCHEDULE_COSINE:
        return 0.5 * (1.0 + cos(3.141592653589793 * progress));
    case PPO_SCHEDULE_PIECEWISE:
        return piecewise(schedule, progress);
    }
    return 1.0;
}

ppo_step_params ppo_schedule_step(const ppo_config *config, uint64_t iteration)
{
    const double whole = (double)ppo_config_num_iterations(config);
    const double progress = whole > 0.0 ? fmin((double)iteration / whole, 1.0) : 0.0;
    const double lr_factor = ppo_schedule_eval(&config->lr_schedule, progress);
    const double critic_lr =
        config->critic_learning_rate > 0.0 ? config->critic_learning_rate : config->learning_rate;
    return (ppo_step_params){
        .lr = config->learning_rate * lr_factor,
        .critic_lr = critic_lr * lr_factor,
        .clip_coef = config->clip_coef * ppo_schedule_eval(&config->clip_schedule, progress),
        .ent_coef = config->ent_coef * ppo_schedule_eval(&config->ent_schedule, progress)};
}
