// SPDX-License-Identifier: MIT
// ppo_ranks_agree: comparing what decides bits with rank 0's. Takes some kilobytes per rank for one
// call.
#include "build_info.h"
#include "core/error.h"
#include "core/ranks.h"
#include "rl/vision.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define XXH_INLINE_ALL
#include <xxhash.h>

#define TEXT_SIZE  160
#define VALUE_SIZE 200

// What must be equal on all ranks.
typedef struct ppo_rank_facts {
    char version[TEXT_SIZE];
    char compiler[TEXT_SIZE];
    char build_type[TEXT_SIZE];
    char instruction_set[TEXT_SIZE];
    char bf16[TEXT_SIZE]; // where it is used
    uint64_t functions;   // a hash of values of mathematical functions
    ppo_config config;
} ppo_rank_facts;

// The C library chooses its functions by the processor it runs on, so their last bits may differ
// between machines though the build is the same.
static uint64_t hash_functions(void)
{
    double values[64][8];
    for (int i = 0; i < 64; i++) {
        const double x = 0.37 + 0.73 * i;
        const double of_x[] = {
            sin(x),         cos(x),      exp(-0.1 * x), log(x),
            tanh(0.05 * x), pow(x, 1.7), atan2(x, 3.1), (double)expf((float)(-0.1 * x))};
        memcpy(values[i], of_x, sizeof of_x);
    }
    return XXH3_64bits(values, sizeof values);
}

static void fill(ppo_rank_facts *facts, const ppo_config *config)
{
    memset(facts, 0, sizeof *facts);
    snprintf(facts->version, TEXT_SIZE, "%s", ppo_version());
    snprintf(facts->compiler, TEXT_SIZE, "%s", PPO_BUILD_COMPILER);
    snprintf(facts->build_type, TEXT_SIZE, "%s", PPO_BUILD_TYPE);
    snprintf(facts->instruction_set, TEXT_SIZE, "%s", PPO_BUILD_ISA);
    if (config->precision == PPO_PRECISION_BF16)
        ppo_vision_describe_bf16(facts->bf16, TEXT_SIZE);
    facts->functions = hash_functions();
    facts->config = *config;
}

// The first difference: what it is, and the two values.
typedef struct ppo_difference {
    const char *what;
    char here[VALUE_SIZE], first[VALUE_SIZE];
} ppo_difference;

static bool find_option(ppo_difference *d, const ppo_config *here, const ppo_config *first)
{
    for (size_t i = 0; i < ppo_option_count(); i++) {
        if (!ppo_option_at(i).changes_result || ppo_option_equal(here, first, i))
            continue;
        d->what = ppo_option_at(i).name;
        ppo_option_format(here, i, d->here, sizeof d->here);
        ppo_option_format(first, i, d->first, sizeof d->first);
        return true;
    }
    return false;
}

static bool find_difference(ppo_difference *d, const ppo_rank_facts *here,
                            const ppo_rank_facts *first)
{
    const struct {
        const char *what, *here, *first;
    } texts[] = {{"version", here->version, first->version},
                 {"compiler", here->compiler, first->compiler},
                 {"build type", here->build_type, first->build_type},
                 {"instruction set", here->instruction_set, first->instruction_set},
                 {"bf16", here->bf16, first->bf16}};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        if (strcmp(texts[i].here, texts[i].first) != 0) {
            d->what = texts[i].what;
            snprintf(d->here, VALUE_SIZE, "%s", texts[i].here);
            snprintf(d->first, VALUE_SIZE, "%s", texts[i].first);
            return true;
        }
    if (find_option(d, &here->config, &first->config))
        return true;
    d->what = "bits of the C library's sin, exp, ...";
    snprintf(d->here, VALUE_SIZE, "%016llx", (unsigned long long)here->functions);
    snprintf(d->first, VALUE_SIZE, "%016llx", (unsigned long long)first->functions);
    return here->functions != first->functions;
}

ppo_status ppo_ranks_agree(ppo_ranks *ranks, const ppo_config *config, ppo_error *error)
{
    ppo_difference d = {0};
    if (!ranks || ranks->size == 1)
        return PPO_OK;
    ppo_rank_facts *all = calloc(ranks->size, sizeof *all);
    if (!all)
        return ppo_fail(error, PPO_NO_MEMORY, "not enough memory to compare %u ranks", ranks->size);
    fill(&all[ranks->rank], config);
    ppo_ranks_gather(ranks, all, sizeof *all);
    ppo_status status = ppo_ranks_check(ranks, error);
    for (uint32_t rank = 1; status == PPO_OK && rank < ranks->size; rank++)
        if (find_difference(&d, &all[rank], &all[0]))
            status = ppo_fail(error, PPO_MISMATCH,
                              "rank %u on %s differs from rank 0 on %s, so that results would "
                              "differ: %s is %.80s there, %.80s here",
                              rank, ppo_ranks_host(ranks, rank), ppo_ranks_host(ranks, 0), d.what,
                              d.here, d.first);
    free(all);
    return status;
}
