# SPDX-License-Identifier: MIT
"""Spaces: Gymnasium's where it can be imported, else small ones of the same names and meaning."""

import enum

import numpy as np

from ._library import UnsupportedError

try:
    import gymnasium
    from gymnasium.spaces import Box, Discrete, MultiBinary, MultiDiscrete
    from gymnasium.vector import AutoresetMode
    from gymnasium.vector import VectorEnv as VectorEnvBase
    from gymnasium.vector.utils import batch_space
except ImportError:
    gymnasium = None

if gymnasium is None:

    class AutoresetMode(enum.Enum):
        """What happens at an episode's end."""

        NEXT_STEP = "NextStep"
        SAME_STEP = "SameStep"
        DISABLED = "Disabled"

    class Space:
        """A set of values that can be drawn from."""

        def __init__(self, shape, dtype):
            self.shape = tuple(shape)
            self.dtype = np.dtype(dtype)
            self._random = None

        def seed(self, seed=None):
            self._random = np.random.default_rng(seed)
            return seed

        @property
        def np_random(self):
            if self._random is None:
                self.seed()
            return self._random

        def __contains__(self, value):
            return self.contains(value)

        def __eq__(self, other):
            return type(self) is type(other) and repr(self) == repr(other)

        __hash__ = None

    class Box(Space):
        """Arrays of numbers between two bounds."""

        def __init__(self, low, high, shape=None, dtype=np.float32):
            super().__init__(np.shape(low) if shape is None else shape, dtype)
            self.low = np.broadcast_to(np.asarray(low, dtype), self.shape)
            self.high = np.broadcast_to(np.asarray(high, dtype), self.shape)

        def sample(self):
            random = self.np_random
            if self.dtype.kind != "f":
                return random.integers(self.low, self.high, self.shape, self.dtype, endpoint=True)
            low, high = np.isfinite(self.low), np.isfinite(self.high)
            drawn = random.normal(size=self.shape)
            drawn = np.where(low & ~high, self.low + random.exponential(size=self.shape), drawn)
            drawn = np.where(high & ~low, self.high - random.exponential(size=self.shape), drawn)
            between = random.uniform(
                np.where(low & high, self.low, 0), np.where(low & high, self.high, 1)
            )
            return np.where(low & high, between, drawn).astype(self.dtype)

        def contains(self, value):
            value = np.asarray(value)
            return bool(
                np.can_cast(value.dtype, self.dtype)
                and value.shape == self.shape
                and np.all(value >= self.low)
                and np.all(value <= self.high)
            )

        def __eq__(self, other):
            return (
                isinstance(other, Box)
                and self.dtype == other.dtype
                and np.array_equal(self.low, other.low)
                and np.array_equal(self.high, other.high)
            )

        __hash__ = None

        def __repr__(self):
            return "Box(%s, %s, %s, %s)" % (
                self.low.min(),
                self.high.max(),
                self.shape,
                self.dtype,
            )

    class Discrete(Space):
        """One of the integers 0 to n - 1."""

        def __init__(self, n):
            super().__init__((), np.int64)
            self.n = np.int64(n)
            self.start = np.int64(0)

        def sample(self):
            return self.np_random.integers(self.n)

        def contains(self, value):
            value = np.asarray(value)
            return value.dtype.kind in "iu" and value.shape == () and bool(0 <= value < self.n)

        def __repr__(self):
            return "Discrete(%d)" % self.n

    class MultiDiscrete(Space):
        """Integers, each below its own number."""

        def __init__(self, nvec):
            self.nvec = np.asarray(nvec, np.int64)
            super().__init__(self.nvec.shape, np.int64)

        def sample(self):
            return self.np_random.integers(self.nvec)

        def contains(self, value):
            value = np.asarray(value)
            inside = value.dtype.kind in "iu" and value.shape == self.shape
            return bool(inside and np.all(value >= 0) and np.all(value < self.nvec))

        def __repr__(self):
            return "MultiDiscrete(%s)" % (self.nvec.tolist(),)

    class MultiBinary(Space):
        """Zeroes and ones."""

        def __init__(self, n):
            super().__init__((n,) if np.ndim(n) == 0 else n, np.int8)
            self.n = n

        def sample(self):
            return self.np_random.integers(0, 2, self.shape, np.int8)

        def contains(self, value):
            value = np.asarray(value)
            return value.shape == self.shape and bool(np.all((value == 0) | (value == 1)))

        def __repr__(self):
            return "MultiBinary(%s)" % (self.n,)

    class VectorEnvBase:
        """What gymnasium.vector.VectorEnv gives to its subclasses, as far as it is used here."""

        metadata = {}
        spec = None
        render_mode = None
        closed = False

        def reset(self, *, seed=None, options=None):
            pass

        def close(self, **kwargs):
            if not self.closed:
                self.close_extras(**kwargs)
                self.closed = True

        @property
        def unwrapped(self):
            return self

        def __del__(self):
            if not getattr(self, "closed", True):
                self.close()

    def batch_space(space, n):
        """The space of n values of a space."""
        if isinstance(space, Box):
            low, high = (np.repeat(bound[None], n, 0) for bound in (space.low, space.high))
            return Box(low, high, None, space.dtype)
        if isinstance(space, Discrete):
            return MultiDiscrete(np.full(n, space.n))
        if isinstance(space, MultiDiscrete):
            return MultiDiscrete(np.repeat(space.nvec[None], n, 0))
        return Box(0, 1, (n, *space.shape), np.int8)


