// SPDX-License-Identifier: MIT
// Setting and restoring the floating-point environment: see float_scope.h. Owns nothing.
#include "core/float_scope.h"

// Reading the whole environment takes most of a microsecond on x86, the SSE control register none.
static bool is_default(void)
{
#if defined(__x86_64__)
    const unsigned control = 0xffc0, usual = 0x1f80; // without the flags; all traps masked
    return (__builtin_ia32_stmxcsr() & control) == usual;
#else
    return false; // there it is cheap to save and restore
#endif
}

ppo_float_scope ppo_float_enter(void)
{
    ppo_float_scope scope = {.has_changed = !is_default()};
    if (scope.has_changed) {
        fegetenv(&scope.callers);
        fesetenv(FE_DFL_ENV);
    }
    return scope;
}

void ppo_float_leave(const ppo_float_scope *scope)
{
    if (scope->has_changed)
        fesetenv(&scope->callers);
}
