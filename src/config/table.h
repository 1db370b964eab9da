// SPDX-License-Identifier: MIT
// The one list of options: a row per field of ppo_config. Defaults, names on the command line and
// in YAML, ranges, help and the written config.yaml all come from these rows; to add an option, add
// a field to ppo_config and a row here.
//
// Workload: some fifty rows, looked up by linear search a few times per run.
// Not here: reading and writing a value (value.c), YAML (parse.c, format.c), combinations
// (config_check.c).
#ifndef PPO_CONFIG_TABLE_H
#define PPO_CONFIG_TABLE_H

#include "config/option_row.h"

// clang-format off

// X(field, group, kind, default, limits, aliases, changes_result, help), in the order of ppo_config.
// Limits are written with the macros of table.c. Aliases are separated by spaces.
#define PPO_OPTIONS(X)                                                                             \
    X(env_id, "Task", TEXT, "", ANY_TEXT, "env env_name task", true,                               \
      "Environment id, as listed by ppo envs.")                                                    \
    X(seed, "Task", U64, "1", ANY_U64, "", true,                                                   \
      "Seed of all randomness; the same seed gives the same bits.")                                \
    X(total_timesteps, "Task", U64, "500000", BETWEEN(1, 1e15),                                    \
      "n_timesteps total_steps max_timesteps", true,                                               \
      "Environment steps to train for, counted over all environments.")                            \
                                                                                                   \
    X(num_envs, "Environments", U32, "8", BETWEEN(1, 1e6), "n_envs", true,                         \
      "Environments stepped together.")                                                            \
    X(max_episode_steps, "Environments", U32, "0", BETWEEN(0, 1e9), "time_limit", true,            \
      "Time limit of an episode in steps; 0 keeps the environment's own.")                         \
    X(frame_skip, "Environments", U32, "1", BETWEEN(1, 1000), "frameskip", true,                   \
      "How often each action is repeated, with the rewards added up.")                             \
    X(sticky_action_prob, "Environments", F64, "0", BETWEEN(0, 1), "repeat_action_probability",    \
      true, "Probability that the previous action is repeated instead of the chosen one.")         \
    X(frame_stack, "Environments", U32, "1", BETWEEN(1, 16), "n_stack num_stack", true,            \
      "Frames that the policy gets together: the latest observation and those before it. An "      \
      "episode begins with its first frame repeated.")                                             \
    X(clip_reward, "Environments", F64, "0", AT_LEAST(0), "", true,                                \
      "Rewards are clipped to [-c, c] for learning; 0 turns clipping off.")                        \
    X(norm_obs, "Environments", BOOL, "true", ANY_BOOL, "normalize_obs", true,                     \
      "Normalise observations by a running mean and variance. Images are always scaled by their "  \
      "bounds instead.")                                                                           \
    X(norm_obs_clip, "Environments", F64, "10", ABOVE(0), "clip_obs", true,                        \
      "Normalised observations are clipped to [-c, c].")                                           \
    X(norm_reward, "Environments", BOOL, "true", ANY_BOOL, "normalize_reward", true,               \
      "Divide rewards by the running standard deviation of the discounted return.")                \
    X(norm_reward_clip, "Environments", F64, "10", ABOVE(0), "", true,                             \
      "Normalised rewards are clipped to [-c, c].")                                                \
    X(action_bound, "Environments", ENUM, "clip", CHOICES("clip|tanh|raw"), "", true,              \
      "How a continuous action is brought within its bounds: clip, tanh, or raw (not at all).")    \
                                                                                                   \
    X(noop_max, "Atari", U32, "30", BETWEEN(0, 1000), "", true,                                    \
      "An episode begins with a random number of frames without action, at most this many.")       \
    X(max_pool, "Atari", BOOL, "true", ANY_BOOL, "", true,                                         \
      "Observe the pixelwise maximum of a step's last two frames, so that objects that "           \
      "flicker stay visible.")                                                                     \
    X(grayscale, "Atari", BOOL, "true", ANY_BOOL, "grayscale_obs", true,                           \
      "Observe luminance (one channel) instead of red, green and blue.")                           \
    X(screen_size, "Atari", U32, "84", BETWEEN(0, 210), "", true,                                  \
      "Height and width that the screen is scaled to; 0 keeps its own size.")                      \
    X(fire_reset, "Atari", BOOL, "false", ANY_BOOL, "", true,                                      \
      "Press FIRE at the beginning of an episode, in games that need it to start.")                \
    X(terminal_on_life_loss, "Atari", BOOL, "false", ANY_BOOL, "episodic_life episode_life", true, \
      "A lost life ends an episode for learning, while the game continues; it empties the memory " \
      "too, if the policy has one.")                       \
    X(game_mode, "Atari", U32, "0", BETWEEN(0, 5100), "mode", true,                                \
      "Mode of the game, as ALE numbers it; 0 is the game's default.")                             \
    X(difficulty, "Atari", U32, "0", BETWEEN(0, 3), "", true,                                      \
      "Difficulty switches: 1 the left one, 2 the right one, 3 both.")                             \
    X(full_action_space, "Atari", BOOL, "false", ANY_BOOL, "", true,                               \
      "All 18 actions of the console instead of those that matter in the game.")                   \
                                                                                                   \
    X(enable_wind, "Lander", BOOL, "false", ANY_BOOL, "", true,                                    \
      "Let wind push and turn the lander until it touches the ground.")                            \
    X(wind_power, "Lander", F64, "15", BETWEEN(0, 1000), "", true,                                 \
      "Largest force of the wind in N; Gymnasium recommends at most 20.")                          \
    X(turbulence_power, "Lander", F64, "1.5", BETWEEN(0, 1000), "", true,                          \
      "Largest torque of the wind in Nm; Gymnasium recommends at most 2.")                         \
    X(gravity, "Lander", F64, "-10", INSIDE(-12, 0), "", true,                                     \
      "Gravity on the moon in m/s^2.")                                                             \
                                                                                                   \
    X(tmaze_length, "TMaze", U32, "10", BETWEEN(1, 1e6), "", true,                                 \
      "Steps of the corridor between the sign, seen once, and the junction.")                      \
                                                                                                   \
    X(env_kwargs, "Gymnasium", TEXT, "", ANY_TEXT, "env_kwarg", true,                              \
      "Keyword arguments of gymnasium.make for gym:ID, as a JSON object: {\"gravity\": 9.8}.")     \
                                                                                                   \
    X(network, "Networks", ENUM, "auto", CHOICES("auto|mlp|nature_cnn|impala_cnn"), "", true,      \
      "Kind of network; auto means nature_cnn for images and mlp for everything else.")            \
    X(cnn_features, "Networks", U32, "256", BETWEEN(16, 65536), "cnn_output_dim", true,            \
      "Outputs of the convolutional network of each picture in observations of several parts.")    \
    X(hidden_sizes, "Networks", WIDTHS, "64,64", BETWEEN(1, 65536), "net_arch", true,              \
      "Widths of the hidden layers of the actor, or of the shared trunk.")                         \
    X(critic_hidden_sizes, "Networks", WIDTHS, "", BETWEEN(1, 65536), "", true,                    \
      "Widths of the critic's hidden layers; empty means those of hidden_sizes.")                  \
    X(activation, "Networks", ENUM, "tanh", CHOICES("tanh|relu"), "activation_fn", true,           \
      "Activation between the hidden layers.")                                                     \
    X(shared_network, "Networks", BOOL, "false", ANY_BOOL, "", true,                               \
      "One trunk with two heads instead of two separate networks.")                                \
    X(memory, "Networks", ENUM, "none", CHOICES("none|lstm|gru"), "recurrent rnn rnn_type", true,  \
      "What the networks remember within an episode, in a cell between hidden layers and heads.")  \
    X(memory_size, "Networks", U32, "128", BETWEEN(1, 65536),                                      \
      "lstm_hidden_size rnn_hidden_size rnn_size hidden_state_size", true,                         \
      "Units of the memory.")                                                                      \
    X(precision, "Networks", ENUM, "fp32", CHOICES("fp32|bf16"), "", true,                         \
      "Arithmetic of convolutional networks: bf16 multiplies numbers rounded to 8 bits and keeps " \
      "parameters and sums in fp32; it needs oneDNN and a processor with AVX512_BF16 or AMX. "     \
      "Perceptrons compute in fp32 in any case.")                                                 \
    X(hidden_gain, "Networks", F64, "1.4142135623730951", AT_LEAST(0), "", true,                   \
      "Gain of the hidden layers' orthogonal initialisation; the default is sqrt(2).")             \
    X(actor_gain, "Networks", F64, "0.01", AT_LEAST(0), "", true,                                  \
      "Gain of the policy head's orthogonal initialisation.")                                      \
    X(critic_gain, "Networks", F64, "1", AT_LEAST(0), "", true,                                    \
      "Gain of the value head's orthogonal initialisation.")                                       \
    X(std_source, "Networks", ENUM, "parameter", CHOICES("parameter|exp|sigmoid"), "", true,       \
      "Standard deviation of a continuous policy: trained parameters, or network outputs through " \
      "exp or sigmoid.")                                                                           \
    X(log_std_init, "Networks", F64, "0", BETWEEN(-20, 20), "", true,                              \
      "Initial logarithm of the standard deviation, or the bias of the outputs that give it.")     \
                                                                                                   \
    X(num_steps, "PPO", U32, "128", BETWEEN(1, 1e9), "n_steps", true,                              \
      "Steps per environment in each iteration.")                                                  \
    X(sequence_length, "PPO", U32, "0", BETWEEN(0, 1e9),                                           \
      "bptt_horizon seq_len max_seq_len", true,                                                    \
      "With memory: steps that are learnt from as one sequence, through which gradients flow "     \
      "back; it divides num_steps, and 0 means num_steps.")                                        \
    X(num_minibatches, "PPO", U32, "16", BETWEEN(1, 1e9), "", true,                                \
      "Minibatches per epoch, if minibatch_size is 0.")                                            \
    X(minibatch_size, "PPO", U32, "0", BETWEEN(0, 2147483648), "batch_size", true,                 \
      "Samples in a minibatch; 0 divides the batch by num_minibatches.")                           \
    X(shards, "PPO", U32, "1", BETWEEN(1, 32768), "num_shards", true,                              \
      "Equal groups that environments are cut into, each with its part of every minibatch: what "  \
      "several machines can share out. A power of two.")                                           \
    X(update_epochs, "PPO", U32, "10", BETWEEN(1, 1e6), "n_epochs num_epochs epochs", true,        \
      "Passes over the batch in each iteration.")                                                  \
    X(gamma, "PPO", F64, "0.995", BETWEEN(0, 1), "discount", true,                                 \
      "Discount factor.")                                                                          \
    X(gae_lambda, "PPO", F64, "0.95", BETWEEN(0, 1), "lambda lam", true,                           \
      "Lambda of the generalised advantage estimation.")                                           \
    X(norm_adv, "PPO", ENUM, "minibatch", CHOICES("minibatch|batch|off"), "", true,                \
      "Samples over which advantages are normalised to zero mean and unit standard deviation.")    \
    X(clip_coef, "PPO", F64, "0.2", ABOVE(0), "clip_range clip_eps clip_param", true,              \
      "The policy ratio is clipped to [1 - c, 1 + c].")                                            \
    X(clip_schedule, "PPO", SCHEDULE, "constant", ANY_SCHEDULE, "", true,                          \
      "Factor on clip_coef over the run.")                                                         \
    X(clip_vloss, "PPO", BOOL, "false", ANY_BOOL, "", true,                                        \
      "Clip the value loss too, within clip_coef of the old value.")                               \
    X(ent_coef, "PPO", F64, "0.01", AT_LEAST(0), "entropy_coef", true,                             \
      "Weight of the entropy bonus.")                                                              \
    X(ent_schedule, "PPO", SCHEDULE, "linear", ANY_SCHEDULE, "", true,                             \
      "Factor on ent_coef over the run.")                                                          \
    X(vf_coef, "PPO", F64, "0.5", AT_LEAST(0), "value_coef", true,                                 \
      "Weight of the value loss.")                                                                 \
    X(max_grad_norm, "PPO", F64, "0.5", AT_LEAST(0), "", true,                                     \
      "Global gradient norm above which gradients are scaled down; 0 turns it off.")               \
    X(target_kl, "PPO", F64, "0", AT_LEAST(0), "", true,                                           \
      "Stop an iteration's epochs once approx_kl exceeds this; 0 turns it off.")                   \
                                                                                                   \
    X(learning_rate, "Optimiser", F64, "0.0005", AT_LEAST(0), "lr actor_learning_rate actor_lr",   \
      true, "Adam's learning rate.")                                                               \
    X(lr_schedule, "Optimiser", SCHEDULE, "linear", ANY_SCHEDULE, "", true,                        \
      "Factor on the learning rates over the run.")                                                \
    X(separate_optimizers, "Optimiser", BOOL, "false", ANY_BOOL, "separate_optimisers", true,      \
      "Give actor and critic each its own Adam and gradient norm.")                                \
    X(critic_learning_rate, "Optimiser", F64, "0", AT_LEAST(0), "critic_lr vf_lr", true,           \
      "The critic's learning rate with separate_optimizers; 0 means learning_rate.")               \
    X(adam_beta1, "Optimiser", F64, "0.9", BELOW(0, 1), "", true,                                  \
      "Adam's decay of the mean of gradients.")                                                    \
    X(adam_beta2, "Optimiser", F64, "0.999", BELOW(0, 1), "", true,                                \
      "Adam's decay of the mean of squared gradients.")                                            \
    X(adam_eps, "Optimiser", F64, "1.0e-5", ABOVE(0), "adam_epsilon", true,                        \
      "Adam's epsilon.")                                                                           \
                                                                                                   \
    X(stop_when_solved, "Progress", BOOL, "false", ANY_BOOL, "", true,                             \
      "Stop once the mean of the last 100 training episodes has reached the solved return.")       \
    X(solved_return, "Progress", F64, "none", NUMBER_OR_NONE, "reward_threshold", true,            \
      "Mean return that counts as solved; none means the environment's own threshold.")            \
    X(eval_every, "Progress", U32, "10", BETWEEN(0, 1e9), "", true,                                \
      "Iterations between evaluations; 0 evaluates only at the end.")                              \
    X(eval_episodes, "Progress", U32, "20", BETWEEN(1, 1e6), "n_eval_episodes", true,              \
      "Episodes of each evaluation.")                                                              \
    X(eval_seed, "Progress", U64, "10000", ANY_U64, "", true,                                      \
      "Seed of the first evaluation episode; each further one counts up from it.")                 \
    X(eval_max_steps, "Progress", U32, "108000", BETWEEN(1, 1e9), "", true,                       \
      "Environment steps after which an episode of an evaluation is cut off and counts as it is.") \
    X(eval_deterministic, "Progress", BOOL, "true", ANY_BOOL, "deterministic", true,               \
      "Evaluate with the mode of the policy instead of samples.")                                  \
                                                                                                   \
    X(run_dir, "Run", TEXT, "", ANY_TEXT, "", false,                                               \
      "Folder of the run; empty means runs/<env>/seed-<seed>.")                                    \
    X(rom_dir, "Run", TEXT, "", ANY_TEXT, "", false,                                               \
      "Folder of Atari cartridges, searched before PPO_ROM_DIR and the usual places.")             \
    X(python, "Run", TEXT, "python3", ANY_TEXT, "", false,                                         \
      "Python that runs gym:ID: a program, or the folder of a virtual environment.")               \
    X(workers, "Run", ENUM, "thread", CHOICES("thread|process"), "", false,                        \
      "What steps the environments: worker threads, or worker processes.")                         \
    X(num_workers, "Run", U32, "0", BETWEEN(0, 1024), "", false,                                   \
      "Worker processes with workers process; 0 means one per environment, up to one per core.")   \
    X(env_timeout, "Run", F64, "60", BETWEEN(0, 1e6), "", false,                                   \
      "Seconds that one step or reset of an environment may take in a worker process before the "  \
      "process is killed and replaced; 0 means no limit.")                                         \
    X(threads, "Run", U32, "0", BETWEEN(0, 1024), "num_threads n_threads", false,                  \
      "Worker threads; 0 means one per core, but no more than there is work for.")                 \
    X(device, "Run", TEXT, "cpu", ANY_TEXT, "", false,                                        \
      "What computes convolutional networks: cpu, gpu or gpu:1 (of those that ppo doctor lists), " \
      "or auto, a graphics processor if there is one. A resumed run may go on on another one.")    \
    X(checkpoint_interval_s, "Run", F64, "10", AT_LEAST(0), "", false,                             \
      "Seconds between checkpoints; 0 writes one after each iteration.")                           \
    X(tensorboard, "Run", BOOL, "true", ANY_BOOL, "", false,                        \
      "Write an event file for TensorBoard, if this build can.")                                   \
    X(video_every, "Run", U64, "0", ANY_U64, "", false,                                            \
      "Film an episode into videos/ every so many environment steps and at the end; 0 turns it "   \
      "off.")                                                                                      \
    X(video_steps, "Run", U32, "1000", BETWEEN(0, 1e9), "", false,                                 \
      "Steps of the agent after which such a film ends; 0 films the whole episode, "               \
      "up to eval_max_steps.")                                                                     \
    X(video_format, "Run", ENUM, "gif", CHOICES("gif|mp4"), "", false,                             \
      "File format of such films; GIFs are also shown in TensorBoard.")

