# SPDX-License-Identifier: MIT
"""One environment, under Gymnasium's Env interface: a VectorEnv of one that waits at an episode's
end until it is reset."""

from __future__ import annotations

import ctypes
import time
from typing import Any, Dict, Optional, Tuple

import numpy as np
import numpy.typing as npt

from ._library import InvalidError, check, lib, own
from ._spaces import EnvBase
from .config import Config
from .vector import VectorEnv

_KEY_QUIT = 5  # ppo/window.h


def make(
    id: str, *, seed: Optional[int] = None, render_mode: Optional[str] = None, **options: Any
) -> Env:
    """Makes one environment by its id, with the options of make_vec.

    With render_mode "rgb_array", render() gives a picture of each step, an episode's last included;
    with "human" steps are shown in a window, in real time.
    `seed` is where the first reset without a seed begins; None: drawn at random.
    """
    config = Config()
    config.set("env_id", id)
    config.set_python()
    return Env(config, seed, render_mode, options)


class Window:
    """Shows pictures, one each 1 / fps seconds, until somebody closes it."""

    def __init__(self, title: str, picture: npt.NDArray[np.uint8], fps: float) -> None:
        handle = ctypes.c_void_p()
        height, width, _ = picture.shape
        check(lib.ppo_window_open, ctypes.byref(handle), title.encode(), width, height)
        self._window = handle.value
        self.close = own(self, lib.ppo_window_close, self._window)
        self._title = title.encode()
        self._picture = picture
        self._interval = 1.0 / fps
        self._due = time.monotonic()

    def show(self) -> None:
        if not self.close.alive:
            return
        lib.ppo_window_show(self._window, self._picture.ctypes.data, self._title)
        self._due = max(self._due + self._interval, time.monotonic())
        while True:  # keys and the mouse are attended to at least once
            key = lib.ppo_window_wait(self._window, max(self._due - time.monotonic(), 0.0))
            if key == _KEY_QUIT:
                self.close()
                return
            if time.monotonic() >= self._due:
                return


class Env(EnvBase):
    """See make; agent.make makes them too."""

    def __init__(
        self,
        config: Config,
        seed: Optional[int],
        render_mode: Optional[str],
        options: Dict[str, Any],
    ) -> None:
        if render_mode not in (None, "rgb_array", "human"):
            raise ValueError(
                "render_mode is %r, not None, 'rgb_array' or 'human'" % (render_mode,)
            )
        mode = "rgb_array" if render_mode else None
        self._vec = VectorEnv(config, 1, seed, mode, True, options)
        self.id = self._vec.id
        self.render_mode = render_mode
        self.observation_space = self._vec.single_observation_space
        self.action_space = self._vec.single_action_space
        self.max_episode_steps = self._vec.max_episode_steps
        self.metadata = {
            "render_modes": self._vec.metadata["render_modes"] and ["rgb_array", "human"],
            "render_fps": self._vec.metadata["render_fps"],
        }
        self._is_playing = False
        self._next: Any = None  # what reset() returns after an end: the library is there already
        self._picture = self._vec._draw_steps()[0] if render_mode else None
        self._window: Optional[Window] = None
        if render_mode == "human":
            assert self._picture is not None
            self._window = Window(self.id, self._picture, self.metadata["render_fps"])

    def reset(
        self, *, seed: Optional[int] = None, options: Optional[Dict[str, Any]] = None
    ) -> Tuple[Any, Dict[str, Any]]:
        """Begins an episode, from a seed or from where the environment's random numbers are."""
        super().reset(seed=seed)
        if seed is not None or self._next is None:
            obs, infos = self._vec.reset(seed=seed)
            self._next = self._vec._obs.at(obs, 0), infos
        obs, infos = self._next
        self._next = None
        self._is_playing = True
        if self._picture is not None:
            self._vec._draw(0, self._picture)
        self._show()
        return obs, self._info(infos)

    def step(self, action: npt.ArrayLike) -> Tuple[Any, float, bool, bool, Dict[str, Any]]:
        """One step: observation, reward, terminated, truncated, info. After an end, reset()."""
        if not self._is_playing:
            raise InvalidError("%s: reset the environment before stepping it" % self.id, 2)
        actions = self._vec._act.one(action, "the action")
        obs, rewards, terminations, truncations, infos = self._vec.step(actions)
        info = self._info(infos)
        seen = self._vec._obs.at(obs, 0)
        if "final_obs" in infos:
            self._next = seen, {k: v for k, v in infos.items() if "action_mask" in k}
            self._is_playing = False
            seen = infos["final_obs"][0]
            if "lost" in infos["final_info"]:
                info["lost"] = True  # it broke down: this step never took place
        self._show()
        return seen, float(rewards[0]), bool(terminations[0]), bool(truncations[0]), info

    def _show(self) -> None:
        if self._window is not None:
            self._window.show()

    @staticmethod
    def _info(infos: Dict[str, Any]) -> Dict[str, Any]:
        return {"action_mask": infos["action_mask"][0]} if "action_mask" in infos else {}

    def render(self) -> Any:
        """With render_mode "rgb_array": the picture [height, width, 3] of the last step."""
        if self.render_mode != "rgb_array":
            return None
        assert self._picture is not None
        return self._picture.copy()

    def close(self) -> None:
        if self._window is not None:
            self._window.close()
        self._vec.close()

    def __repr__(self) -> str:
        return "ppo.Env(%s)" % self.id
