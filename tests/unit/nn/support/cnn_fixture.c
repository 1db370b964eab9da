// SPDX-License-Identifier: MIT
#include "unit/nn/support/cnn_fixture.h"

#include "unit/nn/support/reference.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

void cnn_fixture_create(cnn_fixture *f, const cnn_case *c, ppo_precision precision,
                        const ppo_gpu_device *device)
{
    ppo_error error = {0};
    ppo_random random;
    ppo_random_seed(&random, 73);
    memset(f, 0, sizeof *f);
    f->which = c;
    if (ppo_cnn_plan(&f->cnn, "vision", c->kind, 0, precision, device, c->channels, c->height,
                     c->width, &f->layout, &f->arena, &error) != PPO_OK ||
        ppo_arena_bind(&f->arena, &error) != PPO_OK)
        fail_msg("%s: %s", c->name, error.message);
    const size_t bytes = c->images * ppo_cnn_shape_image_bytes(&f->cnn.shape);
    f->params = cnn_zeros(f->layout.size * sizeof *f->params);
    f->grad = cnn_zeros(f->layout.size * sizeof *f->grad);
    f->dfeatures = cnn_zeros(c->images * PPO_CNN_FEATURES(&f->cnn) * sizeof *f->dfeatures);
    f->images = cnn_zeros(bytes);
    cnn_fill_params(f->params, &f->layout, &random);
    fill_uniform(f->dfeatures, c->images * PPO_CNN_FEATURES(&f->cnn), &random, -1.0, 1.0);
    for (size_t i = 0; i < bytes; i++)
        f->images[i] = (uint8_t)ppo_random_integers(&random, 0, 256);
    ppo_cnn_pack(&f->cnn, f->params);
    cnn_learner_create(&f->learner, &f->cnn, c->images);
}

void cnn_fixture_release(cnn_fixture *f)
{
    cnn_learner_release(&f->learner);
    ppo_cnn_release(&f->cnn);
    ppo_arena_release(&f->arena);
    free(f->params);
    free(f->grad);
    free(f->dfeatures);
    free(f->images);
}

void cnn_fixture_learn(cnn_fixture *f, size_t count)
{
    cnn_learner_forward(&f->learner, f->params, f->images, count);
    memcpy(f->learner.m.dfeatures, f->dfeatures,
           count * PPO_CNN_FEATURES(&f->cnn) * sizeof *f->dfeatures);
    cnn_learner_backward(&f->learner, f->grad);
    if (ppo_cnn_resident_of(&f->cnn))
        ppo_cnn_resident_of(&f->cnn)->fetch(&f->cnn, PPO_CNN_GRAD, f->grad);
}

void cnn_fixture_act(const cnn_fixture *f, float *features, size_t first, size_t rows)
{
    void *working = cnn_zeros(f->cnn.acting_bytes);
    ppo_cnn_features(&f->cnn, features, working, f->params,
                     f->images + first * ppo_cnn_shape_image_bytes(&f->cnn.shape), rows);
    free(working);
}

typedef struct distance {
    double relative; // |got - wanted| / |wanted|
    double cosine;   // of the angle between them
} distance;

static distance between(const float *got, const float *wanted, size_t count)
{
    double squares = 0.0, own = 0.0, product = 0.0, difference = 0.0;
    for (size_t i = 0; i < count; i++) {
        const double g = (double)got[i], w = (double)wanted[i];
        squares += w * w;
        own += g * g;
        product += g * w;
        difference += (g - w) * (g - w);
    }
    assert_true(squares > 0.0 && own > 0.0);
    return (distance){sqrt(difference / squares), product / sqrt(squares * own)};
}

double cnn_fixture_check(const cnn_case *c, const char *what, const float *got, const float *wanted,
                         size_t count, double bar)
{
    const distance d = between(got, wanted, count);
    if (!(d.relative < bar) || !(d.cosine > 1.0 - bar * bar))
        fail_msg("%s, %s: off by %.3g, cosine %.6f", c->name, what, d.relative, d.cosine);
    return d.relative;
}

double cnn_fixture_check_gradients(const cnn_fixture *own, const float *wanted, double bar)
{
    double most = 0.0;
    for (size_t i = 0; i < own->layout.count; i++) {
        const ppo_param *p = &own->layout.list[i];
        most = fmax(most, cnn_fixture_check(own->which, p->name, own->grad + p->offset,
                                            wanted + p->offset, ppo_param_count(p), bar));
    }
    return most;
}
