// SPDX-License-Identifier: MIT
// Making a network's operations and laying out what they work on. See cnn_bf16.h.
#include "nn/cnn_bf16.h"

#include "core/error.h"

#include <stdlib.h>

// Pictures whose steps go through the caches together: the small network keeps what backward needs
// anyway, and large calls cost less; the large one's pictures are a megabyte each.
#define LEARNING_SMALL 16
#define LEARNING_LARGE 4

#define LINE 32 // numbers of a cache line: where planes of a tile begin

static size_t whole_lines(size_t count)
{
    return (count + LINE - 1) / LINE * LINE;
}

static size_t floats_for(size_t bytes)
{
    return (bytes + sizeof(float) - 1) / sizeof(float);
}

static size_t take(size_t *size, size_t floats)
{
    const size_t offset = *size;
    *size += ppo_param_align(floats);
    return offset;
}

static size_t most(size_t a, size_t b)
{
    return a > b ? a : b;
}

// --- the tape ------------------------------------------------------------------------------------

static void lay_out_planes(ppo_cnn_bf16 *b, const ppo_cnn *cnn)
{
    const ppo_plane *input = &cnn->planes[0];
    b->input_size = whole_lines(input->height * input->width * input->channels);
    for (size_t i = 1; i < cnn->num_planes; i++) {
        const ppo_plane *plane = &cnn->planes[i];
        b->plane[i] = b->tape_size;
        b->tape_size += whole_lines(plane->height * plane->width * plane->channels);
    }
}

// --- steps ---------------------------------------------------------------------------------------

// A plane has a border where what comes next is padded; here the convolution knows that itself.
static ppo_onednn_conv_shape shape_of(const ppo_cnn *cnn, size_t index, size_t images)
{
    const ppo_cnn_step *step = &cnn->steps[index];
    const ppo_plane *in = &cnn->planes[step->input];
    return (ppo_onednn_conv_shape){.images = images,
                                   .height = in->height,
                                   .width = in->width,
                                   .in_channels = in->channels,
                                   .out_channels = step->conv.out_channels,
                                   .kernel = step->conv.kernel,
                                   .stride = step->conv.stride,
                                   .padding = in->border,
                                   .relu = step->relu,
                                   .add = ppo_cnn_bf16_adds(cnn, index)};
}

// The operation that packs weights for `of`, where they then lie, and its working space.
static ppo_status plan_pack(ppo_cnn_bf16 *b, size_t of, size_t *op, size_t *packed, size_t *scratch,
                            size_t *packed_size, ppo_error *error)
{
    PPO_TRY(b->api->pack(b->dnn, op, of, error));
    *packed = take(packed_size, floats_for(b->api->operand_bytes(b->dnn, of, 1)));
    *scratch = take(packed_size, floats_for(b->api->scratch_bytes(b->dnn, *op)));
    return PPO_OK;
}

// The second product of the residual blocks is added to what is there.
bool ppo_cnn_bf16_adds(const ppo_cnn *cnn, size_t index)
{
    const ppo_cnn_step *step = &cnn->steps[index], *next = step + 1;
    return index + 1 < cnn->num_steps && next->kind == PPO_CNN_ADD && next->output == step->output;
}

static ppo_status plan_tile(ppo_cnn_bf16 *b, const ppo_cnn *cnn, ppo_cnn_tile *tile, size_t images,
                            size_t *packed_size, ppo_error *error)
{
    tile->images = images;
    for (size_t i = 0; i < cnn->num_steps; i++) {
        const ppo_onednn_conv_shape shape = shape_of(cnn, i, images);
        if (cnn->steps[i].kind == PPO_CNN_CONVOLVE) {
            PPO_TRY(b->api->conv(b->dnn, &tile->op[i], PPO_ONEDNN_CONV_FORWARD, &shape, error));
            PPO_TRY(plan_pack(b, tile->op[i], &tile->pack[i], &tile->packed[i], &tile->scratch[i],
                              packed_size, error));
        } else if (cnn->steps[i].kind == PPO_CNN_POOL) {
            PPO_TRY(b->api->pool(b->dnn, &tile->op[i], PPO_ONEDNN_POOL_FORWARD, &shape, error));
        }
    }
    return PPO_OK;
}

// A convolution's way back: the first one needs no gradient of its input.
static ppo_status plan_conv_back(ppo_cnn_bf16 *b, const ppo_cnn *cnn, size_t i, size_t *packed_size,
                                 ppo_error *error)
{
    ppo_cnn_tile_back *back = &b->back;
    const ppo_onednn_conv_shape shape = shape_of(cnn, i, b->learning.images);
    if (cnn->steps[i].input != 0) {
        PPO_TRY(b->api->conv(b->dnn, &back->data[i], PPO_ONEDNN_CONV_DATA, &shape, error));
        PPO_TRY(plan_pack(b, back->data[i], &back->pack[i], &back->packed[i], &back->scratch[i],
                          packed_size, error));
    }
    PPO_TRY(b->api->conv(b->dnn, &back->weights[i], PPO_ONEDNN_CONV_WEIGHTS, &shape, error));
    PPO_TRY(b->api->unpack(b->dnn, &back->unpack[i], back->weights[i], error));
    back->partial_count[i] = floats_for(b->api->operand_bytes(b->dnn, back->weights[i], 1));
    back->partial_weight[i] = take(&b->partial_size, back->partial_count[i]);
    back->partial_bias[i] = take(&b->partial_size, shape.out_channels);
    b->most_weights = most(b->most_weights, ppo_param_align(back->partial_count[i]));
    b->most_weights = most(b->most_weights, ppo_param_align(ppo_conv_weights(&cnn->steps[i].conv)));
    b->convs[b->num_convs++] = i;
    return PPO_OK;
}

