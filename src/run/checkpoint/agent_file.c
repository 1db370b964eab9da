// SPDX-License-Identifier: MIT
// Agents and parameter hashes from checkpoint files or run directories.
// In a directory an agent is read from best.safetensors or, if there is none, from the checkpoint;
// a hash, which identifies the state of training, from the checkpoint. For agents a damaged
// checkpoint is replaced by the previous one; a damaged best.safetensors is an error. Owns nothing
// between calls. Not here: how files are checked (checkpoint_file.c), how an agent acts
// (src/agent/).
#include "agent/agent.h"
#include "agent/state.h"
#include "core/error.h"
#include "core/sized.h"
#include "run/checkpoint/checkpoint.h"
#include "run/checkpoint/checkpoint_file.h"
#include "run/checkpoint/facts.h"
#include "run/directory.h"
#include "run/checkpoint/stored_config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static ppo_status open_best(ppo_checkpoint_file *file, ppo_path *path, const char *dir,
                            ppo_error *error)
{
    *path = ppo_path_in(dir, PPO_BEST_NAME);
    return ppo_checkpoint_file_open(file, path->text, error);
}

// The newest checkpoint, or the previous one if that is missing or (`lenient`) damaged.
static ppo_status open_newest(ppo_checkpoint_file *file, ppo_path *path, const char *dir,
                              bool lenient, ppo_error *error)
{
    *path = ppo_path_in(dir, PPO_CHECKPOINT_NAME);
    const ppo_status status = ppo_checkpoint_file_open(file, path->text, error);
    if (status != PPO_NOT_FOUND && !(lenient && status == PPO_CORRUPT))
        return status;
    const ppo_path previous = ppo_path_in(dir, PPO_PREVIOUS_NAME);
    if (ppo_checkpoint_file_open(file, previous.text, NULL) != PPO_OK)
        return status;
    *path = previous;
    return PPO_OK;
}

static ppo_status fail_no_run(const char *dir, ppo_error *error)
{
    return ppo_fail(error, PPO_NOT_FOUND, "%s holds no run: there is neither %s nor %s", dir,
                    PPO_BEST_NAME, PPO_CHECKPOINT_NAME);
}

// `path` gets the name of the file that was opened.
static ppo_status open_for_agent(ppo_checkpoint_file *file, ppo_path *path, const char *place,
                                 bool final, ppo_error *error)
{
    *path = ppo_path_of(place);
    if (!ppo_is_directory(place))
        return ppo_checkpoint_file_open(file, place, error);
    ppo_status status = final ? PPO_NOT_FOUND : open_best(file, path, place, error);
    if (status == PPO_NOT_FOUND)
        status = open_newest(file, path, place, true, error);
    return status == PPO_NOT_FOUND ? fail_no_run(place, error) : status;
}

static ppo_status fill_agent(ppo_agent *agent, const ppo_safetensors *content, const char *path,
                             ppo_error *error)
{
    ppo_tensor_list list;
    PPO_TRY(ppo_tensor_list_of_agent(&list, agent, error));
    ppo_status status = ppo_tensor_list_match(&list, content, false, path, error);
    if (status == PPO_OK) {
        ppo_tensor_list_fill(&list, content);
        status = ppo_tensor_list_check_finite(&list, path, "loaded", error);
    }
    ppo_tensor_list_release(&list);
    if (status == PPO_OK)
        ppo_agent_thaw(agent);
    return status;
}

// Settings that don't change results (paths on this machine, worker processes) are not in a
// checkpoint, but in config.yaml beside it.
static ppo_status read_machine_settings(ppo_config *config, const char *path, ppo_error *error)
{
    ppo_error cause = {0};
    ppo_config beside = *config;
    const char *slash = strrchr(path, '/');
    char dir[sizeof((ppo_path *)0)->text];
    snprintf(dir, sizeof dir, "%.*s", slash ? (int)(slash - path) : 1, slash ? path : ".");
    const ppo_status status = ppo_run_directory_config(&beside, dir, &cause);
    if (status == PPO_NO_MEMORY)
        return ppo_fail(error, status, "%s", cause.message);
    if (status != PPO_OK) // without them the environment is looked for in the usual places
        return PPO_OK;
    memcpy(config->python, beside.python, sizeof config->python);
    memcpy(config->rom_dir, beside.rom_dir, sizeof config->rom_dir);
    config->workers = beside.workers;
    config->num_workers = beside.num_workers;
    config->env_timeout = beside.env_timeout;
    return PPO_OK;
}

