// SPDX-License-Identifier: MIT
// Learning curves: which runs form a curve, and the labels of curves and figure. See ppo/plot.h.
// Workload: some dozens of runs, once per figure. Owns nothing between calls. Not here: reading
// (plot_data.c), computing curves (plot_curve.c), drawing (figure_cairo.c, figure_text.c).
#include "ppo/plot.h"

#include "core/error.h"
#include "core/float_scope.h"
#include "core/sized.h"
#include "ppo/env.h"
#include "run/plot/plot_data.h"
#include "run/plot/plot_games.h"

#include <math.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    VALUE_TEXT = 512,
    MAX_NAMED = 3,
    MAX_SIDE = 10000,
    MAX_METRICS = PPO_MAX_PANELS,
    METRIC_TEXT = 512
};

#define USUAL_METRIC "rollout/ep_rew_mean"
#define TEST_METRIC  "return_mean"

// Runs that become one curve.
typedef struct group {
    size_t first; // number of its first run
    size_t count;
} group;

typedef struct plot {
    const ppo_plot_options *options;
    char metric_text[METRIC_TEXT]; // options->metric, cut into
    const char *metric[MAX_METRICS];
    size_t num_metrics;
    bool is_usual;      // no metric was asked for: the second one may be missing
    bool is_over_games; // the curves are those of ppo_games_curves
    ppo_samples *runs;  // [num_metrics, num_runs]; count 0: this run has no such values
    size_t num_runs;
    size_t num_read;  // of runs' values, all metrics
    size_t *group_of; // [num_runs]
    group *groups;
    size_t num_groups;
    ppo_curve *curves; // [num_groups, num_metrics], those that there are, panel by panel; or
                       // PPO_GAME_CURVES
    size_t num_curves; // made so far
    bool is_smoothed;  // any of them
    size_t *members;   // [num_runs] scratch
    ppo_figure figure;
} plot;

// --- which runs belong together -----------------------------------------------------------------

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
        if (counts(i) && !ppo_option_equal(&a->config, &b->config, i))
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

// Whether the option differs between curves of the same environment as `s`.
static bool is_distinguishing(const plot *p, const ppo_samples *s, size_t option)
{
    for (size_t g = 0; counts(option) && g < p->num_groups; g++)
        if (is_same_env(s, first_of(p, g)) &&
            !ppo_option_equal(&s->config, &first_of(p, g)->config, option))
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

// Labels a curve by what distinguishes it: environment, settings, seed; or by its directory.
static void name_curve(ppo_curve *curve, const plot *p, size_t g)
{
    const ppo_samples *s = first_of(p, g);
    size_t differing = 0;
    curve->label[0] = '\0';
    if (s->has_config && !has_one_env(p))
        append(curve->label, "", s->config.env_id);
    for (size_t i = 0; s->has_config && i < ppo_option_count(); i++)
        if (is_distinguishing(p, s, i) && ++differing <= MAX_NAMED)
            append_value(curve->label, &s->config, i);
    if (!s->has_config || differing > MAX_NAMED)
        snprintf(curve->label, sizeof curve->label, "%s", s->name);
    else
        append_seeds(curve->label, p, g);
}

// Names of a metric: in a heading, and in a curve's label. Metrics of one quantity share a panel.
typedef struct metric_name {
    const char *metric, *quantity, *text, *word;
} metric_name;

static metric_name name_metric(const char *metric)
{
    static const metric_name known[] = {
        {USUAL_METRIC, "return", "mean return of the last 100 episodes", "training"},
        {TEST_METRIC, "return", "mean return of the evaluation's episodes", "evaluation"},
        {"rollout/ep_len_mean", "length", "mean length of the last 100 episodes", "training"},
        {"length_mean", "length", "mean length of the evaluation's episodes", "evaluation"},
        {"time/fps", "time/fps", "environment steps per second", "steps per second"},
    };
    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++)
        if (strcmp(known[i].metric, metric) == 0)
            return known[i];
    return (metric_name){metric, metric, metric, metric};
}

static bool is_same_quantity(const plot *p, size_t a, size_t b)
{
    return strcmp(name_metric(p->metric[a]).quantity, name_metric(p->metric[b]).quantity) == 0;
}

// How many metrics of the quantity of the m-th come before it, or before `end` in all.
static size_t count_before(const plot *p, size_t m, size_t end)
{
    size_t count = 0;
    for (size_t i = 0; i < end; i++)
        count += is_same_quantity(p, i, m);
    return count;
}

static size_t rank_in_panel(const plot *p, size_t m)
{
    return count_before(p, m, m);
}

