// SPDX-License-Identifier: MIT
// The layout of a process's shared memory: see group_layout.h. Keeps nothing.
#include "env/gym/group_layout.h"

#include <unistd.h>

static size_t add(size_t *end, size_t bytes)
{
    const size_t at = *end;
    *end += (bytes + 63) / 64 * 64;
    return at;
}

ppo_group_layout ppo_group_layout_for(const ppo_bridge_setup *setup, size_t count,
                                      bool has_pictures)
{
    const size_t page = (size_t)sysconf(_SC_PAGESIZE);
    size_t end = sizeof(ppo_bridge_control);
    ppo_group_layout layout = {.obs_stride = (setup->obs_bytes + 63) / 64 * 64};
    layout.flags = add(&end, count);
    layout.rewards = add(&end, count * sizeof(double));
    layout.seeds = add(&end, count * sizeof(uint64_t));
    layout.actions = add(&end, count * setup->action_bytes);
    layout.observations = add(&end, count * layout.obs_stride);
    layout.first_observations = add(&end, count * layout.obs_stride);
    if (has_pictures)
        layout.pictures = add(&end, (size_t)setup->picture_height * setup->picture_width * 3);
    layout.bytes = (end + page - 1) / page * page;
    return layout;
}

void ppo_group_layout_describe(const ppo_group_layout *layout, cJSON *task)
{
    const struct {
        const char *name;
        size_t value;
    } places[] = {
        {"bytes", layout->bytes},       {"flags", layout->flags},
        {"rewards", layout->rewards},   {"seeds", layout->seeds},
        {"actions", layout->actions},   {"observations", layout->observations},
        {"stride", layout->obs_stride}, {"first_observations", layout->first_observations},
        {"pictures", layout->pictures}};
    for (size_t i = 0; i < sizeof places / sizeof places[0]; i++)
        cJSON_AddNumberToObject(task, places[i].name, (double)places[i].value);
}
