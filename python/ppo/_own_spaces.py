# SPDX-License-Identifier: MIT
"""Small spaces and base classes of Gymnasium's names and meaning, for where it is not installed."""

from __future__ import annotations

import enum
import typing
from typing import Any, Optional, Sequence, Union

import numpy as np
import numpy.typing as npt


class AutoresetMode(enum.Enum):
    """What happens at an episode's end."""

    NEXT_STEP = "NextStep"
    SAME_STEP = "SameStep"
    DISABLED = "Disabled"


class Space:
    """A set of values that can be drawn from."""

    def __init__(self, shape: typing.Tuple[int, ...], dtype: npt.DTypeLike) -> None:
        self.shape = tuple(shape)
        self.dtype: np.dtype[Any] = np.dtype(dtype)
        self._random: Optional[np.random.Generator] = None

    def seed(self, seed: Optional[int] = None) -> Optional[int]:
        self._random = np.random.default_rng(seed)
        return seed

    @property
    def np_random(self) -> np.random.Generator:
        if self._random is None:
            self._random = np.random.default_rng()
        return self._random

    def contains(self, value: Any) -> bool:
        raise NotImplementedError

    def __contains__(self, value: Any) -> bool:
        return self.contains(value)

    def __eq__(self, other: object) -> bool:
        return type(self) is type(other) and repr(self) == repr(other)

    __hash__ = None  # type: ignore[assignment]


class Box(Space):
    """Arrays of numbers between two bounds."""

    def __init__(
        self,
        low: npt.ArrayLike,
        high: npt.ArrayLike,
        shape: Optional[typing.Tuple[int, ...]] = None,
        dtype: npt.DTypeLike = np.float32,
    ) -> None:
        super().__init__(np.shape(low) if shape is None else shape, dtype)
        self.low = np.broadcast_to(np.asarray(low, dtype), self.shape)
        self.high = np.broadcast_to(np.asarray(high, dtype), self.shape)

    def sample(self) -> npt.NDArray[Any]:
        random = self.np_random
        if self.dtype.kind != "f":
            drawn: npt.NDArray[Any] = random.integers(
                self.low, self.high, self.shape, self.dtype, endpoint=True
            )
            return drawn
        low, high = np.isfinite(self.low), np.isfinite(self.high)
        drawn = random.normal(size=self.shape)
        drawn = np.where(low & ~high, self.low + random.exponential(size=self.shape), drawn)
        drawn = np.where(high & ~low, self.high - random.exponential(size=self.shape), drawn)
        between = random.uniform(
            np.where(low & high, self.low, 0), np.where(low & high, self.high, 1)
        )
        return np.where(low & high, between, drawn).astype(self.dtype)

    def contains(self, value: Any) -> bool:
        value = np.asarray(value)
        return bool(
            np.can_cast(value.dtype, self.dtype)
            and value.shape == self.shape
            and np.all(value >= self.low)
            and np.all(value <= self.high)
        )

    def __eq__(self, other: object) -> bool:
        return (
            isinstance(other, Box)
            and self.dtype == other.dtype
            and np.array_equal(self.low, other.low)
            and np.array_equal(self.high, other.high)
        )

    __hash__ = None  # type: ignore[assignment]

    def __repr__(self) -> str:
        return "Box(%s, %s, %s, %s)" % (self.low.min(), self.high.max(), self.shape, self.dtype)


class Discrete(Space):
    """One of the integers 0 to n - 1."""

    def __init__(self, n: int) -> None:
        super().__init__((), np.int64)
        self.n = np.int64(n)
        self.start = np.int64(0)

    def sample(self) -> np.int64:
        return np.int64(self.np_random.integers(self.n))

    def contains(self, value: Any) -> bool:
        value = np.asarray(value)
        return value.dtype.kind in "iu" and value.shape == () and bool(0 <= value < self.n)

    def __repr__(self) -> str:
        return "Discrete(%d)" % self.n


class MultiDiscrete(Space):
    """Integers, each below its own number."""

    def __init__(self, nvec: npt.ArrayLike) -> None:
        self.nvec = np.asarray(nvec, np.int64)
        super().__init__(self.nvec.shape, np.int64)

    def sample(self) -> npt.NDArray[np.int64]:
        return self.np_random.integers(self.nvec)

    def contains(self, value: Any) -> bool:
        value = np.asarray(value)
        inside = value.dtype.kind in "iu" and value.shape == self.shape
        return bool(inside and np.all(value >= 0) and np.all(value < self.nvec))

    def __repr__(self) -> str:
        return "MultiDiscrete(%s)" % (self.nvec.tolist(),)


