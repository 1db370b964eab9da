// SPDX-License-Identifier: MIT
// Where each setting comes from. The command line says so itself. Whether a YAML text sets an
// option, even to its default, is found through the public API alone: the text is read over two
// configurations that differ in every option, and what is equal afterwards was set.
#include "cli/train/origins.h"

#include <stdio.h>
#include <string.h>

#include "cli/json.h"
#include "cli/message.h"
#include "cli/term.h"

enum { TEXT_SIZE = 512 };

// Tries values of all types until the option's text differs from that in `config`.
static void change(ppo_config *config, size_t index)
{
    static const char *const candidate[] = {"1",        "2",   "0",      "0.5",   "64",  "true",
                                            "constant", "1,1", "linear", "false", "text"};
    const ppo_option option = ppo_option_at(index);
    char before[TEXT_SIZE], after[TEXT_SIZE], choice[64];
    ppo_error ignored;
    ppo_option_format(config, index, before, sizeof before);
    for (size_t i = 0; i < sizeof candidate / sizeof candidate[0]; i++) {
        ppo_config_set(config, option.name, candidate[i], &ignored);
        ppo_option_format(config, index, after, sizeof after);
        if (strcmp(before, after) != 0)
            return;
    }
    for (const char *word = option.type; *word;) { // the choices of an enumeration
        const size_t length = strcspn(word, "|");
        snprintf(choice, sizeof choice, "%.*s", (int)length, word);
        ppo_config_set(config, option.name, choice, &ignored);
        ppo_option_format(config, index, after, sizeof after);
        if (strcmp(before, after) != 0)
            return;
        word += length + (word[length] == '|');
    }
}

static bool is_on_command_line(const cli_args *args, const char *name)
{
    for (size_t i = 0; i < args->num_settings; i++) {
        if (strcmp(args->setting[i].name, name) == 0)
            return true;
    }
    return false;
}

static bool same_text(const ppo_config *a, const ppo_config *b, size_t index)
{
    char text[2][TEXT_SIZE];
    ppo_option_format(a, index, text[0], sizeof text[0]);
    ppo_option_format(b, index, text[1], sizeof text[1]);
    return strcmp(text[0], text[1]) == 0;
}

typedef struct explanation {
    const ppo_config *config;
    ppo_config plain; // the target over the defaults
    ppo_config other; // the target over something else in every option
    const cli_target *target;
    const cli_args *args;
} explanation;

static void explanation_init(explanation *e, const ppo_config *config, const cli_target *target,
                             const cli_args *args)
{
    ppo_error ignored; // the target was applied before without one
    e->config = config;
    e->target = target;
    e->args = args;
    ppo_config_defaults(&e->plain);
    ppo_config_defaults(&e->other);
    for (size_t i = 0; i < ppo_option_count(); i++)
        change(&e->other, i);
    cli_target_apply(&e->plain, target, &ignored);
    cli_target_apply(&e->other, target, &ignored);
}

static const char *origin(const explanation *e, size_t index)
{
    const char *name = ppo_option_at(index).name;
    if (is_on_command_line(e->args, name))
        return "command line";
    if (!same_text(e->config, &e->plain, index)) // set under a foreign name, or derived
        return strcmp(name, "run_dir") == 0 ? "default" : "command line";
    if (!same_text(&e->plain, &e->other, index))
        return "default";
    if (e->target->kind == CLI_TARGET_ENV && strcmp(name, "env_id") == 0)
        return "command line";
    return e->target->label;
}

static void print_row(const explanation *e, const char *value, size_t index)
{
    const char *from = origin(e, index);
    const bool is_default = strcmp(from, "default") == 0;
    printf("  %-24s %s%-20s%s  %s\n", ppo_option_at(index).name,
           is_default ? "" : cli_style(stdout, CLI_BOLD), value[0] ? value : "\"\"",
           is_default ? "" : cli_style(stdout, CLI_PLAIN), from);
}

static void print_table(const explanation *e)
{
    const char *group = "";
    for (size_t i = 0; i < ppo_option_count(); i++) {
        const ppo_option option = ppo_option_at(i);
        char value[TEXT_SIZE];
        ppo_option_format(e->config, i, value, sizeof value);
        if (strcmp(group, option.group) != 0)
            printf("%s%s\n", i ? "\n" : "", option.group);
        group = option.group;
        print_row(e, value, i);
    }
}

static int print_json(const explanation *e)
{
    cJSON *object = cJSON_CreateObject();
    for (size_t i = 0; i < ppo_option_count(); i++) {
        char value[TEXT_SIZE];
        ppo_option_format(e->config, i, value, sizeof value);
        cJSON *row = cJSON_AddObjectToObject(object, ppo_option_at(i).name);
        cJSON_AddStringToObject(row, "value", value);
        cJSON_AddStringToObject(row, "from", origin(e, i));
    }
    return cli_json_print(object);
}

int cli_explain(const ppo_config *config, const cli_target *target, const cli_args *args)
{
    explanation e;
    explanation_init(&e, config, target, args);
    if (args->flag[CLI_FLAG_JSON])
        return print_json(&e);
    print_table(&e);
    return PPO_OK;
}
