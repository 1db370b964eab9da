// SPDX-License-Identifier: MIT
// What ranks do together, with threads as ranks and a transport that copies: sums are those of the
// tree written out, the same bits on each rank, and send what the formulas say.
#include "core/ranks.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <pthread.h>

enum { MAX_RANKS = 8 };

// A mail box for each pair of ranks and message: the sender fills it, the receiver empties it.
typedef struct mail_box {
    const void *data; // NULL: empty
    size_t bytes;
} mail_box;

typedef struct post_office {
    pthread_mutex_t lock;
    pthread_cond_t changed;
    mail_box box[MAX_RANKS][MAX_RANKS][2];
    int failing; // the rank whose exchanges fail; -1: none
} post_office;

typedef struct rank_thread {
    post_office *office;
    uint32_t rank, size;
    ppo_ranks *ranks;
    void (*work)(struct rank_thread *self);
    pthread_t thread;
} rank_thread;

static ppo_status exchange(void *context, uint32_t partner, const ppo_message *messages,
                           size_t count, ppo_error *error)
{
    rank_thread *self = context;
    post_office *office = self->office;
    if ((int)self->rank == office->failing) {
        *error = (ppo_error){PPO_RANK_LOST, "this rank has failed"};
        return PPO_RANK_LOST;
    }
    pthread_mutex_lock(&office->lock);
    for (size_t i = 0; i < count; i++)
        if (messages[i].send_bytes)
            office->box[self->rank][partner][i] =
                (mail_box){messages[i].send, messages[i].send_bytes};
    pthread_cond_broadcast(&office->changed);
    for (size_t i = 0; i < count; i++) {
        mail_box *box = &office->box[partner][self->rank][i];
        while (messages[i].receive_bytes && !box->data)
            pthread_cond_wait(&office->changed, &office->lock);
        if (!messages[i].receive_bytes)
            continue;
        if (box->bytes != messages[i].receive_bytes)
            abort();
        memcpy(messages[i].receive, box->data, box->bytes);
        *box = (mail_box){NULL, 0};
    }
    pthread_cond_broadcast(&office->changed);
    for (size_t i = 0; i < count; i++) // what is sent may change once it is taken
        while (office->box[self->rank][partner][i].data)
            pthread_cond_wait(&office->changed, &office->lock);
    pthread_mutex_unlock(&office->lock);
    return PPO_OK;
}

static void close_transport(void *context)
{
    (void)context;
}

static const ppo_transport transport = {.exchange = exchange, .close = close_transport};

static void *run_rank(void *context)
{
    rank_thread *self = context;
    ppo_error error = {0};
    if (ppo_ranks_create(&self->ranks, &transport, self, self->rank, self->size, &error) != PPO_OK)
        return NULL;
    self->work(self);
    return self;
}

// Runs `work` on so many ranks; whether all of them could be made.
static bool run_ranks(rank_thread *threads, uint32_t size, int failing,
                      void (*work)(rank_thread *self))
{
    post_office office = {.failing = failing};
    bool are_made = true;
    pthread_mutex_init(&office.lock, NULL);
    pthread_cond_init(&office.changed, NULL);
    for (uint32_t rank = 0; rank < size; rank++) {
        threads[rank] = (rank_thread){.office = &office, .rank = rank, .size = size, .work = work};
        pthread_create(&threads[rank].thread, NULL, run_rank, &threads[rank]);
    }
    for (uint32_t rank = 0; rank < size; rank++) {
        void *result;
        pthread_join(threads[rank].thread, &result);
        are_made = are_made && result;
    }
    pthread_cond_destroy(&office.changed);
    pthread_mutex_destroy(&office.lock);
    return are_made;
}

// --- sums ---------------------------------------------------------------------------------------

enum { MOST = 20011 }; // floats: more than are exchanged whole, and odd

static float value_of(uint32_t rank, size_t i)
{
    return (i % 3 ? 1.0f : -3e7f) * (float)(rank * 7 + i % 101 + 1) / 3.0f;
}

// The tree written out, over ranks first .. first+count-1.
static float tree(uint32_t first, uint32_t count, size_t i)
{
    return count == 1 ? value_of(first, i)
                      : tree(first, count / 2, i) + tree(first + count / 2, count / 2, i);
}

