// SPDX-License-Identifier: MIT
// The two convolutional networks once more, in double precision and PyTorch's layout, as the papers
// and torch.nn say them: padding instead of borders, an image at a time, nothing packed. Of a
// ppo_cnn it uses the shape of the image and the offsets of the linear layer only.
#ifndef PPO_TESTS_NN_CNN_REFERENCE_H
#define PPO_TESTS_NN_CNN_REFERENCE_H

#include "nn/cnn.h"

// What a forward pass leaves behind; release it.
typedef struct cnn_reference {
    const ppo_cnn *cnn;
    const char *name; // under which its tensors are listed
    const ppo_params *params;
    struct cnn_reference_node *nodes;
    size_t num_nodes;
    double *flat; // [FLAT] what goes to the linear layer: the last node's, not to be freed
    // The least distance of a unit from where its derivative jumps: ReLU's corner, two equal
    // candidates for a maximum. Nearer than rounding, single precision may come out on the other
    // side.
    double clearance;
    bool rounds; // what bf16 networks keep between their steps is rounded here too
} cnn_reference;

// All of the network's tensors come from `values`, laid out as the list says.
cnn_reference cnn_reference_forward(const ppo_cnn *cnn, ppo_network_kind kind, const char *name,
                                    const ppo_params *params, const double *values,
                                    const uint8_t *image);
// The same in bf16's way; the weights are the caller's to round.
cnn_reference cnn_reference_forward_bf16(const ppo_cnn *cnn, ppo_network_kind kind,
                                         const char *name, const ppo_params *params,
                                         const double *values, const uint8_t *image);
void cnn_reference_release(cnn_reference *reference);

// x rounded to 8 bits of significand.
double cnn_reference_rounded(double x);

// Adds the gradients of the convolutions' tensors to `grad`, from that of flat.
void cnn_reference_backward(const cnn_reference *reference, double *grad, const double *values,
                            const double *dflat);

// y [FEATURES]: the linear layer and its ReLU.
void cnn_reference_features(const cnn_reference *reference, double *y, const double *values);

#endif
