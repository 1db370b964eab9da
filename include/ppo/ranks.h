// SPDX-License-Identifier: MIT
// Several processes that compute one training, on one machine or many: its ranks, numbered from 0.
//
// A launcher (mpirun, mpiexec, srun) starts R processes of the same program with the same
// arguments. Each computes S / R of the config's S shards; results are those of one process, bit
// for bit. R is a power of two that divides S. A process that no launcher has started is rank 0 of
// 1, and pays nothing for this.
//
//     ppo_ranks *ranks;
//     ppo_ranks_start(&ranks, &error);
//     ppo_run_open_on(&run, ranks, &config, NULL, false, &error); // as do all ranks
//     ...
//     ppo_ranks_stop(ranks);
//
// Threads: one thread at a time. The ranks call the same functions in the same order: each waits
// for the others. If one has failed, the others must be ended by ppo_ranks_abort.
#ifndef PPO_RANKS_H
#define PPO_RANKS_H

#include "ppo/config.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct ppo_ranks ppo_ranks;

// Joins the other ranks, if a launcher has started this process; the environment variable PPO_MPI
// (openmpi, mpich, off) overrules what is found of one. *ranks is NULL on failure:
//   PPO_UNSUPPORTED  this build has no module for the launcher's MPI, or the launcher offers none
//   PPO_INVALID      the number of ranks is not a power of two
// Call it once per process, before other threads are started.
PPO_API ppo_status ppo_ranks_start(ppo_ranks **ranks, ppo_error *error);

// Leaves, once all ranks are here. NULL is allowed.
PPO_API void ppo_ranks_stop(ppo_ranks *ranks);

// Ends all ranks at once, this one included, with this exit code where the launcher passes it on.
// Returns only if there is one rank.
PPO_API void ppo_ranks_abort(ppo_ranks *ranks, int code);

PPO_API uint32_t ppo_ranks_rank(const ppo_ranks *ranks); // from 0
PPO_API uint32_t ppo_ranks_size(const ppo_ranks *ranks);

// The name of a rank's machine.
PPO_API const char *ppo_ranks_host(const ppo_ranks *ranks, uint32_t rank);

// Whether any rank says so. All ranks get the same answer.
PPO_API bool ppo_ranks_any(ppo_ranks *ranks, bool here);

// PPO_MISMATCH if a rank has another build, another configuration (of what changes results), or a C
// library or processor whose mathematical functions give other bits; the sentence names the rank,
// its machine and the difference. All ranks get the same answer. ppo_run_open_on asks this itself.
// `ranks` NULL: there is one.
PPO_API ppo_status ppo_ranks_agree(ppo_ranks *ranks, const ppo_config *config, ppo_error *error);

// Bytes that this rank has sent so far, without what MPI adds.
PPO_API uint64_t ppo_ranks_bytes_sent(const ppo_ranks *ranks);

// One line about what there is for this launcher, or for any, without starting it.
PPO_API void ppo_ranks_describe(char *text, size_t size);

#ifdef __cplusplus
}
#endif

#endif