static ppo_status build_agent(ppo_agent **agent, const ppo_safetensors *content, const char *path,
                              const ppo_agent_load_options *options, ppo_error *error)
{
    ppo_config config;
    PPO_TRY(ppo_stored_config_parse(&config, content, path, error));
    PPO_TRY(read_machine_settings(&config, path, error));
    if (options->python)
        PPO_TRY(ppo_config_set(&config, "python", options->python, error));
    PPO_TRY(ppo_agent_create(agent, &config, options->env, error));
    const ppo_status status = fill_agent(*agent, content, path, error);
    if (status != PPO_OK) {
        ppo_agent_destroy(*agent);
        *agent = NULL;
    }
    return status;
}

ppo_status ppo_agent_load(ppo_agent **agent, const char *path,
                          const ppo_agent_load_options *options, ppo_error *error)
{
    ppo_agent_load_options o;
    ppo_checkpoint_file file;
    ppo_path opened;
    *agent = NULL;
    PPO_TRY(ppo_sized_read(&o, sizeof o, sizeof o, options, "ppo_agent_load_options", error));
    PPO_TRY(open_for_agent(&file, &opened, path, false, error));
    const ppo_status status = build_agent(agent, &file.content, opened.text, &o, error);
    ppo_checkpoint_file_close(&file);
    return status;
}

ppo_status ppo_agent_find(ppo_agent_file *found, const char *path, bool final, ppo_error *error)
{
    ppo_checkpoint_file file;
    ppo_path opened;
    ppo_run_facts facts;
    *found = (ppo_agent_file){.global_step = 0};
    PPO_TRY(open_for_agent(&file, &opened, path, final, error));
    const ppo_status status = ppo_run_facts_parse(&facts, &file.content, opened.text, error);
    ppo_checkpoint_file_close(&file);
    PPO_TRY(status);
    snprintf(found->path, sizeof found->path, "%s", opened.text);
    found->global_step = facts.global_step;
    return PPO_OK;
}

// Whether a file's tensor is a trained parameter. A file has no roles; the format names parameters
// as PyTorch does, and nothing else so (run/checkpoint/checkpoint_file.h).
static bool is_parameter(const ppo_safetensor *entry)
{
    const char *last = strrchr(entry->name, '.');
    return entry->dtype == PPO_SAFETENSORS_F32 &&
           (last ? strcmp(last, ".weight") == 0 || strcmp(last, ".bias") == 0
                 : strcmp(entry->name, "log_std") == 0);
}

// Writing keeps the trainer's order among tensors of one type, so the hash is the trainer's.
static ppo_status hash_parameters(uint64_t *hash, const ppo_safetensors *content, const char *path,
                                  ppo_error *error)
{
    size_t count = 0;
    ppo_tensor_view *parameters = calloc(content->num_tensors + 1, sizeof *parameters);
    if (!parameters)
        return ppo_fail(error, PPO_NO_MEMORY, "out of memory reading %s", path);
    for (size_t i = 0; i < content->num_tensors; i++) {
        const ppo_safetensor *entry = &content->tensors[i];
        if (is_parameter(entry))
            parameters[count++] = (ppo_tensor_view){entry->name, entry->rank, entry->shape,
                                                    entry->data, entry->bytes};
    }
    *hash = ppo_parameters_hash(parameters, count);
    free(parameters);
    return count ? PPO_OK : ppo_fail(error, PPO_CORRUPT, "%s holds no parameters", path);
}

ppo_status ppo_checkpoint_hash(uint64_t *hash, const char *path, ppo_error *error)
{
    ppo_checkpoint_file file;
    ppo_path opened = ppo_path_of(path);
    ppo_status status = ppo_is_directory(path) ? open_newest(&file, &opened, path, false, error)
                                               : ppo_checkpoint_file_open(&file, path, error);
    if (status != PPO_OK)
        return status;
    status = hash_parameters(hash, &file.content, opened.text, error);
    ppo_checkpoint_file_close(&file);
    return status;
}
