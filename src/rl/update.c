// SPDX-License-Identifier: MIT
// Drives the update phase: see update.h. Owns the moments of Adam, the gradients, and each
// worker's working space; everything lies in the trainer's arena.
#include "rl/update.h"

#include "core/error.h"
#include "nn/simd.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>

#define LD PPO_CHUNK_ROWS
#define SLICE_TARGET 2048 // parameters of one optimiser task

// A range of the parameter block that one task updates: whole rows of one weight, or a bias.
typedef struct ppo_slice {
    size_t begin, count; // in floats
    size_t group;        // optimiser: 0 actor (or all), 1 critic
    const ppo_mlp *net;  // whose packed weights follow, NULL for other tensors
    size_t layer;
    size_t row_begin, row_end;
} ppo_slice;

struct ppo_update {
    const ppo_config *config;
    ppo_policy *policy;
    ppo_pool *pool;
    size_t num_features;
    size_t max_chunks;
    size_t worker_size;   // floats of one worker's working space
    size_t gather_size;   // of which for gathered samples
    ppo_slice *slices;    // [num_slices]
    size_t num_slices;
    float *m, *v;         // [params] Adam's moments
    uint64_t *adam_steps; // [1]
    float *grad;          // [params] of the whole minibatch
    float *chunk_grad;    // [max_chunks, params]
    float *worker;        // [workers, worker_size]
    double *slice_squares; // [num_slices] sums of squared gradients
    double *chunk_sums;    // [max_chunks, 2, SUMS] loss sums of actor's and critic's task
    double *chunk_std;     // [max_chunks]
    uint32_t *perm;        // [T*N]
};

#define NUM_SUMS (sizeof(ppo_loss_sums) / sizeof(double))

// --- planning ----------------------------------------------------------------------------------

static void add_slice(ppo_update *update, ppo_slice slice)
{
    slice.group = update->config->separate_optimizers && slice.begin >= update->policy->critic_begin;
    update->slices[update->num_slices++] = slice;
}

static size_t round_up(size_t n, size_t unit)
{
    return (n + unit - 1) / unit * unit;
}

// Cuts one layer's weight into slices of whole rows; its bias is another.
static void slice_layer(ppo_update *update, const ppo_mlp *net, size_t index)
{
    const ppo_layer *layer = &net->layers[index];
    const size_t rows_at_once = round_up(SLICE_TARGET / layer->in + 1, PPO_PARAM_ALIGN);
    for (size_t row = 0; row < layer->out; row += rows_at_once) {
        const size_t end = row + rows_at_once < layer->out ? row + rows_at_once : layer->out;
        add_slice(update, (ppo_slice){.begin = layer->weight + row * layer->in,
                                      .count = round_up((end - row) * layer->in, PPO_PARAM_ALIGN),
                                      .net = net,
                                      .layer = index,
                                      .row_begin = row,
                                      .row_end = end});
    }
    add_slice(update, (ppo_slice){.begin = layer->bias,
                                  .count = round_up(layer->out, PPO_PARAM_ALIGN)});
}

static ppo_status plan_slices(ppo_update *update, ppo_error *error)
{
    const ppo_policy *policy = update->policy;
    const size_t most = policy->layout.size / PPO_PARAM_ALIGN; // a slice is at least that long
    update->slices = calloc(most, sizeof *update->slices);
    if (!update->slices)
        return ppo_fail(error, PPO_NO_MEMORY, "not enough memory for the optimiser's plan");
    for (size_t i = 0; i < policy->num_nets; i++)
        for (size_t l = 0; l < policy->nets[i].num_layers; l++)
            slice_layer(update, &policy->nets[i], l);
    if (ppo_dist_has_log_std(&policy->dist))
        add_slice(update, (ppo_slice){.begin = policy->log_std,
                                      .count = round_up(policy->dist.num_actions, PPO_PARAM_ALIGN)});
    assert(update->num_slices <= most);
    return PPO_OK;
}

