// SPDX-License-Identifier: MIT
// The manual page ppo(1), in troff with the classic man macros, from the same tables as the help
// pages. The date is left out, so that the same sources give the same page.
#include <string.h>

#include "cli/help/help.h"
#include "cli/message.h"

// Text with what troff would take for its own escaped.
static void roff(FILE *file, const char *text)
{
    bool is_line_start = true;
    for (; *text; text++) {
        if (is_line_start && (*text == '.' || *text == '\''))
            fputs("\\&", file);
        if (*text == '\\')
            fputs("\\e", file);
        else if (*text == '-')
            fputs("\\-", file);
        else
            fputc(*text, file);
        is_line_start = *text == '\n';
    }
}

static void paragraphs(FILE *file, const char *text)
{
    for (; *text; text++) {
        const size_t length = strcspn(text, "\n");
        char line[1024];
        snprintf(line, sizeof line, "%.*s", (int)length, text);
        roff(file, line);
        fputc('\n', file);
        text += length;
        if (!*text)
            break;
        fputs(".PP\n", file);
    }
}

// ".TP" with the tag in bold and the value in italics.
static void tag(FILE *file, const char *bold, const char *italic)
{
    fputs(".TP\n\\fB", file);
    roff(file, bold);
    fputs("\\fR", file);
    if (italic && italic[0]) {
        fputs(" \\fI", file);
        roff(file, italic);
        fputs("\\fR", file);
    }
    fputc('\n', file);
}

static void print_commands(FILE *file, const cli_command_list *commands)
{
    for (size_t i = 0; i < commands->count; i++) {
        const cli_command *command = &commands->row[i];
        fprintf(file, ".SS \"ppo %s ", command->name);
        roff(file, command->synopsis);
        fputs("\"\n", file);
        paragraphs(file, command->text);
        for (const cli_flag *flag = command->flags; flag->name; flag++) {
            char name[64];
            snprintf(name, sizeof name, "--%s", flag->name);
            tag(file, name, flag->value);
            roff(file, flag->help);
            fputc('\n', file);
        }
    }
}

static void option(FILE *file, const ppo_option *o)
{
    char name[64] = "--", text[256];
    cli_help_dashed(name + 2, sizeof name - 2, o->name);
    tag(file, name, o->type);
    roff(file, o->help);
    snprintf(text, sizeof text, "\nDefault: %s", o->default_text[0] ? o->default_text : "empty");
    roff(file, text);
    if (o->range[0]) {
        fputs(", in ", file);
        roff(file, o->range);
    }
    if (o->aliases[0]) {
        cli_help_dashed(text, sizeof text, o->aliases);
        fputs("; other names: ", file);
        roff(file, text);
    }
    fputs(".\n", file);
}

static void options(FILE *file)
{
    fputs(".SH OPTIONS\nThe training options of\n.BR \"ppo train\" :\neach may be given as "
          "\\-\\-name value or \\-\\-name=value, with dashes or underscores.\n",
          file);
    const char *group = "";
    for (size_t i = 0; i < ppo_option_count(); i++) {
        const ppo_option o = ppo_option_at(i);
        if (strcmp(group, o.group) != 0)
            fprintf(file, ".SS \"%s\"\n", o.group);
        group = o.group;
        option(file, &o);
    }
}

static void files(FILE *file)
{
    static const char *const row[][2] = {
        {"runs/<env>/seed-<seed>/", "The run directory, unless --run-dir names another."},
        {"config.yaml", "Every setting of the run."},
        {"progress.csv, timing.csv", "A row per iteration: metrics, and wall-clock times."},
        {"evaluations.csv", "A row per evaluation."},
        {"checkpoint.safetensors", "The whole state; checkpoint.previous.safetensors the one "
                                   "before."},
        {"best.safetensors", "The agent with the best evaluation."},
    };
    fputs(".SH FILES\n", file);
    for (size_t i = 0; i < sizeof row / sizeof row[0]; i++) {
        tag(file, row[i][0], NULL);
        roff(file, row[i][1]);
        fputc('\n', file);
    }
}

static void exit_status(FILE *file)
{
    fputs(".SH EXIT STATUS\n", file);
#define ROW(name, value, text) fprintf(file, ".TP\n.B %d\n%s\n", value, text);
    PPO_STATUS_LIST(ROW)
#undef ROW
    fprintf(file, ".TP\n.B %d\ninterrupted by a signal; training has written its checkpoint\n",
            CLI_INTERRUPTED);
}

static void print_examples(FILE *file, const cli_command_list *commands)
{
    fputs(".SH EXAMPLES\n.nf\n", file);
    for (size_t i = 0; i < commands->count; i++) {
        roff(file, commands->row[i].examples);
        fputc('\n', file);
    }
    fputs(".fi\n", file);
}

void cli_help_man(FILE *file, const cli_command_list *commands)
{
    fprintf(file, ".TH PPO 1 \"\" \"ppo %s\" \"User Commands\"\n", ppo_version());
    fputs(".SH NAME\nppo \\- proximal policy optimization\n", file);
    fputs(".SH SYNOPSIS\n.B ppo\n.I COMMAND\n[arguments]\n.br\n.B ppo help\n[\\fICOMMAND\\fR]\n"
          ".br\n.B ppo \\-\\-version\n",
          file);
    fputs(
        ".SH DESCRIPTION\nTrains agents by proximal policy optimization, continues training them, "
        "and plays with them.\nMessages go to the standard error, results to the standard "
        "output.\n",
        file);
    fputs(".SH COMMANDS\n", file);
    print_commands(file, commands);
    options(file);
    files(file);
    fputs(".SH ENVIRONMENT\n.TP\n.B NO_COLOR\nIf set, no colours are used.\n", file);
    fputs(".TP\n.B PPO_ROM_DIR\nA folder with cartridges of Atari games, searched before the usual "
          "places.\n",
          file);
    exit_status(file);
    print_examples(file, commands);
}
