// SPDX-License-Identifier: MIT
// Kernels of convolutional networks on a device, in OpenCL C 1.2. gpu_shapes.h stands before this
// text when it is compiled. Every kernel runs in work-groups of PPO_GPU_GROUP work-items.
//
// A product's tile of ROWS x COLUMNS lies in the registers of a work-group: work-item i has rows
// i % 32 + {0, 32, 64, 96} and columns 4 (i / 32) + {0 .. 3}. In each step DEPTH columns of the
// left matrix and rows of the right one are brought into local memory. Each element is one sum in
// ascending order, so that it does not depend on the tile it is in, nor on how many images there
// are. Nothing is atomic.

#define ROWS    PPO_GPU_ROWS
#define COLUMNS PPO_GPU_COLUMNS
#define DEPTH   PPO_GPU_DEPTH
// Distances in local memory, chosen so that neighbours' stores fall into different banks.
#define LEFT_STEP  (ROWS + 1)
#define RIGHT_STEP (COLUMNS + 4)

#define GROUP __attribute__((reqd_work_group_size(PPO_GPU_GROUP, 1, 1)))

// --- the product -----------------------------------------------------------------------------------

// One step of DEPTH: sum[i] are the four columns of the work-item's row i.
inline void multiply(float4 *sum, __local const float *left, __local const float *right, int item)
{
    for (int k = 0; k < DEPTH; k++) {
        const float4 r = vload4(0, right + k * RIGHT_STEP + item / 32 * 4);
        for (int i = 0; i < 4; i++)
            sum[i] = fma((float4)(left[k * LEFT_STEP + item % 32 + 32 * i]), r, sum[i]);
    }
}

inline float column_of(float4 v, int j)
{
    return j == 0 ? v.x : j == 1 ? v.y : j == 2 ? v.z : v.w;
}

inline float positive(float x)
{
    return x < 0.0f ? 0.0f : x; // NaN stays NaN, so that it is found
}

// The rows and columns of a work-item in its tile.
#define ROW(i)    (row0 + item % 32 + 32 * (i))
#define COLUMN(j) (column0 + item / 32 * 4 + (j))

// --- convolutions ----------------------------------------------------------------------------------

// y [images, out, pixels] = convolution of x. Rows: pixels of y; columns: out channels; sum over
// (in channel, ky, kx).
GROUP __kernel void conv_forward(__global float *y, __global const float *x,
                                 __global const float *params, ppo_gpu_conv s)
{
    __local float left[DEPTH * LEFT_STEP], right[DEPTH * RIGHT_STEP];
    __local int4 taps[DEPTH]; // of the step: offset in an image, ky, kx, whether there is one
    const int item = get_local_id(0), row0 = get_group_id(0) * ROWS;
    const int column0 = get_group_id(1) * COLUMNS;
    const int pixels = s.out_height * s.out_width, size = s.in_height * s.in_width;
    const int rows = s.images * pixels, square = s.kernel_size * s.kernel_size;
    const int depth = s.in_channels * square;
    __global const float *weight = params + s.weight;

    // The window of the row that this work-item fetches.
    const int fetched = row0 + item % ROWS;
    const int image = fetched / pixels, pixel = fetched % pixels;
    const int top = pixel / s.out_width * s.stride - s.padding;
    const int left_edge = pixel % s.out_width * s.stride - s.padding;
    __global const float *window =
        x + (size_t)image * s.in_channels * size + top * s.in_width + left_edge;

    float4 sum[4] = {(float4)(0.0f), (float4)(0.0f), (float4)(0.0f), (float4)(0.0f)};
    for (int k0 = 0; k0 < depth; k0 += DEPTH) {
        if (item < DEPTH) {
            const int k = k0 + item, c = k / square, ky = k % square / s.kernel_size, kx = k % s.kernel_size;
            taps[item] = (int4)(c * size + ky * s.in_width + kx, ky, kx, k < depth);
        }
        barrier(CLK_LOCAL_MEM_FENCE);
        for (int k = item / ROWS; k < DEPTH; k += PPO_GPU_GROUP / ROWS) {
            const int4 tap = taps[k];
            const int iy = top + tap.y, ix = left_edge + tap.z;
            const bool inside = tap.w && fetched < rows && iy >= 0 && iy < s.in_height && ix >= 0 &&
                                ix < s.in_width;
            left[k * LEFT_STEP + item % ROWS] = inside ? window[tap.x] : 0.0f;
        }
        for (int o = item / DEPTH; o < COLUMNS; o += PPO_GPU_GROUP / DEPTH) {
            const int k = k0 + item % DEPTH;
            right[item % DEPTH * RIGHT_STEP + o] =
                k < depth && column0 + o < s.out_channels ? weight[(column0 + o) * depth + k]
                                                          : 0.0f;
        }
        barrier(CLK_LOCAL_MEM_FENCE);
        multiply(sum, left, right, item);
        barrier(CLK_LOCAL_MEM_FENCE);
    }

    for (int i = 0; i < 4; i++)
        for (int j = 0; j < 4; j++) {
            const int row = ROW(i), o = COLUMN(j);
            if (row >= rows || o >= s.out_channels)
                continue;
            const float value = column_of(sum[i], j) + params[s.bias + o];
            y[((size_t)(row / pixels) * s.out_channels + o) * pixels + row % pixels] =
                s.relu ? positive(value) : value;
        }
}

