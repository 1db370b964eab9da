// SPDX-License-Identifier: MIT
// Films, decoded again by libav: pictures, sizes, times, colours; and what is refused. Then an
// agent's episode as a film. A build without films is only asked whether it says so.
#include "core/file.h"
#include "ppo/film.h"
#include "ppo/ppo.h"
#include "unit/run/support/scratch.h"
#include "unit/run/support/small_task.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#ifdef PPO_HAVE_FILM
#include <libavcodec/avcodec.h>
#include <libavformat/avformat.h>

enum { WIDTH = 33, HEIGHT = 18, PIXELS = WIDTH * HEIGHT };

// --- what films are made of ---------------------------------------------------------------------

// A square that moves over stripes; with `many`, thousands of colours.
static void paint(unsigned char *rgb, int picture, bool many)
{
    static const unsigned char colours[4][3] = {
        {0, 0, 0}, {255, 255, 255}, {200, 30, 40}, {1, 2, 3}};
    for (int y = 0; y < HEIGHT; y++)
        for (int x = 0; x < WIDTH; x++) {
            const bool is_square = x >= picture && x < picture + 5 && y >= 4 && y < 9;
            unsigned char *c = rgb + 3 * (y * WIDTH + x);
            memcpy(c, colours[is_square ? 2 : y / 3 % 2 ? 1 : picture > 40 ? 3 : 0], 3);
            if (many) {
                c[0] = (unsigned char)(x * 7);
                c[1] = (unsigned char)(y * 14);
                c[2] = (unsigned char)(picture * 5 + x);
            }
        }
}

static const char *make_film(const char *name, int num_pictures, double fps, bool many)
{
    ppo_film *film;
    ppo_error error = {0};
    unsigned char rgb[3 * PIXELS];
    const char *path = scratch_path(name);
    if (ppo_film_open(&film, path, WIDTH, HEIGHT, fps, &error) != PPO_OK)
        fail_msg("%s", error.message);
    for (int i = 0; i < num_pictures; i++) {
        paint(rgb, i, many);
        assert_int_equal(ppo_film_add(film, rgb, &error), PPO_OK);
    }
    assert_false(scratch_exists(path)); // whole at the end or not at all
    if (ppo_film_close(film, &error) != PPO_OK)
        fail_msg("%s", error.message);
    return path;
}

// --- decoding -----------------------------------------------------------------------------------

typedef struct reader {
    AVFormatContext *format;
    AVCodecContext *codec;
    AVStream *stream;
    AVFrame *frame;
    AVPacket *packet;
    bool at_end;
} reader;

static void reader_open(reader *r, const char *path)
{
    *r = (reader){.frame = av_frame_alloc(), .packet = av_packet_alloc()};
    assert_int_equal(avformat_open_input(&r->format, path, NULL, NULL), 0);
    assert_true(avformat_find_stream_info(r->format, NULL) >= 0);
    assert_int_equal(r->format->nb_streams, 1);
    r->stream = r->format->streams[0];
    const AVCodec *decoder = avcodec_find_decoder(r->stream->codecpar->codec_id);
    assert_non_null(decoder);
    r->codec = avcodec_alloc_context3(decoder);
    assert_true(avcodec_parameters_to_context(r->codec, r->stream->codecpar) >= 0);
    assert_int_equal(avcodec_open2(r->codec, decoder, NULL), 0);
}

// The next picture; false at the end.
static bool reader_next(reader *r)
{
    for (;;) {
        const int code = avcodec_receive_frame(r->codec, r->frame);
        if (code == 0)
            return true;
        if (code == AVERROR_EOF)
            return false;
        assert_int_equal(code, AVERROR(EAGAIN));
        if (!r->at_end && av_read_frame(r->format, r->packet) >= 0) {
            assert_int_equal(avcodec_send_packet(r->codec, r->packet), 0);
            av_packet_unref(r->packet);
        } else {
            r->at_end = true;
            assert_int_equal(avcodec_send_packet(r->codec, NULL), 0);
        }
    }
}

