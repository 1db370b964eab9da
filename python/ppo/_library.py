# SPDX-License-Identifier: MIT
"""The shared library: finding it, its structs and functions, its errors.

Structs are declared here once more. Before anything is called, their layouts are compared with
those that the library lists (ppo/abi.h), so that a library of another version is an ImportError
and nothing worse.
"""

from __future__ import annotations

import ctypes
import glob
import os
import weakref
from ctypes import (
    POINTER,
    Structure,
    byref,
    c_bool,
    c_char,
    c_char_p,
    c_double,
    c_float,
    c_int,
    c_size_t,
    c_uint32,
    c_uint64,
    c_void_p,
)
from typing import Any, Callable, Dict, Iterator, List, Tuple, Type, Union

# What this package was written for. Until 1.0 a minor version may change the interface.
VERSION = (0, 1)
ENV_ABI_VERSION = 1

# --- structs ------------------------------------------------------------------------------------


class CError(Structure):
    _c_name_ = "ppo_error"
    _fields_ = [("status", c_int), ("message", c_char * 512)]


class CSpace(Structure):
    _c_name_ = "ppo_space"
    _fields_ = [
        ("kind", c_int),
        ("dtype", c_int),
        ("rank", c_uint32),
        ("shape", c_uint32 * 4),
        ("low", POINTER(c_float)),
        ("high", POINTER(c_float)),
        ("num_values", POINTER(c_uint32)),  # or parts
    ]

    @property
    def parts(self) -> Any:
        """Of a tuple or dict: its parts [shape[0]]."""
        return ctypes.cast(self.num_values, POINTER(CSpacePart))


class CSpacePart(Structure):
    _c_name_ = "ppo_space_part"
    _fields_ = [("key", ctypes.c_char_p), ("space", CSpace)]


class CEnvClass(Structure):
    """The beginning of ppo_env_class; functions are called by the library alone."""

    _c_name_ = "ppo_env_class"
    _is_whole_ = False
    _fields_ = [
        ("struct_size", c_uint32),
        ("abi_version", c_uint32),
        ("id", c_char_p),
        ("summary", c_char_p),
        ("observation_space", CSpace),
        ("action_space", CSpace),
        ("max_episode_steps", c_uint32),
        ("reward_threshold", c_double),
        ("instance_size_", c_size_t),
        ("state_size_", c_size_t),
        ("context_", c_void_p),
        ("skips_frames_", c_bool),
        ("init_", c_void_p),
        ("release_", c_void_p),
        ("reset_", c_void_p),
        ("step_", c_void_p),
        ("save_state_", c_void_p),
        ("load_state_", c_void_p),
        ("render", c_void_p),
        ("render_width", c_uint32),
        ("render_height", c_uint32),
        ("render_fps", c_double),
    ]


class COption(Structure):
    _c_name_ = "ppo_option"
    _fields_ = [
        ("name", c_char_p),
        ("group", c_char_p),
        ("type", c_char_p),
        ("default_text", c_char_p),
        ("range", c_char_p),
        ("aliases", c_char_p),
        ("help", c_char_p),
        ("changes_result", c_bool),
        ("is_common", c_bool),
    ]


class Sized(Structure):
    """A struct that begins with its own size, so that the library knows which fields it has."""

    def __init__(self, **fields: Any) -> None:
        super().__init__(struct_size=ctypes.sizeof(self), **fields)


class CEvaluation(Sized):
    _c_name_ = "ppo_evaluation"
    _fields_ = [
        ("struct_size", c_size_t),
        ("episodes", c_uint32),
        ("return_mean", c_double),
        ("return_std", c_double),
        ("return_min", c_double),
        ("return_max", c_double),
        ("length_mean", c_double),
        ("episodes_cut", c_uint32),
        ("episodes_lost", c_uint32),
    ]


