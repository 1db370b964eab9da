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
          "--options-markdown`.\n\n",
          file);
    fputs(
        "| type | what it takes |\n|---|---|\n"
        "| `integer` | digits, also `1e6` and `1_000_000` |\n"
        "| `number` | `0.001`, `1e-3`; where the range says so also `none` |\n"
        "| `true\\|false` | also `yes` and `no`, `on` and `off`; on the command line `--norm-obs` "
        "alone means true, `--no-norm-obs` false |\n"
        "| `a\\|b\\|c` | one of these words |\n"
        "| `text` | one line of UTF-8, at most 255 bytes |\n"
        "| `widths` | the widths of up to 8 layers, from the input on: `64,64`; in YAML also "
        "`[64, 64]` |\n"
        "| `schedule` | a factor on a setting over the run: `constant` (1 throughout), `linear` "
        "(from 1 to 0), `cosine` (half a cosine from 1 to 0), or 2 to 8 points `progress:factor` "
        "with straight lines between them: `0:1,0.5:0.3,1:0` begins at the full value, is at 0.3 "
        "of it half-way and ends at 0 |\n",
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
