// SPDX-License-Identifier: MIT
// A stack for signal handlers, so that one that was installed with SA_ONSTACK also runs when a
// thread has overflowed its own. The system keeps such a stack for each thread: every thread that
// runs code of other people's environments sets one.
#ifndef PPO_CORE_SIGNAL_STACK_H
#define PPO_CORE_SIGNAL_STACK_H

#include <stddef.h>

// Room for a handler and for all registers of the processor (AMX alone has 8 KiB of them).
#define PPO_SIGNAL_STACK_BYTES ((size_t)64 << 10)

// Handlers of the calling thread run on `memory` [bytes], which must last as long as the thread; it
// may lie on the thread's own stack. A stack that was set before, by a sanitiser or by the program
// that links the library, stays.
void ppo_signal_stack_use(void *memory, size_t bytes);

#endif
