// SPDX-License-Identifier: MIT
// Parsing of one command's arguments. Owns the list of settings; all texts stay in argv.
#include "cli/args.h"

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/error.h"
#include "core/nearest.h"

// getopt_long's `val` of a long option: the flag's id, or this plus the option's index.
enum { FIRST_FLAG = 256, FIRST_OPTION = 1024 };

enum { NAME_SIZE = 64 };

// The long options of a command and the memory of their names.
typedef struct long_options {
    struct option *row; // [count + 1], the last one zero
    char (*name)[NAME_SIZE];
    size_t count;
    size_t capacity;
} long_options;

static void append(long_options *options, const char *name, size_t length, int has_arg, int val)
{
    if (options->count == options->capacity || length >= NAME_SIZE)
        return; // neither happens: the capacity was counted, and names are short
    char *const copy = options->name[options->count];
    for (size_t i = 0; i < length; i++)
        copy[i] = name[i] == '_' ? '-' : name[i];
    copy[length] = '\0';
    options->row[options->count++] =
        (struct option){.name = copy, .has_arg = has_arg, .flag = NULL, .val = val};
}

static void append_with_aliases(long_options *options, size_t index)
{
    const ppo_option option = ppo_option_at(index);
    const bool is_flag = strcmp(option.type, "true|false") == 0;
    const int has_arg = is_flag ? optional_argument : required_argument;
    const int val = FIRST_OPTION + (int)index;
    append(options, option.name, strlen(option.name), has_arg, val);
    for (const char *alias = option.aliases; *alias;) {
        const size_t length = strcspn(alias, " ");
        append(options, alias, length, has_arg, val);
        alias += length + strspn(alias + length, " ");
    }
}

static size_t num_names(void)
{
    size_t count = CLI_NUM_FLAGS;
    for (size_t i = 0; i < ppo_option_count(); i++) {
        count += 2; // itself, and one alias more than there are blanks
        for (const char *c = ppo_option_at(i).aliases; *c; c++)
            count += *c == ' ';
    }
    return count;
}

static void long_options_release(long_options *options)
{
    free(options->row);
    free(options->name);
}

static bool long_options_init(long_options *options, const cli_command *command)
{
    *options = (long_options){.capacity = num_names()};
    options->row = calloc(options->capacity + 1, sizeof *options->row);
    options->name = calloc(options->capacity, sizeof *options->name);
    if (!options->row || !options->name) {
        long_options_release(options);
        return false;
    }
    for (const cli_flag *flag = command->flags; flag->name; flag++) {
        append(options, flag->name, strlen(flag->name),
               flag->value ? required_argument : no_argument, FIRST_FLAG + (int)flag->id);
    }
    for (size_t i = 0; command->takes_options && i < ppo_option_count(); i++)
        append_with_aliases(options, i);
    return true;
}

static void dashes_in_names(int argc, char **argv)
{
    for (int i = 1; i < argc && strcmp(argv[i], "--") != 0; i++) {
        if (strncmp(argv[i], "--", 2) != 0)
            continue;
        for (char *c = argv[i]; *c && *c != '='; c++) {
            if (*c == '_')
                *c = '-';
        }
    }
}

static bool is_own_flag(const cli_command *command, const char *name)
{
    for (const cli_flag *flag = command->flags; flag->name; flag++) {
        if (strcmp(flag->name, name) == 0)
            return true;
    }
    return false;
}

// What people type from habit, on commands that take no training options; the option table has such
// hints of its own. `flag` is the one to use, if the command has it.
static const struct {
    const char *name;
    const char *flag; // NULL: any command
    const char *sentence;
} flag_hints[] = {
    {"n-eval-episodes", "episodes", "give --episodes N"},
    {"n-episodes", "episodes", "give --episodes N"},
    {"num-episodes", "episodes", "give --episodes N"},
    {"deterministic", "stochastic", "the policy's mode is played unless you give --stochastic"},
    {"render", "video", "'ppo watch RUN' shows the agent, --video FILE films it"},
    {"render-mode", "video", "'ppo watch RUN' shows the agent, --video FILE films it"},
    {"capture-video", "video", "give --video FILE"},
    {"record", "video", "give --video FILE"},
    {"best", "final", "the best agent is played unless you give --final"},
    {"last", "final", "give --final"},
    {"verbose", NULL, "messages are always shown"},
};

