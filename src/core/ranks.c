// SPDX-License-Identifier: MIT
// Collective operations made of exchanges between two ranks.
//
// Sums of large blocks go by halves (Rabenseifner 2004): at each level of the tree, partners share
// out what they have, so that each adds one half of it; the finished pieces are then exchanged the
// other way. Each rank sends 2 (1 - 1/R) of a block, where exchanging the whole block at each level
// is log2(R) of it. Every element is added in the same tree either way.
#include "core/ranks.h"

#include "core/error.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define HALVED_BYTES ((size_t)16384) // blocks of more are added by halves
#define MAX_LEVELS   32

// --- making -------------------------------------------------------------------------------------

static ppo_status learn_hosts(ppo_ranks *r, ppo_error *error)
{
    char *own = r->hosts[r->rank];
    if (gethostname(own, PPO_HOST_SIZE - 1) != 0)
        strcpy(own, "unknown");
    ppo_ranks_gather(r, r->hosts, PPO_HOST_SIZE);
    for (uint32_t i = 0; i < r->size; i++)
        r->local_size += strcmp(r->hosts[i], own) == 0;
    return ppo_ranks_check(r, error);
}

ppo_status ppo_ranks_create(ppo_ranks **result, const ppo_transport *transport, void *context,
                            uint32_t rank, uint32_t size, ppo_error *error)
{
    *result = NULL;
    if (size & (size - 1))
        return ppo_fail(error, PPO_INVALID,
                        "%u ranks were started, which is not a power of two; start 1, 2, 4, ..., a "
                        "divisor of shards",
                        size);
    ppo_ranks *r = calloc(1, sizeof *r);
    char(*hosts)[PPO_HOST_SIZE] = calloc(size, PPO_HOST_SIZE);
    if (!r || !hosts) {
        free(r);
        free(hosts);
        return ppo_fail(error, PPO_NO_MEMORY, "not enough memory for %u ranks", size);
    }
    *r = (ppo_ranks){
        .rank = rank, .size = size, .transport = transport, .context = context, .hosts = hosts};
    const ppo_status status = learn_hosts(r, error);
    if (status == PPO_OK) {
        *result = r;
        return PPO_OK;
    }
    free(hosts);
    free(r);
    return status;
}

void ppo_ranks_stop(ppo_ranks *ranks)
{
    if (!ranks)
        return;
    ppo_ranks_any(ranks, false); // all are here
    if (ranks->transport && ranks->failure.status == PPO_OK)
        ranks->transport->close(ranks->context);
    free(ranks->hosts);
    free(ranks->received);
    free(ranks);
}

void ppo_ranks_abort(ppo_ranks *ranks, int code)
{
    if (ranks && ranks->transport)
        ranks->transport->abort(ranks->context, code);
}

ppo_status ppo_ranks_reserve(ppo_ranks *ranks, size_t bytes, ppo_error *error)
{
    if (!ranks || ranks->size == 1 || bytes <= ranks->received_bytes)
        return PPO_OK;
    unsigned char *received = realloc(ranks->received, bytes);
    if (!received)
        return ppo_fail(error, PPO_NO_MEMORY, "not enough memory for %zu bytes of other ranks",
                        bytes);
    ranks->received = received;
    ranks->received_bytes = bytes;
    return PPO_OK;
}

// --- questions ----------------------------------------------------------------------------------

uint32_t ppo_ranks_rank(const ppo_ranks *ranks)
{
    return ranks->rank;
}

uint32_t ppo_ranks_size(const ppo_ranks *ranks)
{
    return ranks->size;
}

const char *ppo_ranks_host(const ppo_ranks *ranks, uint32_t rank)
{
    return rank < ranks->size ? ranks->hosts[rank] : "unknown";
}

uint64_t ppo_ranks_bytes_sent(const ppo_ranks *ranks)
{
    return ranks->bytes_sent;
}

ppo_status ppo_ranks_check(const ppo_ranks *ranks, ppo_error *error)
{
    if (!ranks || ranks->failure.status == PPO_OK)
        return PPO_OK;
    return ppo_fail(error, ranks->failure.status, "%s", ranks->failure.message);
}

// --- exchanging ---------------------------------------------------------------------------------

static void wait_as_on_a_slow_network(const ppo_ranks *r)
{
    const struct timespec delay = {.tv_sec = (time_t)r->delay_s,
                                   .tv_nsec = (long)(r->delay_s * 1e9) % 1000000000L};
    if (r->delay_s > 0.0)
        nanosleep(&delay, NULL);
}

static bool exchange(ppo_ranks *r, uint32_t partner, const ppo_message *messages, size_t count)
{
    if (r->failure.status != PPO_OK)
        return false;
    wait_as_on_a_slow_network(r);
    for (size_t i = 0; i < count; i++)
        r->bytes_sent += messages[i].send_bytes;
    return r->transport->exchange(r->context, partner, messages, count, &r->failure) == PPO_OK;
}

