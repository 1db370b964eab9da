// SPDX-License-Identifier: MIT
// See recording.h.
#include "unit/env/support/recording.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static char *next(char **at)
{
    char *field = strtok(*at, ",\r\n");
    *at = NULL;
    assert_non_null(field);
    return field;
}

static void read_row(recording_row *row, char *line, size_t num_actions, size_t num_obs)
{
    row->is_reset = *next(&line) == 'R';
    row->step = strtoul(next(&line), NULL, 10);
    for (size_t i = 0; i < num_actions; i++)
        row->action[i] = strtof(next(&line), NULL);
    row->reward = strtod(next(&line), NULL);
    row->terminated = *next(&line) == '1';
    row->truncated = *next(&line) == '1';
    for (size_t i = 0; i < num_obs; i++)
        row->obs[i] = strtof(next(&line), NULL);
    for (size_t i = 0; i < 6; i++)
        row->body[i] = strtof(next(&line), NULL);
}

static FILE *open_file(const char *name, const char *ending)
{
    char path[512];
    snprintf(path, sizeof path, "%s/box2d/%s%s", PPO_TEST_DATA, name, ending);
    FILE *file = fopen(path, "r");
    if (!file)
        fail_msg("%s can't be read", path);
    return file;
}

recording *recording_read(const char *name, size_t num_actions, size_t num_obs, size_t num_heights)
{
    static char line[1 << 13];
    recording *r = calloc(1, sizeof *r);
    assert_non_null(r);
    FILE *file = open_file(name, ".csv");
    assert_non_null(fgets(line, sizeof line, file));
    while (fgets(line, sizeof line, file)) {
        assert_true(r->num_rows < RECORDING_ROWS);
        read_row(&r->row[r->num_rows++], line, num_actions, num_obs);
    }
    (void)fclose(file);
    file = open_file(name, ".terrain.csv");
    assert_non_null(fgets(line, sizeof line, file));
    for (; fgets(line, sizeof line, file); r->num_resets++) {
        char *at = line;
        assert_true(r->num_resets < sizeof r->height / sizeof r->height[0]);
        (void)next(&at);
        for (size_t i = 0; i < num_heights; i++)
            r->height[r->num_resets][i] = strtod(next(&at), NULL);
    }
    (void)fclose(file);
    assert_true(r->num_rows > 200 && r->num_resets > 0);
    return r;
}