_BOX, _DISCRETE, _MULTI_DISCRETE, _MULTI_BINARY = range(4)
_DTYPES = {0: np.float32, 2: np.uint8, 3: np.int32}  # ppo_dtype


def _bounds(pointer, shape, otherwise, dtype):
    size = int(np.prod(shape))
    if not pointer:
        return np.full(shape, otherwise, dtype)
    return np.ctypeslib.as_array(pointer, (size,)).astype(dtype).reshape(shape)


class Values:
    """How values of a ppo_space lie in memory, and the space that Python sees.

    With stack > 1 a value is that many of them, one after another.
    """

    def __init__(self, c_space, stack=1):
        if c_space.dtype not in _DTYPES:
            raise UnsupportedError("a space of type %d is not known here" % c_space.dtype, 10)
        shape = tuple(c_space.shape[: c_space.rank])
        leading = (stack,) if stack > 1 else ()
        self.dtype = np.dtype(_DTYPES[c_space.dtype])
        self.is_discrete = c_space.kind == _DISCRETE and stack == 1
        self.shape = () if self.is_discrete else leading + shape
        if c_space.kind == _DISCRETE and stack > 1:
            self.shape = leading
        self.bytes = int(np.prod(self.shape, dtype=np.int64)) * self.dtype.itemsize
        self.space = self._space(c_space, leading, shape)
        # Values of each component, which is what masks speak of; none of a box.
        size = int(np.prod(shape))
        self.num_values = [c_space.num_values[i] for i in range(size)] if c_space.num_values else []
        if c_space.kind == _MULTI_BINARY:
            self.num_values = [2] * size
        self.seen_dtype = np.dtype(self.space.dtype)

    def _space(self, c_space, leading, shape):
        size = int(np.prod(shape))
        if c_space.kind == _BOX:
            is_float = self.dtype.kind == "f"
            low = _bounds(c_space.low, shape, -np.inf if is_float else 0, self.dtype)
            high = _bounds(c_space.high, shape, np.inf if is_float else 255, self.dtype)
            whole = leading + shape
            return Box(
                np.broadcast_to(low, whole).copy(),
                np.broadcast_to(high, whole).copy(),
                dtype=self.dtype.type,
            )
        if c_space.kind == _MULTI_BINARY:
            return MultiBinary(leading + shape if leading else size)
        nvec = np.array([c_space.num_values[i] for i in range(size)], np.int64)
        if self.is_discrete:
            return Discrete(int(nvec[0]))
        if c_space.kind == _DISCRETE:
            return MultiDiscrete(np.full(leading, nvec[0]))
        return MultiDiscrete(np.broadcast_to(nvec, leading + shape).copy())

    def empty(self, count):
        return np.empty((count, *self.shape), self.dtype)

    def shown(self, array):
        """The array in the space's type, itself if it is that already."""
        return array if array.dtype == self.seen_dtype else array.astype(self.seen_dtype)

    def taken_masks(self, masks, count):
        """Action masks [count, M] as the library reads them."""
        size = sum(self.num_values)
        if not size:
            raise ValueError("actions of %s have no masks" % (self.space,))
        masks = np.ascontiguousarray(np.asarray(masks) != 0, np.uint8)
        if masks.shape != (count, size) and not (count == 1 and masks.shape == (size,)):
            raise ValueError("action masks have shape %s, not %s" % (masks.shape, (count, size)))
        masks = masks.reshape(count, size)
        ends = np.cumsum([0, *self.num_values[:-1]])
        if count and not np.logical_or.reduceat(masks, ends, axis=1).all():
            raise ValueError("an action mask allows no value of an action")
        return masks

    def taken(self, values, what):
        """Values as the library reads them; TypeError if that would change them."""
        array = np.asarray(values)
        if array.dtype == self.dtype or array.dtype.kind in "biu" and self.dtype.kind == "f":
            pass
        elif self.dtype.kind == "f" and array.dtype.kind == "f":
            pass
        elif array.dtype.kind in "biu":
            limits = np.iinfo(self.dtype)
            if array.size and not (limits.min <= array.min() and array.max() <= limits.max):
                raise ValueError("%s: integers beyond %s" % (what, self.dtype))
        else:
            raise TypeError("%s: %s, not %s" % (what, array.dtype, self.dtype))
        return np.ascontiguousarray(array, self.dtype)
