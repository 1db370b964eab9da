# SPDX-License-Identifier: MIT
"""The Python side of the Gymnasium bridge: makes environments and steps them as requested.

libppo carries this file in itself and runs it in the user's Python, with nothing but the standard
library, NumPy and Gymnasium. One process describes an environment; others serve some instances of
it each, through shared memory: src/env/gym/bridge_process.h and group_layout.h have the same layout.
What the environments print, and the traceback of whatever they raise, goes to
stderr.
"""

import ctypes
import difflib
import fcntl
import json
import math
import mmap
import operator
import os
import platform
import select
import signal
import sys
import time
import traceback
from functools import partial

# Descriptors: shared memory, a pipe that ends with the parent, and one that wakes it.
MEMORY, ALIVE, AWAKE = 4, 5, 6
# Words of the control block.
REQUEST, REQUEST_WAITERS, KIND, FIRST, END = 0, 1, 2, 3, 4
REPLY, REPLY_WAITERS, DONE, STATUS = 16, 17, 18, 19
MESSAGE, MESSAGE_SIZE, CONTROL_SIZE = 128, 512, 640
# Kinds of requests.
START, STEP, RESET, RESET_SEEDED, RENDER, LOOP, QUIT = range(7)
# Flags of an instance.
TERMINATED, TRUNCATED, FAULT, HAS_RESET, RESET_FAULT = 1, 2, 4, 8, 16
FUTEX_WAIT, FUTEX_WAKE = 0, 1
F_SETSIG = 10
NOT_FOUND, UNFIT = "not_found", "unsupported"
WHOLE = slice(None)
MAX_NUMBERS = 4096  # kept for actions
MAX_ELEMENTS = 1 << 28  # of a space


class Refusal(Exception):
    """What can't be done, as a sentence for the user, and of which kind it is."""

    def __init__(self, kind, sentence):
        super().__init__(sentence)
        self.kind = kind


class BadValue(Exception):
    """What an environment gave does not fit its space."""


# --- spaces -----------------------------------------------------------------------------------


def box_type(space):
    return np.uint8 if space.dtype == np.uint8 else np.float32


def is_composite(space):
    return isinstance(space, (spaces.Dict, spaces.Tuple))


def parts_of(space):
    """The keys and spaces of a Dict or Tuple, in their order."""
    return space.spaces.items() if isinstance(space, spaces.Dict) else enumerate(space.spaces)


def leaves(space, path=()):
    """The plain spaces of a Dict or Tuple with the keys that lead to them, in their order."""
    if not is_composite(space):
        return [(path, space)]
    return [leaf for key, part in parts_of(space) for leaf in leaves(part, path + (key,))]


def nodes(space, path=()):
    """The Dicts and Tuples in a space with the keys that lead to them."""
    if is_composite(space):
        yield path, space
        for key, part in parts_of(space):
            yield from nodes(part, path + (key,))


def leaf_type(space):
    """NumPy's type of a plain space's values in shared memory."""
    return box_type(space) if isinstance(space, spaces.Box) else np.int32


def leaf_size(space):
    return 1 if isinstance(space, spaces.Discrete) else math.prod(space.shape)


def places(space):
    """The plain spaces with the keys that lead to them and where their values are in a value of
    `space`: from and to, in bytes. Each begins at a multiple of 4 (include/ppo/space.h)."""
    at = 0
    for path, leaf in leaves(space):
        end = at + leaf_size(leaf) * np.dtype(leaf_type(leaf)).itemsize
        yield path, leaf, at, end
        at = (end + 3) // 4 * 4


def rounded(values, inwards):
    """Bounds of actions as floats of 32 bits, rounded `inwards` (to -inf or inf), so that what lies
    within them lies within the space: the float nearest to -0.1 is below it."""
    values = np.asarray(values, np.float64)
    nearest = values.astype(np.float32)
    outside = nearest < values if inwards > 0 else nearest > values
    return np.where(outside, np.nextafter(nearest, np.float32(inwards)), nearest)


def bound(values):
    """Bounds as JSON: null for none at all, one number for all, or a list; null for infinity."""
    values = np.asarray(values, np.float64).astype(np.float32).ravel()
    if values.size and np.all(values == values[0]):
        values = values[:1]
    listed = [float(v) if math.isfinite(v) else None for v in values]
    return listed[0] if len(listed) == 1 else listed


