// SPDX-License-Identifier: MIT
// Saving and loading a trainer: freeze -> gather -> check -> format -> publish, and back:
// read -> check all -> copy -> thaw. Nothing in the trainer changes before everything is checked.
// Not here: the file's layout (checkpoint_file.c), agents (agent_file.c), when to save (run.c).
#include "run/checkpoint/checkpoint.h"

#include "core/error.h"
#include "core/file.h"
#include "ppo/plugin.h"
#include "run/checkpoint/checkpoint_file.h"
#include "run/checkpoint/stored_config.h"
#include "run/checkpoint/whole_tensors.h"
#include "rl/trainer_state.h"

#include <string.h>

static const char *env_id_of(const ppo_trainer *trainer)
{
    return ppo_trainer_env(trainer)->id;
}

// `facts` with the trainer's own counters.
static ppo_run_facts complete(const ppo_run_facts *facts, const ppo_trainer *trainer)
{
    ppo_run_facts all = *facts;
    all.iteration = ppo_trainer_stats(trainer)->iteration;
    all.global_step = ppo_trainer_stats(trainer)->global_step;
    return all;
}

static ppo_status publish(ppo_bytes *buffer, const ppo_tensor_list *list, const char *kind,
                          const ppo_trainer *trainer, const ppo_run_facts *facts, const char *path,
                          const char *previous, ppo_error *error)
{
    const ppo_run_facts all = complete(facts, trainer);
    PPO_TRY(ppo_tensor_list_check_finite(list, path, "written", error));
    PPO_TRY(ppo_checkpoint_file_format(buffer, list, kind, ppo_trainer_config(trainer),
                                       env_id_of(trainer), &all, error));
    return ppo_file_publish_keep(path, previous, buffer->data, buffer->size, error);
}

ppo_status ppo_checkpoint_write(ppo_bytes *buffer, ppo_trainer *trainer, const ppo_run_facts *facts,
                                const char *path, const char *previous, ppo_error *error)
{
    ppo_tensor_list list;
    ppo_error cause = {0};
    if (ppo_trainer_check(trainer, &cause))
        return ppo_fail(error, cause.status,
                        "%.120s is not written, because training failed: %.300s", path,
                        cause.message);
    ppo_ranks *ranks = ppo_trainer_ranks(trainer);
    PPO_TRY(ppo_tensor_list_of_trainer(&list, trainer, false, error));
    ppo_status status = ppo_tensor_list_widen(&list, ranks, error);
    if (status == PPO_OK)
        status = ppo_tensor_list_gather(&list, ranks, error);
    if (status == PPO_OK && (!ranks || ranks->rank == 0))
        status = publish(buffer, &list, "trainer", trainer, facts, path, previous, error);
    ppo_tensor_list_release(&list);
    return status;
}

ppo_status ppo_agent_write(ppo_bytes *buffer, ppo_trainer *trainer, const ppo_run_facts *facts,
                           const char *path, ppo_error *error)
{
    ppo_tensor_list list;
    PPO_TRY(ppo_tensor_list_of_trainer(&list, trainer, true, error));
    const ppo_status status = publish(buffer, &list, "agent", trainer, facts, path, NULL, error);
    ppo_tensor_list_release(&list);
    return status;
}

static ppo_status check_belongs(const ppo_trainer *trainer, const ppo_safetensors *content,
                                const char *path, ppo_error *error)
{
    ppo_config stored;
    const char *kind = ppo_safetensors_metadata(content, "kind");
    PPO_TRY(ppo_stored_config_parse(&stored, content, path, error));
    if (!kind || strcmp(kind, "trainer") != 0)
        return ppo_fail(error, PPO_MISMATCH,
                        "%s holds an agent alone; training goes on from a checkpoint only", path);
    const char *there = ppo_env_name(stored.env_id), *here = ppo_env_name(env_id_of(trainer));
    if (strcmp(there, here) != 0) // a plug-in may have moved
        return ppo_fail(error, PPO_MISMATCH,
                        "%s belongs to another configuration: env_id: %s there, %s here", path,
                        stored.env_id, env_id_of(trainer));
    return ppo_stored_config_match(&stored, ppo_trainer_config(trainer), path, error);
}

// Reads the file into the list and the facts. Only rank 0 has one.
static ppo_status read_content(const ppo_tensor_list *list, const ppo_trainer *trainer,
                               ppo_run_facts *facts, const char *path, ppo_error *error)
{
    ppo_checkpoint_file file;
    PPO_TRY(ppo_checkpoint_file_open(&file, path, error));
    ppo_status status = check_belongs(trainer, &file.content, path, error);
    if (status == PPO_OK)
        status = ppo_run_facts_parse(facts, &file.content, path, error);
    if (status == PPO_OK)
        status = ppo_tensor_list_match(list, &file.content, true, path, error);
    if (status == PPO_OK)
        ppo_tensor_list_fill(list, &file.content);
    ppo_checkpoint_file_close(&file);
    return status;
}

ppo_status ppo_checkpoint_read(ppo_trainer *trainer, ppo_run_facts *facts, bool *spoiled,
                               const char *path, ppo_error *error)
{
    ppo_tensor_list list;
    ppo_run_facts read = {0};
    ppo_ranks *ranks = ppo_trainer_ranks(trainer);
    *spoiled = false;
    PPO_TRY(ppo_tensor_list_of_trainer(&list, trainer, false, error));
    ppo_status status = ppo_tensor_list_widen(&list, ranks, error);
    if (status == PPO_OK && (!ranks || ranks->rank == 0))
        status = read_content(&list, trainer, &read, path, error);
    if (status == PPO_OK) {
        ppo_ranks_broadcast(ranks, &read, sizeof read);
        status = ppo_tensor_list_spread(&list, ranks, error);
        if (status == PPO_OK)
            status = ppo_trainer_thaw(trainer, error);
        *spoiled = status != PPO_OK;
        *facts = read;
    }
    ppo_tensor_list_release(&list);
    return status;
}

ppo_status ppo_checkpoint_save(ppo_trainer *trainer, const char *path, ppo_error *error)
{
    const ppo_run_facts facts = {0};
    ppo_bytes buffer = {0};
    const ppo_status status = ppo_checkpoint_write(&buffer, trainer, &facts, path, NULL, error);
    ppo_bytes_release(&buffer);
    return status;
}

ppo_status ppo_checkpoint_load(ppo_trainer *trainer, const char *path, ppo_error *error)
{
    ppo_run_facts facts;
    bool spoiled;
    return ppo_checkpoint_read(trainer, &facts, &spoiled, path, error);
}
