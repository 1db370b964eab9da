# SPDX-License-Identifier: MIT
"""A small module with Gymnasium's interface, for the tests of the bridge where that is missing.

Written from Gymnasium's documentation: spaces, make and register, a time limit, and CartPole as
src/env/classic/cartpole.c computes it. Nothing else of the real one is here.
"""

import importlib
import math

import numpy as np

from . import error, spaces

__version__ = "tests"
registry = {}


class Spec:
    def __init__(self, id, entry_point, max_episode_steps=None, reward_threshold=None, kwargs=None):
        self.id, self.entry_point = id, entry_point
        self.max_episode_steps, self.reward_threshold = max_episode_steps, reward_threshold
        self.kwargs = kwargs or {}


class Env:
    metadata = {"render_modes": []}
    spec = None
    render_mode = None
    random = None

    def reset(self, seed=None, options=None):
        if seed is not None or self.random is None:
            self.random = np.random.Generator(np.random.PCG64(np.random.SeedSequence(seed)))

    def close(self):
        pass


class Wrapper:
    def __init__(self, env):
        self.env = env

    def __getattr__(self, name):
        return getattr(self.env, name)

    def reset(self, seed=None, options=None):
        return self.env.reset(seed=seed, options=options)

    def step(self, action):
        return self.env.step(action)


class TimeLimit(Wrapper):
    def __init__(self, env, max_episode_steps):
        super().__init__(env)
        self.limit, self.count = max_episode_steps, 0

    def reset(self, seed=None, options=None):
        self.count = 0
        return super().reset(seed, options)

    def step(self, action):
        obs, reward, terminated, truncated, info = self.env.step(action)
        self.count += 1
        return obs, reward, terminated, truncated or self.count >= self.limit, info


class NextStep(Wrapper):
    """Resets itself in the step that follows an end: Gymnasium's AutoresetMode.NEXT_STEP."""

    ended = False

    def reset(self, seed=None, options=None):
        self.ended = False
        return super().reset(seed, options)

    def step(self, action):
        if self.ended:
            obs, info = self.reset()
            return obs, 0.0, False, False, info
        result = self.env.step(action)
        self.ended = result[2] or result[3]
        return result


class SameStep(Wrapper):
    """Resets itself in the step that ends: Gymnasium's AutoresetMode.SAME_STEP."""

    def step(self, action):
        obs, reward, terminated, truncated, info = self.env.step(action)
        if terminated or truncated:
            last, (obs, info) = obs, self.env.reset()
            info = {**info, "final_obs": last}
        return obs, reward, terminated, truncated, info


class CartPole(Env):
    metadata = {"render_modes": ["rgb_array"], "render_fps": 50}

    def __init__(self, render_mode=None):
        high = np.array([4.8, math.inf, 24 * math.pi / 180, math.inf], np.float32)
        self.observation_space = spaces.Box(-high, high, dtype=np.float32)
        self.action_space = spaces.Discrete(2)
        self.render_mode = render_mode

    def observe(self):
        return np.array(self.state, np.float32)

    def reset(self, seed=None, options=None):
        super().reset(seed=seed)
        self.state = tuple(float(self.random.uniform(-0.05, 0.05)) for _ in range(4))
        return self.observe(), {}

    def step(self, action):
        x, x_dot, theta, theta_dot = self.state
        force = 10.0 if action == 1 else -10.0
        sine, cosine = math.sin(theta), math.cos(theta)
        temp = (force + 0.1 * 0.5 * (theta_dot * theta_dot) * sine) / (0.1 + 1.0)
        theta_acc = (9.8 * sine - cosine * temp) / (
            0.5 * (4.0 / 3.0 - 0.1 * (cosine * cosine) / (0.1 + 1.0))
        )
        x_acc = temp - 0.1 * 0.5 * theta_acc * cosine / (0.1 + 1.0)
        x, x_dot = x + 0.02 * x_dot, x_dot + 0.02 * x_acc
        theta, theta_dot = theta + 0.02 * theta_dot, theta_dot + 0.02 * theta_acc
        self.state = x, x_dot, theta, theta_dot
        terminated = abs(x) > 2.4 or abs(theta) > 12 * 2 * math.pi / 360
        return self.observe(), 1.0, terminated, False, {}

    def render(self):
        picture = np.zeros((40, 60, 3), np.uint8)
        picture[:, int(30 + 10 * self.state[0]) % 60] = (255, 128, 64)
        return picture


def register(id, entry_point, **kwargs):
    registry[id] = Spec(id, entry_point, **kwargs)


def make(id, max_episode_steps=None, **kwargs):
    module, _, name = id.rpartition(":")
    if module:
        importlib.import_module(module)
    if name not in registry:
        raise error.NameNotFound(f"Environment `{name}` doesn't exist.")
    spec = registry[name]
    env = spec.entry_point(**{**spec.kwargs, **kwargs})
    limit = max_episode_steps or spec.max_episode_steps
    env.spec = Spec(id, spec.entry_point, limit, spec.reward_threshold)
    return TimeLimit(env, limit) if limit else env


register("CartPole-v1", CartPole, max_episode_steps=500, reward_threshold=475.0)
