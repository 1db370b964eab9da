# SPDX-License-Identifier: MIT
"""What tests/cli/python.sh asks of the Python package, in a folder with the runs cartpole and
pendulum, the program step_together and the plug-in libmasked.so. With --own-spaces as if there were
no Gymnasium."""

import json
import os
import subprocess
import sys
import threading
import time
import unittest
from unittest import mock

OWN_SPACES = "--own-spaces" in sys.argv
if OWN_SPACES:
    sys.argv.remove("--own-spaces")
    sys.modules["gymnasium"] = None  # importing it fails

import numpy as np

import ppo

PPO = os.environ["PPO_BIN"]


def output(*command, code=0):
    done = subprocess.run(command, capture_output=True, text=True, stdin=subprocess.DEVNULL)
    assert done.returncode == code, done.stderr
    return done.stdout if code == 0 else done.stderr


def play(envs, steps, choose):
    """The lines that step_together prints."""
    lines = []
    obs, infos = envs.reset()
    for t in range(steps):
        obs, _, _, truncations, infos = envs.step(choose(obs))
        if "final_info" not in infos:
            continue
        episode = infos["final_info"]["episode"]
        for n in np.flatnonzero(infos["final_info"]["_episode"]):
            lines.append(
                "step %d environment %d return %.17g length %d%s"
                % (t, n, episode["r"][n], episode["l"][n], " truncated" if truncations[n] else "")
            )
    return lines