class MultiBinary(Space):
    """Zeroes and ones."""

    def __init__(self, n: Union[int, typing.Tuple[int, ...]]) -> None:
        super().__init__(n if isinstance(n, tuple) else (n,), np.int8)
        self.n = n

    def sample(self) -> npt.NDArray[np.int8]:
        return self.np_random.integers(0, 2, self.shape, np.int8)

    def contains(self, value: Any) -> bool:
        value = np.asarray(value)
        return value.shape == self.shape and bool(np.all((value == 0) | (value == 1)))

    def __repr__(self) -> str:
        return "MultiBinary(%s)" % (self.n,)


class Tuple(Space):
    """A value of each of several spaces."""

    def __init__(self, spaces: Sequence[Any]) -> None:
        super().__init__((), np.object_)
        self.spaces = tuple(spaces)

    def seed(self, seed: Any = None) -> Any:
        for i, space in enumerate(self.spaces):
            space.seed(None if seed is None else seed + i)
        return seed

    def sample(self) -> Any:
        return tuple(space.sample() for space in self.spaces)

    def contains(self, value: Any) -> bool:
        return (
            isinstance(value, tuple)
            and len(value) == len(self.spaces)
            and all(space.contains(part) for space, part in zip(self.spaces, value))
        )

    def __getitem__(self, i: int) -> Any:
        return self.spaces[i]

    def __len__(self) -> int:
        return len(self.spaces)

    def __repr__(self) -> str:
        return "Tuple(%s)" % ", ".join(map(repr, self.spaces))


class Dict(Space):
    """A value of each of several spaces, by keys in their order."""

    def __init__(self, spaces: Any) -> None:
        super().__init__((), np.object_)
        self.spaces = dict(spaces)

    def seed(self, seed: Any = None) -> Any:
        for i, space in enumerate(self.spaces.values()):
            space.seed(None if seed is None else seed + i)
        return seed

    def sample(self) -> Any:
        return {key: space.sample() for key, space in self.spaces.items()}

    def contains(self, value: Any) -> bool:
        return (
            isinstance(value, dict)
            and value.keys() == self.spaces.keys()
            and all(space.contains(value[key]) for key, space in self.spaces.items())
        )

    def __getitem__(self, key: str) -> Any:
        return self.spaces[key]

    def keys(self) -> Any:
        return self.spaces.keys()

    def __len__(self) -> int:
        return len(self.spaces)

    def __repr__(self) -> str:
        return "Dict(%s)" % ", ".join("%r: %r" % item for item in self.spaces.items())


class Env:
    """What gymnasium.Env gives to its subclasses, as far as it is used here."""

    metadata: typing.Dict[str, Any] = {}
    spec: Any = None
    render_mode: Optional[str] = None

    def reset(
        self, *, seed: Optional[int] = None, options: Optional[typing.Dict[str, Any]] = None
    ) -> Any:
        pass

    def close(self) -> None:
        pass

    @property
    def unwrapped(self) -> Any:
        return self

    def __enter__(self) -> Any:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


class VectorEnv:
    """What gymnasium.vector.VectorEnv gives to its subclasses, as far as it is used here."""

    metadata: typing.Dict[str, Any] = {}
    spec: Any = None
    render_mode: Optional[str] = None
    closed = False

    def reset(self, *, seed: Any = None, options: Optional[typing.Dict[str, Any]] = None) -> Any:
        pass

    def close_extras(self, **kwargs: Any) -> None:
        pass

    def close(self, **kwargs: Any) -> None:
        if not self.closed:
            self.close_extras(**kwargs)
            self.closed = True

    @property
    def unwrapped(self) -> Any:
        return self

    def __del__(self) -> None:
        if not getattr(self, "closed", True):
            self.close()


def batch_space(space: Any, n: int) -> Any:
    """The space of n values of a space."""
    if isinstance(space, Box):
        low, high = (np.repeat(bound[None], n, 0) for bound in (space.low, space.high))
        return Box(low, high, None, space.dtype)
    if isinstance(space, Discrete):
        return MultiDiscrete(np.full(n, space.n))
    if isinstance(space, MultiDiscrete):
        return MultiDiscrete(np.repeat(space.nvec[None], n, 0))
    if isinstance(space, Tuple):
        return Tuple([batch_space(part, n) for part in space.spaces])
    if isinstance(space, Dict):
        return Dict({key: batch_space(part, n) for key, part in space.spaces.items()})
    return Box(0, 1, (n, *space.shape), np.int8)
