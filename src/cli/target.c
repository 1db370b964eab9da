// SPDX-License-Identifier: MIT
// From ENV|CONFIG|PRESET|RUN and settings to a configuration. Owns nothing.
#include "cli/target.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>

#include "cli/find_runs.h"
#include "cli/message.h"
#include "core/nearest.h"

static bool is_directory(const char *path)
{
    struct stat status;
    return stat(path, &status) == 0 && S_ISDIR(status.st_mode);
}

static bool exists(const char *path)
{
    struct stat status;
    return stat(path, &status) == 0;
}

static bool ends_with(const char *text, const char *end)
{
    const size_t length = strlen(text), end_length = strlen(end);
    return length >= end_length && strcmp(text + length - end_length, end) == 0;
}

static bool is_yaml_name(const char *name)
{
    return ends_with(name, ".yaml") || ends_with(name, ".yml");
}

// Of C or C++.
static bool is_source_name(const char *name)
{
    return ends_with(name, ".c") || ends_with(name, ".cc") || ends_with(name, ".cpp");
}

// "cartpole" of "configs/seeds/cartpole.yaml"
static void set_stem(cli_target *target, const char *name)
{
    const char *slash = strrchr(name, '/');
    snprintf(target->stem, sizeof target->stem, "%s", slash ? slash + 1 : name);
    char *dot = strrchr(target->stem, '.');
    if (dot && is_yaml_name(dot))
        *dot = '\0';
}

// "seeds/cartpole" of "configs/seeds/cartpole.yaml": presets go by either name.
static const char *find_preset(char *name, size_t size, const char *given)
{
    snprintf(name, size, "%s", strncmp(given, "configs/", 8) == 0 ? given + 8 : given);
    char *dot = strrchr(name, '.');
    if (dot && is_yaml_name(dot))
        *dot = '\0';
    return ppo_preset_find(name);
}

static void set_file(cli_target *target, const char *path)
{
    target->kind = CLI_TARGET_FILE;
    snprintf(target->path, sizeof target->path, "%s", path);
    snprintf(target->label, sizeof target->label, "%s", path);
    set_stem(target, path);
}

static void set_run(cli_target *target, const char *dir)
{
    target->kind = CLI_TARGET_RUN;
    snprintf(target->run_dir, sizeof target->run_dir, "%s", dir);
    for (size_t n = strlen(target->run_dir); n > 1 && target->run_dir[n - 1] == '/'; n--)
        target->run_dir[n - 1] = '\0';
    snprintf(target->path, sizeof target->path, "%s/config.yaml", target->run_dir);
    snprintf(target->label, sizeof target->label, "%s", target->path);
}

enum { MAX_NAMES = 512 };

// What a target may be called.
typedef struct task_names {
    size_t count;
    char name[MAX_NAMES][64];
} task_names;

static const char *task_name(void *context, size_t index)
{
    return ((const task_names *)context)->name[index];
}

static void list_names(task_names *names)
{
    for (size_t i = 0; names->count < MAX_NAMES &&
                       ppo_env_id_at(names->name[names->count], sizeof names->name[0], i);
         i++)
        names->count++;
    for (size_t i = 0; names->count < MAX_NAMES && i < ppo_preset_count(); i++)
        snprintf(names->name[names->count++], sizeof names->name[0], "%s", ppo_preset_name_at(i));
}

// The id as it is listed, if `name` differs from it in case alone; one environment has one folder.
static void canonicalise(char id[PPO_TEXT_SIZE])
{
    char listed[PPO_TEXT_SIZE];
    for (size_t i = 0; ppo_env_id_at(listed, sizeof listed, i); i++)
        if (strcasecmp(listed, id) == 0)
            memcpy(id, listed, sizeof listed);
}

// "HalfCheetah-v5", "HalfCheetah": what an id of Gymnasium's may look like.
static bool has_version(const char *name)
{
    const char *version = strrchr(name, '-');
    return version && version != name && version[1] == 'v' && version[2] &&
           version[2 + strspn(version + 2, "0123456789")] == '\0';
}

