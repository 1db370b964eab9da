// SPDX-License-Identifier: MIT
// The table of commands, with every text of theirs that help pages and the manual show.
#include "cli/commands.h"

// clang-format off
#define HELP_FLAG {.id = CLI_FLAG_HELP, .name = "help", .help = "Show this page."}
#define HELP_ALL_FLAG {.id = CLI_FLAG_HELP_ALL, .name = "help-all",                                \
                       .help = "Show this page with all training options."}
#define JSON_FLAG {.id = CLI_FLAG_JSON, .name = "json",                                            \
                   .help = "Print the result as one JSON object on stdout."}
#define PYTHON_FLAG {.id = CLI_FLAG_PYTHON, .name = "python", .value = "PATH",                     \
                     .help = "The Python that runs gym:ID: a program or the folder of a virtual "  \
                             "environment. Default: the run's, or python3."}
#define STOCHASTIC_FLAG {.id = CLI_FLAG_STOCHASTIC, .name = "stochastic",                          \
                         .help = "Sample the actions, as in training, instead of taking the "      \
                                 "policy's mode."}
#define FINAL_FLAG {.id = CLI_FLAG_FINAL, .name = "final",                                         \
                    .help = "Of a run, play the last checkpoint's agent instead of the best one."}
#define FLAGS_END {.name = NULL}
// clang-format on

static const cli_flag train_flags[] = {
    {.id = CLI_FLAG_RESTART,
     .name = "restart",
     .help = "Start anew, replacing the files of a run that is already in the directory."},
    {.id = CLI_FLAG_SEEDS,
     .name = "seeds",
     .value = "LIST",
     .help = "Train several seeds side by side on the cores, e.g. 1-5 or 1,3,7. Each has a run "
             "directory of its own; --threads then says how many run at once."},
    {.id = CLI_FLAG_GAMES,
     .name = "games",
     .value = "LIST",
     .help = "Train several games, with --seeds of each: names (Pong), environments' ids, or 57, "
             "57-v5, 26, 26-v5 for the games of the literature. The settings are those of the "
             "preset or file that is named, or of each game's own preset. The same command goes "
             "on with what was stopped."},
    {.id = CLI_FLAG_EXPLAIN,
     .name = "explain-config",
     .help = "Show each setting and where its value comes from, and train nothing."},
    JSON_FLAG,
    {.id = CLI_FLAG_QUIET,
     .name = "quiet",
     .help = "No progress on stderr: only errors, and the result on stdout."},
    HELP_FLAG,
    HELP_ALL_FLAG,
    FLAGS_END,
};

static const cli_flag eval_flags[] = {
    {.id = CLI_FLAG_EPISODES,
     .name = "episodes",
     .value = "N",
     .help = "Episodes to play. Default: the run's eval_episodes."},
    {.id = CLI_FLAG_SEED,
     .name = "seed",
     .value = "S",
     .help = "The i-th episode is played in an environment seeded S + i. Default: the run's "
             "eval_seed plus 1000000, since the best agent was chosen on the run's own seeds."},
    FINAL_FLAG,
    STOCHASTIC_FLAG,
    {.id = CLI_FLAG_VIDEO,
     .name = "video",
     .value = "FILE.mp4|FILE.gif|FOLDER/",
     .help = "Film the first episode: one picture for each step of the agent. A name that ends in "
             "/ is a folder of PNG files. The environment has to be able to draw itself."},
    {.id = CLI_FLAG_VIDEO_STEPS,
     .name = "video-steps",
     .value = "N",
     .help = "End the film after N steps. Default: with the episode."},
    {.id = CLI_FLAG_VIDEO_FPS,
     .name = "video-fps",
     .value = "F",
     .help = "Pictures per second; at most 50 in a GIF. Default: the environment's own rate."},
    {.id = CLI_FLAG_VIDEO_SIZE,
     .name = "video-size",
     .value = "WxH|H",
     .help = "Pixels of a picture; a height alone keeps the proportions. Atari's pictures are "
             "enlarged by whole factors only. Default: the environment's own size."},
    {.id = CLI_FLAG_VIDEO_OVERLAY,
     .name = "video-overlay",
     .help = "Write the step and the return so far onto the pictures."},
    PYTHON_FLAG,
    JSON_FLAG,
    HELP_FLAG,
    FLAGS_END,
};

