// SPDX-License-Identifier: MIT
// Speed of the console, one core: frames alone with random actions, drawn and not, the TIA's part
// of them alone, and agent steps through the full preprocessing; from their differences, where a
// step's time goes. All of it is timed from outside, so nothing in play is slower for being
// measured.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench/tia_speed.h"
#include "cli/bench/bench.h"
#include "cli/json.h"
#include "cli/message.h"
#include "cli/term.h"

enum { NUM_REPEATS = 7, FRAMES_AT_ONCE = 500, ACTION_FRAMES = 4 };

// A cartridge in a console, ready to play.
typedef struct bench_console {
    ppo_rom rom;
    ppo_game_setup setup;
    ppo_game *game;
    uint32_t random;
} bench_console;

typedef struct rates {
    double drawn[NUM_REPEATS], undrawn[NUM_REPEATS]; // frames per second
    double tia[NUM_REPEATS];                         // the same, undrawn, of the TIA alone
    double steps[NUM_REPEATS];                       // agent steps per second
} rates;

static void bench_console_release(bench_console *m)
{
    free(m->game);
    ppo_cartridge_destroy(m->setup.cartridge);
}

static ppo_status bench_console_init(bench_console *m, const char *id, const ppo_config *config,
                                     ppo_error *error)
{
    const ppo_game_info *info = ppo_env_game(id);
    m->random = 1;
    if (!info) {
        ppo_fail(error, PPO_INVALID, "'%.80s' is not an Atari game; `ppo envs` lists them", id);
        return PPO_INVALID;
    }
    ppo_status status = ppo_rom_find(&m->rom, info, config->rom_dir, error);
    m->setup.info = info;
    if (status == PPO_OK)
        status = ppo_cartridge_create(&m->setup.cartridge, m->rom.bytes, m->rom.size, &info->traits,
                                      error);
    if (status == PPO_OK) {
        const size_t size = (ppo_game_size() + 63) / 64 * 64;
        m->game = aligned_alloc(64, size);
        status = m->game ? ppo_game_load(m->game, &m->setup, 1, error)
                         : ppo_fail(error, PPO_NO_MEMORY, "not enough memory for a console");
    }
    return status;
}

// Plays on, a new random action of the game's own every four frames.
static void play(bench_console *m, uint32_t frames, bool draw)
{
    const ppo_game_info *info = m->rom.info;
    uint8_t action = 0;
    for (uint32_t i = 0; i < frames; i++) {
        if (i % ACTION_FRAMES == 0) {
            m->random = m->random * 1664525u + 1013904223u;
            action = info->action[(m->random >> 16) % info->num_actions];
        }
        ppo_game_act(m->game, &m->setup, (ppo_atari_action)action, draw);
        if (ppo_game_is_over(m->game))
            (void)ppo_game_reset(m->game, &m->setup, NULL); // mode 0 always exists
    }
}

static double frame_rate(bench_console *m, bool draw, double seconds)
{
    const double began_s = cli_now_s();
    double elapsed_s;
    uint64_t frames = 0;
    do {
        play(m, FRAMES_AT_ONCE, draw);
        frames += FRAMES_AT_ONCE;
        elapsed_s = cli_now_s() - began_s;
    } while (elapsed_s < seconds);
    return (double)frames / elapsed_s;
}

static ppo_status measure(rates *r, bench_console *m, const char *id, const ppo_config *config,
                          double seconds, ppo_error *error)
{
    const ppo_env_options options = ppo_config_env_options(config);
    const double turn_s = seconds / (4 * NUM_REPEATS);
    const ppo_env_class *env;
    ppo_status status = ppo_env_open(&env, id, &options, error);
    if (status != PPO_OK)
        return status;
    frame_rate(m, true, turn_s); // warm-up
    for (int i = 0; status == PPO_OK && i < NUM_REPEATS; i++) {
        r->drawn[i] = frame_rate(m, true, turn_s);
        r->undrawn[i] = frame_rate(m, false, turn_s);
        status = ppo_bench_tia(&r->tia[i], m->game, &m->setup, turn_s, error);
        if (status == PPO_OK)
            status = ppo_bench_env(&r->steps[i], env, 1, 1, turn_s, error);
    }
    ppo_env_close(env);
    return status;
}

