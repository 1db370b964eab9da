// SPDX-License-Identifier: MIT
// libppo: proximal policy optimization in C. This header includes all the others.
//
//   base.h     status codes, errors, version
//   space.h    observation and action spaces
//   env.h      the environment interface and the built-in environments
//   env_options.h  what each family of environments is told when it is opened
//   plugin.h   environments in shared objects of one's own
//   check.h    finding faults in an environment
//   atari.h    an Atari 2600 and its games, without any learning
//   rom.h      finding cartridges
//   random.h   NumPy's random generator, for environments
//   config.h   every setting; presets; YAML
//   vec.h      environments side by side, without any learning
//   ranks.h    several processes that compute one training
//   trainer.h  training, one iteration at a time
//   agent.h    a trained policy that acts and is evaluated
//   render.h   an agent's episode, frame by frame
//   window.h   a window for pictures
//   run.h      run directories, checkpoints, resuming
//   film.h     films of agents
//   plot.h     learning curves as pictures
//   statistics.h  median and interquartile mean over seeds
//   bench.h    measuring this machine and environments; build information
//   abi.h      how structs lie in memory, for other languages
#ifndef PPO_H
#define PPO_H

#include "ppo/base.h"
#include "ppo/space.h"
#include "ppo/env.h"
#include "ppo/env_options.h"
#include "ppo/plugin.h"
#include "ppo/check.h"
#include "ppo/atari.h"
#include "ppo/rom.h"
#include "ppo/random.h"
#include "ppo/config.h"
#include "ppo/vec.h"
#include "ppo/ranks.h"
#include "ppo/trainer.h"
#include "ppo/agent.h"
#include "ppo/render.h"
#include "ppo/window.h"
#include "ppo/run.h"
#include "ppo/film.h"
#include "ppo/plot.h"
#include "ppo/statistics.h"
#include "ppo/bench.h"
#include "ppo/abi.h"

#endif
