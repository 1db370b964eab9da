// SPDX-License-Identifier: MIT
// The default floating-point environment (round to nearest, subnormal numbers, no traps) while the
// library computes, whatever the calling program has set, so that results don't depend on it.
//
// Public functions that compute begin with PPO_FLOAT_SCOPE; threads and processes that are started
// inside inherit the environment. In the usual case, in which the caller's is the default one, that
// costs a nanosecond.
#ifndef PPO_CORE_FLOAT_SCOPE_H
#define PPO_CORE_FLOAT_SCOPE_H

#include <fenv.h>
#include <stdbool.h>

typedef struct ppo_float_scope {
    bool has_changed;
    fenv_t callers; // if it has
} ppo_float_scope;

// Sets the default environment for this thread, and the caller's again. For use by PPO_FLOAT_SCOPE.
ppo_float_scope ppo_float_enter(void);
void ppo_float_leave(const ppo_float_scope *scope);

// From here to the end of the enclosing block the default environment holds.
#define PPO_FLOAT_SCOPE                                                                            \
    __attribute__((cleanup(ppo_float_leave), unused)) const ppo_float_scope ppo_float_scope_here = \
        ppo_float_enter()

#endif