class SameAsC(unittest.TestCase):
    def test_environments(self):
        lines = output("./step_together", "CartPole-v1", "6", "21", "300").splitlines()
        envs = ppo.make_vec("CartPole-v1", 6, seed=21)
        self.assertGreater(len(lines), 100)
        self.assertEqual(play(envs, 300, lambda obs: np.zeros(6, int)), lines)
        envs.close()

    def test_agents(self):
        for run, env, count in (("cartpole", "CartPole-v1", 5), ("pendulum", "Pendulum-v1", 3)):
            lines = output("./step_together", env, str(count), "7", "600", run).splitlines()
            agent = ppo.load(run)
            envs = agent.make_vec(count, seed=7)
            self.assertGreater(len(lines), 3)
            self.assertEqual(play(envs, 600, agent.act), lines)
            # One at a time is the same, in other threads too.
            envs = agent.make_vec(count, seed=7, threads=2)
            one_by_one = lambda obs: np.stack([agent.act(o) for o in obs])
            self.assertEqual(play(envs, 600, one_by_one), lines)
            self.assertEqual(agent.env_id, env)

    def test_evaluation(self):
        for run in ("cartpole", "pendulum"):
            said = json.loads(output(PPO, "eval", run, "--episodes", "7", "--seed", "40", "--json"))
            said = said.get("evaluation", said)
            agent = ppo.load(run)
            got = agent.evaluate(7, seed=40)
            for name in ("return_mean", "return_std", "length_mean"):
                self.assertAlmostEqual(got[name], said[name], delta=1e-5 * abs(said[name]))
            envs, returns = agent.make_vec(7, seed=40), {}
            obs, _ = envs.reset()
            while len(returns) < 7:
                obs, _, _, _, infos = envs.step(agent.act(obs))
                if "final_info" in infos:
                    for n in np.flatnonzero(infos["final_info"]["_episode"]):
                        returns.setdefault(n, infos["final_info"]["episode"]["r"][n])
            self.assertEqual([returns[n] for n in range(7)], list(got["returns"]))

    def test_evaluation_on_fresh_seeds(self):
        # As `ppo eval` does: on other seeds than those that have chosen the best agent.
        said = json.loads(output(PPO, "eval", "pendulum", "--episodes", "3", "--json"))
        agent = ppo.load("pendulum")
        got = agent.evaluate(3)
        self.assertNotEqual(said["seed"], agent.config["eval_seed"])
        np.testing.assert_array_equal(got["returns"], agent.evaluate(3, seed=said["seed"])["returns"])
        chosen = agent.evaluate(3, seed=agent.config["eval_seed"])
        self.assertFalse(np.array_equal(got["returns"], chosen["returns"]))

    def test_predict(self):
        for run, shape in (("cartpole", (4,)), ("pendulum", (3, 3))):
            obs = np.random.default_rng(5).normal(size=(6, *shape)).astype(np.float32)
            agent = ppo.load(run, seed=8)
            actions, state = agent.predict(obs, deterministic=True)
            np.testing.assert_array_equal(actions, agent.act(obs))
            self.assertIsNone(state)
            action, state = agent.predict(obs[0], None, np.ones(1), True)
            np.testing.assert_array_equal(action, actions[0])
            # Sampled unless told otherwise, from the agent's own stream.
            other = ppo.load(run, seed=8)
            np.testing.assert_array_equal(agent.predict(obs)[0], other.act(obs, False))

    def test_hash_and_training(self):
        with ppo.load("cartpole") as agent:
            self.assertEqual(agent.hash, output(PPO, "hash", "cartpole").split()[0])
            self.assertEqual(agent.config["total_timesteps"], 8192)
            self.assertIs(agent.config["norm_obs"], False)
            self.assertEqual(agent.config["hidden_sizes"], [16])
            self.assertEqual(agent.config["critic_hidden_sizes"], [])
        small = dict(
            total_timesteps=8192,
            num_envs=4,
            num_steps=128,
            minibatch_size=128,
            update_epochs=2,
            hidden_sizes=[16],
            eval_every=0,
            eval_episodes=3,
        )
        seen = []
        stopped = ppo.train(
            "CartPole-v1",
            run_dir="mine",
            restart=True,
            on_iteration=lambda stats: seen.append(stats) or len(seen) == 3,
            **small,
        )
        self.assertEqual([s["iteration"] for s in seen], [1, 2, 3])
        self.assertEqual(stopped.stats["global_step"], 3 * 512)
        with self.assertRaises(KeyboardInterrupt):
            ppo.train("CartPole-v1", run_dir="mine", on_iteration=self.interrupt, **small)
        done = ppo.train("CartPole-v1", run_dir="mine", **small)
        self.assertEqual(done.hash, output(PPO, "hash", "cartpole").split()[0])
        self.assertEqual(done.stats["iteration"], 16)
        self.assertEqual(done.evaluation["episodes"], 3)
        self.assertEqual(done.load().env_id, "CartPole-v1")
        with self.assertRaises(ppo.Error) as caught:
            ppo.train("CartPole-v1", run_dir="mine", gamma=0.5, **small)
        self.assertEqual(caught.exception.status, 6)
        self.assertIn("gamma", str(caught.exception))

    @staticmethod
    def interrupt(stats):
        assert stats["iteration"] == 4
        raise KeyboardInterrupt


