// SPDX-License-Identifier: MIT
// `ppo info --memory`: the buffers that a training plans, all taken at its creation.
#include <inttypes.h>
#include <stdio.h>

#include "cli/info/info.h"
#include "cli/json.h"
#include "cli/message.h"
#include "cli/space_text.h"
#include "cli/target.h"
#include "cli/term.h"

static int print_json(const ppo_trainer *trainer)
{
    cJSON *object = cJSON_CreateObject();
    cJSON *list = cJSON_AddArrayToObject(object, "buffers");
    ppo_buffer_info info;
    uint64_t total = 0;
    for (size_t i = 0; ppo_trainer_buffer(trainer, i, &info); i++) {
        cJSON *row = cJSON_CreateObject();
        cJSON_AddStringToObject(row, "name", info.name);
        cJSON_AddStringToObject(row, "owner", info.owner);
        cJSON_AddStringToObject(row, "dtype", cli_dtype_text(info.dtype));
        cJSON *shape = cJSON_AddArrayToObject(row, "shape");
        for (uint32_t d = 0; d < info.rank; d++)
            cJSON_AddItemToArray(shape, cJSON_CreateNumber((double)info.shape[d]));
        cli_json_add_integer(row, "bytes", info.bytes);
        cJSON_AddBoolToObject(row, "in_checkpoint", info.in_checkpoint);
        cJSON_AddItemToArray(list, row);
        total += info.bytes;
    }
    cli_json_add_integer(object, "total_bytes", total);
    return cli_json_print(object);
}

static int print_table(const ppo_trainer *trainer)
{
    ppo_buffer_info info;
    uint64_t total = 0, saved = 0;
    printf("%s%-40s %-5s %-24s %12s  %-5s  %s%s\n", cli_style(stdout, CLI_BOLD), "name", "type",
           "shape", "bytes", "saved", "owner", cli_style(stdout, CLI_PLAIN));
    for (size_t i = 0; ppo_trainer_buffer(trainer, i, &info); i++) {
        char shape[96];
        cli_shape_text(shape, sizeof shape, info.shape, info.rank);
        printf("%-40s %-5s %-24s %12" PRIu64 "  %-5s  %s\n", info.name, cli_dtype_text(info.dtype),
               shape, info.bytes, info.in_checkpoint ? "yes" : "", info.owner);
        total += info.bytes;
        saved += info.in_checkpoint ? info.bytes : 0;
    }
    printf("total %" PRIu64 " bytes (%.2f MiB), of them %" PRIu64 " in a checkpoint\n", total,
           (double)total / 1048576.0, saved);
    return PPO_OK;
}

int cli_info_memory(const char *task, const cli_args *args)
{
    ppo_error error = {0};
    ppo_config config;
    cli_target target;
    ppo_trainer *trainer = NULL;
    if (cli_target_config(&config, &target, task, args, &error) ||
        ppo_trainer_create(&trainer, &config, NULL, &error))
        return cli_fail(&error);
    const int code = args->flag[CLI_FLAG_JSON] ? print_json(trainer) : print_table(trainer);
    ppo_trainer_destroy(trainer);
    return code;
}
