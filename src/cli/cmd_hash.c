// SPDX-License-Identifier: MIT
// `ppo hash`: the hash of an agent's parameters, alone on a line.
#include <inttypes.h>
#include <stdio.h>

#include "cli/commands.h"
#include "cli/args.h"
#include "cli/find_runs.h"
#include "cli/message.h"

int cli_cmd_hash(const cli_args *args)
{
    ppo_error error = {0};
    uint64_t hash = 0;
    if (ppo_checkpoint_hash(&hash, args->operand[0], &error)) {
        cli_explain_no_run(args->operand[0], &error);
        return cli_fail(&error);
    }
    printf("%016" PRIx64 "\n", hash);
    return PPO_OK;
}