static void reader_close(reader *r)
{
    av_frame_free(&r->frame);
    av_packet_free(&r->packet);
    avcodec_free_context(&r->codec);
    avformat_close_input(&r->format);
}

static double seconds_of(const reader *r)
{
    return (double)r->frame->pts * av_q2d(r->stream->time_base);
}

// A pixel of a decoded GIF.
static void gif_pixel(unsigned char rgb[3], const reader *r, int x, int y)
{
    uint32_t pixel;
    assert_int_equal(r->frame->format, AV_PIX_FMT_BGRA); // what libav's decoder gives
    memcpy(&pixel, r->frame->data[0] + y * r->frame->linesize[0] + 4 * x, sizeof pixel);
    assert_int_equal(pixel >> 24, 255);
    for (int i = 0; i < 3; i++)
        rgb[i] = (unsigned char)(pixel >> (16 - 8 * i));
}

// The largest difference of a channel between a decoded GIF's picture and the painted one.
static int gif_error(const reader *r, int picture, bool many)
{
    unsigned char wanted[3 * PIXELS], rgb[3];
    int worst = 0;
    paint(wanted, picture, many);
    for (int i = 0; i < PIXELS; i++) {
        gif_pixel(rgb, r, i % WIDTH, i / WIDTH);
        for (int k = 0; k < 3; k++) {
            const int error = abs(rgb[k] - wanted[3 * i + k]);
            worst = error > worst ? error : worst;
        }
    }
    return worst;
}

// --- GIF ----------------------------------------------------------------------------------------

static void check_gif(const char *path, int num_pictures, double fps, bool many, int max_error)
{
    reader r;
    int count = 0;
    reader_open(&r, path);
    for (; reader_next(&r); count++) {
        assert_int_equal(r.frame->width, WIDTH);
        assert_int_equal(r.frame->height, HEIGHT);
        assert_true(fabs(seconds_of(&r) - count / fps) <= 0.0051); // hundredths
        const int error = gif_error(&r, count, many);
        if (error > max_error)
            fail_msg("picture %d: a channel is off by %d", count, error);
    }
    assert_int_equal(count, num_pictures);
    reader_close(&r);
}

// Few colours are exact: also the one that comes only after the palette was made of the first
// pictures.
static void test_gif_colours_are_exact(void **state)
{
    (void)state;
    check_gif(make_film("few.gif", 60, 15.0, false), 60, 15.0, false, 0);
    check_gif(make_film("one.gif", 1, 15.0, false), 1, 15.0, false, 0);
    check_gif(make_film("fast.gif", 9, 50.0, false), 9, 50.0, false, 0);
}

static void test_gif_of_many_colours_is_near(void **state)
{
    (void)state;
    check_gif(make_film("many.gif", 50, 10.0, true), 50, 10.0, true, 40);
}

// Knowing the colours changes nothing but the size.
static void test_given_colours(void **state)
{
    (void)state;
    static const uint32_t colours[] = {0x000000, 0xFFFFFF, 0xC81E28, 0x010203};
    ppo_film *film;
    unsigned char rgb[3 * PIXELS];
    const char *path = scratch_path("given.gif");
    assert_int_equal(ppo_film_open(&film, path, WIDTH, HEIGHT, 15.0, NULL), PPO_OK);
    ppo_film_colours(film, colours, 4);
    for (int i = 0; i < 60; i++) {
        paint(rgb, i, false);
        assert_int_equal(ppo_film_add(film, rgb, NULL), PPO_OK);
    }
    assert_int_equal(ppo_film_close(film, NULL), PPO_OK);
    check_gif(path, 60, 15.0, false, 0);
    size_t given, found;
    free(scratch_read(&given, path));
    free(scratch_read(&found, scratch_path("few.gif")));
    assert_true(given < found);
}

// --- video --------------------------------------------------------------------------------------

// Brightness after BT.601, 16 to 235.
static int luma(const unsigned char *c)
{
    return (int)lround(16.0 + (65.481 * c[0] + 128.553 * c[1] + 24.966 * c[2]) / 255.0);
}

