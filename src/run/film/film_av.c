// SPDX-License-Identifier: MIT
// The module film.so: films through libavformat and libavcodec, versions 4.4 to 7. See ppo/film.h.
//
// A GIF has one palette for all pictures if it is known before the first; then each picture stores
// only what has changed. So the first pictures are held back until the palette can be computed.
// A name that ends in '/' is a folder, into which each picture is published as a PNG file.
// Workload: pictures of 10,000 to a million pixels; encoding takes most of the time. Owns the
// encoder, the unfinished file and the pictures held back. Messages of libav are suppressed.
// Not here: colours (film_colours.c), playing (agent_film.c), the library's side (film.c).
// No other file knows libav.
#include "run/film/film_module.h"

#include "core/error.h"
#include "core/file.h"
#include "run/film/film_colours.h"

#include <libavcodec/avcodec.h>
#include <libavformat/avformat.h>
#include <libavutil/avutil.h>
#include <libavutil/opt.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

enum {
    MAX_SIDE = 4096,
    DOUBLED_BELOW = 400, // rows; a smaller picture's pixels are doubled in an .mp4
    MAX_WAITING = 32,    // pictures of a GIF that are held back for its palette
    MAX_WAITING_BYTES = 64 << 20,
    MAX_GIF_FPS = 50,
    QUIET = 64, // added to the level of libav's messages, so that none is printed
};

typedef enum kind { KIND_NONE, KIND_MP4, KIND_GIF, KIND_FRAMES } kind;

struct ppo_film {
    kind kind;
    char *path;           // as it was given
    ppo_file_draft draft; // of the file; a folder has none
    ppo_error failure;    // of publishing a frame
    size_t width, height; // of what is added
    size_t scale;
    ppo_palette *palette; // a GIF's; else NULL
    bool knows_colours;   // its palette was given or has been computed
    unsigned char *waiting;
    size_t num_waiting, max_waiting;

    AVFormatContext *format; // a folder has none, and no stream
    AVCodecContext *codec;
    AVStream *stream;
    AVFrame *frame;
    AVPacket *packet;
    int64_t num_pictures;  // encoded
    int64_t num_published; // frames in the folder
    bool has_failed;
};

static bool has_ending(const char *path, const char *ending)
{
    const size_t size = strlen(path), end = strlen(ending);
    return size > end && strcasecmp(path + size - end, ending) == 0;
}

static kind kind_of(const char *path)
{
    if (path[0] && path[strlen(path) - 1] == '/')
        return KIND_FRAMES;
    return has_ending(path, ".gif") ? KIND_GIF : has_ending(path, ".mp4") ? KIND_MP4 : KIND_NONE;
}

// --- failures -----------------------------------------------------------------------------------

static ppo_status fail_code(const char *path, int code, ppo_error *error)
{
    char text[AV_ERROR_MAX_STRING_SIZE] = "";
    if (code == AVERROR(ENOMEM))
        return ppo_fail(error, PPO_NO_MEMORY, "out of memory writing %.300s", path);
    if (av_strerror(code, text, sizeof text) < 0)
        snprintf(text, sizeof text, "libav error %d", code);
    return ppo_fail(error, PPO_IO, "can't write %.300s: %s", path, text);
}

// The film's failure: libav's code, or that of publishing a frame.
static ppo_status fail_film(const ppo_film *film, int code, ppo_error *error)
{
    if (film->failure.status != PPO_OK)
        return ppo_fail(error, film->failure.status, "%s", film->failure.message);
    return fail_code(film->path, code, error);
}

static ppo_status fail_memory(const char *path, ppo_error *error)
{
    return fail_code(path, AVERROR(ENOMEM), error);
}

// --- encoders -----------------------------------------------------------------------------------

static const AVCodec *find_encoder(kind k)
{
    if (k != KIND_MP4)
        return avcodec_find_encoder(k == KIND_GIF ? AV_CODEC_ID_GIF : AV_CODEC_ID_PNG);
    const AVCodec *h264 = avcodec_find_encoder_by_name("libx264");
    return h264 ? h264 : avcodec_find_encoder(AV_CODEC_ID_MPEG4);
}

static void film_describe(char *text, size_t size)
{
    const AVCodec *video = find_encoder(KIND_MP4);
    const unsigned version = avcodec_version();
    snprintf(text, size, "mp4 (%s), %s, %s; libavcodec %u.%u.%u",
             video ? video->name : "no encoder", find_encoder(KIND_GIF) ? "gif" : "no gif",
             find_encoder(KIND_FRAMES) ? "png" : "no png", AV_VERSION_MAJOR(version),
             AV_VERSION_MINOR(version), AV_VERSION_MICRO(version));
}

