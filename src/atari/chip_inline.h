// SPDX-License-Identifier: MIT
// How small functions of the chips are inlined: always, so that the processor's loop and the lines
// of the TIA stay in registers. Sanitisers instrument every access to a local variable whose
// address is taken, and would need minutes to compile such a function: there, all of them are calls
// (PPO_CHIP_CALLS), and one loop does for all cartridges.
#ifndef PPO_ATARI_CHIP_INLINE_H
#define PPO_ATARI_CHIP_INLINE_H

#if defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define PPO_CHIP_CALLS 1
#endif
#endif
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define PPO_CHIP_CALLS 1
#endif

#ifdef PPO_CHIP_CALLS
#define PPO_CHIP_INLINE static __attribute__((noinline, unused))
#else
#define PPO_CHIP_INLINE static inline __attribute__((always_inline))
#endif

#endif
