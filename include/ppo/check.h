// SPDX-License-Identifier: MIT
// Finding what is wrong with an environment: seeds that don't repeat, observations outside their
// space, writes past a buffer, state that doesn't replay, and so on. `ppo check` prints it.
//
// The environment runs in child processes, one for each part of the check, so that a crash or an
// endless loop is a finding like others. Its memory lies between guard zones.
#ifndef PPO_CHECK_H
#define PPO_CHECK_H

#include "ppo/env.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef enum ppo_finding_level {
    PPO_LEVEL_FAULT,   // it breaks the interface: training fails, or isn't repeatable
    PPO_LEVEL_WARNING, // it is allowed, but hardly meant
    PPO_LEVEL_NOTE,    // good to know
} ppo_finding_level;

// Everything that is looked for: name, text, level, what it means.
#define PPO_FINDING_LIST(X)                                                                        \
    X(ABI_VERSION, "abi-version", FAULT, "compiled for another version of the interface")          \
    X(STRUCT_SIZE, "struct-size", FAULT, "struct_size is not the size of a class's table")         \
    X(MISSING_FUNCTION, "missing-function", FAULT, "a function is missing that must be there")     \
    X(BAD_SPACE, "bad-space", FAULT, "a space is impossible: bounds, shape or type")               \
    X(BAD_TABLE, "bad-table", FAULT, "something else in the class's table is impossible")          \
    X(CRASH, "crash", FAULT, "a function crashed or ended the process")                            \
    X(HANG, "hang", FAULT, "a function did not return")                                            \
    X(CALL_FAILED, "call-failed", FAULT, "a function reported a failure")                          \
    X(OBS_NOT_WRITTEN, "obs-not-written", FAULT, "elements of the observation were not written")   \
    X(OBS_NOT_FINITE, "obs-not-finite", FAULT, "an observation holds NaN or infinity")             \
    X(OBS_OUTSIDE, "obs-out-of-space", FAULT, "an observation is outside its space")               \
    X(OBS_OVER_BOUNDS, "obs-over-bounds", WARNING, "an observation leaves its bounds a little")    \
    X(OBS_CONSTANT, "obs-constant", WARNING, "the observation never changes")                      \
    X(REWARD_NOT_FINITE, "reward-not-finite", FAULT, "a reward is NaN or infinite")                \
    X(BOTH_ENDS, "terminated-and-truncated", WARNING, "a step ended the episode in both ways")     \
    X(LIFE_ALONE, "life-lost-alone", WARNING, "a life was lost, but `terminated` was not set")     \
    X(NEVER_ENDS, "never-ends", NOTE, "no episode ended, and there is no time limit")              \
    X(STEP_LOST, "step-lost", NOTE, "the environment said that a step was lost")                   \
    X(CHANGES_ACTION, "changes-action", FAULT, "a step wrote into its action")                     \
    X(PAST_ACTION, "reads-past-action", FAULT, "a step went beyond its action")                    \
    X(PAST_OBS, "writes-past-observation", FAULT, "something was written beyond the observation")  \
    X(PAST_INSTANCE, "writes-past-instance", FAULT, "something was written beyond the instance")   \
    X(PAST_TRANSITION, "writes-past-transition", FAULT,                                            \
      "something was written beyond a transition")                                                 \
    X(PAST_STATE, "writes-past-state", FAULT, "save_state wrote beyond state_size bytes")          \
    X(PAST_PICTURE, "writes-past-picture", FAULT, "a picture is larger than it should be")         \
    X(PAST_MASK, "writes-past-mask", FAULT, "action_mask wrote beyond the actions' values")        \
    X(RESET_NOT_REPEATING, "reset-not-repeating", FAULT, "equal seeds gave unequal observations")  \
    X(STEPS_NOT_REPEATING, "steps-not-repeating", FAULT,                                           \
      "equal seeds and actions gave unequal steps")                                                \
    X(STREAM_NOT_REPEATING, "stream-not-repeating", FAULT,                                         \
      "after a reset without seed, equal runs were unequal")                                       \
    X(STREAM_RESTARTS, "stream-restarts", FAULT,                                                   \
      "a reset without seed begins the random stream anew instead of going on")                    \
    X(SEED_NOT_RESTARTING, "seed-not-restarting", FAULT,                                           \
      "a seed did not make a used instance like a fresh one")                                      \
    X(SEEDS_IGNORED, "seeds-ignored", WARNING, "all seeds give the same episodes")                 \
    X(SHARED_STATE, "shared-state", FAULT, "instances change each other's course")                 \
    X(THREADS_DISAGREE, "threads-disagree", FAULT,                                                 \
      "instances stepped by several threads at once went another way")                             \
    X(NO_STATE, "no-state", NOTE, "state can't be saved: a resumed run begins fresh episodes")     \
    X(STATE_NOT_REPLAYING, "state-not-replaying", FAULT,                                           \
      "an instance went another way after its state was saved and loaded")                         \
    X(STATE_NOT_WRITTEN, "state-not-written", WARNING,                                             \
      "save_state left bytes as they were: equal runs, unequal checkpoints")                       \
    X(SAVE_CHANGES, "save-changes-instance", FAULT, "save_state changed its instance")             \
    X(MANY_DIFFERS, "step-many-differs", FAULT, "step_many is not the same as step")               \
    X(MASK_EMPTY, "mask-allows-nothing", FAULT, "no value of a component was allowed")             \
    X(MASK_NOT_BINARY, "mask-not-0-or-1", FAULT, "a byte of the mask is neither 0 nor 1")          \
    X(MASK_CHANGES, "mask-changes-instance", FAULT, "action_mask changed its instance")            \
    X(RENDER_CHANGES, "render-changes-instance", FAULT, "drawing a picture changed the instance")  \
    X(PICTURE_NOT_WRITTEN, "picture-not-written", WARNING, "pixels of a picture were not written") \
    X(THRESHOLD_ZERO, "threshold-zero", NOTE, "reward_threshold is 0: NAN says that there is none")

typedef enum ppo_finding_kind {
#define PPO_FINDING_ENUM(kind, name, level, text) PPO_FINDING_##kind,
    PPO_FINDING_LIST(PPO_FINDING_ENUM)
#undef PPO_FINDING_ENUM
        PPO_NUM_FINDINGS,
} ppo_finding_kind;

typedef struct ppo_finding {
    ppo_finding_kind kind;
    ppo_finding_level level;
    const char *name;  // e.g. "obs-out-of-space"
    char message[320]; // what was seen, and where
} ppo_finding;

typedef struct ppo_check_options {
    uint32_t episodes; // played with random actions; 0: 5
    uint64_t seed;     // of those episodes
    double timeout_s;  // a single call that takes longer hangs; 0: 10
} ppo_check_options;

typedef struct ppo_check_report {
    uint32_t faults, warnings, notes;
    uint64_t calls; // of the class's functions
} ppo_check_report;

// Checks a class, and calls `take` with each finding, each kind once, in the order in which they
// turn up. `options` may be NULL. Forks: to be called from a process with a single thread. Fails
// only if the check itself could not be done.
PPO_API ppo_status ppo_check_env(ppo_check_report *report, const ppo_env_class *env,
                                 const ppo_check_options *options,
                                 void (*take)(void *context, const ppo_finding *finding),
                                 void *context, ppo_error *error);

// Name, level and meaning (in `message`) of a kind, for lists of what is looked for.
PPO_API ppo_finding ppo_finding_about(ppo_finding_kind kind);
PPO_API const char *ppo_finding_level_name(ppo_finding_level level); // "fault", "warning", "note"

#ifdef __cplusplus
}
#endif

#endif