// The hint for a name that `command` does not have; NULL if there is none.
static const char *find_hint(const cli_command *command, const char *name)
{
    for (size_t i = 0; i < sizeof flag_hints / sizeof flag_hints[0]; i++)
        if (strcmp(flag_hints[i].name, name) == 0 &&
            (!flag_hints[i].flag || is_own_flag(command, flag_hints[i].flag)))
            return flag_hints[i].sentence;
    return NULL;
}

static const char *row_name(void *context, size_t index)
{
    const long_options *options = context;
    return options->row[index].name;
}

// If `name` begins several names, the message for that; otherwise PPO_OK.
static ppo_status check_ambiguous(const long_options *options, const char *name, ppo_error *error)
{
    const char *first = NULL;
    for (size_t i = 0; i < options->count; i++) {
        if (strncmp(options->row[i].name, name, strlen(name)) != 0)
            continue;
        if (strcmp(options->row[i].name, name) == 0)
            return ppo_fail(error, PPO_INVALID, "--%s takes no value", name);
        if (first)
            return ppo_fail(error, PPO_INVALID, "--%s could be --%s or --%s", name, first,
                            options->row[i].name);
        first = options->row[i].name;
    }
    return PPO_OK;
}

// --no-norm-obs means --norm-obs false.
static bool take_negation(cli_args *args, const char *name, ppo_error *error)
{
    ppo_config scratch;
    ppo_config_defaults(&scratch);
    if (strncmp(name, "no-", 3) != 0 || ppo_config_set(&scratch, name + 3, "false", error))
        return false;
    args->setting[args->num_settings++] = (cli_setting){name + 3, "false"};
    return true;
}

// `--stop-when-solved` is short for `--stop-when-solved true`.
static const char *value_of_flag(int argc, char **argv)
{
    if (optarg)
        return optarg;
    if (optind < argc && (!strcmp(argv[optind], "true") || !strcmp(argv[optind], "false")))
        return argv[optind++];
    return "true";
}

// A word that getopt_long did not take: the short option in optopt, or the long one just passed.
// The library knows some more names than its table lists (switches of other programs); if it does
// not, its message is the one to show, unless a flag of this command is nearer.
static ppo_status take_unknown(cli_args *args, long_options *options, int argc, char **argv,
                               ppo_error *error)
{
    if (optopt > 0 && optopt < FIRST_FLAG)
        return ppo_fail(error, PPO_INVALID, "unknown option -%c%s", optopt,
                        optopt == 'v' || optopt == 'V' ? "; 'ppo --version' says the version" : "");
    const cli_command *command = args->command;
    char *const name = argv[optind - 1] + 2, *const equals = strchr(name, '=');
    const char *value = equals ? equals + 1 : value_of_flag(argc, argv);
    if (equals)
        *equals = '\0';
    if (check_ambiguous(options, name, error))
        return error->status;
    const char *hint = command->takes_options ? NULL : find_hint(command, name);
    if (hint)
        return ppo_fail(error, PPO_INVALID, "'%s' has no option --%.80s; %s", command->name, name,
                        hint);
    if (command->takes_options && !equals && take_negation(args, name, error))
        return PPO_OK;
    ppo_config scratch;
    ppo_config_defaults(&scratch);
    if (command->takes_options && ppo_config_set(&scratch, name, value, error) == PPO_OK) {
        args->setting[args->num_settings++] = (cli_setting){name, value};
        return PPO_OK;
    }
    const char *nearest = ppo_nearest(name, row_name, options, options->count);
    if (command->takes_options &&
        (ppo_option_hint(name) || !nearest || !is_own_flag(command, nearest)))
        return error->status;
    return ppo_fail(error, PPO_INVALID, "'%s' has no option --%.80s%s%s%s", command->name, name,
                    nearest ? "; did you mean --" : "", nearest ? nearest : "", nearest ? "?" : "");
}

// --metric may be given several times; their values are joined by commas.
static ppo_status add_metric(cli_args *args, ppo_error *error)
{
    char *all;
    const char *before = args->flag[CLI_FLAG_METRIC];
    if (asprintf(&all, "%s%s%s", before ? before : "", before ? "," : "", optarg) < 0)
        return ppo_fail(error, PPO_NO_MEMORY, "no memory for the options");
    free(args->metrics);
    args->flag[CLI_FLAG_METRIC] = args->metrics = all;
    return PPO_OK;
}

