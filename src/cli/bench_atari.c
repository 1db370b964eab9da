// SPDX-License-Identifier: MIT
// Speed of the console, one core: frames alone with random actions, drawn and not, and agent steps
// through the full preprocessing; from their differences, where a step's time goes.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench.h"
#include "json.h"
#include "message.h"
#include "statistics.h"
#include "term.h"

enum { NUM_REPEATS = 7, FRAMES_AT_ONCE = 500, ACTION_FRAMES = 4 };

// A cartridge in a console, ready to play.
typedef struct machine {
    ppo_rom rom;
    ppo_game_setup setup;
    ppo_game *game;
    uint32_t random;
} machine;

typedef struct rates {
    double drawn[NUM_REPEATS], undrawn[NUM_REPEATS]; // frames per second
    double steps[NUM_REPEATS];                       // agent steps per second
} rates;

static void machine_release(machine *m)
{
    free(m->game);
    ppo_cartridge_destroy(m->setup.cartridge);
}

static ppo_status machine_init(machine *m, const char *id, const ppo_config *config,
                               ppo_error *error)
{
    const ppo_game_info *info = ppo_env_game(id);
    m->random = 1;
    if (!info) {
        cli_error_set(error, PPO_INVALID, "'%.80s' is not an Atari game; `ppo envs` lists them",
                      id);
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
                         : cli_error_set(error, PPO_NO_MEMORY, "not enough memory for a console");
    }
    return status;
}

// Plays on, a new random action of the game's own every four frames.
static void play(machine *m, uint32_t frames, bool draw)
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
            (void)ppo_game_reset(m->game, &m->setup, NULL); // mode 0 can always be had
    }
}

static double frame_rate(machine *m, bool draw, double seconds)
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

static ppo_status measure(rates *r, machine *m, const char *id, const ppo_config *config,
                          double seconds, ppo_error *error)
{
    const ppo_env_options options = ppo_config_env_options(config);
    const double turn_s = seconds / (3 * NUM_REPEATS);
    const ppo_env_class *env;
    ppo_status status = ppo_env_open(&env, id, &options, error);
    if (status != PPO_OK)
        return status;
    frame_rate(m, true, turn_s); // warm-up
    for (int i = 0; status == PPO_OK && i < NUM_REPEATS; i++) {
        r->drawn[i] = frame_rate(m, true, turn_s);
        r->undrawn[i] = frame_rate(m, false, turn_s);
        status = ppo_bench_env(&r->steps[i], env, 1, 1, turn_s, error);
    }
    ppo_env_close(env);
    return status;
}

// Where a step's nanoseconds go: of its frames all are computed, the last two (one, without
// max_pool) drawn.
typedef struct costs {
    double step, console, drawing, preprocessing;
} costs;

static costs costs_of(double drawn, double undrawn, double steps, const ppo_config *config)
{
    const double seen = config->max_pool && config->frame_skip > 1 ? 2.0 : 1.0;
    costs c = {.step = 1e9 / steps, .console = 1e9 * config->frame_skip / undrawn};
    c.drawing = seen * (1e9 / drawn - 1e9 / undrawn);
    c.preprocessing = c.step - c.console - c.drawing;
    return c;
}

static int print_json(const char *id, double drawn, double undrawn, double steps, const costs *c)
{
    cJSON *object = cJSON_CreateObject();
    cJSON_AddStringToObject(object, "name", "atari");
    cJSON_AddStringToObject(object, "env", id);
    cJSON_AddNumberToObject(object, "threads", 1);
    cJSON_AddNumberToObject(object, "sps", steps);
    cJSON_AddNumberToObject(object, "frames_per_second", drawn);
    cJSON_AddNumberToObject(object, "undrawn_frames_per_second", undrawn);
    cJSON_AddNumberToObject(object, "step_ns", c->step);
    cJSON_AddNumberToObject(object, "console_ns", c->console);
    cJSON_AddNumberToObject(object, "drawing_ns", c->drawing);
    cJSON_AddNumberToObject(object, "preprocessing_ns", c->preprocessing);
    return cli_json_print(object);
}

static int print_rates(const char *id, rates *r, const ppo_config *config, bool is_json)
{
    const double drawn = cli_median(r->drawn, NUM_REPEATS);
    const double undrawn = cli_median(r->undrawn, NUM_REPEATS);
    const double steps = cli_median(r->steps, NUM_REPEATS);
    const costs c = costs_of(drawn, undrawn, steps, config);
    if (is_json)
        return print_json(id, drawn, undrawn, steps, &c);
    printf("%s, 1 thread\n", id);
    printf("  frames, each drawn     %10.0f /s\n", drawn);
    printf("  frames, none drawn     %10.0f /s\n", undrawn);
    printf("  agent steps            %10.0f /s, %.0f ns each:\n", steps, c.step);
    printf("    processor and TIA    %10.0f ns, %u frames\n", c.console, config->frame_skip);
    printf("    drawing              %10.0f ns\n", c.drawing);
    printf("    preprocessing        %10.0f ns, starts of episodes included\n", c.preprocessing);
    return PPO_OK;
}

static int measure_and_print(machine *m, const char *id, const cli_args *args,
                             const cli_bench_plan *plan)
{
    ppo_error error = {0};
    ppo_config config;
    rates r;
    if (cli_bench_config(&config, id, args, &error) || machine_init(m, id, &config, &error) ||
        measure(&r, m, id, &config, plan->seconds, &error))
        return cli_fail(&error);
    return print_rates(id, &r, &config, plan->is_json);
}

int cli_bench_atari(const char *id, const cli_args *args, const cli_bench_plan *plan)
{
    machine *m = calloc(1, sizeof *m);
    if (!m) {
        ppo_error error;
        cli_error_set(&error, PPO_NO_MEMORY, "not enough memory for a console");
        return cli_fail(&error);
    }
    const int code = measure_and_print(m, id, args, plan);
    machine_release(m);
    free(m);
    return code;
}
