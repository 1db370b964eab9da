// SPDX-License-Identifier: MIT
// Contacts begin where boxes in the tree overlap, once a pair; they touch where the manifold has
// points, keep the impulses of points that stay, and end when the boxes part.
#include "bodies/contacts.h"

#include "bodies/body.h"
#include "bodies/build.h"
#include "unit/bodies/support/scenes.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

static ppo_world world;

static void stand(int body, double x, double y)
{
    ppo_body *b = &world.body[body];
    const ppo_transform from = b->transform;
    b->sweep.c = (ppo_vec2){(float)x, (float)y};
    ppo_body_place(&world, body);
    ppo_contacts_move_leaf(&world, body, from);
}

// A box whose lower side is 0.01 m above the edge: within the skins of 0.02 m.
static int standing_box(void)
{
    scene_edge(&world);
    const int body = scene_box(&world, 0.0, 0.51, 0.0);
    ppo_contacts_find(&world);
    return body;
}

static void test_begin(void **state)
{
    (void)state;
    const int body = standing_box();
    const ppo_contact *c = &world.contact[0];
    assert_int_equal(world.num_contacts, 1);
    assert_int_equal(c->body, body);
    assert_int_equal(c->ground, 0);
    assert_true(is_near(c->friction, sqrt(0.8 * 0.5), 1e-6));
    assert_true(!c->is_touching && !world.body[body].has_moved);
    world.body[body].has_moved = 1;
    ppo_contacts_find(&world);
    assert_int_equal(world.num_contacts, 1);
}

// Several pieces come in the order of their leaves, not in the tree's.
static void test_order(void **state)
{
    (void)state;
    scene_ground(&world, false);
    scene_box(&world, 6.0, 1.5, 0.0);
    ppo_contacts_find(&world);
    assert_true(world.num_contacts >= 3);
    for (int i = 1; i < world.num_contacts; i++)
        assert_true(world.slot[world.contact[i - 1].ground].piece.leaf <
                    world.slot[world.contact[i].ground].piece.leaf);
}

static void test_touch_and_part(void **state)
{
    (void)state;
    const int body = standing_box();
    ppo_body *b = &world.body[body];
    ppo_contacts_collide(&world);
    assert_int_equal(world.contact[0].manifold.num_points, 2);
    assert_true(world.contact[0].is_touching && b->touches && b->has_touched);
    stand(body, 0.0, 0.53); // the boxes overlap still, the skins don't
    ppo_contacts_collide(&world);
    assert_int_equal(world.num_contacts, 1);
    assert_true(!world.contact[0].is_touching && !b->touches && b->has_touched);
    stand(body, 0.0, 3.0); // its leaf holds the whole way
    ppo_contacts_collide(&world);
    assert_int_equal(world.num_contacts, 1);
    stand(body, 0.0, 9.0);
    ppo_contacts_collide(&world);
    assert_int_equal(world.num_contacts, 0);
}

// Points are found again by their keys: here the left one goes and the right one stays.
static void test_impulses_stay(void **state)
{
    (void)state;
    const int body = standing_box();
    ppo_contact *c = &world.contact[0];
    ppo_contact_update(&world, c);
    for (int i = 0; i < 2; i++) {
        const float impulse = c->manifold.point[i].local.x < 0.0f ? 1.0f : 2.0f;
        c->manifold.point[i].normal_impulse = impulse;
        c->manifold.point[i].tangent_impulse = -impulse;
    }
    world.body[body].sweep.a = 0.1f;
    stand(body, 0.0, 0.55);
    ppo_contact_update(&world, c);
    assert_int_equal(c->manifold.num_points, 1);
    const ppo_manifold_point left = c->manifold.point[0];
    assert_true(left.local.x < 0.0f); // turned to the left, it stands on that corner
    assert_true(left.normal_impulse == 1.0f && left.tangent_impulse == -1.0f);
    world.body[body].sweep.a = 0.0f;
    stand(body, 0.0, 0.51);
    ppo_contact_update(&world, c);
    for (int i = 0; i < 2; i++) {
        const ppo_manifold_point *p = &c->manifold.point[i];
        assert_true(p->normal_impulse == (p->local.x < 0.0f ? 1.0f : 0.0f));
    }
}

static void test_sleepers_stay_as_they_are(void **state)
{
    (void)state;
    const int body = standing_box();
    world.body[body].is_awake = 0;
    ppo_contacts_collide(&world);
    assert_false(world.contact[0].is_touching);
    ppo_contact_update(&world, &world.contact[0]); // a touch that begins wakes
    assert_true(world.contact[0].is_touching && world.body[body].is_awake);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_begin),
        cmocka_unit_test(test_order),
        cmocka_unit_test(test_touch_and_part),
        cmocka_unit_test(test_impulses_stay),
        cmocka_unit_test(test_sleepers_stay_as_they_are),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
