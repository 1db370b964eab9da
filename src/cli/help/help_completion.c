// SPDX-License-Identifier: MIT
// Completion scripts for bash, zsh and fish, made from the tables: commands, environments, presets,
// flags, training options and the choices of enumerations. Shells complete file names themselves.
#include <string.h>

#include "cli/help/help.h"
#include "ppo/ppo.h"

static bool is_choice(const ppo_option *option)
{
    return strchr(option->type, '|') != NULL;
}

// The choices with `gap` for the bars between them.
static void choices(FILE *file, const ppo_option *option, char gap)
{
    for (const char *c = option->type; *c; c++)
        fputc(*c == '|' ? gap : *c, file);
}

static void tasks(FILE *file)
{
    char id[64];
    for (size_t i = 0; ppo_env_id_at(id, sizeof id, i); i++)
        fprintf(file, "%s%s", i ? " " : "", id);
    for (size_t i = 0; i < ppo_preset_count(); i++) {
        if (strchr(ppo_preset_name_at(i), '/')) // the others are named like an environment
            fprintf(file, " %s", ppo_preset_name_at(i));
    }
}

static bool is_flag(const cli_command *command, const char *name)
{
    for (const cli_flag *flag = command->flags; flag->name; flag++)
        if (strcmp(flag->name, name) == 0)
            return true;
    return false;
}

static void words(FILE *file, const cli_command *command)
{
    char name[64];
    for (const cli_flag *flag = command->flags; flag->name; flag++)
        fprintf(file, "%s--%s", flag == command->flags ? "" : " ", flag->name);
    for (size_t i = 0; command->takes_options && i < ppo_option_count(); i++) {
        cli_help_dashed(name, sizeof name, ppo_option_at(i).name);
        if (!is_flag(command, name)) // `bench` has flags of its own for some
            fprintf(file, " --%s", name);
    }
}

static void command_names(FILE *file, const cli_command_list *commands)
{
    for (size_t i = 0; i < commands->count; i++)
        fprintf(file, "%s%s", i ? " " : "", commands->row[i].name);
}

// The words that a command's operands may be; files are the shell's to complete.
static void operands(FILE *file, const cli_command_list *commands, const cli_command *command)
{
    switch (command->operand) {
    case CLI_TASK:
        tasks(file);
        break;
    case CLI_BENCH:
        fprintf(file, "%s ", command->operand_words);
        tasks(file);
        break;
    case CLI_COMMAND:
        command_names(file, commands);
        break;
    case CLI_NOTHING:
    case CLI_RUN:
        break;
    }
}

static void bash_choices(FILE *file)
{
    char name[64];
    fputs("    case $previous in\n", file);
    for (size_t i = 0; i < ppo_option_count(); i++) {
        const ppo_option option = ppo_option_at(i);
        if (!is_choice(&option) || strcmp(option.type, "true|false") == 0)
            continue; // flags may go without a value
        cli_help_dashed(name, sizeof name, option.name);
        fprintf(file, "    --%s) words=\"", name);
        choices(file, &option, ' ');
        fputs("\" ;;\n", file);
    }
    fputs("    --completion) words=\"bash zsh fish\" ;;\n    --memory) words=\"", file);
    tasks(file);
    fputs("\" ;;\n    esac\n", file);
}

static void bash(FILE *file, const cli_command_list *commands)
{
    fputs("# Completion of ppo(1) for bash\n_ppo()\n{\n"
          "    local current=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD-1]}\n"
          "    local words=\n    COMPREPLY=()\n"
          "    if [ \"$COMP_CWORD\" -eq 1 ]; then\n        words=\"--help --version ",
          file);
    command_names(file, commands);
    fputs("\"\n    else\n        case ${COMP_WORDS[1]} in\n", file);
    for (size_t i = 0; i < commands->count; i++) {
        const cli_command *command = &commands->row[i];
        fprintf(file, "        %s) words=\"", command->name);
        words(file, command);
        fputc(' ', file);
        operands(file, commands, command);
        fputs("\" ;;\n", file);
    }
    fputs("        esac\n    fi\n", file);
    bash_choices(file);
    fputs("    mapfile -t COMPREPLY < <(compgen -W \"$words\" -- \"$current\")\n}\n"
          "complete -o default -F _ppo ppo\n",
          file);
}