static const cli_flag watch_flags[] = {
    {.id = CLI_FLAG_EPISODES,
     .name = "episodes",
     .value = "N",
     .help = "Episodes to play. Default: until q is pressed or the window is closed."},
    {.id = CLI_FLAG_SEED,
     .name = "seed",
     .value = "S",
     .help = "The i-th episode is played in an environment seeded S + i. Default: the run's "
             "eval_seed."},
    {.id = CLI_FLAG_SCALE,
     .name = "scale",
     .value = "K",
     .help = "Enlarge the window's pictures K times; for Atari a whole number. Default: 1, for "
             "small pictures 2."},
    {.id = CLI_FLAG_FPS,
     .name = "fps",
     .value = "F",
     .help = "Steps per second. Default: the environment's own rate."},
    FINAL_FLAG,
    STOCHASTIC_FLAG,
    {.id = CLI_FLAG_RANDOM,
     .name = "random",
     .help =
         "Watch an environment, a preset or a YAML file instead of a run, with random actions."},
    {.id = CLI_FLAG_TERMINAL,
     .name = "terminal",
     .help = "Play in the terminal, in 24-bit colours, even where there is a display."},
    HELP_FLAG,
    FLAGS_END,
};

static const cli_flag plot_flags[] = {
    {.id = CLI_FLAG_OUTPUT,
     .name = "output",
     .value = "FILE.png|FILE.svg|FILE.pdf",
     .help = "Where the picture is written; -o for short. Default: curve.png, in the run's "
             "directory if there is one run."},
    {.id = CLI_FLAG_X,
     .name = "x",
     .value = "steps|time",
     .help = "The horizontal axis: environment steps, or the time that training took. Default: "
             "steps."},
    {.id = CLI_FLAG_METRIC,
     .name = "metric",
     .value = "NAME",
     .help = "What is drawn: a column of progress.csv, timing.csv or evaluations.csv; may be given "
             "several times. Default: rollout/ep_rew_mean and, where there are evaluations, their "
             "return_mean."},
    {.id = CLI_FLAG_STATISTIC,
     .name = "statistic",
     .value = "mean|iqm|median",
     .help = "What a curve of several runs shows; iqm is the interquartile mean. Default: mean."},
    {.id = CLI_FLAG_BAND,
     .name = "band",
     .value = "range|std|interval|none",
     .help = "The band around it: from the least to the greatest, one standard deviation to either "
             "side, or the 95 % bootstrap interval. Default: range."},
    {.id = CLI_FLAG_SMOOTH,
     .name = "smooth",
     .value = "N",
     .help = "Replace each point by the mean of the N around it."},
    {.id = CLI_FLAG_HUMAN_NORMALISED,
     .name = "human-normalised",
     .help = "Atari: returns so that 0 is a random policy's and 1 a human's, as papers report them "
             "for 57 games. Runs of several games become the median, mean and interquartile mean "
             "over the games, whose last values are printed with 95 % intervals."},
    {.id = CLI_FLAG_TERMINAL,
     .name = "terminal",
     .help = "Draw in the terminal, at its full width. A picture is written only if --output says "
             "where."},
    {.id = CLI_FLAG_EACH,
     .name = "each",
     .help = "Draw a curve for each run, even where runs differ in the seed alone."},
    {.id = CLI_FLAG_TITLE,
     .name = "title",
     .value = "TEXT",
     .help = "The title. Default: the environment."},
    HELP_FLAG,
    FLAGS_END,
};

static const cli_flag check_flags[] = {
    {.id = CLI_FLAG_EPISODES,
     .name = "episodes",
     .value = "N",
     .help = "Episodes to play with random actions. Default: 5."},
    {.id = CLI_FLAG_SEED,
     .name = "seed",
     .value = "S",
     .help = "The seed of these episodes. Default: 1."},
    PYTHON_FLAG,
    JSON_FLAG,
    HELP_FLAG,
    FLAGS_END,
};

static const cli_flag plain_flags[] = {JSON_FLAG, HELP_FLAG, FLAGS_END};

