// SPDX-License-Identifier: MIT
// Errors and notes on stderr. Owns nothing.
#include "cli/message.h"

#include <stdarg.h>
#include <stdio.h>

#include "cli/term.h"

int cli_fail(const ppo_error *error)
{
    const char *text = error->message[0] ? error->message : ppo_status_text(error->status);
    fprintf(stderr, "ppo: %serror:%s %s\n", cli_style(stderr, CLI_RED),
            cli_style(stderr, CLI_PLAIN), text);
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
    fprintf(stderr, "ppo: %s%s:%s ", cli_style(stderr, CLI_YELLOW), mark,
            cli_style(stderr, CLI_PLAIN));
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
