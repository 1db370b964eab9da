// SPDX-License-Identifier: MIT
// Palettes and colour differences: see film_colours.h.
//
// A colour once looked up is remembered in a hash table, so that a picture costs a look per run of
// equal pixels. Too many colours are brought down by median cut (Heckbert 1982).
// Workload: pictures of 10,000 to a million pixels, some hundred a second. A palette owns its
// table. Not here: files (film_av.c).
#include "run/film/film_colours.h"

#include <stdlib.h>
#include <string.h>

enum {
    NUM_SLOTS = 1 << 16, // of the hash table, a power of two
    MAX_FILLED = NUM_SLOTS / 2,
    FAR = 20 * 20, // the square of a distance in 0..255 that a person would see at once
};

#define NO_COLOUR UINT32_MAX

struct ppo_palette {
    uint32_t colour[PPO_PALETTE_SIZE];
    size_t count;
    int32_t tolerance; // squared distances up to here are no reason for another palette
    size_t num_filled; // slots
    uint32_t key[NUM_SLOTS];
    uint8_t value[NUM_SLOTS];
};

// --- colours ------------------------------------------------------------------------------------

static uint32_t colour_at(const unsigned char *rgb)
{
    return (uint32_t)rgb[0] << 16 | (uint32_t)rgb[1] << 8 | rgb[2];
}

static int32_t channel_of(uint32_t colour, int channel)
{
    return (int32_t)(colour >> (16 - 8 * channel) & 255);
}

static int32_t squared_distance(uint32_t a, uint32_t b)
{
    int32_t sum = 0;
    for (int channel = 0; channel < 3; channel++) {
        const int32_t d = channel_of(a, channel) - channel_of(b, channel);
        sum += d * d;
    }
    return sum;
}

// --- the table ----------------------------------------------------------------------------------

static size_t slot_of(const ppo_palette *p, uint32_t colour)
{
    size_t slot = (colour * 2654435761u) >> 16; // Knuth's multiplicative hash
    while (p->key[slot] != colour && p->key[slot] != NO_COLOUR)
        slot = (slot + 1) % NUM_SLOTS;
    return slot;
}

static void forget(ppo_palette *p)
{
    memset(p->key, 0xFF, sizeof p->key);
    p->num_filled = 0;
}

static void remember(ppo_palette *p, uint32_t colour, size_t index)
{
    if (p->num_filled == MAX_FILLED)
        forget(p);
    const size_t slot = slot_of(p, colour);
    p->num_filled += p->key[slot] == NO_COLOUR;
    p->key[slot] = colour;
    p->value[slot] = (uint8_t)index;
}

ppo_palette *ppo_palette_create(void)
{
    ppo_palette *p = calloc(1, sizeof *p);
    if (!p)
        return NULL;
    p->tolerance = FAR;
    forget(p);
    return p;
}

void ppo_palette_destroy(ppo_palette *p)
{
    free(p);
}

const uint32_t *ppo_palette_colours(const ppo_palette *p)
{
    return p->colour;
}

void ppo_palette_add(ppo_palette *p, uint32_t colour)
{
    for (size_t i = 0; i < p->count; i++)
        if (p->colour[i] == colour)
            return;
    if (p->count == PPO_PALETTE_SIZE)
        return;
    p->colour[p->count] = colour;
    remember(p, colour, p->count++);
}

static size_t nearest(const ppo_palette *p, uint32_t colour, int32_t *error)
{
    size_t best = 0;
    *error = INT32_MAX;
    for (size_t i = 0; i < p->count; i++) {
        const int32_t d = squared_distance(p->colour[i], colour);
        if (d < *error) {
            *error = d;
            best = i;
        }
    }
    return best;
}

// The index of a colour; raises *worst to the distance if it had to be the nearest.
static uint8_t look_up(ppo_palette *p, uint32_t colour, int32_t *worst)
{
    const size_t slot = slot_of(p, colour);
    if (p->key[slot] == colour)
        return p->value[slot];
    if (p->count < PPO_PALETTE_SIZE) {
        p->colour[p->count] = colour;
        remember(p, colour, p->count);
        return (uint8_t)p->count++;
    }
    int32_t error;
    const size_t index = nearest(p, colour, &error);
    if (error > *worst)
        *worst = error;
    remember(p, colour, index);
    return (uint8_t)index;
}

// --- median cut ---------------------------------------------------------------------------------

typedef struct counted {
    uint32_t colour;
    uint32_t count;
} counted;

