// SPDX-License-Identifier: MIT
// Showing an episode: the same one as in an evaluation, each moment once and in order, sizes, the
// overlay, and viewers who have seen enough.
#include "ppo/ppo.h"

#include "draw/canvas.h"
#include "env/classic/classic.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { SIDE = 64 };

// The cart's place is the picture's colour, so that it tells which moment it shows.
static void draw(const void *instance, unsigned char *rgb, uint32_t width, uint32_t height)
{
    const ppo_cartpole *self = instance;
    memset(rgb, (unsigned char)(int)(128 + 50 * self->theta_dot), (size_t)width * height * 3);
}

static void render(const void *instance, unsigned char *rgb)
{
    draw(instance, rgb, SIDE, SIDE);
}

typedef struct fixture {
    ppo_env_class env;
    ppo_trainer *trainer;
    const ppo_agent *agent;
} fixture;

static void fixture_make_with(fixture *b, ppo_memory_kind memory)
{
    ppo_error error = {0};
    ppo_config config;
    ppo_config_defaults(&config);
    config.memory = memory;
    config.num_minibatches = 4;
    if (memory != PPO_MEMORY_NONE)
        config.actor_gain = 3.0; // so that what is remembered changes what is done
    b->env = ppo_cartpole_v1;
    b->env.render = render;
    b->env.draw = draw;
    b->env.render_width = b->env.render_height = SIDE;
    b->env.render_fps = 50.0;
    if (ppo_config_set(&config, "threads", "1", &error) ||
        ppo_trainer_create(
            &b->trainer, &config,
            &(ppo_trainer_options){.struct_size = sizeof(ppo_trainer_options), .env = &b->env},
            &error))
        fail_msg("%s", error.message);
    b->agent = ppo_trainer_agent(b->trainer);
}

static void fixture_make(fixture *b)
{
    fixture_make_with(b, PPO_MEMORY_NONE);
}

typedef struct viewer {
    uint32_t num_views, width, height;
    uint32_t stop_after; // 0: never
    double reward_sum;
    ppo_episode_view last;
    unsigned char colour[512]; // of each picture's last pixel
    bool has_bright_corner;    // an overlay's letters in the first picture
    bool ended_early;
} viewer;

static ppo_status look(void *context, const ppo_episode_view *view, ppo_error *error)
{
    viewer *v = context;
    const size_t size = (size_t)view->width * view->height * 3;
    (void)error;
    assert_non_null(view->rgb);
    assert_int_equal(view->length, v->num_views);
    assert_true(v->num_views < 512);
    v->colour[v->num_views++] = view->rgb[size - 1];
    v->reward_sum += view->reward;
    v->ended_early = v->ended_early || v->last.ended;
    v->last = *view;
    v->width = view->width;
    v->height = view->height;
    for (size_t i = 0; i < size / 4 && v->num_views == 1; i++)
        v->has_bright_corner = v->has_bright_corner || view->rgb[i] > 250;
    assert_true(view->episode_return == v->reward_sum);
    return v->stop_after && v->num_views == v->stop_after ? PPO_STOPPED : PPO_OK;
}

static ppo_status watch(fixture *b, viewer *v, const ppo_render_options *options, ppo_evaluation *e,
                        ppo_error *error)
{
    const ppo_frame_callback callback = {.function = look, .context = v};
    return ppo_agent_render_episode(b->agent, &callback, options, e, error);
}

