// SPDX-License-Identifier: MIT
// A callback for all accesses of the processor: how access_trace.c sees them.
#ifndef PPO_ATARI_BUS_OBSERVER_H
#define PPO_ATARI_BUS_OBSERVER_H

#include <stdbool.h>
#include <stdint.h>

// One read or write on the bus; fetching an instruction reads too.
typedef struct ppo_bus_access {
    uint32_t address; // 16 bits
    uint32_t cycles;  // when, since the frame began
    bool is_write;
    bool is_alone; // a write that does not follow or precede another one of the same instruction
    uint8_t value; // of a write
} ppo_bus_access;

// Called before each access.
typedef struct ppo_bus_observer {
    void (*access)(void *context, const ppo_bus_access *access);
    void *context;
} ppo_bus_observer;

#endif