class CStats(Sized):
    _c_name_ = "ppo_stats"
    _fields_ = [
        ("struct_size", c_size_t),
        ("iteration", c_uint64),
        ("global_step", c_uint64),
        ("episodes", c_uint64),
        ("episodes_lost", c_uint64),
        ("return_mean", c_double),
        ("length_mean", c_double),
        ("learning_rate", c_double),
        ("critic_learning_rate", c_double),
        ("clip_coef", c_double),
        ("ent_coef", c_double),
        ("loss", c_double),
        ("policy_loss", c_double),
        ("value_loss", c_double),
        ("entropy", c_double),
        ("old_approx_kl", c_double),
        ("approx_kl", c_double),
        ("clip_fraction", c_double),
        ("explained_variance", c_double),
        ("grad_norm", c_double),
        ("std_mean", c_double),
        ("epochs", c_uint32),
        ("collect_seconds", c_double),
        ("update_seconds", c_double),
    ]


class CActOptions(Sized):
    _c_name_ = "ppo_act_options"
    _fields_ = [
        ("struct_size", c_size_t),
        ("deterministic", c_bool),
        ("seed", c_uint64),
        ("step", c_uint64),
        ("masks", c_void_p),
        ("episode_starts", c_void_p),
        ("memory", c_void_p),
        ("rows", c_void_p),
    ]


class CEvaluateOptions(Sized):
    _c_name_ = "ppo_evaluate_options"
    _fields_ = [
        ("struct_size", c_size_t),
        ("episodes", c_uint32),
        ("seed", c_uint64),
        ("deterministic", c_bool),
        ("returns", c_void_p),
        ("lengths", c_void_p),
        ("max_steps", c_uint32),
        ("is_interrupted", c_void_p),
        ("interrupt_context", c_void_p),
    ]


class CVecRows(Sized):
    _c_name_ = "ppo_vec_rows"
    _fields_ = [
        ("struct_size", c_size_t),
        ("observation", c_void_p),
        ("final_observation", c_void_p),
        ("reward", c_void_p),
        ("terminated", c_void_p),
        ("truncated", c_void_p),
        ("lost", c_void_p),
        ("episode_return", c_void_p),
        ("episode_length", c_void_p),
        ("picture", c_void_p),
    ]


class CAbiRow(Structure):
    _fields_ = [
        ("type", c_char_p),
        ("field", c_char_p),
        ("offset", c_size_t),
        ("size", c_size_t),
    ]


STRUCTS: Tuple[Any, ...] = (
    CError,
    CSpace,
    CEnvClass,
    COption,
    CEvaluation,
    CStats,
    CActOptions,
    CEvaluateOptions,
    CVecRows,
)


def as_dict(struct: Any) -> Dict[str, Any]:
    return {
        name: getattr(struct, name) for name, _ in struct._fields_ if name != "struct_size"
    }


# --- functions ----------------------------------------------------------------------------------

_error = POINTER(CError)
_config = c_void_p  # as large as the library says
_handle = POINTER(c_void_p)