static size_t metrics_in_panel(const plot *p, size_t m)
{
    return count_before(p, m, p->num_metrics);
}

// What the panel of the m-th metric shows.
static void describe_panel(char heading[PPO_PLOT_TEXT], const plot *p, size_t m)
{
    const metric_name name = name_metric(p->metric[m]);
    char text[PPO_PLOT_TEXT];
    snprintf(heading, PPO_PLOT_TEXT, "%s", p->options->human_normalised ? "human-normalised" : "");
    if (metrics_in_panel(p, m) > 1)
        snprintf(text, sizeof text, "mean %s of training's last 100 episodes and of evaluations",
                 name.quantity);
    else
        snprintf(text, sizeof text, "%s", name.text);
    append(heading, " ", text);
}

// What a curve of several runs and its band are.
static void describe_statistic(plot *p)
{
    static const char *const statistic[] = {[PPO_PLOT_MEAN] = "mean",
                                            [PPO_PLOT_IQM] = "interquartile mean",
                                            [PPO_PLOT_MEDIAN] = "median"};
    static const char *const band[] = {[PPO_PLOT_RANGE] = " and range",
                                       [PPO_PLOT_STD] = " and standard deviation",
                                       [PPO_PLOT_INTERVAL] = " and its 95 % interval",
                                       [PPO_PLOT_NO_BAND] = ""};
    char text[PPO_PLOT_TEXT];
    snprintf(text, sizeof text, "%s%s", statistic[p->options->statistic], band[p->options->band]);
    append(p->figure.subtitle, ": ", text);
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
    if (f->num_panels == 1) { // there is one line less to read
        append(f->subtitle, "", f->panels[0].heading);
        f->panels[0].heading[0] = '\0';
    }
    if (p->is_over_games) {
        char text[64];
        snprintf(text, sizeof text, "%zu runs of %zu games, 95 %% intervals", p->num_runs,
                 ppo_games_count(p->runs, p->num_runs));
        append(f->subtitle, ": ", text);
        return;
    }
    size_t most = 1;
    for (size_t g = 0; g < p->num_groups; g++)
        most = p->groups[g].count > most ? p->groups[g].count : most;
    if (p->num_groups == 1 && p->runs[0].has_config)
        append_seeds(f->subtitle, p, 0);
    if (most > 1)
        describe_statistic(p);
    if (p->is_smoothed) {
        char text[64];
        snprintf(text, sizeof text, "training smoothed over %u values", p->options->smooth);
        append(f->subtitle, "; ", text);
    }
}

// --- axes ---------------------------------------------------------------------------------------

// Wall clock in seconds, minutes or hours, whichever suits its length.
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
static void find_level(ppo_panel *panel, const plot *p, size_t m)
{
    const ppo_config *config = &p->runs[0].config;
    const ppo_env_class *env = NULL;
    panel->level = (double)NAN;
    if (strcmp(name_metric(p->metric[m]).quantity, "return") != 0 ||
        (!has_one_env(p) && !p->options->human_normalised))
        return;
    if (p->options->human_normalised) {
        panel->level = 1.0;
        snprintf(panel->level_label, sizeof panel->level_label, "human");
        return;
    }
    if (ppo_env_find(&env, config->env_id, NULL) == PPO_OK)
        panel->level = env->reward_threshold;
    if (isfinite(config->solved_return))
        panel->level = config->solved_return;
    if (!isfinite(panel->level))
        panel->level = (double)NAN;
    snprintf(panel->level_label, sizeof panel->level_label, "solved at %g", panel->level);
}

// --- all of it ----------------------------------------------------------------------------------

static ppo_status no_memory(ppo_error *error)
{
    return ppo_fail(error, PPO_NO_MEMORY, "out of memory drawing curves");
}

static ppo_status take_memory(plot *p, ppo_error *error)
{
    const size_t runs = p->num_runs, metrics = p->num_metrics;
    p->runs = calloc(runs * metrics, sizeof *p->runs);
    p->group_of = calloc(runs, sizeof *p->group_of);
    p->groups = calloc(runs, sizeof *p->groups);
    p->curves = calloc(runs * metrics + PPO_GAME_CURVES, sizeof *p->curves);
    p->members = calloc(runs, sizeof *p->members);
    return p->runs && p->group_of && p->groups && p->curves && p->members ? PPO_OK
                                                                          : no_memory(error);
}

