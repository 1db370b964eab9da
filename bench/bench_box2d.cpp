// SPDX-License-Identifier: MIT
// Our landers and walkers beside a plain C++ program (plain_box2d.hpp) over libbox2d 2.4: `make
// bench B=box2d`. Steps per second on one thread, random actions, resets included, turn by turn: of
// one environment, and of 32 that are stepped together.
#include "plain_box2d.hpp"
#include "ppo/bench.h"

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>

namespace
{

constexpr int turns = 9, steps_per_look = 50;
constexpr double turn_seconds = 1.0;
constexpr unsigned num_together = 32;

double now()
{
    const auto time = std::chrono::steady_clock::now().time_since_epoch();
    return std::chrono::duration<double>(time).count();
}

template <class task> double run_plain(task *t)
{
    const double start = now();
    double end;
    int steps = 0, length = 0;
    do {
        for (int i = 0; i < steps_per_look; i++, steps++)
            if (t->step() || ++length == task::time_limit) {
                t->reset();
                length = 0;
            }
        end = now();
    } while (end - start < turn_seconds);
    return steps / (end - start);
}

double run_ours(const ppo_env_class *env, unsigned num_envs)
{
    double speed;
    ppo_error error;
    if (ppo_bench_env(&speed, env, num_envs, 1, turn_seconds, &error) != PPO_OK) {
        std::fprintf(stderr, "bench_box2d: %s\n", error.message);
        std::exit(1);
    }
    return speed;
}

double median(double (&value)[turns])
{
    std::nth_element(value, value + turns / 2, value + turns);
    return value[turns / 2];
}

template <class task> void measure()
{
    static task alone;
    const ppo_env_class *env = nullptr;
    double theirs[turns], one[turns], many[turns], one_ratio[turns], many_ratio[turns];
    if (ppo_env_find(&env, task::id, nullptr) != PPO_OK)
        std::exit(1);
    alone.reset();
    for (int i = 0; i < turns; i++) {
        theirs[i] = run_plain(&alone);
        one[i] = run_ours(env, 1);
        many[i] = run_ours(env, num_together);
        one_ratio[i] = one[i] / theirs[i];
        many_ratio[i] = many[i] / theirs[i];
    }
    std::printf("%-18s %9.0f %9.0f %7.2f %9.0f %7.2f\n", task::id, median(theirs), median(one),
                median(one_ratio), median(many), median(many_ratio));
}

} // namespace

int main()
{
    std::printf("steps/s              plain C++  ours, one   ratio  together   ratio\n");
    measure<plain::lander>();
    measure<plain::walker>();
    return 0;
}
