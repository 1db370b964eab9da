// SPDX-License-Identifier: MIT
// Playing a game as the Arcade Learning Environment 0.12 does: the frames before an episode,
// actions as joystick and paddle input, sticky actions, and the rules after every frame.
//
// Workload: a frame is 12 to 20 us, nearly all of it the console's. A ppo_game is one block of
// memory: the struct below, then the console. Not here: what a game's RAM means (rules.c), the
// machine (console.c).
#include "atari/game.h"

#include "atari/game_modes.h"
#include "atari/rules.h"

#include <stdio.h>
#include <string.h>

enum {
    NOOP_FRAMES = 60,   // before RESET is pressed
    RESET_FRAMES = 4,   // that RESET is held
    CHOICE_LIMIT = 512, // presses after which a mode counts as unreachable
};

// A paddle's resistance in ohms: its range, and the change per frame of an action.
enum {
    PADDLE_MIN = 27450,
    PADDLE_MAX = 790196, // unless the game has another
    PADDLE_STEP = 23000,
};

// Followed by the console at the next multiple of 64 bytes.
struct ppo_game {
    _Alignas(64) ppo_tally tally;
    int32_t lives;      // as the rules report them
    uint32_t frames;    // of the episode
    int32_t paddle_ohm; // of the player's paddle
    uint32_t last_action;
    uint8_t switches; // PPO_SWITCH_* of the difficulty
    uint8_t unused[3];
    ppo_mersenne random; // for sticky actions
};

static size_t head_size(void)
{
    return (sizeof(ppo_game) + 63) / 64 * 64;
}

static size_t size_with(size_t console)
{
    return head_size() + (console + 63) / 64 * 64;
}

size_t ppo_game_size(void)
{
    return size_with(ppo_console_size());
}

size_t ppo_game_size_for(const ppo_game_setup *setup)
{
    return size_with(ppo_console_size_for(setup->cartridge));
}

ppo_console *ppo_game_machine(ppo_game *game)
{
    return (ppo_console *)(void *)((unsigned char *)game + head_size());
}

const ppo_console *ppo_game_console(const ppo_game *game)
{
    return (const ppo_console *)(const void *)((const unsigned char *)game + head_size());
}

// --- actions ---------------------------------------------------------------------------------

#define UP    PPO_JOYSTICK_UP
#define DOWN  PPO_JOYSTICK_DOWN
#define LEFT  PPO_JOYSTICK_LEFT
#define RIGHT PPO_JOYSTICK_RIGHT
#define FIRE  PPO_JOYSTICK_FIRE

static const uint8_t joystick_of[PPO_ATARI_NUM_ACTIONS] = {
    [PPO_ATARI_FIRE] = FIRE,
    [PPO_ATARI_UP] = UP,
    [PPO_ATARI_RIGHT] = RIGHT,
    [PPO_ATARI_LEFT] = LEFT,
    [PPO_ATARI_DOWN] = DOWN,
    [PPO_ATARI_UPRIGHT] = UP | RIGHT,
    [PPO_ATARI_UPLEFT] = UP | LEFT,
    [PPO_ATARI_DOWNRIGHT] = DOWN | RIGHT,
    [PPO_ATARI_DOWNLEFT] = DOWN | LEFT,
    [PPO_ATARI_UPFIRE] = UP | FIRE,
    [PPO_ATARI_RIGHTFIRE] = RIGHT | FIRE,
    [PPO_ATARI_LEFTFIRE] = LEFT | FIRE,
    [PPO_ATARI_DOWNFIRE] = DOWN | FIRE,
    [PPO_ATARI_UPRIGHTFIRE] = UP | RIGHT | FIRE,
    [PPO_ATARI_UPLEFTFIRE] = UP | LEFT | FIRE,
    [PPO_ATARI_DOWNRIGHTFIRE] = DOWN | RIGHT | FIRE,
    [PPO_ATARI_DOWNLEFTFIRE] = DOWN | LEFT | FIRE,
};

static int32_t paddle_max(const ppo_game_info *info)
{
    return info->paddle_max_ohm > 0 ? info->paddle_max_ohm : PADDLE_MAX;
}

static int32_t paddle_centre(const ppo_game_info *info)
{
    return (PADDLE_MIN + paddle_max(info)) / 2;
}