static void test_mp4(void **state)
{
    (void)state;
    reader r;
    int count = 0;
    unsigned char rgb[3 * PIXELS];
    reader_open(&r, make_film("film.mp4", 40, 15.0, false));
    assert_int_equal(r.codec->width, 2 * WIDTH); // small pictures are doubled
    assert_int_equal(r.codec->height, 2 * HEIGHT);
    for (; reader_next(&r); count++) {
        double error = 0.0;
        assert_int_equal(r.frame->format, AV_PIX_FMT_YUV420P);
        assert_true(fabs(seconds_of(&r) - count / 15.0) < 1e-3);
        paint(rgb, count, false);
        for (int y = 0; y < 2 * HEIGHT; y++)
            for (int x = 0; x < 2 * WIDTH; x++)
                error += abs(r.frame->data[0][y * r.frame->linesize[0] + x] -
                             luma(rgb + 3 * (y / 2 * WIDTH + x / 2)));
        assert_true(error / (4.0 * PIXELS) < 6.0);
    }
    assert_int_equal(count, 40);
    const double length = (double)r.stream->duration * av_q2d(r.stream->time_base);
    assert_true(fabs(length - 40 / 15.0) < 1e-2); // the last picture is seen as long as the others
    reader_close(&r);
}

// Red stays red: the planes of colour are in their places.
static void test_mp4_colour(void **state)
{
    (void)state;
    ppo_film *film;
    reader r;
    unsigned char *rgb = malloc(3 * 501 * 401);
    const char *path = scratch_path("red.mp4");
    for (size_t i = 0; i < 501 * 401; i++)
        memcpy(rgb + 3 * i, "\xDC\x14\x14", 3);
    assert_int_equal(ppo_film_open(&film, path, 501, 401, 30.0, NULL), PPO_OK);
    assert_int_equal(ppo_film_add(film, rgb, NULL), PPO_OK);
    assert_int_equal(ppo_film_close(film, NULL), PPO_OK);
    free(rgb);
    reader_open(&r, path);
    assert_true(reader_next(&r));
    assert_int_equal(r.frame->width, 502); // odd sides get one more, big pictures aren't doubled
    assert_int_equal(r.frame->height, 402);
    assert_in_range(r.frame->data[0][0], 80, 90);
    assert_in_range(r.frame->data[1][0], 93, 103);
    assert_in_range(r.frame->data[2][0], 210, 221);
    assert_false(reader_next(&r));
    reader_close(&r);
}

static void test_equal_pictures_give_equal_bytes(void **state)
{
    (void)state;
    assert_true(
        scratch_same(make_film("a.mp4", 20, 15.0, true), make_film("b.mp4", 20, 15.0, true)));
    assert_true(
        scratch_same(make_film("a.gif", 20, 15.0, true), make_film("b.gif", 20, 15.0, true)));
}

// --- refusals -----------------------------------------------------------------------------------

static void expect_refusal(const char *path, uint32_t width, double fps, ppo_status status,
                           const char *part)
{
    ppo_film *film;
    ppo_error error = {0};
    assert_int_equal(ppo_film_open(&film, path, width, 20, fps, &error), status);
    assert_null(film);
    if (!strstr(error.message, part))
        fail_msg("'%s' does not say '%s'", error.message, part);
}

static void test_refusals(void **state)
{
    (void)state;
    expect_refusal(scratch_path("film.avi"), 20, 30.0, PPO_INVALID, ".mp4, .gif or /");
    expect_refusal(".gif", 20, 30.0, PPO_INVALID, ".mp4, .gif or /");
    expect_refusal(scratch_path("film.gif"), 20, 60.0, PPO_INVALID, "at most 50");
    expect_refusal(scratch_path("film.mp4"), 0, 30.0, PPO_INVALID, "4096");
    expect_refusal(scratch_path("film.mp4"), 5000, 30.0, PPO_INVALID, "4096");
    expect_refusal(scratch_path("film.mp4"), 20, (double)NAN, PPO_INVALID, "pictures a second");
    expect_refusal(scratch_path("nowhere/film.mp4"), 20, 30.0, PPO_IO, "No such file");
}

