// SPDX-License-Identifier: MIT
// What every call of oneDNN needs around it: a limit of one thread, and words for its failures.
// Part of the module onednn.so, not of the library.
#ifndef PPO_NN_ONEDNN_CALL_H
#define PPO_NN_ONEDNN_CALL_H

#include <stdbool.h>

// How the number of threads that oneDNN may use is read and set; both NULL if it uses one anyway.
typedef struct ppo_onednn_threads {
    int (*get)(void); // omp_get_max_threads
    void (*set)(int); // omp_set_num_threads
} ppo_onednn_threads;

// False if the runtime of this oneDNN can't be limited to the calling thread.
bool ppo_onednn_threads_find(ppo_onednn_threads *threads);

// Around a call: one thread, then as many as before, which is what `limit` returns.
int ppo_onednn_threads_limit(const ppo_onednn_threads *threads);
void ppo_onednn_threads_restore(const ppo_onednn_threads *threads, int before);

// A dnnl_status_t in words.
const char *ppo_onednn_text(int status);

#endif
