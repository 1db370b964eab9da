// SPDX-License-Identifier: MIT
// The help pages, wrapped to the terminal's width or, in a pipe, to 80 columns.
#include <stdio.h>
#include <string.h>

#include "cli/help/help.h"
#include "cli/message.h"
#include "cli/help/paragraph.h"
#include "cli/term.h"

enum { TEXT_INDENT = 2, HELP_INDENT = 6, MOST_COLUMNS = 100 };

static unsigned page_width(FILE *file)
{
    const unsigned columns = cli_width(file);
    return columns > MOST_COLUMNS ? MOST_COLUMNS : columns < 40 ? 40 : columns;
}

static void heading(FILE *file, const char *text)
{
    fprintf(file, "\n%s%s%s\n", cli_style(file, CLI_BOLD), text, cli_style(file, CLI_PLAIN));
}

void cli_help_dashed(char *text, size_t size, const char *name)
{
    snprintf(text, size, "%s", name);
    for (char *c = text; *c; c++)
        *c = *c == '_' ? '-' : *c;
}

void cli_help_overview(FILE *file, const cli_command_list *commands)
{
    fprintf(file, "ppo %s: proximal policy optimization\n", ppo_version());
    heading(file, "Usage");
    fprintf(file, "  ppo COMMAND [arguments]\n  ppo help COMMAND\n  ppo --version\n");
    heading(file, "Commands");
    for (size_t i = 0; i < commands->count; i++)
        fprintf(file, "  %-8s %s\n", commands->row[i].name, commands->row[i].summary);
    heading(file, "Try");
    fprintf(file, "  ppo envs\n  ppo train CartPole-v1\n  ppo eval runs/CartPole-v1/seed-1\n");
}

static void print_flag(FILE *file, const cli_flag *flag)
{
    fprintf(file, "  %s--%s%s%s%s\n", cli_style(file, CLI_BOLD), flag->name,
            cli_style(file, CLI_PLAIN), flag->value ? " " : "", flag->value ? flag->value : "");
    cli_paragraph(file, flag->help, 0, HELP_INDENT, page_width(file));
}

// "Default 0.2; [0, 1]. Also: --clip-range."
static void facts(char *text, size_t size, const ppo_option *option)
{
    char aliases[128];
    cli_help_dashed(aliases, sizeof aliases, option->aliases);
    const char *value = option->default_text;
    size_t used = (size_t)snprintf(text, size, " Default: %s", value[0] ? value : "empty");
    if (option->range[0] && used < size)
        used += (size_t)snprintf(text + used, size - used, ", in %s", option->range);
    for (const char *alias = aliases; *alias && used < size;) {
        const int length = (int)strcspn(alias, " ");
        used += (size_t)snprintf(text + used, size - used, "%s--%.*s",
                                 alias == aliases ? "; also " : ", ", length, alias);
        alias += length + (alias[length] == ' ');
    }
    if (used < size)
        snprintf(text + used, size - used, ".");
}

static void print_option(FILE *file, const ppo_option *option)
{
    char name[64], text[512];
    cli_help_dashed(name, sizeof name, option->name);
    const size_t used = (size_t)snprintf(text, sizeof text, "%s", option->help);
    if (used < sizeof text)
        facts(text + used, sizeof text - used, option);
    fprintf(file, "  %s--%s%s %s\n", cli_style(file, CLI_BOLD), name, cli_style(file, CLI_PLAIN),
            option->type);
    cli_paragraph(file, text, 0, HELP_INDENT, page_width(file));
}

static void print_all_options(FILE *file)
{
    const char *group = "";
    for (size_t i = 0; i < ppo_option_count(); i++) {
        const ppo_option option = ppo_option_at(i);
        if (strcmp(group, option.group) != 0) {
            char text[64];
            snprintf(text, sizeof text, "Training options: %s", option.group);
            heading(file, text);
        }
        group = option.group;
        print_option(file, &option);
    }
    heading(file, "Presets");
    for (size_t i = 0; i < ppo_preset_count(); i++)
        fprintf(file, "  %s\n", ppo_preset_name_at(i));
}

static void print_common_options(FILE *file, const cli_command *command)
{
    char text[160];
    heading(file, "Training options, the most common");
    for (size_t i = 0; i < ppo_option_count(); i++) {
        const ppo_option option = ppo_option_at(i);
        if (option.is_common)
            print_option(file, &option);
    }
    snprintf(text, sizeof text, "All %zu options: ppo %s --help-all", ppo_option_count(),
             command->name);
    putc('\n', file);
    cli_paragraph(file, text, 0, TEXT_INDENT, page_width(file));
}

static void print_examples(FILE *file, const char *examples)
{
    heading(file, "Examples");
    for (const char *line = examples; *line;) {
        const int length = (int)strcspn(line, "\n");
        fprintf(file, "  %.*s\n", length, line);
        line += length + (line[length] == '\n');
    }
}

void cli_help_page(FILE *file, const cli_command *command, bool with_all_options)
{
    fprintf(file, "ppo %s: %s\n", command->name, command->summary);
    heading(file, "Usage");
    fprintf(file, "  ppo %s %s\n\n", command->name, command->synopsis);
    cli_paragraph(file, command->text, 0, TEXT_INDENT, page_width(file));
    heading(file, "Flags");
    for (const cli_flag *flag = command->flags; flag->name; flag++)
        print_flag(file, flag);
    if (command->takes_options && with_all_options)
        print_all_options(file);
    else if (command->takes_options)
        print_common_options(file, command);
    print_examples(file, command->examples);
}