// dx from dy. With a stride, pixels of x fall into stride^2 classes by the taps that have read them
// (get_group_id(2)): of a pixel iy = first + stride t with iy + padding = stride q + ry, taps
// ky = ry + stride j have read it for the outputs q - j. Rows: pixels of a class; columns: in
// channels; sum over (out channel, j of ky, j of kx).
GROUP __kernel void conv_data(__global float *dx, __global const float *dy,
                              __global const float *x, __global const float *params,
                              ppo_gpu_conv s)
{
    __local float left[DEPTH * LEFT_STEP], right[DEPTH * RIGHT_STEP];
    __local int4 taps[DEPTH];    // offset in an image of dy, j of ky, j of kx, whether there is one
    __local int weight_at[DEPTH]; // of in channel 0
    const int item = get_local_id(0), row0 = get_group_id(0) * ROWS;
    const int column0 = get_group_id(1) * COLUMNS;
    const int ry = get_group_id(2) / s.stride, rx = get_group_id(2) % s.stride;
    const int first_y = (ry + s.stride * s.padding - s.padding) % s.stride;
    const int first_x = (rx + s.stride * s.padding - s.padding) % s.stride;
    const int height = (s.in_height - first_y + s.stride - 1) / s.stride; // pixels of the class
    const int width = (s.in_width - first_x + s.stride - 1) / s.stride;
    const int rows = s.images * height * width;
    const int taps_y = (s.kernel_size - ry + s.stride - 1) / s.stride;
    const int taps_x = (s.kernel_size - rx + s.stride - 1) / s.stride;
    const int depth =
        row0 < rows && taps_y > 0 && taps_x > 0 ? s.out_channels * taps_y * taps_x : 0;
    const int pixels = s.out_height * s.out_width, square = s.kernel_size * s.kernel_size;
    __global const float *weight = params + s.weight;

    const int fetched = row0 + item % ROWS;
    const int image = fetched / (height * width), pixel = fetched % (height * width);
    const int qy = (first_y + pixel / width * s.stride + s.padding) / s.stride;
    const int qx = (first_x + pixel % width * s.stride + s.padding) / s.stride;
    __global const float *window =
        dy + (size_t)image * s.out_channels * pixels + qy * s.out_width + qx;

    float4 sum[4] = {(float4)(0.0f), (float4)(0.0f), (float4)(0.0f), (float4)(0.0f)};
    for (int k0 = 0; k0 < depth; k0 += DEPTH) {
        if (item < DEPTH) {
            const int k = k0 + item, o = k / (taps_y * taps_x);
            const int jy = k % (taps_y * taps_x) / taps_x, jx = k % taps_x;
            taps[item] = (int4)(o * pixels - jy * s.out_width - jx, jy, jx, k < depth);
            weight_at[item] = o * s.in_channels * square + (ry + s.stride * jy) * s.kernel_size + rx +
                              s.stride * jx;
        }
        barrier(CLK_LOCAL_MEM_FENCE);
        for (int k = item / ROWS; k < DEPTH; k += PPO_GPU_GROUP / ROWS) {
            const int4 tap = taps[k];
            const int oy = qy - tap.y, ox = qx - tap.z;
            const bool inside = tap.w && fetched < rows && oy >= 0 && oy < s.out_height &&
                                ox >= 0 && ox < s.out_width;
            left[k * LEFT_STEP + item % ROWS] = inside ? window[tap.x] : 0.0f;
        }
        for (int c = item / DEPTH; c < COLUMNS; c += PPO_GPU_GROUP / DEPTH) {
            const int k = item % DEPTH;
            right[k * RIGHT_STEP + c] = taps[k].w && column0 + c < s.in_channels
                                            ? weight[weight_at[k] + (column0 + c) * square]
                                            : 0.0f;
        }
        barrier(CLK_LOCAL_MEM_FENCE);
        multiply(sum, left, right, item);
        barrier(CLK_LOCAL_MEM_FENCE);
    }

    for (int i = 0; i < 4; i++)
        for (int j = 0; j < 4; j++) {
            const int row = ROW(i), c = COLUMN(j);
            if (row >= rows || c >= s.in_channels)
                continue;
            const int n = row / (height * width), p = row % (height * width);
            const int iy = first_y + p / width * s.stride, ix = first_x + p % width * s.stride;
            const size_t at =
                (((size_t)n * s.in_channels + c) * s.in_height + iy) * s.in_width + ix;
            dx[at] = s.relu && !(x[at] > 0.0f) ? 0.0f : column_of(sum[i], j);
        }
}

