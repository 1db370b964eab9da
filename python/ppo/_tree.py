# SPDX-License-Identifier: MIT
"""Values of tuple and dict spaces: nested tuples and dicts of arrays for Python, one block of bytes
for the library, part after part (ppo/space.h)."""

from __future__ import annotations

from typing import Any, Callable, Iterator, List, Tuple, Union

import numpy as np
import numpy.typing as npt

from ._library import CSpace
from ._spaces import DICT, TUPLE, Array, Dict, Values, check_masks
from ._spaces import Tuple as TupleSpace


class Leaf:
    """A part without parts: the keys that lead to it, and its bytes in a value."""

    def __init__(self, path: Tuple[Any, ...], values: Values, begin: int, size: int) -> None:
        self.path, self.values, self.begin, self.end = path, values, begin, begin + size

    def of(self, value: Any) -> Any:
        try:
            for key in self.path:
                value = value[key]
        except (KeyError, IndexError, TypeError) as error:
            raise ValueError("there is no part %s in what was given" % self.name) from error
        return value

    @property
    def name(self) -> str:
        return ".".join(map(str, self.path))


class TreeValues:
    """As Values, for a space with parts. A value is a row of bytes; with stack > 1, that many."""

    def __init__(self, c_space: CSpace, stack: int = 1) -> None:
        self.leaves: List[Leaf] = []
        self._row = 0  # bytes of a value so far
        self.space, self._build = self._read(c_space, stack, ())
        self.shape: Tuple[int, ...] = (stack, self._row) if stack > 1 else (self._row,)
        real: List[bool] = []  # a place of the masks means nothing
        self.num_values: List[int] = []
        for leaf in self.leaves:
            counts = leaf.values.num_values
            size = leaf.values.size
            self.num_values += counts or [1] * size
            real += [not counts] * (sum(counts) or size)
        self._real = np.array(real, np.bool_)
        if self._real.all():
            self.num_values = []

    def _read(self, c_space: CSpace, stack: int, path: Tuple[Any, ...]) -> Any:
        """The space, and what builds a value of it from an iterator over its leaves'."""
        if c_space.kind not in (TUPLE, DICT):
            values = Values(c_space, stack)
            self.leaves.append(Leaf(path, values, self._row, values.bytes // stack))
            self._row = (self.leaves[-1].end + 3) // 4 * 4
            return values.space, next
        parts = [c_space.parts[i] for i in range(c_space.shape[0])]
        has_keys = c_space.kind == DICT
        keys = [part.key.decode() if has_keys else i for i, part in enumerate(parts)]
        read = [self._read(part.space, stack, (*path, key)) for key, part in zip(keys, parts)]
        builders: List[Callable[[Iterator[Any]], Any]] = [build for _, build in read]
        if has_keys:
            inner = list(zip(keys, builders))
            pairs = [(key, space) for key, (space, _) in zip(keys, read)]
            return Dict(pairs), lambda leaves: {key: build(leaves) for key, build in inner}
        return (
            TupleSpace([space for space, _ in read]),
            lambda leaves: tuple(build(leaves) for build in builders),
        )

    def empty(self, count: int) -> Array:
        return np.zeros((count, *self.shape), np.uint8)

    def shown(self, array: Array) -> Any:
        """The parts of an array of values, in the types of their spaces."""
        return self._build(self._shown_leaves(array))

    def _shown_leaves(self, array: Array) -> Iterator[Array]:
        for leaf in self.leaves:
            part = np.ascontiguousarray(array[..., leaf.begin : leaf.end]).view(leaf.values.dtype)
            yield leaf.values.shown(part.reshape(len(array), *leaf.values.shape))

    def at(self, shown: Any, i: int) -> Any:
        """Value number i of what `shown` gives."""
        return self._build(leaf.values.at(leaf.of(shown), i) for leaf in self.leaves)

    def one(self, value: Any, what: str) -> Any:
        """A batch of one value."""
        return self._build(
            leaf.values.one(leaf.of(value), "%s's part %s" % (what, leaf.name))
            for leaf in self.leaves
        )

    def put(self, array: Array, values: Any, what: str) -> None:
        """A batch of values into an array that the library reads."""
        for leaf in self.leaves:
            part = leaf.values.empty(len(array))
            leaf.values.put(part, leaf.of(values), "%s of %s" % (what, leaf.name))
            self._store(array, leaf, part)

    def _store(self, array: Array, leaf: Leaf, part: Array) -> None:
        place = array[..., leaf.begin : leaf.end]
        place[...] = part.reshape(*array.shape[:-1], -1).view(np.uint8)

    def batch(self, values: Any, what: str, wants: str) -> Tuple[Array, bool]:
        """A value or a batch of values as the library reads it, and which of the two it is."""
        parts = []
        for leaf in self.leaves:
            said = "%s of %s" % (what, leaf.name)
            parts.append(leaf.values.batch(leaf.of(values), said, wants))
        count, is_single = len(parts[0][0]), parts[0][1]
        if any(len(part) != count or single != is_single for part, single in parts):
            raise ValueError("%s: batches of different sizes" % what)
        array = self.empty(count)
        for leaf, (part, _) in zip(self.leaves, parts):
            self._store(array, leaf, part)
        return array, is_single

    def taken_masks(self, masks: npt.ArrayLike, count: int) -> npt.NDArray[np.uint8]:
        """Action masks [count, M] as the library reads them."""
        return check_masks(self.space, self.num_values, self._real, masks, count)


def values_of(c_space: CSpace, stack: int = 1) -> Union[Values, TreeValues]:
    """How values of a space lie in memory."""
    if c_space.kind in (TUPLE, DICT):
        return TreeValues(c_space, stack)
    return Values(c_space, stack)
