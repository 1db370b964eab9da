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

// How ids are formed from the name of a game, as in Gymnasium.
typedef struct ppo_id_form {
    const char *before, *after;
    double sticky_prob;
    uint32_t min_skip, max_skip; // frames of a step, drawn for each; 0: the option frame_skip
    bool free_only;              // for the games that come with the library
    bool is_listed;              // and exists for all games; the others as in Gymnasium
} ppo_id_form;

static const ppo_id_form forms[] = {
    {"", "", 0.0, 0, 0, true, true},
    {"", "NoFrameskip-v4", 0.0, 0, 0, false, true},
    {"ALE/", "-v5", 0.25, 0, 0, false, true},
    {"", "NoFrameskip-v0", 0.25, 0, 0, false, false},
    {"", "Deterministic-v4", 0.0, 4, 4, false, false},
    {"", "Deterministic-v0", 0.25, 4, 4, false, false},
    {"", "-v4", 0.0, 2, 4, false, false},
    {"", "-v0", 0.25, 2, 4, false, false},
};
enum { NUM_FORMS = sizeof forms / sizeof forms[0] };

// --- ids ---------------------------------------------------------------------------------------

static bool is_form_of(const ppo_id_form *form, const ppo_game_info *game)
{
    if (form->free_only)
        return !game->md5;
    return !game->v5_only || form->is_listed;
}

static void write_id(char *id, size_t size, const ppo_id_form *form, const ppo_game_info *game)
{
    snprintf(id, size, "%s%s%s", form->before, game->name, form->after);
}

