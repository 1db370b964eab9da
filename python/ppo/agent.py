# SPDX-License-Identifier: MIT
"""Trained agents: loaded from a run directory or a checkpoint file, and acting."""

from __future__ import annotations

import ctypes
import os
import secrets
import threading
from typing import Any, Dict, Optional, Tuple, Union

import numpy as np
import numpy.typing as npt

from ._library import (
    CActOptions,
    CEvaluateOptions,
    CEvaluation,
    Error,
    as_dict,
    check,
    lib,
    own,
    path_bytes,
    share_with_plugins,
)
from ._tree import values_of
from .config import Config
from .environment import Env
from .vector import VectorEnv

Path = Union[str, "os.PathLike[str]"]
State = Optional[Tuple[npt.NDArray[Any], ...]]


def load(path: Path, *, seed: Optional[int] = None) -> Agent:
    """Loads the best agent of a run directory, or the agent of a checkpoint file.

    `seed` makes actions that are sampled repeatable; None: another one each time.
    """
    return Agent(path, seed)


def _load(path: Path) -> Any:
    handle = ctypes.c_void_p()
    arguments = (ctypes.byref(handle), path_bytes(path), None)
    try:
        check(lib.ppo_agent_load, *arguments)
    except Error as error:
        if "undefined symbol: ppo_" not in str(error):
            raise
        share_with_plugins()  # its environment is a plug-in that wants the library's functions
        check(lib.ppo_agent_load, *arguments)
    return handle.value