def describe_box(space, name):
    low, high = space.low, space.high
    if len(space.shape) > 4:
        raise Refusal(UNFIT, f"the {name} space has {len(space.shape)} axes; 4 are possible")
    if name.startswith("action"):
        if not np.issubdtype(space.dtype, np.floating):
            raise Refusal(UNFIT, f"the {name} space is a Box of {space.dtype}, not of floats")
        low, high = rounded(low, math.inf), rounded(high, -math.inf)
        for i in np.flatnonzero(low > high):
            raise Refusal(
                UNFIT,
                f"there is no float of 32 bits between the bounds of {name} {i},"
                f" {space.low.flat[i]} and {space.high.flat[i]}",
            )
    return {
        "kind": "box",
        "bytes": box_type(space) is np.uint8,
        "shape": list(space.shape) or [1],
        "low": bound(low),
        "high": bound(high),
    }


def describe_space(space, name):
    count = math.prod(getattr(space, "shape", None) or ())
    if count > MAX_ELEMENTS:
        raise Refusal(
            UNFIT, f"the {name} space has {count} elements; {MAX_ELEMENTS} are possible"
        )
    if isinstance(space, spaces.Box):
        return describe_box(space, name)
    if isinstance(space, spaces.Discrete):
        return {"kind": "discrete", "shape": [1], "num_values": [int(space.n)]}
    if isinstance(space, spaces.MultiDiscrete):
        counts = [int(n) for n in np.ravel(space.nvec)]
        return {"kind": "multi_discrete", "shape": [len(counts)], "num_values": counts}
    if isinstance(space, spaces.MultiBinary):
        return {"kind": "multi_binary", "shape": [math.prod(space.shape)]}
    if is_composite(space):
        has_keys = isinstance(space, spaces.Dict)
        described = []
        for key, part in parts_of(space):
            facts = describe_space(part, f"{name}[{key!r}]")
            described.append({**facts, "key": str(key)} if has_keys else facts)
        return {"kind": "dict" if has_keys else "tuple", "parts": described}
    raise Refusal(UNFIT, f"the {name} space is a {type(space).__name__}, which can't be handled")


def space_start(space):
    """What is added to the numbers from 0, as 64-bit integers; 0 where nothing is."""
    start = np.ravel(getattr(space, "start", 0))
    return start.astype(np.int64) if np.any(start) else 0


# --- observations into shared memory -----------------------------------------------------------


def copy_checked(row, shape, value):
    """Copies what may be of another type or layout than the row; raises if it is no such value."""
    value = np.asarray(value)
    if value.shape != shape or not np.can_cast(value.dtype, row.dtype, "same_kind"):
        raise BadValue(
            f"an observation of shape {value.shape} and type {value.dtype},"
            f" not {shape} and {row.dtype}"
        )
    row.reshape(shape)[...] = value


def box_writer(space, row):
    shape, dtype = tuple(space.shape), row.dtype
    if len(shape) == 1:
        view = memoryview(row)

        def write_vector(obs):
            try:
                view[:] = obs  # of the same type and size, or it raises
            except (TypeError, ValueError):
                copy_checked(row, shape, obs)

        return write_vector
    target = row.reshape(shape)

    def write(obs):
        if type(obs) is np.ndarray and obs.dtype is dtype and obs.shape == shape:
            target[...] = obs
        else:
            copy_checked(row, shape, obs)

    return write


def integers(value, count):
    value = np.asarray(value)
    if value.size != count or value.dtype.kind not in "iub":
        raise BadValue(f"{value.size} values of type {value.dtype}, not {count} integers")
    return value.ravel()


def at_path(obs, path):
    for key in path:
        obs = obs[key]
    return obs


def fault_of_part(obs, path, error):
    """What is wrong with the part of an observation at which `error` was raised."""
    name = ".".join(map(str, path))
    try:
        at_path(obs, path)
    except Exception:
        return BadValue(f"an observation that lacks the part {name}")
    said = str(error) if isinstance(error, BadValue) else last_line(error)
    return BadValue(f"part {name}: {said}")


def refuse_extra_parts(obs, path, space):
    """An observation whose Dict or Tuple at `path` has parts that its space does not name."""
    keys = {key for key, _ in parts_of(space)}
    value = at_path(obs, path)
    given = value if isinstance(space, spaces.Dict) else range(len(value))
    extra = ".".join(map(str, path + tuple(key for key in given if key not in keys)[:1]))
    raise BadValue(f"an observation with a part {extra}, which its space does not have")


