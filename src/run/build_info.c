// SPDX-License-Identifier: MIT
// What this library was built with. Facts come from the build's generated header.
#include "ppo/bench.h"

#include "build_info.h"
#include "run/film.h"
#include "run/plot_draw.h"
#include "run/tensorboard.h"

#include <stdio.h>
#include <unistd.h>

// Environments draw themselves all or none.
static const char *pictures(void)
{
    return ppo_env_at(0)->render ? "drawn with cairo" : "absent: built without cairo";
}

size_t ppo_build_info(char *text, size_t size)
{
    char film[128], plot[128], board[128];
    ppo_film_describe(film, sizeof film);
    ppo_plot_describe(plot, sizeof plot);
    ppo_tensorboard_describe(board, sizeof board);
    const int length = snprintf(text, size,
                                "version: %s\n"
                                "compiler: %s\n"
                                "build type: %s\n"
                                "instruction set: %s\n"
                                "oneDNN: %s\n"
                                "Box2D: %s\n"
                                "pictures: %s\n"
                                "films: %s\n"
                                "learning curves: %s\n"
                                "TensorBoard: %s\n"
                                "cores: %ld\n"
                                "environments: %zu built in\n",
                                ppo_version(), PPO_BUILD_COMPILER, PPO_BUILD_TYPE, PPO_BUILD_ISA,
                                PPO_BUILD_ONEDNN, PPO_BUILD_BOX2D, pictures(), film, plot, board,
                                sysconf(_SC_NPROCESSORS_ONLN), ppo_env_count());
    return length > 0 ? (size_t)length : 0;
}
