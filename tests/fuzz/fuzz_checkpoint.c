// SPDX-License-Identifier: MIT
// Any bytes as a safetensors file and as a checkpoint: refused or viewed, never a crash. Each byte
// that a view promises is read.
#include "run/checkpoint/checkpoint_file.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void read_all(const ppo_safetensors *file)
{
    volatile unsigned char sum = 0;
    for (size_t i = 0; i < file->num_tensors; i++)
        for (size_t b = 0; b < file->tensors[i].bytes; b++)
            sum = (unsigned char)(sum + ((const unsigned char *)file->tensors[i].data)[b]);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    ppo_safetensors file;
    ppo_error error = {0};
    ppo_run_facts facts;
    if (ppo_safetensors_parse(&file, data, size, "input", &error) == PPO_OK) {
        read_all(&file);
        ppo_run_facts_parse(&facts, &file, "input", &error);
        ppo_safetensors_release(&file);
    }
    uint8_t *copy = malloc(size + !size);
    if (copy && size)
        memcpy(copy, data, size);
    if (copy && ppo_checkpoint_file_check(&file, copy, size, "input", &error) == PPO_OK)
        ppo_safetensors_release(&file);
    free(copy);
    return 0;
}