def tree_writer(space, row):
    """Writes the parts of a Dict or Tuple into a row of bytes, each as a value of its own."""
    sizes = [(path, node, len(node.spaces)) for path, node in nodes(space)]
    parts = [
        (path, make_writer(leaf, row[at:end].view(leaf_type(leaf))))
        for path, leaf, at, end in places(space)
    ]

    def write(obs):
        path = ()
        try:
            for path, write_leaf in parts:
                write_leaf(at_path(obs, path))
        except Exception as error:
            raise fault_of_part(obs, path, error) from error
        for path, node, size in sizes:
            if len(at_path(obs, path)) != size:
                refuse_extra_parts(obs, path, node)

    return write


def make_writer(space, row):
    """A function that writes an observation into `row`, or raises if it does not fit."""
    if is_composite(space):
        return tree_writer(space, row)
    if isinstance(space, spaces.Box):
        return box_writer(space, row)
    start = space_start(space)
    if isinstance(space, spaces.Discrete):
        view, first = memoryview(row), int(np.ravel(start)[0])
        return lambda obs: operator.setitem(view, 0, operator.index(obs) - first)
    return lambda obs: operator.setitem(row, slice(None), integers(obs, row.size) - start)


class Place:
    """Where an observation goes by `place[WHOLE] = obs`, as into the memoryview of a vector."""

    def __init__(self, write):
        self.write = write

    def __setitem__(self, whole, obs):
        self.write(obs)


class Numbers(dict):
    """NumPy's integers of a type by their values, less `start`: made once, as nobody can change
    them."""

    def __init__(self, dtype, start):
        super().__init__()
        self.dtype, self.start = dtype, start

    def __missing__(self, value):
        number = np.asarray(value + self.start).astype(self.dtype)[()]
        if len(self) < MAX_NUMBERS:
            self[value] = number
        return number


def builder(space):
    """A function that builds a value of a space from its leaves' values, taken from an iterator."""
    if not is_composite(space):
        return next
    inner = [(key, builder(part)) for key, part in parts_of(space)]
    if isinstance(space, spaces.Dict):
        return lambda values: {key: build(values) for key, build in inner}
    return lambda values: tuple(build(values) for _, build in inner)