// partial [parts, weights and biases] of the gradient, a part of the images each
// (get_group_id(2)). Rows: (in channel, ky, kx); columns: out channels; sum over (image, pixel of
// dy).
GROUP __kernel void conv_weights(__global float *partial, __global const float *dy,
                                 __global const float *x, ppo_gpu_conv s)
{
    __local float left[DEPTH * LEFT_STEP], right[DEPTH * RIGHT_STEP];
    __local int4 places[DEPTH]; // of the step: image (or -1), pixel, first row, first column
    const int item = get_local_id(0), row0 = get_group_id(0) * ROWS;
    const int column0 = get_group_id(1) * COLUMNS;
    const int pixels = s.out_height * s.out_width, size = s.in_height * s.in_width;
    const int square = s.kernel_size * s.kernel_size, rows = s.in_channels * square;
    const int first_image = get_group_id(2) * s.part;
    const int images = min(s.part, s.images - first_image), depth = images * pixels;

    // The taps of the rows that this work-item fetches.
    int offset[ROWS * DEPTH / PPO_GPU_GROUP];
    int tap_y[ROWS * DEPTH / PPO_GPU_GROUP], tap_x[ROWS * DEPTH / PPO_GPU_GROUP];
    for (int i = 0; i < ROWS * DEPTH / PPO_GPU_GROUP; i++) {
        const int row = row0 + item / DEPTH + PPO_GPU_GROUP / DEPTH * i;
        tap_y[i] = row < rows ? row % square / s.kernel_size : s.in_height + s.padding; // never inside
        tap_x[i] = row % s.kernel_size;
        offset[i] = row / square * size + tap_y[i] * s.in_width + tap_x[i];
    }

    float4 sum[4] = {(float4)(0.0f), (float4)(0.0f), (float4)(0.0f), (float4)(0.0f)};
    float bias = 0.0f; // of one column, in the first COLUMNS work-items of the first row of tiles
    for (int k0 = 0; k0 < depth; k0 += DEPTH) {
        if (item < DEPTH) {
            const int k = k0 + item, pixel = k % pixels;
            places[item] = (int4)(k < depth ? first_image + k / pixels : -1, pixel,
                                  pixel / s.out_width * s.stride - s.padding,
                                  pixel % s.out_width * s.stride - s.padding);
        }
        barrier(CLK_LOCAL_MEM_FENCE);
        const int4 place = places[item % DEPTH];
        __global const float *image = x + (size_t)max(place.x, 0) * s.in_channels * size +
                                      place.z * s.in_width + place.w;
        for (int i = 0; i < ROWS * DEPTH / PPO_GPU_GROUP; i++) {
            const int iy = place.z + tap_y[i], ix = place.w + tap_x[i];
            const bool inside =
                place.x >= 0 && iy >= 0 && iy < s.in_height && ix >= 0 && ix < s.in_width;
            left[item % DEPTH * LEFT_STEP + item / DEPTH + PPO_GPU_GROUP / DEPTH * i] =
                inside ? image[offset[i]] : 0.0f;
        }
        for (int o = item / DEPTH; o < COLUMNS; o += PPO_GPU_GROUP / DEPTH)
            right[item % DEPTH * RIGHT_STEP + o] =
                place.x >= 0 && column0 + o < s.out_channels
                    ? dy[((size_t)place.x * s.out_channels + column0 + o) * pixels + place.y]
                    : 0.0f;
        barrier(CLK_LOCAL_MEM_FENCE);
        multiply(sum, left, right, item);
        if (row0 == 0 && item < COLUMNS)
            for (int k = 0; k < DEPTH; k++)
                bias += right[k * RIGHT_STEP + item];
        barrier(CLK_LOCAL_MEM_FENCE);
    }

    __global float *to = partial + (size_t)get_group_id(2) * (rows + 1) * s.out_channels;
    for (int i = 0; i < 4; i++)
        for (int j = 0; j < 4; j++)
            if (ROW(i) < rows && COLUMN(j) < s.out_channels)
                to[COLUMN(j) * rows + ROW(i)] = column_of(sum[i], j);
    if (row0 == 0 && item < COLUMNS && column0 + item < s.out_channels)
        to[rows * s.out_channels + column0 + item] = bias;
}

