# SPDX-License-Identifier: MIT
"""libppo in Python: trained agents that act, environments side by side, training.

    import ppo

    agent = ppo.load("runs/CartPole-v1/seed-1")
    envs = ppo.make_vec("CartPole-v1", 8, seed=1)
    obs, infos = envs.reset()
    obs, rewards, terminations, truncations, infos = envs.step(agent.act(obs))

docs/python.md is the guide. Nothing here is compiled: the functions are those of libppo.so, which
is looked for when this package is imported (PPO_LIBRARY names it where that fails).
"""

from ._library import (
    Error,
    InvalidError,
    NotFoundError,
    UnsupportedError,
    library_path,
    version,
)
from .agent import Agent, load
from .config import envs, options
from .environment import Env, make
from .training import Training, train
from .vector import VectorEnv, make_vec

__version__ = version
__all__ = [
    "Agent",
    "Env",
    "Error",
    "InvalidError",
    "NotFoundError",
    "Training",
    "UnsupportedError",
    "VectorEnv",
    "envs",
    "library_path",
    "load",
    "make",
    "make_vec",
    "options",
    "train",
]