def tree_reader(space, rows):
    readers = []
    for _, leaf, at, end in places(space):  # of 4 bytes each, since actions hold no bytes
        readers.append(actions_reader(leaf, rows.view(leaf_type(leaf))[:, at // 4 : end // 4]))
    build = builder(space)

    def read(first, end):
        for values in zip(*[reader(first, end) for reader in readers]):
            yield build(iter(values))

    return read


def actions_reader(space, rows):
    """A function that returns the actions of instances first .. end-1 as the environment's own:
    NumPy's integers or arrays, which are the environment's to keep, or Dicts and Tuples of them.
    Rows are of the space's type, of int32 for a Dict or Tuple."""
    if is_composite(space):
        return tree_reader(space, rows)
    start, shape = space_start(space), (-1, *space.shape)
    if isinstance(space, spaces.Discrete):
        number = Numbers(space.dtype, int(np.ravel(start)[0])).__getitem__
        if not rows.flags.c_contiguous:
            return lambda first, end: map(number, rows[first:end, 0].tolist())
        values = memoryview(rows.reshape(-1))
        return lambda first, end: map(number, values[first:end].tolist())
    if isinstance(space, spaces.Box) and np.finfo(space.dtype).bits < 32:
        # Rounding to a narrower type must not leave the space, unless the action was outside before.
        low, high = space.low.ravel(), space.high.ravel()

        def narrow(first, end):
            wide = rows[first:end]
            values = wide.astype(space.dtype)
            inside = (wide >= low) & (wide <= high)
            return list(np.where(inside, np.clip(values, low, high), values).reshape(shape))

        return narrow
    return lambda first, end: list((rows[first:end] + start).astype(space.dtype).reshape(shape))


# --- making an environment ---------------------------------------------------------------------


class Empty:
    """An environment that costs nothing, to measure what the bridge costs."""

    def __init__(self):
        self.observation_space = spaces.Box(-1.0, 1.0, (1,), np.float32)
        self.action_space = spaces.Discrete(2)
        self.metadata, self.spec = {}, None
        self.answer = np.zeros(1, np.float32), 0.0, False, False, {}

    def reset(self, seed=None, options=None):
        return self.answer[0], {}

    def step(self, action):
        return self.answer

    def close(self):
        pass


def make(task, render_mode=None):
    if task["name"] == "Empty":
        return Empty()
    kwargs = dict(task["kwargs"])
    if render_mode:
        kwargs.setdefault("render_mode", render_mode)
    if task["limit"]:
        kwargs["max_episode_steps"] = task["limit"]
    return gymnasium.make(task["name"], **kwargs)


def last_line(error):
    return traceback.format_exception_only(type(error), error)[-1].strip()


def refuse_to_make(name, error):
    """The sentence for a failure to make an environment."""
    module, _, rest = name.rpartition(":")
    if isinstance(error, ModuleNotFoundError) and module and error.name in module.split("."):
        return Refusal(
            NOT_FOUND,
            f"there is no Python module '{error.name}'; it is looked for in the working directory"
            " and where Python's own are (PYTHONPATH)",
        )
    if type(error).__name__ in ("NameNotFound", "NamespaceNotFound", "VersionNotFound"):
        known = list(getattr(gymnasium, "registry", None) or gymnasium.envs.registry)
        near = difflib.get_close_matches(rest, known, 1, 0.5)
        hint = f"; did you mean gym:{module + ':' if module else ''}{near[0]}?" if near else ""
        return Refusal(NOT_FOUND, f"Gymnasium knows no environment '{rest}'{hint}")
    return Refusal(UNFIT, f"it can't be made: {last_line(error)}")


def describe(task):
    try:
        env = make(task)
    except Exception as error:
        refusal = refuse_to_make(task["name"], error)
        if refusal.kind == UNFIT:
            traceback.print_exc()
        raise refusal from error
    spec = getattr(env, "spec", None)
    threshold = getattr(spec, "reward_threshold", None)
    facts = {
        "observation": describe_space(env.observation_space, "observation"),
        "action": describe_space(env.action_space, "action"),
        "limit": getattr(spec, "max_episode_steps", None) or 0,
        "threshold": None if threshold is None else float(threshold),
        "fps": float(env.metadata.get("render_fps") or 0),
    }
    os.write(MEMORY, json.dumps(facts).encode() + b"\n")
    wanted = task["kwargs"].get("render_mode", "rgb_array")
    env.close()
    if wanted == "rgb_array" and wanted in env.metadata.get("render_modes", ()):
        measure_pictures(task, facts)


def measure_pictures(task, facts):
    """Comes last, because drawing may fail in ways that end the process."""
    try:
        env = make(task, "rgb_array")
        env.reset(seed=0)
        picture = np.asarray(env.render())
        if picture.ndim != 3 or picture.shape[2] != 3 or picture.dtype != np.uint8:
            raise BadValue(
                f"render() gives an array of shape {picture.shape} and type {picture.dtype};"
                " (height, width, 3) and uint8 is needed"
            )
        facts["height"], facts["width"] = picture.shape[:2]
        env.close()
    except Exception as error:
        facts["no_pictures"] = last_line(error)
        print(f"--- {task['id']} draws no pictures: {last_line(error)}", file=sys.stderr)
    os.write(MEMORY, json.dumps(facts).encode() + b"\n")


# --- serving -----------------------------------------------------------------------------------


class Server:
    """Some instances of one environment, and the control block where their requests arrive."""

    def __init__(self, task):
        self.task, count = task, task["count"]
        self.memory = mmap.mmap(MEMORY, task["bytes"], offset=task["offset"])
        everything = memoryview(self.memory)
        self.control = everything[:CONTROL_SIZE].cast("I")
        self.flags = everything[task["flags"] : task["flags"] + count]
        self.rewards = everything[task["rewards"] : task["rewards"] + 8 * count].cast("d")
        self.seeds = everything[task["seeds"] : task["seeds"] + 8 * count].cast("Q")
        self.envs, self.steps = [None] * count, [None] * count
        self.read, self.places, self.writes, self.resets = None, [], [], []
        self.seen = self.control[REPLY]
        # What the system call gets is made ready: it would take a microsecond otherwise.
        request = ctypes.byref(ctypes.c_uint32.from_buffer(self.memory, 4 * REQUEST))
        self.futex = partial(ctypes.CDLL(None).syscall, ctypes.c_long(task["futex"]), request)
        self.second = (ctypes.c_long * 2)(1, 0)
        # Stores are seen in their order on x86; elsewhere a system call in between sees to it.
        self.has_ordered_stores = platform.machine() in ("x86_64", "AMD64", "i686")

    def fence(self):
        if not self.has_ordered_stores:
            self.futex(FUTEX_WAKE, 0, None, None, 0)

    def row(self, place, i, dtype):
        at = self.task[place] + i * self.task["stride"]
        count = self.task["observation_bytes"] // np.dtype(dtype).itemsize
        return np.frombuffer(self.memory, dtype, count, at)

    def bind(self, i, env):
        """Lays instance i's observation and action over their places in shared memory."""
        space = env.observation_space
        dtype = np.uint8 if is_composite(space) else leaf_type(space)
        row = self.row("observations", i, dtype)
        self.writes.append(make_writer(space, row))
        self.resets.append(make_writer(space, self.row("first_observations", i, dtype)))
        if isinstance(space, spaces.Box) and len(space.shape) == 1:
            self.places.append(memoryview(row))
        else:
            self.places.append(Place(self.writes[i]))
        if i > 0:
            return
        dtype = np.float32 if isinstance(env.action_space, spaces.Box) else np.int32
        count, size = self.task["count"], self.task["action_size"]
        rows = np.frombuffer(self.memory, dtype, count * size, self.task["actions"])
        self.read = actions_reader(env.action_space, rows.reshape(count, size))

    def make(self, i):
        env = make(self.task, "rgb_array" if self.task["pictures"] else None)
        if i == len(self.writes):
            self.bind(i, env)
        self.envs[i], self.steps[i] = env, env.step
        return env

    def fail(self, i, error, flag):
        """Instance i is given up: it is made anew by its next reset."""
        text = last_line(error)
        where = f"{self.task['id']}, environment {self.task['first'] + i}"
        print(f"--- {where}: {text}", file=sys.stderr)
        traceback.print_exception(type(error), error, error.__traceback__, chain=False)
        sys.stderr.flush()
        self.tell(text)
        self.flags[i] = self.flags[i] | flag
        env, self.envs[i], self.steps[i] = self.envs[i], None, None
        try:
            env.close()
        except Exception:
            pass

    def tell(self, text):
        said = text.encode(errors="replace")[: MESSAGE_SIZE - 1] + b"\0"
        self.memory[MESSAGE : MESSAGE + len(said)] = said

    # --- requests

    def step(self, first, end):
        control, steps, places, rewards = self.control, self.steps, self.places, self.rewards
        for i, action in enumerate(self.read(first, end), first):
            try:
                obs, reward, terminated, truncated, info = steps[i](action)
                try:
                    places[i][WHOLE] = obs
                    rewards[i] = reward
                except (TypeError, ValueError):  # of another type, or else it does not fit
                    self.write_slowly(i, obs, reward)
                if terminated or truncated:
                    self.end_episode(i, obs, terminated, truncated, info)
            except (Exception, SystemExit) as error:
                self.fail(i, error, FAULT)
            control[DONE] = i + 1

    def write_slowly(self, i, obs, reward):
        self.writes[i](obs)
        try:
            self.rewards[i] = float(reward)
        except (TypeError, ValueError):
            raise BadValue(f"a reward that is a {type(reward).__name__}") from None

    def end_episode(self, i, obs, terminated, truncated, info):
        for flag in (terminated, truncated):
            if np.size(flag) != 1 or isinstance(flag, (str, bytes)):
                kinds = f"{type(terminated).__name__}, {type(truncated).__name__}"
                raise BadValue(f"terminated and truncated of types {kinds}")
        flags = (TERMINATED if terminated else 0) | (TRUNCATED if truncated else 0)
        if "final_obs" in info:  # it has reset itself in the same step
            self.resets[i](obs)
            self.writes[i](info["final_obs"])
            flags |= HAS_RESET
        elif not self.task["pictures"]:  # with them, the host draws the last state first
            try:
                self.resets[i](self.envs[i].reset()[0])
                flags |= HAS_RESET
            except (Exception, SystemExit) as error:
                self.fail(i, error, RESET_FAULT)
        self.flags[i] = self.flags[i] | flags

    def reset(self, i, seed):
        try:
            env = self.envs[i] or self.make(i)
            obs, _ = env.reset(seed=seed)
            self.writes[i](obs)
        except (Exception, SystemExit) as error:
            self.fail(i, error, FAULT)
        self.control[DONE] = i + 1

    def render(self, i):
        try:
            height, width = self.task["height"], self.task["width"]
            at = self.task["pictures"]
            target = np.frombuffer(self.memory, np.uint8, height * width * 3, at)
            copy_checked(target, (height, width, 3), self.envs[i].render())
        except (Exception, SystemExit) as error:
            self.fail(i, error, FAULT)
        self.control[DONE] = i + 1

    def loop(self):
        """Steps the first instance alone for the seconds in rewards[0], and says how fast."""
        env, seconds, steps = self.envs[0], self.rewards[0], 0
        env.action_space.seed(0) if hasattr(env.action_space, "seed") else None
        actions = [env.action_space.sample() for _ in range(1024)]
        env.reset(seed=0)
        begun = time.perf_counter()
        while time.perf_counter() - begun < seconds:
            for action in actions:
                _, _, terminated, truncated, _ = env.step(action)
                if terminated or truncated:
                    env.reset()
            steps += len(actions)
        self.rewards[0] = steps / (time.perf_counter() - begun)

    # --- the control block

    def wait(self):
        """Looks for a moment, then sleeps until there is another request."""
        control, seen = self.control, self.seen
        for _ in range(self.task["spins"]):
            if control[REQUEST] != seen:
                return
        while control[REQUEST] == seen:
            control[REQUEST_WAITERS] = 1
            self.futex(FUTEX_WAIT, seen, self.second, None, 0)
            control[REQUEST_WAITERS] = 0
            if parent_is_gone():
                os._exit(1)

    def reply(self):
        self.fence()
        self.control[REPLY] = self.seen
        if self.control[REPLY_WAITERS]:
            os.write(AWAKE, b"!")

    def start(self):
        try:
            for i in range(self.task["count"]):
                self.make(i)
                self.control[DONE] = i + 1
        except (Exception, SystemExit) as error:
            traceback.print_exc()
            self.tell(last_line(error))
            self.control[STATUS] = 1

    def serve(self):
        control = self.control
        while True:
            self.wait()
            self.fence()
            self.seen, kind, i = control[REQUEST], control[KIND], control[FIRST]
            if kind == STEP:
                self.step(i, control[END])
            elif kind == RESET:
                self.reset(i, None)
            elif kind == RESET_SEEDED:
                self.reset(i, self.seeds[i])
            elif kind == START:
                self.start()
            elif kind == RENDER:
                self.render(i)
            elif kind == LOOP:
                self.loop()
            elif kind == QUIT:
                break
            self.reply()
        for env in self.envs:
            if env is not None:
                env.close()


# --- the process -------------------------------------------------------------------------------


def parent_is_gone():
    return bool(select.select([ALIVE], [], [], 0)[0])


def end_with_parent():
    """The kernel kills this process when the pipe ends, also where Python code gets no turn."""
    fcntl.fcntl(ALIVE, fcntl.F_SETOWN, os.getpid())
    fcntl.fcntl(ALIVE, F_SETSIG, int(signal.SIGKILL))
    flags = fcntl.fcntl(ALIVE, fcntl.F_GETFL)
    fcntl.fcntl(ALIVE, fcntl.F_SETFL, flags | os.O_ASYNC | os.O_NONBLOCK)
    if parent_is_gone():
        os._exit(1)


def refuse_import(error):
    return Refusal(
        UNFIT,
        f"{sys.executable} (Python {platform.python_version()}) has no {error.name or error};"
        " install it there (python3 -m pip install gymnasium), or name another Python by --python",
    )


def main():
    global gymnasium, np, spaces
    end_with_parent()
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGQUIT):
        signal.signal(number, signal.SIG_IGN)  # they are the parent's matter
    task = json.loads(sys.argv[2])
    try:
        try:
            import numpy as np
            import gymnasium
            from gymnasium import spaces
        except ImportError as error:
            raise refuse_import(error) from error
        if task["mode"] == "describe":
            describe(task)
        else:
            Server(task).serve()
    except Refusal as error:
        os.write(MEMORY, json.dumps({"error": str(error), "kind": error.kind}).encode() + b"\n")


main()
