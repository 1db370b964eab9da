// SPDX-License-Identifier: MIT
// Golden files: see golden.h.
#include "unit/rl/support/golden.h"

#include "unit/rl/support/golden_formula.h"

#include "core/file.h"
#include "nn/bf16_ops.h"
#include "nn/gpu_device.h"

#include <glob.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define MAX_FILE ((size_t)1 << 26)

void golden_for_each(const char *dir, const char *pattern, void (*check)(const char *path))
{
    char path[PPO_TEXT_SIZE];
    glob_t found;
    snprintf(path, sizeof path, "%s/%s", dir, pattern);
    if (glob(path, 0, NULL, &found) != 0)
        fail_msg("no files %s", path);
    for (size_t i = 0; i < found.gl_pathc; i++)
        check(found.gl_pathv[i]);
    globfree(&found);
}

void golden_open(golden_file *golden, const char *path)
{
    ppo_error error = {0};
    size_t size;
    if (ppo_file_read(&golden->bytes, &size, path, MAX_FILE, &error) != PPO_OK ||
        ppo_safetensors_parse(&golden->tensors, golden->bytes, size, path, &error) != PPO_OK)
        fail_msg("%s", error.message);
}

void golden_close(golden_file *golden)
{
    ppo_safetensors_release(&golden->tensors);
    free(golden->bytes);
}

const char *golden_text(const golden_file *golden, const char *key)
{
    const char *text = ppo_safetensors_metadata(&golden->tensors, key);
    if (!text)
        fail_msg("no metadata called %s", key);
    return text;
}

double golden_number(const golden_file *golden, const char *key)
{
    char *end;
    const char *text = golden_text(golden, key);
    const double number = strtod(text, &end);
    if (end == text || *end)
        fail_msg("%s is no number: %s", key, text);
    return number;
}

bool golden_has(const golden_file *golden, const char *name)
{
    return ppo_safetensors_find(&golden->tensors, name) != NULL;
}

static const ppo_safetensor *find(const golden_file *golden, const char *name)
{
    const ppo_safetensor *tensor = ppo_safetensors_find(&golden->tensors, name);
    if (!tensor)
        fail_msg("no tensor called %s", name);
    return tensor;
}

static double element(const ppo_safetensor *tensor, size_t index)
{
    const size_t size = ppo_safetensors_dtype_size(tensor->dtype);
    const unsigned char *place = (const unsigned char *)tensor->data + index * size;
    union {
        float f32;
        double f64;
        int64_t i64;
        uint8_t u8;
    } value;
    memcpy(&value, place, size);
    switch (tensor->dtype) {
    case PPO_SAFETENSORS_F32:
        return value.f32;
    case PPO_SAFETENSORS_F64:
        return value.f64;
    case PPO_SAFETENSORS_I64:
        return (double)value.i64;
    case PPO_SAFETENSORS_U8:
        return value.u8;
    default:
        fail_msg("%s has a type that golden files don't use", tensor->name);
        return 0.0;
    }
}

double *golden_values(const golden_file *golden, const char *name, size_t *count)
{
    const ppo_safetensor *tensor = find(golden, name);
    *count = tensor->bytes / ppo_safetensors_dtype_size(tensor->dtype);
    double *values = calloc(*count, sizeof *values);
    assert_non_null(values);
    for (size_t i = 0; i < *count; i++)
        values[i] = element(tensor, i);
    return values;
}

void golden_floats(const golden_file *golden, const char *name, float *values, size_t count)
{
    const ppo_safetensor *tensor = find(golden, name);
    const size_t found = tensor->bytes / ppo_safetensors_dtype_size(tensor->dtype);
    if (found != count)
        fail_msg("%s has %zu elements, not %zu", name, found, count);
    for (size_t i = 0; i < count; i++)
        values[i] = (float)element(tensor, i);
}