class VectorEnvs(unittest.TestCase):
    def test_interface(self):
        envs = ppo.make_vec("CartPole-v1", 3, seed=1, max_episode_steps=9)
        self.assertEqual(envs.num_envs, 3)
        self.assertEqual(envs.single_observation_space.shape, (4,))
        self.assertEqual(envs.observation_space.shape, (3, 4))
        self.assertEqual(envs.single_action_space.n, 2)
        self.assertEqual(envs.action_space.shape, (3,))
        self.assertEqual(envs.metadata["autoreset_mode"].value, "SameStep")
        self.assertIn(envs.action_space.sample(), envs.action_space)
        obs, infos = envs.reset(seed=5)
        self.assertEqual(infos, {})
        self.assertIn(obs, envs.observation_space)
        again, _ = envs.reset(seed=[5, 6, 7])
        np.testing.assert_array_equal(obs, again)
        other, _ = envs.reset()
        self.assertFalse(np.array_equal(obs, other))
        ends = 0
        for _ in range(40):
            before = obs.copy()
            new, rewards, terminations, truncations, infos = envs.step(envs.action_space.sample())
            np.testing.assert_array_equal(obs, before)  # arrays are the caller's
            obs = new
            self.assertEqual((rewards.dtype, rewards.shape), (np.float64, (3,)))
            self.assertEqual(terminations.dtype, np.bool_)
            ended = terminations | truncations
            if not ended.any():
                self.assertEqual(infos, {})
                continue
            ends += ended.sum()
            np.testing.assert_array_equal(infos["_final_obs"], ended)
            for n in range(3):
                self.assertEqual(infos["final_obs"][n] is not None, ended[n])
            self.assertTrue((infos["final_info"]["episode"]["l"][ended] <= 9).all())
        self.assertGreater(ends, 9)
        envs.close()
        envs.close()
        self.assertFalse(envs._destroy.alive)
        with self.assertRaises(RuntimeError):
            envs.reset()

    def test_no_copy(self):
        envs = ppo.make_vec("Acrobot-v1", 2, seed=1, copy=False)
        first, _ = envs.reset()
        second = envs.step([0, 2])[0]
        self.assertIs(first, second)

    def test_all(self):
        for id in ppo.envs():
            try:
                envs = ppo.make_vec(id, 2, seed=3)
            except ppo.NotFoundError as missing:
                self.assertIn("cartridge", str(missing))
                continue
            obs, _ = envs.reset()
            self.assertIn(obs, envs.observation_space)
            obs, *_ = envs.step(envs.action_space.sample())
            self.assertIn(obs, envs.observation_space)
            if envs.metadata["render_modes"] and id == "CartPole-v1":
                drawn = ppo.make_vec(id, 2, seed=3, render_mode="rgb_array")
                drawn.reset()
                pictures = drawn.render()
                self.assertEqual((len(pictures), pictures[0].ndim), (2, 3))
                self.assertGreater(pictures[0].std(), 0)
                self.assertIsNone(envs.render())
            envs.close()

    def test_processes(self):
        play_both = []
        for options in ({}, {"workers": "process", "num_workers": 2}):
            envs = ppo.make_vec("Pendulum-v1", 4, seed=9, frame_stack=2, **options)
            obs, _ = envs.reset()
            self.assertEqual(obs.shape, (4, 2, 3))
            trace = [obs]
            for t in range(250):
                obs, rewards, *_ = envs.step(np.full((4, 1), np.sin(t)))
                trace += [obs, rewards]
            play_both.append(trace)
            envs.close()
        for here, there in zip(*play_both):
            np.testing.assert_array_equal(here, there)

    def test_fork(self):
        envs = ppo.make_vec("CartPole-v1", 4, seed=1, threads=2, workers="process")
        envs.reset()
        child = os.fork()
        if child == 0:
            try:
                envs.step([0] * 4)
            except RuntimeError:
                envs.close()
                os._exit(7)
            os._exit(0)
        self.assertEqual(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), 7)
        lost = [envs.step([0] * 4)[4].get("final_info", {}).get("lost") for _ in range(50)]
        self.assertEqual(set(lost), {None})
        envs.close()

    def test_threads_of_python(self):
        envs = ppo.make_vec("CartPole-v1", 4, seed=1)
        envs.reset()
        threads = [
            threading.Thread(target=lambda: [envs.step([0, 1, 0, 1]) for _ in range(2000)])
            for _ in range(3)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

    def test_masks(self):
        envs = ppo.make_vec("./libmasked.so:Masked-v0", 3, seed=1)
        obs, infos = envs.reset()
        np.testing.assert_array_equal(infos["action_mask"], [[1, 0, 1]] * 3)
        with self.assertRaisesRegex(ppo.InvalidError, "forbids"):
            envs.step([0, 1, 2])
        run = ppo.train(
            "./libmasked.so:Masked-v0",
            run_dir="masked",
            restart=True,
            total_timesteps=512,
            num_envs=2,
            num_steps=64,
            eval_episodes=1,
        )
        agent = run.load(seed=3)
        sampled = [agent.act(obs, False, infos["action_mask"]) for _ in range(100)]
        self.assertEqual(set(np.ravel(sampled)), {0, 2})
        for only in range(3):
            mask = np.arange(3) == only
            self.assertEqual(agent.act(obs[0], action_mask=mask), only)
        with self.assertRaisesRegex(ValueError, "no value"):
            agent.act(obs, action_mask=np.zeros((3, 3)))
        with self.assertRaisesRegex(ValueError, "have shape"):
            agent.act(obs, action_mask=[1, 0, 1])
        with self.assertRaisesRegex(ValueError, "have no masks"):
            ppo.load("pendulum").act(np.zeros((3, 3)), action_mask=[1])


class SingleEnvs(unittest.TestCase):
    def test_same_episodes_as_side_by_side(self):
        for id, options in (("CartPole-v1", {}), ("Pendulum-v1", dict(frame_stack=2, frame_skip=3))):
            env, envs = ppo.make(id, seed=4, **options), ppo.make_vec(id, 1, seed=4, **options)
            obs, info = env.reset()
            all_obs, _ = envs.reset()
            self.assertEqual(info, {})
            self.assertIn(obs, env.observation_space)
            ends = 0
            for t in range(400):
                np.testing.assert_array_equal(obs, all_obs[0])
                env.action_space.seed(t)
                action = env.action_space.sample()
                obs, reward, terminated, truncated, info = env.step(action)
                all_obs, rewards, terminations, truncations, infos = envs.step([action])
                self.assertEqual((reward, terminated, truncated),
                                 (rewards[0], terminations[0], truncations[0]))
                self.assertEqual((type(reward), type(terminated)), (float, bool))
                if terminated or truncated:
                    ends += 1
                    np.testing.assert_array_equal(obs, infos["final_obs"][0])
                    with self.assertRaisesRegex(ppo.InvalidError, "reset"):
                        env.step(action)
                    obs, _ = env.reset()
            self.assertGreater(ends, 3)
            env.close()
            envs.close()

    def test_seeds(self):
        env = ppo.make("Acrobot-v1")
        with self.assertRaisesRegex(ppo.InvalidError, "reset"):
            env.step(0)
        first, _ = env.reset(seed=7)
        second, _ = env.reset()
        again, _ = env.reset(seed=7)
        np.testing.assert_array_equal(first, again)
        self.assertFalse(np.array_equal(first, second))
        np.testing.assert_array_equal(env.reset()[0], second)
        with self.assertRaisesRegex(ValueError, "shape"):
            env.step([0])

    def test_pictures(self):
        with ppo.make("CartPole-v1", render_mode="rgb_array") as env:
            self.assertIn("rgb_array", env.metadata["render_modes"])
            env.reset(seed=1)
            before = env.render()
            self.assertEqual((before.shape, before.dtype), ((400, 600, 3), np.uint8))
            np.testing.assert_array_equal(before, env.render())
            for _ in range(100):
                _, _, terminated, _, _ = env.step(1)
                if terminated:
                    break
                before = env.render()
            last = env.render()  # of the episode that has ended, not of the next one
            moved = np.abs(last.astype(int) - before).max(axis=2) > 0
            self.assertTrue(0 < moved.sum() < 12000)
            env.reset()
            fresh = np.abs(env.render().astype(int) - last).max(axis=2) > 0
            self.assertGreater(fresh.sum(), moved.sum())
        self.assertIsNone(ppo.make("CartPole-v1").render())
        with self.assertRaises(ValueError):
            ppo.make("CartPole-v1", render_mode="ansi")

    @unittest.skipIf("windows: absent" in output(PPO, "info"), "no windows in this build")
    def test_window(self):
        hidden = {"SDL_VIDEODRIVER": "", "DISPLAY": "", "WAYLAND_DISPLAY": ""}
        with mock.patch.dict(os.environ, hidden):
            with self.assertRaisesRegex(ppo.UnsupportedError, "display"):
                ppo.make("CartPole-v1", render_mode="human")
        with mock.patch.dict(os.environ, {"SDL_VIDEODRIVER": "dummy"}):
            env = ppo.make("CartPole-v1", render_mode="human")
            plain = ppo.make("CartPole-v1")
            np.testing.assert_array_equal(env.reset(seed=2)[0], plain.reset(seed=2)[0])
            began = time.monotonic()
            for t in range(10):
                np.testing.assert_array_equal(env.step(t % 2)[0], plain.step(t % 2)[0])
            self.assertGreater(time.monotonic() - began, 9 / env.metadata["render_fps"])
            self.assertIsNone(env.render())
            env._window.close()  # as when somebody closes it: the episode goes on, unseen
            env.step(0)
            env.close()
            env.close()

    def test_of_agents_and_masks(self):
        env = ppo.load("pendulum").make(seed=3, max_episode_steps=10)
        obs, _ = env.reset()
        self.assertEqual(obs.shape, (3, 3))
        self.assertEqual(env.max_episode_steps, 10)
        env = ppo.make("./libmasked.so:Masked-v0", seed=1)
        _, info = env.reset()
        np.testing.assert_array_equal(info["action_mask"], [1, 0, 1])
        self.assertIn("action_mask", env.step(2)[4])
        with self.assertRaisesRegex(ppo.InvalidError, "forbids"):
            env.step(1)

    def test_memory(self):
        run = ppo.train(
            "TMaze",
            run_dir="maze",
            restart=True,
            total_timesteps=512,
            num_envs=2,
            num_steps=64,
            num_minibatches=2,
            memory="lstm",
            memory_size=8,
            eval_episodes=1,
        )
        agent = run.load()
        self.assertEqual(agent.memory_size, 16)
        envs = agent.make_vec(3, seed=1)
        obs, _ = envs.reset()
        starts = np.ones(3, bool)
        state = np.full((3, 8), 0.5), np.full((3, 8), 0.5)  # forgotten where an episode starts
        for _ in range(30):
            actions, after = agent.act(obs, state=state, episode_start=starts)
            h, c = (np.where(starts[:, None], 0.0, part) for part in state)
            for n in range(3):  # one at a time, and the start said by an empty state
                action, alone = agent.act(obs[n], state=(h[n], c[n]))
                self.assertEqual(action, actions[n])
                for part, whole in zip(alone, after):
                    np.testing.assert_array_equal(part, whole[n])
            obs, _, terminations, truncations, _ = envs.step(actions)
            starts, state = terminations | truncations, after
        np.testing.assert_array_equal(agent.act(obs)[1], agent.act(obs, state=None)[1])
        with self.assertRaisesRegex(ValueError, "the state has shape"):
            agent.act(obs, state=(np.zeros(5),))
        with self.assertRaisesRegex(ValueError, "the state is not finite"):
            agent.act(obs, state=(np.full((3, 8), np.nan), np.zeros((3, 8))))
        with self.assertRaisesRegex(ValueError, "episode_start has 2"):
            agent.act(obs, episode_start=[True, False])
        with self.assertRaisesRegex(ValueError, "no memory"):
            ppo.load("pendulum").act(np.zeros((3, 3, 3)), state=(np.zeros(3),))


class Failures(unittest.TestCase):
    def test_sentences(self):
        with self.assertRaises(ppo.NotFoundError) as caught:
            ppo.make_vec("CartPoel-v1")
        self.assertIn("did you mean CartPole-v1?", str(caught.exception))
        self.assertIsInstance(caught.exception, LookupError)
        said = output(PPO, "eval", "nothing", code=3)
        with self.assertRaises(ppo.NotFoundError) as caught:
            ppo.load("nothing")
        self.assertIn(str(caught.exception), said)
        for wrong, sentence in (
            (dict(frame_skp=2), "frame_skip"),
            (dict(frame_skip=0), r"\[1, 1000\]"),
            (dict(learning_rate=1), "setting of learning"),
            (dict(norm_obs=True), "setting of learning"),
            (dict(num_envs=0), "num_envs"),
            (dict(seed=-1), "seed"),
        ):
            with self.assertRaisesRegex(ppo.InvalidError, sentence):
                ppo.make_vec("CartPole-v1", **wrong)
        with self.assertRaises(ValueError):
            ppo.make_vec("CartPole-v1", render_mode="human")
        with open("broken.safetensors", "wb") as file:
            file.write(b"no checkpoint")
        with self.assertRaises(ppo.Error) as caught:
            ppo.load("broken.safetensors")
        self.assertEqual(caught.exception.status, 5)

    def test_steps(self):
        envs = ppo.make_vec("CartPole-v1", 2, seed=1)
        with self.assertRaisesRegex(ppo.InvalidError, "reset"):
            envs.step([0, 1])
        envs.reset()
        with self.assertRaisesRegex(ppo.InvalidError, "environment 1: action element 0 is 2"):
            envs.step([0, 2])
        with self.assertRaisesRegex(ValueError, "shape"):
            envs.step([0])
        with self.assertRaises(TypeError):
            envs.step([0.5, 1.0])
        for seed in (-1, [1], [1, 2, 3], [1, -2]):
            with self.assertRaises(ValueError):
                envs.reset(seed=seed)
        envs.step([0, 1])
        envs = ppo.make_vec("Pendulum-v1", 2, seed=1)
        envs.reset()
        with self.assertRaisesRegex(ppo.InvalidError, "not a number"):
            envs.step([[0.0], [np.nan]])

    def test_observations(self):
        agent = ppo.load("pendulum")
        self.assertEqual(agent.observation_space.shape, (3, 3))
        self.assertEqual(agent.act(np.zeros((3, 3))).shape, (1,))
        self.assertEqual(agent.act(np.zeros((0, 3, 3))).shape, (0, 1))
        for shape in ((3,), (2, 3), (5, 2, 3), (1, 1, 3, 3), ()):
            with self.assertRaisesRegex(ValueError, "the last 3"):
                agent.act(np.zeros(shape))
        with self.assertRaises(TypeError):
            agent.act(np.full((3, 3), "x"))
        for wrong in (np.nan, np.inf, -1e300):
            bad = np.zeros((2, 3, 3))
            bad[1, 2, 0] = wrong
            for use in (agent.act, agent.predict):
                with self.assertRaisesRegex(ValueError, r"observations: element \[1, 2, 0\] is "):
                    use(bad)
        repeatable = [ppo.load("pendulum", seed=4) for _ in range(2)]
        drawn = [[a.act(np.ones((3, 3)), False)[0] for _ in range(5)] for a in repeatable]
        self.assertEqual(drawn[0], drawn[1])
        self.assertEqual(len(set(drawn[0])), 5)
        agent.close()
        for use in (lambda: agent.act(np.zeros((3, 3))), lambda: agent.hash, agent.evaluate):
            with self.assertRaises(RuntimeError):
                use()


class Leaks(unittest.TestCase):
    @staticmethod
    def resident():
        with open("/proc/self/statm") as file:
            return int(file.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")

    def growth(self, make, count):
        for _ in range(count // 10):
            make()
        before, files = self.resident(), len(os.listdir("/proc/self/fd"))
        for _ in range(count):
            make()
        self.assertEqual(len(os.listdir("/proc/self/fd")), files)
        return self.resident() - before

    def test_create_and_close(self):
        def make():
            envs = ppo.make_vec("CartPole-v1", 2, seed=1)
            envs.reset()
            envs.step([0, 1])
            envs.close()

        # 100 bytes lost in each would be a million.
        self.assertLess(self.growth(make, 10000), 800_000)

    def test_forgotten(self):
        def make():
            ppo.make_vec("Acrobot-v1", 1, seed=1).reset()

        self.assertLess(self.growth(make, 2000), 500_000)
        self.assertLess(self.growth(lambda: ppo.load("cartpole").act(np.zeros(4)), 300), 500_000)


@unittest.skipIf(OWN_SPACES, "without Gymnasium")
class Gymnasium(unittest.TestCase):
    def test_single(self):
        import warnings

        import gymnasium
        from gymnasium.utils.env_checker import check_env

        env = ppo.make("CartPole-v1")
        self.assertIsInstance(env, gymnasium.Env)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            check_env(env, skip_render_check=True)
        env = gymnasium.wrappers.RecordEpisodeStatistics(gymnasium.wrappers.TimeLimit(env, 5))
        env.reset(seed=1)
        for t in range(5):
            *_, truncated, info = env.step(t % 2)
        self.assertTrue(truncated)
        self.assertEqual(info["episode"]["r"], 5)

    def test_equal(self):
        import gymnasium

        mode = gymnasium.vector.AutoresetMode.SAME_STEP
        # NumPy's sines differ from build to build in their last bit, which these two games see.
        same = np.testing.assert_array_equal
        close = lambda mine, other: np.testing.assert_allclose(mine, other, rtol=1e-3, atol=1e-3)
        for id, steps, compare in (
            ("CartPole-v1", 1500, same),
            ("MountainCar-v0", 450, same),
            ("Pendulum-v1", 450, close),
            ("Acrobot-v1", 150, close),
        ):
            theirs = gymnasium.vector.SyncVectorEnv(
                [lambda: gymnasium.make(id)] * 4, autoreset_mode=mode
            )
            ours = ppo.make_vec(id, 4)
            self.assertIsInstance(ours, gymnasium.vector.VectorEnv)
            self.assertEqual(ours.single_action_space, theirs.single_action_space)
            self.assertEqual(ours.action_space, theirs.action_space)
            self.assertEqual(ours.observation_space.shape, theirs.observation_space.shape)
            np.testing.assert_array_equal(ours.reset(seed=3)[0], theirs.reset(seed=3)[0])
            ours.action_space.seed(1)
            ends = 0
            for _ in range(steps):
                actions = ours.action_space.sample()
                got, wanted = ours.step(actions), theirs.step(actions)
                for mine, other in zip(got[:4], wanted[:4]):
                    compare(mine, other)
                    self.assertEqual(mine.dtype, other.dtype)
                self.assertEqual("final_obs" in got[4], "final_obs" in wanted[4])
                if "final_obs" in got[4]:
                    ends += 1
                    np.testing.assert_array_equal(got[4]["_final_obs"], wanted[4]["_final_obs"])
                    for n in np.flatnonzero(got[4]["_final_obs"]):
                        compare(got[4]["final_obs"][n], wanted[4]["final_obs"][n])
            self.assertTrue(ends > 0 or id == "Acrobot-v1")
            ours.close()
            theirs.close()

    def test_bridge(self):
        there = ppo.make_vec("gym:CartPole-v1", 3, num_workers=1)
        here = ppo.make_vec("CartPole-v1", 3)
        np.testing.assert_array_equal(there.reset(seed=8)[0], here.reset(seed=8)[0])
        for _ in range(60):
            actions = here.action_space.sample()
            for mine, other in zip(here.step(actions)[:4], there.step(actions)[:4]):
                np.testing.assert_array_equal(mine, other)
        there.close()

    def test_wrappers(self):
        import gymnasium

        envs = ppo.make_vec("CartPole-v1", 3)
        envs = gymnasium.wrappers.vector.RecordEpisodeStatistics(envs)
        envs = gymnasium.wrappers.vector.ClipReward(envs, 0.0, 0.5)
        envs.reset(seed=1)
        for _ in range(60):
            rewards = envs.step(envs.action_space.sample())[1]
            self.assertTrue((rewards == 0.5).all())
        envs.close()


if __name__ == "__main__":
    unittest.main()
