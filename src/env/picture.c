// SPDX-License-Identifier: MIT
// Pictures at any size: see picture.h. Keeps nothing, takes no memory.
#include "env/picture.h"

#include "core/error.h"
#include "draw/canvas.h"
#include "env/class.h"

#include <string.h>

#define MAX_SIDE 4096

// Whether the class can be asked for any size: its table may be an older, shorter one.
static bool draws(const ppo_env_class *env)
{
    return env->struct_size >= offsetof(ppo_env_class, draw) + sizeof env->draw && env->draw;
}

// Built-in classes that can be asked for any size are drawn on a canvas, and have no picture at all
// in a build without one.
static bool needs_canvas(const ppo_env_class *env)
{
    const ppo_env_class *built_in;
    return draws(env) == !!env->render && ppo_env_find(&built_in, env->id, NULL) == PPO_OK &&
           (!env->render || built_in->draw == env->draw);
}

static ppo_status check_canvas(const ppo_env_class *env, ppo_error *error)
{
    ppo_error said = {0};
    if (!needs_canvas(env) || ppo_canvas_check(&said) == PPO_OK)
        return PPO_OK;
    return ppo_fail(error, said.status, "%.64s can't be drawn: %s", env->id, said.message);
}

// The other side by the proportions of the class's own picture, rounded.
static uint32_t by_proportion(uint32_t side, uint32_t own, uint32_t other)
{
    const uint64_t wanted = ((uint64_t)side * other + own / 2) / own;
    return wanted < 1 ? 1 : wanted > UINT32_MAX ? UINT32_MAX : (uint32_t)wanted;
}

ppo_status ppo_picture_size(const ppo_env_class *env, uint32_t *width, uint32_t *height,
                            ppo_error *error)
{
    PPO_TRY(check_canvas(env, error));
    if (!env->render) {
        const ppo_env_extension *extension = ppo_env_class_extension(env);
        const char *why = extension->why_no_pictures ? extension->why_no_pictures(env) : "";
        return ppo_fail(error, PPO_UNSUPPORTED, "%.64s draws no pictures: %s", env->id,
                        why[0] ? why : "its class has no `render`");
    }
    const uint32_t own_width = env->render_width, own_height = env->render_height;
    if (*width == 0 && *height == 0) {
        *width = own_width;
        *height = own_height;
    } else if (*width == 0) {
        *width = by_proportion(*height, own_height, own_width);
    } else if (*height == 0) {
        *height = by_proportion(*width, own_width, own_height);
    }
    if (*width > MAX_SIDE || *height > MAX_SIDE)
        return ppo_fail(error, PPO_INVALID, "pictures of %u x %u pixels: sides must be in [1, %d]",
                        *width, *height, MAX_SIDE);
    const uint32_t factor = *height / own_height;
    if (!draws(env) && (*width != factor * own_width || *height != factor * own_height))
        return ppo_fail(error, PPO_INVALID,
                        "%.64s has pictures of %u x %u pixels, which grow by whole factors only "
                        "(such as %u x %u), not to %u x %u",
                        env->id, own_width, own_height, 2 * own_width, 2 * own_height, *width,
                        *height);
    return PPO_OK;
}

// Repeats pixels and lines from the picture at the end of `rgb` to its beginning. A line's copies
// never reach those that are still to be read: line y of h ends at (k^2 - 1) h + y + 1 lines, where
// its copies end at (y + 1) k^2.
static void enlarge(unsigned char *rgb, size_t width, size_t height, size_t factor)
{
    const size_t line = width * 3, wide = line * factor;
    const unsigned char *from = rgb + (factor * factor - 1) * height * line;
    for (size_t y = 0; y < height; y++, from += line) {
        unsigned char *first = rgb + y * factor * wide;
        for (size_t x = 0; x < width * factor; x++)
            memcpy(first + 3 * x, from + x / factor * 3, 3);
        for (size_t k = 1; k < factor; k++)
            memcpy(first + k * wide, first, wide);
    }
}

void ppo_picture_draw(const ppo_env_class *env, const void *instance, unsigned char *rgb,
                      uint32_t width, uint32_t height)
{
    const uint32_t own_width = env->render_width, own_height = env->render_height;
    if (width == own_width && height == own_height) {
        env->render(instance, rgb);
        return;
    }
    if (draws(env)) {
        env->draw(instance, rgb, width, height);
        return;
    }
    const size_t factor = height / own_height, bytes = (size_t)own_width * own_height * 3;
    env->render(instance, rgb + (factor * factor - 1) * bytes);
    enlarge(rgb, own_width, own_height, factor);
}
