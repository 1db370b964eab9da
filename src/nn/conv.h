// SPDX-License-Identifier: MIT
// Two-dimensional convolution without padding ("valid"), forward and backward, for one thread.
//
// Images are [images, rows, columns, channels], channels innermost, with any distance between rows
// and between images, so that a caller pads by convolving an image inside a border of zeros.
// Weights come packed (ppo_conv_pack) from PyTorch's [out, in, height, width].
//
//     y[o] (oy, ox) = b[o] + sum over ky, kx, c of w[o, c, ky, kx] x[c] (s oy + ky, s ox + kx)
//
// An image's result does not depend on the others in the call. Output channels, and for
// ppo_conv_backward_data input channels, are multiples of PPO_PARAM_ALIGN.
#ifndef PPO_NN_CONV_H
#define PPO_NN_CONV_H

#include <stdbool.h>
#include <stddef.h>

typedef struct ppo_conv {
    size_t in_channels, out_channels;
    size_t kernel, stride;
    size_t in_height, in_width; // pixels of x
    size_t out_height, out_width;
    size_t in_row, in_image;   // floats from row to row and from image to image of x
    size_t out_row, out_image; // and of y
    size_t block;              // see ppo_conv_pack; 1: an ordinary convolution
} ppo_conv;

// A convolution of images [height, width, in] without gaps.
ppo_conv ppo_conv_make(size_t height, size_t width, size_t in_channels, size_t out_channels,
                       size_t kernel, size_t stride);

// Floats of the weights, packed either way.
size_t ppo_conv_weights(const ppo_conv *conv);

// Brings rows [first, last) of out channels of PyTorch's weights into the order of the forward
// product, strips of [kernel, kernel, in] by some out channels, and (unless `backward` is NULL) of
// backward_data's, strips of [kernel, kernel, out] by some in channels, with the kernel's columns
// before its rows. A strip is as wide as a tile (nn/tile.h).
//
// With block b > 1 the convolution runs over images whose b x b blocks of pixels have become
// channels (space to depth): of channel c, pixel (dy, dx) is channel (c b + dy) b + dx, and the
// weights are those of a kernel b times as wide over in / b^2 channels.
void ppo_conv_pack(const ppo_conv *conv, float *forward, float *backward, const float *weight,
                   size_t first, size_t last);

// Rows [first, last) of out channels in the order of inputs, [kernel, kernel, in, out].
void ppo_conv_order(const ppo_conv *conv, float *rows, const float *weight, size_t first,
                    size_t last);

// The inverse for a gradient; rows [first, last) of it (a row is an input of the kernel: 0 ..
// kernel^2 in - 1).
void ppo_conv_unpack(const ppo_conv *conv, float *weight, const float *rows, size_t first,
                     size_t last);

// y = convolution, and with `relu` its positive part.
void ppo_conv_forward(const ppo_conv *conv, float *y, const float *x, const float *forward,
                      const float *bias, size_t images, bool relu);

// dx = the transposed convolution of dy: all in_height x in_width pixels are written, with zeros
// where no output has read.
void ppo_conv_backward_data(const ppo_conv *conv, float *dx, const float *dy, const float *backward,
                            size_t images);

// dweight += the gradient, [kernel, kernel, in, out]; dbias [out] likewise.
void ppo_conv_backward_weights(const ppo_conv *conv, float *dweight, float *dbias, const float *x,
                               const float *dy, size_t images);

// MACs (multiply-accumulate operations) for one image, the same in each of the three products.
size_t ppo_conv_macs(const ppo_conv *conv);

#endif
