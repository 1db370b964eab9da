// SPDX-License-Identifier: MIT
// Instances of Atari environments: steps of several frames, screens as obs. See atari_env.h.
#include "env/atari/atari_env.h"

#include "core/error.h"
#include "env/atari/screen_pixels.h"
#include "ppo/random.h"

#include <stdlib.h>
#include <string.h>

// The first part of an instance. Then follow the shades of the latest and the older screen, and the
// game. The pointer is not part of the saved state, which begins after it.
typedef struct ppo_atari_play {
    _Alignas(64) const ppo_atari *atari;
    _Alignas(64) ppo_random random; // for the frames without action
    int32_t lives;                  // at the end of the last step
    uint32_t goes_on;               // 1: a life was lost, and the next reset continues the game
} ppo_atari_play;

enum { STATE_AT = 64 };
_Static_assert(offsetof(ppo_atari_play, random) == STATE_AT, "all after the pointer is state");

static size_t align(size_t bytes)
{
    return (bytes + 63) / 64 * 64;
}

size_t ppo_atari_lay_out(ppo_atari *atari)
{
    atari->latest_at = align(sizeof(ppo_atari_play));
    atari->older_at = atari->latest_at + align(atari->shade_bytes);
    atari->game_at = atari->older_at + (atari->pools ? align(atari->shade_bytes) : 0);
    return atari->game_at + ppo_game_size_for(&atari->setup);
}

static uint8_t *latest_of(ppo_atari_play *self)
{
    return (uint8_t *)self + self->atari->latest_at;
}

static uint8_t *older_of(ppo_atari_play *self)
{
    return (uint8_t *)self + self->atari->older_at;
}

static ppo_game *game_of(ppo_atari_play *self)
{
    return (ppo_game *)(void *)((uint8_t *)self + self->atari->game_at);
}

static const ppo_game *const_game_of(const ppo_atari_play *self)
{
    return (const ppo_game *)(const void *)((const uint8_t *)self + self->atari->game_at);
}

static bool has_ended(ppo_atari_play *self)
{
    const ppo_game *game = game_of(self);
    return ppo_game_is_over(game) || ppo_game_is_truncated(game, &self->atari->setup);
}

// --- screens -----------------------------------------------------------------------------------

// The screen in grey or RGB, not resized.
static void read_screen(ppo_atari_play *self, uint8_t *shades)
{
    const uint8_t *screen = ppo_console_screen(ppo_game_console(game_of(self)));
    if (self->atari->channels == 1)
        ppo_screen_grey(shades, screen, self->atari->pixels);
    else
        ppo_screen_rgb(shades, screen, self->atari->pixels);
}

static void write_obs(ppo_atari_play *self, void *obs)
{
    const ppo_atari *atari = self->atari;
    if (atari->area)
        ppo_area_resize(atari->area, obs, latest_of(self));
    else
        memcpy(obs, latest_of(self), atari->shade_bytes);
}

// The screen of the last frame, each pixel twice as wide as on the console, about as on
// televisions. The last frame of a step is always drawn; where the game ends earlier in the step,
// this may be an older screen.
static void atari_render(const void *instance, unsigned char *rgb)
{
    const ppo_atari_play *self = instance;
    const uint8_t *screen = ppo_console_screen(ppo_game_console(const_game_of(self)));
    const uint32_t *palette = ppo_atari_palette_rgb();
    for (size_t i = 0; i < self->atari->pixels; i++) {
        const uint32_t colour = palette[screen[i]];
        for (int k = 0; k < PPO_ATARI_PIXEL_WIDTH; k++, rgb += 3) {
            rgb[0] = (unsigned char)(colour >> 16);
            rgb[1] = (unsigned char)(colour >> 8);
            rgb[2] = (unsigned char)colour;
        }
    }
}

// At the start of an episode.
static void read_first_screen(ppo_atari_play *self)
{
    read_screen(self, latest_of(self));
    if (self->atari->pools)
        memset(older_of(self), 0, self->atari->shade_bytes);
}

// --- steps -------------------------------------------------------------------------------------

// Repeats an action for frame_skip frames; returns the sum of their rewards. With max_pool only the
// last two frames are drawn; without it all, since the game may end at any.
static double repeat_action(ppo_atari_play *self, unsigned index)
{
    const ppo_atari *atari = self->atari;
    const ppo_atari_action action = (ppo_atari_action)atari->action[index];
    uint32_t skip = atari->min_skip;
    if (atari->max_skip > skip)
        skip = (uint32_t)ppo_random_integers(&self->random, skip, (int64_t)atari->max_skip + 1);
    double reward = 0.0;
    for (uint32_t left = skip; left > 0; left--) {
        const bool is_seen = left <= 2 || !atari->options.max_pool;
        reward += ppo_game_act(game_of(self), &atari->setup, action, is_seen);
        if (has_ended(self))
            break;
        if (atari->pools && left == 2)
            read_screen(self, older_of(self));
        else if (atari->options.max_pool && left == 1)
            read_screen(self, latest_of(self));
    }
    if (atari->pools)
        ppo_screen_max(latest_of(self), older_of(self), atari->shade_bytes);
    else if (!atari->options.max_pool)
        read_screen(self, latest_of(self));
    return reward;
}