# name: result, arguments
FUNCTIONS: Dict[str, Tuple[Any, List[Any]]] = {
    "ppo_status_text": (c_char_p, [c_int]),
    "ppo_env_id_at": (c_bool, [c_char_p, c_size_t, c_size_t]),
    "ppo_plugin_has_id": (c_bool, [c_char_p]),
    "ppo_option_count": (c_size_t, []),
    "ppo_option_at": (COption, [c_size_t]),
    "ppo_option_format": (c_size_t, [_config, c_size_t, c_char_p, c_size_t]),
    "ppo_config_defaults": (None, [_config]),
    "ppo_config_fresh_seed": (c_uint64, [_config]),
    "ppo_config_for_env": (c_int, [_config, c_char_p, _error]),
    "ppo_config_set": (c_int, [_config, c_char_p, c_char_p, _error]),
    "ppo_agent_load": (c_int, [_handle, c_char_p, c_void_p, _error]),
    "ppo_agent_destroy": (None, [c_void_p]),
    "ppo_actor_create": (c_int, [_handle, c_void_p, _error]),
    "ppo_actor_destroy": (None, [c_void_p]),
    "ppo_actor_act": (
        c_int,
        [c_void_p, c_void_p, c_void_p, c_size_t, POINTER(CActOptions), _error],
    ),
    "ppo_agent_env": (POINTER(CEnvClass), [c_void_p]),
    "ppo_agent_config": (c_void_p, [c_void_p]),
    "ppo_agent_hash": (c_uint64, [c_void_p]),
    "ppo_agent_memory_size": (c_size_t, [c_void_p]),
    "ppo_agent_evaluate": (
        c_int,
        [c_void_p, POINTER(CEvaluation), POINTER(CEvaluateOptions), _error],
    ),
    "ppo_vec_create": (c_int, [_handle, _config, c_void_p, _error]),
    "ppo_vec_destroy": (None, [c_void_p]),
    "ppo_vec_env": (POINTER(CEnvClass), [c_void_p]),
    "ppo_vec_reset": (c_int, [c_void_p, c_void_p, c_void_p, _error]),
    "ppo_vec_step": (c_int, [c_void_p, c_void_p, POINTER(CVecRows), _error]),
    "ppo_vec_action_mask": (c_void_p, [c_void_p]),
    "ppo_vec_render": (c_int, [c_void_p, c_size_t, c_void_p, _error]),
    "ppo_window_open": (c_int, [_handle, c_char_p, c_uint32, c_uint32, _error]),
    "ppo_window_show": (None, [c_void_p, c_void_p, c_char_p]),
    "ppo_window_wait": (c_int, [c_void_p, c_double]),
    "ppo_window_close": (None, [c_void_p]),
    "ppo_run_open": (c_int, [_handle, _config, c_void_p, c_bool, _error]),
    "ppo_run_close": (None, [c_void_p]),
    "ppo_run_step": (c_int, [c_void_p, POINTER(CStats), _error]),
    "ppo_run_save": (c_int, [c_void_p, _error]),
    "ppo_run_finish": (c_int, [c_void_p, POINTER(CEvaluation), _error]),
    "ppo_run_trainer": (c_void_p, [c_void_p]),
    "ppo_run_dir": (c_char_p, [c_void_p]),
    "ppo_run_notice": (c_char_p, [c_void_p]),
    "ppo_trainer_done": (c_bool, [c_void_p]),
    "ppo_trainer_solved": (c_bool, [c_void_p]),
    "ppo_trainer_stats": (POINTER(CStats), [c_void_p]),
    "ppo_trainer_hash": (c_uint64, [c_void_p]),
}

# --- finding ------------------------------------------------------------------------------------

SONAME = "libppo.so.%d.%d" % VERSION


def _in_folder(folder: str) -> List[str]:
    return [
        path
        for path in (os.path.join(folder, SONAME), os.path.join(folder, "libppo.so"))
        if os.path.exists(path)
    ]


def _candidates() -> Iterator[str]:
    """Where the library may be, best first."""
    package = os.path.dirname(os.path.abspath(__file__))
    yield from _in_folder(package)
    # Installed as PREFIX/share/ppo/python/ppo.
    prefix = os.path.normpath(os.path.join(package, "..", "..", "..", ".."))
    if package.endswith(os.path.join("share", "ppo", "python", "ppo")):
        for pattern in ("lib", "lib64", os.path.join("lib", "*-linux-*")):
            for folder in glob.glob(os.path.join(prefix, pattern)):
                yield from _in_folder(folder)
    # In the repository, as python/ppo: what was built last.
    build = os.path.join(package, "..", "..", "build")
    built = [p for folder in glob.glob(os.path.join(build, "*")) for p in _in_folder(folder)[-1:]]
    yield from sorted(built, key=os.path.getmtime, reverse=True)
    yield SONAME  # the system's


def _open() -> Tuple[ctypes.CDLL, str]:
    named = os.environ.get("PPO_LIBRARY")
    if named:
        paths = _in_folder(named) if os.path.isdir(named) else [named]
        if not paths:
            raise ImportError("PPO_LIBRARY is %s, where there is no libppo.so" % named)
    else:
        paths = list(_candidates())
    said = []
    for path in paths:
        try:
            return ctypes.CDLL(path), path
        except OSError as problem:
            said.append(str(problem))
    raise ImportError(
        "libppo.so can't be loaded: %s. Build it (make), install it, or name it: "
        "PPO_LIBRARY=/path/to/libppo.so" % "; ".join(said)
    )


# --- checking -----------------------------------------------------------------------------------


def _wrong(path: str, what: str) -> ImportError:
    return ImportError(
        "%s doesn't go with this Python package, which is for libppo %d.%d: %s. Install both from "
        "the same version, or name another library by PPO_LIBRARY" % (path, *VERSION, what)
    )


