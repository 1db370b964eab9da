// SPDX-License-Identifier: MIT
// A part of a check: render and draw write every byte of a picture, nothing beyond it, and leave
// the instance as it was. See check_parts.h.
#include "check/check_parts.h"
#include "check/check_trace.h"

#include <string.h>

static const uint64_t seed = 4321;

static void draw(const ppo_probe *p, unsigned char *rgb, uint32_t width, uint32_t height)
{
    const ppo_env_class *env = p->child->env;
    if (width == env->render_width && height == env->render_height)
        env->render(p->self.data, rgb);
    else
        env->draw(p->self.data, rgb, width, height);
}

static void check_picture(ppo_check_child *c, ppo_probe *p, uint32_t width, uint32_t height)
{
    const size_t size = (size_t)width * height * 3;
    ppo_guarded_buffer one, two = {.data = NULL};
    if (ppo_guarded_create(&one, size, PPO_GUARDED_ALIGNED, PPO_FINDING_PAST_PICTURE) &&
        ppo_guarded_create(&two, size, PPO_GUARDED_ALIGNED, PPO_FINDING_PAST_PICTURE)) {
        memset(one.data, PPO_CHECK_FILL_1, size);
        memset(two.data, PPO_CHECK_FILL_2, size);
        const uint64_t before = ppo_check_hash(p->self.data, p->self.size);
        ppo_probe_begin_call(p, PPO_CALL_RENDER);
        draw(p, one.data, width, height);
        draw(p, two.data, width, height);
        if (ppo_check_hash(p->self.data, p->self.size) != before)
            ppo_check_add_finding(c, PPO_FINDING_RENDER_CHANGES, "a picture of %u x %u", width,
                                  height);
        if (!ppo_guarded_verify(&one) || !ppo_guarded_verify(&two))
            ppo_check_add_finding(c, PPO_FINDING_PAST_PICTURE, "%u x %u pixels are %zu bytes",
                                  width, height, size);
        const size_t i = ppo_check_first_unwritten(one.data, two.data, size);
        if (i < size)
            ppo_check_add_finding(c, PPO_FINDING_PICTURE_NOT_WRITTEN,
                                  "row %zu, column %zu of %u x %u", i / 3 / width, i / 3 % width,
                                  width, height);
    }
    ppo_guarded_destroy(&one);
    ppo_guarded_destroy(&two);
}

void ppo_check_pictures(ppo_check_child *c)
{
    static ppo_trace trace;
    const ppo_env_class *env = c->env;
    ppo_probe p;
    if (!env->render)
        return;
    if (ppo_probe_open(&p, c)) {
        for (size_t calls = 1; calls <= 41; calls += 20) // the first picture and two later ones
            if (ppo_trace_run(&trace, &p, &seed, 1, calls))
                check_picture(c, &p, env->render_width, env->render_height);
        if (env->draw) { // wide and high
            check_picture(c, &p, 97, 61);
            check_picture(c, &p, 64, 480);
        }
    }
    ppo_probe_close(&p);
}
