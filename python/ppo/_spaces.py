# SPDX-License-Identifier: MIT
"""Spaces: Gymnasium's where it can be imported, else small ones of the same names and meaning."""

from __future__ import annotations

import typing
from typing import Any, Iterable, List

import numpy as np
import numpy.typing as npt

from ._library import CSpace, UnsupportedError

try:
    from gymnasium import Env as EnvBase
    from gymnasium.spaces import Box, Dict, Discrete, MultiBinary, MultiDiscrete, Tuple
    from gymnasium.vector import AutoresetMode
    from gymnasium.vector import VectorEnv as VectorEnvBase
    from gymnasium.vector.utils import batch_space
except ImportError:
    from ._own_spaces import (  # type: ignore[assignment]
        AutoresetMode,
        Box,
        Dict,
        Discrete,
        MultiBinary,
        MultiDiscrete,
        Tuple,
        batch_space,
    )
    from ._own_spaces import Env as EnvBase  # type: ignore[assignment]
    from ._own_spaces import VectorEnv as VectorEnvBase  # type: ignore[assignment]

__all__ = [
    "AutoresetMode",
    "Dict",
    "EnvBase",
    "Tuple",
    "Values",
    "VectorEnvBase",
    "batch_space",
]

_BOX, _DISCRETE, _MULTI_DISCRETE, _MULTI_BINARY, TUPLE, DICT = range(6)
_DTYPES = {0: np.float32, 2: np.uint8, 3: np.int32}  # ppo_dtype

Array = npt.NDArray[Any]


def _bounds(pointer: Any, shape: typing.Tuple[int, ...], otherwise: float, dtype: Any) -> Array:
    size = int(np.prod(shape))
    if not pointer:
        return np.full(shape, otherwise, dtype)
    return np.ctypeslib.as_array(pointer, (size,)).astype(dtype).reshape(shape)


class Values:
    """How values of a ppo_space lie in memory, and the space that Python sees.

    With stack > 1 a value is that many of them, one after another.
    """

    def __init__(self, c_space: CSpace, stack: int = 1) -> None:
        if c_space.dtype not in _DTYPES:
            raise UnsupportedError("a space of type %d is not known here" % c_space.dtype, 10)
        shape = tuple(c_space.shape[: c_space.rank])
        leading = (stack,) if stack > 1 else ()
        self.dtype: np.dtype[Any] = np.dtype(_DTYPES[c_space.dtype])
        self.is_discrete = c_space.kind == _DISCRETE and stack == 1
        self.shape: typing.Tuple[int, ...] = () if self.is_discrete else leading + shape
        if c_space.kind == _DISCRETE and stack > 1:
            self.shape = leading
        self.bytes = int(np.prod(self.shape, dtype=np.int64)) * self.dtype.itemsize
        self.space = self._space(c_space, leading, shape)
        # Values of each component, which is what masks speak of; none of a box.
        self.size = size = int(np.prod(shape))
        self.num_values: List[int] = (
            [c_space.num_values[i] for i in range(size)] if c_space.num_values else []
        )
        if c_space.kind == _MULTI_BINARY:
            self.num_values = [2] * size
        self.seen_dtype: np.dtype[Any] = np.dtype(self.space.dtype)

    def _space(self, c_space: CSpace, leading: typing.Tuple[int, ...], shape: typing.Tuple[int, ...]) -> Any:
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

    def empty(self, count: int) -> Array:
        return np.empty((count, *self.shape), self.dtype)

    def shown(self, array: Array) -> Array:
        """The array in the space's type, itself if it is that already."""
        return array if array.dtype == self.seen_dtype else array.astype(self.seen_dtype)

    def at(self, shown: Array, i: int) -> Any:
        """Value number i of what `shown` gives."""
        return shown[i]

    def one(self, value: npt.ArrayLike, what: str) -> Array:
        """A batch of one value."""
        if np.shape(value) != self.shape:
            raise ValueError("%s has shape %s, not %s" % (what, np.shape(value), self.shape))
        return np.asarray(value)[None]

    def put(self, array: Array, values: npt.ArrayLike, what: str) -> None:
        """A batch of values into an array that the library reads."""
        if np.shape(values) != array.shape:
            raise ValueError("%s have shape %s, not %s" % (what, np.shape(values), array.shape))
        np.copyto(array, values, casting="same_kind")

    def batch(self, values: npt.ArrayLike, what: str, wants: str) -> typing.Tuple[Array, bool]:
        """A value or a batch of values as the library reads it, and which of the two it is."""
        array, rank = self.taken(values, what), len(self.shape)
        if array.shape[array.ndim - rank :] != self.shape or array.ndim - rank not in (0, 1):
            raise ValueError("%s have shape %s; %s" % (what, array.shape, wants % (self.shape,)))
        is_single = array.ndim == rank
        return (array[None] if is_single else array), is_single

    def taken_masks(self, masks: npt.ArrayLike, count: int) -> npt.NDArray[np.uint8]:
        """Action masks [count, M] as the library reads them."""
        return check_masks(self.space, self.num_values, None, masks, count)

    def taken(self, values: npt.ArrayLike, what: str) -> Array:
        """Values as the library reads them; TypeError if that would change them, ValueError for
        numbers that are none."""
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
        with np.errstate(over="ignore"):  # what a float32 can't hold is infinite, and refused
            array = np.ascontiguousarray(array, self.dtype).reshape(array.shape)
        if self.dtype.kind == "f" and not np.isfinite(array).all():
            at = np.argwhere(~np.isfinite(array))[0]
            raise ValueError(
                "%s: element %s is %s; an agent can't act on that"
                % (what, _index_text(at), array[tuple(at)])
            )
        return array


def check_masks(
    space: Any, num_values: List[int], real: Any, masks: npt.ArrayLike, count: int
) -> npt.NDArray[np.uint8]:
    """Action masks [count, sum of num_values]; the places `real` mean nothing."""
    size = sum(num_values)
    if not size:
        raise ValueError("actions of %s have no masks" % (space,))
    array = np.ascontiguousarray(np.asarray(masks) != 0, np.uint8)
    if array.shape != (count, size) and not (count == 1 and array.shape == (size,)):
        raise ValueError("action masks have shape %s, not %s" % (array.shape, (count, size)))
    array = array.reshape(count, size)
    if real is not None:
        array[:, real] = 1
    ends = np.cumsum([0, *num_values[:-1]])
    if count and not np.logical_or.reduceat(array, ends, axis=1).all():
        raise ValueError("an action mask allows no value of an action")
    return array


def _index_text(index: Iterable[int]) -> str:
    return "[%s]" % ", ".join(str(int(i)) for i in index)
