// SPDX-License-Identifier: MIT
// The tree of boxes against a list of all boxes: what a query finds, through insertions, removals
// and movements; and that it stays whole.
#include "bodies/tree.h"

#include "bodies/build.h"
#include "bodies/world_check.h"
#include "unit/bodies/support/scenes.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static int by_number(const void *a, const void *b)
{
    return *(const int16_t *)a - *(const int16_t *)b;
}

static void check_query(const ppo_world *world, const ppo_box *box)
{
    int16_t found[PPO_MAX_GROUND];
    int wanted = 0;
    const int count = ppo_tree_ground_in(world, box, found);
    qsort(found, (size_t)count, sizeof found[0], by_number);
    for (int i = 0; i < world->num_ground; i++)
        if (ppo_box_overlaps(&ppo_tree_peek(world, world->slot[i].piece.leaf)->box, box)) {
            assert_true(wanted < count);
            assert_int_equal(found[wanted++], i);
        }
    assert_int_equal(wanted, count);
}

static void check_whole(const ppo_world *world)
{
    const ppo_world_size size = {
        .ground = world->max_ground, .bodies = world->num_bodies, .hinges = world->num_hinges};
    const char *why = ppo_world_check(world, &size);
    if (why)
        fail_msg("%s", why);
}

static void test_queries(void **state)
{
    (void)state;
    ppo_world *world = calloc(1, sizeof *world);
    assert_non_null(world);
    scene_walker(world, 3);
    for (int step = 0; step < 60; step++) {
        const float x = (float)(step % 20);
        const ppo_box box = {{x, 0.5f}, {x + 2.0f + 0.1f * (float)step, 2.0f}};
        check_query(world, &box);
        check_whole(world);
        scene_drive(world, 3, step);
        scene_step(world);
    }
    free(world);
}

// A box that stays within its leaf's margin leaves the tree alone; one that leaves it moves it on,
// by twice the displacement and a margin of 0.1 m.
static void test_move(void **state)
{
    (void)state;
    ppo_world *world = calloc(1, sizeof *world);
    assert_non_null(world);
    scene_ground(world, false);
    const int body = scene_box(world, 5.0, 5.0, 0.0), leaf = world->body[body].leaf;
    const ppo_box near = {{4.4f, 4.4f}, {5.55f, 5.55f}}, far = {{4.0f, 4.0f}, {6.0f, 6.0f}};
    assert_false(ppo_tree_move(world, leaf, &near, (ppo_vec2){0.1f, 0.1f}));
    assert_true(ppo_tree_move(world, leaf, &far, (ppo_vec2){0.5f, -0.25f}));
    const ppo_box moved = ppo_tree_peek(world, leaf)->box;
    assert_true(moved.lower.x == 4.0f - 0.1f && moved.upper.x == 6.0f + 0.1f + 1.0f);
    assert_true(moved.lower.y == 4.0f - 0.1f - 0.5f && moved.upper.y == 6.0f + 0.1f);
    check_whole(world);
    free(world);
}

// Nodes are handed out as Box2D does, the last freed first, so an emptied world is not a new one.
static void test_history(void **state)
{
    (void)state;
    ppo_world *world = calloc(1, sizeof *world), *fresh = calloc(1, sizeof *fresh);
    assert_true(world && fresh);
    scene_walker(world, 4);
    scene_walker(fresh, 4);
    assert_memory_equal(world, fresh, sizeof *world);
    for (int step = 0; step < 20; step++)
        scene_step(world);
    ppo_world_clear(world);
    assert_int_equal(world->tree.root, -1);
    assert_int_equal(world->num_ground + world->num_bodies + world->num_contacts, 0);
    const double edge[2][2] = {{0.0, 0.0}, {1.0, 0.0}};
    ppo_world_add_edge(world, edge, 0.5, true);
    ppo_world_clear(fresh);
    assert_int_not_equal(world->slot[0].piece.leaf, 0);
    check_whole(world);
    free(world);
    free(fresh);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_queries),
        cmocka_unit_test(test_move),
        cmocka_unit_test(test_history),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