def _check_version(library: ctypes.CDLL, path: str) -> str:
    try:
        library.ppo_version.restype = c_char_p
        text: str = library.ppo_version().decode()
    except AttributeError:
        raise _wrong(path, "it has no ppo_version") from None
    if tuple(int(n) for n in text.split(".")[:2]) != VERSION:
        raise _wrong(path, "it is libppo " + text)
    return text


def _layouts(library: ctypes.CDLL, path: str) -> Dict[str, Dict[str, Tuple[int, int]]]:
    """{struct: {field: (offset, size)}}, as the library was built; "" is the whole."""
    try:
        row_at = library.ppo_abi_at
    except AttributeError:
        raise _wrong(path, "it has no ppo_abi_at") from None
    row_at.restype, row_at.argtypes = c_bool, [POINTER(CAbiRow), c_size_t]
    layouts: Dict[str, Dict[str, Tuple[int, int]]] = {}
    row, index = CAbiRow(), 0
    while row_at(byref(row), index):
        fields = layouts.setdefault(row.type.decode(), {})
        fields[row.field.decode()] = (row.offset, row.size)
        index += 1
    return layouts


def _check_structs(layouts: Dict[str, Dict[str, Tuple[int, int]]], path: str) -> None:
    for struct in STRUCTS:
        theirs = layouts.get(struct._c_name_)
        if theirs is None:
            raise _wrong(path, "it doesn't know " + struct._c_name_)
        if getattr(struct, "_is_whole_", True) and theirs[""][1] != ctypes.sizeof(struct):
            raise _wrong(path, "its %s has another size" % struct._c_name_)
        for name, _ in struct._fields_:
            ours = getattr(struct, name)
            if not name.endswith("_") and theirs.get(name) != (ours.offset, ours.size):
                raise _wrong(path, "its %s.%s lies elsewhere" % (struct._c_name_, name))


def _declare(library: ctypes.CDLL, path: str) -> None:
    for name, (result, arguments) in FUNCTIONS.items():
        try:
            function = getattr(library, name)
        except AttributeError:
            raise _wrong(path, "it has no " + name) from None
        function.restype, function.argtypes = result, arguments


lib, library_path = _open()
version = _check_version(lib, library_path)
_found = _layouts(lib, library_path)
_check_structs(_found, library_path)
_declare(lib, library_path)
CONFIG_SIZE = _found["ppo_config"][""][1]


def share_with_plugins() -> None:
    """Makes the library's functions visible to plug-ins, which expect them of their program."""
    ctypes.CDLL(library_path, mode=ctypes.RTLD_GLOBAL)


def _release(destroy: Callable[[Any], Any], handle: Any, process: int) -> None:
    if os.getpid() == process:
        destroy(handle)


def own(owner: Any, destroy: Callable[[Any], Any], handle: Any) -> Any:
    """Has a handle destroyed with its owner, or when what is returned is called; not by a process
    forked from this one, where threads and children of the library are not its own."""
    return weakref.finalize(owner, _release, destroy, handle, os.getpid())


# --- errors -------------------------------------------------------------------------------------


class Error(Exception):
    """A failure of the library: its sentence, and `status`, one of ppo/base.h's codes."""

    def __init__(self, message: str, status: int) -> None:
        super().__init__(message)
        self.status = status


class InvalidError(Error, ValueError):
    """An argument, option or value that can't be."""


class NotFoundError(Error, LookupError):
    """No such environment, file or run."""


class UnsupportedError(Error, NotImplementedError):
    """Not available in this build or on this machine."""


NO_MEMORY = 9
_BY_STATUS: Dict[int, Type[Error]] = {2: InvalidError, 3: NotFoundError, 10: UnsupportedError}


def fail(status: int, error: CError) -> None:
    """Raises what a status other than 0 means."""
    message = error.message.decode(errors="replace") or lib.ppo_status_text(status).decode()
    if status == NO_MEMORY:
        raise MemoryError(message)
    raise _BY_STATUS.get(status, Error)(message, status)


def check(function: Any, *arguments: Any) -> None:
    """Calls a function whose last argument is a ppo_error."""
    error = CError()
    status = function(*arguments, byref(error))
    if status:
        fail(status, error)


def path_bytes(path: Union[str, "os.PathLike[str]"]) -> bytes:
    return os.fsencode(os.fspath(path))