static void turn_paddle(ppo_game *game, const ppo_game_info *info, uint8_t joystick)
{
    if (joystick & RIGHT)
        game->paddle_ohm -= PADDLE_STEP;
    if (joystick & LEFT)
        game->paddle_ohm += PADDLE_STEP;
    if (game->paddle_ohm < PADDLE_MIN)
        game->paddle_ohm = PADDLE_MIN;
    if (game->paddle_ohm > paddle_max(info))
        game->paddle_ohm = paddle_max(info);
}

// The second player's paddle stays at the centre; paddles of the right port read as 0 ohm.
static void set_paddles(ppo_console_input *input, const ppo_game *game, const ppo_game_info *info)
{
    const unsigned player = info->traits.swap_paddles ? 1 : 0;
    input->paddle_ohm[player] = game->paddle_ohm;
    input->paddle_ohm[1 - player] = paddle_centre(info);
}

// One frame, then a step of the rules, which ALE omits while SELECT is held.
static void emulate(ppo_game *game, const ppo_game_setup *setup, ppo_atari_action action,
                    uint8_t switches, bool draw)
{
    const ppo_game_info *info = setup->info;
    ppo_console_input input = {.switches = switches | game->switches};
    input.joystick[info->swap_ports ? 1 : 0] = joystick_of[action];
    if (info->traits.paddles[0]) {
        turn_paddle(game, info, joystick_of[action]);
        set_paddles(&input, game, info);
    }
    ppo_console *console = ppo_game_machine(game);
    ppo_console_frame(console, setup->cartridge, &input, draw);
    const ppo_game_rules *rules = info->rules;
    if (rules && !(switches & PPO_SWITCH_SELECT)) {
        rules->step(&game->tally, ppo_console_ram(console), console->chips.board.ram);
        game->lives = ppo_rules_lives(rules, &game->tally);
    }
}

// --- playing ---------------------------------------------------------------------------------

// Two draws per frame, one for each player, as in ALE.
static bool sticks(ppo_game *game, double probability)
{
    const double draw = (double)ppo_mersenne_next(&game->random) * 0x1p-32;
    ppo_mersenne_next(&game->random);
    return draw < probability;
}

int32_t ppo_game_act(ppo_game *game, const ppo_game_setup *setup, ppo_atari_action action,
                     bool draw)
{
    if (setup->info->no_fire && (joystick_of[action] & FIRE))
        action = PPO_ATARI_NOOP;
    if (!sticks(game, setup->sticky_prob))
        game->last_action = action;
    if (game->tally.is_over || ppo_game_is_truncated(game, setup))
        return 0;
    emulate(game, setup, (ppo_atari_action)game->last_action, 0, draw);
    game->frames++;
    return game->tally.reward;
}

bool ppo_game_is_over(const ppo_game *game)
{
    return game->tally.is_over != 0;
}

bool ppo_game_is_truncated(const ppo_game *game, const ppo_game_setup *setup)
{
    return setup->max_frames > 0 && game->frames >= setup->max_frames;
}

int32_t ppo_game_lives(const ppo_game *game)
{
    return game->lives;
}

uint32_t ppo_game_frames(const ppo_game *game)
{
    return game->frames;
}

// --- starting an episode ---------------------------------------------------------------------

static void wait_frames(ppo_game *game, const ppo_game_setup *setup, ppo_atari_action action,
                        unsigned frames, bool draw)
{
    for (unsigned i = 0; i < frames; i++)
        emulate(game, setup, action, 0, draw);
}

static void press_reset(ppo_game *game, const ppo_game_setup *setup, bool draw)
{
    for (unsigned i = 0; i < RESET_FRAMES; i++)
        emulate(game, setup, PPO_ATARI_NOOP, PPO_SWITCH_RESET, draw);
    game->last_action = PPO_ATARI_NOOP;
}

// SELECT for some frames, then a frame without action, which belongs to the episode.
static void press_select(ppo_game *game, const ppo_game_setup *setup, unsigned frames)
{
    for (unsigned i = 0; i < frames; i++)
        emulate(game, setup, PPO_ATARI_NOOP, PPO_SWITCH_SELECT, false);
    emulate(game, setup, PPO_ATARI_NOOP, 0, false);
    game->frames++;
}

static const uint8_t *ram_of(const ppo_game *game)
{
    return ppo_console_ram(ppo_game_console(game));
}

