// SPDX-License-Identifier: MIT
#include "unit/nn/support/cnn_learner.h"

#include "unit/nn/support/reference.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void *cnn_zeros(size_t size)
{
    const size_t whole = (size + 127) / 64 * 64;
    void *x = aligned_alloc(64, whole);
    if (!x)
        abort();
    return memset(x, 0, whole);
}

void cnn_fill_params(float *params, const ppo_params *layout, ppo_random *random)
{
    for (size_t i = 0; i < layout->count; i++) {
        const ppo_param *param = &layout->list[i];
        const double size = param->rank == 1 ? 0.1 : 1.5 / sqrt((double)ppo_param_inputs(param));
        fill_uniform(params + param->offset, ppo_param_count(param), random, -size, size);
    }
}

void cnn_learner_create(cnn_learner *learner, const ppo_cnn *cnn, size_t max_count)
{
    ppo_error error = {0};
    memset(learner, 0, sizeof *learner);
    if (ppo_cnn_minibatch_plan(&learner->m, cnn, NULL, "learner", max_count, &learner->arena,
                               &error) != PPO_OK ||
        ppo_arena_bind(&learner->arena, &error) != PPO_OK) {
        fprintf(stderr, "%s\n", error.message);
        abort();
    }
    learner->working = cnn_zeros(learner->m.working_bytes);
}

void cnn_learner_release(cnn_learner *learner)
{
    ppo_cnn_minibatch_release(&learner->m);
    ppo_arena_release(&learner->arena);
    free(learner->working);
}

static void run(cnn_learner *learner, ppo_cnn_phase first, ppo_cnn_phase last)
{
    for (ppo_cnn_phase phase = first; phase <= last; phase++)
        for (size_t task = 0; task < ppo_cnn_minibatch_tasks(&learner->m, phase); task++)
            ppo_cnn_minibatch_run(&learner->m, phase, task, learner->working);
}

void cnn_learner_forward(cnn_learner *learner, const float *params, const uint8_t *images,
                         size_t count)
{
    learner->m.params = params;
    learner->m.images = images;
    learner->m.count = count;
    run(learner, PPO_CNN_PACK, PPO_CNN_FORWARD_LINEAR);
}

void cnn_learner_backward(cnn_learner *learner, float *grad)
{
    learner->m.grad = grad;
    run(learner, PPO_CNN_BACKWARD_FEATURES, PPO_CNN_ADD_CHUNKS);
}
