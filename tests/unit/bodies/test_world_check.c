// SPDX-License-Identifier: MIT
// Worlds from files: what a simulation leaves passes, wherever it is stopped; bytes changed at
// random are refused, or what they leave can be stepped (the sanitisers watch that).
#include "bodies/world_check.h"

#include "bodies/build.h"
#include "unit/bodies/support/scenes.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static const ppo_world_size size = {.ground = 42, .min_ground = 41, .bodies = 5, .hinges = 4};

static ppo_world *make(void)
{
    ppo_world *world = calloc(1, sizeof *world);
    assert_non_null(world);
    scene_walker(world, 1);
    return world;
}

static void test_simulated_worlds_pass(void **state)
{
    (void)state;
    ppo_world *world = make();
    for (int step = 0; step < 300; step++) {
        const char *why = ppo_world_check(world, &size);
        if (why)
            fail_msg("step %d: %s", step, why);
        scene_drive(world, 1, step);
        scene_step(world);
    }
    free(world);
}

// What would lead out of an array, around in circles, or to numbers that are none.
static void forge(ppo_world *w, int what)
{
    ppo_node *root = &w->slot[w->tree.root / 2].node[w->tree.root % 2];
    switch (what) {
    case 0:
        w->num_contacts = PPO_MAX_CONTACTS + 1;
        break;
    case 1:
        w->contact[0].ground = 200;
        break;
    case 2:
        w->contact[0].manifold.num_points = 3;
        break;
    case 3:
        w->hinge[2].b = 5;
        break;
    case 4:
        w->body[3].shape.num_corners = 9;
        break;
    case 5:
        w->slot[7].piece.num_corners = 5;
        break;
    case 6:
        w->slot[7].piece.part_of = 41;
        break;
    case 7:
        root->child[0] = w->tree.root;
        break;
    case 8:
        root->child[1] = root->child[0];
        break;
    case 9:
        root->height++;
        break;
    case 10:
        w->tree.free_node = w->tree.root;
        break;
    case 11:
        w->body[1].sweep.a = (float)NAN;
        break;
    case 12:
        w->body[2].inv_mass = 0.0f;
        break;
    case 13:
        w->slot[3].piece.leaf = w->slot[4].piece.leaf;
        break;
    default:
        w->hinge[1].limit = 3;
    }
}

static void test_forged_worlds(void **state)
{
    (void)state;
    ppo_world *world = make(), *forged = make();
    for (int step = 0; step < 40 || world->num_contacts == 0; step++)
        scene_step(world);
    assert_null(ppo_world_check(world, &size));
    for (int what = 0; what < 15; what++) {
        *forged = *world;
        forge(forged, what);
        if (!ppo_world_check(forged, &size))
            fail_msg("forgery %d passes", what);
    }
    free(world);
    free(forged);
}

static void test_random_bytes(void **state)
{
    (void)state;
    ppo_world *world = make(), *forged = make();
    const size_t bytes = PPO_WORLD_BYTES(42);
    unsigned x = 7;
    int refused = 0, passed = 0;
    for (int i = 0; i < 3000; i++) {
        if (i % 20 == 0) {
            scene_drive(world, 1, i);
            scene_step(world);
        }
        memcpy(forged, world, bytes);
        for (int k = 0; k <= i % 3; k++) {
            x = x * 1664525u + 1013904223u;
            ((unsigned char *)forged)[(x >> 4) % bytes] ^= (unsigned char)(1u << (x >> 29));
        }
        if (ppo_world_check(forged, &size)) {
            refused++;
            continue;
        }
        passed++;
        for (int step = 0; step < 3; step++)
            scene_step(forged);
    }
    assert_true(refused > 300 && passed > 300);
    free(world);
    free(forged);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_simulated_worlds_pass),
        cmocka_unit_test(test_forged_worlds),
        cmocka_unit_test(test_random_bytes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
