// SPDX-License-Identifier: MIT
// Every setting of a run, under CleanRL's names, as one open value.
//
// Fill it with `ppo_config_defaults`, change fields directly or by name (`ppo_config_set`, which
// also knows Stable-Baselines3's names), then `ppo_config_check`. A trainer copies it; once
// checked it never changes. What varies during training (learning rate, clip range, entropy
// coefficient) is evaluated from the schedules here at each iteration.
#ifndef PPO_CONFIG_H
#define PPO_CONFIG_H

#include "ppo/env_options.h"

#ifdef __cplusplus
extern "C" {
#endif

#define PPO_MAX_LAYERS          8
#define PPO_MAX_SCHEDULE_POINTS 8
#define PPO_TEXT_SIZE           256 // of ids and paths: at most 255 bytes, longer ones are refused
#define PPO_MAX_OPTIONS         128

typedef enum ppo_activation { PPO_ACTIVATION_TANH, PPO_ACTIVATION_RELU } ppo_activation;

typedef enum ppo_network_kind {
    PPO_NETWORK_AUTO, // nature_cnn for images (uint8 boxes of rank 2 and 3), mlp otherwise
    PPO_NETWORK_MLP,
    PPO_NETWORK_NATURE_CNN, // Mnih et al. 2015: three convolutions, one linear layer of 512
    PPO_NETWORK_IMPALA_CNN, // Espeholt et al. 2018: three residual stages, one linear layer of 256
} ppo_network_kind;

// What a network remembers from step to step of an episode, between its hidden layers and its
// heads.
typedef enum ppo_memory_kind {
    PPO_MEMORY_NONE,
    PPO_MEMORY_LSTM, // Hochreiter & Schmidhuber 1997, with the forget gate of Gers et al. 2000
    PPO_MEMORY_GRU,  // Cho et al. 2014, its reset gate after the product, as PyTorch has it
} ppo_memory_kind;

// Arithmetic of convolutional networks. Weights, gradients and the optimiser are fp32 always.
typedef enum ppo_precision {
    PPO_PRECISION_FP32,
    PPO_PRECISION_BF16, // products of numbers rounded to bfloat16, added up in fp32
} ppo_precision;

// What steps the environments; the results are the same bit for bit.
typedef enum ppo_workers {
    PPO_WORKERS_THREAD,
    PPO_WORKERS_PROCESS, // an environment that crashes ends its worker, which is replaced
} ppo_workers;

// Samples over which advantages are normalised to zero mean and unit standard deviation.
typedef enum ppo_norm_adv {
    PPO_NORM_ADV_MINIBATCH, // CleanRL, Stable-Baselines3
    PPO_NORM_ADV_BATCH,     // once over the whole rollout
    PPO_NORM_ADV_OFF,
} ppo_norm_adv;

// Where a Gaussian policy's standard deviation comes from.
typedef enum ppo_std_source {
    PPO_STD_PARAMETER, // one trained log standard deviation per action
    PPO_STD_EXP,       // exp of additional network outputs, so dependent on the state
    PPO_STD_SIGMOID,   // sigmoid of additional network outputs, so at most 1
} ppo_std_source;

// How a Gaussian action is brought within the environment's bounds.
typedef enum ppo_action_bound {
    PPO_ACTION_CLIP, // clipped to [low, high] before the step; density of the unclipped action
    PPO_ACTION_TANH, // squashed by tanh and scaled to [low, high], with the exact density
    PPO_ACTION_RAW,  // passed on as it is
} ppo_action_bound;

// File format of the films that are made while training.
typedef enum ppo_video_format {
    PPO_VIDEO_GIF, // also shown in TensorBoard
    PPO_VIDEO_MP4,
} ppo_video_format;

typedef enum ppo_schedule_kind {
    PPO_SCHEDULE_CONSTANT,
    PPO_SCHEDULE_LINEAR,    // from 1 to 0 over the run
    PPO_SCHEDULE_COSINE,    // half a cosine from 1 to 0 over the run
    PPO_SCHEDULE_PIECEWISE, // straight lines between points
} ppo_schedule_kind;

// A factor in [0, inf) as a function of progress in [0, 1]; multiplies a base value. As text:
// "constant", "linear", "cosine", or points "0:1,0.5:0.3,1:0" with rising progress.
typedef struct ppo_schedule {
    ppo_schedule_kind kind;
    uint32_t num_points;
    double progress[PPO_MAX_SCHEDULE_POINTS];
    double factor[PPO_MAX_SCHEDULE_POINTS];
} ppo_schedule;

// Widths of hidden layers; as text "64,64".
typedef struct ppo_widths {
    uint32_t count;
    uint32_t width[PPO_MAX_LAYERS];
} ppo_widths;

// Who set an option last.
typedef enum ppo_set_by {
    PPO_SET_BY_DEFAULTS, // ppo_config_defaults
    PPO_SET_BY_YAML,     // a preset, ppo_config_load or ppo_config_parse
    PPO_SET_BY_NAME,     // ppo_config_set
} ppo_set_by;

typedef struct ppo_config {
    size_t struct_size; // sizeof(ppo_config), set by ppo_config_defaults; other sizes are refused

    // Task
    char env_id[PPO_TEXT_SIZE]; // environment id, e.g. "CartPole-v1"
    uint64_t seed;
    uint64_t total_timesteps; // environment steps over all environments

    // Environments
    uint32_t num_envs;          // N, stepped together; environment n is seeded with seed + n
    uint32_t max_episode_steps; // time limit in steps; 0: the environment's own
    uint32_t frame_skip;        // steps that each action is repeated for; rewards are added up
    double sticky_action_prob;  // chance that the previous action is repeated instead
    uint32_t frame_stack;       // frames that the policy gets together
    double clip_reward;         // rewards clipped to [-c, c] for learning; 0: off
    bool norm_obs;              // observations to zero mean, unit variance, running estimate;
                                // images are scaled by their bounds instead
    double norm_obs_clip;       // then clipped to [-c, c]
    bool norm_reward;           // rewards over the running standard deviation of the return
    double norm_reward_clip;    // then clipped to [-c, c]
    ppo_action_bound action_bound;

    // Atari: preprocessing of the games' screens, as in Gymnasium's AtariPreprocessing and the
    // DeepMind wrappers (env/atari/atari_env.h)
    uint32_t noop_max;          // most frames without action at an episode's beginning
    bool max_pool;              // maximum of a step's last two frames
    bool grayscale;             // otherwise red, green, blue
    uint32_t screen_size;       // height and width; 0: the whole screen
    bool fire_reset;            // press FIRE at an episode's beginning
    bool terminal_on_life_loss; // a lost life ends an episode, the game goes on
    uint32_t game_mode;         // as in ALE; 0: the game's default
    uint32_t difficulty;        // bit 0: left switch, bit 1: right
    bool full_action_space;     // all legal actions, not the minimal set

    // Lunar landers (ppo_box2d_options)
    bool enable_wind;
    double wind_power;       // N
    double turbulence_power; // Nm
    double gravity;          // m/s^2, (-12, 0)

    // TMaze (ppo_classic_options)
    uint32_t tmaze_length; // steps from the sign to the junction

    // Gymnasium: environments in Python, gym:ID (docs/gymnasium.md)
    char env_kwargs[PPO_TEXT_SIZE]; // of gymnasium.make, as a JSON object; "": none

    // Networks
    ppo_network_kind network;
    uint32_t cnn_features;   // of each picture of a tuple or dict; a multiple of 16, of 64 in bf16
    ppo_widths hidden_sizes; // actor, or shared trunk
    ppo_widths critic_hidden_sizes; // critic; empty: like hidden_sizes
    ppo_activation activation;
    bool shared_network;     // one trunk with two heads instead of two networks
    ppo_memory_kind memory;  // of each network
    uint32_t memory_size;    // H, its units
    ppo_precision precision; // of convolutional networks
    double hidden_gain;      // gains of the orthogonal initialisation
    double actor_gain;
    double critic_gain;
    ppo_std_source std_source;
    double log_std_init; // initial log standard deviation, or bias of the outputs that give it

    // PPO
    uint32_t num_steps;       // T, steps per environment and iteration
    uint32_t sequence_length; // L, with memory: steps that gradients flow back; 0: num_steps
    uint32_t num_minibatches; // per epoch; used if minibatch_size is 0
    uint32_t minibatch_size;  // M; 0: num_envs * num_steps / num_minibatches, rounded up
    uint32_t shards;          // S, a power of two: environments in S equal groups, minibatches of S
                              // equal parts, each of one group's samples
    uint32_t update_epochs;
    double gamma;
    double gae_lambda;
    ppo_norm_adv norm_adv;
    double clip_coef;
    ppo_schedule clip_schedule;
    bool clip_vloss;
    double ent_coef;
    ppo_schedule ent_schedule;
    double vf_coef;
    double max_grad_norm; // global norm; 0: no clipping
    double target_kl;     // stop the iteration's epochs once approx_kl exceeds it; 0: off

    // Optimiser (Adam)
    double learning_rate;
    ppo_schedule lr_schedule;
    bool separate_optimizers;    // actor and critic each with its own Adam and gradient norm
    double critic_learning_rate; // 0: learning_rate; else needs separate_optimizers
    double adam_beta1;
    double adam_beta2;
    double adam_eps;

    // Progress
    bool stop_when_solved;   // stop once the mean of the last 100 training episodes is there
    double solved_return;    // NAN: the environment's reward threshold
    uint32_t eval_every;     // iterations between evaluations; 0: only at the end
    uint32_t eval_episodes;  // episodes of each evaluation
    uint64_t eval_seed;      // first seed of the evaluation environments
    uint32_t eval_max_steps; // steps after which an episode of an evaluation is cut off
    bool eval_deterministic; // evaluate with the mode of the policy instead of samples

    // Run: nothing here changes a single bit of the result, but for the device's own rounding
    char run_dir[PPO_TEXT_SIZE]; // "" : runs/<env>/seed-<seed>
    char rom_dir[PPO_TEXT_SIZE]; // cartridges, looked for here first; "": the usual places
    char python[PPO_TEXT_SIZE];  // of gym:ID; a program, or the folder of a virtual environment
    ppo_workers workers;         // what steps the environments
    uint32_t num_workers; // with processes: how many; 0: one per environment, up to one per core
    double env_timeout;   // with processes: seconds that a step may take; 0: any number
    uint32_t threads;     // worker threads, the caller included; 0: as many as cores and work allow
    char device[PPO_TEXT_SIZE];   // of convolutional networks: "cpu", "gpu", "gpu:1", "auto"
    double checkpoint_interval_s; // seconds between checkpoints; 0: after each iteration
    bool tensorboard;             // write an event file, where the build can (see ppo/run.h)
    uint64_t video_every;         // environment steps between films of an episode; 0: none
    uint32_t video_steps;         // steps of the agent in a film; 0: the whole episode
    ppo_video_format video_format;

    uint8_t set_by[PPO_MAX_OPTIONS]; // private: see ppo_option_set_by
} ppo_config;

// All settings at the option table's defaults; env_id empty.
PPO_API void ppo_config_defaults(ppo_config *config);

// Defaults, then the preset of this name if there is one ("CartPole-v1"; "seeds/cartpole" sets the
// environment itself).
PPO_API ppo_status ppo_config_for_env(ppo_config *config, const char *env_id, ppo_error *error);

// Sets one setting by name from text. Names: the field's ("clip_coef", dashes allowed) or an alias
// ("clip_range"). Fails with PPO_INVALID: unknown name (the message says the nearest), text of
// the wrong type, value out of range (the message says the range). The config is unchanged on
// failure.
PPO_API ppo_status ppo_config_set(ppo_config *config, const char *name, const char *text,
                                  ppo_error *error);

// Reads settings from a YAML mapping of name: value over those in `config`. A message names file,
// line and key. An `env_id` in the file does not load that environment's preset.
PPO_API ppo_status ppo_config_load(ppo_config *config, const char *path, ppo_error *error);

// The same from text in memory; `label` stands for the path in messages.
PPO_API ppo_status ppo_config_parse(ppo_config *config, const char *yaml, size_t size,
                                    const char *label, ppo_error *error);

// Checks what single ranges can't: combinations of settings. Names the keys in conflict.
PPO_API ppo_status ppo_config_check(const ppo_config *config, ppo_error *error);

// Writes all settings as YAML, with a comment per group, to a buffer of `size` bytes. Returns the
// bytes needed without the terminating zero, like snprintf.
PPO_API size_t ppo_config_format(const ppo_config *config, char *text, size_t size);

// One row of the option table, for help, completion and documentation.
typedef struct ppo_option {
    const char *name;         // field name, e.g. "clip_coef"
    const char *group;        // "Task", "Environments", "Networks", "PPO", ...
    const char *type;         // "integer", "number", "true|false", "text", "widths", "schedule",
                              // or the choices of an enumeration: "tanh|relu"
    const char *default_text; // e.g. "0.2"
    const char *range;        // e.g. "[0, 1]"; "" if any value will do
    const char *aliases;      // space-separated, e.g. "clip_range"; may be ""
    const char *help;         // one sentence
    bool changes_result;      // false for the Run group: free to differ when resuming
    bool is_common;           // one of the few that short help pages show
} ppo_option;

PPO_API size_t ppo_option_count(void);
PPO_API ppo_option ppo_option_at(size_t index);

// The value of the index-th option as text, in the form that ppo_config_set takes.
PPO_API size_t ppo_option_format(const ppo_config *config, size_t index, char *text, size_t size);

// Whether the index-th option has the same value in both: compared as values, so that "1e3" equals
// "1000" and "none" equals "none".
PPO_API bool ppo_option_equal(const ppo_config *a, const ppo_config *b, size_t index);

// Who set the index-th option last. A field that was assigned directly keeps its earlier entry.
PPO_API ppo_set_by ppo_option_set_by(const ppo_config *config, size_t index);

// What to do instead of an option that other programs have and this one lacks, such as "save_freq"
// (dashes allowed): a sentence, which messages of ppo_config_set contain; NULL if there is none.
PPO_API const char *ppo_option_hint(const char *name);

// The presets that are built in: names as for ppo_preset_find.
PPO_API size_t ppo_preset_count(void);
PPO_API const char *ppo_preset_name_at(size_t index);

// YAML text of a preset ("seeds/cartpole", "rally"; case doesn't count); NULL if there is none.
PPO_API const char *ppo_preset_find(const char *name);

// The preset that an environment starts from: its own ("CartPole-v1"), or "atari" for a game
// without one; NULL if there is none.
PPO_API const char *ppo_preset_for_env(const char *env_id);

// What is derived from a config: the batch of N * T samples and how an epoch cuts it.
PPO_API uint64_t ppo_config_batch_size(const ppo_config *config);
PPO_API uint32_t ppo_config_minibatch_size(const ppo_config *config);  // of all but the last
PPO_API uint32_t ppo_config_sequence_length(const ppo_config *config); // L; 1 without memory
PPO_API uint64_t ppo_config_num_iterations(const ppo_config *config);  // rounded up

// The first seed of episodes that neither training nor its evaluations have seen. It lies far above
// eval_seed: on the seeds that have chosen the best agent this looks better than it is.
PPO_API uint64_t ppo_config_fresh_seed(const ppo_config *config);

// The options that ppo_env_open takes; their texts stay in `config`.
PPO_API ppo_env_options ppo_config_env_options(const ppo_config *config);

#ifdef __cplusplus
}
#endif

#endif