static void plan_rows(ppo_update *update, ppo_arena *arena)
{
    const size_t params = update->policy->layout.size, workers = ppo_pool_size(update->pool);
    const size_t batch = (size_t)ppo_config_batch_size(update->config);
#define ROW(field, owner, use, dtype, ...)                                                         \
    PPO_ARENA_ADD(arena, &update->field, #owner "." #field, "ppo_update_minibatch", use, dtype,    \
                  __VA_ARGS__)
    ROW(m, adam, PPO_ROW_STATE, PPO_F32, params);
    ROW(v, adam, PPO_ROW_STATE, PPO_F32, params);
    ROW(adam_steps, adam, PPO_ROW_STATE, PPO_U64, 1);
    ROW(grad, update, PPO_ROW_SCRATCH, PPO_F32, params);
    ROW(chunk_grad, update, PPO_ROW_SCRATCH, PPO_F32, update->max_chunks, params);
    ROW(worker, update, PPO_ROW_SCRATCH, PPO_F32, workers, update->worker_size);
    ROW(slice_squares, update, PPO_ROW_SCRATCH, PPO_F64, update->num_slices);
    ROW(chunk_sums, update, PPO_ROW_SCRATCH, PPO_F64, update->max_chunks, 2, NUM_SUMS);
    ROW(chunk_std, update, PPO_ROW_SCRATCH, PPO_F64, update->max_chunks);
    ROW(perm, update, PPO_ROW_SCRATCH, PPO_U32, batch);
#undef ROW
}

ppo_status ppo_update_create(ppo_update **result, const ppo_config *config, ppo_policy *policy,
                             ppo_pool *pool, ppo_arena *arena, ppo_error *error)
{
    ppo_update *update = calloc(1, sizeof *update);
    if (!update)
        return ppo_fail(error, PPO_NO_MEMORY, "not enough memory for the update phase");
    *update = (ppo_update){.config = config, .policy = policy, .pool = pool};
    update->num_features = policy->nets[PPO_ACTOR_NET].layers[0].in;
    update->max_chunks = (ppo_config_minibatch_size(config) + LD - 1) / LD;
    const size_t columns = policy->dist.num_actions + 8; // see ppo_samples
    update->gather_size = round_up(LD * (update->num_features + columns), PPO_PARAM_ALIGN) + LD;
    update->worker_size = round_up(update->gather_size + policy->scratch_size, PPO_PARAM_ALIGN);
    const ppo_status status = plan_slices(update, error);
    if (status != PPO_OK) {
        ppo_update_destroy(update);
        return status;
    }
    plan_rows(update, arena);
    *result = update;
    return PPO_OK;
}

void ppo_update_destroy(ppo_update *update)
{
    if (!update)
        return;
    free(update->slices);
    free(update);
}

const float *ppo_update_gradient(const ppo_update *update)
{
    return update->grad;
}

// --- one task: a chunk of samples through one network ------------------------------------------

// The minibatch under way: what every task sees.
typedef struct ppo_minibatch {
    ppo_update *update;
    const ppo_rollout *rollout;
    const uint32_t *index; // [count]
    size_t count;
    ppo_adv_norm adv_norm;
    const ppo_step_params *step;
    float grad_scale[2]; // of each optimiser group
    ppo_adam_scalars adam[2];
} ppo_minibatch;

// Working columns of a task, PPO_CHUNK_ROWS floats each.
typedef struct ppo_samples {
    float *obs;       // [rows, D]
    float *action;    // [A] columns
    float *advantage; // one column each
    float *old_log_prob, *log_prob, *dlog_prob, *entropy, *ratio;
    float *old_value, *ret;
} ppo_samples;

static ppo_samples samples_at(const ppo_update *update, float *space)
{
    float *column = space + update->policy->dist.num_actions * LD;
    ppo_samples s = {.action = space, .advantage = column};
    s.old_log_prob = column + LD;
    s.log_prob = column + 2 * LD;
    s.dlog_prob = column + 3 * LD;
    s.entropy = column + 4 * LD;
    s.ratio = column + 5 * LD;
    s.old_value = column + 6 * LD;
    s.ret = column + 7 * LD;
    s.obs = column + 8 * LD;
    return s;
}

static void gather_advantages(const ppo_minibatch *mb, float *advantage, const uint32_t *index,
                              size_t rows)
{
    ppo_minibatch_gather_columns(advantage, mb->rollout->advantage, index, rows, 1);
    for (size_t i = 0; i < rows; i++)
        advantage[i] = (advantage[i] - mb->adv_norm.mean) * mb->adv_norm.inv_std;
}

