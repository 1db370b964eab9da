// SPDX-License-Identifier: MIT
// Learning curves: which runs make a curve together, what it and the picture are called. See
// ppo/plot.h. Owns nothing between calls. Not here: reading (plot_data.c), drawing (plot_draw.c).
#include "ppo/plot.h"

#include "core/error.h"
#include "ppo/env.h"
#include "run/plot_data.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { VALUE_TEXT = 512, MAX_TOLD = 3, MAX_SIDE = 10000 };

#define USUAL_METRIC "rollout/ep_rew_mean"

// Runs that become one curve.
typedef struct group {
    size_t first; // number of its first run
    size_t count;
} group;

typedef struct plot {
    const ppo_plot_options *options;
    const char *metric;
    ppo_samples *runs;
    size_t num_runs;  // read so far
    size_t *group_of; // [num_runs]
    group *groups;
    size_t num_groups;
    ppo_curve *curves; // [num_groups]
    size_t num_curves; // made so far
    size_t *members;   // [num_runs] scratch
    ppo_figure figure;
} plot;

// --- which runs belong together -----------------------------------------------------------------

static bool options_differ(const ppo_config *a, const ppo_config *b, size_t index)
{
    char x[VALUE_TEXT], y[VALUE_TEXT];
    ppo_option_format(a, index, x, sizeof x);
    ppo_option_format(b, index, y, sizeof y);
    return strcmp(x, y) != 0;
}

static bool counts(size_t index)
{
    const ppo_option option = ppo_option_at(index);
    return option.changes_result && strcmp(option.name, "seed") != 0;
}

static bool is_same_task(const ppo_samples *a, const ppo_samples *b)
{
    if (!a->has_config || !b->has_config)
        return false;
    for (size_t i = 0; i < ppo_option_count(); i++)
        if (counts(i) && options_differ(&a->config, &b->config, i))
            return false;
    return true;
}

static const ppo_samples *first_of(const plot *p, size_t g)
{
    return &p->runs[p->groups[g].first];
}

static void group_runs(plot *p)
{
    for (size_t i = 0; i < p->num_runs; i++) {
        size_t g = 0;
        while (g < p->num_groups &&
               (p->options->each || !is_same_task(first_of(p, g), &p->runs[i])))
            g++;
        if (g == p->num_groups)
            p->groups[p->num_groups++].first = i;
        p->groups[g].count++;
        p->group_of[i] = g;
    }
}

// --- names --------------------------------------------------------------------------------------

static bool is_same_env(const ppo_samples *a, const ppo_samples *b)
{
    return a->has_config && b->has_config && strcmp(a->config.env_id, b->config.env_id) == 0;
}

static bool has_one_env(const plot *p)
{
    for (size_t i = 0; i < p->num_runs; i++)
        if (!is_same_env(&p->runs[0], &p->runs[i]))
            return false;
    return true;
}

// Does the option differ between curves of the same environment as `s`?
static bool tells_apart(const plot *p, const ppo_samples *s, size_t option)
{
    for (size_t g = 0; counts(option) && g < p->num_groups; g++)
        if (is_same_env(s, first_of(p, g)) &&
            options_differ(&s->config, &first_of(p, g)->config, option))
            return true;
    return false;
}

static void append(char text[PPO_PLOT_TEXT], const char *between, const char *more)
{
    const size_t used = strlen(text);
    snprintf(text + used, PPO_PLOT_TEXT - used, "%s%s", used ? between : "", more);
}

static void append_value(char label[PPO_PLOT_TEXT], const ppo_config *config, size_t option)
{
    char value[VALUE_TEXT], text[PPO_PLOT_TEXT];
    ppo_option_format(config, option, value, sizeof value);
    snprintf(text, sizeof text, "%s %.80s", ppo_option_at(option).name, value);
    append(label, ", ", text);
}

