// SPDX-License-Identifier: MIT
// See max_pool.h. Workload: a tenth of an IMPALA-CNN's time. Owns nothing.
#include "nn/max_pool.h"

#include "nn/simd.h"

// The pixels of one axis that output `i` is computed from: [first, last).
typedef struct ppo_window {
    size_t first, last;
} ppo_window;

static ppo_window window_of(size_t i, size_t size)
{
    const size_t end = 2 * i + 2;
    return (ppo_window){.first = i ? 2 * i - 1 : 0, .last = end < size ? end : size};
}

void ppo_max_pool_forward(float *y, const ppo_plane *out, const float *x, const ppo_plane *in)
{
    for (size_t oy = 0; oy < out->height; oy++)
        for (size_t ox = 0; ox < out->width; ox++) {
            const ppo_window rows = window_of(oy, in->height), columns = window_of(ox, in->width);
            float *pixel = y + out->inside + oy * out->row + ox * out->channels;
            for (size_t c = 0; c < in->channels; c += PPO_LANES) {
                const float *first = x + in->inside + c;
                ppo_vec largest = ppo_v_set(-__builtin_inff());
                for (size_t iy = rows.first; iy < rows.last; iy++)
                    for (size_t ix = columns.first; ix < columns.last; ix++)
                        largest = ppo_v_max(largest,
                                            ppo_v_load(first + iy * in->row + ix * in->channels));
                ppo_v_store(pixel + c, largest);
            }
        }
}

// One channel of one output pixel: its gradient goes to the first pixel with the largest value.
static void pool_back_at(float *dx, const float *x, const ppo_plane *in, ppo_window rows,
                         ppo_window columns, float y, float dy)
{
    for (size_t iy = rows.first; iy < rows.last; iy++)
        for (size_t ix = columns.first; ix < columns.last; ix++) {
            const size_t at = in->inside + iy * in->row + ix * in->channels;
            if (x[at] == y) {
                dx[at] += dy;
                return;
            }
        }
}

void ppo_max_pool_backward(float *dx, const float *x, const ppo_plane *in, const float *dy,
                           const float *y, const ppo_plane *out)
{
    for (size_t oy = 0; oy < out->height; oy++)
        for (size_t ox = 0; ox < out->width; ox++) {
            const ppo_window rows = window_of(oy, in->height), columns = window_of(ox, in->width);
            const size_t at = out->inside + oy * out->row + ox * out->channels;
            for (size_t c = 0; c < in->channels; c++)
                pool_back_at(dx + c, x + c, in, rows, columns, y[at + c], dy[at + c]);
        }
}