class Agent:
    """A policy with what belongs to it (normalisation, frame stack), which acts.

    observation_space and action_space are the environment's, with a frame stack's axis in front.
    memory_size is how many numbers the policy remembers of an environment; 0: it has no memory.
    """

    def __init__(self, path: Path, seed: Optional[int] = None) -> None:
        self._lock = threading.Lock()
        self._agent = _load(path)
        self._destroy = own(self, lib.ppo_agent_destroy, self._agent)
        handle = ctypes.c_void_p()  # one for all threads: the lock lets them act in turn
        check(lib.ppo_actor_create, ctypes.byref(handle), self._agent)
        self._actor = handle.value
        self._destroy_actor = own(self, lib.ppo_actor_destroy, self._actor)
        self._config = Config.copy_of(lib.ppo_agent_config(self._agent))
        self._seed = secrets.randbits(64) if seed is None else int(seed)
        self._step = 0
        env = lib.ppo_agent_env(self._agent).contents
        self.frame_stack: int = self._config.get("frame_stack")
        self._obs = values_of(env.observation_space, self.frame_stack)
        self._act = values_of(env.action_space)
        self.observation_space = self._obs.space
        self.action_space = self._act.space
        self.memory_size: int = lib.ppo_agent_memory_size(self._agent)
        self.env_id: str = env.id.decode()
        self.path = path

    @property
    def hash(self) -> str:
        """The parameters' hash, as `ppo hash` prints it."""
        self._check_open()
        return "%016x" % lib.ppo_agent_hash(self._agent)

    @property
    def config(self) -> Dict[str, Any]:
        """All settings of the training, by name."""
        return self._config.as_dict()

    def _check_open(self) -> None:
        if not self._destroy.alive:
            raise RuntimeError("this agent is closed")

    def _state_before(
        self, state: State, episode_start: Optional[npt.ArrayLike], count: int
    ) -> "npt.NDArray[np.float32]":
        """What is remembered of `count` rows before they act, as an array of its own."""
        before = np.zeros((count, self.memory_size), np.float32)
        if state is not None:
            parts = [np.asarray(part, np.float32) for part in state]
            if sum(part.size for part in parts) != before.size:
                raise ValueError(
                    "the state has shapes %s; %d observations have %d numbers each"
                    % ([part.shape for part in parts], count, self.memory_size)
                )
            if not all(np.isfinite(part).all() for part in parts):
                raise ValueError("the state is not finite; an agent can't act on that")
            before[:] = np.concatenate([part.reshape(count, -1) for part in parts], axis=1)
        if episode_start is not None:
            starts = np.asarray(episode_start, bool).reshape(-1)
            if len(starts) not in (1, count):
                raise ValueError(
                    "episode_start has %d elements for %d observations" % (len(starts), count)
                )
            before[np.broadcast_to(starts, count)] = 0.0
        return before

    def _state_after(self, memory: "npt.NDArray[np.float32]") -> State:
        """h, and c of an LSTM, [count, units] each."""
        return tuple(np.split(memory, self.memory_size // self._config.get("memory_size"), axis=1))

    def act(
        self,
        obs: npt.ArrayLike,
        deterministic: bool = True,
        action_mask: Optional[npt.ArrayLike] = None,
        *,
        state: State = None,
        episode_start: Optional[npt.ArrayLike] = None,
    ) -> Any:
        """Actions for one observation, or for a batch of them with an axis in front.

        Observations are as the environment gives them, not normalised; with a frame stack each is
        the last `frame_stack` of them, oldest first. Deterministic: the mode of the policy; else a
        sample, another one in each call. `action_mask`: for each observation a 1 for each value of
        the action that is allowed and a 0 for each that is not, component by component.

        An agent with memory (memory_size > 0) gives a pair, as Stable-Baselines3's predict does:
        the actions, and the state to be given with the observations that follow, a tuple of h, and c
        of an LSTM. State None: nothing has been seen. `episode_start`: for each observation whether it is the first of an episode,
        which empties its state. An agent without memory takes no state and gives the actions alone.
        """
        stack = ": the last %d, oldest first" % self.frame_stack if self.frame_stack > 1 else ""
        wants = "%s wants %%s, or a batch of those%s" % (self.env_id.replace("%", "%%"), stack)
        array, is_single = self._obs.batch(obs, "observations", wants)
        count = len(array)
        actions = self._act.empty(count)
        masks = None if action_mask is None else self._act.taken_masks(action_mask, count)
        if state is not None and not self.memory_size:
            raise ValueError("this agent has no memory, so that it takes no state")
        memory = self._state_before(state, episode_start, count) if self.memory_size else None
        with self._lock:
            self._check_open()
            options = CActOptions(
                deterministic=deterministic,
                seed=self._seed & (1 << 64) - 1,
                step=self._step,
                masks=None if masks is None else masks.ctypes.data,
                memory=None if memory is None else memory.ctypes.data,
            )
            check(
                lib.ppo_actor_act,
                self._actor,
                actions.ctypes.data,
                array.ctypes.data,
                count,
                ctypes.byref(options),
            )
            self._step += not deterministic
        actions = self._act.shown(actions)
        actions = self._act.at(actions, 0) if is_single else actions
        if memory is None:
            return actions
        after = self._state_after(memory)
        return actions, tuple(part[0] for part in after or ()) if is_single else after

    def predict(
        self,
        observation: npt.ArrayLike,
        state: State = None,
        episode_start: Optional[npt.ArrayLike] = None,
        deterministic: bool = False,
    ) -> Tuple[Any, State]:
        """As Stable-Baselines3's predict: actions as `act` gives them, and the next state.

        A policy without memory has no state: what is given comes back, and episode_start makes no
        difference. As there, actions are sampled unless `deterministic` is true.
        """
        if not self.memory_size:
            return self.act(observation, deterministic), state
        actions, after = self.act(
            observation, deterministic, state=state, episode_start=episode_start
        )
        return actions, after

    def evaluate(
        self, episodes: int = 10, *, seed: Optional[int] = None, deterministic: bool = True
    ) -> Dict[str, Any]:
        """Plays episodes, the i-th in an environment seeded seed + i.

        Without a seed they are those of `ppo eval`: neither the training nor its own evaluations,
        which have chosen the best agent, saw them. A dict of return_mean, _std, _min and _max,
        length_mean, and the arrays returns and lengths.
        """
        if episodes < 1:
            raise ValueError("an evaluation needs at least one episode")
        returns, lengths = np.zeros(episodes), np.zeros(episodes, np.uint32)
        result = CEvaluation()
        fresh = lib.ppo_config_fresh_seed(self._config.pointer)
        with self._lock:
            self._check_open()
            options = CEvaluateOptions(
                episodes=episodes,
                seed=fresh if seed is None else int(seed),
                deterministic=deterministic,
                returns=returns.ctypes.data,
                lengths=lengths.ctypes.data,
            )
            check(
                lib.ppo_agent_evaluate,
                self._agent,
                ctypes.byref(result),
                ctypes.byref(options),
            )
        return {**as_dict(result), "returns": returns, "lengths": lengths}

    def _env_config(self) -> Config:
        """The settings of its training, but those of the learner's machine."""
        config = Config.copy_of(self._config.pointer)
        for name, value in (("threads", 0), ("workers", "thread")):
            config.set(name, value)
        return config

    def make(
        self, *, seed: Optional[int] = None, render_mode: Optional[str] = None, **options: Any
    ) -> Env:
        """One environment as this agent has learnt in it (frame skip, frame stack, ...); see
        ppo.make."""
        return Env(self._env_config(), seed, render_mode, options)

    def make_vec(
        self,
        num_envs: int = 1,
        *,
        seed: Optional[int] = None,
        render_mode: Optional[str] = None,
        copy: bool = True,
        **options: Any,
    ) -> VectorEnv:
        """Environments as this agent has learnt in them; see ppo.make_vec."""
        return VectorEnv(self._env_config(), num_envs, seed, render_mode, copy, options)

    def close(self) -> None:
        with self._lock:
            self._destroy_actor()
            self._destroy()

    def __enter__(self) -> Agent:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def __repr__(self) -> str:
        return "ppo.Agent(%s, %s)" % (self.env_id, self.path)
