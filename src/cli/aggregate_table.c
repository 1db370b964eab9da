// SPDX-License-Identifier: MIT
// See aggregate_table.h.
#include "cli/aggregate_table.h"

#include <stddef.h>
#include <stdio.h>

#include "cli/term.h"

typedef struct measure {
    const char *text, *field;
    size_t at; // in a ppo_aggregate
} measure;

static const measure measures[] = {
    {"median", "median", offsetof(ppo_aggregate, median)},
    {"mean", "mean", offsetof(ppo_aggregate, mean)},
    {"IQM", "iqm", offsetof(ppo_aggregate, iqm)},
    {"optimality gap", "optimality_gap", offsetof(ppo_aggregate, optimality_gap)},
};
enum { NUM_MEASURES = sizeof measures / sizeof measures[0] };

static const ppo_estimate *estimate_of(const ppo_aggregate *scores, size_t i)
{
    return (const ppo_estimate *)(const void *)((const char *)scores + measures[i].at);
}

void cli_aggregate_print(const ppo_aggregate *scores)
{
    printf("%s%-16s %10s    %s%s\n", cli_style(stdout, CLI_BOLD), "over the games", "estimate",
           "95 % interval", cli_style(stdout, CLI_PLAIN));
    for (size_t i = 0; i < NUM_MEASURES; i++) {
        const ppo_estimate *e = estimate_of(scores, i);
        printf("%-16s %10.3f    %.3f to %.3f\n", measures[i].text, e->value, e->interval.low,
               e->interval.high);
    }
}

cJSON *cli_aggregate_json(const ppo_aggregate *scores)
{
    cJSON *object = cJSON_CreateObject();
    for (size_t i = 0; i < NUM_MEASURES; i++) {
        const ppo_estimate *e = estimate_of(scores, i);
        cJSON *row = cJSON_AddObjectToObject(object, measures[i].field);
        cJSON_AddNumberToObject(row, "value", e->value);
        cJSON_AddNumberToObject(row, "low", e->interval.low);
        cJSON_AddNumberToObject(row, "high", e->interval.high);
    }
    return object;
}
