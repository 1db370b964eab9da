// SPDX-License-Identifier: MIT
// See island.h. A depth-first search from the newest body, with the newest contacts and hinges
// first.
#include "bodies/island.h"

static void add_contacts(ppo_island *island, const ppo_world *world, int body)
{
    int count = 0;
    for (int i = world->num_contacts; i-- > 0;) {
        const ppo_contact *c = &world->contact[i];
        if (c->body != body || c->is_disabled || !c->is_touching ||
            island->num_contacts == PPO_ISLAND_CONTACTS)
            continue;
        island->contact[island->num_contacts++] = (int16_t)i;
        count++;
    }
    island->contacts_of[island->num_bodies - 1] = (int16_t)count;
}

bool ppo_island_next(ppo_island *island, ppo_world *world, uint32_t *found)
{
    int16_t stack[PPO_MAX_BODIES];
    int depth = 0;
    uint32_t hinges = 0;
    for (int i = world->num_bodies; i-- > 0 && depth == 0;)
        if (world->body[i].is_awake && !(*found >> i & 1))
            stack[depth++] = (int16_t)i;
    if (depth == 0)
        return false;
    *found |= 1u << stack[0];
    *island = (ppo_island){.num_bodies = 0};
    while (depth > 0) {
        const int body = stack[--depth];
        island->body[island->num_bodies++] = (int16_t)body;
        ppo_body_wake(&world->body[body]);
        add_contacts(island, world, body);
        for (int i = world->num_hinges; i-- > 0;) {
            const ppo_hinge *h = &world->hinge[i];
            if ((h->a != body && h->b != body) || (hinges >> i & 1))
                continue;
            hinges |= 1u << i;
            island->hinge[island->num_hinges++] = (int16_t)i;
            const int other = h->a == body ? h->b : h->a;
            if (*found >> other & 1)
                continue;
            *found |= 1u << other;
            stack[depth++] = (int16_t)other;
        }
    }
    return true;
}
