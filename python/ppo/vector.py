# SPDX-License-Identifier: MIT
"""Environments side by side, under Gymnasium's VectorEnv interface.

The library writes into NumPy's memory. An environment whose episode has ended begins the next one
in the same step (autoreset mode SAME_STEP): infos["final_obs"] and infos["final_info"] are about
the episode that ended.
"""

from __future__ import annotations

import copy
import ctypes
import os
import secrets
import threading
from typing import Any, Dict, Iterable, Optional, Tuple, Union

import numpy as np
import numpy.typing as npt

from ._library import CError, CVecRows, check, fail, lib, own, share_with_plugins
from ._spaces import AutoresetMode, VectorEnvBase, batch_space
from ._tree import values_of
from .config import Config


def make_vec(
    id: str,
    num_envs: int = 1,
    *,
    seed: Optional[int] = None,
    render_mode: Optional[str] = None,
    copy: bool = True,
    **options: Any,
) -> VectorEnv:
    """Makes `num_envs` environments of one id ("CartPole-v1", "ALE/Pong-v5", "./libmygame.so").

    The first reset begins episodes from `seed`, seed + 1, ...; None: from a seed drawn at random.
    With render_mode "rgb_array", render() gives pictures. Without `copy`, observations are written
    into the same array in each step. Options are the library's settings of environments:
    max_episode_steps, frame_skip, frame_stack, sticky_action_prob, screen_size, threads, workers
    and so on (ppo.options()), at their defaults, not at the environment's preset.
    """
    config = Config()
    config.set("env_id", id)
    config.set_python()
    return VectorEnv(config, num_envs, seed, render_mode, copy, options)