static void check_sum(rank_thread *self, size_t count)
{
    float *x = malloc((count + 1) * sizeof *x);
    double y[3];
    const uint64_t before = ppo_ranks_bytes_sent(self->ranks);
    for (size_t i = 0; i < count; i++)
        x[i] = value_of(self->rank, i);
    for (size_t i = 0; i < 3; i++)
        y[i] = (double)value_of(self->rank, i);
    ppo_ranks_sum(self->ranks, x, count, y, 3);
    for (size_t i = 0; i < count; i++)
        if (x[i] != tree(0, self->size, i))
            abort();
    for (size_t i = 0; i < 3; i++) { // few bits and few ranks: exact in any order
        double wanted = 0.0;
        for (uint32_t rank = 0; rank < self->size; rank++)
            wanted += (double)value_of(rank, i);
        if (y[i] != wanted)
            abort();
    }
    // Whole blocks once per level, or halves: 2 (1 - 1 / R) of a block, but for rounding.
    const double sent = (double)(ppo_ranks_bytes_sent(self->ranks) - before);
    double levels = 0.0;
    for (uint32_t apart = 1; apart < self->size; apart *= 2)
        levels++;
    const double block = (double)(count * sizeof *x);
    const double wanted =
        (block > 16384 ? 2.0 * (1.0 - 1.0 / self->size) * block : levels * block) + levels * 24;
    if (sent < wanted - 64 * levels || sent > wanted + 64 * levels)
        abort();
    free(x);
}

static void sum_work(rank_thread *self)
{
    static const size_t counts[] = {1, 0, 63, 4096, 4097, MOST};
    for (size_t i = 0; i < sizeof counts / sizeof *counts; i++)
        check_sum(self, counts[i]);
    ppo_ranks_stop(self->ranks);
}

static void test_sum(void **state)
{
    (void)state;
    rank_thread threads[MAX_RANKS];
    for (uint32_t size = 1; size <= MAX_RANKS; size *= 2)
        assert_true(run_ranks(threads, size, -1, sum_work));
}

// --- gathering, broadcasting, asking
// --------------------------------------------------------------

static void share_work(rank_thread *self)
{
    uint32_t all[MAX_RANKS][3] = {{0}}, told = self->rank == 0 ? 77 : 0;
    for (size_t i = 0; i < 3; i++)
        all[self->rank][i] = 10 * self->rank + (uint32_t)i;
    ppo_ranks_gather(self->ranks, all, sizeof *all);
    for (uint32_t rank = 0; rank < self->size; rank++)
        for (uint32_t i = 0; i < 3; i++)
            if (all[rank][i] != 10 * rank + i)
                abort();
    ppo_ranks_broadcast(self->ranks, &told, sizeof told);
    if (told != 77 || ppo_ranks_any(self->ranks, false) ||
        !ppo_ranks_any(self->ranks, self->rank == self->size - 1) ||
        self->ranks->local_size != self->size)
        abort();
    ppo_ranks_stop(self->ranks);
}

static void test_share(void **state)
{
    (void)state;
    rank_thread threads[MAX_RANKS];
    for (uint32_t size = 1; size <= MAX_RANKS; size *= 2)
        assert_true(run_ranks(threads, size, -1, share_work));
}

// --- failures -----------------------------------------------------------------------------------

static void test_refused(void **state)
{
    (void)state;
    rank_thread self = {.rank = 0};
    ppo_ranks *ranks;
    ppo_error error = {0};
    assert_int_equal(ppo_ranks_create(&ranks, &transport, &self, 0, 3, &error), PPO_INVALID);
    assert_null(ranks);
    assert_non_null(strstr(error.message, "3 ranks"));
}

// A failure is kept: nothing is sent after it.
static void test_failure(void **state)
{
    (void)state;
    double x = 1.0;
    ppo_error error = {0};
    post_office office = {.failing = 0};
    rank_thread self = {.office = &office, .rank = 0, .size = 2};
    ppo_ranks ranks = {.rank = 0, .size = 2, .transport = &transport, .context = &self};
    ppo_ranks_sum(&ranks, NULL, 0, &x, 1);
    const uint64_t sent = ranks.bytes_sent;
    assert_int_equal(ppo_ranks_check(&ranks, &error), PPO_RANK_LOST);
    assert_string_equal(error.message, "this rank has failed");
    ppo_ranks_sum(&ranks, NULL, 0, &x, 1);
    assert_int_equal(ranks.bytes_sent, sent);
    assert_int_equal(ppo_ranks_check(NULL, &error), PPO_OK);
    free(ranks.received);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_sum), cmocka_unit_test(test_share),
                                       cmocka_unit_test(test_refused),
                                       cmocka_unit_test(test_failure)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
