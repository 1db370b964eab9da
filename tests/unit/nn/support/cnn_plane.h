// SPDX-License-Identifier: MIT
// Planes for tests.
#ifndef PPO_TESTS_NN_CNN_PLANE_H
#define PPO_TESTS_NN_CNN_PLANE_H

#include "nn/params.h"
#include "nn/cnn_plane.h"

static inline ppo_plane plane_of(size_t height, size_t width, size_t channels, size_t border)
{
    ppo_plane plane = {.height = height, .width = width, .channels = channels, .border = border};
    plane.row = (width + 2 * border) * channels;
    plane.inside = border * (plane.row + channels);
    plane.size = ppo_param_align((height + 2 * border) * plane.row);
    return plane;
}

// Offset of an element.
static inline size_t plane_at(const ppo_plane *plane, size_t row, size_t column, size_t channel)
{
    return plane->inside + row * plane->row + column * plane->channels + channel;
}

#endif
