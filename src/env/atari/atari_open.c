// SPDX-License-Identifier: MIT
// Opening an id: game, cartridge, spaces, class. See atari_env.h.
#include "env/atari/atari_env.h"

#include "core/error.h"
#include "env/class.h"
#include "ppo/rom.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FILE_PREFIX "atari:"

// How ids are formed from the name of a game.
typedef struct ppo_id_form {
    const char *before, *after;
    double sticky_prob;
    bool free_only; // for the games that come with the library
} ppo_id_form;

static const ppo_id_form forms[] = {
    {"", "", 0.0, true},
    {"", "NoFrameskip-v4", 0.0, false},
    {"ALE/", "-v5", 0.25, false},
};
enum { NUM_FORMS = sizeof forms / sizeof forms[0] };

// --- ids ---------------------------------------------------------------------------------------

static bool is_form_of(const ppo_id_form *form, const ppo_game_info *game)
{
    return !form->free_only || !game->md5;
}

static void write_id(char *id, size_t size, const ppo_id_form *form, const ppo_game_info *game)
{
    snprintf(id, size, "%s%s%s", form->before, game->name, form->after);
}

// The game and the form of an id; NULL if it is not one.
static const ppo_game_info *parse_id(const char *id, const ppo_id_form **form)
{
    for (size_t i = 0; i < ppo_game_count(); i++)
        for (int k = 0; k < NUM_FORMS; k++) {
            char text[PPO_ATARI_TEXT];
            write_id(text, sizeof text, &forms[k], ppo_game_at(i));
            if (is_form_of(&forms[k], ppo_game_at(i)) && strcmp(id, text) == 0) {
                *form = &forms[k];
                return ppo_game_at(i);
            }
        }
    return NULL;
}

static bool atari_has_id(const char *id)
{
    const ppo_id_form *form;
    return strncmp(id, FILE_PREFIX, strlen(FILE_PREFIX)) == 0 || parse_id(id, &form);
}

const ppo_game_info *ppo_env_game(const char *id)
{
    const ppo_id_form *form;
    return parse_id(id, &form);
}

static bool atari_id_at(char *id, size_t size, size_t index)
{
    for (size_t i = 0; i < ppo_game_count(); i++) {
        const ppo_game_info *game = ppo_game_at(i);
        for (int k = 0; game->rules && k < NUM_FORMS; k++)
            if (is_form_of(&forms[k], game) && index-- == 0) {
                write_id(id, size, &forms[k], game);
                return true;
            }
    }
    return false;
}

// --- the class ---------------------------------------------------------------------------------

static void destroy(ppo_atari *atari)
{
    if (!atari)
        return;
    ppo_area_destroy(atari->area);
    ppo_cartridge_destroy(atari->cartridge);
    free(atari);
}

// The height of the screen, which for a PAL cartridge is known only after running it.
static ppo_status measure_height(uint32_t *height, const ppo_cartridge *cartridge, ppo_error *error)
{
    ppo_console *console = aligned_alloc(64, (ppo_console_size() + 63) / 64 * 64);
    if (!console)
        return ppo_fail(error, PPO_NO_MEMORY, "not enough memory for a console");
    ppo_console_power_on(console, cartridge, PPO_CONSOLE_SEED);
    *height = ppo_console_height(console, cartridge);
    free(console);
    return PPO_OK;
}

static ppo_status shape_observation(ppo_atari *atari, ppo_error *error)
{
    const ppo_atari_options *options = &atari->options;
    uint32_t height = 0;
    PPO_TRY(measure_height(&height, atari->cartridge, error));
    atari->channels = options->grayscale ? 1 : 3;
    atari->pixels = (size_t)height * PPO_ATARI_WIDTH;
    atari->shade_bytes = atari->pixels * atari->channels;
    atari->pools = options->max_pool && options->frame_skip > 1;
    if (options->screen_size > PPO_ATARI_WIDTH)
        return ppo_fail(error, PPO_INVALID,
                        "screen_size %u: a screen has %d columns, so at most that; 0 is all of it",
                        options->screen_size, PPO_ATARI_WIDTH);
    if (options->screen_size > 0)
        PPO_TRY(ppo_area_create(&atari->area,
                                &(ppo_area_shape){.height = height,
                                                  .width = PPO_ATARI_WIDTH,
                                                  .channels = atari->channels,
                                                  .size = options->screen_size},
                                error));
    atari->env.observation_space = (ppo_space){
        .kind = PPO_SPACE_BOX,
        .dtype = PPO_U8,
        .rank = options->grayscale ? 2 : 3,
        .shape = {options->screen_size ? options->screen_size : height,
                  options->screen_size ? options->screen_size : PPO_ATARI_WIDTH, atari->channels}};
    atari->obs_bytes = ppo_space_bytes(&atari->env.observation_space);
    atari->env.render_width = PPO_ATARI_WIDTH * PPO_ATARI_PIXEL_WIDTH;
    atari->env.render_height = height;
    atari->env.render_colours = ppo_atari_palette_rgb();
    atari->env.num_render_colours = 256;
    atari->env.render_fps = (double)PPO_ATARI_FPS / options->frame_skip;
    return PPO_OK;
}