// The parts' sum: weights, then biases, to their places in the gradient.
GROUP __kernel void conv_add_parts(__global float *grad, __global const float *partial, int parts,
                                   ppo_gpu_conv s)
{
    const int weights = s.in_channels * s.kernel_size * s.kernel_size * s.out_channels;
    const int i = get_global_id(0), size = weights + s.out_channels;
    if (i >= size)
        return;
    float sum = partial[i];
    for (int p = 1; p < parts; p++)
        sum += partial[(size_t)p * size + i];
    grad[i < weights ? s.weight + i : s.bias + i - weights] = sum;
}

// --- the linear layer ------------------------------------------------------------------------------

// partial [parts, images, out] of x [images, in] times weight [out, in] transposed, a part of the
// inputs each (get_group_id(2)). Rows: outputs; columns: images.
GROUP __kernel void linear_forward(__global float *partial, __global const float *x,
                                   __global const float *params, ppo_gpu_linear s)
{
    __local float left[DEPTH * LEFT_STEP], right[DEPTH * RIGHT_STEP];
    const int item = get_local_id(0), row0 = get_group_id(0) * ROWS;
    const int column0 = get_group_id(1) * COLUMNS;
    const int begin = get_group_id(2) * s.part, end = min(begin + s.part, s.in);
    __global const float *weight = params + s.weight;
    float4 sum[4] = {(float4)(0.0f), (float4)(0.0f), (float4)(0.0f), (float4)(0.0f)};
    for (int k0 = begin; k0 < end; k0 += DEPTH) {
        const int k = k0 + item % DEPTH;
        for (int r = item / DEPTH; r < ROWS; r += PPO_GPU_GROUP / DEPTH)
            left[item % DEPTH * LEFT_STEP + r] =
                k < end && row0 + r < s.out ? weight[(size_t)(row0 + r) * s.in + k] : 0.0f;
        for (int n = item / DEPTH; n < COLUMNS; n += PPO_GPU_GROUP / DEPTH)
            right[item % DEPTH * RIGHT_STEP + n] =
                k < end && column0 + n < s.images ? x[(size_t)(column0 + n) * s.in + k] : 0.0f;
        barrier(CLK_LOCAL_MEM_FENCE);
        multiply(sum, left, right, item);
        barrier(CLK_LOCAL_MEM_FENCE);
    }
    for (int i = 0; i < 4; i++)
        for (int j = 0; j < 4; j++)
            if (ROW(i) < s.out && COLUMN(j) < s.images)
                partial[((size_t)get_group_id(2) * s.images + COLUMN(j)) * s.out + ROW(i)] =
                    column_of(sum[i], j);
}

// features [images, out] = the parts' sum and the bias, through ReLU.
GROUP __kernel void linear_add_parts(__global float *features, __global const float *partial,
                                     __global const float *params, int parts, ppo_gpu_linear s)
{
    const int i = get_global_id(0), size = s.images * s.out;
    if (i >= size)
        return;
    float sum = partial[i];
    for (int p = 1; p < parts; p++)
        sum += partial[(size_t)p * size + i];
    features[i] = positive(sum + params[s.bias + i % s.out]);
}