static void set_quality(AVCodecContext *codec, const AVCodec *encoder)
{
    codec->gop_size = 250;
    if (strcmp(encoder->name, "libx264") == 0) {
        av_opt_set(codec->priv_data, "crf", "18", 0);
        av_opt_set(codec->priv_data, "preset", "veryfast", 0); // a third of "medium"'s time
        av_opt_set(codec->priv_data, "tune", "animation", 0);
    } else {
        codec->flags |= AV_CODEC_FLAG_QSCALE;
        codec->global_quality = 3 * FF_QP2LAMBDA;
    }
}

// One thread and no version strings: equal pictures give equal bytes.
static void set_up_codec(ppo_film *film, const AVCodec *encoder, double fps)
{
    AVCodecContext *codec = film->codec;
    codec->log_level_offset = QUIET;
    codec->width = (int)(film->width * film->scale);
    codec->height = (int)(film->height * film->scale);
    codec->pix_fmt = film->kind == KIND_GIF ? AV_PIX_FMT_PAL8 : AV_PIX_FMT_RGB24;
    if (film->kind == KIND_FRAMES)
        codec->compression_level = 1; // drawings shrink well anyway
    codec->framerate = av_d2q(fps, 60000);
    codec->time_base = av_inv_q(codec->framerate);
    codec->thread_count = 1;
    codec->flags |= AV_CODEC_FLAG_BITEXACT;
    if (!film->format || film->kind != KIND_MP4)
        return;
    if (film->format->oformat->flags & AVFMT_GLOBALHEADER)
        codec->flags |= AV_CODEC_FLAG_GLOBAL_HEADER;
    codec->width = (int)ppo_film_even((size_t)codec->width);
    codec->height = (int)ppo_film_even((size_t)codec->height);
    codec->pix_fmt = AV_PIX_FMT_YUV420P;
    codec->color_range = AVCOL_RANGE_MPEG;
    codec->colorspace = AVCOL_SPC_SMPTE170M;
    codec->color_primaries = AVCOL_PRI_BT709;
    codec->color_trc = AVCOL_TRC_IEC61966_2_1;
    set_quality(codec, encoder);
}

// 0 or libav's code, as in all that follows.
static int open_codec(ppo_film *film, const AVCodec *encoder, double fps)
{
    film->codec = avcodec_alloc_context3(encoder);
    film->frame = av_frame_alloc();
    film->packet = av_packet_alloc();
    film->stream = film->format ? avformat_new_stream(film->format, NULL) : NULL;
    if (!film->codec || !film->frame || !film->packet || (film->format && !film->stream))
        return AVERROR(ENOMEM);
    set_up_codec(film, encoder, fps);
    const int code = avcodec_open2(film->codec, encoder, NULL);
    if (code < 0)
        return code;
    film->frame->width = film->codec->width;
    film->frame->height = film->codec->height;
    film->frame->format = film->codec->pix_fmt;
    if (!film->stream)
        return 0;
    film->stream->time_base = film->codec->time_base;
    film->stream->avg_frame_rate = film->codec->framerate;
    return avcodec_parameters_from_context(film->stream->codecpar, film->codec);
}

static int open_file(ppo_film *film)
{
    char *url = NULL;
    if (asprintf(&url, "file:%s", film->draft.temporary) < 0)
        return AVERROR(ENOMEM);
    const unsigned filled = ppo_file_fill_standard();
    int code = avio_open(&film->format->pb, url, AVIO_FLAG_WRITE);
    ppo_file_free_standard(filled);
    free(url);
    film->format->flags |= AVFMT_FLAG_BITEXACT;
    if (code >= 0)
        code = avformat_write_header(film->format, NULL);
    return code;
}

// --- pictures -----------------------------------------------------------------------------------

static bool draw_indices(ppo_film *film, const unsigned char *rgb)
{
    AVFrame *frame = film->frame;
    if (!ppo_palette_index(film->palette, frame->data[0], (size_t)frame->linesize[0], rgb,
                           film->width, film->height))
        return false;
    const uint32_t *colour = ppo_palette_colours(film->palette);
    for (size_t i = 0; i < PPO_PALETTE_SIZE; i++) {
        const uint32_t opaque = 0xFF000000u | colour[i];
        memcpy(frame->data[1] + i * sizeof opaque, &opaque, sizeof opaque);
    }
    return true;
}

static void draw_yuv(ppo_film *film, const unsigned char *rgb)
{
    uint8_t *plane[3];
    size_t pitch[3];
    for (int i = 0; i < 3; i++) {
        plane[i] = film->frame->data[i];
        pitch[i] = (size_t)film->frame->linesize[i];
    }
    ppo_film_yuv(plane, pitch, rgb, film->width, film->height, film->scale);
}

static void draw_rgb(ppo_film *film, const unsigned char *rgb)
{
    AVFrame *frame = film->frame;
    for (size_t y = 0; y < film->height; y++)
        memcpy(frame->data[0] + y * (size_t)frame->linesize[0], rgb + y * film->width * 3,
               film->width * 3);
}