static ppo_status choose_metrics(plot *p, ppo_error *error)
{
    const char *wanted = p->options->metric;
    p->is_usual = !wanted;
    const int size = snprintf(p->metric_text, sizeof p->metric_text, "%s",
                              wanted ? wanted : USUAL_METRIC "," TEST_METRIC);
    char *rest = p->metric_text;
    if (size >= (int)sizeof p->metric_text)
        return ppo_fail(error, PPO_INVALID, "too many metrics: at most %d", MAX_METRICS);
    while (rest) {
        if (p->num_metrics == MAX_METRICS)
            return ppo_fail(error, PPO_INVALID, "too many metrics: at most %d", MAX_METRICS);
        p->metric[p->num_metrics++] = strsep(&rest, ",");
    }
    return PPO_OK;
}

// Runs that were never evaluated have a training curve, unless evaluations are asked for.
static ppo_status read_run(plot *p, size_t metric, const char *run, ppo_error *error)
{
    const bool may_miss = p->is_usual && metric > 0;
    ppo_samples *s = &p->runs[p->num_read];
    const ppo_status status =
        ppo_samples_read(s, run, p->metric[metric], p->options->x, may_miss ? NULL : error);
    if (may_miss && (status == PPO_NOT_FOUND || status == PPO_INVALID || status == PPO_CORRUPT))
        s->count = 0;
    else if (status != PPO_OK)
        return status;
    p->num_read++;
    if (s->count > 0 && p->options->human_normalised)
        PPO_TRY(ppo_samples_normalise(s, error));
    if (s->is_evaluation || p->options->smooth < 2)
        return PPO_OK; // an evaluation is a mean already, and there are few
    p->is_smoothed = true;
    return ppo_samples_smooth(s, p->options->smooth) ? PPO_OK : no_memory(error);
}

static ppo_status read_runs(plot *p, const char *const *runs, ppo_error *error)
{
    for (size_t m = 0; m < p->num_metrics; m++)
        for (size_t i = 0; i < p->num_runs; i++)
            PPO_TRY(read_run(p, m, runs[i], error));
    if (p->is_usual) { // is there any evaluation?
        bool is_there = false;
        for (size_t i = 0; i < p->num_runs; i++)
            is_there = is_there || p->runs[p->num_runs + i].count > 0;
        p->num_metrics = is_there ? 2 : 1;
    }
    return PPO_OK;
}

// Makes one curve, if any run of the group has values of the metric. Colours distinguish groups and
// dashes the metrics of a panel; if there is one group, colours distinguish metrics.
static ppo_status make_curve(plot *p, size_t g, size_t m, ppo_error *error)
{
    size_t count = 0;
    const ppo_samples *runs = &p->runs[m * p->num_runs];
    ppo_curve *curve = &p->curves[p->num_curves];
    for (size_t i = 0; i < p->num_runs; i++)
        if (p->group_of[i] == g && runs[i].count > 0)
            p->members[count++] = i;
    if (count == 0)
        return PPO_OK;
    if (!ppo_curve_make(curve, runs, p->members, count, p->options->statistic, p->options->band))
        return no_memory(error);
    p->num_curves++;
    const size_t rank = rank_in_panel(p, m);
    if (p->num_groups > 1 || metrics_in_panel(p, m) == 1)
        name_curve(curve, p, g);
    if (metrics_in_panel(p, m) > 1)
        append(curve->label, ": ", name_metric(p->metric[m]).word);
    curve->colour = (unsigned)(p->num_groups > 1 ? g : rank);
    curve->dash = (unsigned)(p->num_groups > 1 ? rank : 0);
    return PPO_OK;
}

static bool is_over_games(const plot *p)
{
    return p->options->human_normalised && !p->options->each &&
           ppo_games_count(p->runs, p->num_runs) > 1;
}

// A curve per group and metric of the quantity whose first metric is the m-th; over several games,
// the statistics of all.
static ppo_status make_curves(plot *p, size_t m, ppo_error *error)
{
    if (p->is_over_games) {
        if (!ppo_games_curves(p->curves, p->runs, p->num_runs))
            return no_memory(error);
        p->num_curves = PPO_GAME_CURVES;
        return PPO_OK;
    }
    for (size_t g = 0; g < p->num_groups; g++)
        for (size_t k = m; k < p->num_metrics; k++)
            if (is_same_quantity(p, k, m))
                PPO_TRY(make_curve(p, g, k, error));
    return PPO_OK;
}