// Colours first .. end-1 of the list.
typedef struct box {
    size_t first, end;
    uint64_t weight;
    int widest; // channel
    int32_t width;
} box;

static int by_colour(const void *a, const void *b)
{
    const uint32_t x = ((const counted *)a)->colour, y = ((const counted *)b)->colour;
    return (x > y) - (x < y);
}

// By one channel; ties by the whole colour, so that the order is always the same.
static int by_channel(const counted *a, const counted *b, int channel)
{
    const int32_t x = channel_of(a->colour, channel), y = channel_of(b->colour, channel);
    return x != y ? (x > y) - (x < y) : by_colour(a, b);
}

static int by_red(const void *a, const void *b)
{
    return by_channel(a, b, 0);
}

static int by_green(const void *a, const void *b)
{
    return by_channel(a, b, 1);
}

static int by_blue(const void *a, const void *b)
{
    return by_channel(a, b, 2);
}

// The pixels' colours, each once, with how many there are of it.
static counted *count_colours(size_t *num_colours, const unsigned char *rgb, size_t num_pixels)
{
    counted *list = malloc(num_pixels * sizeof *list);
    if (!list)
        return NULL;
    size_t count = 0;
    for (size_t i = 0; i < num_pixels; i++) { // neighbours first: that leaves little to sort
        const uint32_t colour = colour_at(rgb + 3 * i);
        if (count == 0 || list[count - 1].colour != colour) {
            list[count] = (counted){.colour = colour, .count = 0};
            count++;
        }
        list[count - 1].count++;
    }
    qsort(list, count, sizeof *list, by_colour);
    *num_colours = 0;
    for (size_t i = 0; i < count; i++) {
        if (i > 0 && list[i].colour == list[*num_colours - 1].colour)
            list[*num_colours - 1].count += list[i].count;
        else
            list[(*num_colours)++] = list[i];
    }
    return list;
}

static box measure(const counted *list, size_t first, size_t end)
{
    box b = {.first = first, .end = end};
    for (int channel = 0; channel < 3; channel++) {
        int32_t low = 255, high = 0;
        for (size_t i = first; i < end; i++) {
            const int32_t x = channel_of(list[i].colour, channel);
            low = x < low ? x : low;
            high = x > high ? x : high;
        }
        if (high - low > b.width) {
            b.width = high - low;
            b.widest = channel;
        }
    }
    for (size_t i = first; i < end; i++)
        b.weight += list[i].count;
    return b;
}

// Cuts a box of at least two colours where its pixels are halved.
static void cut(counted *list, box *low, box *high)
{
    static int (*const order[3])(const void *, const void *) = {by_red, by_green, by_blue};
    const box whole = *low;
    qsort(list + whole.first, whole.end - whole.first, sizeof *list, order[whole.widest]);
    size_t middle = whole.first + 1;
    uint64_t below = list[whole.first].count;
    while (middle + 1 < whole.end && 2 * below < whole.weight)
        below += list[middle++].count;
    *low = measure(list, whole.first, middle);
    *high = measure(list, middle, whole.end);
}

// The box to cut next: wide ones with many pixels, but no wide one is left for its few.
static size_t box_to_cut(const box *boxes, size_t num_boxes)
{
    size_t best = 0;
    double most = -1.0;
    for (size_t i = 0; i < num_boxes; i++) {
        const double width = boxes[i].width;
        const double need = width * width * width * (1.0 + (double)boxes[i].weight / 1000.0);
        if (need > most) {
            most = need;
            best = i;
        }
    }
    return best;
}

static uint32_t mean_colour(const counted *list, const box *b)
{
    uint32_t colour = 0;
    for (int channel = 0; channel < 3; channel++) {
        uint64_t sum = b->weight / 2;
        for (size_t i = b->first; i < b->end; i++)
            sum += (uint64_t)channel_of(list[i].colour, channel) * list[i].count;
        colour = colour << 8 | (uint32_t)(sum / b->weight);
    }
    return colour;
}

static void cut_down(ppo_palette *p, counted *list, size_t num_colours)
{
    box boxes[PPO_PALETTE_SIZE];
    size_t num_boxes = 1;
    boxes[0] = measure(list, 0, num_colours);
    while (num_boxes < PPO_PALETTE_SIZE) {
        box *const chosen = &boxes[box_to_cut(boxes, num_boxes)];
        cut(list, chosen, &boxes[num_boxes++]);
    }
    p->count = num_boxes;
    for (size_t i = 0; i < num_boxes; i++)
        p->colour[i] = mean_colour(list, &boxes[i]);
}

