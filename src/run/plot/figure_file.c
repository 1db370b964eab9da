// SPDX-License-Identifier: MIT
// Drawing a figure as the rest of the library sees it: chooses the format, has the module plot.so
// (figure_cairo.c and cairo) make the file's bytes, and publishes them. Owns nothing between calls.
#include "run/plot/figure_module.h"

#include "core/error.h"
#include "core/file.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

static const ppo_plot_module *open_module(ppo_error *error)
{
    static ppo_module module =
        PPO_MODULE("plot", "learning curves", "cairo", ppo_plot_module, PPO_PLOT_ABI);
    return ppo_module_open(&module, error);
}

static ppo_figure_kind kind_of(const char *path)
{
    static const struct {
        const char *ending;
        ppo_figure_kind kind;
    } endings[] = {{".png", PPO_FIGURE_PNG}, {".svg", PPO_FIGURE_SVG}, {".pdf", PPO_FIGURE_PDF}};
    const size_t size = strlen(path);
    for (size_t i = 0; i < sizeof endings / sizeof endings[0]; i++)
        if (size > 4 && strcasecmp(path + size - 4, endings[i].ending) == 0)
            return endings[i].kind;
    return PPO_FIGURE_NONE;
}

void ppo_plot_describe(char *text, size_t size)
{
    ppo_error error = {0};
    const ppo_plot_module *module = open_module(&error);
    if (module)
        module->describe(text, size);
    else
        snprintf(text, size, "absent: %s", error.message);
}

ppo_status ppo_figure_check(const char *path, ppo_error *error)
{
    if (kind_of(path) == PPO_FIGURE_NONE)
        return ppo_fail(error, PPO_INVALID,
                        "%.300s: the name of a picture must end in .png, .svg or .pdf", path);
    return PPO_OK;
}

ppo_status ppo_figure_draw(const ppo_figure *figure, const char *path, ppo_error *error)
{
    ppo_bytes bytes = {0};
    ppo_error cause = {0};
    PPO_TRY(ppo_figure_check(path, error));
    const ppo_plot_module *module = open_module(&cause);
    ppo_status status = module ? module->draw(figure, kind_of(path), &bytes, &cause) : cause.status;
    if (status == PPO_OK)
        status = ppo_file_publish(path, bytes.data, bytes.size, error);
    else
        ppo_fail(error, status, "can't draw %.100s: %s", path, cause.message);
    ppo_bytes_release(&bytes);
    return status;
}
