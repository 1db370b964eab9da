// SPDX-License-Identifier: MIT
// The training options as a Markdown document: a table per group.
#include <string.h>

#include "cli/help/help.h"
#include "ppo/ppo.h"

// Text for a table cell: '|' would end it.
static void cell(FILE *file, const char *text)
{
    for (; *text; text++) {
        if (*text == '|')
            fputc('\\', file);
        fputc(*text, file);
    }
}

static void code_cell(FILE *file, const char *text)
{
    fputs(" | ", file);
    if (!text[0])
        return;
    fputc('`', file);
    cell(file, text);
    fputc('`', file);
}

static void row(FILE *file, const ppo_option *option)
{
    fprintf(file, "| `%s`", option->name);
    code_cell(file, option->type);
    code_cell(file, option->default_text);
    code_cell(file, option->range);
    fputs(" | ", file);
    cell(file, option->help);
    for (const char *alias = option->aliases; *alias;) {
        const int length = (int)strcspn(alias, " ");
        fprintf(file, "%s`%.*s`", alias == option->aliases ? " Also: " : ", ", length, alias);
        alias += length + (alias[length] == ' ');
    }
    fputs(option->aliases[0] ? ". |\n" : " |\n", file);
}

void cli_help_markdown(FILE *file)
{
    fputs("# Options\n\n"
          "Every setting of a training. On the command line `--clip-coef 0.1` or "
          "`--clip_coef=0.1`, in a\nconfiguration file `clip_coef: 0.1`. Names follow CleanRL; "
          "those of Stable-Baselines3 work as well.\nThis page is the output of `ppo help "
          "--options-markdown`.\n",
          file);
    const char *group = "";
    for (size_t i = 0; i < ppo_option_count(); i++) {
        const ppo_option option = ppo_option_at(i);
        if (strcmp(group, option.group) != 0) {
            fprintf(file, "\n## %s\n\n", option.group);
            if (!option.changes_result)
                fputs("These do not change the result, and may differ when a run is continued.\n\n",
                      file);
            fputs("| name | type | default | range | what it does |\n|---|---|---|---|---|\n",
                  file);
        }
        group = option.group;
        row(file, &option);
    }
}
