// SPDX-License-Identifier: MIT
// Golden updates: see golden_update.h.
#include "unit/rl/support/golden_update.h"

#include "rl/sequence.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define NUM_METRICS 7

// In bf16 a number is rounded to 8 bits, and units near 0 come out on the other side, which the
// gradients of the layers below see most (nn/test_cnn_bf16.c: 5 % for each). What is a mean over
// many outputs is much closer. Measured: 0.0003, 0.17, 0.005, 0.06, 0.006.
const golden_tolerances golden_bf16_bars = {
    .first = 0.002, .gradient = 0.3, .norm = 0.02, .metrics = 0.15, .params = 0.02};

// A metric, and the least size that its deviation is taken relative to: the policy loss is a mean
// of terms of about 1 that cancel, and what is left of them is not more exact than they are.
static const struct {
    const char *name;
    double size;
} metrics_of[NUM_METRICS] = {{"loss", 0.0},     {"policy_loss", 0.1}, {"value_loss", 0.0},
                             {"entropy", 0.0},  {"approx_kl", 0.0},   {"clip_fraction", 0.0},
                             {"grad_norm", 0.0}};

// What an update leaves behind.
typedef struct outcome {
    double *metrics;   // [minibatches, NUM_METRICS]
    float *first_grad; // [params]
    float *params;     // [params]
    size_t num_minibatches;
    size_t num_params;
} outcome;

static void outcome_release(outcome *o)
{
    free(o->metrics);
    free(o->first_grad);
    free(o->params);
}

static void note_metrics(double *row, const ppo_update_stats *stats)
{
    const double metrics[NUM_METRICS] = {
        stats->loss,           stats->mean.policy_loss, stats->mean.value_loss, stats->mean.entropy,
        stats->mean.approx_kl, stats->mean.clipped,     stats->grad_norm};
    memcpy(row, metrics, sizeof metrics);
}

// The samples of minibatch number `m`: `size` entries of the order, samples or whole sequences.
static void find_samples(const golden_fixture *fixture, uint32_t *index, const double *order,
                         size_t m)
{
    const size_t length = ppo_config_sequence_length(&fixture->config);
    const size_t size = fixture->config.minibatch_size / length;
    uint32_t *units = calloc(size, sizeof *units);
    assert_non_null(units);
    for (size_t i = 0; i < size; i++)
        units[i] = (uint32_t)order[m * size + i];
    if (ppo_policy_has_memory(&fixture->policy))
        ppo_sequences_lay_out(index, units, size, length, fixture->config.num_envs);
    else
        memcpy(index, units, size * sizeof *units);
    free(units);
}

// All minibatches in the file's order.
static outcome run_update(const golden_file *golden, ppo_precision precision, const char *device,
                          uint32_t threads)
{
    golden_fixture fixture;
    size_t count;
    golden_fixture_create(&fixture, golden, precision, device, threads);
    double *order = golden_values(golden, "in.minibatch_order", &count);
    const size_t size = fixture.config.minibatch_size, params = fixture.policy.layout.size;
    const size_t length = ppo_config_sequence_length(&fixture.config);
    outcome o = {.num_minibatches = count * length / size, .num_params = params};
    uint32_t *index = calloc(size, sizeof *index);
    o.metrics = calloc(o.num_minibatches * NUM_METRICS, sizeof *o.metrics);
    o.first_grad = calloc(params, sizeof *o.first_grad);
    o.params = calloc(params, sizeof *o.params);
    assert_true(count * length ==
                fixture.config.update_epochs * ppo_config_batch_size(&fixture.config));
    assert_true(count * length % size == 0 && index && o.metrics && o.first_grad && o.params);
    for (size_t m = 0; m < o.num_minibatches; m++) {
        find_samples(&fixture, index, order, m);
        const ppo_update_stats stats =
            minibatch_step_run(&fixture.single, &fixture.rollout, index, size, &fixture.step);
        note_metrics(o.metrics + m * NUM_METRICS, &stats);
        if (m == 0)
            ppo_optimizer_fetch_gradient(fixture.single.optimizer);
        if (m == 0)
            memcpy(o.first_grad, ppo_optimizer_gradient(fixture.single.optimizer),
                   params * sizeof *o.first_grad);
    }
    ppo_policy_fetch(&fixture.policy);
    memcpy(o.params, fixture.policy.params, params * sizeof *o.params);
    free(index);
    free(order);
    golden_fixture_release(&fixture);
    return o;
}

void golden_judge(const char *what, double deviation, double tolerance, double *largest)
{
    *largest = fmax(*largest, deviation);
    if (!(deviation <= tolerance))
        fail_msg("%s deviates by %.3g, more than %.3g", what, deviation, tolerance);
}

