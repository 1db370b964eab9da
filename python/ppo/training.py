# SPDX-License-Identifier: MIT
"""Training: a run as `ppo train` makes it, iteration by iteration."""

from __future__ import annotations

import ctypes
from dataclasses import dataclass
from typing import Any, Callable, Dict, Optional

from ._library import CEvaluation, CStats, as_dict, check, lib, share_with_plugins
from .agent import Agent, Path, load
from .config import Config


@dataclass
class Training:
    """What a training has left."""

    run_dir: str
    hash: str  # of the parameters
    solved: bool
    stats: Dict[str, Any]  # of the last iteration
    evaluation: Dict[str, Any]  # of the last evaluation; its "episodes" are 0 if training was stopped

    def load(self, *, seed: Optional[int] = None) -> Agent:
        """The run's best agent."""
        return load(self.run_dir, seed=seed)


def train(
    env: str,
    *,
    run_dir: Optional[Path] = None,
    restart: bool = False,
    on_iteration: Optional[Callable[[Dict[str, Any]], Optional[bool]]] = None,
    **options: Any,
) -> Training:
    """Trains on an environment from its preset, as `ppo train` does, and returns a Training.

    Options are the settings of docs/options.md: total_timesteps=200_000, learning_rate=1e-3,
    hidden_sizes=(64, 64), threads=4. A run that is in run_dir (default: runs/ENV/seed-SEED) already
    is resumed, or found finished, unless `restart`. on_iteration is called with a dict of each
    iteration's stats; True ends the training there. Ctrl-C and exceptions of on_iteration do so
    too, after a checkpoint: the same call goes on.
    """
    config = Config.of_env(env)
    config.set("env_id", config.get("env_id") or env)
    config.set_python()
    for name, value in options.items():
        config.set(name, value)
    if run_dir is not None:
        config.set("run_dir", run_dir)
    if lib.ppo_plugin_has_id(config.get("env_id").encode()):
        share_with_plugins()
    handle = ctypes.c_void_p()
    check(lib.ppo_run_open, ctypes.byref(handle), config.pointer, None, restart)
    run = handle.value
    try:
        return _go_on(run, on_iteration)
    finally:
        lib.ppo_run_close(run)


def _go_on(
    run: Any, on_iteration: Optional[Callable[[Dict[str, Any]], Optional[bool]]]
) -> Training:
    trainer = lib.ppo_run_trainer(run)
    evaluation = CEvaluation()
    is_stopped = False
    while not is_stopped and not lib.ppo_trainer_done(trainer):
        stats = CStats()
        is_whole = False
        try:
            check(lib.ppo_run_step, run, ctypes.byref(stats))
            is_whole = True
            is_stopped = bool(on_iteration and on_iteration(as_dict(stats)))
        except BaseException:
            if is_whole:
                check(lib.ppo_run_save, run)
            raise
    if is_stopped:
        check(lib.ppo_run_save, run)
    else:
        check(lib.ppo_run_finish, run, ctypes.byref(evaluation))
    return Training(
        run_dir=lib.ppo_run_dir(run).decode(),
        hash="%016x" % lib.ppo_trainer_hash(trainer),
        solved=lib.ppo_trainer_solved(trainer),
        stats=as_dict(lib.ppo_trainer_stats(trainer).contents),
        evaluation=as_dict(evaluation),
    )