static ppo_status make_panel(plot *p, size_t m, ppo_error *error)
{
    ppo_panel *panel = &p->figure.panels[p->figure.num_panels];
    const size_t first = p->num_curves;
    PPO_TRY(make_curves(p, m, error));
    panel->curves = p->curves + first;
    panel->num_curves = p->num_curves - first;
    describe_panel(panel->heading, p, m);
    find_level(panel, p, m);
    p->figure.num_panels++;
    return PPO_OK;
}

static ppo_status make_panels(plot *p, ppo_error *error)
{
    p->is_over_games = is_over_games(p);
    if (p->is_over_games)
        p->num_metrics = 1;
    for (size_t m = 0; m < p->num_metrics; m++)
        if (rank_in_panel(p, m) == 0)
            PPO_TRY(make_panel(p, m, error));
    return PPO_OK;
}

static ppo_status make_figure(plot *p, const char *const *runs, ppo_error *error)
{
    PPO_TRY(choose_metrics(p, error));
    PPO_TRY(take_memory(p, error));
    PPO_TRY(read_runs(p, runs, error));
    group_runs(p);
    PPO_TRY(make_panels(p, error));
    if (p->figure.height == 0)
        p->figure.height = (uint32_t)(200 + 300 * p->figure.num_panels);
    name_figure(p);
    name_x(p);
    return PPO_OK;
}

static void release(plot *p)
{
    for (size_t i = 0; i < p->num_read; i++)
        ppo_samples_release(&p->runs[i]);
    for (size_t g = 0; g < p->num_curves; g++)
        ppo_curve_release(&p->curves[g]);
    free(p->runs);
    free(p->group_of);
    free(p->groups);
    free(p->curves);
    free(p->members);
}

static ppo_status check_side(unsigned side, unsigned least, unsigned most, ppo_error *error)
{
    return side >= least && side <= most
               ? PPO_OK
               : ppo_fail(error, PPO_INVALID, "a side of %u: it must be in [%u, %u]", side, least,
                          most);
}

static ppo_status check(size_t num_runs, const ppo_plot_options *options, ppo_error *error)
{
    if (num_runs == 0)
        return ppo_fail(error, PPO_INVALID, "no run to plot");
    if ((unsigned)options->statistic > PPO_PLOT_MEDIAN ||
        (unsigned)options->band > PPO_PLOT_NO_BAND)
        return ppo_fail(error, PPO_INVALID, "unknown statistic or band");
    return PPO_OK;
}

ppo_status ppo_plot_runs(const char *path, const char *const *runs, size_t num_runs,
                         const ppo_plot_options *options, ppo_error *error)
{
    PPO_FLOAT_SCOPE;
    ppo_plot_options own;
    PPO_TRY(ppo_sized_read(&own, sizeof own, offsetof(ppo_plot_options, human_normalised), options,
                           "ppo_plot_options", error));
    plot p = {.options = &own, .num_runs = num_runs};
    p.figure.width = own.width ? own.width : 800;
    p.figure.height = own.height;
    PPO_TRY(ppo_figure_check(path, error));
    PPO_TRY(check(num_runs, &own, error));
    PPO_TRY(check_side(p.figure.width, 200, MAX_SIDE, error));
    if (own.height)
        PPO_TRY(check_side(own.height, 200, MAX_SIDE, error));
    ppo_status status = make_figure(&p, runs, error);
    if (status == PPO_OK)
        status = ppo_figure_draw(&p.figure, path, error);
    release(&p);
    return status;
}

ppo_status ppo_plot_text(char **text, const char *const *runs, size_t num_runs,
                         const ppo_plot_options *options, unsigned columns, unsigned rows,
                         bool is_coloured, ppo_error *error)
{
    PPO_FLOAT_SCOPE;
    ppo_plot_options own;
    ppo_bytes bytes = {0};
    *text = NULL;
    PPO_TRY(ppo_sized_read(&own, sizeof own, offsetof(ppo_plot_options, human_normalised), options,
                           "ppo_plot_options", error));
    PPO_TRY(check(num_runs, &own, error));
    own.band = PPO_PLOT_NO_BAND;
    plot p = {.options = &own, .num_runs = num_runs};
    PPO_TRY(check_side(columns, 40, 1000, error));
    PPO_TRY(check_side(rows, 10, 1000, error));
    ppo_status status = make_figure(&p, runs, error);
    if (status == PPO_OK && (!ppo_figure_write(&p.figure, &bytes, columns, rows, is_coloured) ||
                             !ppo_bytes_append(&bytes, "", 1)))
        status = no_memory(error);
    release(&p);
    if (status == PPO_OK)
        *text = (char *)bytes.data;
    else
        ppo_bytes_release(&bytes);
    return status;
}