static double compare_metrics(const golden_file *golden, const outcome *o,
                              const golden_tolerances *bars)
{
    size_t count;
    double largest = 0.0;
    double *wanted = golden_values(golden, "out.metrics", &count);
    assert_true(count == o->num_minibatches * NUM_METRICS);
    for (size_t i = 0; i < NUM_METRICS; i++) {
        const bool norm = strcmp(metrics_of[i].name, "grad_norm") == 0;
        const double size = metrics_of[i].size;
        golden_judge(metrics_of[i].name,
                     golden_deviation(o->metrics + i, wanted + i, 1, NUM_METRICS, size),
                     norm ? bars->norm : bars->first, &largest);
        golden_judge(
            metrics_of[i].name,
            golden_deviation(o->metrics + i, wanted + i, o->num_minibatches, NUM_METRICS, size),
            norm ? bars->norm : bars->metrics, &largest);
    }
    free(wanted);
    return largest;
}

// What a golden file says of one tensor: all of it, or some elements and its moments.
typedef struct wanted_tensor {
    double *values;
    size_t count;
    double *index;   // [count] which elements they are; NULL: all
    double *moments; // sum, sum of squares, largest magnitude; NULL with all elements
} wanted_tensor;

static wanted_tensor wanted_of(const golden_file *golden, const char *name, const ppo_param *param)
{
    char part[3 * PPO_NAME_SIZE];
    wanted_tensor w = {.values = NULL};
    size_t count;
    if (golden_has(golden, name)) {
        w.values = golden_values(golden, name, &w.count);
        assert_true(w.count == ppo_param_count(param));
        return w;
    }
    snprintf(part, sizeof part, "%s.sample", name);
    w.values = golden_values(golden, part, &w.count);
    snprintf(part, sizeof part, "%s.sample_index", name);
    w.index = golden_values(golden, part, &count);
    assert_true(count == w.count);
    snprintf(part, sizeof part, "%s.moments", name);
    w.moments = golden_values(golden, part, &count);
    assert_true(count == 3);
    return w;
}

static void release_wanted(wanted_tensor *w)
{
    free(w->values);
    free(w->index);
    free(w->moments);
}

// The deviation of the moments, as seen from the tensor's Euclidean norm: the terms of a sum may
// cancel.
static double moments_deviation(const double *wanted, const float *got, size_t count)
{
    double sum = 0.0, squares = 0.0, most = 0.0;
    for (size_t i = 0; i < count; i++) {
        sum += (double)got[i];
        squares += (double)got[i] * (double)got[i];
        most = fmax(most, fabs((double)got[i]));
    }
    const double norm = sqrt(wanted[1]);
    const double deviation = fabs(sum - wanted[0]) / sqrt((double)count) / norm +
                             fabs(sqrt(squares) - norm) / norm + fabs(most - wanted[2]) / wanted[2];
    return isnan(deviation) ? (double)INFINITY : deviation;
}

// Every tensor of the layout against the file's under `prefix`.
static double compare_params(const golden_file *golden, const ppo_params *layout,
                             const char *prefix, const float *got, double tolerance)
{
    double largest = 0.0;
    for (size_t i = 0; i < layout->count; i++) {
        const ppo_param *param = &layout->list[i];
        const float *own = got + param->offset;
        char name[2 * PPO_NAME_SIZE];
        golden_param_name(golden, name, sizeof name, prefix, param->name);
        wanted_tensor w = wanted_of(golden, name, param);
        double *found = calloc(w.count, sizeof *found);
        assert_non_null(found);
        for (size_t k = 0; k < w.count; k++)
            found[k] = own[w.index ? (size_t)w.index[k] : k];
        golden_judge(name, golden_deviation(found, w.values, w.count, 1, 0.0), tolerance, &largest);
        if (w.moments)
            golden_judge(name, moments_deviation(w.moments, own, ppo_param_count(param)), tolerance,
                         &largest);
        free(found);
        release_wanted(&w);
    }
    return largest;
}

void golden_check_update(const golden_file *golden, const char *name, ppo_precision precision,
                         const char *device, const golden_tolerances *bars)
{
    golden_fixture fixture; // for its layout
    golden_fixture_create(&fixture, golden, PPO_PRECISION_FP32, "cpu", 1);
    outcome o = run_update(golden, precision, device, 1);
    const double metrics = compare_metrics(golden, &o, bars);
    const double gradient = compare_params(golden, &fixture.policy.layout, "out.first_grad.",
                                           o.first_grad, bars->gradient);
    const double params =
        compare_params(golden, &fixture.policy.layout, "out.param.", o.params, bars->params);
    printf("%s%s: metrics %.2g, first gradient %.2g, parameters %.2g\n", name,
           precision == PPO_PRECISION_BF16 ? " in bf16"
           : strcmp(device, "cpu") != 0    ? " on a device"
                                           : "",
           metrics, gradient, params);
    for (uint32_t threads = 2; threads <= 3; threads++) {
        outcome other = run_update(golden, precision, device, threads);
        assert_memory_equal(other.metrics, o.metrics,
                            o.num_minibatches * NUM_METRICS * sizeof *o.metrics);
        assert_memory_equal(other.first_grad, o.first_grad, o.num_params * sizeof *o.first_grad);
        assert_memory_equal(other.params, o.params, o.num_params * sizeof *o.params);
        outcome_release(&other);
    }
    outcome_release(&o);
    golden_fixture_release(&fixture);
}
