// SPDX-License-Identifier: MIT
// What the command says when an environment that runs in its own process ends it: by a signal such
// as SIGSEGV, or by a call of exit. One environment's class is watched at a time: with several
// seeds at once, the one whose training began last.
#ifndef CLI_CRASH_H
#define CLI_CRASH_H

#include <stdint.h>

// From now on: the process ends in the code of PPO_ENV_FAILED, or by the signal, with a sentence
// that names the environment, its number and its episode's step, what was being done, and the run's
// step. `doing` and `advice`, what the sentence ends with, have static storage; `restore`, which
// may be NULL, is called first, in the signal's handler.
void cli_crash_watch(const char *env_id, const char *doing, const char *advice,
                     void (*restore)(void));

// The run's step that the sentence names.
void cli_crash_set_step(uint64_t step);

// Calls of exit() are no crash: MPI makes them when a rank is ended.
void cli_crash_allow_exit(void);

// Ends what cli_crash_watch began.
void cli_crash_unwatch(void);

#endif
