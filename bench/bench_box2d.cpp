// SPDX-License-Identifier: MIT
// Our landers and walkers beside a plain C++ program (plain_box2d.hpp) over the same libbox2d,
// which says what this machine can do: `make bench B=box2d`. Steps per second of one environment on
// one thread, random actions, resets included, turn by turn; and the share of our time that is
// spent in b2World::Step.
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

double seconds_in_step; // since it was last set to 0

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

double run_ours(const ppo_env_class *env)
{
    double speed;
    ppo_error error;
    if (ppo_bench_env(&speed, env, 1, 1, turn_seconds, &error) != PPO_OK) {
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
    double theirs[turns], ours[turns], ratio[turns], share[turns];
    if (ppo_env_find(&env, task::id, nullptr) != PPO_OK)
        std::exit(1);
    alone.reset();
    for (int i = 0; i < turns; i++) {
        theirs[i] = run_plain(&alone);
        const double before = now();
        seconds_in_step = 0.0;
        ours[i] = run_ours(env);
        share[i] = seconds_in_step / (now() - before);
        ratio[i] = ours[i] / theirs[i];
    }
    std::printf("%-18s %9.0f %9.0f %9.3f %12.1f %%\n", task::id, median(theirs), median(ours),
                median(ratio), 100 * median(share));
}

} // namespace

// The linker sends every call of b2World::Step here, the library's too (bench/CMakeLists.txt).
void real_step(b2World *, float, int32, int32) __asm__("__real__ZN7b2World4StepEfii");
void timed_step(b2World *, float, int32, int32) __asm__("__wrap__ZN7b2World4StepEfii");

void timed_step(b2World *world, float seconds, int32 velocity_rounds, int32 position_rounds)
{
    const double start = now();
    real_step(world, seconds, velocity_rounds, position_rounds);
    seconds_in_step += now() - start;
}

int main()
{
    std::printf("steps/s              plain C++      ours     ratio   in Step\n");
    measure<plain::lander>();
    measure<plain::walker>();
    return 0;
}