// --- sums ---------------------------------------------------------------------------------------

// A range of x, of which this rank has the sum over a part of the tree.
typedef struct ppo_range {
    size_t begin, end;
} ppo_range;

static void add_floats(float *x, const float *y, size_t count)
{
    for (size_t i = 0; i < count; i++)
        x[i] += y[i];
}

static void add_doubles(double *x, const double *y, size_t count)
{
    for (size_t i = 0; i < count; i++)
        x[i] += y[i];
}

// One level of the tree: `keep` of x and all of y become sums of this rank's and the partner's,
// which gets `give` of x and y for it.
static bool add_level(ppo_ranks *r, uint32_t partner, float *x, ppo_range keep, ppo_range give,
                      double *y, size_t num_y)
{
    double *y_received = (double *)(void *)r->received; // first: it is the one to be aligned
    float *x_received = (float *)(void *)(r->received + num_y * sizeof *y);
    const size_t kept = keep.end - keep.begin;
    const ppo_message messages[] = {
        {y, num_y * sizeof *y, y_received, num_y * sizeof *y},
        {x + give.begin, (give.end - give.begin) * sizeof *x, x_received, kept * sizeof *x}};
    const size_t skipped = num_y == 0; // y, of which there is nothing, or x
    if (!exchange(r, partner, messages + skipped, kept == 0 ? 1 : 2 - skipped))
        return false;
    add_doubles(y, y_received, num_y);
    add_floats(x + keep.begin, x_received, kept);
    return true;
}

static void sum_whole(ppo_ranks *r, float *x, size_t num_x, double *y, size_t num_y)
{
    const ppo_range all = {0, num_x};
    for (uint32_t apart = 1; apart < r->size; apart *= 2)
        if (!add_level(r, r->rank ^ apart, x, all, all, y, num_y))
            return;
}

static void sum_by_halves(ppo_ranks *r, float *x, size_t num_x, double *y, size_t num_y)
{
    ppo_range own = {0, num_x}, others[MAX_LEVELS];
    int level = 0;
    for (uint32_t apart = 1; apart < r->size; apart *= 2, level++) {
        const size_t middle = own.begin + (own.end - own.begin) / 2;
        const ppo_range low = {own.begin, middle}, high = {middle, own.end};
        own = r->rank & apart ? high : low;
        others[level] = r->rank & apart ? low : high;
        if (!add_level(r, r->rank ^ apart, x, own, others[level], y, num_y))
            return;
    }
    while (level-- > 0) {
        const ppo_range other = others[level];
        const ppo_message message = {x + own.begin, (own.end - own.begin) * sizeof *x,
                                     x + other.begin, (other.end - other.begin) * sizeof *x};
        if (!exchange(r, r->rank ^ 1u << level, &message, 1))
            return;
        own.begin = own.begin < other.begin ? own.begin : other.begin;
        own.end = own.end > other.end ? own.end : other.end;
    }
}

void ppo_ranks_sum(ppo_ranks *r, float *x, size_t num_x, double *y, size_t num_y)
{
    if (!r || r->size == 1 || (num_x == 0 && num_y == 0) || r->failure.status != PPO_OK)
        return;
    if (ppo_ranks_reserve(r, num_x * sizeof *x + num_y * sizeof *y, &r->failure) != PPO_OK)
        return;
    if (num_x * sizeof *x > HALVED_BYTES)
        sum_by_halves(r, x, num_x, y, num_y);
    else
        sum_whole(r, x, num_x, y, num_y);
}

bool ppo_ranks_any(ppo_ranks *ranks, bool here)
{
    double count = here ? 1.0 : 0.0;
    ppo_ranks_sum(ranks, NULL, 0, &count, 1);
    return count > 0.0;
}

// --- gathering and broadcasting -----------------------------------------------------------------

void ppo_ranks_gather(ppo_ranks *r, void *blocks, size_t bytes)
{
    unsigned char *all = blocks;
    for (uint32_t apart = 1; r && apart < r->size; apart *= 2) {
        // Ranks that agree but for their last bits have gathered each other's already.
        const uint32_t own = r->rank & ~(apart - 1), other = own ^ apart;
        const ppo_message message = {all + own * bytes, apart * bytes, all + other * bytes,
                                     apart * bytes};
        if (!exchange(r, r->rank ^ apart, &message, 1))
            return;
    }
}

void ppo_ranks_broadcast(ppo_ranks *r, void *data, size_t bytes)
{
    for (uint32_t apart = 1; r && apart < r->size; apart *= 2) {
        const ppo_message send = {.send = data, .send_bytes = bytes};
        const ppo_message receive = {.receive = data, .receive_bytes = bytes};
        const bool has_it = r->rank < apart, gets_it = r->rank >= apart && r->rank < 2 * apart;
        if ((has_it && !exchange(r, r->rank + apart, &send, 1)) ||
            (gets_it && !exchange(r, r->rank - apart, &receive, 1)))
            return;
    }
}
