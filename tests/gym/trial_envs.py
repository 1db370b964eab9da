# SPDX-License-Identifier: MIT
"""Environments for the tests of the bridge: each kind of space, ends of each kind, and faults."""

import ctypes
import os
import random
import signal
import sys
import time

import gymnasium
import numpy as np
from gymnasium import spaces


class Echo(gymnasium.Env):
    """Observes what it is made with, element by element one more with each step; its reward says
    what the action was."""

    def __init__(self, observation_space, action_space, first, echo):
        self.observation_space, self.action_space = observation_space, action_space
        self.first, self.echo = first, echo

    def reset(self, seed=None, options=None):
        super().reset(seed=seed)
        self.count = 0
        return self.first(0), {}

    def step(self, action):
        self.count += 1
        return self.first(self.count), self.echo(action), False, self.count == 3, {}


def weigh(action):
    """One number that tells actions apart, and their shape and type from others."""
    action = np.asarray(action)
    weights = 10.0 ** np.arange(action.size).reshape(action.shape)
    return float(np.sum(weights * action))


VECTOR = spaces.Box(-1.0, 1.0, (2,), np.float32)
TWO = spaces.Discrete(2)


def constant(value):
    return lambda count: value


def add(name, observation_space, action_space, first, echo=weigh):
    def entry_point():
        return Echo(observation_space, action_space, first, echo)

    gymnasium.register(name, entry_point)


def vector(count):
    return np.array([count, -1], np.float32)


add("Discrete-v0", spaces.Discrete(5, start=3), spaces.Discrete(4, start=-1), lambda c: np.int64(3 + c))
add(
    "MultiDiscrete-v0",
    spaces.MultiDiscrete([3, 9]),
    spaces.MultiDiscrete([[3, 4], [5, 6]]),
    lambda c: np.array([2, c]),
    lambda action: weigh(action) if action.shape == (2, 2) else None,
)
add("MultiBinary-v0", spaces.MultiBinary((2, 2)), spaces.MultiBinary(3), lambda c: np.array([[1, 0], [0, c % 2]], np.int8))
add(
    "Image-v0",
    spaces.Box(0, 255, (4, 5, 3), np.uint8),
    TWO,
    lambda c: np.arange(60, dtype=np.uint8).reshape(4, 5, 3) + np.uint8(c),
)
add("Bits-v0", spaces.Box(0, 1, (8,), np.uint8), TWO, lambda c: np.arange(8, dtype=np.uint8) % 2)
add("Matrix-v0", spaces.Box(-9.0, 9.0, (2, 3), np.float64), spaces.Box(-2.0, 3.0, (2,), np.float64), lambda c: np.arange(6.0).reshape(2, 3) * c)
add("Scalar-v0", spaces.Box(-9.0, 9.0, (), np.float32), spaces.Box(np.float32([-1, -np.inf]), np.float32([1, np.inf])), lambda c: np.float32(c))
add(
    "Nested-v0",
    spaces.Dict(
        {
            "b": spaces.Tuple([spaces.Discrete(3, start=1), spaces.MultiBinary(2)]),
            "a": spaces.Box(-1.0, 1.0, (2, 2), np.float32),
            "c": spaces.MultiDiscrete([2, 3]),
            "d": spaces.Dict({"z": spaces.Box(0, 255, (1,), np.uint8)}),
        }
    ),
    TWO,
    lambda c: {
        "d": {"z": np.array([200], np.uint8)},
        "a": np.array([[1, 2], [3, c]], np.float32),
        "b": (2, np.array([0, 1], np.int8)),
        "c": np.array([1, 2]),
    },
)


def weigh_mixed(action):
    """NaN unless the parts are of their spaces' own types."""
    arm, mode = action["arm"], action["mode"]
    fits = type(action) is dict and type(arm) is tuple and arm[0].dtype == np.float64
    fits = fits and type(arm[1]) is np.int64 and arm[2].dtype == np.int8 and type(mode) is np.int64
    return weigh(arm[0]) + 100.0 * arm[1] + 1000.0 * weigh(arm[2]) + 1e6 * mode if fits else float("nan")