static ppo_status parse(cli_args *args, long_options *options, int argc, char **argv,
                        ppo_error *error)
{
    const char *letters = is_own_flag(args->command, "output") ? ":ho:" : ":h";
    opterr = 0;
    optind = 0; // glibc: start anew
    for (int val; (val = getopt_long(argc, argv, letters, options->row, NULL)) != -1;) {
        if (val == 'h') {
            args->flag[CLI_FLAG_HELP] = "";
        } else if (val == 'o') {
            args->flag[CLI_FLAG_OUTPUT] = optarg;
        } else if (val == ':') {
            return ppo_fail(error, PPO_INVALID, "%s needs a value", argv[optind - 1]);
        } else if (val == '?') {
            if (take_unknown(args, options, argc, argv, error))
                return error->status;
        } else if (val >= FIRST_OPTION) {
            const ppo_option option = ppo_option_at((size_t)(val - FIRST_OPTION));
            args->setting[args->num_settings++] =
                (cli_setting){option.name, value_of_flag(argc, argv)};
        } else if (val == FIRST_FLAG + CLI_FLAG_METRIC) {
            if (add_metric(args, error))
                return error->status;
        } else {
            args->flag[val - FIRST_FLAG] = optarg ? optarg : "";
        }
    }
    args->operand = (const char *const *)argv + optind;
    args->num_operands = (size_t)(argc - optind);
    return PPO_OK;
}

static bool setting_has_type(const cli_setting *setting, const char *type)
{
    for (size_t i = 0; setting->name && i < ppo_option_count(); i++)
        if (strcmp(ppo_option_at(i).name, setting->name) == 0)
            return strcmp(ppo_option_at(i).type, type) == 0;
    return false;
}

// An operand too many is often meant as a value: --net-arch 64 64, --norm-obs maybe.
static ppo_status surplus_operand(const cli_args *args, ppo_error *error)
{
    const char *surplus = args->operand[args->command->max_operands];
    const cli_setting *last = args->num_settings ? &args->setting[args->num_settings - 1] : NULL;
    if (last && setting_has_type(last, "widths") && surplus[strspn(surplus, "0123456789,")] == '\0')
        return ppo_fail(error, PPO_INVALID, "%s: a list is one word: %s,%.80s", last->name,
                        last->text, surplus);
    if (last && setting_has_type(last, "true|false"))
        return ppo_fail(error, PPO_INVALID,
                        "'%s': '%.80s' is one argument too many (%s takes true or false)",
                        args->command->name, surplus, last->name);
    return ppo_fail(error, PPO_INVALID, "'%s': '%.80s' is one argument too many",
                    args->command->name, surplus);
}

static ppo_status check_operands(const cli_args *args, ppo_error *error)
{
    const cli_command *command = args->command;
    if (args->flag[CLI_FLAG_HELP] || args->flag[CLI_FLAG_HELP_ALL])
        return PPO_OK;
    if (args->num_operands < command->min_operands)
        return ppo_fail(error, PPO_INVALID, "'%s' needs %s", command->name, command->synopsis);
    if (args->num_operands > command->max_operands)
        return surplus_operand(args, error);
    return PPO_OK;
}

ppo_status cli_args_init(cli_args *args, const cli_command_list *commands,
                         const cli_command *command, int argc, char **argv, ppo_error *error)
{
    *args = (cli_args){.commands = commands, .command = command};
    long_options options;
    args->setting = calloc((size_t)argc, sizeof *args->setting);
    if (!args->setting || !long_options_init(&options, command)) {
        cli_args_release(args);
        return ppo_fail(error, PPO_NO_MEMORY, "no memory for the options");
    }
    dashes_in_names(argc, argv);
    ppo_status status = parse(args, &options, argc, argv, error);
    long_options_release(&options);
    if (status == PPO_OK)
        status = check_operands(args, error);
    if (status != PPO_OK)
        cli_args_release(args);
    return status;
}

void cli_args_release(cli_args *args)
{
    free(args->setting);
    free(args->metrics);
    args->setting = NULL;
    args->metrics = NULL;
}