static const cli_flag info_flags[] = {
    {.id = CLI_FLAG_MEMORY,
     .name = "memory",
     .value = "ENV|CONFIG",
     .help = "List the buffers that training would allocate: name, shape, bytes, whether "
             "they are saved, and what computes them."},
    JSON_FLAG,
    HELP_FLAG,
    HELP_ALL_FLAG,
    FLAGS_END,
};

static const cli_flag bench_flags[] = {
    {.id = CLI_FLAG_LEARNING,
     .name = "learning",
     .help = "Train the presets with many seeds and report the returns of the finished agents."},
    {.id = CLI_FLAG_SEEDS,
     .name = "seeds",
     .value = "LIST",
     .help = "With --learning: the seeds. Default: 1-10."},
    {.id = CLI_FLAG_THREADS,
     .name = "threads",
     .value = "N",
     .help = "Threads to measure with. Default: all cores."},
    {.id = CLI_FLAG_SECONDS,
     .name = "seconds",
     .value = "S",
     .help = "About how long to measure. Default: 5."},
    {.id = CLI_FLAG_NUM_ENVS,
     .name = "num-envs",
     .value = "N",
     .help = "Environments stepped together; with 'env' and 'bridge' 64 by default."},
    JSON_FLAG,
    HELP_FLAG,
    HELP_ALL_FLAG,
    FLAGS_END,
};

static const cli_flag runs_flags[] = {JSON_FLAG, HELP_FLAG, FLAGS_END};

static const cli_flag hash_flags[] = {HELP_FLAG, FLAGS_END};

static const cli_flag help_flags[] = {
    {.id = CLI_FLAG_MAN, .name = "man", .help = "Print the manual page ppo(1) as troff."},
    {.id = CLI_FLAG_COMPLETION,
     .name = "completion",
     .value = "bash|zsh|fish",
     .help = "Print a completion script for a shell."},
    {.id = CLI_FLAG_MARKDOWN,
     .name = "options-markdown",
     .help = "Print the training options as Markdown."},
    {.id = CLI_FLAG_MARKDOWN, .name = "markdown", .help = "The same as --options-markdown."},
    HELP_FLAG,
    FLAGS_END,
};

