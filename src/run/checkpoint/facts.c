// SPDX-License-Identifier: MIT
// A run's facts as text and back: one row per fact. Owns nothing.
#include "run/checkpoint/facts.h"

#include "core/error.h"
#include "core/number.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef enum fact_kind {
    FACT_COUNT,
    FACT_LATE_COUNT, // 0 in files that were written before there was one
    FACT_EVALUATION,
} fact_kind;

static const struct {
    const char *key;
    fact_kind kind;
    size_t offset;
} rows[] = {
    {"iteration", FACT_COUNT, offsetof(ppo_run_facts, iteration)},
    {"global_step", FACT_COUNT, offsetof(ppo_run_facts, global_step)},
    {"num_updates", FACT_COUNT, offsetof(ppo_run_facts, num_updates)},
    {"progress_bytes", FACT_COUNT, offsetof(ppo_run_facts, progress_bytes)},
    {"progress_hash", FACT_COUNT, offsetof(ppo_run_facts, progress_hash)},
    {"evaluations_bytes", FACT_COUNT, offsetof(ppo_run_facts, evaluations_bytes)},
    {"evaluations_hash", FACT_COUNT, offsetof(ppo_run_facts, evaluations_hash)},
    {"tensorboard_bytes", FACT_LATE_COUNT, offsetof(ppo_run_facts, tensorboard_bytes)},
    {"film_step", FACT_LATE_COUNT, offsetof(ppo_run_facts, film_step)},
    {"last_iteration", FACT_COUNT, offsetof(ppo_run_facts, last_iteration)},
    {"last_evaluation", FACT_EVALUATION, offsetof(ppo_run_facts, last)},
    {"best_iteration", FACT_COUNT, offsetof(ppo_run_facts, best_iteration)},
    {"best_evaluation", FACT_EVALUATION, offsetof(ppo_run_facts, best)},
};
_Static_assert(sizeof rows / sizeof rows[0] == PPO_NUM_FACTS, "one row per fact");

#define EVALUATION_NUMBERS 6

// "episodes return_mean return_std return_min return_max length_mean"
static void format_evaluation(char *text, const ppo_evaluation *e)
{
    const double value[EVALUATION_NUMBERS] = {(double)e->episodes, e->return_mean, e->return_std,
                                              e->return_min,       e->return_max,  e->length_mean};
    size_t used = 0;
    for (size_t i = 0; i < EVALUATION_NUMBERS; i++) {
        char number[PPO_NUMBER_SIZE];
        ppo_number_format_f64(number, value[i]);
        used +=
            (size_t)snprintf(text + used, PPO_FACT_TEXT_SIZE - used, "%s%s", i ? " " : "", number);
    }
}

static bool parse_evaluation(ppo_evaluation *e, const char *text)
{
    double value[EVALUATION_NUMBERS];
    char copy[PPO_FACT_TEXT_SIZE];
    char *rest = copy;
    if (snprintf(copy, sizeof copy, "%s", text) >= (int)sizeof copy)
        return false;
    for (size_t i = 0; i < EVALUATION_NUMBERS; i++) {
        const char *word = strsep(&rest, " ");
        if (!word || !ppo_number_parse_any(&value[i], word))
            return false;
    }
    if (rest || !(value[0] >= 0 && value[0] <= (double)UINT32_MAX))
        return false;
    *e = (ppo_evaluation){.struct_size = sizeof *e,
                          .episodes = (uint32_t)value[0],
                          .return_mean = value[1],
                          .return_std = value[2],
                          .return_min = value[3],
                          .return_max = value[4],
                          .length_mean = value[5]};
    return true;
}

static void format_fact(char *text, fact_kind kind, const void *fact)
{
    if (kind == FACT_EVALUATION)
        format_evaluation(text, fact);
    else
        snprintf(text, PPO_FACT_TEXT_SIZE, "%" PRIu64, *(const uint64_t *)fact);
}

static bool parse_fact(void *fact, fact_kind kind, const char *text)
{
    if (kind == FACT_EVALUATION)
        return parse_evaluation(fact, text);
    return ppo_number_parse_u64(fact, text);
}

void ppo_run_facts_format(ppo_metadata *pairs, ppo_fact_texts *texts, const ppo_run_facts *facts)
{
    for (size_t i = 0; i < PPO_NUM_FACTS; i++) {
        format_fact(texts->text[i], rows[i].kind, (const char *)facts + rows[i].offset);
        pairs[i] = (ppo_metadata){rows[i].key, texts->text[i]};
    }
}

ppo_status ppo_run_facts_parse(ppo_run_facts *facts, const ppo_safetensors *file, const char *label,
                               ppo_error *error)
{
    for (size_t i = 0; i < PPO_NUM_FACTS; i++) {
        const char *text = ppo_safetensors_metadata(file, rows[i].key);
        if (!text && rows[i].kind == FACT_LATE_COUNT)
            text = "0";
        if (!text || !parse_fact((char *)facts + rows[i].offset, rows[i].kind, text))
            return ppo_fail(error, PPO_CORRUPT, "%s has no readable \"%s\"", label, rows[i].key);
    }
    return PPO_OK;
}