static bool has_some_of(const golden_file *golden, const char *name)
{
    char sample[3 * PPO_NAME_SIZE];
    snprintf(sample, sizeof sample, "%s.sample", name);
    return golden_has(golden, name) || golden_has(golden, sample);
}

// Shared networks may call their trunk and heads otherwise, and convolutional ones have names for
// their layers.
void golden_param_name(const golden_file *golden, char *name, size_t size, const char *prefix,
                       const char *ours)
{
    static const char *const aliases[][2] = {
        {"", ""},
        {"actor.", "pi."},
        {"critic.", "v."},
        {"trunk.", ""},
        {"trunk.0.", "c1."},
        {"trunk.2.", "c2."},
        {"trunk.4.", "c3."},
        {"trunk.7.", "fc."},
        {"actor.0.", "actor.c1."},
        {"actor.2.", "actor.c2."},
        {"actor.4.", "actor.c3."},
        {"actor.7.", "actor.fc."},
        {"actor.9.", "actor.pi."},
        {"critic.0.", "critic.c1."},
        {"critic.2.", "critic.c2."},
        {"critic.4.", "critic.c3."},
        {"critic.7.", "critic.fc."},
        {"critic.9.", "critic.v."},
    };
    for (size_t i = 0; i < sizeof aliases / sizeof *aliases; i++) {
        const size_t length = strlen(aliases[i][0]);
        if (strncmp(ours, aliases[i][0], length) != 0)
            continue;
        snprintf(name, size, "%s%s%s", prefix, aliases[i][1], ours + length);
        if (has_some_of(golden, name))
            return;
    }
    fail_msg("no tensor for %s%s", prefix, ours);
}

bool golden_says(const golden_file *golden, const char *key, const char *text)
{
    const char *found = ppo_safetensors_metadata(&golden->tensors, key);
    return found && strcmp(found, text) == 0;
}

bool golden_has_memory(const golden_file *golden)
{
    return golden_says(golden, "memory", "lstm") || golden_says(golden, "memory", "gru");
}

uint8_t *golden_flags(const golden_file *golden, const char *name, size_t count)
{
    size_t found;
    double *values = golden_values(golden, name, &found);
    uint8_t *bytes = calloc(count, sizeof *bytes);
    assert_true(bytes && found == count);
    for (size_t i = 0; i < count; i++)
        bytes[i] = (uint8_t)values[i];
    free(values);
    return bytes;
}

// A picture alone, with a network that has no hidden layers.
static bool is_picture(const golden_file *golden)
{
    return golden_says(golden, "net", "nature_cnn");
}

static bool is_dict(const golden_file *golden)
{
    return golden_says(golden, "net", "dict");
}

bool golden_has_pictures(const golden_file *golden)
{
    return is_picture(golden) || ppo_safetensors_metadata(&golden->tensors, "param_seed");
}

void golden_read_config(ppo_config *config, const golden_file *golden)
{
    ppo_error error = {0};
    ppo_config_defaults(config);
    if (!is_picture(golden) &&
        ppo_config_set(config, "hidden_sizes", golden_text(golden, "hidden"), &error) != PPO_OK)
        fail_msg("%s", error.message);
    config->activation =
        golden_says(golden, "activation", "relu") ? PPO_ACTIVATION_RELU : PPO_ACTIVATION_TANH;
    config->shared_network = golden_says(golden, "networks", "shared");
    config->norm_adv =
        golden_says(golden, "norm_adv", "True") ? PPO_NORM_ADV_MINIBATCH : PPO_NORM_ADV_OFF;
    config->clip_vloss = golden_says(golden, "clip_vloss", "True");
    config->learning_rate = golden_number(golden, "lr");
    config->adam_eps = golden_number(golden, "adam_eps");
    config->clip_coef = golden_number(golden, "clip_coef");
    config->vf_coef = golden_number(golden, "vf_coef");
    config->ent_coef = golden_number(golden, "ent_coef");
    config->max_grad_norm = golden_number(golden, "max_grad_norm");
    config->update_epochs = (uint32_t)golden_number(golden, "epochs");
    config->minibatch_size = (uint32_t)golden_number(golden, "minibatch");
    config->action_bound = PPO_ACTION_RAW;
    config->norm_obs = config->norm_reward = false;
    if (is_dict(golden) && golden_has_pictures(golden))
        config->cnn_features = (uint32_t)golden_number(golden, "cnn_features");
    config->num_envs = 1;
    config->num_steps = (uint32_t)find(golden, "in.action")->shape[0];
    if (!golden_has_memory(golden))
        return;
    config->memory = golden_says(golden, "memory", "lstm") ? PPO_MEMORY_LSTM : PPO_MEMORY_GRU;
    config->memory_size = (uint32_t)golden_number(golden, "memory_size");
    config->num_envs = (uint32_t)golden_number(golden, "num_envs");
    config->num_steps = (uint32_t)golden_number(golden, "num_steps");
    config->sequence_length = (uint32_t)golden_number(golden, "sequence_length");
    config->gamma = golden_number(golden, "gamma");
    config->gae_lambda = golden_number(golden, "gae_lambda");
}

