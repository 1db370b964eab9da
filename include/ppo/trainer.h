// SPDX-License-Identifier: MIT
// The trainer: PPO on one environment class, one iteration at a time (Schulman et al. 2017).
//
//     ppo_config config;
//     ppo_stats stats;
//     ppo_stats_init(&stats);
//     ppo_config_for_env(&config, "CartPole-v1", &error);
//     ppo_trainer *trainer;
//     ppo_trainer_create(&trainer, &config, NULL, &error);
//     while (!ppo_trainer_done(trainer) && ppo_trainer_step(trainer, &stats, &error) == PPO_OK)
//         printf("%g\n", stats.return_mean);
//     ppo_trainer_destroy(trainer);
//
// All memory is taken at creation; stepping allocates nothing. The parameters after k iterations
// depend on the config and the environment alone, not on `threads`, timing or interruptions.
//
// Threads: different trainers may be used by different threads at once; one trainer is used by one
// thread at a time.
#ifndef PPO_TRAINER_H
#define PPO_TRAINER_H

#include "ppo/config.h"
#include "ppo/ranks.h"

#include <string.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct ppo_trainer ppo_trainer;
typedef struct ppo_agent ppo_agent;

// What one iteration did. Means of losses are over all minibatches of the iteration. A caller sets
// struct_size (ppo_stats_init); the library writes no more than that.
typedef struct ppo_stats {
    size_t struct_size;   // sizeof(ppo_stats); the struct may grow at its end
    uint64_t iteration;   // iterations done, this one included
    uint64_t global_step; // environment steps done, over all environments

    uint64_t episodes;      // training episodes finished so far
    uint64_t episodes_lost; // those that were cut off because their environment broke down
    double return_mean;     // over the last 100 training episodes, rewards as the environment gave
    double length_mean;     // them; NAN before the first episode's end

    double learning_rate; // as used in this iteration
    double critic_learning_rate;
    double clip_coef;
    double ent_coef;

    double loss;               // policy_loss - ent_coef * entropy + vf_coef * value_loss
    double policy_loss;        // Schulman et al. 2017, eq. 7, negated
    double value_loss;         // 0.5 * mean squared error, clipped if clip_vloss
    double entropy;            // mean, nats
    double old_approx_kl;      // mean of -log r
    double approx_kl;          // mean of (r - 1) - log r (Schulman 2020)
    double clip_fraction;      // share of samples with |r - 1| > clip_coef
    double explained_variance; // 1 - Var[return - value] / Var[return], of the rollout
    double grad_norm;          // before clipping
    double std_mean;           // mean standard deviation of a Gaussian policy; NAN otherwise
    uint32_t epochs;           // epochs done; fewer than update_epochs if target_kl was reached

    double collect_seconds; // wall clock; the only fields that differ between equal runs
    double update_seconds;
} ppo_stats;

static inline void ppo_stats_init(ppo_stats *stats)
{
    memset(stats, 0, sizeof *stats);
    stats->struct_size = sizeof *stats;
}

// The result of playing episodes; struct_size as in ppo_stats.
typedef struct ppo_evaluation {
    size_t struct_size; // sizeof(ppo_evaluation); the struct may grow at its end
    uint32_t episodes;  // that were played; 0: there was no evaluation
    double return_mean;
    double return_std; // over episodes, population
    double return_min;
    double return_max;
    double length_mean;
    uint32_t episodes_cut;  // of `episodes`, those that were cut off after max_steps
    uint32_t episodes_lost; // asked for, but lost with their environment; in none of the above
} ppo_evaluation;

static inline void ppo_evaluation_init(ppo_evaluation *evaluation)
{
    memset(evaluation, 0, sizeof *evaluation);
    evaluation->struct_size = sizeof *evaluation;
}

// All zero but struct_size: what ppo_trainer_options_defaults sets.
typedef struct ppo_trainer_options {
    size_t struct_size;       // sizeof(ppo_trainer_options); the struct may grow at its end
    const ppo_env_class *env; // to train on, which must outlive the trainer; NULL: the class that
                              // config->env_id names
    const char *worker_log;   // a file in a folder that exists, to which the output of worker
                              // processes (config->workers) is appended; NULL: it goes where the
                              // caller's own output goes
    ppo_ranks *ranks;         // the processes that share this training, each of which makes a
                              // trainer with the same config; must outlive it. NULL: this one alone
} ppo_trainer_options;

static inline void ppo_trainer_options_defaults(ppo_trainer_options *options)
{
    memset(options, 0, sizeof *options);
    options->struct_size = sizeof *options;
}

