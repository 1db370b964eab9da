// SPDX-License-Identifier: MIT
// Which launcher has started this process, by the variables that it leaves in the environment, and
// the module for its MPI.
#include "core/ranks_module.h"

#include "core/error.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SILENCE_S 10.0 // after which a rank counts as hung

typedef enum ppo_mpi { PPO_MPI_OFF, PPO_MPI_OPENMPI, PPO_MPI_MPICH, PPO_NUM_MPI } ppo_mpi;

static ppo_module modules[PPO_NUM_MPI] = {
    [PPO_MPI_OPENMPI] = PPO_MODULE("openmpi", "ranks under Open MPI", "Open MPI (libopenmpi-dev)",
                                   ppo_ranks_module, PPO_RANKS_ABI),
    [PPO_MPI_MPICH] = PPO_MODULE("mpich", "ranks under MPICH", "MPICH (libmpich-dev)",
                                 ppo_ranks_module, PPO_RANKS_ABI),
};

static bool is_set(const char *name)
{
    const char *value = getenv(name);
    return value && value[0];
}

// Open MPI's mpirun sets OMPI_*, and PMIx, by which it is also started under Slurm, PMIX_RANK;
// MPICH's mpiexec and Slurm's older interfaces set PMI_RANK.
static ppo_status find_launcher(ppo_mpi *mpi, ppo_error *error)
{
    const char *chosen = getenv("PPO_MPI"), *tasks = getenv("SLURM_STEP_NUM_TASKS");
    *mpi = PPO_MPI_OFF;
    if (chosen && chosen[0]) {
        *mpi = strcmp(chosen, "openmpi") == 0 ? PPO_MPI_OPENMPI
               : strcmp(chosen, "mpich") == 0 ? PPO_MPI_MPICH
                                              : PPO_MPI_OFF;
        if (*mpi == PPO_MPI_OFF && strcmp(chosen, "off") != 0)
            return ppo_fail(error, PPO_INVALID, "PPO_MPI is %.40s; it may be openmpi, mpich or off",
                            chosen);
        return PPO_OK;
    }
    if (is_set("OMPI_COMM_WORLD_SIZE") || is_set("PMIX_RANK"))
        *mpi = PPO_MPI_OPENMPI;
    else if (is_set("PMI_RANK"))
        *mpi = PPO_MPI_MPICH;
    else if (tasks && strtol(tasks, NULL, 10) > 1)
        return ppo_fail(
            error, PPO_UNSUPPORTED,
            "srun has started %.10s tasks without anything by which they find each "
            "other; use srun --mpi=pmix (Open MPI) or --mpi=pmi2 (MPICH), or PPO_MPI=off "
            "for tasks that are alone",
            tasks);
    return PPO_OK;
}

// A number in the environment, which tests set; `otherwise` without one.
static double number_of(const char *name, double otherwise)
{
    const char *text = getenv(name);
    return text && *text ? strtod(text, NULL) : otherwise;
}

ppo_status ppo_ranks_start(ppo_ranks **ranks, ppo_error *error)
{
    ppo_mpi mpi;
    void *context = NULL;
    uint32_t rank = 0, size = 1;
    const ppo_transport *transport = NULL;
    *ranks = NULL;
    PPO_TRY(find_launcher(&mpi, error));
    if (mpi != PPO_MPI_OFF) {
        const ppo_ranks_module *module = ppo_module_open(&modules[mpi], error);
        if (!module)
            return PPO_UNSUPPORTED;
        PPO_TRY(
            module->open(&context, &rank, &size, number_of("PPO_RANK_TIMEOUT", SILENCE_S), error));
        transport = &module->transport;
    }
    PPO_TRY(ppo_ranks_create(ranks, transport, context, rank, size, error));
    (*ranks)->delay_s = 1e-6 * number_of("PPO_RANK_DELAY_US", 0.0);
    return PPO_OK;
}

void ppo_ranks_describe(char *text, size_t size)
{
    size_t used = 0;
    ppo_error why = {0};
    for (int mpi = PPO_MPI_OPENMPI; mpi < PPO_NUM_MPI; mpi++) {
        ppo_error error = {0};
        const ppo_ranks_module *module = ppo_module_open(&modules[mpi], &error);
        if (!module)
            why = error;
        else if (used < size)
            used += (size_t)snprintf(text + used, size - used, "%s%s", used ? ", " : "",
                                     module->built_with);
    }
    if (used == 0)
        snprintf(text, size, "absent: %s", why.message);
}
