// SPDX-License-Identifier: MIT
// Measuring speed: the arithmetic peak, environments alone, training with two published systems'
// sizes or any other. Training in bf16 or on a device is measured beside the same in fp32 on the
// processor.
//
// A machine's clock moves with its load and its neighbours, so a rate is compared with the peak of
// the same minutes: peak, repeat, peak, repeat, ..., peak, by the same number of threads in the
// same process. Reported are medians, with the lowest and the highest beside them.
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "bench/peak_bf16.h"
#include "cli/bench/bench.h"
#include "cli/crash.h"
#include "cli/json.h"
#include "cli/message.h"
#include "cli/target.h"
#include "cli/term.h"

enum { NUM_REPEATS = 7 };

// Repeated measurements of one thing.
typedef struct samples {
    double value[NUM_REPEATS + 1];
    size_t count;
} samples;

static void take(samples *s, double value)
{
    s->value[s->count++] = value;
}

static double lowest(const samples *s)
{
    double low = s->value[0];
    for (size_t i = 1; i < s->count; i++)
        low = s->value[i] < low ? s->value[i] : low;
    return low;
}

static double highest(const samples *s)
{
    double high = s->value[0];
    for (size_t i = 1; i < s->count; i++)
        high = s->value[i] > high ? s->value[i] : high;
    return high;
}

static double median(const samples *s)
{
    return ppo_median(s->value, s->count);
}

// --- what is printed -------------------------------------------------------------------------

typedef struct result {
    const char *name;
    const cli_bench_plan *plan;
    samples sps;       // count == 0: not measured
    samples other_sps; // of the same training in fp32 on the processor, where it is in bf16 or on a
                       // device
    samples peak_gflops;   // count == 0: not measured
    double flops_per_step; // of the networks, per environment step
    double acting_share;   // of a feed-forward network's rate while acting; 0: not measured
    bool is_bf16;
    ppo_device_info device;  // name "": the processor computes the networks
    uint64_t buffers_before; // of the device, made before the clock ran
} result;

static bool has_device(const result *r)
{
    return r->device.name[0] != '\0';
}

// Of a device's work, what falls to one minibatch.
static double per_minibatch(const result *r, uint64_t work)
{
    return (double)work / (double)r->device.minibatches;
}

static void print_json_device(cJSON *object, const result *r)
{
    const ppo_device_info *d = &r->device;
    cJSON_AddStringToObject(object, "device", d->name);
    cJSON_AddNumberToObject(object, "launches", per_minibatch(r, d->work.launches));
    cJSON_AddNumberToObject(object, "bytes_to_device", per_minibatch(r, d->work.bytes_to));
    cJSON_AddNumberToObject(object, "bytes_from_device", per_minibatch(r, d->work.bytes_from));
    cJSON_AddNumberToObject(object, "waits", per_minibatch(r, d->work.waits));
    cJSON_AddNumberToObject(object, "device_bytes", (double)d->memory_bytes);
    cJSON_AddNumberToObject(object, "device_allocations",
                            (double)(d->buffers_made - r->buffers_before));
}

static void print_device(const result *r)
{
    const ppo_device_info *d = &r->device;
    printf("  device             %s\n", d->name);
    printf("  a minibatch        %12.1f launches, %.0f bytes there, %.0f back, %.1f waits\n",
           per_minibatch(r, d->work.launches), per_minibatch(r, d->work.bytes_to),
           per_minibatch(r, d->work.bytes_from), per_minibatch(r, d->work.waits));
    printf("  device memory      %12.1f MB, taken in %" PRIu64 " pieces, %" PRIu64
           " while training\n",
           1e-6 * (double)d->memory_bytes, d->buffers_made, d->buffers_made - r->buffers_before);
}

static void print_json_samples(cJSON *object, const char *name, const samples *s)
{
    char key[64];
    cJSON_AddNumberToObject(object, name, median(s));
    snprintf(key, sizeof key, "%s_min", name);
    cJSON_AddNumberToObject(object, key, lowest(s));
    snprintf(key, sizeof key, "%s_max", name);
    cJSON_AddNumberToObject(object, key, highest(s));
}