// Numbers with commas between them, kept by the fixture.
static uint32_t *read_numbers(golden_fixture *fixture, const char *text, uint32_t *count)
{
    uint32_t *first = fixture->numbers + fixture->num_numbers;
    char *end = NULL;
    for (*count = 0; *count == 0 || *end == ','; ++*count) {
        assert_true(fixture->num_numbers < sizeof fixture->numbers / sizeof *fixture->numbers);
        fixture->numbers[fixture->num_numbers++] = (uint32_t)strtoul(text, &end, 10);
        text = end + 1;
    }
    return first;
}

static bool is_kind(const char *text, const char *kind)
{
    const size_t length = strlen(kind);
    return strncmp(text, kind, length) == 0 && text[length] == ':';
}

// "discrete:3", "multi_discrete:3,2", "multi_binary:4", "box:2", "vector:2,3" (its shape) or
// "picture:1,84,84" (channels, height, width), which gets its channels innermost.
static ppo_space read_space(golden_fixture *fixture, const char *text)
{
    uint32_t count;
    const uint32_t *numbers = read_numbers(fixture, strchr(text, ':') + 1, &count);
    ppo_space space = {.kind = PPO_SPACE_BOX, .dtype = PPO_F32, .rank = 1, .shape = {numbers[0]}};
    if (is_kind(text, "box"))
        return space;
    if (is_kind(text, "picture"))
        return (ppo_space){.kind = PPO_SPACE_BOX,
                           .dtype = PPO_U8,
                           .rank = 3,
                           .shape = {numbers[1], numbers[2], numbers[0]}};
    if (is_kind(text, "vector")) {
        space.rank = count;
        memcpy(space.shape, numbers, count * sizeof *numbers);
        return space;
    }
    space.dtype = PPO_I32;
    space.kind = PPO_SPACE_MULTI_BINARY;
    if (is_kind(text, "multi_binary"))
        return space;
    space.kind = is_kind(text, "discrete") ? PPO_SPACE_DISCRETE : PPO_SPACE_MULTI_DISCRETE;
    space.shape[0] = count;
    space.num_values = numbers;
    return space;
}

// Parts with semicolons between them; one part is no tuple.
static void parse_actions(golden_fixture *fixture, const char *text)
{
    uint32_t count = 0;
    for (const char *at = text; at; at = strchr(at, ';')) {
        at += *at == ';';
        assert_true(count < sizeof fixture->actions / sizeof *fixture->actions);
        fixture->actions[count++].space = read_space(fixture, at);
    }
    const ppo_space tuple = PPO_SPACE_TUPLE_OF(count, fixture->actions);
    fixture->action_space = count > 1 ? tuple : fixture->actions[0].space;
}