// Whether two ids have the same name before their versions, as CartPole-v1 and CartPole-v7 do.
static bool has_prefix(const char *listed, const char *name)
{
    const size_t length = (size_t)(strrchr(name, '-') - name);
    return strncasecmp(listed, name, length) == 0 && listed[length] == '-';
}

const char *cli_free_game(const ppo_game_info *game)
{
    static const char *const pairs[][2] = {{"Pong", "Rally"}, {"Breakout", "Bricks"}};
    for (size_t i = 0; game->md5 && i < sizeof pairs / sizeof pairs[0]; i++)
        if (strcmp(pairs[i][0], game->name) == 0)
            return pairs[i][1];
    return game->md5 ? "Bricks" : NULL;
}

static ppo_status not_found(const char *name, ppo_error *error)
{
    task_names names = {.count = 0};
    list_names(&names);
    const char *nearest = ppo_nearest(name, task_name, &names, names.count);
    const ppo_game_info *game = nearest ? ppo_env_game(nearest) : NULL;
    if (game && game->md5)
        return ppo_fail(
            error, PPO_NOT_FOUND,
            "no environment, preset, YAML file or run '%.200s'; did you mean %s, which "
            "needs a cartridge ('ppo doctor' says whether it is here), or %s, a free game "
            "like it?",
            name, nearest, cli_free_game(game));
    if (has_version(name) && !(nearest && has_prefix(nearest, name)))
        return ppo_fail(error, PPO_NOT_FOUND,
                        "no environment of ppo's own is called '%.200s'; for Gymnasium's give "
                        "gym:%.200s%s%s%s",
                        name, name, nearest ? "; or did you mean " : "", nearest ? nearest : "",
                        nearest ? "?" : "");
    if (nearest)
        return ppo_fail(error, PPO_NOT_FOUND,
                        "no environment, preset, YAML file or run '%.200s'; did you mean %s?", name,
                        nearest);
    return ppo_fail(error, PPO_NOT_FOUND,
                    "no environment, preset, YAML file or run '%.200s'; 'ppo envs' lists the "
                    "environments, and gym:ID is one of Gymnasium's",
                    name);
}

ppo_status cli_target_find(cli_target *target, const char *given, ppo_error *error)
{
    char name[PPO_TEXT_SIZE];
    *target = (cli_target){0};
    if (strlen(given) >= PPO_TEXT_SIZE)
        return ppo_fail(error, PPO_INVALID, "'%.40s...' is too long a name", given);
    snprintf(name, sizeof name, "%s", given);
    canonicalise(name);
    char preset[PPO_TEXT_SIZE];
    if (ppo_plugin_has_id(name)) {
        target->kind = CLI_TARGET_ENV;
        snprintf(target->label, sizeof target->label, "plug-in %s", name);
        return ppo_plugin_resolve(target->env_id, sizeof target->env_id, name, error);
    }
    if (ppo_env_id_kind(name) != PPO_ENV_KIND_NONE) {
        target->kind = CLI_TARGET_ENV;
        target->yaml = ppo_preset_for_env(name);
        snprintf(target->env_id, sizeof target->env_id, "%s", name);
        snprintf(target->label, sizeof target->label, "preset %s", name);
    } else if (is_directory(name)) {
        set_run(target, name);
    } else if (exists(name) && is_source_name(name)) {
        return ppo_fail(error, PPO_INVALID,
                        "%.400s is a source file: build a shared object from it and name that, as "
                        "in ./libmygame.so (docs/plugins.md)",
                        name);
    } else if (exists(name)) {
        set_file(target, name);
    } else if ((target->yaml = find_preset(preset, sizeof preset, name))) {
        target->kind = CLI_TARGET_PRESET;
        snprintf(target->label, sizeof target->label, "preset %s", preset);
        set_stem(target, preset);
    } else if (is_yaml_name(name)) {
        return ppo_fail(error, PPO_NOT_FOUND, "no file '%.400s'", name);
    } else {
        return not_found(name, error);
    }
    return PPO_OK;
}

