// SPDX-License-Identifier: MIT
// Finding faults in an environment: seeds that don't repeat, observations outside their space,
// writes past a buffer, state that doesn't replay, and so on. `ppo check` prints them.
//
// The environment runs in child processes, one for each part of the check, so that a crash or an
// endless loop is a finding like any other. Its buffers lie between guard pages.
#ifndef PPO_CHECK_H
#define PPO_CHECK_H

#include "ppo/env.h"

#include <string.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef enum ppo_finding_level {
    PPO_LEVEL_FAULT,   // breaks the interface: training fails or is not repeatable
    PPO_LEVEL_WARNING, // allowed, but probably a mistake
    PPO_LEVEL_NOTE,    // not a mistake, but worth knowing
} ppo_finding_level;

// Everything that is checked: constant, name, level, meaning. New kinds are added at the end.
#define PPO_FINDING_LIST(X)                                                                        \
    X(ABI_VERSION, "abi-version", FAULT, "compiled for another version of the interface")          \
    X(STRUCT_SIZE, "struct-size", FAULT, "struct_size is not the size of a class table")           \
    X(MISSING_FUNCTION, "missing-function", FAULT, "a required function is missing")               \
    X(BAD_SPACE, "bad-space", FAULT, "a space has invalid bounds, shape or type")                  \
    X(BAD_TABLE, "bad-table", FAULT, "another member of the class table is invalid")               \
    X(CRASH, "crash", FAULT, "a function crashed or ended the process")                            \
    X(HANG, "hang", FAULT, "a function did not return")                                            \
    X(CALL_FAILED, "call-failed", FAULT, "a function reported a failure")                          \
    X(OBS_NOT_WRITTEN, "obs-not-written", FAULT, "elements of the observation were not written")   \
    X(OBS_NOT_FINITE, "obs-not-finite", FAULT, "an observation holds NaN or infinity")             \
    X(OBS_OUTSIDE, "obs-out-of-space", FAULT, "an observation is outside its space")               \
    X(OBS_OVER_BOUNDS, "obs-over-bounds", WARNING, "an observation slightly exceeds its bounds")   \
    X(OBS_CONSTANT, "obs-constant", WARNING, "the observation never changes")                      \
    X(REWARD_NOT_FINITE, "reward-not-finite", FAULT, "a reward is NaN or infinite")                \
    X(BOTH_ENDS, "terminated-and-truncated", WARNING,                                              \
      "a step both terminated and truncated the episode")                                          \
    X(LIFE_ALONE, "life-lost-alone", WARNING, "a life was lost, but `terminated` was not set")     \
    X(NEVER_ENDS, "never-ends", NOTE, "no episode ended, and there is no time limit")              \
    X(STEP_LOST, "step-lost", NOTE, "the environment reported a step as lost")                     \
    X(CHANGES_ACTION, "changes-action", FAULT, "a step wrote into its action")                     \
    X(PAST_ACTION, "reads-past-action", FAULT, "a step accessed memory beyond its action")         \
    X(PAST_OBS, "writes-past-observation", FAULT, "memory beyond the observation was written")     \
    X(PAST_INSTANCE, "writes-past-instance", FAULT, "memory beyond the instance was written")      \
    X(PAST_TRANSITION, "writes-past-transition", FAULT, "memory beyond a transition was written")  \
    X(PAST_STATE, "writes-past-state", FAULT, "save_state wrote beyond state_size bytes")          \
    X(PAST_PICTURE, "writes-past-picture", FAULT, "memory beyond a picture was written")           \
    X(PAST_MASK, "writes-past-mask", FAULT, "action_mask wrote beyond the actions' values")        \
    X(RESET_NOT_REPEATING, "reset-not-repeating", FAULT,                                           \
      "equal seeds gave different observations")                                                   \
    X(STEPS_NOT_REPEATING, "steps-not-repeating", FAULT,                                           \
      "equal seeds and actions gave different steps")                                              \
    X(STREAM_NOT_REPEATING, "stream-not-repeating", FAULT,                                         \
      "equal runs differed after a reset without seed")                                            \
    X(STREAM_RESTARTS, "stream-restarts", FAULT,                                                   \
      "a reset without seed restarts the random stream instead of continuing it")                  \
    X(SEED_NOT_RESTARTING, "seed-not-restarting", FAULT,                                           \
      "after a reset with a seed, a used instance differs from a fresh one")                       \
    X(SEEDS_IGNORED, "seeds-ignored", WARNING, "all seeds give the same episodes")                 \
    X(SHARED_STATE, "shared-state", FAULT, "instances influence each other")                       \
    X(THREADS_DISAGREE, "threads-disagree", FAULT,                                                 \
      "instances behave differently when several threads step them at once")                       \
    X(NO_STATE, "no-state", NOTE, "state can't be saved: a resumed run starts new episodes")       \
    X(STATE_NOT_REPLAYING, "state-not-replaying", FAULT,                                           \
      "an instance behaves differently after saving and loading its state")                        \
    X(STATE_NOT_WRITTEN, "state-not-written", WARNING,                                             \
      "save_state leaves bytes unwritten: equal runs have unequal checkpoints")                    \
    X(SAVE_CHANGES, "save-changes-instance", FAULT, "save_state changed its instance")             \
    X(MANY_DIFFERS, "step-many-differs", FAULT, "step_many gives other results than step")         \
    X(MASK_EMPTY, "mask-allows-nothing", FAULT, "no value of a component was allowed")             \
    X(MASK_NOT_BINARY, "mask-not-0-or-1", FAULT, "a byte of the mask is neither 0 nor 1")          \
    X(MASK_CHANGES, "mask-changes-instance", FAULT, "action_mask changed its instance")            \
    X(RENDER_CHANGES, "render-changes-instance", FAULT, "drawing a picture changed the instance")  \
    X(PICTURE_NOT_WRITTEN, "picture-not-written", WARNING, "pixels of a picture were not written") \
    X(THRESHOLD_ZERO, "threshold-zero", NOTE,                                                      \
      "reward_threshold is 0; NAN means that there is none")                                       \
    X(ALWAYS_LOST, "always-lost", FAULT, "every episode ended with a lost step")                   \
    X(FLAG_NOT_BINARY, "flag-not-0-or-1", FAULT, "a flag of a transition is neither 0 nor 1")      \
    X(CHANGES_PROCESS, "changes-process", FAULT,                                                   \
      "a setting of the whole process was changed and not restored")                               \
    X(LEAKS_DESCRIPTORS, "leaks-descriptors", WARNING,                                             \
      "descriptors remain open after all instances were released")

