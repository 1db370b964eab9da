// SPDX-License-Identifier: MIT
// Gathering and spreading the rows of environments: see whole_tensors.h. The memory belongs to the
// list.
#include "run/checkpoint/whole_tensors.h"

#include "core/error.h"

#include <stdlib.h>
#include <string.h>

#define ALIGN ((size_t)64)

static size_t padded(size_t bytes)
{
    return (bytes + ALIGN - 1) / ALIGN * ALIGN;
}

ppo_status ppo_tensor_list_widen(ppo_tensor_list *list, const ppo_ranks *ranks, ppo_error *error)
{
    size_t total = 0, largest = 0;
    if (!ranks)
        return PPO_OK;
    list->parts = calloc(list->count + 1, sizeof *list->parts);
    if (!list->parts)
        return ppo_fail(error, PPO_NO_MEMORY, "out of memory listing %zu tensors", list->count);
    memcpy(list->parts, list->tensors, list->count * sizeof *list->parts);
    for (size_t i = 0; i < list->count; i++)
        if (list->tensors[i].env_axis) {
            ppo_tensor *whole = &list->tensors[i];
            whole->shape[whole->env_axis - 1] *= ranks->size;
            whole->bytes *= ranks->size;
            total += padded(whole->bytes);
            largest = whole->bytes > largest ? whole->bytes : largest;
        }
    list->whole = calloc(1, total + largest + ALIGN);
    if (!list->whole)
        return ppo_fail(error, PPO_NO_MEMORY, "out of memory for %zu bytes of all ranks", total);
    list->blocks = list->whole + total;
    unsigned char *place = list->whole;
    for (size_t i = 0; i < list->count; i++)
        if (list->tensors[i].env_axis) {
            list->tensors[i].data = place;
            place += padded(list->tensors[i].bytes);
        }
    return PPO_OK;
}

// Copies between a rank's part and its place in the whole tensor: runs of bytes that are its
// environments', one for each index of the axes before.
static void copy_part(unsigned char *whole, unsigned char *part, const ppo_tensor *of_part,
                      size_t rank, size_t size, bool to_whole)
{
    size_t run = of_part->bytes;
    for (uint32_t axis = 0; axis + 1 < of_part->env_axis; axis++)
        run /= of_part->shape[axis];
    for (size_t i = 0; i < of_part->bytes / run; i++) {
        unsigned char *there = whole + (i * size + rank) * run, *here = part + i * run;
        memcpy(to_whole ? there : here, to_whole ? here : there, run);
    }
}

ppo_status ppo_tensor_list_gather(const ppo_tensor_list *list, ppo_ranks *ranks, ppo_error *error)
{
    for (size_t i = 0; ranks && i < list->count; i++) {
        const ppo_tensor *part = &list->parts[i];
        if (!part->env_axis || part->bytes == 0)
            continue;
        memcpy(list->blocks + ranks->rank * part->bytes, part->data, part->bytes);
        ppo_ranks_gather(ranks, list->blocks, part->bytes);
        for (size_t rank = 0; rank < ranks->size; rank++)
            copy_part(list->tensors[i].data, list->blocks + rank * part->bytes, part, rank,
                      ranks->size, true);
    }
    return ppo_ranks_check(ranks, error);
}

ppo_status ppo_tensor_list_spread(const ppo_tensor_list *list, ppo_ranks *ranks, ppo_error *error)
{
    for (size_t i = 0; ranks && i < list->count; i++) {
        const ppo_tensor *whole = &list->tensors[i], *part = &list->parts[i];
        ppo_ranks_broadcast(ranks, whole->data, whole->bytes);
        if (part->env_axis && part->bytes)
            copy_part(whole->data, part->data, part, ranks->rank, ranks->size, false);
    }
    return ppo_ranks_check(ranks, error);
}