static void check_whole_episode(ppo_memory_kind memory)
{
    fixture b;
    viewer v = {0};
    ppo_evaluation shown = {.struct_size = sizeof shown}, played = {.struct_size = sizeof played};
    const ppo_render_options options = {.struct_size = sizeof(ppo_render_options), .seed = 11};
    fixture_make_with(&b, memory);
    assert_int_equal(watch(&b, &v, &options, &shown, NULL), PPO_OK);
    assert_int_equal(
        ppo_agent_evaluate(b.agent, &played,
                           &(ppo_evaluate_options){.struct_size = sizeof(ppo_evaluate_options),
                                                   .episodes = 1,
                                                   .seed = 11,
                                                   .deterministic = false},
                           NULL),
        PPO_OK);
    assert_true(shown.return_mean == played.return_mean);
    assert_true(shown.length_mean == played.length_mean);
    assert_int_equal(v.num_views, (int)played.length_mean + 1);
    assert_true(v.last.ended);
    assert_false(v.ended_early);
    bool changes = false;
    for (uint32_t i = 1; i < v.num_views; i++)
        changes = changes || v.colour[i] != v.colour[0];
    assert_true(changes);
    assert_false(v.has_bright_corner);
    ppo_trainer_destroy(b.trainer);
}

static void test_whole_episode(void **state)
{
    (void)state;
    check_whole_episode(PPO_MEMORY_NONE);
    check_whole_episode(PPO_MEMORY_LSTM);
    check_whole_episode(PPO_MEMORY_GRU);
}

static void test_ends(void **state)
{
    (void)state;
    fixture b;
    ppo_evaluation shown = {.struct_size = sizeof shown};
    fixture_make(&b);
    viewer cut = {0}, enough = {.stop_after = 4};
    const ppo_render_options three = {.struct_size = sizeof(ppo_render_options),
                                      .seed = 11,
                                      .max_steps = 3},
                             all = {.struct_size = sizeof(ppo_render_options), .seed = 11};
    assert_int_equal(watch(&b, &cut, &three, &shown, NULL), PPO_OK);
    assert_int_equal(cut.num_views, 4);
    assert_true(shown.length_mean == 3.0 && shown.return_mean == 3.0);
    assert_false(cut.last.ended);
    assert_int_equal(watch(&b, &enough, &all, NULL, NULL), PPO_STOPPED);
    assert_int_equal(enough.num_views, 4);
    ppo_trainer_destroy(b.trainer);
}

static void test_sizes(void **state)
{
    (void)state;
    fixture b;
    ppo_error error = {0};
    uint32_t width, height;
    fixture_make(&b);
    viewer v = {0};
    const ppo_render_options wide = {.struct_size = sizeof(ppo_render_options),
                                     .seed = 1,
                                     .width = 90,
                                     .height = 31,
                                     .max_steps = 2};
    assert_int_equal(watch(&b, &v, &wide, NULL, NULL), PPO_OK);
    assert_int_equal(v.width, 90);
    assert_int_equal(v.height, 31);
    const ppo_render_options low = {.struct_size = sizeof(ppo_render_options), .height = 32};
    assert_int_equal(ppo_agent_render_size(b.agent, &low, &width, &height, &error), PPO_OK);
    assert_int_equal(width, 32);
    const ppo_render_options huge = {.struct_size = sizeof(ppo_render_options), .height = 5000};
    assert_int_equal(watch(&b, &v, &huge, NULL, &error), PPO_INVALID);
    assert_true(ppo_agent_render_fps(b.agent) == 50.0);
    ppo_trainer_destroy(b.trainer);
}

static void test_overlay(void **state)
{
    (void)state;
    fixture b;
    ppo_error error = {0};
    fixture_make(&b);
    viewer v = {0};
    const ppo_render_options options = {.struct_size = sizeof(ppo_render_options),
                                        .seed = 1,
                                        .height = 200,
                                        .max_steps = 2,
                                        .overlay = true};
    if (ppo_canvas_check(NULL) == PPO_OK) {
        assert_int_equal(watch(&b, &v, &options, NULL, &error), PPO_OK);
        assert_true(v.has_bright_corner);
    } else {
        assert_int_equal(watch(&b, &v, &options, NULL, &error), PPO_UNSUPPORTED);
        assert_non_null(strstr(error.message, "need the module canvas.so"));
    }
    ppo_trainer_destroy(b.trainer);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_whole_episode),
        cmocka_unit_test(test_ends),
        cmocka_unit_test(test_sizes),
        cmocka_unit_test(test_overlay),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
