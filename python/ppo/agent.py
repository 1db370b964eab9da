# SPDX-License-Identifier: MIT
"""Trained agents: loaded from a run directory or a checkpoint file, and acting."""

import ctypes
import secrets
import threading

import numpy as np

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
from ._spaces import Values
from .config import Config
from .vector import VectorEnv


def load(path, *, seed=None):
    """Loads the best agent of a run directory, or the agent of a checkpoint file.

    `seed` makes actions that are sampled repeatable; None: another one each time.
    """
    return Agent(path, seed)


def _load(path):
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
    """

    def __init__(self, path, seed=None):
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
        self.frame_stack = self._config.get("frame_stack")
        self._obs = Values(env.observation_space, self.frame_stack)
        self._act = Values(env.action_space)
        self.observation_space = self._obs.space
        self.action_space = self._act.space
        self.env_id = env.id.decode()
        self.path = path

    @property
    def hash(self):
        """The parameters' hash, as `ppo hash` prints it."""
        self._check_open()
        return "%016x" % lib.ppo_agent_hash(self._agent)

    @property
    def config(self):
        """All settings of the training, by name."""
        return self._config.as_dict()

    def _check_open(self):
        if not self._destroy.alive:
            raise RuntimeError("this agent is closed")

    def act(self, obs, deterministic=True, action_mask=None):
        """Actions for one observation, or for a batch of them with an axis in front.

        Observations are as the environment gives them, not normalised; with a frame stack each is
        the last `frame_stack` of them, oldest first. Deterministic: the mode of the policy; else a
        sample, another one in each call. `action_mask`: for each observation a 1 for each value of
        the action that is allowed and a 0 for each that is not, component by component.
        """
        array = self._obs.taken(obs, "observations")
        rank = len(self._obs.shape)
        is_single = array.ndim == rank
        if array.shape[array.ndim - rank :] != self._obs.shape or array.ndim - rank not in (0, 1):
            stack = ": the last %d, oldest first" % self.frame_stack if self.frame_stack > 1 else ""
            raise ValueError(
                "observations have shape %s; %s wants %s, or a batch of those%s"
                % (array.shape, self.env_id, self._obs.shape, stack)
            )
        count = 1 if is_single else len(array)
        actions = self._act.empty(count)
        masks = None if action_mask is None else self._act.taken_masks(action_mask, count)
        with self._lock:
            self._check_open()
            options = CActOptions(
                deterministic=deterministic,
                seed=self._seed & (1 << 64) - 1,
                step=self._step,
                masks=None if masks is None else masks.ctypes.data,
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
        return actions[0] if is_single else actions

    def evaluate(self, episodes=10, *, seed=None, deterministic=True):
        """Plays episodes, the i-th in an environment seeded seed + i; None: the run's eval_seed.

        A dict of return_mean, _std, _min and _max, length_mean, and the arrays returns and lengths.
        """
        if episodes < 1:
            raise ValueError("an evaluation needs at least one episode")
        returns, lengths = np.zeros(episodes), np.zeros(episodes, np.uint32)
        result = CEvaluation()
        with self._lock:
            self._check_open()
            options = CEvaluateOptions(
                episodes=episodes,
                seed=self._config.get("eval_seed") if seed is None else int(seed),
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

    def make_vec(self, num_envs=1, *, seed=None, render_mode=None, copy=True, **options):
        """Environments as this agent has learnt in them (frame skip, frame stack, ...); see
        ppo.make_vec."""
        config = Config.copy_of(self._config.pointer)
        # Those of the learner's machine are not wanted here.
        for name, value in (("threads", 0), ("workers", "thread")):
            config.set(name, value)
        return VectorEnv(config, num_envs, seed, render_mode, copy, options)

    def close(self):
        with self._lock:
            self._destroy_actor()
            self._destroy()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def __repr__(self):
        return "ppo.Agent(%s, %s)" % (self.env_id, self.path)