// The game and the form of an id; NULL if it is not one.
static const ppo_game_info *parse_id(const char *id, const ppo_id_form **form)
{
    for (const ppo_id_form *f = forms; f < forms + NUM_FORMS; f++) {
        const size_t before = strlen(f->before), after = strlen(f->after), length = strlen(id);
        char name[PPO_ATARI_TEXT];
        if (length <= before + after || length - before - after >= sizeof name ||
            strncmp(id, f->before, before) != 0 || strcmp(id + length - after, f->after) != 0)
            continue;
        snprintf(name, sizeof name, "%.*s", (int)(length - before - after), id + before);
        const ppo_game_info *game = ppo_game_find(name);
        if (game && is_form_of(f, game)) {
            *form = f;
            return game;
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

bool ppo_env_game_id_at(ppo_game_id *id, const ppo_game_info *game, size_t index)
{
    for (const ppo_id_form *form = forms; form < forms + NUM_FORMS; form++) {
        if (!is_form_of(form, game) || index-- > 0)
            continue;
        *id = (ppo_game_id){.sticky_prob = form->sticky_prob,
                            .min_skip = form->min_skip,
                            .max_skip = form->max_skip};
        write_id(id->id, sizeof id->id, form, game);
        return true;
    }
    return false;
}

static bool atari_id_at(char *id, size_t size, size_t index)
{
    for (size_t i = 0; i < ppo_game_count(); i++) {
        const ppo_game_info *game = ppo_game_at(i);
        for (int k = 0; k < NUM_FORMS; k++)
            if (forms[k].is_listed && is_form_of(&forms[k], game) && index-- == 0) {
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
    atari->pools = options->max_pool && atari->max_skip > 1;
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
    atari->env.render_fps = 2.0 * PPO_ATARI_FPS / (atari->min_skip + atari->max_skip);
    return PPO_OK;
}

static void describe(ppo_atari *atari, const char *id)
{
    const ppo_game_info *info = atari->setup.info;
    snprintf(atari->id, sizeof atari->id, "%s", id);
    if (info->rules)
        snprintf(atari->summary, sizeof atari->summary, "Atari 2600: %s%s%s", info->name,
                 atari->setup.sticky_prob > 0.0 ? ", sticky actions" : "",
                 info == &atari->unlisted ? "; an unlisted cartridge, whose display, controllers "
                                            "and rules may differ from the listed one's"
                                          : "");
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

// Those of a version that papers used.
static const ppo_game_scores *atari_scores(const ppo_env_class *env)
{
    const ppo_atari *atari = env->context;
    const bool is_listed = atari->setup.info != &atari->unlisted;
    return is_listed ? ppo_game_reported_scores(atari->setup.info) : NULL;
}

static const ppo_env_extension atari_extension = {.close = atari_close,
                                                  .reported_scores = atari_scores};

static ppo_status check_choices(const ppo_game_setup *setup, ppo_error *error)
{
    const ppo_game_info *info = setup->info;
    if (setup->mode > 0 && !ppo_game_list_has(info->modes, setup->mode))
        return ppo_fail(error, PPO_INVALID, "game_mode %u: %.32s has the modes %.96s", setup->mode,
                        info->name, info->modes ? info->modes : "0");
    if (setup->difficulty > 0 && !ppo_game_list_has(info->difficulties, setup->difficulty))
        return ppo_fail(error, PPO_INVALID, "difficulty %u: %.32s has the difficulties %.32s",
                        setup->difficulty, info->name,
                        info->difficulties ? info->difficulties : "0");
    return PPO_OK;
}

// The minimal set of the game, or all legal actions.
static void choose_actions(ppo_atari *atari)
{
    const ppo_game_info *info = atari->setup.info;
    uint32_t count = 0;
    if (!atari->options.full_action_space) {
        count = info->num_actions;
        memcpy(atari->action, info->action, sizeof atari->action);
    } else {
        for (uint32_t action = 0; action < PPO_ATARI_NUM_ACTIONS; action++)
            if (!info->no_fire || (action != PPO_ATARI_FIRE && action < PPO_ATARI_UPFIRE))
                atari->action[count++] = (uint8_t)action;
    }
    atari->num_actions[0] = count;
}

static ppo_status build(ppo_atari *atari, const char *id, const ppo_rom *rom,
                        const ppo_id_form *form, ppo_error *error)
{
    const ppo_game_info *info = rom->info;
    if (!rom->is_listed) { // its display and controllers are not known: the usual ones, as in ALE
        atari->unlisted = *info;
        atari->unlisted.traits = (ppo_cartridge_traits){0};
        atari->unlisted.swap_ports = false;
        atari->unlisted.paddle_max_ohm = 0;
        info = &atari->unlisted;
    }
    PPO_TRY(ppo_cartridge_create(&atari->cartridge, rom->bytes, rom->size, &info->traits, error));
    atari->setup = (ppo_game_setup){.info = info,
                                    .cartridge = atari->cartridge,
                                    .sticky_prob = form->sticky_prob,
                                    .max_frames = PPO_ATARI_MAX_FRAMES,
                                    .mode = atari->options.game_mode,
                                    .difficulty = atari->options.difficulty};
    PPO_TRY(check_choices(&atari->setup, error));
    atari->min_skip = form->min_skip > 0 ? form->min_skip : atari->options.frame_skip;
    atari->max_skip = form->max_skip > 0 ? form->max_skip : atari->options.frame_skip;
    choose_actions(atari);
    atari->has_fire = atari->options.fire_reset && atari->num_actions[0] >= 3 &&
                      atari->action[1] == PPO_ATARI_FIRE;
    atari->env = ppo_atari_functions;
    describe(atari, id);
    PPO_TRY(shape_observation(atari, error));
    atari->env.action_space = (ppo_space)PPO_SPACE_CHOICE(atari->num_actions);
    atari->env.max_episode_steps = PPO_ATARI_MAX_FRAMES / atari->min_skip;
    atari->env.reward_threshold = (double)NAN;
    atari->env.context = atari;
    atari->env.extension = &atari_extension;
    atari->env.instance_size = ppo_atari_lay_out(atari);
    atari->env.state_size = atari->env.instance_size - 64; // all but the pointer to this
    return PPO_OK;
}

static ppo_status find_cartridge(ppo_rom *rom, const ppo_id_form **form, const char *id,
                                 const char *rom_dir, ppo_error *error)
{
    *form = &forms[0];
    if (strncmp(id, FILE_PREFIX, strlen(FILE_PREFIX)) == 0)
        return ppo_rom_read(rom, id + strlen(FILE_PREFIX), error);
    const ppo_game_info *game = parse_id(id, form);
    if (!game)
        return ppo_fail(error, PPO_NOT_FOUND, "no Atari game is called '%.64s'", id);
    return ppo_rom_find(rom, game, rom_dir, error);
}

static ppo_status atari_open(const ppo_env_class **env, const char *id,
                             const ppo_env_options *options, ppo_error *error)
{
    ppo_rom rom = {.info = ppo_game_generic()};
    const ppo_id_form *form;
    *env = NULL;
    const ppo_atari_options *o = &options->atari;
    if (o->frame_skip == 0)
        return ppo_fail(error, PPO_INVALID, "frame_skip must be at least 1");
    PPO_TRY(find_cartridge(&rom, &form, id, o->rom_dir, error));
    ppo_atari *atari = calloc(1, sizeof *atari);
    if (!atari)
        return ppo_fail(error, PPO_NO_MEMORY, "not enough memory for an environment's class");
    atari->options = *o;
    atari->options.rom_dir = NULL;
    const ppo_status status = build(atari, id, &rom, form, error);
    if (status != PPO_OK) {
        destroy(atari);
        return status;
    }
    *env = &atari->env;
    return PPO_OK;
}

const ppo_env_family ppo_atari_family = {
    .kind = PPO_ENV_KIND_ATARI, .has_id = atari_has_id, .id_at = atari_id_at, .open = atari_open};