static float sum_of(const float *x, size_t count)
{
    float sum = 0.0f;
    for (size_t i = 0; i < count; i++)
        sum += x[i];
    return sum;
}

static void actor_loss(const ppo_minibatch *mb, size_t chunk, const ppo_policy_scratch *s,
                       const ppo_samples *x, const uint32_t *index, size_t rows,
                       ppo_loss_sums *sums)
{
    const ppo_update *update = mb->update;
    const ppo_dist *dist = &update->policy->dist;
    const float *log_std = ppo_policy_log_std(update->policy);
    float *dlog_std = update->chunk_grad + chunk * update->policy->layout.size +
                      update->policy->log_std;
    const float share = 1.0f / (float)mb->count;
    gather_advantages(mb, x->advantage, index, rows);
    ppo_minibatch_gather_columns(x->action, mb->rollout->action, index, rows, dist->num_actions);
    ppo_minibatch_gather_columns(x->old_log_prob, mb->rollout->log_prob, index, rows, 1);
    ppo_dist_prepare(dist, s->out, rows);
    ppo_dist_eval(dist, x->log_prob, x->entropy, s->out, log_std, x->action, rows);
    ppo_policy_loss(x->dlog_prob, sums, x->ratio, x->log_prob, x->old_log_prob, x->advantage, rows,
                    (float)mb->step->clip_coef, share);
    ppo_dist_backward(dist, s->dout, log_std ? dlog_std : NULL, s->out, log_std, x->action,
                      x->dlog_prob, -(float)mb->step->ent_coef * share, rows);
    sums->entropy += (double)sum_of(x->entropy, rows);
    if (ppo_dist_is_gaussian(dist))
        update->chunk_std[chunk] =
            (double)rows * ppo_dist_mean_std(dist, s->out, log_std, rows);
}

static void critic_loss(const ppo_minibatch *mb, const ppo_policy_scratch *s, const ppo_samples *x,
                        const uint32_t *index, size_t rows, ppo_loss_sums *sums)
{
    const ppo_config *config = mb->update->config;
    const size_t column = LD * ppo_policy_value_column(mb->update->policy);
    const float scale = (float)(config->vf_coef / (double)mb->count);
    ppo_minibatch_gather_columns(x->old_value, mb->rollout->value, index, rows, 1);
    ppo_minibatch_gather_columns(x->ret, mb->rollout->ret, index, rows, 1);
    ppo_value_loss(s->dout + column, sums, s->out + column, x->old_value, x->ret, rows,
                   config->clip_vloss, (float)mb->step->clip_coef, scale);
}

// Task `task` is chunk task / num_nets through network task % num_nets.
static void gradient_task(void *context, size_t task, size_t worker)
{
    const ppo_minibatch *mb = context;
    ppo_update *update = mb->update;
    const ppo_policy *policy = update->policy;
    const size_t chunk = task / policy->num_nets, net = task % policy->num_nets;
    const size_t first = chunk * LD;
    const size_t rows = mb->count - first < LD ? mb->count - first : LD;
    const uint32_t *index = mb->index + first;
    float *space = update->worker + worker * update->worker_size;
    const ppo_samples x = samples_at(update, space);
    const ppo_policy_scratch s = ppo_policy_scratch_at(policy, space + update->gather_size);
    ppo_loss_sums sums = {0};

    ppo_minibatch_gather(x.obs, mb->rollout->obs, index, rows, update->num_features);
    ppo_policy_forward(policy, net, &s, x.obs, update->num_features, rows);
    if (net == PPO_ACTOR_NET)
        actor_loss(mb, chunk, &s, &x, index, rows, &sums);
    if (net == ppo_policy_critic_net(policy))
        critic_loss(mb, &s, &x, index, rows, &sums);
    ppo_policy_backward(policy, net, &s, update->chunk_grad + chunk * policy->layout.size, x.obs,
                        update->num_features, rows);
    memcpy(update->chunk_sums + (chunk * 2 + net) * NUM_SUMS, &sums, sizeof sums);
}

// --- reducing and stepping ---------------------------------------------------------------------