// Nothing is left behind, and what was there stays.
static void test_dropped_films_leave_nothing(void **state)
{
    (void)state;
    ppo_film *film;
    ppo_error error = {0};
    unsigned char rgb[3 * 20 * 20] = {0};
    const char *path = scratch_path("kept.gif");
    assert_true(scratch_write(path, "old", 3));
    assert_int_equal(ppo_film_open(&film, path, 20, 20, 30.0, &error), PPO_OK);
    assert_int_equal(ppo_film_add(film, rgb, &error), PPO_OK);
    ppo_film_drop(film);
    assert_int_equal(ppo_film_open(&film, path, 20, 20, 30.0, &error), PPO_OK);
    assert_int_equal(ppo_film_close(film, &error), PPO_INVALID);
    assert_non_null(strstr(error.message, "without pictures"));
    size_t size;
    char *data = scratch_read(&size, path);
    assert_memory_equal(data, "old", 3);
    free(data);
    char temporary[600];
    snprintf(temporary, sizeof temporary, "%s.%ld-0.tmp", path, (long)getpid());
    assert_false(scratch_exists(temporary));
    assert_int_equal(ppo_film_close(NULL, &error), PPO_OK);
    ppo_film_drop(NULL);
}

// --- agents -------------------------------------------------------------------------------------

// small_env, drawn: a line whose brightness is the place, two columns wide.
static void draw_walker(const void *self, unsigned char *rgb)
{
    (void)self;
    memset(rgb, 90, 3 * 2 * 2);
}

static const ppo_agent *make_agent(ppo_trainer **trainer, const ppo_env_class *env)
{
    ppo_error error = {0};
    ppo_config config = small_config(scratch_path("run"));
    if (ppo_trainer_create(
            trainer, &config,
            &(ppo_trainer_options){.struct_size = sizeof(ppo_trainer_options), .env = env},
            &error) != PPO_OK)
        fail_msg("%s", error.message);
    return ppo_trainer_agent(*trainer);
}

static int count_pictures(const char *path)
{
    reader r;
    int count = 0;
    reader_open(&r, path);
    while (reader_next(&r))
        count++;
    reader_close(&r);
    return count;
}

static bool is_third_call(void *calls)
{
    return ++*(int *)calls == 3;
}

// One picture for the beginning and one for each step; the return is the evaluation's.
static void test_agent_film(void **state)
{
    (void)state;
    ppo_env_class env = small_env;
    env.render = draw_walker;
    env.render_width = env.render_height = 2;
    ppo_trainer *trainer;
    const ppo_agent *agent = make_agent(&trainer, &env);
    ppo_error error = {0};
    ppo_evaluation filmed = {.struct_size = sizeof filmed}, played = {.struct_size = sizeof played};
    const ppo_film_options options = {
        .struct_size = sizeof options, .seed = 7, .deterministic = true};
    const char *path = scratch_path("agent.mp4");
    if (ppo_agent_film(agent, path, &options, &filmed, &error) != PPO_OK)
        fail_msg("%s", error.message);
    assert_int_equal(
        ppo_agent_evaluate(agent, &played,
                           &(ppo_evaluate_options){.struct_size = sizeof(ppo_evaluate_options),
                                                   .episodes = 1,
                                                   .seed = 7,
                                                   .deterministic = true},
                           &error),
        PPO_OK);
    assert_true(filmed.return_mean == played.return_mean);
    assert_true(filmed.length_mean == played.length_mean);
    assert_int_equal(count_pictures(path), (int)played.length_mean + 1);

    const ppo_film_options cut = {
        .struct_size = sizeof cut, .seed = 7, .deterministic = true, .max_steps = 3, .fps = 5.0};
    assert_int_equal(ppo_agent_film(agent, path, &cut, &filmed, &error), PPO_OK);
    assert_true(filmed.length_mean == 3.0);
    assert_int_equal(count_pictures(path), 4);
    assert_int_equal(ppo_agent_film(agent, path, &cut, NULL, &error), PPO_OK);

    int calls = 0;
    const ppo_film_options stopped = {.struct_size = sizeof stopped,
                                      .is_interrupted = is_third_call,
                                      .interrupt_context = &calls};
    const char *other = scratch_path("stopped.mp4");
    assert_int_equal(ppo_agent_film(agent, other, &stopped, NULL, &error), PPO_STOPPED);
    assert_int_equal(calls, 3);
    assert_int_not_equal(access(other, F_OK), 0);
    ppo_trainer_destroy(trainer);
}

