// SPDX-License-Identifier: MIT
// See recording.h.
#include "unit/env/support/recording.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { LINE_SIZE = 1 << 13 };

static FILE *open_file(const char *path)
{
    FILE *file = fopen(path, "r");
    if (!file)
        fail_msg("%s can't be read", path);
    return file;
}

// The next field of a line, or NULL; *at is the line at first, then NULL.
static char *next(char **at)
{
    char *field = strtok(*at, ",\r\n");
    *at = NULL;
    return field;
}

static char *need(char **at)
{
    char *field = next(at);
    assert_non_null(field);
    return field;
}

static void read_header(recording *r, char *line)
{
    for (char *field = next(&line); field; field = next(&line)) {
        r->num_actions += field[0] == 'a' && strcmp(field, "angle") != 0;
        r->num_obs += strncmp(field, "obs", 3) == 0;
    }
    assert_in_range(r->num_actions, 1, RECORDING_ACTIONS);
    assert_in_range(r->num_obs, 1, RECORDING_OBS);
}

static void read_row(const recording *r, recording_row *row, char *line)
{
    *row = (recording_row){.is_reset = *need(&line) == 'R'};
    row->step = strtoul(need(&line), NULL, 10);
    for (size_t i = 0; i < r->num_actions; i++)
        row->action[i] = strtof(need(&line), NULL);
    row->reward = strtod(need(&line), NULL);
    row->terminated = *need(&line) == '1';
    row->truncated = *need(&line) == '1';
    for (size_t i = 0; i < r->num_obs; i++) {
        const char *field = next(&line);
        if (!field)
            return;
        row->obs[i] = strtof(field, NULL);
    }
    row->has_obs = true;
    for (size_t i = 0; i < 6; i++)
        row->body[i] = strtof(need(&line), NULL);
}

recording *recording_read(const char *path)
{
    static char line[LINE_SIZE];
    size_t room = 0;
    recording *r = calloc(1, sizeof *r);
    assert_non_null(r);
    const char *seed = strstr(path, "_seed");
    assert_non_null(seed);
    r->seed = strtoull(seed + 5, NULL, 10);
    FILE *file = open_file(path);
    assert_non_null(fgets(line, sizeof line, file));
    read_header(r, line);
    while (fgets(line, sizeof line, file)) {
        if (r->num_rows == room) {
            room = room ? 2 * room : 256;
            r->row = realloc(r->row, room * sizeof *r->row);
            assert_non_null(r->row);
        }
        read_row(r, &r->row[r->num_rows++], line);
    }
    (void)fclose(file);
    assert_true(r->num_rows > 100 && r->row[0].is_reset);
    return r;
}

void recording_free(recording *r)
{
    free(r->row);
    free(r);
}

size_t recording_heights(double height[RECORDING_RESETS][RECORDING_HEIGHTS], const char *path,
                         size_t num_heights)
{
    static char line[LINE_SIZE];
    size_t resets = 0;
    FILE *file = open_file(path);
    assert_non_null(fgets(line, sizeof line, file));
    for (; fgets(line, sizeof line, file); resets++) {
        char *at = line;
        assert_true(resets < RECORDING_RESETS);
        (void)need(&at);
        for (size_t i = 0; i < num_heights; i++)
            height[resets][i] = strtod(need(&at), NULL);
    }
    (void)fclose(file);
    return resets;
}