static ppo_status plan_pool_back(ppo_cnn_bf16 *b, const ppo_cnn *cnn, size_t i, ppo_error *error)
{
    const size_t images = b->learning.images;
    const ppo_onednn_conv_shape shape = shape_of(cnn, i, images);
    PPO_TRY(b->api->pool(b->dnn, &b->back.data[i], PPO_ONEDNN_POOL_BACK, &shape, error));
    const size_t bytes = b->api->operand_bytes(b->dnn, b->learning.op[i], 2);
    b->which[i] = b->tape_size;
    b->tape_size += whole_lines(bytes / sizeof(uint16_t) / images + 1);
    return PPO_OK;
}

static ppo_status plan_back(ppo_cnn_bf16 *b, const ppo_cnn *cnn, size_t *packed_size,
                            ppo_error *error)
{
    for (size_t i = 0; i < cnn->num_steps; i++) {
        if (cnn->steps[i].kind == PPO_CNN_CONVOLVE)
            PPO_TRY(plan_conv_back(b, cnn, i, packed_size, error));
        else if (cnn->steps[i].kind == PPO_CNN_POOL)
            PPO_TRY(plan_pool_back(b, cnn, i, error));
    }
    return PPO_OK;
}

// --- the linear layer ----------------------------------------------------------------------------

static ppo_status plan_linear(ppo_cnn_bf16 *b, const ppo_cnn *cnn, size_t *packed_size,
                              ppo_error *error)
{
    const size_t in = cnn->linear.in, out = cnn->linear.out;
    const ppo_onednn_product product = {.m = PPO_BF16_ROWS,
                                        .n = out,
                                        .k = in,
                                        .a_row = in,
                                        .a_column = 1,
                                        .c_row = out,
                                        .c_fp32 = true,
                                        .bias_relu = true};
    b->linear_copy = take(packed_size, floats_for(in * out * sizeof(uint16_t)));
    PPO_TRY(b->api->product(b->dnn, &b->acting_op, &product, error));
    PPO_TRY(b->api->pack_matrix(b->dnn, &b->acting_pack, b->acting_op, 1, in, error));
    b->acting_packed =
        take(packed_size, floats_for(b->api->operand_bytes(b->dnn, b->acting_op, 1)));
    b->acting_scratch =
        take(packed_size, floats_for(b->api->scratch_bytes(b->dnn, b->acting_pack)));
    return PPO_OK;
}

// --- all of it -----------------------------------------------------------------------------------

static ppo_status plan(ppo_cnn_bf16 *b, const ppo_cnn *cnn, size_t *packed_size, ppo_error *error)
{
    const size_t images = cnn->keeps_tape ? LEARNING_SMALL : LEARNING_LARGE;
    PPO_TRY(b->api->open(&b->dnn, error));
    lay_out_planes(b, cnn);
    PPO_TRY(plan_tile(b, cnn, &b->learning, images, packed_size, error));
    b->acting = b->learning;
    if (images != PPO_BF16_ACTING)
        PPO_TRY(plan_tile(b, cnn, &b->acting, PPO_BF16_ACTING, packed_size, error));
    PPO_TRY(plan_back(b, cnn, packed_size, error));
    PPO_TRY(plan_linear(b, cnn, packed_size, error));
    for (size_t op = 0; op <= b->acting_pack; op++) // the last one made
        b->scratch_size = most(b->scratch_size, floats_for(b->api->scratch_bytes(b->dnn, op)));
    b->scratch_size = ppo_param_align(b->scratch_size);
    return PPO_OK;
}

ppo_status ppo_cnn_bf16_create(ppo_cnn_bf16 **result, const ppo_cnn *cnn, size_t *packed_size,
                               ppo_error *error)
{
    *result = NULL;
    ppo_error why = {0};
    const ppo_onednn_module *api = ppo_onednn_load(&why);
    if (!api)
        return ppo_fail(error, why.status, "%s; or set precision to fp32", why.message);
    ppo_cnn_bf16 *b = calloc(1, sizeof *b);
    if (!b)
        return ppo_fail(error, PPO_NO_MEMORY, "not enough memory for a bf16 network");
    b->api = api;
    const ppo_status status = plan(b, cnn, packed_size, error);
    if (status != PPO_OK) {
        ppo_cnn_bf16_destroy(b);
        return status;
    }
    *result = b;
    return PPO_OK;
}

void ppo_cnn_bf16_destroy(ppo_cnn_bf16 *b)
{
    if (!b)
        return;
    b->api->close(b->dnn);
    free(b);
}
