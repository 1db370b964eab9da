// SPDX-License-Identifier: MIT
// Loops over the units of each row. Owns nothing.
#include "nn/lstm.h"

#include "nn/simd.h"

// The blocks of a row's record at unit k.
typedef struct lstm_record {
    float *i, *f, *g, *o, *tanh_c;
} lstm_record;

PPO_INLINE lstm_record record_at(float *row, size_t block, size_t k)
{
    return (lstm_record){.i = row + k,
                         .f = row + block + k,
                         .g = row + 2 * block + k,
                         .o = row + 3 * block + k,
                         .tanh_c = row + 4 * block + k};
}

void ppo_lstm_activate(float *next_h, float *next_c, float *record, const float *bias,
                       const float *c, size_t rows, size_t size, size_t block)
{
    for (size_t r = 0; r < rows; r++)
        for (size_t k = 0; k < size; k += PPO_LANES) {
            const lstm_record at = record_at(record + r * PPO_LSTM_BLOCKS * block, block, k);
            const size_t unit = r * size + k, count = size - k;
            const ppo_vec i = ppo_v_logistic(ppo_v_load(at.i) + ppo_v_load(bias + k));
            const ppo_vec f = ppo_v_logistic(ppo_v_load(at.f) + ppo_v_load(bias + size + k));
            const ppo_vec g = ppo_v_tanh(ppo_v_load(at.g) + ppo_v_load(bias + 2 * size + k));
            const ppo_vec o = ppo_v_logistic(ppo_v_load(at.o) + ppo_v_load(bias + 3 * size + k));
            const ppo_vec cell = f * ppo_v_load_part(c + unit, count) + i * g;
            const ppo_vec tanh_c = ppo_v_tanh(cell);
            ppo_v_store(at.i, i);
            ppo_v_store(at.f, f);
            ppo_v_store(at.g, g);
            ppo_v_store(at.o, o);
            ppo_v_store(at.tanh_c, tanh_c);
            ppo_v_store_part(next_c + unit, cell, count);
            ppo_v_store_part(next_h + unit, o * tanh_c, count);
        }
}

void ppo_lstm_activate_backward(float *dc, float *record, const float *dh, const float *c,
                                size_t rows, size_t size, size_t block)
{
    for (size_t r = 0; r < rows; r++)
        for (size_t k = 0; k < size; k += PPO_LANES) {
            const lstm_record at = record_at(record + r * PPO_LSTM_BLOCKS * block, block, k);
            const ppo_vec i = ppo_v_load(at.i), f = ppo_v_load(at.f), g = ppo_v_load(at.g);
            const ppo_vec o = ppo_v_load(at.o), tanh_c = ppo_v_load(at.tanh_c);
            const ppo_vec old = ppo_v_load_part(c + r * size + k, size - k);
            const ppo_vec dout = ppo_v_load(dh + r * block + k);
            const ppo_vec dcell =
                ppo_v_load(dc + r * block + k) + dout * o * (1.0f - tanh_c * tanh_c);
            ppo_v_store(at.i, dcell * g * i * (1.0f - i));
            ppo_v_store(at.f, dcell * old * f * (1.0f - f));
            ppo_v_store(at.g, dcell * i * (1.0f - g * g));
            ppo_v_store(at.o, dout * tanh_c * o * (1.0f - o));
            ppo_v_store(dc + r * block + k, dcell * f);
        }
}