// What was measured, as medians.
typedef struct medians {
    double drawn, undrawn, tia, steps; // per second
} medians;

// Where a step's nanoseconds go: processor + tia + preprocessing. Of its frames all are computed
// and the last two (one, without max_pool) drawn.
typedef struct costs {
    double step, processor, tia, drawing, preprocessing; // drawing is a part of the TIA's
} costs;

static costs costs_of(const medians *m, const ppo_config *config)
{
    const double frames = config->frame_skip;
    const double num_drawn = config->max_pool && config->frame_skip > 1 ? 2.0 : 1.0;
    costs c = {.step = 1e9 / m->steps, .drawing = num_drawn * (1e9 / m->drawn - 1e9 / m->undrawn)};
    c.processor = frames * (1e9 / m->undrawn - 1e9 / m->tia);
    c.tia = frames * 1e9 / m->tia + c.drawing;
    c.preprocessing = c.step - c.processor - c.tia;
    return c;
}

static int print_json(const char *id, const medians *m, const costs *c)
{
    cJSON *object = cJSON_CreateObject();
    cJSON_AddStringToObject(object, "name", "atari");
    cJSON_AddStringToObject(object, "env", id);
    cJSON_AddNumberToObject(object, "threads", 1);
    cJSON_AddNumberToObject(object, "sps", m->steps);
    cJSON_AddNumberToObject(object, "frames_per_second", m->drawn);
    cJSON_AddNumberToObject(object, "undrawn_frames_per_second", m->undrawn);
    cJSON_AddNumberToObject(object, "step_ns", c->step);
    cJSON_AddNumberToObject(object, "processor_ns", c->processor);
    cJSON_AddNumberToObject(object, "tia_ns", c->tia);
    cJSON_AddNumberToObject(object, "drawing_ns", c->drawing);
    cJSON_AddNumberToObject(object, "preprocessing_ns", c->preprocessing);
    return cli_json_print(object);
}

static int print_rates(const char *id, rates *r, const ppo_config *config, bool is_json)
{
    const medians m = {.drawn = ppo_median(r->drawn, NUM_REPEATS),
                       .undrawn = ppo_median(r->undrawn, NUM_REPEATS),
                       .tia = ppo_median(r->tia, NUM_REPEATS),
                       .steps = ppo_median(r->steps, NUM_REPEATS)};
    const costs c = costs_of(&m, config);
    if (is_json)
        return print_json(id, &m, &c);
    printf("%s, 1 thread\n", id);
    printf("  frames, each drawn     %10.0f /s\n", m.drawn);
    printf("  frames, none drawn     %10.0f /s\n", m.undrawn);
    printf("  agent steps            %10.0f /s, %.0f ns each:\n", m.steps, c.step);
    printf("    processor            %10.0f ns, %u frames\n", c.processor, config->frame_skip);
    printf("    TIA                  %10.0f ns, of which drawing %.0f\n", c.tia, c.drawing);
    printf("    preprocessing        %10.0f ns, starts of episodes included\n", c.preprocessing);
    return PPO_OK;
}

static int measure_and_print(bench_console *m, const char *id, const cli_args *args,
                             const cli_bench_plan *plan)
{
    ppo_error error = {0};
    ppo_config config;
    rates r;
    if (cli_bench_config(&config, id, args, &error) || bench_console_init(m, id, &config, &error) ||
        measure(&r, m, id, &config, plan->seconds, &error))
        return cli_fail(&error);
    return print_rates(id, &r, &config, plan->is_json);
}

int cli_bench_atari(const cli_bench_plan *plan, const cli_args *args, const char *operand)
{
    bench_console *m = calloc(1, sizeof *m);
    if (!m) {
        ppo_error error;
        ppo_fail(&error, PPO_NO_MEMORY, "not enough memory for a console");
        return cli_fail(&error);
    }
    const int code = measure_and_print(m, operand, args, plan);
    bench_console_release(m);
    free(m);
    return code;
}