static char *frame_path(const ppo_film *film, int64_t number)
{
    char *path;
    return asprintf(&path, "%s%06lld.png", film->path, (long long)number) < 0 ? NULL : path;
}

// A packet of the PNG encoder is a file. Its pictures are encoded one after the other.
static int publish_frame(ppo_film *film)
{
    char *path = frame_path(film, film->num_published++);
    if (!path)
        return AVERROR(ENOMEM);
    const ppo_status status =
        ppo_file_replace(path, film->packet->data, (size_t)film->packet->size, &film->failure);
    free(path);
    av_packet_unref(film->packet);
    return status == PPO_OK ? 0 : AVERROR(EIO);
}

static int write_to_file(ppo_film *film)
{
    film->packet->duration = 1; // in the codec's time base
    film->packet->stream_index = film->stream->index;
    av_packet_rescale_ts(film->packet, film->codec->time_base, film->stream->time_base);
    return av_interleaved_write_frame(film->format, film->packet);
}

// Writes what the encoder has ready.
static int write_packets(ppo_film *film)
{
    int code;
    while ((code = avcodec_receive_packet(film->codec, film->packet)) >= 0) {
        code = film->format ? write_to_file(film) : publish_frame(film);
        if (code < 0)
            return code;
    }
    return code == AVERROR(EAGAIN) || code == AVERROR_EOF ? 0 : code;
}

static int encode(ppo_film *film, const unsigned char *rgb)
{
    int code = av_frame_make_writable(film->frame); // the encoder may still look at the last one
    if (code < 0)
        return code;
    if (film->kind == KIND_MP4)
        draw_yuv(film, rgb);
    else if (film->kind == KIND_FRAMES)
        draw_rgb(film, rgb);
    else if (!draw_indices(film, rgb))
        return AVERROR(ENOMEM);
    film->frame->pts = film->num_pictures++;
    code = avcodec_send_frame(film->codec, film->frame);
    return code < 0 ? code : write_packets(film);
}

static size_t picture_bytes(const ppo_film *film)
{
    return film->width * film->height * 3;
}

// Computes the palette from the pictures held back, and encodes them.
static int end_waiting(ppo_film *film)
{
    int code = 0;
    if (!ppo_palette_learn(film->palette, film->waiting,
                           film->num_waiting * film->width * film->height))
        return AVERROR(ENOMEM);
    film->knows_colours = true;
    for (size_t i = 0; code >= 0 && i < film->num_waiting; i++)
        code = encode(film, film->waiting + i * picture_bytes(film));
    film->num_waiting = 0;
    free(film->waiting);
    film->waiting = NULL;
    return code;
}

static int wait_for_more(ppo_film *film, const unsigned char *rgb)
{
    if (!film->waiting)
        film->waiting = malloc(film->max_waiting * picture_bytes(film));
    if (!film->waiting)
        return AVERROR(ENOMEM);
    memcpy(film->waiting + film->num_waiting++ * picture_bytes(film), rgb, picture_bytes(film));
    return film->num_waiting == film->max_waiting ? end_waiting(film) : 0;
}

// --- opening ------------------------------------------------------------------------------------

static ppo_status film_check(const char *path, uint32_t width, uint32_t height, double fps,
                             ppo_error *error)
{
    const kind k = kind_of(path);
    if (k == KIND_NONE)
        return ppo_fail(
            error, PPO_INVALID,
            "%.300s: the name of a film must end in .mp4, .gif or / (a folder for PNG files)",
            path);
    if (width < 1 || width > MAX_SIDE || height < 1 || height > MAX_SIDE)
        return ppo_fail(error, PPO_INVALID, "a film of %u x %u pixels: sides must be in [1, %d]",
                        width, height, MAX_SIDE);
    if (!(fps > 0.0 && fps <= 1000.0))
        return ppo_fail(error, PPO_INVALID, "a film of %g pictures a second: in (0, 1000]", fps);
    if (k == KIND_GIF && fps > MAX_GIF_FPS)
        return ppo_fail(error, PPO_INVALID,
                        "a GIF of %g pictures a second: it takes at most %d, an .mp4 more", fps,
                        MAX_GIF_FPS);
    if (!find_encoder(k))
        return ppo_fail(error, PPO_UNSUPPORTED,
                        "the libavcodec that is installed here has no encoder for %.300s", path);
    return PPO_OK;
}

static void film_drop(ppo_film *film)
{
    ppo_file_draft_discard(&film->draft); // a folder's is empty
    if (film->format)
        avio_closep(&film->format->pb);
    avformat_free_context(film->format);
    avcodec_free_context(&film->codec);
    av_frame_free(&film->frame);
    av_packet_free(&film->packet);
    ppo_palette_destroy(film->palette);
    free(film->waiting);
    free(film->path);
    free(film);
}

