// SPDX-License-Identifier: MIT
// Loops over the units of each row. Owns nothing.
#include "nn/gru.h"

#include "nn/simd.h"

// The blocks of a row's record at unit k.
typedef struct gru_record {
    float *r, *z, *n, *recalled; // U_n h + u_n
} gru_record;

PPO_INLINE gru_record record_at(float *row, size_t block, size_t k)
{
    return (gru_record){.r = row + k,
                        .z = row + block + k,
                        .n = row + 2 * block + k,
                        .recalled = row + 3 * block + k};
}

void ppo_gru_activate(float *next_h, float *record, const float *bias, const float *h, size_t rows,
                      size_t size, size_t block)
{
    for (size_t row = 0; row < rows; row++)
        for (size_t k = 0; k < size; k += PPO_LANES) {
            const gru_record at = record_at(record + row * PPO_GRU_BLOCKS * block, block, k);
            const size_t unit = row * size + k, count = size - k;
            const ppo_vec r = ppo_v_logistic(ppo_v_load(at.r) + ppo_v_load(bias + k));
            const ppo_vec z = ppo_v_logistic(ppo_v_load(at.z) + ppo_v_load(bias + size + k));
            const ppo_vec n = ppo_v_tanh(ppo_v_load(at.n) + r * ppo_v_load(at.recalled));
            const ppo_vec old = ppo_v_load_part(h + unit, count);
            ppo_v_store(at.r, r);
            ppo_v_store(at.z, z);
            ppo_v_store(at.n, n);
            ppo_v_store_part(next_h + unit, (1.0f - z) * n + z * old, count);
        }
}

void ppo_gru_activate_backward(float *dh, float *record, const float *h, size_t rows, size_t size,
                               size_t block)
{
    for (size_t row = 0; row < rows; row++)
        for (size_t k = 0; k < size; k += PPO_LANES) {
            const gru_record at = record_at(record + row * PPO_GRU_BLOCKS * block, block, k);
            const ppo_vec r = ppo_v_load(at.r), z = ppo_v_load(at.z), n = ppo_v_load(at.n);
            const ppo_vec recalled = ppo_v_load(at.recalled);
            const ppo_vec old = ppo_v_load_part(h + row * size + k, size - k);
            const ppo_vec dout = ppo_v_load(dh + row * block + k);
            const ppo_vec dn = dout * (1.0f - z) * (1.0f - n * n);
            ppo_v_store(at.r, dn * recalled * r * (1.0f - r));
            ppo_v_store(at.z, dout * (old - n) * z * (1.0f - z));
            ppo_v_store(at.n, dn);
            ppo_v_store(at.recalled, dn * r);
            ppo_v_store(dh + row * block + k, dout * z);
        }
}
