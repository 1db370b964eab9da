// SPDX-License-Identifier: MIT
// oneDNN asks its runtime how many threads the caller may use. With OpenMP that is a setting of the
// calling thread; the functions are looked up at run time, in the scope of oneDNN's own, so that
// nothing here links OpenMP.
#include "nn/onednn_call.h"

#include <oneapi/dnnl/dnnl.h>

#include <dlfcn.h>
#include <stddef.h>
#include <string.h>

static bool find_symbol(void *function, const char *name)
{
    void *const symbol = dlsym(RTLD_DEFAULT, name);
    memcpy(function, &symbol, sizeof symbol); // ISO C has no cast from object to function pointer
    return symbol != NULL;
}

// A thread pool serves only the streams that it is given to, so without one that runtime is
// sequential.
bool ppo_onednn_threads_find(ppo_onednn_threads *threads)
{
    *threads = (ppo_onednn_threads){NULL, NULL};
    switch (dnnl_version()->cpu_runtime) {
    case DNNL_RUNTIME_SEQ:
    case DNNL_RUNTIME_THREADPOOL:
        return true;
    case DNNL_RUNTIME_OMP:
        return find_symbol(&threads->get, "omp_get_max_threads") &&
               find_symbol(&threads->set, "omp_set_num_threads");
    default:
        return false;
    }
}

// 0: nothing to put back.
int ppo_onednn_threads_limit(const ppo_onednn_threads *threads)
{
    if (!threads->get)
        return 0;
    const int before = threads->get();
    if (before == 1)
        return 0;
    threads->set(1);
    return before;
}

void ppo_onednn_threads_restore(const ppo_onednn_threads *threads, int before)
{
    if (before)
        threads->set(before);
}

// The codes that 2.x and 3.x share; later ones are all failures of the library itself.
const char *ppo_onednn_text(int status)
{
    switch (status) {
    case dnnl_out_of_memory:
        return "out of memory";
    case dnnl_invalid_arguments:
        return "invalid arguments";
    case dnnl_unimplemented:
        return "it has nothing for this shape";
    case dnnl_runtime_error:
        return "runtime error";
    default:
        return "internal error";
    }
}