static void zsh_choices(FILE *file)
{
    char name[64];
    fputs("    case $words[CURRENT-1] in\n", file);
    for (size_t i = 0; i < ppo_option_count(); i++) {
        const ppo_option option = ppo_option_at(i);
        if (!is_choice(&option) || strcmp(option.type, "true|false") == 0)
            continue;
        cli_help_dashed(name, sizeof name, option.name);
        fprintf(file, "    --%s) compadd -- ", name);
        choices(file, &option, ' ');
        fputs("; return ;;\n", file);
    }
    fputs("    --completion) compadd -- bash zsh fish; return ;;\n    --memory) compadd -- ", file);
    tasks(file);
    fputs("; _files; return ;;\n    esac\n", file);
}

static void zsh(FILE *file, const cli_command_list *commands)
{
    fputs("#compdef ppo\n# Completion of ppo(1) for zsh\n_ppo()\n{\n"
          "    if (( CURRENT == 2 )); then\n        compadd -- --help --version ",
          file);
    command_names(file, commands);
    fputs("\n        return\n    fi\n", file);
    zsh_choices(file);
    fputs("    case $words[2] in\n", file);
    for (size_t i = 0; i < commands->count; i++) {
        const cli_command *command = &commands->row[i];
        fprintf(file, "    %s) compadd -- ", command->name);
        words(file, command);
        fputc(' ', file);
        operands(file, commands, command);
        fputs(command->operand == CLI_TASK || command->operand == CLI_RUN ? "; _files ;;\n"
                                                                          : " ;;\n",
              file);
    }
    fputs("    esac\n}\n_ppo \"$@\"\n", file);
}

static void quoted(FILE *file, const char *text)
{
    fputc('\'', file);
    for (; *text; text++) {
        if (*text == '\'' || *text == '\\')
            fputc('\\', file);
        fputc(*text, file);
    }
    fputc('\'', file);
}

static void fish_option(FILE *file, const ppo_option *option)
{
    char name[64];
    cli_help_dashed(name, sizeof name, option->name);
    fprintf(file, "complete -c ppo -n '__fish_seen_subcommand_from train info' -l %s", name);
    if (strcmp(option->type, "true|false") != 0)
        fputs(" -x", file);
    if (is_choice(option)) {
        fputs(" -a '", file);
        choices(file, option, ' ');
        fputc('\'', file);
    }
    fputs(" -d ", file);
    quoted(file, option->help);
    fputc('\n', file);
}

// Values that are files: the shell completes them.
static const char *fish_value(const cli_flag *flag)
{
    if (!flag->value)
        return "";
    return strncmp(flag->value, "FILE", 4) == 0 ? " -rF" : " -x";
}

static void fish_command(FILE *file, const cli_command_list *commands, const cli_command *command)
{
    fprintf(file, "complete -c ppo -n __fish_use_subcommand -x -a %s -d ", command->name);
    quoted(file, command->summary);
    fputc('\n', file);
    for (const cli_flag *flag = command->flags; flag->name; flag++) {
        fprintf(file, "complete -c ppo -n '__fish_seen_subcommand_from %s' -l %s%s -d ",
                command->name, flag->name, fish_value(flag));
        quoted(file, flag->help);
        fputc('\n', file);
    }
    if (command->operand == CLI_NOTHING || command->operand == CLI_RUN)
        return;
    fprintf(file, "complete -c ppo -n '__fish_seen_subcommand_from %s' -a '", command->name);
    operands(file, commands, command);
    fputs("'\n", file);
}

static void fish(FILE *file, const cli_command_list *commands)
{
    fputs("# Completion of ppo(1) for fish\n", file);
    for (size_t i = 0; i < commands->count; i++)
        fish_command(file, commands, &commands->row[i]);
    for (size_t i = 0; i < ppo_option_count(); i++) {
        const ppo_option option = ppo_option_at(i);
        fish_option(file, &option);
    }
}

bool cli_help_completion(FILE *file, const cli_command_list *commands, const char *shell)
{
    static const struct {
        const char *name;
        void (*print)(FILE *file, const cli_command_list *commands);
    } shells[] = {{"bash", bash}, {"zsh", zsh}, {"fish", fish}};
    for (size_t i = 0; i < sizeof shells / sizeof shells[0]; i++) {
        if (strcmp(shells[i].name, shell) == 0) {
            shells[i].print(file, commands);
            return true;
        }
    }
    return false;
}