static void append_seeds(char label[PPO_PLOT_TEXT], const plot *p, size_t g)
{
    char text[64];
    if (p->groups[g].count > 1)
        snprintf(text, sizeof text, "%zu seeds", p->groups[g].count);
    else
        snprintf(text, sizeof text, "seed %llu", (unsigned long long)first_of(p, g)->config.seed);
    append(label, ", ", text);
}

// A curve is called after what sets it apart: environment, settings, seed; or after its directory.
static void name_curve(ppo_curve *curve, const plot *p, size_t g)
{
    const ppo_samples *s = first_of(p, g);
    size_t differing = 0;
    curve->label[0] = '\0';
    if (s->has_config && !has_one_env(p))
        append(curve->label, "", s->config.env_id);
    for (size_t i = 0; s->has_config && i < ppo_option_count(); i++)
        if (tells_apart(p, s, i) && ++differing <= MAX_TOLD)
            append_value(curve->label, &s->config, i);
    if (!s->has_config || differing > MAX_TOLD)
        snprintf(curve->label, sizeof curve->label, "%s", s->name);
    else
        append_seeds(curve->label, p, g);
}

static void describe_metric(char text[PPO_PLOT_TEXT], const char *metric)
{
    static const struct {
        const char *metric, *text;
    } known[] = {
        {USUAL_METRIC, "mean return of the last 100 episodes"},
        {"rollout/ep_len_mean", "mean length of the last 100 episodes"},
        {"return_mean", "mean return of the evaluation's episodes"},
        {"time/fps", "environment steps per second"},
    };
    snprintf(text, PPO_PLOT_TEXT, "%s", metric);
    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++)
        if (strcmp(known[i].metric, metric) == 0)
            snprintf(text, PPO_PLOT_TEXT, "%s", known[i].text);
}

static void name_figure(plot *p)
{
    ppo_figure *f = &p->figure;
    const bool is_task = has_one_env(p);
    if (p->options->title)
        snprintf(f->title, sizeof f->title, "%s", p->options->title);
    else
        snprintf(f->title, sizeof f->title, "%s",
                 is_task              ? p->runs[0].config.env_id
                 : p->num_groups == 1 ? p->runs[0].name
                                      : "Learning curves");
    describe_metric(f->subtitle, p->metric);
    size_t most = 1;
    for (size_t g = 0; g < p->num_groups; g++)
        most = p->groups[g].count > most ? p->groups[g].count : most;
    if (p->num_groups == 1 && p->runs[0].has_config)
        append_seeds(f->subtitle, p, 0);
    if (most > 1)
        append(f->subtitle, ": ", "mean and range");
}

// --- axes ---------------------------------------------------------------------------------------

// Wall clock in the unit that a person would tell it in.
static void name_x(plot *p)
{
    static const struct {
        double from, size;
        const char *name;
    } units[] = {{7200.0, 3600.0, "hours of training"},
                 {300.0, 60.0, "minutes of training"},
                 {0.0, 1.0, "seconds of training"}};
    double longest = 0.0;
    snprintf(p->figure.x_label, PPO_PLOT_TEXT, "environment steps");
    if (p->options->x == PPO_PLOT_STEPS)
        return;
    for (size_t g = 0; g < p->num_curves; g++)
        longest = fmax(longest, p->curves[g].x[p->curves[g].count - 1]);
    size_t u = 0;
    while (longest < units[u].from)
        u++;
    snprintf(p->figure.x_label, PPO_PLOT_TEXT, "%s", units[u].name);
    for (size_t g = 0; g < p->num_curves; g++)
        for (size_t i = 0; i < p->curves[g].count; i++)
            p->curves[g].x[i] /= units[u].size;
}