static void reduce_task(void *context, size_t task, size_t worker)
{
    (void)worker;
    const ppo_minibatch *mb = context;
    ppo_update *update = mb->update;
    const ppo_slice *slice = &update->slices[task];
    const size_t chunks = (mb->count + LD - 1) / LD;
    update->slice_squares[task] =
        ppo_grad_reduce(update->grad + slice->begin, update->chunk_grad + slice->begin,
                        update->policy->layout.size, chunks, slice->count);
}

static void adam_task(void *context, size_t task, size_t worker)
{
    (void)worker;
    const ppo_minibatch *mb = context;
    ppo_update *update = mb->update;
    const ppo_policy *policy = update->policy;
    const ppo_slice *slice = &update->slices[task];
    ppo_adam_step(policy->params + slice->begin, update->m + slice->begin,
                  update->v + slice->begin, update->grad + slice->begin, slice->count,
                  mb->grad_scale[slice->group], &mb->adam[slice->group]);
    if (slice->net)
        ppo_mlp_pack(slice->net, policy->packed, policy->params, slice->layer, slice->row_begin,
                     slice->row_end);
}

// Sums the tasks' results in the order of the chunks.
static void finish_stats(const ppo_minibatch *mb, ppo_update_stats *stats)
{
    const ppo_update *update = mb->update;
    const size_t chunks = (mb->count + LD - 1) / LD, nets = update->policy->num_nets;
    double total[NUM_SUMS] = {0}, std = 0.0;
    for (size_t chunk = 0; chunk < chunks; chunk++) {
        for (size_t net = 0; net < nets; net++)
            for (size_t i = 0; i < NUM_SUMS; i++)
                total[i] += update->chunk_sums[(chunk * 2 + net) * NUM_SUMS + i];
        std += update->chunk_std[chunk];
    }
    for (size_t i = 0; i < NUM_SUMS; i++)
        total[i] /= (double)mb->count;
    memcpy(&stats->mean, total, sizeof total);
    stats->loss = ppo_joint_loss(&stats->mean, mb->step->ent_coef, update->config->vf_coef);
    stats->std_mean =
        ppo_dist_is_gaussian(&update->policy->dist) ? std / (double)mb->count : (double)NAN;
}

// Gradient norms of both groups, from the slices in order.
static void finish_norm(ppo_minibatch *mb, ppo_update_stats *stats)
{
    const ppo_update *update = mb->update;
    double squares[2] = {0.0, 0.0};
    for (size_t i = 0; i < update->num_slices; i++)
        squares[update->slices[i].group] += update->slice_squares[i];
    for (size_t group = 0; group < 2; group++)
        mb->grad_scale[group] =
            ppo_grad_scale(sqrt(squares[group]), update->config->max_grad_norm);
    stats->grad_norm = sqrt(squares[0] + squares[1]);
}

// The parameter that holds the first non-finite gradient, for the message.
static const char *broken_tensor(const ppo_update *update)
{
    const ppo_params *layout = &update->policy->layout;
    for (size_t i = 0; i < layout->count; i++)
        for (size_t k = 0; k < ppo_param_count(&layout->list[i]); k++)
            if (!isfinite(update->grad[layout->list[i].offset + k]))
                return layout->list[i].name;
    return "none";
}

static ppo_status check_finite(const ppo_update *update, const ppo_update_stats *stats,
                               ppo_error *error)
{
    if (isfinite(stats->loss) && isfinite(stats->grad_norm))
        return PPO_OK;
    return ppo_fail(error, PPO_NUMERIC,
                    "a loss or gradient is not finite (policy loss %g, value loss %g, entropy %g, "
                    "first broken gradient: %s); the parameters were left as they were. A lower "
                    "learning_rate or max_grad_norm often helps",
                    stats->mean.policy_loss, stats->mean.value_loss, stats->mean.entropy,
                    broken_tensor(update));
}

static void schedule_adam(ppo_minibatch *mb)
{
    const ppo_config *config = mb->update->config;
    const double lr[2] = {mb->step->lr, mb->step->critic_lr};
    const uint64_t t = ++mb->update->adam_steps[0];
    for (size_t group = 0; group < 2; group++)
        mb->adam[group] = ppo_adam_schedule(lr[group], config->adam_beta1, config->adam_beta2,
                                            config->adam_eps, t);
}

