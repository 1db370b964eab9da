// SPDX-License-Identifier: MIT
// Clipping of actions: see action_clip.h. Keeps nothing.
#include "env/action_clip.h"

bool ppo_action_has_reals(const ppo_space *space)
{
    for (size_t i = 0; i < ppo_space_num_leaves(space); i++)
        if (ppo_space_leaf_at(space, i).space->kind == PPO_SPACE_BOX)
            return true;
    return false;
}

static void clip_box(const ppo_space *box, float *x)
{
    const size_t size = ppo_space_size(box);
    for (size_t i = 0; i < size; i++) {
        if (box->low && x[i] < box->low[i])
            x[i] = box->low[i];
        if (box->high && x[i] > box->high[i])
            x[i] = box->high[i];
    }
}

void ppo_action_clip(const ppo_space *space, void *action)
{
    for (size_t i = 0; i < ppo_space_num_leaves(space); i++) {
        const ppo_space_leaf leaf = ppo_space_leaf_at(space, i);
        if (leaf.space->kind == PPO_SPACE_BOX)
            clip_box(leaf.space, (float *)action + leaf.first);
    }
}
