// SPDX-License-Identifier: MIT
// Paths of a run's files: see run_state.h. Owns nothing.
#include "run/run_state.h"

#include <stdio.h>

const char *ppo_run_path(ppo_run *run, const char *name)
{
    ppo_path *path = &run->path[run->turn++ % 2];
    snprintf(path->text, sizeof path->text, "%s/%s", run->root.text, name);
    return path->text;
}