add(
    "Mixed-v0",
    VECTOR,
    spaces.Dict(
        {
            "mode": spaces.Discrete(2),
            "arm": spaces.Tuple(
                [
                    spaces.Box(-1.0, 1.0, (2,), np.float64),
                    spaces.Discrete(3, start=5),
                    spaces.MultiBinary(3),
                ]
            ),
        }
    ),
    vector,
    weigh_mixed,
)
add("Narrow-v0", VECTOR, spaces.Box(-0.1, 0.1, (1,), np.float64), vector, lambda a: float(-0.1 <= a[0] <= 0.1))
add("Half-v0", VECTOR, spaces.Box(np.float16(-0.1), np.float16(0.1), (1,), np.float16), vector, lambda a: float(a.dtype == np.float16 and np.float16(-0.1) <= a[0] <= np.float16(0.1)))
add("FarStart-v0", spaces.Discrete(3, start=2**33), spaces.Discrete(2, start=2**32), lambda c: 2**33 + c % 3, lambda a: float(int(a) - 2**32))
add("FarStarts-v0", VECTOR, spaces.MultiDiscrete([2, 3], start=[2**40, -5]), vector, lambda a: float(a[0] - 2**40 + 10 * (a[1] + 5)))
add("Gap-v0", VECTOR, spaces.Box(0.1, 0.1, (1,), np.float64), vector)
add("Text-v0", spaces.Dict({"mission": spaces.Text(9)}), TWO, constant({"mission": "go"}))
add("TextAction-v0", VECTOR, spaces.Text(9), vector)
add("FiveAxes-v0", spaces.Box(0, 1, (1, 1, 1, 1, 2)), TWO, constant(np.zeros((1, 1, 1, 1, 2))))
add("WrongShape-v0", VECTOR, TWO, lambda c: np.zeros(2 + (c > 0), np.float32))
add("WrongType-v0", VECTOR, TWO, lambda c: ["a", "b"] if c else np.zeros(2, np.float32))
add("NotANumber-v0", VECTOR, TWO, lambda c: np.array([c, np.nan if c else 0.0], np.float32))
add("OutOfRange-v0", spaces.Discrete(2), TWO, lambda c: 7 if c else 0)
PAIR = spaces.Dict({"a": TWO, "b": spaces.Tuple([VECTOR])})
add("LacksPart-v0", PAIR, TWO, lambda c: {"a": 0} if c else {"a": 0, "b": (vector(0),)})
add("ExtraPart-v0", PAIR, TWO, lambda c: {"a": 0, "b": (vector(0),), **({"c": 1} if c else {})})
add("ExtraInner-v0", PAIR, TWO, lambda c: {"a": 0, "b": (vector(0),) * (1 + (c > 0))})
add("NoParts-v0", PAIR, TWO, lambda c: None if c else {"a": 0, "b": (vector(0),)})
add("WrongPart-v0", PAIR, TWO, lambda c: {"a": 0, "b": (np.zeros(2 + (c > 0), np.float32),)})
add("TextPart-v0", PAIR, TWO, lambda c: {"a": "x" if c else 0, "b": (vector(0),)})
add("BytesAction-v0", VECTOR, spaces.Dict({"a": spaces.Box(0, 9, (2,), np.uint8)}), vector)
add("Vast-v0", spaces.Dict({"a": spaces.MultiBinary(2**29)}), TWO, constant(None))
add("WrongReward-v0", VECTOR, TWO, vector, lambda action: "much")
add("NoReward-v0", VECTOR, TWO, vector, lambda action: float("nan"))


class Sort(gymnasium.Env):
    """examples/plugin/sort.c once more."""

    def __init__(self, by_eye):
        self.by_eye = by_eye
        first = spaces.Box(0, 255, (36, 36), np.uint8) if by_eye else spaces.Discrete(3)
        weight = spaces.Box(-1.0, 1.0, (1,), np.float32)
        self.observation_space = spaces.Dict({"camera" if by_eye else "kind": first, "weight": weight})
        force = spaces.Box(-1.0, 1.0, (1,), np.float32)
        self.action_space = spaces.Dict({"force": force, "bin": spaces.Discrete(3)})

    def draw(self, count):
        self.random = (self.random * 6364136223846793005 + 1442695040888963407) % 2**64
        return (self.random >> 33) % count

    def see(self):
        self.kind = self.draw(3)
        self.weight = np.float32(self.draw(201) - 100) / np.float32(100)
        weight = np.array([self.weight], np.float32)
        if not self.by_eye:
            return {"weight": weight, "kind": self.kind}
        camera = np.zeros((36, 36), np.uint8)
        camera[12 * self.kind : 12 * self.kind + 12] = 255
        return {"camera": camera, "weight": weight}

    def reset(self, seed=None, options=None):
        super().reset(seed=seed)
        self.random = self.random if seed is None else seed
        self.parcels = 0
        return self.see(), {}

    def step(self, action):
        reward = 0.5 if action["bin"] == self.kind else 0.0
        reward += 0.5 * (1.0 - abs(float(action["force"][0]) - float(self.weight)))
        self.parcels += 1
        return self.see(), reward, self.parcels == 16, False, {}


