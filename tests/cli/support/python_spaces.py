# SPDX-License-Identifier: MIT
"""What tests/cli/spaces.sh asks of the Python package, in a folder with the plug-ins libsort.so and
libeye.so and the runs learnt and eye: values of dicts in make, make_vec, act and predict."""

import numpy as np

import ppo

# --- one environment: values as the spaces say

env = ppo.make("./libeye.so", seed=3)
obs, _ = env.reset(seed=3)
assert list(env.observation_space.spaces) == ["camera", "weight"], env.observation_space
assert obs["camera"].shape == (36, 36) and obs["camera"].dtype == np.uint8
assert obs["weight"].shape == (1,) and obs["weight"].dtype == np.float32
assert env.observation_space.contains(obs)
kind = int(obs["camera"].argmax()) // (12 * 36)
action = {"bin": np.int64(kind), "force": obs["weight"]}
assert env.action_space.contains(action)
assert env.step(action)[1] == 1.0
assert env.step({"bin": 0, "force": np.float32([-1])})[1] < 1.0
for wrong in ({"bin": 0}, {"bin": 0, "force": np.zeros(2, np.float32)}, [0, 1]):
    try:
        env.step(wrong)
        raise AssertionError(wrong)
    except ValueError as error:
        assert "force" in str(error) or "bin" in str(error), error
env.close()

# --- many, with stacks: each part has the stack's axis in front

envs = ppo.make_vec("./libeye.so", 3, seed=5, frame_stack=2)
obs, _ = envs.reset(seed=5)
assert obs["camera"].shape == (3, 2, 36, 36) and obs["weight"].shape == (3, 2, 1)
assert (obs["camera"][:, 0] == obs["camera"][:, 1]).all()
before = obs
for step in range(16):
    actions = envs.action_space.sample()
    obs, rewards, ended, _, infos = envs.step(actions)
    assert (obs["weight"][:, 0] == before["weight"][:, 1]).all() or ended.all()
    before = obs
assert ended.all() and infos["final_obs"][2]["camera"].shape == (2, 36, 36)
assert (infos["final_info"]["episode"]["l"] == 16).all()
envs.close()

# --- agents

agent = ppo.load("learnt")
envs = agent.make_vec(4, seed=9)
obs, _ = envs.reset(seed=9)
total = np.zeros(4)
for step in range(16):
    actions, state = agent.predict(obs, deterministic=True)
    assert state is None and actions["bin"].shape == (4,) and actions["force"].shape == (4, 1)
    first = agent.act({key: part[0] for key, part in obs.items()})
    assert first["bin"] == actions["bin"][0] and (first["force"] == actions["force"][0]).all()
    obs, rewards, *_ = envs.step(actions)
    total += rewards
assert (total > 15.0).all(), total
envs.close()
agent.close()
agent = ppo.load("eye")
envs = agent.make_vec(2)
actions = agent.act(envs.reset()[0])
assert envs.action_space.contains(actions), actions
envs.close()
agent.close()