// "key=kind:numbers" with semicolons between them.
static void parse_inputs(golden_fixture *fixture, const char *text)
{
    uint32_t count = 0;
    char *key = fixture->keys;
    for (const char *at = text; at; at = strchr(at, ';')) {
        at += *at == ';';
        const size_t length = strcspn(at, "=");
        assert_true(count < sizeof fixture->inputs / sizeof *fixture->inputs &&
                    key + length + 1 < fixture->keys + sizeof fixture->keys);
        memcpy(key, at, length);
        fixture->inputs[count++] =
            (ppo_space_part){.key = key, .space = read_space(fixture, at + length + 1)};
        key += length + 1;
    }
    fixture->observation_space = (ppo_space)PPO_SPACE_DICT_OF(count, fixture->inputs);
}

// A categorical's number of actions is that of the policy head's biases.
static void read_head(golden_fixture *fixture, const golden_file *golden)
{
    char head[PPO_NAME_SIZE], name[2 * PPO_NAME_SIZE];
    ppo_space *space = &fixture->action_space;
    if (golden_says(golden, "policy", "diag_gaussian")) {
        *space = (ppo_space){.kind = PPO_SPACE_BOX, .dtype = PPO_F32, .rank = 1};
        space->shape[0] = (uint32_t)find(golden, "in.param.log_std")->shape[0];
        return;
    }
    const uint32_t last = is_picture(golden) ? 9 : 2 * fixture->config.hidden_sizes.count; // module
    if (fixture->config.shared_network)
        snprintf(head, sizeof head, "actor.bias");
    else
        snprintf(head, sizeof head, "actor.%u.bias", last);
    golden_param_name(golden, name, sizeof name, "out.param.", head);
    if (is_picture(golden))
        snprintf(name + strlen(name), sizeof name - strlen(name), ".sample");
    fixture->numbers[0] = (uint32_t)find(golden, name)->shape[0];
    *space = (ppo_space){.kind = PPO_SPACE_DISCRETE, .dtype = PPO_I32, .rank = 1, .shape = {1}};
    space->num_values = fixture->numbers;
}

void golden_read_action_space(golden_fixture *fixture, const golden_file *golden)
{
    const char *actions = ppo_safetensors_metadata(&golden->tensors, "actions");
    if (actions)
        parse_actions(fixture, actions);
    else
        read_head(fixture, golden);
}

// Pictures come as whole stacks, one of several channels at a time.
static ppo_input read_input(golden_fixture *fixture, const golden_file *golden)
{
    ppo_space *space = &fixture->observation_space;
    ppo_error error = {0};
    ppo_input input;
    if (is_dict(golden)) {
        parse_inputs(fixture, golden_text(golden, "inputs"));
    } else if (is_picture(golden)) {
        const golden_shape shape = golden_picture_shape(golden, "obs", "");
        *space = (ppo_space){
            .kind = PPO_SPACE_BOX,
            .dtype = PPO_U8,
            .rank = 3,
            .shape = {(uint32_t)shape.height, (uint32_t)shape.width, (uint32_t)shape.channels}};
    } else {
        const ppo_safetensor *obs = find(golden, "in.obs");
        *space = (ppo_space){.kind = PPO_SPACE_BOX,
                             .dtype = PPO_F32,
                             .rank = 1,
                             .shape = {(uint32_t)obs->shape[golden_has_memory(golden) ? 2 : 1]}};
    }
    if (ppo_input_for(&input, &fixture->config, space, &error) != PPO_OK)
        fail_msg("%s", error.message);
    return input;
}