gymnasium.register("Sort-v0", Sort, kwargs={"by_eye": False})
gymnasium.register("SortByEye-v0", Sort, kwargs={"by_eye": True})


class Flags(Echo):
    """Ends after two steps by flags of the type named."""

    kinds = {
        "int64": np.int64,
        "float32": np.float32,
        "array": lambda flag: np.array([flag]),
        "int": int,
        "bool_": np.bool_,
        "str": lambda flag: "yes" if flag else "",
        "list": lambda flag: [flag, flag] if flag else [],
    }

    def __init__(self, kind):
        super().__init__(VECTOR, TWO, vector, weigh)
        self.kind = self.kinds[kind]

    def step(self, action):
        obs, reward, _, _, info = super().step(action)
        return obs, reward, self.kind(self.count == 2), self.kind(False), info


gymnasium.register("Flags-v0", Flags)


class Picture(Echo):
    """Draws pictures of a shape and type, the n-th of another one."""

    metadata = {"render_modes": ["rgb_array"], "render_fps": 20}

    def __init__(self, shape=(4, 6, 3), dtype="uint8", wrong_at=0, render_mode=None):
        super().__init__(VECTOR, TWO, vector, weigh)
        self.shape, self.dtype, self.wrong_at, self.drawn = tuple(shape), dtype, wrong_at, 0

    def render(self):
        self.drawn += 1
        shape = (1, 1, 3) if self.drawn == self.wrong_at else self.shape
        return np.full(shape, self.drawn, self.dtype)


gymnasium.register("Picture-v0", Picture)


def broken():
    raise ValueError("this one is never made")


gymnasium.register("Broken-v0", broken)
gymnasium.register("Fails-v0", lambda: os._exit(7))

for name, wrapper in (("NextStep", gymnasium.NextStep), ("SameStep", gymnasium.SameStep)):
    gymnasium.register(
        f"CartPole{name}-v1",
        lambda wrapper=wrapper: wrapper(gymnasium.TimeLimit(gymnasium.CartPole(), 500)),
        reward_threshold=475.0,
    )


class Faulty(gymnasium.CartPole):
    """CartPole that breaks down about every `every` steps, in one of the ways in `kinds`."""

    kinds = "segv kill stop exit sysexit raise garbage"

    def __init__(self, every=1000, kinds=kinds, resets=False):
        super().__init__()
        self.chance, self.kinds, self.resets = 1.0 / every, kinds.split(), resets
        self.dice = random.Random(os.urandom(8))

    def fault(self):
        kind = self.dice.choice(self.kinds)
        print(f"fault: {kind}", file=sys.stderr, flush=True)
        if kind == "segv":
            ctypes.string_at(0)
        if kind == "kill":
            os.kill(os.getpid(), signal.SIGKILL)
        if kind == "stop":
            os.kill(os.getpid(), signal.SIGSTOP)
        if kind == "hang":
            time.sleep(1000)
        if kind == "exit":
            os._exit(3)
        if kind == "sysexit":
            sys.exit(3)
        if kind == "raise":
            raise ValueError("out of order")
        return self.dice.choice(
            [
                (np.full(4, np.nan, np.float32), 1.0, False, False, {}),
                (np.zeros(5, np.float32), 1.0, False, False, {}),
                (np.zeros(4, np.float32), "much", False, False, {}),
                (np.zeros(4, np.float32), 1.0, "no", False, {}),
                (np.zeros(4, np.float32), float("inf"), False, False, {}),
                (None, 1.0, False, False, {}),
                None,
            ]
        )

    def reset(self, seed=None, options=None):
        if self.resets and self.dice.random() < self.chance:
            self.fault()
        return super().reset(seed=seed)

    def step(self, action):
        if not self.resets and self.dice.random() < self.chance:
            return self.fault()
        return super().step(action)


gymnasium.register("Faulty-v0", Faulty, max_episode_steps=500, reward_threshold=475.0)
