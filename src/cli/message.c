// SPDX-License-Identifier: MIT
// Errors and notes on stderr. Owns the mark of a rank.
#include "cli/message.h"

#include <stdarg.h>
#include <stdio.h>
#include <unistd.h>

#include "cli/term.h"

enum { OWN_ERROR_DELAY_S = 2 };

static char mark_of_rank[96]; // "rank 2 on node7: ", or ""
static uint32_t rank_here;

void cli_message_set_rank(uint32_t rank, const char *host)
{
    rank_here = rank;
    snprintf(mark_of_rank, sizeof mark_of_rank, "rank %u on %.64s: ", rank, host);
}

int cli_fail(const ppo_error *error)
{
    if (rank_here > 0)
        sleep(OWN_ERROR_DELAY_S);
    const char *text = error->message[0] ? error->message : ppo_status_text(error->status);
    fprintf(stderr, "ppo: %serror:%s %s%s\n", cli_style(stderr, CLI_RED),
            cli_style(stderr, CLI_PLAIN), mark_of_rank, text);
    return (int)error->status;
}

int cli_fail_usage(const ppo_error *error, const char *command)
{
    const int code = cli_fail(error);
    fprintf(stderr, "see 'ppo help%s%s'\n", command ? " " : "", command ? command : "");
    return code;
}

static void print_marked(const char *mark, const char *format, va_list arguments) PPO_PRINTF(2, 0);

static void print_marked(const char *mark, const char *format, va_list arguments)
{
    fprintf(stderr, "ppo: %s%s:%s %s", cli_style(stderr, CLI_YELLOW), mark,
            cli_style(stderr, CLI_PLAIN), mark_of_rank);
    vfprintf(stderr, format, arguments);
    fputc('\n', stderr);
}

void cli_note(const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    print_marked("note", format, arguments);
    va_end(arguments);
}

void cli_warn(const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    print_marked("warning", format, arguments);
    va_end(arguments);
}

void cli_say(const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    fputs("ppo: ", stderr);
    vfprintf(stderr, format, arguments);
    fputc('\n', stderr);
    va_end(arguments);
}