static int print_json(const result *r)
{
    cJSON *object = cJSON_CreateObject();
    cJSON_AddStringToObject(object, "name", r->name);
    if (r->plan->title)
        cJSON_AddStringToObject(object, "title", r->plan->title);
    cJSON_AddNumberToObject(object, "threads", r->plan->threads);
    if (r->sps.count > 0)
        print_json_samples(object, "sps", &r->sps);
    else
        cJSON_AddNullToObject(object, "sps");
    if (r->other_sps.count > 0) {
        print_json_samples(object, has_device(r) ? "cpu_sps" : "fp32_sps", &r->other_sps);
        cJSON_AddNumberToObject(object, has_device(r) ? "times_cpu" : "times_fp32",
                                median(&r->sps) / median(&r->other_sps));
    }
    if (has_device(r))
        print_json_device(object, r);
    if (r->peak_gflops.count > 0) {
        const double peak = median(&r->peak_gflops);
        const double gflops = r->sps.count ? 1e-9 * median(&r->sps) * r->flops_per_step : peak;
        cJSON_AddNumberToObject(object, "gflops", gflops);
        print_json_samples(object, "peak_gflops", &r->peak_gflops);
        cJSON_AddNumberToObject(object, "share_of_peak", gflops / peak);
    }
    if (r->acting_share > 0.0)
        cJSON_AddNumberToObject(object, "acting_share_of_feed_forward", r->acting_share);
    return cli_json_print(object);
}

static int print_row(const result *r)
{
    const double sps = median(&r->sps), gflops = 1e-9 * sps * r->flops_per_step;
    printf("| %s | %.0f | ", r->plan->title, sps);
    if (r->peak_gflops.count > 0)
        printf("%.1f | %.1f %% |\n", gflops, 100.0 * gflops / median(&r->peak_gflops));
    else
        printf("| |\n");
    return PPO_OK;
}

static int print_result(const result *r)
{
    if (r->plan->is_json)
        return print_json(r);
    if (r->plan->title)
        return print_row(r);
    printf("%s, %" PRIu32 " thread%s\n", r->name, r->plan->threads,
           r->plan->threads == 1 ? "" : "s");
    if (r->sps.count > 0)
        printf("  environment steps  %12.0f /s       (%.0f to %.0f)\n", median(&r->sps),
               lowest(&r->sps), highest(&r->sps));
    if (r->other_sps.count > 0)
        printf("  %s %12.0f /s       (%.0f to %.0f): %s is %.2f times as fast\n",
               has_device(r) ? "on the processor  " : "in fp32           ", median(&r->other_sps),
               lowest(&r->other_sps), highest(&r->other_sps), has_device(r) ? "the device" : "bf16",
               median(&r->sps) / median(&r->other_sps));
    if (has_device(r))
        print_device(r);
    if (r->peak_gflops.count == 0)
        return PPO_OK;
    const double peak = median(&r->peak_gflops);
    if (r->sps.count > 0)
        printf("  arithmetic         %12.2f GFLOP/s, %.1f %% of the peak\n",
               1e-9 * median(&r->sps) * r->flops_per_step,
               100.0 * 1e-9 * median(&r->sps) * r->flops_per_step / peak);
    printf("  %s %12.2f GFLOP/s (%.2f to %.2f)\n",
           r->is_bf16 ? "peak in bf16      " : "peak              ", peak, lowest(&r->peak_gflops),
           highest(&r->peak_gflops));
    if (r->acting_share > 0.0)
        printf("  acting by steps    %12.1f %% of a feed-forward network's GFLOP/s\n",
               100.0 * r->acting_share);
    return PPO_OK;
}

// --- peak and environments -------------------------------------------------------------------

int cli_bench_peak(const cli_bench_plan *plan, const cli_args *args, const char *operand)
{
    (void)args, (void)operand;
    result r = {.name = "peak", .plan = plan};
    ppo_bench_peak(plan->threads, 0.1 * plan->seconds); // warm-up: clocks and caches
    for (int i = 0; i < NUM_REPEATS; i++)
        take(&r.peak_gflops, ppo_bench_peak(plan->threads, plan->seconds / NUM_REPEATS));
    return print_result(&r);
}

ppo_status cli_bench_config(ppo_config *config, const char *id, const cli_args *args,
                            ppo_error *error)
{
    const ppo_status status = ppo_config_for_env(config, id, error);
    return status == PPO_OK ? cli_settings_apply(config, args, error) : status;
}

// The environment as `ppo train` would make it.
static ppo_status open_env(const ppo_env_class **env, const char *id, const cli_args *args,
                           const cli_bench_plan *plan, ppo_error *error)
{
    ppo_config config;
    const ppo_status status = cli_bench_config(&config, id, args, error);
    if (status != PPO_OK)
        return status;
    config.num_envs = plan->num_envs;
    const ppo_env_options options = ppo_config_env_options(&config);
    return ppo_env_open(env, id, &options, error);
}

