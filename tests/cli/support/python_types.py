# SPDX-License-Identifier: MIT
"""A program for a type checker (tests/cli/python_types.sh), which never runs. Where a line is wrong
on purpose, its remark says how; mypy complains about remarks that are not needed."""

from pathlib import Path
from typing import Any, Dict, Optional, Tuple

import numpy as np
import numpy.typing as npt

import ppo

agent: ppo.Agent = ppo.load(Path("run"), seed=3)
action, state = agent.predict(np.zeros(4), None, np.ones(1), deterministic=True)
memory: Optional[Tuple[npt.NDArray[Any], ...]] = state
returns: Dict[str, Any] = agent.evaluate(5, seed=2)
env_id: str = agent.env_id
digest: str = agent.hash
env: ppo.Env = agent.make(render_mode="rgb_array", frame_skip=2)
obs, info = env.reset(seed=1)
obs, reward, terminated, truncated, info = env.step(0)
total: float = reward
ended: bool = terminated or truncated
envs: ppo.VectorEnv = ppo.make_vec("CartPole-v1", 4, copy=False, max_episode_steps=9)
count: int = envs.num_envs
obs, infos = envs.reset(seed=[1, 2, 3, 4])


def stop(stats: Dict[str, Any]) -> bool:
    return bool(stats["iteration"] == 3)


training: ppo.Training = ppo.train("CartPole-v1", on_iteration=stop, total_timesteps=100)
again: ppo.Agent = training.load()

number: int = agent.hash  # type: ignore[assignment]
agent.evaluate("five")  # type: ignore[arg-type]
agent.predict(np.zeros(4), deterministic=True, mask=1)  # type: ignore[call-arg]
ppo.make(7)  # type: ignore[arg-type]
ppo.train("CartPole-v1", on_iteration=3)  # type: ignore[arg-type]