// Part `index` of all rows' observations.
static void read_part(const golden_file *golden, const golden_fixture *fixture, const char *what,
                      size_t index, unsigned char *obs, size_t rows)
{
    const ppo_space_leaf leaf = ppo_space_leaf_at(&fixture->observation_space, index);
    const size_t stride = ppo_space_bytes(&fixture->observation_space);
    const size_t size = ppo_space_size(leaf.space), bytes = ppo_space_bytes(leaf.space);
    char key[PPO_NAME_SIZE] = "", name[2 * PPO_NAME_SIZE];
    if (is_dict(golden))
        snprintf(key, sizeof key, ".%s", fixture->inputs[index].key);
    if (leaf.space->dtype == PPO_U8) {
        unsigned char *pictures = calloc(rows, bytes);
        assert_non_null(pictures);
        golden_pictures(golden, what, key, pictures);
        for (size_t r = 0; r < rows; r++)
            memcpy(obs + r * stride + leaf.offset, pictures + r * bytes, bytes);
        free(pictures);
        return;
    }
    size_t count;
    snprintf(name, sizeof name, "in.%s%s", what, key);
    double *values = golden_values(golden, name, &count);
    assert_true(count == rows * size);
    for (size_t i = 0; i < count; i++) {
        unsigned char *at = obs + i / size * stride + leaf.offset + i % size * 4;
        const float real = (float)values[i];
        const int32_t whole = (int32_t)values[i];
        memcpy(at, leaf.space->dtype == PPO_F32 ? (const void *)&real : (const void *)&whole, 4);
    }
    free(values);
}

unsigned char *golden_observations(const golden_file *golden, const golden_fixture *fixture,
                                   const char *what, size_t rows)
{
    const ppo_space *space = &fixture->observation_space;
    unsigned char *obs = calloc(rows, ppo_space_bytes(space));
    assert_non_null(obs);
    for (size_t i = 0; i < ppo_space_num_leaves(space); i++)
        read_part(golden, fixture, what, i, obs, rows);
    return obs;
}

void golden_fill_params(ppo_policy *policy, const golden_file *golden)
{
    char name[2 * PPO_NAME_SIZE];
    for (size_t i = 0; i < policy->layout.count; i++) {
        const ppo_param *param = &policy->layout.list[i];
        float *values = policy->params + param->offset;
        if (golden_has_pictures(golden)) {
            golden_formula_param(golden, param, values);
            continue;
        }
        golden_param_name(golden, name, sizeof name, "in.param.", param->name);
        golden_floats(golden, name, values, ppo_param_count(param));
    }
    ppo_policy_pack(policy);
}

void golden_memory(const golden_file *golden, const char *prefix, const ppo_policy *policy,
                   size_t net, const ppo_memory *memory, size_t count)
{
    const char *name = policy->shared ? "trunk" : net == PPO_ACTOR_NET ? "actor" : "critic";
    char tensor[2 * PPO_NAME_SIZE];
    snprintf(tensor, sizeof tensor, "%s.%s.h", prefix, name);
    golden_floats(golden, tensor, memory->h, count);
    snprintf(tensor, sizeof tensor, "%s.%s.c", prefix, name);
    if (ppo_memory_cell_has_c(&policy->cells[net]))
        golden_floats(golden, tensor, memory->c, count);
}

// What acting left for the update: starts, and the memory before each sequence.
static void fill_memory(golden_fixture *fixture, const golden_file *golden)
{
    ppo_rollout_memory *m = &fixture->rollout.memory;
    const size_t batch = m->num_steps * m->num_envs;
    uint8_t *start = golden_flags(golden, "in.start", batch);
    memcpy(m->start, start, batch);
    free(start);
    for (size_t net = 0; net < fixture->policy.num_nets; net++) {
        const size_t count = batch / m->length * fixture->config.memory_size;
        golden_memory(golden, "in.sequence_memory", &fixture->policy, net, &m->sequence[net],
                      count);
    }
}