static ppo_status atari_step(void *instance, const void *action, void *observation,
                             ppo_transition *transition, ppo_error *error)
{
    ppo_atari_play *self = instance;
    const ppo_atari *atari = self->atari;
    const int32_t index = *(const int32_t *)action;
    if (index < 0 || (uint32_t)index >= atari->num_actions[0])
        return ppo_fail(error, PPO_INVALID, "action %d is not in [0, %u)", index,
                        atari->num_actions[0]);
    transition->reward = repeat_action(self, (unsigned)index);
    write_obs(self, observation);

    const ppo_game *game = game_of(self);
    const int32_t lives = ppo_game_lives(game);
    const bool has_lost = lives > 0 && lives < self->lives; // 0: the end, or shortly before it
    self->lives = lives;
    transition->terminated = ppo_game_is_over(game);
    transition->truncated = !transition->terminated && ppo_game_is_truncated(game, &atari->setup);
    if (atari->options.terminal_on_life_loss && has_lost && !has_ended(self)) {
        transition->terminated = true;
        transition->life_lost = true;
        self->goes_on = 1;
    }
    return PPO_OK;
}

// --- resets ------------------------------------------------------------------------------------

// The next game, with the frames without action.
static ppo_status begin_game(ppo_atari_play *self, ppo_error *error)
{
    const ppo_atari *atari = self->atari;
    const uint32_t noop_max = atari->options.noop_max;
    PPO_TRY(ppo_game_reset(game_of(self), &atari->setup, error));
    int64_t noops = 0;
    if (noop_max > 0)
        noops = ppo_random_integers(&self->random, 1, (int64_t)noop_max + 1);
    for (; noops > 0; noops--) {
        ppo_game_act(game_of(self), &atari->setup, PPO_ATARI_NOOP, noops == 1);
        if (has_ended(self))
            PPO_TRY(ppo_game_reset(game_of(self), &atari->setup, error));
    }
    read_first_screen(self);
    return PPO_OK;
}

static ppo_status begin_and_fire(ppo_atari_play *self, ppo_error *error)
{
    PPO_TRY(begin_game(self, error));
    for (unsigned index = 1; index <= 2 && self->atari->has_fire; index++) {
        repeat_action(self, index);
        if (has_ended(self))
            PPO_TRY(begin_game(self, error));
    }
    return PPO_OK;
}

// The next episode in the same game. If the game ends here, the next step reports it.
static void continue_game(ppo_atari_play *self)
{
    repeat_action(self, 0);
    for (unsigned index = 1; index <= 2 && self->atari->has_fire; index++)
        repeat_action(self, index);
}

static ppo_status atari_reset(void *instance, const uint64_t *seed, void *observation,
                              ppo_error *error)
{
    ppo_atari_play *self = instance;
    if (seed) {
        ppo_random_seed(&self->random, *seed);
        const uint32_t sticky_seed = (uint32_t)ppo_random_u64(&self->random);
        PPO_TRY(ppo_game_load(game_of(self), &self->atari->setup, sticky_seed, error));
    }
    if (self->goes_on && !seed)
        continue_game(self);
    else
        PPO_TRY(begin_and_fire(self, error));
    self->goes_on = 0;
    self->lives = ppo_game_lives(game_of(self));
    write_obs(self, observation);
    return PPO_OK;
}

// --- state -------------------------------------------------------------------------------------

static ppo_status atari_init(void *instance, const void *context, ppo_error *error)
{
    ppo_atari_play *self = instance;
    (void)error;
    self->atari = context;
    return PPO_OK;
}

static void atari_save(const void *instance, void *state)
{
    const ppo_atari_play *self = instance;
    memcpy(state, (const uint8_t *)instance + STATE_AT, self->atari->env.state_size);
}

static ppo_status check(const ppo_atari_play *self, ppo_error *error)
{
    const ppo_atari *atari = self->atari;
    if (self->goes_on > 1 || self->random.has_kept > 1)
        return ppo_fail(error, PPO_CORRUPT, "this is not the state of an Atari environment");
    PPO_TRY(ppo_game_check(const_game_of(self), &atari->setup, error));
    const ppo_console *console = ppo_game_console(const_game_of(self));
    if ((size_t)ppo_console_height(console, atari->cartridge) * PPO_ATARI_WIDTH != atari->pixels)
        return ppo_fail(error, PPO_CORRUPT, "this state has another number of lines");
    return PPO_OK;
}

// A state may come from an untrusted file: it is checked in a copy, since games must be aligned,
// and the instance is changed only if it is valid.
static ppo_status atari_load(void *instance, const void *state, ppo_error *error)
{
    const ppo_atari *atari = ((const ppo_atari_play *)instance)->atari;
    const size_t size = align(atari->env.instance_size);
    ppo_atari_play *read = aligned_alloc(64, size);
    if (!read)
        return ppo_fail(error, PPO_NO_MEMORY, "not enough memory for an environment's state");
    read->atari = atari;
    memcpy((uint8_t *)read + STATE_AT, state, atari->env.state_size);
    const ppo_status status = check(read, error);
    if (status == PPO_OK)
        memcpy((uint8_t *)instance + STATE_AT, (const uint8_t *)read + STATE_AT,
               atari->env.state_size);
    free(read);
    return status;
}

const ppo_env_class ppo_atari_functions = {
    .struct_size = sizeof(ppo_env_class),
    .abi_version = PPO_ENV_ABI_VERSION,
    .skips_frames = true,
    .init = atari_init,
    .reset = atari_reset,
    .step = atari_step,
    .save_state = atari_save,
    .load_state = atari_load,
    .render = atari_render,
};
