// SPDX-License-Identifier: MIT
// JSON results, through cJSON. A failed allocation inside cJSON leaves a member out or gives NULL;
// only the end result is checked.
#include "cli/json.h"

#include <inttypes.h>
#include <stdio.h>

#include "cli/message.h"

void cli_json_add_integer(cJSON *object, const char *name, uint64_t value)
{
    char text[24];
    snprintf(text, sizeof text, "%" PRIu64, value);
    cJSON_AddRawToObject(object, name, text);
}

void cli_json_add_hash(cJSON *object, const char *name, uint64_t hash)
{
    char text[24];
    snprintf(text, sizeof text, "%016" PRIx64, hash);
    cJSON_AddStringToObject(object, name, text);
}

void cli_json_add_evaluation(cJSON *object, const ppo_evaluation *evaluation)
{
    cJSON_AddNumberToObject(object, "return_mean", evaluation->return_mean);
    cJSON_AddNumberToObject(object, "return_std", evaluation->return_std);
    cJSON_AddNumberToObject(object, "return_min", evaluation->return_min);
    cJSON_AddNumberToObject(object, "return_max", evaluation->return_max);
    cJSON_AddNumberToObject(object, "length_mean", evaluation->length_mean);
    cJSON_AddNumberToObject(object, "episodes", evaluation->episodes);
}

int cli_json_print(cJSON *object)
{
    char *text = object ? cJSON_PrintUnformatted(object) : NULL;
    cJSON_Delete(object);
    if (!text) {
        const ppo_error error = {.status = PPO_NO_MEMORY};
        return cli_fail(&error);
    }
    puts(text);
    cJSON_free(text);
    return PPO_OK;
}
