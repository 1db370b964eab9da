// SPDX-License-Identifier: MIT
// The table of commands, with every text of theirs that help pages and the manual show.
#include "cli/commands.h"

#include <string.h>

#include "ppo/ppo.h"
#include "core/nearest.h"

#define ROW_HELP                                       \
    {                                                  \
        CLI_FLAG_HELP, "help", NULL, "Show this page." \
    }
#define ROW_PYTHON                                                                                \
    {                                                                                             \
        CLI_FLAG_PYTHON, "python", "PATH",                                                        \
            "The Python of gym:ID, or its virtual environment. Default: what the run remembers, " \
            "python3."                                                                            \
    }
#define ROW_JSON                                                                      \
    {                                                                                 \
        CLI_FLAG_JSON, "json", NULL, "Print the result as one JSON object on stdout." \
    }
#define ROW_END                         \
    {                                   \
        CLI_NUM_FLAGS, NULL, NULL, NULL \
    }

static const cli_flag train_flags[] = {
    {CLI_FLAG_RESTART, "restart", NULL,
     "Start anew, replacing the files of a run that is already in the directory."},
    {CLI_FLAG_SEEDS, "seeds", "LIST",
     "Train several seeds side by side on the cores, e.g. 1-5 or 1,3,7. Each has a run directory "
     "of its own; --threads then says how many run at once."},
    {CLI_FLAG_EXPLAIN, "explain-config", NULL,
     "Show each setting and where its value comes from, and train nothing."},
    ROW_JSON,
    {CLI_FLAG_QUIET, "quiet", NULL,
     "No progress on stderr: only errors, and the result on stdout."},
    ROW_HELP,
    ROW_END,
};

static const cli_flag eval_flags[] = {
    {CLI_FLAG_EPISODES, "episodes", "N", "Episodes to play. Default: the run's eval_episodes."},
    {CLI_FLAG_SEED, "seed", "S",
     "The i-th episode is played in an environment seeded S + i. Default: the run's eval_seed."},
    {CLI_FLAG_STOCHASTIC, "stochastic", NULL,
     "Sample the actions, as in training, instead of taking the policy's mode."},
    {CLI_FLAG_VIDEO, "video", "FILE.mp4|FILE.gif|FOLDER/",
     "Film the first episode: each picture is a step of the agent. A name that ends in / is a "
     "folder of PNG files. Needs an environment that draws pictures."},
    {CLI_FLAG_VIDEO_STEPS, "video-steps", "N",
     "The film ends after N steps. Default: with the episode."},
    {CLI_FLAG_VIDEO_FPS, "video-fps", "F",
     "Pictures a second; at most 50 in a GIF. Default: as fast as the environment is meant to be."},
    {CLI_FLAG_VIDEO_SIZE, "video-size", "WxH|H",
     "Pixels of a picture; a height alone keeps the proportions. Atari's pictures grow by whole "
     "factors only. Default: the environment's own size."},
    {CLI_FLAG_VIDEO_OVERLAY, "video-overlay", NULL,
     "Write the step and the return so far onto the pictures."},
    ROW_PYTHON,
    ROW_JSON,
    ROW_HELP,
    ROW_END,
};

static const cli_flag watch_flags[] = {
    {CLI_FLAG_EPISODES, "episodes", "N", "Episodes to play. Default: until you have seen enough."},
    {CLI_FLAG_SEED, "seed", "S",
     "The i-th episode is played in an environment seeded S + i. Default: the run's eval_seed."},
    {CLI_FLAG_SCALE, "scale", "K",
     "The window's pictures are K times as large as the environment draws them; for Atari a whole "
     "number. Default: 1, for small pictures 2."},
    {CLI_FLAG_FPS, "fps", "F",
     "Steps a second. Default: as fast as the environment is meant to be."},
    {CLI_FLAG_STOCHASTIC, "stochastic", NULL,
     "Sample the actions, as in training, instead of taking the policy's mode."},
    {CLI_FLAG_RANDOM, "random", NULL,
     "Watch an environment, a preset or a YAML file rather than a run: an agent that has learnt "
     "nothing, whose actions are random."},
    {CLI_FLAG_TERMINAL, "terminal", NULL,
     "Play in the terminal, in 24-bit colours, also where there is a display."},
    ROW_HELP,
    ROW_END,
};

