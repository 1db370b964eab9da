// SPDX-License-Identifier: MIT
// What every call of oneDNN needs around it: that it stays in the calling thread, and words for its
// failures. Part of the module onednn.so and of the benchmarks, never of the library.
#ifndef PPO_NN_ONEDNN_CALL_H
#define PPO_NN_ONEDNN_CALL_H

#include <stdbool.h>

// How oneDNN is held to one thread; both NULL if it never makes more.
typedef struct ppo_onednn_alone {
    int (*get)(void); // omp_get_max_threads
    void (*set)(int); // omp_set_num_threads
} ppo_onednn_alone;

// False if oneDNN's runtime can't be held to one thread.
bool ppo_onednn_find_alone(ppo_onednn_alone *alone);

// Before calls and after them. run_alone returns what run_as_before needs.
int ppo_onednn_run_alone(const ppo_onednn_alone *alone);
void ppo_onednn_run_as_before(const ppo_onednn_alone *alone, int before);

// A dnnl_status_t in words.
const char *ppo_onednn_text(int status);

#endif