// The return that counts as solved, where returns of one task are shown.
static void find_level(plot *p)
{
    const ppo_config *config = &p->runs[0].config;
    const ppo_env_class *env = NULL;
    p->figure.level = (double)NAN;
    if (strcmp(p->metric, USUAL_METRIC) != 0 || !has_one_env(p))
        return;
    if (ppo_env_find(&env, config->env_id, NULL) == PPO_OK)
        p->figure.level = env->reward_threshold;
    if (isfinite(config->solved_return))
        p->figure.level = config->solved_return;
    if (!isfinite(p->figure.level))
        p->figure.level = (double)NAN;
    snprintf(p->figure.level_label, sizeof p->figure.level_label, "solved at %g", p->figure.level);
}

// --- all of it ----------------------------------------------------------------------------------

static ppo_status no_memory(ppo_error *error)
{
    return ppo_fail(error, PPO_NO_MEMORY, "out of memory drawing curves");
}

static ppo_status take_memory(plot *p, size_t num_runs, ppo_error *error)
{
    p->runs = calloc(num_runs, sizeof *p->runs);
    p->group_of = calloc(num_runs, sizeof *p->group_of);
    p->groups = calloc(num_runs, sizeof *p->groups);
    p->curves = calloc(num_runs, sizeof *p->curves);
    p->members = calloc(num_runs, sizeof *p->members);
    return p->runs && p->group_of && p->groups && p->curves && p->members ? PPO_OK
                                                                          : no_memory(error);
}

static ppo_status read_runs(plot *p, const char *const *runs, size_t num_runs, ppo_error *error)
{
    for (; p->num_runs < num_runs; p->num_runs++)
        PPO_TRY(ppo_samples_read(&p->runs[p->num_runs], runs[p->num_runs], p->metric, p->options->x,
                                 error));
    return PPO_OK;
}

static ppo_status make_curves(plot *p, ppo_error *error)
{
    for (size_t g = 0; g < p->num_groups; g++) {
        size_t count = 0;
        for (size_t i = 0; i < p->num_runs; i++)
            if (p->group_of[i] == g)
                p->members[count++] = i;
        if (!ppo_curve_make(&p->curves[g], p->runs, p->members, count))
            return no_memory(error);
        p->num_curves++;
        name_curve(&p->curves[g], p, g);
    }
    return PPO_OK;
}

static ppo_status draw(plot *p, const char *path, const char *const *runs, size_t num_runs,
                       ppo_error *error)
{
    PPO_TRY(take_memory(p, num_runs, error));
    PPO_TRY(read_runs(p, runs, num_runs, error));
    group_runs(p);
    PPO_TRY(make_curves(p, error));
    p->figure.curves = p->curves;
    p->figure.num_curves = p->num_curves;
    name_figure(p);
    name_x(p);
    find_level(p);
    return ppo_figure_draw(&p->figure, path, error);
}

static void release(plot *p)
{
    for (size_t i = 0; i < p->num_runs; i++)
        ppo_samples_release(&p->runs[i]);
    for (size_t g = 0; g < p->num_curves; g++)
        ppo_curve_release(&p->curves[g]);
    free(p->runs);
    free(p->group_of);
    free(p->groups);
    free(p->curves);
    free(p->members);
}

ppo_status ppo_plot_runs(const char *path, const char *const *runs, size_t num_runs,
                         const ppo_plot_options *options, ppo_error *error)
{
    plot p = {.options = options, .metric = options->metric ? options->metric : USUAL_METRIC};
    p.figure.width = options->width ? options->width : 800;
    p.figure.height = options->height ? options->height : 500;
    PPO_TRY(ppo_figure_check(path, error));
    if (num_runs == 0)
        return ppo_fail(error, PPO_INVALID, "no run to draw the curve of");
    if (p.figure.width < 200 || p.figure.width > MAX_SIDE || p.figure.height < 200 ||
        p.figure.height > MAX_SIDE)
        return ppo_fail(error, PPO_INVALID, "a picture of %u x %u: sides must be in [200, %d]",
                        p.figure.width, p.figure.height, MAX_SIDE);
    const ppo_status status = draw(&p, path, runs, num_runs, error);
    release(&p);
    return status;
}