// --- frames -------------------------------------------------------------------------------------

static void expect_frame(const char *folder, int number, bool many)
{
    char name[64];
    unsigned char wanted[3 * PIXELS];
    reader r;
    snprintf(name, sizeof name, "%s%06d.png", folder, number);
    reader_open(&r, scratch_path(name));
    assert_true(reader_next(&r));
    assert_int_equal(r.frame->format, AV_PIX_FMT_RGB24);
    assert_int_equal(r.frame->width, WIDTH);
    assert_int_equal(r.frame->height, HEIGHT);
    paint(wanted, number, many);
    for (int y = 0; y < HEIGHT; y++)
        assert_memory_equal(r.frame->data[0] + y * r.frame->linesize[0], wanted + 3 * WIDTH * y,
                            3 * WIDTH);
    reader_close(&r);
}

// A folder gets each picture at once and exactly; a shorter film takes a longer one's place.
static void test_frames(void **state)
{
    (void)state;
    ppo_film *film;
    ppo_error error = {0};
    unsigned char rgb[3 * PIXELS];
    const char *folder = scratch_path("deep/frames/");
    assert_int_equal(ppo_film_open(&film, folder, WIDTH, HEIGHT, 30.0, &error), PPO_OK);
    for (int i = 0; i < 6; i++) {
        paint(rgb, i, true);
        assert_int_equal(ppo_film_add(film, rgb, &error), PPO_OK);
        expect_frame("deep/frames/", i, true);
    }
    ppo_film_drop(film); // what is there stays
    expect_frame("deep/frames/", 5, true);
    folder = scratch_path("deep/frames/");
    assert_int_equal(ppo_film_open(&film, folder, WIDTH, HEIGHT, 30.0, &error), PPO_OK);
    for (int i = 0; i < 2; i++) {
        paint(rgb, i, false);
        assert_int_equal(ppo_film_add(film, rgb, &error), PPO_OK);
    }
    assert_int_equal(ppo_film_close(film, &error), PPO_OK);
    expect_frame("deep/frames/", 1, false);
    assert_false(scratch_exists(scratch_path("deep/frames/000002.png")));
    assert_false(scratch_exists(scratch_path("deep/frames/000005.png")));
}

// A folder that can't be written fails with its name, and the film is over.
static void test_frames_on_a_full_disk(void **state)
{
    (void)state;
    ppo_film *film;
    ppo_error error = {0};
    unsigned char rgb[3 * PIXELS] = {0};
    const char *folder = scratch_path("gone/");
    assert_int_equal(ppo_film_open(&film, folder, WIDTH, HEIGHT, 30.0, &error), PPO_OK);
    assert_int_equal(ppo_film_add(film, rgb, &error), PPO_OK);
    assert_int_equal(unlink(scratch_path("gone/000000.png")), 0);
    assert_int_equal(rmdir(folder), 0);
    assert_int_equal(ppo_film_add(film, rgb, &error), PPO_IO);
    assert_non_null(strstr(error.message, "gone/000001.png"));
    assert_int_equal(ppo_film_add(film, rgb, &error), PPO_IO);
    assert_int_equal(ppo_film_close(film, &error), PPO_IO);
}

// Thousands of colours, so close together that means of a few coincide, beside a dark bar.
static void paint_dense(unsigned char *rgb, int picture)
{
    ppo_random random;
    ppo_random_seed(&random, (uint64_t)picture + 1);
    for (int i = 0; i < PIXELS; i++)
        for (int k = 0; k < 3; k++)
            rgb[3 * i + k] =
                (unsigned char)(i % WIDTH < 4 ? 3
                                              : 180 + ppo_random_integers(&random, 0, 9) *
                                                          ppo_random_integers(&random, 0, 2));
}