// An action, then a frame without one.
static void tap(ppo_game *game, const ppo_game_setup *setup, ppo_atari_action action)
{
    (void)ppo_game_act(game, setup, action, false);
    (void)ppo_game_act(game, setup, PPO_ATARI_NOOP, false);
}

// Double Dunk's menu has a line for each option; a byte of RAM tells the line.
static void next_menu_line(ppo_game *game, const ppo_game_setup *setup)
{
    const uint8_t line = ram_of(game)[48];
    for (int i = 0; i < CHOICE_LIMIT && (i == 0 || ram_of(game)[48] == line); i++)
        tap(game, setup, PPO_ATARI_DOWN);
}

static void set_menu_option(ppo_game *game, const ppo_game_setup *setup, uint8_t bit, bool on)
{
    for (int i = 0; i < CHOICE_LIMIT && ((ram_of(game)[0] & bit) != 0) != on; i++)
        tap(game, setup, on ? PPO_ATARI_RIGHT : PPO_ATARI_LEFT);
}

static void choose_in_menu(ppo_game *game, const ppo_game_setup *setup, uint32_t mode)
{
    static const uint8_t option[4] = {8, 16, 4, 32}; // of the mode's bits
    press_select(game, setup, 1);
    next_menu_line(game, setup);
    for (int i = 0; i < 4; i++) {
        next_menu_line(game, setup);
        set_menu_option(game, setup, option[i], mode >> i & 1);
    }
}

static bool is_chosen(const ppo_game *game, const ppo_mode_choice *choice, uint32_t mode)
{
    const ppo_console *console = ppo_game_console(game);
    return choice->is_chosen(ppo_console_ram(console), console->chips.board.ram, mode);
}

static ppo_status no_such_mode(const ppo_game_info *info, uint32_t mode, ppo_error *error)
{
    if (error) {
        error->status = PPO_UNSUPPORTED;
        snprintf(error->message, sizeof error->message,
                 "%.64s: mode %u is not reached by pressing SELECT", info->name, mode);
    }
    return PPO_UNSUPPORTED;
}

static ppo_status choose_mode(ppo_game *game, const ppo_game_setup *setup, ppo_error *error)
{
    const ppo_game_info *info = setup->info;
    const ppo_mode_choice *choice = info->choice;
    const uint32_t mode = setup->mode > 0 ? setup->mode : ppo_game_default_mode(info);

    if (choice->special == PPO_MODES_VIDEO_CHECKERS)
        game->tally.own[0] = mode >= 11;
    if (choice->first == PPO_FIRST_SELECT)
        press_select(game, setup, choice->first_frames);
    if (choice->first == PPO_FIRST_RESET)
        press_reset(game, setup, false);
    for (unsigned i = 0; choice->first == PPO_FIRST_NOOP && i < choice->first_frames; i++)
        (void)ppo_game_act(game, setup, PPO_ATARI_NOOP, false);

    // SELECT until the mode is there.
    if (choice->special == PPO_MODES_DOUBLE_DUNK)
        choose_in_menu(game, setup, mode);
    for (unsigned presses = 0; !is_chosen(game, choice, mode); presses++) {
        if (presses == CHOICE_LIMIT)
            return no_such_mode(info, mode, error);
        unsigned frames = choice->select_frames;
        if (choice->special == PPO_MODES_ADVENTURE)
            frames += ppo_mersenne_next(&game->random) % 256;
        press_select(game, setup, frames);
        if (choice->special == PPO_MODES_ADVENTURE)
            (void)ppo_game_act(game, setup, PPO_ATARI_NOOP, false);
    }
    if (choice->special == PPO_MODES_DEMON_ATTACK)
        game->tally.own[0] = 1;
    press_reset(game, setup, false);

    if (choice->special == PPO_MODES_DOUBLE_DUNK)
        tap(game, setup, PPO_ATARI_UPFIRE);
    if (choice->special == PPO_MODES_VIDEO_CUBE) {
        const uint32_t number = mode < 100 ? 1 : mode / 100;
        for (int i = 0; i < CHOICE_LIMIT; i++) {
            const uint8_t shown = ram_of(game)[31];
            if (10u * (shown >> 4) + (shown & 15) == number)
                break;
            (void)ppo_game_act(game, setup, PPO_ATARI_RIGHT, false);
        }
    }
    return PPO_OK;
}