static ppo_status prepare(ppo_film *film, double fps, ppo_error *error)
{
    const char *path = film->path;
    const bool is_gif = film->kind == KIND_GIF;
    int code = 0;
    if (is_gif && !(film->palette = ppo_palette_create()))
        return fail_memory(path, error);
    if (film->kind == KIND_FRAMES) {
        PPO_TRY(ppo_file_make_dirs(path, error));
    } else {
        ppo_file_draft_sweep(path);
        PPO_TRY(ppo_file_draft_begin(&film->draft, path, error));
    }
    const size_t bytes = picture_bytes(film);
    film->max_waiting =
        MAX_WAITING * bytes <= MAX_WAITING_BYTES ? MAX_WAITING : MAX_WAITING_BYTES / bytes + 1;
    if (film->kind != KIND_FRAMES)
        code = avformat_alloc_output_context2(&film->format, NULL, is_gif ? "gif" : "mp4", path);
    if (code >= 0)
        code = open_codec(film, find_encoder(film->kind), fps);
    if (code >= 0 && film->format)
        code = open_file(film);
    if (code >= 0)
        code = av_frame_get_buffer(film->frame, 0);
    return code < 0 ? fail_code(path, code, error) : PPO_OK;
}

static ppo_status film_open(ppo_film **result, const char *path, uint32_t width, uint32_t height,
                            double fps, ppo_error *error)
{
    PPO_TRY(film_check(path, width, height, fps, error));
    ppo_film *film = calloc(1, sizeof *film);
    if (!film || !(film->path = strdup(path))) {
        free(film);
        return fail_memory(path, error);
    }
    film->kind = kind_of(path);
    film->width = width;
    film->height = height;
    film->scale = film->kind == KIND_MP4 && height < DOUBLED_BELOW ? 2 : 1;
    const ppo_status status = prepare(film, fps, error);
    if (status != PPO_OK) {
        film_drop(film);
        return status;
    }
    *result = film;
    return PPO_OK;
}

static void film_colours(ppo_film *film, const uint32_t *colours, size_t num_colours)
{
    if (!film->palette || num_colours == 0 || num_colours > PPO_PALETTE_SIZE)
        return;
    for (size_t i = 0; i < num_colours; i++)
        ppo_palette_add(film->palette, colours[i] & 0xFFFFFFu);
    film->knows_colours = true;
}

static ppo_status film_add(ppo_film *film, const unsigned char *rgb, ppo_error *error)
{
    if (film->has_failed)
        return ppo_fail(error, PPO_IO, "%.300s failed before", film->path);
    const bool waits = film->palette && !film->knows_colours;
    const int code = waits ? wait_for_more(film, rgb) : encode(film, rgb);
    film->has_failed = code < 0;
    return code < 0 ? fail_film(film, code, error) : PPO_OK;
}

// --- the end ------------------------------------------------------------------------------------

static int finish(ppo_film *film)
{
    int code = film->num_waiting > 0 ? end_waiting(film) : 0;
    if (code >= 0)
        code = avcodec_send_frame(film->codec, NULL); // the end: packets held back come out
    if (code >= 0)
        code = write_packets(film);
    if (!film->format)
        return code;
    if (code >= 0)
        code = av_write_trailer(film->format);
    const int closing = avio_closep(&film->format->pb);
    return code < 0 ? code : closing;
}

// Removes the frames of a longer film that was in the folder before.
static void remove_old_frames(const ppo_film *film)
{
    bool was_there = true;
    for (int64_t i = film->num_published; was_there; i++) {
        char *path = frame_path(film, i);
        was_there = path && unlink(path) == 0;
        free(path);
    }
}

static ppo_status film_close(ppo_film *film, ppo_error *error)
{
    ppo_status status = PPO_OK;
    const char *path = film->path;
    if (film->has_failed)
        status = ppo_fail(error, PPO_IO, "%.300s failed before", path);
    else if (film->num_pictures == 0 && film->num_waiting == 0)
        status = ppo_fail(error, PPO_INVALID, "%.300s: a film without pictures", path);
    else {
        const int code = finish(film);
        if (code < 0)
            status = fail_film(film, code, error);
    }
    if (status == PPO_OK && film->kind == KIND_FRAMES)
        remove_old_frames(film);
    else if (status == PPO_OK)
        status = ppo_file_draft_publish(&film->draft, error);
    film_drop(film);
    return status;
}

PPO_MODULE_TABLE(ppo_film_module) = {
    .head = PPO_MODULE_HEAD(ppo_film_module, PPO_FILM_ABI),
    .describe = film_describe,
    .check = film_check,
    .open = film_open,
    .colours = film_colours,
    .add = film_add,
    .close = film_close,
    .drop = film_drop,
};
