// SPDX-License-Identifier: MIT
// Looking up a family's own classes. Keeps nothing.
#include "env/family.h"

#include <string.h>

const ppo_env_class *ppo_env_family_class(const ppo_env_family *family, const char *id)
{
    for (size_t i = 0; i < family->num_classes; i++)
        if (strcmp(family->classes[i]->id, id) == 0)
            return family->classes[i];
    return NULL;
}