// The same pictures as GIF and as PNG frames: no pixel is another colour.
static void test_gif_is_like_frames(void **state)
{
    enum { PICTURES = 40 };
    (void)state;
    ppo_film *gif, *frames;
    ppo_error error = {0};
    unsigned char rgb[3 * PIXELS];
    reader g;
    const char *path = scratch_path("dense.gif");
    assert_int_equal(ppo_film_open(&gif, path, WIDTH, HEIGHT, 25.0, &error), PPO_OK);
    assert_int_equal(ppo_film_open(&frames, scratch_path("dense/"), WIDTH, HEIGHT, 25.0, &error),
                     PPO_OK);
    for (int i = 0; i < PICTURES; i++) {
        paint_dense(rgb, i);
        assert_int_equal(ppo_film_add(gif, rgb, &error), PPO_OK);
        assert_int_equal(ppo_film_add(frames, rgb, &error), PPO_OK);
    }
    assert_int_equal(ppo_film_close(gif, &error), PPO_OK);
    assert_int_equal(ppo_film_close(frames, &error), PPO_OK);
    reader_open(&g, scratch_path("dense.gif"));
    for (int i = 0; i < PICTURES; i++) {
        char name[32];
        reader f;
        snprintf(name, sizeof name, "dense/%06d.png", i);
        reader_open(&f, scratch_path(name));
        assert_true(reader_next(&g) && reader_next(&f));
        assert_int_equal(g.frame->format, AV_PIX_FMT_BGRA);
        for (int y = 0; y < HEIGHT; y++)
            for (int x = 0; x < WIDTH; x++)
                for (int k = 0; k < 3; k++) {
                    const int in_gif = g.frame->data[0][y * g.frame->linesize[0] + 4 * x + 2 - k];
                    const int in_frame = f.frame->data[0][y * f.frame->linesize[0] + 3 * x + k];
                    if (abs(in_gif - in_frame) > 8)
                        fail_msg("picture %d, pixel (%d, %d): %d instead of %d", i, x, y, in_gif,
                                 in_frame);
                }
        reader_close(&f);
    }
    reader_close(&g);
}

static void test_agents_without_pictures(void **state)
{
    (void)state;
    ppo_trainer *trainer;
    const ppo_agent *agent = make_agent(&trainer, &small_env);
    ppo_error error = {0};
    const ppo_film_options options = {.struct_size = sizeof options, .seed = 7};
    const char *path = scratch_path("nothing.gif");
    assert_int_equal(ppo_agent_film(agent, path, &options, NULL, &error), PPO_UNSUPPORTED);
    assert_non_null(strstr(error.message, "draws no pictures"));
    assert_false(scratch_exists(path));
    ppo_trainer_destroy(trainer);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_gif_colours_are_exact),
        cmocka_unit_test(test_gif_of_many_colours_is_near),
        cmocka_unit_test(test_gif_is_like_frames),
        cmocka_unit_test(test_given_colours),
        cmocka_unit_test(test_mp4),
        cmocka_unit_test(test_mp4_colour),
        cmocka_unit_test(test_equal_pictures_give_equal_bytes),
        cmocka_unit_test(test_refusals),
        cmocka_unit_test(test_dropped_films_leave_nothing),
        cmocka_unit_test(test_agent_film),
        cmocka_unit_test(test_frames),
        cmocka_unit_test(test_frames_on_a_full_disk),
        cmocka_unit_test(test_agents_without_pictures),
    };
    return cmocka_run_group_tests(tests, scratch_make, scratch_remove);
}
#else
static void test_absent_films_say_so(void **state)
{
    (void)state;
    ppo_film *film;
    ppo_error error = {0};
    const char *path = scratch_path("film.gif");
    assert_int_equal(ppo_film_open(&film, path, 20, 20, 30.0, &error), PPO_UNSUPPORTED);
    assert_null(film);
    assert_non_null(strstr(error.message, "films need the module film.so"));
    assert_false(scratch_exists(path));
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_absent_films_say_so)};
    return cmocka_run_group_tests(tests, scratch_make, scratch_remove);
}
#endif