static const cli_flag plot_flags[] = {
    {CLI_FLAG_OUTPUT, "output", "FILE.png|FILE.svg|FILE.pdf",
     "Where the picture goes; -o for short. Default: curve.png, in the run's directory if there is "
     "one run."},
    {CLI_FLAG_X, "x", "steps|time",
     "What lies along the horizontal axis: environment steps, or the time that training took. "
     "Default: steps."},
    {CLI_FLAG_METRIC, "metric", "NAME",
     "What is drawn: a column of progress.csv, timing.csv or evaluations.csv; may be given several "
     "times. Default: rollout/ep_rew_mean and, where there are evaluations, their return_mean."},
    {CLI_FLAG_STATISTIC, "statistic", "mean|iqm|median",
     "What a curve of several runs shows; iqm is the interquartile mean. Default: mean."},
    {CLI_FLAG_BAND, "band", "range|std|interval|none",
     "What lies around it: from the least to the greatest, a standard deviation to both sides, or "
     "the 95 % bootstrap interval. Default: range."},
    {CLI_FLAG_SMOOTH, "smooth", "N", "Each point becomes the mean of the N around it."},
    {CLI_FLAG_TERMINAL, "terminal", NULL,
     "Draw in the terminal, as wide as it is. Writes a picture only if --output says where."},
    {CLI_FLAG_EACH, "each", NULL,
     "A curve for each run, also where they differ in the seed alone."},
    {CLI_FLAG_TITLE, "title", "TEXT", "The line above. Default: the environment."},
    ROW_HELP,
    ROW_END,
};

static const cli_flag check_flags[] = {
    {CLI_FLAG_EPISODES, "episodes", "N", "Episodes to play with random actions. Default: 5."},
    {CLI_FLAG_SEED, "seed", "S", "The seed of these episodes. Default: 1."},
    ROW_PYTHON,
    ROW_JSON,
    ROW_HELP,
    ROW_END,
};

static const cli_flag plain_flags[] = {ROW_JSON, ROW_HELP, ROW_END};

static const cli_flag info_flags[] = {
    {CLI_FLAG_MEMORY, "memory", "ENV|CONFIG",
     "List the buffers that training would take: name, shape, bytes, and who computes them."},
    ROW_JSON,
    ROW_HELP,
    ROW_END,
};

static const cli_flag bench_flags[] = {
    {CLI_FLAG_LEARNING, "learning", NULL,
     "Train the presets over many seeds and report how well the finished agents do."},
    {CLI_FLAG_SEEDS, "seeds", "LIST", "With --learning: the seeds. Default: 1-10."},
    {CLI_FLAG_THREADS, "threads", "N", "Threads to measure with. Default: all cores."},
    {CLI_FLAG_SECONDS, "seconds", "S", "About how long to measure. Default: 5."},
    {CLI_FLAG_NUM_ENVS, "num-envs", "N", "Instances stepped together; with env 64 by default."},
    ROW_JSON,
    ROW_HELP,
    ROW_END,
};

static const cli_flag hash_flags[] = {ROW_HELP, ROW_END};

static const cli_flag help_flags[] = {
    {CLI_FLAG_MAN, "man", NULL, "Print the manual page ppo(1) as troff."},
    {CLI_FLAG_COMPLETION, "completion", "bash|zsh|fish", "Print a completion script for a shell."},
    {CLI_FLAG_MARKDOWN, "options-markdown", NULL, "Print the training options as Markdown."},
    {CLI_FLAG_MARKDOWN, "markdown", NULL, "The same."},
    ROW_HELP,
    ROW_END,
};