int cli_bench_env(const cli_bench_plan *plan, const cli_args *args, const char *operand)
{
    ppo_error error = {0};
    const ppo_env_class *env;
    result r = {.name = operand, .plan = plan};
    double sps = 0.0;
    if (open_env(&env, operand, args, plan, &error))
        return cli_fail(&error);
    cli_crash_watch(env->id, "being timed", "; `ppo check` looks for the cause", NULL);
    for (int i = 0; i <= NUM_REPEATS; i++) {
        if (ppo_bench_env(&sps, env, plan->num_envs, plan->threads, plan->seconds / NUM_REPEATS,
                          &error))
            break;
        if (i > 0) // the first is the warm-up
            take(&r.sps, sps);
    }
    cli_crash_unwatch();
    ppo_env_close(env);
    return error.status == PPO_OK ? print_result(&r) : cli_fail(&error);
}

// --- training --------------------------------------------------------------------------------

// Trains for about `seconds` and takes the rate of it.
static ppo_status take_training(samples *sps, ppo_trainer *trainer, double seconds,
                                ppo_error *error)
{
    const uint64_t first_step = ppo_trainer_stats(trainer)->global_step;
    const double began_s = cli_now_s();
    double elapsed_s;
    do {
        const ppo_status status = ppo_trainer_step(trainer, NULL, error);
        if (status != PPO_OK)
            return status;
        elapsed_s = cli_now_s() - began_s;
    } while (elapsed_s < seconds);
    take(sps, (double)(ppo_trainer_stats(trainer)->global_step - first_step) / elapsed_s);
    return PPO_OK;
}

static void take_peak(result *r, double seconds)
{
    take(&r->peak_gflops, r->is_bf16 ? ppo_bench_peak_bf16(r->plan->threads, seconds)
                                     : ppo_bench_peak(r->plan->threads, seconds));
}

// One iteration to warm up, then peak and training by turns, the peak first and last. Where a
// single iteration takes longer than its turn, fewer repeats have to do.
static ppo_status measure(result *r, ppo_trainer *trainer, ppo_trainer *other, ppo_error *error)
{
    const double turn_s = r->plan->seconds / NUM_REPEATS, peak_s = 0.2 * turn_s;
    const double train_s = (other ? 0.4 : 0.8) * turn_s;
    ppo_status status = ppo_trainer_step(trainer, NULL, error);
    if (status == PPO_OK && other)
        status = ppo_trainer_step(other, NULL, error);
    const double began_s = cli_now_s();
    take_peak(r, peak_s);
    for (int i = 0; status == PPO_OK && i < NUM_REPEATS; i++) {
        if (i > 0 && cli_now_s() - began_s > 2.0 * r->plan->seconds)
            break;
        status = take_training(&r->sps, trainer, train_s, error);
        if (status == PPO_OK && other)
            status = take_training(&r->other_sps, other, train_s, error);
        take_peak(r, peak_s);
    }
    return status;
}

// Perceptrons compute in fp32 whatever the precision.
static bool is_bf16(const ppo_config *config, ppo_trainer *trainer)
{
    const ppo_env_class *env = ppo_agent_env(ppo_trainer_agent(trainer));
    return config->precision == PPO_PRECISION_BF16 && config->network != PPO_NETWORK_MLP &&
           env->observation_space.dtype == PPO_U8;
}

// Measures training by a configuration that is ready but for what a measurement decides.
static int bench_config(const char *name, ppo_config *config, const ppo_env_class *env,
                        const cli_args *args, const cli_bench_plan *plan, double acting_share)
{
    ppo_error error = {0};
    ppo_trainer *trainer = NULL, *other = NULL;
    result r = {.name = name, .plan = plan, .acting_share = acting_share};
    config->total_timesteps = UINT64_C(1) << 40; // the clock ends it, not the steps
    config->threads = plan->threads;
    if (args->flag[CLI_FLAG_NUM_ENVS])
        config->num_envs = plan->num_envs;
    const ppo_trainer_options options = {.struct_size = sizeof options, .env = env};
    if (ppo_trainer_create(&trainer, config, &options, &error))
        return cli_fail(&error);
    r.is_bf16 = is_bf16(config, trainer);
    const bool has_other = ppo_trainer_device(trainer, &r.device) || r.is_bf16;
    r.buffers_before = r.device.buffers_made;
    config->precision = PPO_PRECISION_FP32;
    snprintf(config->device, sizeof config->device, "cpu");
    if (has_other && ppo_trainer_create(&other, config, &options, &error)) {
        ppo_trainer_destroy(trainer);
        return cli_fail(&error);
    }
    const uint64_t batch = ppo_config_batch_size(ppo_trainer_config(trainer));
    r.flops_per_step = ppo_trainer_flops(trainer) / (double)batch;
    const ppo_status status = measure(&r, trainer, other, &error);
    ppo_trainer_device(trainer, &r.device);
    ppo_trainer_destroy(other);
    ppo_trainer_destroy(trainer);
    return status == PPO_OK ? print_result(&r) : cli_fail(&error);
}

