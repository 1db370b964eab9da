// SPDX-License-Identifier: MIT
// See png.h. Libpng with the settings that suit a figure: no filter, and of repetitions only runs
// of equal bytes are looked for. Cairo's own call tries all filters on each row and looks for all
// repetitions, which takes as long as a short training.
#include "run/plot/png.h"

#include <png.h>

// Libpng ends a failed call by a jump.
static void append(png_structp png, png_bytep data, size_t size)
{
    if (!ppo_bytes_append(png_get_io_ptr(png), data, size))
        png_error(png, "not enough memory");
}

static void flush(png_structp png)
{
    (void)png;
}

static void write_picture(png_structp png, png_infop info, const uint32_t *pixels, uint32_t width,
                          uint32_t height, size_t pitch)
{
    png_set_compression_level(png, 1);
    png_set_compression_strategy(png, 3); // zlib's Z_RLE
    png_set_filter(png, PNG_FILTER_TYPE_BASE, PNG_FILTER_NONE);
    png_set_IHDR(png, info, width, height, 8, PNG_COLOR_TYPE_RGB, PNG_INTERLACE_NONE,
                 PNG_COMPRESSION_TYPE_DEFAULT, PNG_FILTER_TYPE_DEFAULT);
    png_write_info(png, info);
    png_set_filler(png, 0, PNG_FILLER_AFTER); // a pixel's bytes in memory: blue, green, red, unused
    png_set_bgr(png);
    for (uint32_t y = 0; y < height; y++)
        png_write_row(png, (png_const_bytep)(pixels + y * pitch));
    png_write_end(png, info);
}

bool ppo_png_append(ppo_bytes *bytes, const uint32_t *pixels, uint32_t width, uint32_t height,
                    size_t pitch)
{
    png_structp png = png_create_write_struct(PNG_LIBPNG_VER_STRING, NULL, NULL, NULL);
    png_infop info = png ? png_create_info_struct(png) : NULL;
    bool is_written = false;
    if (info && !setjmp(png_jmpbuf(png))) {
        png_set_write_fn(png, bytes, append, flush);
        write_picture(png, info, pixels, width, height, pitch);
        is_written = true;
    }
    png_destroy_write_struct(&png, &info);
    return is_written;
}
