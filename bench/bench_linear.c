// SPDX-License-Identifier: MIT
// The three products of a linear layer, our own (nn/gemm.h) beside oneDNN's, in fp32 on one thread,
// shape by shape, in GFLOP/s (2 * rows * in * out each). oneDNN gets its weights packed beforehand
// for the forward product. `make bench B=linear`.
#include "nn/gemm.h"
#include "nn/simd.h"
#include "onednn_bench.h"

typedef struct bench {
    size_t rows, in, out, ldx, ldy;
    float *x, *y, *weight, *packed, *bias;
    bench_onednn onednn;
    size_t forward, data, weights; // oneDNN's operations
    void *other_packed, *scratch;
} bench;

static void own_forward(const void *context)
{
    const bench *b = context;
    ppo_gemm(b->y, b->ldy, b->x, b->ldx, 1, b->packed, b->ldy, b->bias, b->rows, b->out, b->in);
}

static void own_data(const void *context)
{
    const bench *b = context;
    ppo_gemm(b->x, b->ldx, b->y, b->ldy, 1, b->weight, b->in, NULL, b->rows, b->in, b->out);
}

static void own_weights(const void *context)
{
    const bench *b = context;
    if (b->in >= b->out)
        ppo_gemm(b->packed, b->ldx, b->y, 1, b->ldy, b->x, b->ldx, NULL, b->out, b->in, b->rows);
    else
        ppo_gemm(b->packed, b->ldy, b->x, 1, b->ldx, b->y, b->ldy, NULL, b->in, b->out, b->rows);
}

static void run(const bench *b, size_t op, const void *left, const void *right, float *result)
{
    const ppo_onednn_operand operands[] = {{.read = left}, {.read = right}, {.write = result}};
    b->onednn.api->run(b->onednn.dnn, op, operands, b->scratch);
}

static void other_forward(const void *context)
{
    const bench *b = context;
    run(b, b->forward, b->x, b->other_packed, b->y);
}

static void other_data(const void *context)
{
    const bench *b = context;
    run(b, b->data, b->y, b->weight, b->x);
}

static void other_weights(const void *context)
{
    const bench *b = context;
    run(b, b->weights, b->y, b->x, b->packed);
}

static size_t product(bench *b, ppo_onednn_product p, size_t *scratch)
{
    ppo_error error = {0};
    size_t op;
    p.type = PPO_ONEDNN_FP32;
    bench_must(b->onednn.api->product(b->onednn.dnn, &op, &p, &error), &error);
    *scratch += b->onednn.api->scratch_bytes(b->onednn.dnn, op);
    return op;
}

static void make_onednn(bench *b)
{
    const ppo_onednn_module *api = b->onednn.api;
    const size_t rows = b->rows, in = b->in, out = b->out;
    size_t scratch = 64, pack;
    ppo_error error = {0};
    b->forward =
        product(b,
                (ppo_onednn_product){
                    .m = rows, .n = out, .k = in, .a_row = b->ldx, .a_column = 1, .c_row = b->ldy},
                &scratch);
    b->data = product(b,
                      (ppo_onednn_product){.m = rows,
                                           .n = in,
                                           .k = out,
                                           .a_row = b->ldy,
                                           .a_column = 1,
                                           .b_row = in,
                                           .b_column = 1,
                                           .c_row = b->ldx},
                      &scratch);
    b->weights = product(b,
                         (ppo_onednn_product){.m = out,
                                              .n = in,
                                              .k = rows,
                                              .a_row = 1,
                                              .a_column = b->ldy,
                                              .b_row = b->ldx,
                                              .b_column = 1,
                                              .c_row = in},
                         &scratch);
    bench_must(api->pack_matrix(b->onednn.dnn, &pack, b->forward, 1, in, &error), &error);
    b->scratch = bench_memory(scratch + api->scratch_bytes(b->onednn.dnn, pack));
    b->other_packed = bench_memory(api->operand_bytes(b->onednn.dnn, b->forward, 1));
    const ppo_onednn_operand operands[] = {{.read = b->weight}, {.write = b->other_packed}};
    api->run(b->onednn.dnn, pack, operands, b->scratch);
}

static void measure(size_t rows, size_t in, size_t out)
{
    static void (*const kernels[])(const void *) = {own_forward, other_forward, own_data,
                                                    other_data,  own_weights,   other_weights};
    const double flop = 2.0 * (double)rows * (double)in * (double)out;
    const size_t most = ppo_pad(in) * ppo_pad(out);
    bench b = {.rows = rows, .in = in, .out = out, .ldx = ppo_pad(in), .ldy = ppo_pad(out)};
    b.x = bench_numbers(rows * b.ldx + PPO_LANES, -1.0);
    b.y = bench_numbers(rows * b.ldy + PPO_LANES, -1.0);
    b.weight = bench_numbers(most, -1.0);
    b.packed = bench_numbers(most, -1.0);
    b.bias = bench_numbers(b.ldy, -1.0);
    b.onednn = bench_onednn_open();
    make_onednn(&b);
    printf("%5zu x %4zu x %4zu", rows, in, out);
    for (size_t i = 0; i < sizeof kernels / sizeof kernels[0]; i++)
        printf(" %8.1f", bench_speed(kernels[i], &b, flop));
    printf("\n");
    b.onednn.api->close(b.onednn.dnn);
    void *const all[] = {b.x, b.y, b.weight, b.packed, b.bias, b.other_packed, b.scratch};
    for (size_t i = 0; i < sizeof all / sizeof *all; i++)
        free(all[i]);
}

int main(void)
{
    static const size_t shapes[][3] = {
        {4, 64, 64},   {8, 64, 64},    {64, 4, 64},    {64, 64, 2},     {64, 64, 64},
        {64, 24, 512}, {64, 512, 256}, {64, 512, 512}, {256, 512, 512}, {64, 3136, 512},
    };
    printf("GFLOP/s                  forward        to inputs       to weights\n");
    printf(" rows x   in x  out      own   oneDNN      own   oneDNN      own   oneDNN\n");
    for (size_t i = 0; i < sizeof shapes / sizeof shapes[0]; i++)
        measure(shapes[i][0], shapes[i][1], shapes[i][2]);
    return 0;
}
