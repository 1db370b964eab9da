// SPDX-License-Identifier: MIT
// Downscaling by averaging areas, bit by bit as OpenCV's resize with INTER_AREA, which the common
// Atari wrappers use.
//
// Workload: 210 x 160 to 84 x 84 once per step, a few microseconds. Owns a plan of source pixels
// and weights, constant once created and shared by all threads.
#ifndef PPO_ENV_ATARI_AREA_RESIZE_H
#define PPO_ENV_ATARI_AREA_RESIZE_H

#include "ppo/base.h"

enum { PPO_AREA_MAX_WIDTH = 160, PPO_AREA_MAX_CHANNELS = 3 };

typedef struct ppo_area ppo_area;

// The sizes of source and result; the result is square.
typedef struct ppo_area_shape {
    uint32_t height, width; // of the source; width at most PPO_AREA_MAX_WIDTH
    uint32_t channels;      // interleaved, at most PPO_AREA_MAX_CHANNELS
    uint32_t size;          // height and width of the result, not above those of the source
} ppo_area_shape;

ppo_status ppo_area_create(ppo_area **area, const ppo_area_shape *shape, ppo_error *error);
void ppo_area_destroy(ppo_area *area); // NULL is allowed

// out [size, size, channels] from in [height, width, channels].
void ppo_area_resize(const ppo_area *area, uint8_t *out, const uint8_t *in);

#endif
