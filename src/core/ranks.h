// SPDX-License-Identifier: MIT
// What ranks (ppo/ranks.h) do together: sums in a binary tree, gathering, broadcasting. All of it
// is made of one operation, exchanging messages with one other rank, which a transport offers.
//
// Workload: some thousand sums a second, of a few bytes or of a whole gradient. With one rank every
// function returns at once.
// Failures are kept: after one, nothing is sent any more, and ppo_ranks_check says what it was. So
// callers may look when it suits them, but before they use what came.
#ifndef PPO_CORE_RANKS_H
#define PPO_CORE_RANKS_H

#include "ppo/ranks.h"

// A message to another rank and the one that it sends back. Sizes may differ, and may be 0.
typedef struct ppo_message {
    const void *send;
    size_t send_bytes;
    void *receive;
    size_t receive_bytes;
} ppo_message;

// How messages get to other ranks. One for each way; `context` is its own.
typedef struct ppo_transport {
    // Sends to `partner` and receives from it, which calls this at the same time with `messages` as
    // many as here and of fitting sizes. Returns when all are through.
    ppo_status (*exchange)(void *context, uint32_t partner, const ppo_message *messages,
                           size_t count, ppo_error *error);
    void (*abort)(void *context, int code); // ends all ranks
    void (*close)(void *context);           // once all ranks are here
} ppo_transport;

#define PPO_HOST_SIZE 64

struct ppo_ranks {
    uint32_t rank, size; // size is a power of two
    uint32_t local_size; // ranks on this machine
    const ppo_transport *transport;
    void *context;
    char (*hosts)[PPO_HOST_SIZE]; // [size]
    unsigned char *received;      // [received_bytes] what is added to what is here
    size_t received_bytes;
    uint64_t bytes_sent;
    double delay_s; // waited before each exchange, to see what a slow network costs
    ppo_error failure;
};

// Makes ranks of a transport, which is closed by ppo_ranks_stop, or here on failure.
ppo_status ppo_ranks_create(ppo_ranks **ranks, const ppo_transport *transport, void *context,
                            uint32_t rank, uint32_t size, ppo_error *error);

// Memory for sums of so many bytes, so that these need not take any. All ranks ask for the same.
ppo_status ppo_ranks_reserve(ppo_ranks *ranks, size_t bytes, ppo_error *error);

// The sums over all ranks of x [num_x] and of y [num_y], in place: first neighbours are added, then
// neighbouring pairs, and so on. The same bits on each rank. Either may be empty.
void ppo_ranks_sum(ppo_ranks *ranks, float *x, size_t num_x, double *y, size_t num_y);

// blocks [size, bytes]: each rank has written its own, and gets all others'.
void ppo_ranks_gather(ppo_ranks *ranks, void *blocks, size_t bytes);

// Everyone gets rank 0's.
void ppo_ranks_broadcast(ppo_ranks *ranks, void *data, size_t bytes);

// PPO_OK, or what has failed. NULL: there is one rank.
ppo_status ppo_ranks_check(const ppo_ranks *ranks, ppo_error *error);

#endif