class VectorEnv(VectorEnvBase):
    """See make_vec; agent.make_vec makes them too. One may be used from several threads, one call
    at a time."""

    def __init__(
        self,
        config: Config,
        num_envs: int,
        seed: Optional[int],
        render_mode: Optional[str],
        copy: bool,
        options: Dict[str, Any],
    ) -> None:
        self.closed = True  # until there is something to close
        if render_mode not in (None, "rgb_array"):
            raise ValueError("render_mode is %r, not None or 'rgb_array'" % (render_mode,))
        config.set_env_options(options)
        config.set("num_envs", num_envs)
        config.set("seed", secrets.randbits(31) if seed is None else seed)
        self._config = config
        self._lock = threading.Lock()
        self.num_envs: int = config.get("num_envs")
        self.render_mode = render_mode
        self.copy = copy
        self._open()
        self._describe()
        self._take_arrays()

    # --- making ---------------------------------------------------------------------------------

    def _open(self) -> None:
        if lib.ppo_plugin_has_id(self._config.get("env_id").encode()):
            share_with_plugins()
        handle = ctypes.c_void_p()
        check(lib.ppo_vec_create, ctypes.byref(handle), self._config.pointer, None)
        self._vec = handle.value
        self._destroy = own(self, lib.ppo_vec_destroy, self._vec)
        self._process = os.getpid()
        self.closed = False

    def _describe(self) -> None:
        env = lib.ppo_vec_env(self._vec).contents
        self._obs = values_of(env.observation_space, self._config.get("frame_stack"))
        self._act = values_of(env.action_space)
        self.single_observation_space = self._obs.space
        self.single_action_space = self._act.space
        self.observation_space = batch_space(self._obs.space, self.num_envs)
        self.action_space = batch_space(self._act.space, self.num_envs)
        self._picture = (env.render_height, env.render_width, 3) if env.render else None
        self.id: str = env.id.decode()
        self.max_episode_steps: int = self._config.get("max_episode_steps") or env.max_episode_steps
        self.metadata = {
            "autoreset_mode": AutoresetMode.SAME_STEP,
            "render_modes": ["rgb_array"] if self._picture else [],
            "render_fps": env.render_fps or 30.0,
        }
        if self.render_mode and not self._picture:
            raise ValueError("%s draws no pictures: render_mode must be None" % self.id)

    def _take_arrays(self) -> None:
        n = self.num_envs
        self._obs_array = self._obs.empty(n)
        self._final = self._obs.empty(n)
        self._action = self._act.empty(n)
        self._reward = np.zeros(n)
        self._terminated = np.zeros(n, np.bool_)
        self._truncated = np.zeros(n, np.bool_)
        self._lost = np.zeros(n, np.bool_)
        self._return = np.zeros(n)
        self._length = np.zeros(n, np.uint32)
        self._rows = CVecRows(
            observation=self._obs_array.ctypes.data,
            final_observation=self._final.ctypes.data,
            reward=self._reward.ctypes.data,
            terminated=self._terminated.ctypes.data,
            truncated=self._truncated.ctypes.data,
            lost=self._lost.ctypes.data,
            episode_return=self._return.ctypes.data,
            episode_length=self._length.ctypes.data,
        )
        masks, size = lib.ppo_vec_action_mask(self._vec), sum(self._act.num_values)
        self._masks: Optional[npt.NDArray[np.uint8]] = None  # the library's own memory, to be copied
        if masks:
            memory = (ctypes.c_uint8 * (n * size)).from_address(masks)
            self._masks = np.ctypeslib.as_array(memory).reshape(n, size)
        self._error = CError()
        # What a step passes, made once; the arrays live as long as this object.
        self._step_arguments = (
            self._vec,
            self._action.ctypes.data,
            ctypes.byref(self._rows),
            ctypes.byref(self._error),
        )

    # --- playing --------------------------------------------------------------------------------

    def _check_open(self) -> None:
        if self.closed:
            raise RuntimeError("these environments are closed")
        if os.getpid() != self._process:
            raise RuntimeError("these environments belong to the process that forked this one")

    def _seeds(self, seed: Union[int, Iterable[int]]) -> npt.NDArray[np.uint64]:
        if isinstance(seed, (int, np.integer)):
            seed = range(int(seed), int(seed) + self.num_envs)
        seeds = [int(value) for value in seed]
        if len(seeds) != self.num_envs:
            raise ValueError("%d seeds for %d environments" % (len(seeds), self.num_envs))
        if any(not 0 <= value < 1 << 64 for value in seeds):
            raise ValueError("a seed is not in [0, 2**64)")
        return np.array(seeds, np.uint64)

    def _observations(self) -> npt.NDArray[Any]:
        """An array for the library to write to, which is then the caller's."""
        if self.copy:
            self._obs_array = self._obs.empty(self.num_envs)
            self._rows.observation = self._obs_array.ctypes.data
        return self._obs_array

    def reset(
        self,
        *,
        seed: Union[int, Iterable[int], None] = None,
        options: Optional[Dict[str, Any]] = None,
    ) -> Tuple[Any, Dict[str, Any]]:
        """Begins an episode in each environment; `seed`: one (n gets seed + n) or a list."""
        seeds = None if seed is None else self._seeds(seed)
        super().reset(seed=int(seed) if isinstance(seed, (int, np.integer)) else None)
        with self._lock:
            self._check_open()
            obs = self._observations()
            check(
                lib.ppo_vec_reset,
                self._vec,
                None if seeds is None else seeds.ctypes.data,
                obs.ctypes.data,
            )
            return self._obs.shown(obs), self._add_masks({})

    def step(self, actions: npt.ArrayLike) -> Tuple[Any, Any, Any, Any, Dict[str, Any]]:
        """Steps all environments: observations, rewards, terminations, truncations, infos."""
        with self._lock:
            self._check_open()
            self._act.put(self._action, actions, "actions")
            obs = self._observations()
            status = lib.ppo_vec_step(*self._step_arguments)
            if status:
                fail(status, self._error)
            terminated, truncated = self._terminated.copy(), self._truncated.copy()
            ended = terminated | truncated
            infos = self._add_masks(self._ends(ended) if ended.any() else {})
            return self._obs.shown(obs), self._reward.copy(), terminated, truncated, infos

    def _add_masks(self, infos: Dict[str, Any]) -> Dict[str, Any]:
        """Where the environment forbids actions: what is allowed now."""
        if self._masks is not None:
            infos["action_mask"] = self._masks.astype(np.int8)
            infos["_action_mask"] = np.ones(self.num_envs, np.bool_)
        return infos

    def _ends(self, ended: npt.NDArray[np.bool_]) -> Dict[str, Any]:
        """What infos say about the episodes that have ended. After a lost life the game's own
        episode goes on: there is a final observation, but no return."""
        final_obs = np.full(self.num_envs, None, object)
        final = self._obs.shown(self._final)
        for n in ended.nonzero()[0]:
            final_obs[n] = copy.deepcopy(self._obs.at(final, n))
        whole = ended & (self._length > 0)
        episode = {
            "r": np.where(whole, self._return, 0.0),
            "l": np.where(whole, self._length, 0).astype(np.int64),
            "_r": whole,
            "_l": whole,
        }
        final_info: Dict[str, Any] = {"episode": episode, "_episode": whole}
        if self._lost.any():
            final_info.update(lost=self._lost.copy(), _lost=ended)
        return {
            "final_obs": final_obs,
            "_final_obs": ended,
            "final_info": final_info,
            "_final_info": ended,
        }

    def _new_pictures(self) -> npt.NDArray[np.uint8]:
        assert self._picture is not None  # with a render_mode
        return np.empty((self.num_envs, *self._picture), np.uint8)

    def _draw(self, n: int, picture: npt.NDArray[np.uint8]) -> None:
        check(lib.ppo_vec_render, self._vec, n, picture.ctypes.data)

    def render(self) -> Optional[Tuple[npt.NDArray[np.uint8], ...]]:
        """With render_mode "rgb_array": each environment's picture [height, width, 3]."""
        if self.render_mode is None:
            return None
        with self._lock:
            self._check_open()
            pictures = self._new_pictures()
            for n in range(self.num_envs):
                self._draw(n, pictures[n])
            return tuple(pictures)

    def _draw_steps(self) -> npt.NDArray[np.uint8]:
        """An array into which each step from now on draws, before an episode's end is followed by
        the next one's beginning."""
        pictures = self._new_pictures()
        self._rows.picture = pictures.ctypes.data
        return pictures

    def close_extras(self, **kwargs: Any) -> None:
        with self._lock:
            self.closed = True
            self._destroy()

    def __repr__(self) -> str:
        return "ppo.VectorEnv(%s, num_envs=%d)" % (self.id, self.num_envs)