// dx [images, in] = dy [images, out] times weight where x is positive, else 0. Rows: inputs;
// columns: images.
GROUP __kernel void linear_data(__global float *dx, __global const float *dy,
                                __global const float *x, __global const float *params,
                                ppo_gpu_linear s)
{
    __local float left[DEPTH * LEFT_STEP], right[DEPTH * RIGHT_STEP];
    const int item = get_local_id(0), row0 = get_group_id(0) * ROWS;
    const int column0 = get_group_id(1) * COLUMNS;
    __global const float *weight = params + s.weight;
    float4 sum[4] = {(float4)(0.0f), (float4)(0.0f), (float4)(0.0f), (float4)(0.0f)};
    for (int k0 = 0; k0 < s.out; k0 += DEPTH) {
        for (int k = item / ROWS; k < DEPTH; k += PPO_GPU_GROUP / ROWS) {
            const int row = row0 + item % ROWS;
            left[k * LEFT_STEP + item % ROWS] =
                k0 + k < s.out && row < s.in ? weight[(size_t)(k0 + k) * s.in + row] : 0.0f;
        }
        for (int n = item / DEPTH; n < COLUMNS; n += PPO_GPU_GROUP / DEPTH) {
            const int k = k0 + item % DEPTH;
            right[item % DEPTH * RIGHT_STEP + n] =
                k < s.out && column0 + n < s.images ? dy[(size_t)(column0 + n) * s.out + k] : 0.0f;
        }
        barrier(CLK_LOCAL_MEM_FENCE);
        multiply(sum, left, right, item);
        barrier(CLK_LOCAL_MEM_FENCE);
    }
    for (int i = 0; i < 4; i++)
        for (int j = 0; j < 4; j++) {
            const size_t at = (size_t)COLUMN(j) * s.in + ROW(i);
            if (ROW(i) < s.in && COLUMN(j) < s.images)
                dx[at] = x[at] > 0.0f ? column_of(sum[i], j) : 0.0f;
        }
}

// The gradient of weight [out, in] and bias [out]. Rows: inputs; columns: outputs; sum over images.
GROUP __kernel void linear_weights(__global float *grad, __global const float *dy,
                                   __global const float *x, ppo_gpu_linear s)
{
    __local float left[DEPTH * LEFT_STEP], right[DEPTH * RIGHT_STEP];
    const int item = get_local_id(0), row0 = get_group_id(0) * ROWS;
    const int column0 = get_group_id(1) * COLUMNS;
    float4 sum[4] = {(float4)(0.0f), (float4)(0.0f), (float4)(0.0f), (float4)(0.0f)};
    float bias = 0.0f; // as in conv_weights
    for (int n0 = 0; n0 < s.images; n0 += DEPTH) {
        for (int k = item / ROWS; k < DEPTH; k += PPO_GPU_GROUP / ROWS) {
            const int row = row0 + item % ROWS;
            left[k * LEFT_STEP + item % ROWS] =
                n0 + k < s.images && row < s.in ? x[(size_t)(n0 + k) * s.in + row] : 0.0f;
        }
        for (int k = item / COLUMNS; k < DEPTH; k += PPO_GPU_GROUP / COLUMNS) {
            const int column = column0 + item % COLUMNS;
            right[k * RIGHT_STEP + item % COLUMNS] =
                n0 + k < s.images && column < s.out ? dy[(size_t)(n0 + k) * s.out + column] : 0.0f;
        }
        barrier(CLK_LOCAL_MEM_FENCE);
        multiply(sum, left, right, item);
        if (row0 == 0 && item < COLUMNS)
            for (int k = 0; k < DEPTH; k++)
                bias += right[k * RIGHT_STEP + item];
        barrier(CLK_LOCAL_MEM_FENCE);
    }
    for (int i = 0; i < 4; i++)
        for (int j = 0; j < 4; j++)
            if (ROW(i) < s.in && COLUMN(j) < s.out)
                grad[s.weight + (size_t)COLUMN(j) * s.in + ROW(i)] = column_of(sum[i], j);
    if (row0 == 0 && item < COLUMNS && column0 + item < s.out)
        grad[s.bias + column0 + item] = bias;
}

// --- element by element ----------------------------------------------------------------------------

GROUP __kernel void bytes_to_floats(__global float *y, __global const uchar *bytes, int count)
{
    const int i = get_global_id(0);
    if (i < count)
        y[i] = (float)bytes[i] * (1.0f / 255.0f);
}

GROUP __kernel void relu_forward(__global float *y, __global const float *x, int count)
{
    const int i = get_global_id(0);
    if (i < count)
        y[i] = positive(x[i]);
}

GROUP __kernel void add_forward(__global float *y, __global const float *x, int count)
{
    const int i = get_global_id(0);
    if (i < count)
        y[i] += x[i];
}

