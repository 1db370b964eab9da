// SPDX-License-Identifier: MIT
// A signal ends a wait, in this process or another; without one a wait lasts until its timeout.
#include "core/event_count.h"

#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

static double now_s(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

static void test_timeout(void **state)
{
    (void)state;
    ppo_event_count event = {0};
    const double start = now_s();
    assert_false(ppo_event_count_wait(&event, 0, 10, 30));
    assert_true(now_s() - start > 0.025);
    assert_int_equal(ppo_event_count_signal(&event), 1);
    assert_true(ppo_event_count_wait(&event, 0, 0, 10000)); // signalled before
    assert_int_equal(ppo_event_count_read(&event), 1);
}

typedef struct ppo_pair {
    ppo_event_count ping, pong;
    _Alignas(64) uint64_t value; // written by both sides in turn
} ppo_pair;

enum { ROUNDS = 20000 };

static void wait_for(ppo_event_count *event, uint32_t seen, int spins)
{
    while (!ppo_event_count_wait(event, seen, spins, 1000))
        ;
}

// Answers each signal; sleeps at once, so that waking is tested too.
static void answer(ppo_pair *p)
{
    for (uint32_t i = 0; i < ROUNDS; i++) {
        wait_for(&p->ping, i, i % 3 ? 200 : 0);
        p->value++;
        ppo_event_count_signal(&p->pong);
    }
}

static void ask(ppo_pair *p)
{
    for (uint32_t i = 0; i < ROUNDS; i++) {
        p->value++;
        ppo_event_count_signal(&p->ping);
        wait_for(&p->pong, i, i % 2 ? 200 : 0);
        assert_int_equal(p->value, 2 * (i + 1));
    }
}

static void *answer_in_thread(void *pair)
{
    answer(pair);
    return NULL;
}

static void test_between_threads(void **state)
{
    (void)state;
    ppo_pair pair = {.value = 0};
    pthread_t thread;
    assert_int_equal(pthread_create(&thread, NULL, answer_in_thread, &pair), 0);
    ask(&pair);
    pthread_join(thread, NULL);
}

static void test_between_processes(void **state)
{
    (void)state;
    ppo_pair *pair =
        mmap(NULL, sizeof *pair, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    assert_true(pair != MAP_FAILED);
    const pid_t child = fork();
    if (child == 0) {
        answer(pair);
        _exit(0);
    }
    ask(pair);
    int how;
    assert_int_equal(waitpid(child, &how, 0), child);
    assert_int_equal(how, 0);
    munmap(pair, sizeof *pair);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_timeout),
        cmocka_unit_test(test_between_threads),
        cmocka_unit_test(test_between_processes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