static const cli_command rows[] = {
    {
        .name = "train",
        .synopsis = "ENV|CONFIG.yaml|PRESET|RUN [--OPTION VALUE ...]",
        .summary = "Train an agent, or continue training it",
        .text = "Trains an agent and writes a run directory. An environment id starts from its "
                "preset, a YAML file from the defaults, a preset's name from that preset, a run "
                "directory from that run's settings; options on the command line are applied "
                "last.\n"
                "If the run directory holds an unfinished run of the same settings, training "
                "continues where it stopped, and ends with the same bits as a run that was never "
                "stopped. Ctrl-C finishes the iteration and writes a checkpoint; a second one "
                "stops at once.",
        .examples = "ppo train CartPole-v1  # the preset, into runs/CartPole-v1/seed-1\n"
                    "ppo train Pendulum-v1 --seeds 1-5 --json  # five seeds side by side\n"
                    "ppo train atari --games 57 --seeds 1-3  # three seeds of each of 57 games\n"
                    "ppo train my.yaml --learning-rate 1e-3 --restart  # a file, one setting "
                    "changed",
        .flags = train_flags,
        .operand = CLI_TASK,
        .max_operands = 1,
        .takes_options = true,
        .run = cli_cmd_train,
    },
    {
        .name = "eval",
        .synopsis = "RUN|FILE [--episodes N] [--seed S] [--video FILE]",
        .summary = "Play episodes with a trained agent, and film one",
        .text =
            "Plays episodes with the best agent of a run, or with that of a checkpoint file, "
            "and reports which file it was, its step and the returns (sums of the environment's "
            "own rewards).",
        .examples = "ppo eval runs/CartPole-v1/seed-1 --episodes 100  # the best agent of a run\n"
                    "ppo eval runs/Rally/seed-1 --video rally.gif --video-steps 300  # twenty "
                    "seconds of it",
        .flags = eval_flags,
        .operand = CLI_RUN,
        .min_operands = 1,
        .max_operands = 1,
        .run = cli_cmd_eval,
    },
    {
        .name = "watch",
        .synopsis = "RUN|FILE [--episodes N] [--terminal]",
        .summary = "Watch an agent play, live",
        .text = "Plays episodes with the best agent of a run, or with that of a checkpoint file, "
                "in a window or, where there is no display, in the terminal. Space pauses, the "
                "right arrow goes one step, + and - change the speed, q or Esc ends it.",
        .examples =
            "ppo watch runs/CartPole-v1/seed-1\n"
            "ppo watch runs/Rally/seed-1 --scale 3 --stochastic  # a large window, actions "
            "sampled\n"
            "ppo watch runs/Pendulum-v1/seed-1 --terminal --episodes 2  # over a remote line\n"
            "ppo watch MountainCar-v0 --random  # before any training",
        .flags = watch_flags,
        .operand = CLI_RUN,
        .min_operands = 1,
        .max_operands = 1,
        .run = cli_cmd_watch,
    },
    {
        .name = "plot",
        .synopsis = "RUN... [-o FILE]",
        .summary = "Draw learning curves",
        .text = "Draws the learning curves of runs into a picture, and prints its name. Runs whose "
                "settings differ in the seed alone become one curve: by default the mean over "
                "them, in a band from the least to the greatest. A CSV file such as progress.csv "
                "may be given instead of a run, a folder instead of all the runs below it.",
        .examples =
            "ppo plot runs/CartPole-v1/seed-1  # into its curve.png\n"
            "ppo plot runs/CartPole-v1/seed-* -o cartpole.svg  # mean and range over the seeds\n"
            "ppo plot runs/Rally/seed-1 --x time --metric train/entropy -o entropy.png\n"
            "ppo plot runs/CartPole-v1/seed-* --statistic iqm --band interval --smooth 5\n"
            "ppo plot runs/atari --human-normalised -o games.png  # several games together\n"
            "ppo plot runs/CartPole-v1/seed-1 --terminal",
        .flags = plot_flags,
        .operand = CLI_RUN,
        .min_operands = 1,
        .max_operands = 4096,
        .run = cli_cmd_plot,
    },
    {
        .name = "runs",
        .synopsis = "[FOLDER] [--json]",
        .summary = "List the runs",
        .text = "Lists the runs at and below a folder (default: runs): environment, seed, steps so "
                "far and in all, return of the last 100 training episodes, best evaluation, and "
                "whether the run is being trained, can be continued, or is finished.",
        .examples = "ppo runs\n"
                    "ppo runs runs/CartPole-v1 --json",
        .flags = runs_flags,
        .operand = CLI_RUN,
        .max_operands = 1,
        .run = cli_cmd_runs,
    },
    {
        .name = "envs",
        .synopsis = "[PLUGIN.so] [--json]",
        .summary = "List the environments",
        .text = "Lists the built-in environments: observations, actions, time limit in steps, the "
                "average return that counts as solved, and whether there is a preset. Then the "
                "Atari games: those whose cartridges are here with actions, preset and where the "
                "cartridge comes from, and the names of the others. With a plug-in "
                "(docs/plugins.md): the environments "
                "in it.",
        .examples = "ppo envs\n"
                    "ppo envs ./libmygame.so  # those of a plug-in",
        .flags = plain_flags,
        .operand = CLI_TASK,
        .max_operands = 1,
        .run = cli_cmd_envs,
    },
    {
        .name = "check",
        .synopsis = "ENV [--episodes N] [--seed S]",
        .summary = "Find faults in an environment",
        .text = "Tests an environment for common faults: observations outside their space or left "
                "unwritten, NaN, writes beyond a buffer, seeds that do not repeat, instances or "
                "threads that disturb each other, state that does not replay, masks that allow no "
                "action, crashes, endless loops. The environment runs in processes of its own, its "
                "memory between guard pages. The exit code is 8 if there are faults, 0 if there "
                "are only warnings and notes.",
        .examples = "ppo check ./libmygame.so  # a plug-in, see docs/plugins.md\n"
                    "ppo check CartPole-v1 --episodes 100",
        .flags = check_flags,
        .operand = CLI_TASK,
        .min_operands = 1,
        .max_operands = 1,
        .run = cli_cmd_check,
    },
    {
        .name = "info",
        .synopsis = "[RUN] [--memory ENV|CONFIG]",
        .summary = "Describe this build, a run, or the memory that training takes",
        .text = "Without an operand: how this program was built and what it runs on. With a run: "
                "its settings, its progress and its best evaluation. With --memory: every buffer "
                "that training allocates.",
        .examples = "ppo info runs/CartPole-v1/seed-1\n"
                    "ppo info --memory CartPole-v1 --num-envs 64  # options change the sizes",
        .flags = info_flags,
        .operand = CLI_RUN,
        .max_operands = 1,
        .takes_options = true,
        .run = cli_cmd_info,
    },
    {
        .name = "doctor",
        .synopsis = "[--json]",
        .summary = "Report what is installed and what is missing",
        .text = "Reports this machine, how this program was built, the modules that are loaded on "
                "demand (pictures, films, curves, windows: their versions, or why they can't be "
                "loaded), and which cartridges of Atari games were found, by content, in "
                "PPO_ROM_DIR and the usual places. The MD5 of a missing one is "
                "printed by ppo train GAME.",
        .examples = "ppo doctor\n"
                    "PPO_ROM_DIR=~/roms ppo doctor  # searched first",
        .flags = plain_flags,
        .operand = CLI_NOTHING,
        .run = cli_cmd_doctor,
    },
    {
        .name = "bench",
        .synopsis = "NAME | --learning [TASK ...]",
        .summary = "Measure speed or learning",
        .text = "Names: peak (fused multiply-adds of this machine), cartpole (training with "
                "Stable-Baselines3's default sizes), pendulum (training with RLtools' sizes), zoo "
                "(with those of RLtools' zoo), all (these and more one after the other, as a "
                "table), cnn "
                "(training a convolutional network on pictures that cost nothing), lstm (training "
                "with memory in sequences of 16, and acting with it), 'bridge [ID]' "
                "(an environment of Gymnasium, beside bare Python loops), 'env ID' (stepping "
                "alone), 'atari ID' (frames and steps of a game, and the share of processor, TIA "
                "and preprocessing in a step), 'train TARGET' (what ppo train TARGET does). "
                "Training options change the settings. Arithmetic is compared with the peak that "
                "the same threads reach between the repeats.\n"
                "--learning trains presets, evaluates each finished agent over 100 episodes and "
                "prints the interquartile mean with a 95 % bootstrap interval beside the score "
                "that the preset should reach. No files are written.",
        .examples = "ppo bench cartpole --threads 1 --json\n"
                    "ppo bench cartpole --minibatch-size 256  # one setting changed\n"
                    "ppo bench train Acrobot-v1\n"
                    "ppo bench all --seconds 20               # the README's table\n"
                    "ppo bench env Acrobot-v1\n"
                    "ppo bench --learning CartPole-v1 --seeds 1-5",
        .flags = bench_flags,
        .operand = CLI_BENCH,
        .operand_words = "peak cartpole pendulum zoo cnn lstm atari bridge env all train",
        .max_operands = 64,
        .takes_options = true,
        .run = cli_cmd_bench,
    },
    {
        .name = "hash",
        .synopsis = "FILE|RUN",
        .summary = "Print the hash of an agent's parameters",
        .text = "Prints 16 hexadecimal digits, which are equal if and only if names, shapes and "
                "bits of all parameters are (but for collisions of a 64-bit hash).",
        .examples = "ppo hash runs/CartPole-v1/seed-1",
        .flags = hash_flags,
        .operand = CLI_RUN,
        .min_operands = 1,
        .max_operands = 1,
        .run = cli_cmd_hash,
    },
    {
        .name = "help",
        .synopsis = "[COMMAND]",
        .summary = "Explain a command",
        .text = "Shows the help page of a command.",
        .examples = "ppo help train\n"
                    "ppo help --man > ppo.1\n"
                    "ppo help --completion bash > /etc/bash_completion.d/ppo",
        .flags = help_flags,
        .operand = CLI_COMMAND,
        .max_operands = 1,
        .run = cli_cmd_help,
    },
};

const cli_command_list cli_commands = {.row = rows, .count = sizeof rows / sizeof rows[0]};