int cli_bench_yaml(const char *name, const char *yaml, const ppo_env_class *env,
                   const cli_bench_plan *plan, const cli_args *args, double acting_share)
{
    ppo_error error = {0};
    ppo_config config;
    ppo_config_defaults(&config);
    if (ppo_config_parse(&config, yaml, strlen(yaml), name, &error) ||
        cli_settings_apply(&config, args, &error))
        return cli_fail(&error);
    return bench_config(name, &config, env, args, plan, acting_share);
}

// The shapes below name all that costs time or changes what is computed, so that the defaults of
// ppo_config may change without them.

// Stable-Baselines3's defaults for PPO("MlpPolicy"), with 8 environments.
int cli_bench_cartpole(const cli_bench_plan *plan, const cli_args *args, const char *operand)
{
    (void)operand;
    return cli_bench_yaml("cartpole",
                          "env_id: CartPole-v1\nnum_envs: 8\nnum_steps: 2048\nminibatch_size: 64\n"
                          "update_epochs: 10\nhidden_sizes: 64,64\nactivation: tanh\n"
                          "shared_network: false\nlearning_rate: 3e-4\nlr_schedule: constant\n"
                          "ent_coef: 0\nclip_vloss: false\nclip_coef: 0.2\nvf_coef: 0.5\n"
                          "max_grad_norm: 0.5\ngamma: 0.99\nnorm_obs: false\nnorm_reward: false\n",
                          NULL, plan, args, 0.0);
}

// RLtools' PPO on Pendulum.
int cli_bench_pendulum(const cli_bench_plan *plan, const cli_args *args, const char *operand)
{
    (void)operand;
    return cli_bench_yaml("pendulum",
                          "env_id: Pendulum-v1\nnum_envs: 4\nnum_steps: 1024\nminibatch_size: 256\n"
                          "update_epochs: 2\nhidden_sizes: 64,64\nactivation: relu\n"
                          "shared_network: false\nlearning_rate: 1e-3\nlr_schedule: constant\n"
                          "norm_obs: true\nnorm_reward: false\nmax_grad_norm: 0\ngamma: 0.99\n"
                          "clip_vloss: true\nent_coef: 0.01\nent_schedule: constant\n",
                          NULL, plan, args, 0.0);
}

// The sizes with which RLtools' zoo trains Pendulum.
int cli_bench_zoo(const cli_bench_plan *plan, const cli_args *args, const char *operand)
{
    (void)operand;
    return cli_bench_yaml("zoo",
                          "env_id: Pendulum-v1\nnum_envs: 64\nnum_steps: 128\n"
                          "minibatch_size: 1024\nupdate_epochs: 1\nhidden_sizes: 32,32\n"
                          "activation: tanh\nshared_network: false\nlearning_rate: 1e-3\n"
                          "lr_schedule: constant\nnorm_obs: false\nnorm_reward: false\n"
                          "max_grad_norm: 0.5\ngamma: 0.99\nclip_vloss: false\n"
                          "ent_coef: 0.01\nent_schedule: constant\n",
                          NULL, plan, args, 0.0);
}

// Breakout with worker processes (configs/seeds/breakout.yaml), on frames that cost nothing.
int cli_bench_cnn(const cli_bench_plan *plan, const cli_args *args, const char *operand)
{
    (void)operand;
    return cli_bench_yaml(
        "cnn",
        "env_id: frames\nnum_envs: 8\nnum_steps: 128\nminibatch_size: 256\n"
        "update_epochs: 4\nnetwork: nature_cnn\nframe_stack: 4\n"
        "shared_network: true\nlearning_rate: 3e-4\nclip_coef: 0.1\nvf_coef: 0.5\n"
        "max_grad_norm: 0.5\ngamma: 0.99\nnorm_reward: false\nclip_vloss: true\n"
        "ent_coef: 0.01\nent_schedule: constant\n",
        &cli_bench_frames, plan, args, 0.0);
}

int cli_bench_train(const cli_bench_plan *plan, const cli_args *args, const char *operand)
{
    ppo_error error = {0};
    ppo_config config;
    cli_target target;
    if (cli_target_config(&config, &target, operand, args, &error))
        return cli_fail(&error);
    return bench_config(operand, &config, NULL, args, plan, 0.0);
}
