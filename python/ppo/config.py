# SPDX-License-Identifier: MIT
"""Settings: the library's option table (docs/options.md), by name, as Python values."""

from __future__ import annotations

import ctypes
import json
import sys
from typing import Any, Dict, List, Tuple

from ._library import CONFIG_SIZE, InvalidError, check, lib

# Whose settings are about environments, so that make_vec takes them.
_ENV_GROUPS = ("Environments", "Atari", "Lander", "TMaze", "Gymnasium")
_ENV_NAMES = ("workers", "num_workers", "env_timeout", "python", "rom_dir", "threads")
_LEARNING = ("clip_reward", "norm_obs", "norm_obs_clip", "norm_reward", "norm_reward_clip")


def _read_options() -> Tuple[Dict[str, Dict[str, Any]], Dict[str, str]]:
    table: Dict[str, Dict[str, Any]] = {}
    names: Dict[str, str] = {}
    for index in range(lib.ppo_option_count()):
        row = lib.ppo_option_at(index)
        name = row.name.decode()
        table[name] = {
            "index": index,
            "group": row.group.decode(),
            "type": row.type.decode(),
            "default": row.default_text.decode(),
            "range": row.range.decode(),
            "help": row.help.decode(),
        }
        for alias in [name, *row.aliases.decode().split()]:
            names[alias] = name
    return table, names


_TABLE, _NAMES = _read_options()


def options() -> Dict[str, Dict[str, Any]]:
    """All settings: {name: {"group", "type", "default", "range", "help"}}."""
    return {
        name: {key: value for key, value in row.items() if key != "index"}
        for name, row in _TABLE.items()
    }


def envs() -> List[str]:
    """The ids of all environments that the library has; Atari's cartridges may be missing."""
    found: List[str] = []
    text = ctypes.create_string_buffer(256)
    while lib.ppo_env_id_at(text, len(text), len(found)):
        found.append(text.value.decode())
    return found


def _to_text(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, dict):
        return json.dumps(value)
    if isinstance(value, (list, tuple)):
        return ",".join(_to_text(item) for item in value)
    if value is None:
        return "none"
    if hasattr(value, "__fspath__"):
        return str(value.__fspath__())
    item = getattr(value, "item", None)  # NumPy's numbers
    return str(item() if callable(item) else value)


def _from_text(text: str, kind: str) -> Any:
    if kind == "true|false":
        return text == "true"
    if kind == "integer":
        return int(text)
    if kind == "number":
        return None if text == "none" else float(text)
    if kind == "widths":
        return [int(width) for width in text.split(",") if width]
    return text


class Config:
    """A ppo_config: as large as the library says, read and written by names alone."""

    def __init__(self) -> None:
        self._words = (ctypes.c_uint64 * ((CONFIG_SIZE + 7) // 8))()
        self.pointer = ctypes.addressof(self._words)
        lib.ppo_config_defaults(self.pointer)

    @classmethod
    def of_env(cls, env: str) -> Config:
        """Defaults, then the environment's preset."""
        config = cls()
        check(lib.ppo_config_for_env, config.pointer, env.encode())
        return config

    @classmethod
    def copy_of(cls, pointer: int) -> Config:
        config = cls()
        ctypes.memmove(config.pointer, pointer, CONFIG_SIZE)
        return config

    def set(self, name: str, value: Any) -> None:
        check(lib.ppo_config_set, self.pointer, name.encode(), _to_text(value).encode())

    def get(self, name: str) -> Any:
        row = _TABLE[name]
        text = ctypes.create_string_buffer(1024)
        lib.ppo_option_format(self.pointer, row["index"], text, len(text))
        return _from_text(text.value.decode(), row["type"])

    def as_dict(self) -> Dict[str, Any]:
        return {name: self.get(name) for name in _TABLE}

    def set_python(self) -> None:
        """Environments in Python (gym:ID) run in the interpreter that asks for them."""
        if self.get("env_id").startswith("gym:") and sys.executable:
            self.set("python", sys.executable)

    def set_env_options(self, given: Dict[str, Any]) -> None:
        """What make_vec is told; settings of learning are refused."""
        for name, value in given.items():
            known = _NAMES.get(name.replace("-", "_"))
            is_env = known is not None and (
                known in _ENV_NAMES or _TABLE[known]["group"] in _ENV_GROUPS
            )
            if known and (known in _LEARNING or not is_env):
                raise InvalidError(
                    "%s is a setting of learning; environments have none of it" % name, 2
                )
            self.set(name, value)