static void describe(ppo_atari *atari, const char *id)
{
    const ppo_game_info *info = atari->setup.info;
    snprintf(atari->id, sizeof atari->id, "%s", id);
    if (info->rules)
        snprintf(atari->summary, sizeof atari->summary, "Atari 2600: %s%s", info->name,
                 atari->setup.sticky_prob > 0.0 ? ", sticky actions" : "");
    else
        snprintf(atari->summary, sizeof atari->summary,
                 "Atari 2600: %s, whose rules are not known: no rewards, no end", info->name);
    atari->env.id = atari->id;
    atari->env.summary = atari->summary;
}

static void atari_close(const ppo_env_class *env)
{
    destroy(ppo_env_class_made(env));
}

static const ppo_env_extension atari_extension = {.close = atari_close};

static ppo_status build(ppo_atari *atari, const char *id, const ppo_rom *rom, double sticky_prob,
                        ppo_error *error)
{
    const ppo_game_info *info = rom->info;
    PPO_TRY(ppo_cartridge_create(&atari->cartridge, rom->bytes, rom->size, &info->traits, error));
    atari->setup = (ppo_game_setup){.info = info,
                                    .cartridge = atari->cartridge,
                                    .sticky_prob = sticky_prob,
                                    .max_frames = PPO_ATARI_MAX_FRAMES};
    atari->has_fire =
        atari->options.fire_reset && info->num_actions >= 3 && info->action[1] == PPO_ATARI_FIRE;
    atari->env = ppo_atari_functions;
    describe(atari, id);
    PPO_TRY(shape_observation(atari, error));
    atari->num_actions[0] = info->num_actions;
    atari->env.action_space = (ppo_space)PPO_SPACE_CHOICE(atari->num_actions);
    atari->env.max_episode_steps = PPO_ATARI_MAX_FRAMES / atari->options.frame_skip;
    atari->env.reward_threshold = (double)NAN;
    atari->env.context = atari;
    atari->env.extension = &atari_extension;
    atari->env.instance_size = ppo_atari_lay_out(atari);
    atari->env.state_size = atari->env.instance_size - 64; // all but the pointer to this
    return PPO_OK;
}

static ppo_status find_cartridge(ppo_rom *rom, double *sticky_prob, const char *id,
                                 const char *rom_dir, ppo_error *error)
{
    *sticky_prob = 0.0;
    if (strncmp(id, FILE_PREFIX, strlen(FILE_PREFIX)) == 0)
        return ppo_rom_read(rom, id + strlen(FILE_PREFIX), error);
    const ppo_id_form *form = NULL;
    const ppo_game_info *game = parse_id(id, &form);
    if (!game)
        return ppo_fail(error, PPO_NOT_FOUND, "no Atari game is called '%.64s'", id);
    if (!game->rules)
        return ppo_fail(error, PPO_UNSUPPORTED,
                        "%.32s runs, but its rules (score, end) are not known to this version; "
                        "`ppo envs` lists the games that can be learnt",
                        game->name);
    *sticky_prob = form->sticky_prob;
    return ppo_rom_find(rom, game, rom_dir, error);
}

static ppo_status atari_open(const ppo_env_class **env, const char *id,
                             const ppo_env_options *options, ppo_error *error)
{
    ppo_rom rom = {.info = ppo_game_generic()};
    double sticky_prob;
    *env = NULL;
    const ppo_atari_options *o = &options->atari;
    if (o->frame_skip == 0)
        return ppo_fail(error, PPO_INVALID, "frame_skip must be at least 1");
    PPO_TRY(find_cartridge(&rom, &sticky_prob, id, o->rom_dir, error));
    ppo_atari *atari = calloc(1, sizeof *atari);
    if (!atari)
        return ppo_fail(error, PPO_NO_MEMORY, "not enough memory for an environment's class");
    atari->options = *o;
    atari->options.rom_dir = NULL;
    const ppo_status status = build(atari, id, &rom, sticky_prob, error);
    if (status != PPO_OK) {
        destroy(atari);
        return status;
    }
    *env = &atari->env;
    return PPO_OK;
}

const ppo_env_family ppo_atari_family = {
    .kind = PPO_ENV_KIND_ATARI, .has_id = atari_has_id, .id_at = atari_id_at, .open = atari_open};
