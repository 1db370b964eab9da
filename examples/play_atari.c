// SPDX-License-Identifier: MIT
// Plays an Atari game without any learning: Rally, which comes with the library, by a player that
// keeps its bat on the ball. Prints the score and leaves the last picture in rally.ppm.
//
//   ./play_atari [FRAMES]
#include <stdio.h>
#include <stdlib.h>

#include <ppo/ppo.h>

// Colours of Rally's picture as palette indices, and the lines of its court.
enum { BAT_COLOR = 0x9C, BALL_COLOR = 0x0E, FIRST_LINE = 38, LAST_LINE = 186 };

// The middle of what has a colour in the court, as a line of the picture; -1 if nothing has.
static int find_line(const uint8_t *screen, int color)
{
    int sum = 0, count = 0;
    for (int y = FIRST_LINE; y < LAST_LINE; y++)
        for (int x = 0; x < PPO_ATARI_WIDTH; x++)
            if (screen[y * PPO_ATARI_WIDTH + x] == color) {
                sum += y;
                count++;
            }
    return count ? sum / count : -1;
}

static ppo_atari_action follow_the_ball(const uint8_t *screen)
{
    const int bat = find_line(screen, BAT_COLOR), ball = find_line(screen, BALL_COLOR);
    if (ball < 0)
        return PPO_ATARI_FIRE; // serves
    return ball < bat - 4 ? PPO_ATARI_UP : ball > bat + 4 ? PPO_ATARI_DOWN : PPO_ATARI_NOOP;
}

static int write_picture(const char *path, const ppo_game *game, const ppo_cartridge *cartridge)
{
    const ppo_console *console = ppo_game_console(game);
    const unsigned height = ppo_console_height(console, cartridge);
    const uint8_t *screen = ppo_console_screen(console);
    const uint32_t *palette = ppo_atari_palette_rgb();
    FILE *file = fopen(path, "wb");
    if (!file)
        return -1;
    fprintf(file, "P6 %d %u 255\n", PPO_ATARI_WIDTH, height);
    for (unsigned i = 0; i < height * PPO_ATARI_WIDTH; i++) {
        const uint32_t color = palette[screen[i]];
        fprintf(file, "%c%c%c", (int)(color >> 16 & 255), (int)(color >> 8 & 255),
                (int)(color & 255));
    }
    return fclose(file);
}

int main(int argc, char **argv)
{
    const long frames = argc > 1 ? strtol(argv[1], NULL, 10) : 3000;
    ppo_game_setup setup = {.info = ppo_game_find("Rally")};
    ppo_error error = {.status = PPO_OK};
    size_t size;
    const void *bytes = ppo_game_cartridge(setup.info, &size);
    if (!bytes) {
        fprintf(stderr, "this build has no cartridges: it was made without dasm\n");
        return PPO_OK; // nothing to play is no failure
    }
    if (ppo_cartridge_create(&setup.cartridge, bytes, size, &setup.info->traits, &error)) {
        fprintf(stderr, "%s\n", error.message);
        return (int)error.status;
    }
    ppo_game *game = aligned_alloc(64, ppo_game_size());
    if (!game || ppo_game_load(game, &setup, 1, &error)) {
        fprintf(stderr, "%s\n", game ? error.message : "out of memory");
        return (int)PPO_NO_MEMORY;
    }

    int score = 0;
    long played = 0;
    for (; played < frames && !ppo_game_is_over(game); played++) {
        const uint8_t *screen = ppo_console_screen(ppo_game_console(game));
        score += ppo_game_act(game, &setup, follow_the_ball(screen), true);
    }
    printf("%ld frames: you and the computer are %d points apart%s\n", played, score,
           ppo_game_is_over(game) ? ", and the game is over" : "");
    if (write_picture("rally.ppm", game, setup.cartridge) == 0)
        printf("the last picture is in rally.ppm\n");
    free(game);
    ppo_cartridge_destroy(setup.cartridge);
    return PPO_OK;
}