// dx = dy, or dx += dy with `adds`; of a ReLU with output y only where y is positive.
GROUP __kernel void pass_back(__global float *dx, __global const float *dy,
                              __global const float *y, int is_relu, int adds, int count)
{
    const int i = get_global_id(0);
    if (i >= count)
        return;
    const float d = is_relu && !(y[i] > 0.0f) ? 0.0f : dy[i];
    dx[i] = adds ? dx[i] + d : d;
}

// --- max pooling -----------------------------------------------------------------------------------

// Over 3 x 3 pixels with stride 2 and padding 1.
GROUP __kernel void pool_forward(__global float *y, __global const float *x, ppo_gpu_pool s)
{
    const int i = get_global_id(0), pixels = s.out_height * s.out_width;
    if (i >= s.planes * pixels)
        return;
    const int oy = i % pixels / s.out_width, ox = i % s.out_width;
    __global const float *plane = x + (size_t)(i / pixels) * s.in_height * s.in_width;
    float largest = -INFINITY;
    for (int iy = max(2 * oy - 1, 0); iy < min(2 * oy + 2, s.in_height); iy++)
        for (int ix = max(2 * ox - 1, 0); ix < min(2 * ox + 2, s.in_width); ix++) {
            const float value = plane[iy * s.in_width + ix];
            largest = value > largest || isnan(value) ? value : largest;
        }
    y[i] = largest;
}

// Whether pixel (iy, ix) is the first with the window's largest value y.
inline bool is_largest(__global const float *plane, ppo_gpu_pool s, int oy, int ox, int iy, int ix,
                       float y)
{
    for (int wy = max(2 * oy - 1, 0); wy <= iy; wy++)
        for (int wx = max(2 * ox - 1, 0); wx < min(2 * ox + 2, s.in_width); wx++)
            if (plane[wy * s.in_width + wx] == y)
                return wy == iy && wx == ix;
    return false;
}

// Each pixel collects the gradients of the windows whose largest it is.
GROUP __kernel void pool_backward(__global float *dx, __global const float *dy,
                                  __global const float *x, __global const float *y, ppo_gpu_pool s)
{
    const int i = get_global_id(0), size = s.in_height * s.in_width;
    if (i >= s.planes * size)
        return;
    const int plane = i / size, iy = i % size / s.in_width, ix = i % s.in_width;
    const size_t out = (size_t)plane * s.out_height * s.out_width;
    float sum = 0.0f;
    for (int oy = iy / 2; oy <= min((iy + 1) / 2, s.out_height - 1); oy++)
        for (int ox = ix / 2; ox <= min((ix + 1) / 2, s.out_width - 1); ox++) {
            const size_t at = out + oy * s.out_width + ox;
            if (is_largest(x + (size_t)plane * size, s, oy, ox, iy, ix, y[at]))
                sum += dy[at];
        }
    dx[i] = sum;
}

// --- the optimiser ---------------------------------------------------------------------------------

// squares [PPO_GPU_SQUARES]: sums over every PPO_GPU_SQUARES-th group of elements.
GROUP __kernel void grad_squares(__global float *squares, __global const float *grad, int count)
{
    __local float sums[PPO_GPU_GROUP];
    const int item = get_local_id(0);
    float sum = 0.0f;
    for (int i = get_global_id(0); i < count; i += PPO_GPU_SQUARES * PPO_GPU_GROUP)
        sum = fma(grad[i], grad[i], sum);
    sums[item] = sum;
    barrier(CLK_LOCAL_MEM_FENCE);
    for (int half_size = PPO_GPU_GROUP / 2; half_size > 0; half_size /= 2) {
        if (item < half_size)
            sums[item] += sums[item + half_size];
        barrier(CLK_LOCAL_MEM_FENCE);
    }
    if (item == 0)
        squares[get_group_id(0)] = sums[0];
}

inline float flush_tiny(float x)
{
    return fabs(x) > 1e-30f ? x : 0.0f;
}

// As ppo_adam_step of nn/adam.c.
GROUP __kernel void adam_step(__global float *p, __global float *m, __global float *v,
                              __global const float *grad, int count, ppo_gpu_adam s)
{
    const int i = get_global_id(0);
    if (i >= count)
        return;
    const float g = grad[i] * s.scale;
    const float first = flush_tiny(s.beta1 * m[i] + s.rest1 * g);
    const float second = flush_tiny(s.beta2 * v[i] + s.rest2 * (g * g));
    m[i] = first;
    v[i] = second;
    p[i] -= s.step_size * first / (sqrt(second) * s.root_correction + s.eps);
}