// Creates a trainer; *trainer is NULL on failure. The config is checked and copied. `options` NULL:
// the defaults.
PPO_API ppo_status ppo_trainer_create(ppo_trainer **trainer, const ppo_config *config,
                                      const ppo_trainer_options *options, ppo_error *error);

// Frees everything; NULL is allowed.
PPO_API void ppo_trainer_destroy(ppo_trainer *trainer);

// One iteration: schedule, collect, bootstrap, rewards, advantages, update, stats. `stats` may be
// NULL. After PPO_NUMERIC (a value was not finite) or PPO_ENV_FAILED the parameters are those of
// the last good update; the trainer can be evaluated, or loaded from a checkpoint, but not saved:
// it stands in the middle of an iteration.
PPO_API ppo_status ppo_trainer_step(ppo_trainer *trainer, ppo_stats *stats, ppo_error *error);

// True once total_timesteps are done or, with stop_when_solved, the run is solved.
PPO_API bool ppo_trainer_done(const ppo_trainer *trainer);

// True if the mean return of the last 100 training episodes has reached the solved return.
PPO_API bool ppo_trainer_solved(const ppo_trainer *trainer);

// The return that counts as solved: solved_return, else the environment's; NAN if neither.
PPO_API double ppo_trainer_solved_return(const ppo_trainer *trainer);

PPO_API const ppo_config *ppo_trainer_config(const ppo_trainer *trainer);
PPO_API const ppo_env_class *ppo_trainer_env(const ppo_trainer *trainer);

// The last iteration's stats; after loading a checkpoint, those of the checkpoint's iteration.
PPO_API const ppo_stats *ppo_trainer_stats(const ppo_trainer *trainer);

// The policy in training, for acting and evaluating between iterations. Owned by the trainer.
PPO_API const ppo_agent *ppo_trainer_agent(const ppo_trainer *trainer);

// Plays config.eval_episodes episodes in environments of its own, seeded eval_seed, eval_seed + 1,
// ..., each of at most eval_max_steps: the training environments and random streams are not
// touched. Fails like ppo_agent_evaluate; the trainer can go on after it. Several ranks share the
// episodes: all call it, and all get the same.
PPO_API ppo_status ppo_trainer_evaluate(const ppo_trainer *trainer, ppo_evaluation *evaluation,
                                        ppo_error *error);

// A function that evaluations, and the films of a run, ask after each step of theirs; once it
// returns true they are abandoned with PPO_STOPPED. It may be a flag that a signal handler sets.
// NULL: none.
PPO_API void ppo_trainer_set_interrupt(ppo_trainer *trainer, bool (*is_requested)(void *context),
                                       void *context);

// A hash of the parameters' names, shapes and bits (XXH3, 64 bits).
PPO_API uint64_t ppo_trainer_hash(const ppo_trainer *trainer);

// Floating-point operations of the networks in one full iteration (2 per multiply-add; forward for
// acting and values, forward and backward for the update; element-wise work not counted).
PPO_API double ppo_trainer_flops(const ppo_trainer *trainer);

// How many worker processes have died since the trainer was made (config.workers), and, if there
// were any, a sentence about the last one: which worker and environments, how it ended, when.
// `last` may be NULL. A dead worker is replaced; each of its environments begins a fresh episode.
PPO_API uint64_t ppo_trainer_workers_lost(const ppo_trainer *trainer, ppo_error *last);

// What a device has been given to do.
typedef struct ppo_device_work {
    uint64_t launches;   // of kernels
    uint64_t bytes_to;   // over the bus
    uint64_t bytes_from; // over the bus
    uint64_t waits;      // for what comes back
} ppo_device_work;

// The device that computes the networks (config->device). Returns false, and zeros, if the
// processor computes them.
typedef struct ppo_device_info {
    char name[PPO_TEXT_SIZE]; // with platform and driver
    uint64_t memory_bytes;    // of the device, held now
    uint64_t buffers_made;    // pieces of it that were ever taken
    uint64_t minibatches;     // of the last iteration,
    ppo_device_work work;     // and what they have given the device to do
} ppo_device_info;
PPO_API bool ppo_trainer_device(const ppo_trainer *trainer, ppo_device_info *info);

// The planned buffers, in order. Any pointer may be NULL. Returns false past the last one.
typedef struct ppo_buffer_info {
    const char *name;
    const char *owner; // function that computes it
    ppo_dtype dtype;
    uint32_t rank;
    uint64_t shape[PPO_MAX_RANK];
    uint64_t bytes;
    bool in_checkpoint;
} ppo_buffer_info;
PPO_API bool ppo_trainer_buffer(const ppo_trainer *trainer, size_t index, ppo_buffer_info *info);

#ifdef __cplusplus
}
#endif

#endif