// Switches of other programs that are true or false where this option has more choices:
// X(alias, our field, text for true, text for false).
#define PPO_SWITCHES(X)                                                                            \
    X(anneal_lr, lr_schedule, "linear", "constant")                                                \
    X(norm_adv, norm_adv, "minibatch", "off")                                                      \
    X(normalize_advantage, norm_adv, "minibatch", "off")                                           \
    X(squash_output, action_bound, "tanh", "clip")                                                 \
    X(use_rnn, memory, "lstm", "none")                                                             \
    X(use_lstm, memory, "lstm", "none")

// Foreign names that have no counterpart here, with what to do instead: X(name, sentence).
#define PPO_HINTS(X)                                                                               \
    X(steps, "set total_timesteps for the length of the run, num_steps for that of an iteration")  \
    X(track, "metrics are kept in progress.csv and in an event file for TensorBoard")              \
    X(wandb, "metrics are kept in progress.csv and in an event file for TensorBoard")              \
    X(render, "set video_every to film while training, or watch the agent with 'ppo watch RUN'")   \
    X(render_mode, "set video_every to film while training, or watch it with 'ppo watch RUN'")     \
    X(capture_video, "set video_every to film while training, or film with 'ppo eval --video'")    \
    X(verbose, "progress is shown unless the command line says --quiet")                           \
    X(progress, "progress is shown unless the command line says --quiet")                          \
    X(save_freq, "set checkpoint_interval_s instead, which counts seconds")                        \
    X(save_model, "the best agent and the last checkpoint are always saved")                       \
    X(tensorboard_log, "the event file lies in run_dir; tensorboard false turns it off")           \
    X(log_dir, "set run_dir instead")                                                              \
    X(exp_name, "set run_dir instead")                                                             \
    X(algo, "the algorithm is PPO")                                                                \
    X(vec_env, "set workers instead: thread or process")                                           \
    X(clip_range_vf, "the value loss is clipped by clip_vloss true or false, within clip_coef")    \
    X(normalize, "set norm_obs and norm_reward instead")                                           \
    X(eval_freq, "set eval_every instead, which counts iterations, not steps")                     \
    X(num_iterations, "it follows from total_timesteps, num_envs and num_steps")                   \
    X(num_updates, "it follows from total_timesteps, num_envs and num_steps")                      \
    X(policy, "set hidden_sizes and activation instead")                                           \
    X(policy_kwargs, "set hidden_sizes, activation and log_std_init instead")                      \
    X(use_sde, "set std_source instead for a standard deviation that depends on the state")        \
    X(n_lstm_layers, "a memory is one layer of memory_size units")                                \
    X(shared_lstm, "set shared_network instead: a shared network has one memory")                  \
    X(enable_critic_lstm, "set shared_network instead: separate networks have a memory each")      \
    X(lstm_kwargs, "set memory and memory_size instead")                                           \
    X(cuda, "set device to gpu or auto instead")                                                   \
    X(torch_deterministic, "every run here is deterministic")