ppo_status cli_target_apply(ppo_config *config, const cli_target *target, ppo_error *error)
{
    ppo_status status = PPO_OK;
    if (target->kind == CLI_TARGET_RUN && exists(target->path) &&
        !cli_has_file(target->run_dir, "config.yaml"))
        status = ppo_fail(error, PPO_IO, "can't read %s: it is not a regular file", target->path);
    else if (target->path[0])
        status = ppo_config_load(config, target->path, error);
    else if (target->yaml)
        status = ppo_config_parse(config, target->yaml, strlen(target->yaml), target->label, error);
    // The names on the command line win: the preset gym:CartPole-v1 takes is that of CartPole-v1,
    // and a run directory may have been moved since its config.yaml was written.
    if (status == PPO_OK && target->kind == CLI_TARGET_ENV)
        status = ppo_config_set(config, "env_id", target->env_id, error);
    if (status == PPO_OK && target->kind == CLI_TARGET_RUN)
        status = ppo_config_set(config, "run_dir", target->run_dir, error);
    return status;
}

ppo_status cli_settings_apply(ppo_config *config, const cli_args *args, ppo_error *error)
{
    for (size_t i = 0; i < args->num_settings; i++) {
        const cli_setting *setting = &args->setting[i];
        const ppo_status status = ppo_config_set(config, setting->name, setting->text, error);
        if (status != PPO_OK)
            return status;
    }
    return PPO_OK;
}

void cli_run_dir_default(ppo_config *config, const cli_target *target)
{
    if (config->run_dir[0])
        return;
    const char *stem = target->stem;
    char path[2 * PPO_TEXT_SIZE + 32];
    snprintf(path, sizeof path, "runs/%s/%s%sseed-%" PRIu64, ppo_env_name(config->env_id), stem,
             stem[0] ? "-" : "", config->seed);
    snprintf(config->run_dir, sizeof config->run_dir, "%.*s", PPO_TEXT_SIZE - 1, path);
}

// A plug-in is named in the run's settings so that it is found from other folders too.
static ppo_status resolve_plugin(ppo_config *config, ppo_error *error)
{
    char given[PPO_TEXT_SIZE];
    snprintf(given, sizeof given, "%s", config->env_id);
    return ppo_plugin_resolve(config->env_id, sizeof config->env_id, given, error);
}

static ppo_status finish_config(ppo_config *config, const cli_target *target, ppo_error *error)
{
    if (!config->env_id[0])
        return ppo_fail(error, PPO_INVALID,
                        "%s does not say which environment: give env_id, or --env-id ID on "
                        "the command line (`ppo "
                        "envs` lists them)",
                        target->label);
    canonicalise(config->env_id);
    if (ppo_plugin_has_id(config->env_id) && resolve_plugin(config, error))
        return error->status;
    return ppo_config_check(config, error);
}

ppo_status cli_target_config(ppo_config *config, cli_target *target, const char *name,
                             const cli_args *args, ppo_error *error)
{
    ppo_config_defaults(config);
    if (cli_target_find(target, name, error) || cli_target_apply(config, target, error) ||
        cli_settings_apply(config, args, error))
        return error->status;
    return finish_config(config, target, error);
}

ppo_status cli_target_config_for(ppo_config *config, cli_target *target, const char *name,
                                 const char *env_id, const cli_args *args, ppo_error *error)
{
    ppo_config_defaults(config);
    if (cli_target_find(target, name, error))
        return error->status;
    const bool is_another = target->kind == CLI_TARGET_RUN ||
                            (target->kind == CLI_TARGET_ENV &&
                             strcmp(target->env_id, env_id) != 0 && strcasecmp(name, env_id) != 0);
    if (is_another)
        return ppo_fail(error, PPO_INVALID,
                        "--games names the environments, so %.200s can't: give a preset such as "
                        "atari, a YAML file, or nothing for each game's own preset",
                        name);
    if (cli_target_apply(config, target, error) || cli_settings_apply(config, args, error) ||
        ppo_config_set(config, "env_id", env_id, error))
        return error->status;
    return finish_config(config, target, error);
}
