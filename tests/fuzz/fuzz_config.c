// SPDX-License-Identifier: MIT
// libFuzzer: any bytes as a configuration file. What is accepted must be written and read back, and
// what is refused must come with a sentence.
#include "ppo/config.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static char text[1 << 15], again[1 << 15];
    ppo_config config, loaded;
    ppo_error error = {0};
    ppo_config_defaults(&config);
    if (ppo_config_parse(&config, (const char *)data, size, "fuzz", &error) != PPO_OK) {
        if (error.message[0] == '\0' || strchr(error.message, '\n'))
            abort();
        return 0;
    }
    (void)ppo_config_check(&config, NULL);
    ppo_config_defaults(&loaded);
    const size_t length = ppo_config_format(&config, text, sizeof text);
    if (ppo_config_parse(&loaded, text, length, "again", &error) != PPO_OK ||
        ppo_config_format(&loaded, again, sizeof again) != length || strcmp(text, again) != 0)
        abort();
    return 0;
}
