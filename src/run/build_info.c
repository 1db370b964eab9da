// SPDX-License-Identifier: MIT
// The build's compiler, options and libraries, from the generated header, and descriptions of the
// optional parts. Owns nothing.
#include "ppo/bench.h"
#include "ppo/ranks.h"

#include "build_info.h"
#include "agent/render_episode.h"
#include "rl/vision.h"
#include "run/film/film.h"
#include "run/plot/figure.h"
#include "run/tensorboard/tensorboard.h"

#include <stdio.h>
#include <unistd.h>

enum { PART_SIZE = 512 }; // of a part's description, or of the sentence that says what is missing

size_t ppo_build_info(char *text, size_t size)
{
    char board[128];
    ppo_tensorboard_describe(board, sizeof board);
    const int length =
        snprintf(text, size,
                 "version: %s\n"
                 "compiler: %s\n"
                 "build type: %s\n"
                 "instruction set: %s\n"
                 "oneDNN: %s\n"
                 "TensorBoard: %s\n"
                 "cores: %ld\n"
                 "environments: %zu built in\n",
                 ppo_version(), PPO_BUILD_COMPILER, PPO_BUILD_TYPE, PPO_BUILD_ISA, PPO_BUILD_ONEDNN,
                 board, sysconf(_SC_NPROCESSORS_ONLN), ppo_env_count());
    return length > 0 ? (size_t)length : 0;
}

size_t ppo_parts_info(char *text, size_t size)
{
    char pictures[PART_SIZE], films[PART_SIZE], curves[PART_SIZE], bf16[PART_SIZE], gpu[PART_SIZE],
        ranks[PART_SIZE];
    ppo_render_describe(pictures, sizeof pictures);
    ppo_film_describe(films, sizeof films);
    ppo_plot_describe(curves, sizeof curves);
    ppo_vision_describe_bf16(bf16, sizeof bf16);
    ppo_vision_describe_gpu(gpu, sizeof gpu);
    ppo_ranks_describe(ranks, sizeof ranks);
    const int length = snprintf(text, size,
                                "pictures: %s\n"
                                "films: %s\n"
                                "learning curves: %s\n"
                                "precision bf16: %s\n"
                                "device gpu: %s\n"
                                "several machines: %s\n",
                                pictures, films, curves, bf16, gpu, ranks);
    return length > 0 ? (size_t)length : 0;
}
