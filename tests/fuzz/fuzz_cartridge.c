// SPDX-License-Identifier: MIT
// libFuzzer: any bytes as a cartridge. The first byte selects the size and the input; the others,
// repeated, fill the cartridge. Some frames are drawn and some not, with a reset in between.
#include "ppo/atari.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static uint8_t bytes[16384];
    static ppo_console *console;
    if (!console)
        console = aligned_alloc(64, (ppo_console_size() + 63) / 64 * 64);
    if (!console || size < 2)
        return 0;
    const size_t sizes[] = {2048, 4096, 8192, 16384}, used = sizes[data[0] % 4];
    for (size_t i = 0; i < used; i++)
        bytes[i] = data[1 + i % (size - 1)];
    const ppo_cartridge_traits traits = {.paddles = {data[0] & 4, data[0] & 8}};
    ppo_cartridge *cartridge;
    if (ppo_cartridge_create(&cartridge, bytes, used, &traits, NULL) != PPO_OK)
        abort();
    ppo_console_power_on(console, cartridge, PPO_CONSOLE_SEED);
    const ppo_console_input input = {.joystick = {data[0] >> 3, data[0] & 31},
                                     .switches = data[0],
                                     .paddle_ohm = {0, 400000, 30000, 790000}};
    for (int i = 0; i < 8; i++)
        ppo_console_frame(console, cartridge, &input, i % 4 > 1);
    ppo_console_reset(console, cartridge);
    ppo_console_frame(console, cartridge, &input, false);
    ppo_cartridge_destroy(cartridge);
    return 0;
}
