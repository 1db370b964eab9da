// SPDX-License-Identifier: MIT
// A stack for signal handlers: see signal_stack.h.
#include "core/signal_stack.h"

#include <signal.h>

void ppo_signal_stack_use(void *memory, size_t bytes)
{
    const stack_t own = {.ss_sp = memory, .ss_size = bytes};
    stack_t present;
    if (sigaltstack(NULL, &present) == 0 && (present.ss_flags & SS_DISABLE))
        sigaltstack(&own, NULL);
}