bool ppo_palette_learn(ppo_palette *p, const unsigned char *rgb, size_t num_pixels)
{
    size_t num_colours = 0;
    counted *list = count_colours(&num_colours, rgb, num_pixels);
    if (!list)
        return false;
    memset(p->colour, 0, sizeof p->colour);
    p->count = 0;
    forget(p);
    if (num_colours > PPO_PALETTE_SIZE)
        cut_down(p, list, num_colours);
    for (size_t i = 0; num_colours <= PPO_PALETTE_SIZE && i < num_colours; i++)
        p->colour[p->count++] = list[i].colour;
    // Each colour once: means of neighbouring boxes may be equal, and libav's GIF encoder merges
    // equal entries of a palette without telling the pixels of the later ones.
    size_t count = 0;
    for (size_t i = 0; i < p->count; i++) {
        const uint32_t colour = p->colour[i];
        if (p->key[slot_of(p, colour)] == colour)
            continue;
        remember(p, colour, count);
        p->colour[count++] = colour;
    }
    memset(p->colour + count, 0, (PPO_PALETTE_SIZE - count) * sizeof *p->colour);
    p->count = count;
    free(list);
    return true;
}

// --- pictures -----------------------------------------------------------------------------------

// Returns the largest squared distance of a colour that was met for the first time.
static int32_t index_all(ppo_palette *p, uint8_t *index, size_t pitch, const unsigned char *rgb,
                         size_t width, size_t height)
{
    int32_t worst = 0;
    uint32_t last = NO_COLOUR;
    uint8_t last_index = 0;
    for (size_t y = 0; y < height; y++)
        for (size_t x = 0; x < width; x++, rgb += 3) {
            const uint32_t colour = colour_at(rgb);
            if (colour != last) {
                last = colour;
                last_index = look_up(p, colour, &worst);
            }
            index[y * pitch + x] = last_index;
        }
    return worst;
}

bool ppo_palette_index(ppo_palette *p, uint8_t *index, size_t pitch, const unsigned char *rgb,
                       size_t width, size_t height)
{
    if (index_all(p, index, pitch, rgb, width, height) <= p->tolerance)
        return true;
    if (!ppo_palette_learn(p, rgb, width * height))
        return false;
    const int32_t worst = index_all(p, index, pitch, rgb, width, height);
    if (worst > p->tolerance) // a picture like this has no better palette: don't try each time
        p->tolerance = worst;
    return true;
}

size_t ppo_film_even(size_t size)
{
    return size + size % 2;
}

static size_t source_of(size_t at, size_t scale, size_t size)
{
    return at / scale < size ? at / scale : size - 1;
}

// Coefficients of BT.601 in 1/256, from full range to 16..235 and 16..240; no sum is negative.
static uint8_t luma(int32_t r, int32_t g, int32_t b)
{
    return (uint8_t)((66 * r + 129 * g + 25 * b + 16 * 256 + 128) >> 8);
}

static uint8_t blue_difference(int32_t r, int32_t g, int32_t b)
{
    return (uint8_t)((-38 * r - 74 * g + 112 * b + 128 * 256 + 128) >> 8);
}

static uint8_t red_difference(int32_t r, int32_t g, int32_t b)
{
    return (uint8_t)((112 * r - 94 * g - 18 * b + 128 * 256 + 128) >> 8);
}

void ppo_film_yuv(uint8_t *const plane[3], const size_t pitch[3], const unsigned char *rgb,
                  size_t width, size_t height, size_t scale)
{
    const size_t columns = ppo_film_even(width * scale), rows = ppo_film_even(height * scale);
    for (size_t y = 0; y < rows; y += 2)
        for (size_t x = 0; x < columns; x += 2) {
            int32_t sum[3] = {2, 2, 2}; // rounds the means
            for (size_t k = 0; k < 4; k++) {
                const size_t row = source_of(y + k / 2, scale, height);
                const unsigned char *c =
                    rgb + 3 * (row * width + source_of(x + k % 2, scale, width));
                for (int channel = 0; channel < 3; channel++)
                    sum[channel] += c[channel];
                plane[0][(y + k / 2) * pitch[0] + x + k % 2] = luma(c[0], c[1], c[2]);
            }
            const int32_t r = sum[0] / 4, g = sum[1] / 4, b = sum[2] / 4;
            plane[1][y / 2 * pitch[1] + x / 2] = blue_difference(r, g, b);
            plane[2][y / 2 * pitch[2] + x / 2] = red_difference(r, g, b);
        }
}