typedef enum ppo_finding_kind {
#define PPO_FINDING_ENUM(kind, name, level, text) PPO_FINDING_##kind,
    PPO_FINDING_LIST(PPO_FINDING_ENUM)
#undef PPO_FINDING_ENUM
        PPO_NUM_FINDINGS,
} ppo_finding_kind;

typedef struct ppo_finding {
    ppo_finding_kind kind;
    ppo_finding_level level;
    const char *name;    // "obs-out-of-space"
    const char *meaning; // "an observation is outside its space"
    char message[320];   // what was seen, and where
} ppo_finding;

// How to check. All zero but struct_size: what ppo_check_options_defaults sets.
typedef struct ppo_check_options {
    size_t struct_size; // sizeof(ppo_check_options); the struct may grow at its end
    uint32_t episodes;  // played with random actions; 0: 5
    uint64_t seed;      // of those episodes
    double timeout_s;   // a call that takes longer is reported as hanging; 0: 10
} ppo_check_options;

static inline void ppo_check_options_defaults(ppo_check_options *options)
{
    memset(options, 0, sizeof *options);
    options->struct_size = sizeof *options;
}

typedef struct ppo_check_report {
    uint32_t faults, warnings, notes;
    uint64_t calls; // of the class's functions, in all parts
} ppo_check_report;

// Checks a class and calls `take` (unless NULL) in this thread with each finding as it is made, at
// most one of each kind. `options` NULL: the defaults. Forks, so the process should have a single
// thread. Fails only if the check itself could not be done; the report then counts what was found.
PPO_API ppo_status ppo_check_env(ppo_check_report *report, const ppo_env_class *env,
                                 const ppo_check_options *options,
                                 void (*take)(void *context, const ppo_finding *finding),
                                 void *context, ppo_error *error);

// Level, name and meaning of a kind, with an empty message; NULL if there is no such kind. Lives as
// long as the program.
PPO_API const ppo_finding *ppo_finding_about(ppo_finding_kind kind);
PPO_API const char *ppo_finding_level_name(ppo_finding_level level); // "fault", "warning", "note"

#ifdef __cplusplus
}
#endif

#endif