static void fill(golden_fixture *fixture, const golden_file *golden)
{
    ppo_rollout *r = &fixture->rollout;
    const size_t samples = r->num_steps * r->num_envs;
    golden_fill_params(&fixture->policy, golden);
    if (ppo_policy_has_memory(&fixture->policy))
        fill_memory(fixture, golden);
    if (r->mask) {
        const size_t count = samples * fixture->policy.dist.mask_width;
        uint8_t *mask = golden_flags(golden, "in.mask", count);
        memcpy(r->mask, mask, count);
        free(mask);
    }
    unsigned char *obs = golden_observations(golden, fixture, "obs", samples);
    ppo_input_encode(&fixture->policy.input, &fixture->observation_space, ppo_rollout_row(r, 0),
                     obs, samples);
    free(obs);
    golden_floats(golden, "in.action", r->action, samples * r->num_actions);
    golden_floats(golden, "in.old_logprob", r->log_prob, samples);
    golden_floats(golden, "in.old_value", r->value, samples);
    golden_floats(golden, "in.advantage", r->advantage, samples);
    golden_floats(golden, "in.return", r->ret, samples);
}

void golden_fixture_create(golden_fixture *fixture, const golden_file *golden,
                           ppo_precision precision, const char *device, uint32_t threads)
{
    ppo_error error = {0};
    *fixture = (golden_fixture){0};
    golden_read_config(&fixture->config, golden);
    fixture->config.precision = precision;
    snprintf(fixture->config.device, sizeof fixture->config.device, "%s", device);
    golden_read_action_space(fixture, golden);
    fixture->step = (ppo_step_params){.lr = fixture->config.learning_rate,
                                      .critic_lr = fixture->config.learning_rate,
                                      .clip_coef = fixture->config.clip_coef,
                                      .ent_coef = fixture->config.ent_coef};
    const ppo_input input = read_input(fixture, golden);
    if (ppo_policy_plan(&fixture->policy, &fixture->config, &input, &fixture->observation_space,
                        &fixture->action_space, &fixture->arena, &error) != PPO_OK)
        fail_msg("%s", error.message);
    ppo_rollout_plan(&fixture->rollout, fixture->config.num_steps, fixture->config.num_envs,
                     &fixture->policy.input, fixture->policy.dist.num_actions, &fixture->arena);
    if (ppo_policy_has_memory(&fixture->policy))
        ppo_rollout_plan_memory(&fixture->rollout, &fixture->policy,
                                fixture->config.sequence_length, &fixture->arena);
    if (golden_has(golden, "in.mask"))
        ppo_rollout_plan_masks(&fixture->rollout, fixture->policy.dist.mask_width, &fixture->arena);
    if (ppo_pool_create(&fixture->pool, threads, &error) != PPO_OK)
        fail_msg("%s", error.message);
    minibatch_step_create(&fixture->single, &fixture->config, &fixture->policy, fixture->pool,
                          &fixture->arena);
    if (ppo_arena_bind(&fixture->arena, &error) != PPO_OK)
        fail_msg("%s", error.message);
    fill(fixture, golden);
}

void golden_fixture_release(golden_fixture *fixture)
{
    minibatch_step_release(&fixture->single);
    ppo_pool_destroy(fixture->pool);
    ppo_policy_release(&fixture->policy);
    ppo_arena_release(&fixture->arena);
}

bool golden_has_bf16(void)
{
    ppo_onednn *dnn = NULL;
    const ppo_onednn_module *api = ppo_onednn_load(NULL);
    if (!api || api->open(&dnn, PPO_ONEDNN_BF16, NULL) != PPO_OK)
        return false;
    api->close(dnn);
    return true;
}

bool golden_has_device(void)
{
    ppo_gpu_device device;
    const bool has = ppo_gpu_device_open(&device, 0, NULL) == PPO_OK;
    ppo_gpu_device_close(&device);
    return has;
}

double golden_deviation(const double *got, const double *wanted, size_t count, size_t stride,
                        double least)
{
    double difference = 0.0, norm = 0.0;
    for (size_t i = 0; i < count; i++) {
        const double d = got[i * stride] - wanted[i * stride];
        difference += d * d;
        norm += wanted[i * stride] * wanted[i * stride];
    }
    norm = fmax(norm, (double)count * least * least);
    return norm > 0.0 ? sqrt(difference / norm) : sqrt(difference);
}