static const cli_command command[] = {
    {"train", "ENV|CONFIG.yaml|PRESET|RUN [--OPTION VALUE ...]",
     "Train an agent, or go on with one",
     "Trains an agent and leaves a run directory. An environment id takes its preset's settings, "
     "a YAML file those of the file over the defaults, a preset's name those of the preset, a run "
     "directory those of that run; options on the command line come last.\n"
     "If the run directory holds an unfinished run of the same settings, training goes on where it "
     "stopped, to the same bits as if it had never been stopped. Ctrl-C finishes the iteration and "
     "writes a checkpoint; a second one stops at once.",
     "ppo train CartPole-v1  # the preset, into runs/CartPole-v1/seed-1\n"
     "ppo train Pendulum-v1 --seeds 1-5 --json  # five seeds side by side\n"
     "ppo train my.yaml --learning-rate 1e-3 --restart  # a file, one setting changed",
     train_flags, CLI_TASK, 1, 1, true, cli_cmd_train},
    {"eval", "RUN|FILE [--episodes N] [--seed S] [--video FILE]",
     "Play episodes with a trained agent, and film one",
     "Plays episodes with the best agent of a run, or with that of a checkpoint file, and reports "
     "the returns (rewards as the environment gives them).",
     "ppo eval runs/CartPole-v1/seed-1 --episodes 100  # the best agent of a run\n"
     "ppo eval runs/Rally/seed-1 --video rally.gif --video-steps 300  # twenty seconds of it",
     eval_flags, CLI_RUN, 1, 1, false, cli_cmd_eval},
    {"watch", "RUN|FILE [--episodes N] [--terminal]", "Watch an agent play, live",
     "Plays episodes with the best agent of a run, or with that of a checkpoint file, in a window; "
     "where there is no display, in the terminal. Space pauses, the right arrow goes one step, + "
     "and - change the speed, q or Esc ends it.",
     "ppo watch runs/CartPole-v1/seed-1\n"
     "ppo watch runs/Rally/seed-1 --scale 3 --stochastic  # a large window, actions sampled\n"
     "ppo watch runs/Pendulum-v1/seed-1 --terminal --episodes 2  # over a remote line\n"
     "ppo watch MountainCar-v0 --random  # before any training",
     watch_flags, CLI_RUN, 1, 1, false, cli_cmd_watch},
    {"plot", "RUN... [-o FILE]", "Draw learning curves",
     "Draws the learning curves of runs into a picture, and prints its name. Runs whose settings "
     "differ in the seed alone become one curve: by default the mean over them, in a band from the "
     "least to the greatest. A CSV file such as progress.csv may stand for a run.",
     "ppo plot runs/CartPole-v1/seed-1  # into its curve.png\n"
     "ppo plot runs/CartPole-v1/seed-* -o cartpole.svg  # mean and range over the seeds\n"
     "ppo plot runs/Rally/seed-1 --x time --metric train/entropy -o entropy.png\n"
     "ppo plot runs/CartPole-v1/seed-* --statistic iqm --band interval --smooth 5\n"
     "ppo plot runs/CartPole-v1/seed-1 --terminal",
     plot_flags, CLI_RUN, 1, 4096, false, cli_cmd_plot},
    {"envs", "[PLUGIN.so] [--json]", "List the environments",
     "Lists the built-in environments: observations, actions, time limit in steps, the average "
     "return that counts as solved, and whether there is a preset. Then the Atari games with their "
     "two ids: as they are, and with sticky actions; and whether their cartridges are here. With a "
     "plug-in, a shared object of one's own (docs/plugins.md): the environments that it has.",
     "ppo envs\n"
     "ppo envs ./libmygame.so  # those of a plug-in",
     plain_flags, CLI_TASK, 0, 1, false, cli_cmd_envs},
    {"check", "ENV [--episodes N] [--seed S]", "Find what is wrong with an environment",
     "Looks for what people get wrong: observations outside their space or not written, NaN, "
     "writes "
     "beyond a buffer, seeds that don't repeat, instances or threads that disturb each other, "
     "state "
     "that doesn't replay, masks that allow nothing, crashes, endless loops. The environment runs "
     "in "
     "processes of its own, its memory between guards. Exit code 8 if there are faults; warnings "
     "and "
     "notes alone give 0.",
     "ppo check ./libmygame.so  # a plug-in, see docs/plugins.md\n"
     "ppo check CartPole-v1 --episodes 100",
     check_flags, CLI_TASK, 1, 1, false, cli_cmd_check},
    {"info", "[RUN] [--memory ENV|CONFIG]", "Tell about this build, a run, or the memory needed",
     "Without an operand: how this program was built and what it runs on. With a run: its "
     "settings, how far it got, its best evaluation. With --memory: every buffer of a training.",
     "ppo info runs/CartPole-v1/seed-1\n"
     "ppo info --memory CartPole-v1 --num-envs 64  # options change the plan",
     info_flags, CLI_RUN, 0, 1, true, cli_cmd_info},
    {"doctor", "[--json]", "Tell what is here and what is missing",
     "Looks at this machine, at what this program was built with, at the parts that are loaded "
     "when they are needed (pictures, films, curves, windows: what each says, or why it can't be "
     "loaded), and for the cartridges of the Atari games: in PPO_ROM_DIR and the usual places, by "
     "content. Says where each was found, and by which MD5 a missing one would be known.",
     "ppo doctor\n"
     "PPO_ROM_DIR=~/roms ppo doctor  # looks there first",
     plain_flags, CLI_NOTHING, 0, 0, false, cli_cmd_doctor},
    {"bench", "NAME | --learning [TASK ...]", "Measure speed or learning",
     "Names: peak (fused multiply-adds of this machine), cartpole (training in Stable-Baselines3's "
     "default shape), pendulum (training in RLtools' shape), cnn (a network for pictures, on "
     "frames "
     "that cost nothing), 'bridge [ID]' (an environment of Gymnasium beside bare Python loops), "
     "'env ID' (stepping alone), 'atari ID' (a game's frames and steps, and "
     "where a step's time goes: processor, TIA, which is timed alone on what the processor asked "
     "of "
     "it, preprocessing), 'train "
     "TARGET' (what ppo train TARGET does). Options change the shape. Arithmetic is compared with "
     "the peak measured between the repeats by the same threads. --learning "
     "trains presets, evaluates each finished agent over 100 episodes and gives the interquartile "
     "mean with a 95 % bootstrap interval beside the bar that it should reach. Nothing is written.",
     "ppo bench cartpole --threads 1 --json\n"
     "ppo bench cartpole --minibatch-size 256  # a shape, one setting changed\n"
     "ppo bench train Acrobot-v1\n"
     "ppo bench env Acrobot-v1\n"
     "ppo bench --learning CartPole-v1 --seeds 1-5",
     bench_flags, CLI_BENCH, 0, 64, true, cli_cmd_bench},
    {"hash", "FILE|RUN", "Print the hash of an agent's parameters",
     "Prints 16 hexadecimal digits: equal for equal names, shapes and bits of all parameters.",
     "ppo hash runs/CartPole-v1/seed-1", hash_flags, CLI_RUN, 1, 1, false, cli_cmd_hash},
    {"help", "[COMMAND]", "Explain a command", "Shows the help page of a command.",
     "ppo help train\n"
     "ppo help --man > ppo.1\n"
     "ppo help --completion bash > /etc/bash_completion.d/ppo",
     help_flags, CLI_COMMAND, 0, 1, false, cli_cmd_help},
};

size_t cli_command_count(void)
{
    return sizeof command / sizeof command[0];
}

const cli_command *cli_command_at(size_t index)
{
    return &command[index];
}

const cli_command *cli_command_find(const char *name)
{
    for (size_t i = 0; i < cli_command_count(); i++) {
        if (strcmp(command[i].name, name) == 0)
            return &command[i];
    }
    return NULL;
}

static const char *command_name(void *context, size_t index)
{
    (void)context;
    return command[index].name;
}

const char *cli_command_nearest(const char *name)
{
    return ppo_nearest(name, command_name, NULL, cli_command_count());
}