ppo_status ppo_update_minibatch(ppo_update *update, const ppo_rollout *rollout,
                                const uint32_t *index, size_t count, const ppo_step_params *step,
                                ppo_update_stats *stats, ppo_error *error)
{
    ppo_minibatch mb = {.update = update,
                        .rollout = rollout,
                        .index = index,
                        .count = count,
                        .adv_norm = {.mean = 0.0f, .inv_std = 1.0f},
                        .step = step};
    const size_t chunks = (count + LD - 1) / LD;
    assert(count > 0 && chunks <= update->max_chunks);
    if (update->config->norm_adv == PPO_NORM_ADV_MINIBATCH)
        mb.adv_norm = ppo_minibatch_adv_norm(rollout->advantage, index, count);
    ppo_pool_run(update->pool, gradient_task, &mb, chunks * update->policy->num_nets);
    ppo_pool_run(update->pool, reduce_task, &mb, update->num_slices);
    finish_stats(&mb, stats);
    finish_norm(&mb, stats);
    PPO_TRY(check_finite(update, stats, error));
    schedule_adam(&mb);
    ppo_pool_run(update->pool, adam_task, &mb, update->num_slices);
    return PPO_OK;
}

// --- epochs ------------------------------------------------------------------------------------

static void add_stats(ppo_update_stats *sum, const ppo_update_stats *one)
{
    double total[NUM_SUMS], part[NUM_SUMS];
    memcpy(total, &sum->mean, sizeof total);
    memcpy(part, &one->mean, sizeof part);
    for (size_t i = 0; i < NUM_SUMS; i++)
        total[i] += part[i];
    memcpy(&sum->mean, total, sizeof total);
    sum->loss += one->loss;
    sum->grad_norm += one->grad_norm;
    sum->std_mean += one->std_mean;
    sum->minibatches++;
}

static void divide_stats(ppo_update_stats *sum)
{
    double total[NUM_SUMS];
    const double count = (double)sum->minibatches;
    memcpy(total, &sum->mean, sizeof total);
    for (size_t i = 0; i < NUM_SUMS; i++)
        total[i] /= count;
    memcpy(&sum->mean, total, sizeof total);
    sum->loss /= count;
    sum->grad_norm /= count;
    sum->std_mean /= count;
}

static void normalise_batch(const ppo_rollout *rollout, size_t batch)
{
    const ppo_adv_norm norm = ppo_minibatch_adv_norm(rollout->advantage, NULL, batch);
    for (size_t i = 0; i < batch; i++)
        rollout->advantage[i] = (rollout->advantage[i] - norm.mean) * norm.inv_std;
}

// One pass over all samples; the mean approximate KL of its minibatches goes to `kl`.
static ppo_status run_epoch(ppo_update *update, const ppo_rollout *rollout,
                            const ppo_step_params *step, size_t batch, ppo_update_stats *sum,
                            double *kl, ppo_error *error)
{
    const size_t size = ppo_config_minibatch_size(update->config);
    const double before = sum->mean.approx_kl;
    size_t minibatches = 0;
    for (size_t first = 0; first < batch; first += size, minibatches++) {
        const size_t count = batch - first < size ? batch - first : size;
        ppo_update_stats one = {0};
        PPO_TRY(ppo_update_minibatch(update, rollout, update->perm + first, count, step, &one,
                                     error));
        add_stats(sum, &one);
    }
    *kl = (sum->mean.approx_kl - before) / (double)minibatches;
    return PPO_OK;
}

ppo_status ppo_update_run(ppo_update *update, const ppo_rollout *rollout,
                          const ppo_step_params *step, uint64_t iteration,
                          ppo_update_stats *stats, ppo_error *error)
{
    const ppo_config *config = update->config;
    const size_t batch = rollout->num_steps * rollout->num_envs;
    *stats = (ppo_update_stats){0};
    if (config->norm_adv == PPO_NORM_ADV_BATCH)
        normalise_batch(rollout, batch);
    for (uint32_t epoch = 0; epoch < config->update_epochs; epoch++) {
        double kl;
        ppo_minibatch_shuffle(update->perm, batch, config->seed,
                              iteration * config->update_epochs + epoch);
        PPO_TRY(run_epoch(update, rollout, step, batch, stats, &kl, error));
        stats->epochs++;
        if (config->target_kl > 0.0 && kl > config->target_kl)
            break;
    }
    divide_stats(stats);
    return PPO_OK;
}