// The rules step after every frame, so the rewards of these frames are not those of the first
// action. The last frames are drawn: the first observation is the last one's.
ppo_status ppo_game_reset(ppo_game *game, const ppo_game_setup *setup, ppo_error *error)
{
    const ppo_game_info *info = setup->info;
    game->switches = (uint8_t)((setup->difficulty & 1 ? PPO_SWITCH_LEFT_A : 0) |
                               (setup->difficulty & 2 ? PPO_SWITCH_RIGHT_A : 0));
    game->paddle_ohm = paddle_centre(info);
    ppo_console_reset(ppo_game_machine(game), setup->cartridge);
    wait_frames(game, setup, PPO_ATARI_NOOP, NOOP_FRAMES, false);
    press_reset(game, setup, false);
    if (info->rules) {
        ppo_rules_reset(info->rules, &game->tally);
        game->lives = ppo_rules_lives(info->rules, &game->tally);
    }
    game->frames = 0;
    if (info->choice) {
        const ppo_status status = choose_mode(game, setup, error);
        if (status != PPO_OK)
            return status;
    }
    press_reset(game, setup, true);
    for (const ppo_game_start *start = info->start; start < info->start + 3; start++) {
        const bool is_switch = start->action == PPO_ATARI_RESET;
        const ppo_atari_action action = (ppo_atari_action)(is_switch ? 0 : start->action);
        for (unsigned i = 0; i < start->frames; i++)
            emulate(game, setup, action, is_switch ? PPO_SWITCH_RESET : 0, true);
    }
    return PPO_OK;
}

static ppo_status refuse(const char *name, const char *what, uint32_t value, const char *list,
                         ppo_error *error)
{
    if (error) {
        error->status = PPO_INVALID;
        snprintf(error->message, sizeof error->message, "%.64s has no %s %u, but: %.80s", name,
                 what, value, list ? list : "0");
    }
    return PPO_INVALID;
}

ppo_status ppo_game_load(ppo_game *game, const ppo_game_setup *setup, uint32_t seed,
                         ppo_error *error)
{
    const ppo_game_info *info = setup->info;
    if (setup->mode > 0 && !ppo_game_list_has(info->modes, setup->mode))
        return refuse(info->name, "mode", setup->mode, info->modes, error);
    if (setup->difficulty > 0 && !ppo_game_list_has(info->difficulties, setup->difficulty))
        return refuse(info->name, "difficulty", setup->difficulty, info->difficulties, error);
    memset(game, 0, head_size()); // padding too: equal states are equal bytes
    ppo_mersenne_init(&game->random, seed);
    game->last_action = PPO_ATARI_NOOP;
    ppo_console_power_on(ppo_game_machine(game), setup->cartridge, PPO_CONSOLE_SEED);
    return ppo_game_reset(game, setup, error);
}

// --- checking a state ------------------------------------------------------------------------

static bool is_point_count(int32_t points)
{
    return points >= -PPO_TALLY_MAX && points <= PPO_TALLY_MAX;
}

static const char *fault_of(const ppo_game *game, const ppo_game_info *info)
{
    const ppo_tally *tally = &game->tally;
    bool counts = is_point_count(tally->score) && is_point_count(tally->reward) &&
                  is_point_count(tally->lives) && is_point_count(game->lives);
    for (uint32_t i = 0; i < PPO_RULES_OWN; i++)
        counts = counts && is_point_count(tally->own[i]);
    if (tally->is_over > 1 || !counts)
        return "its score is out of range";
    if (game->last_action >= PPO_ATARI_NUM_ACTIONS)
        return "its last action does not exist";
    if (game->paddle_ohm < PADDLE_MIN || game->paddle_ohm > paddle_max(info))
        return "its paddle is out of range";
    if (game->switches & ~(PPO_SWITCH_LEFT_A | PPO_SWITCH_RIGHT_A))
        return "it has set switches other than difficulty";
    return ppo_mersenne_is_valid(&game->random) ? NULL
                                                : "its random generator is past its last number";
}

ppo_status ppo_game_check(const ppo_game *game, const ppo_game_setup *setup, ppo_error *error)
{
    const char *fault = fault_of(game, setup->info);
    if (!fault)
        return ppo_console_check(ppo_game_console(game), setup->cartridge, error);
    if (error) {
        error->status = PPO_CORRUPT;
        snprintf(error->message, sizeof error->message, "this is not the state of %.64s: %s",
                 setup->info->name, fault);
    }
    return PPO_CORRUPT;
}
