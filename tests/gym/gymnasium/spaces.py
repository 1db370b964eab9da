# SPDX-License-Identifier: MIT
"""The spaces: what they are made of, and no more."""

import numpy as np


class Space:
    shape, dtype = (), np.int64


class Box(Space):
    def __init__(self, low, high, shape=None, dtype=np.float32):
        self.shape = tuple(shape) if shape is not None else np.shape(low)
        self.dtype = np.dtype(dtype)
        self.low = np.broadcast_to(np.asarray(low, self.dtype), self.shape)
        self.high = np.broadcast_to(np.asarray(high, self.dtype), self.shape)

    def sample(self):
        return np.random.uniform(-1, 1, self.shape).astype(self.dtype)


class Discrete(Space):
    def __init__(self, n, start=0):
        self.n, self.start, self.dtype = n, start, np.dtype(np.int64)

    def sample(self):
        return self.start + np.random.randint(self.n)


class MultiDiscrete(Space):
    def __init__(self, nvec, start=None):
        self.nvec = np.asarray(nvec, np.int64)
        self.start = np.zeros_like(self.nvec) if start is None else np.asarray(start)
        self.shape, self.dtype = self.nvec.shape, np.dtype(np.int64)


class MultiBinary(Space):
    def __init__(self, n):
        self.n = n
        self.shape = (n,) if isinstance(n, int) else tuple(n)
        self.dtype = np.dtype(np.int8)


class Tuple(Space):
    def __init__(self, spaces):
        self.spaces = tuple(spaces)


class Dict(Space):
    """Sorts a plain dict's keys, as Gymnasium does."""

    def __init__(self, spaces):
        self.spaces = dict(sorted(spaces.items()))


class Text(Space):
    def __init__(self, max_length):
        self.max_length = max_length