// The options that short help pages show.
#define PPO_COMMON_OPTIONS(X)                                                                      \
    X(seed)                                                                                        \
    X(total_timesteps)                                                                             \
    X(num_envs)                                                                                    \
    X(num_steps)                                                                                   \
    X(learning_rate)                                                                               \
    X(gamma)                                                                                       \
    X(ent_coef)                                                                                    \
    X(hidden_sizes)                                                                                \
    X(norm_obs)                                                                                    \
    X(run_dir)

// clang-format on

// The index of each row.
typedef enum ppo_option_index {
#define PPO_OPTION_INDEX(name, ...) PPO_OPTION_##name,
    PPO_OPTIONS(PPO_OPTION_INDEX)
#undef PPO_OPTION_INDEX
        PPO_OPTION_COUNT
} ppo_option_index;

extern const ppo_option_row ppo_option_rows[PPO_OPTION_COUNT];

// Finds the option that `name` means (a field's name, an alias or a switch of another program;
// dashes count as underscores). `*text` is the value as given and becomes the value for that
// option, which differs for a switch. PPO_INVALID if there is no such option; the message says the
// nearest name.
ppo_status ppo_option_resolve(ppo_option_index *index, const char **text, const char *name,
                              ppo_error *error);

// Reads `text` into the index-th field and records who set it. On failure the config is unchanged;
// the message starts with the field's name.
ppo_status ppo_option_store(ppo_config *config, ppo_option_index index, const char *text,
                            ppo_set_by set_by, ppo_error *error);

// PPO_INVALID if `config` was not filled by ppo_config_defaults of this version's header.
ppo_status ppo_config_check_size(const ppo_config *config, ppo_error *error);

#endif
