// SPDX-License-Identifier: MIT
// Records one after the other in a file: the framing of TensorFlow's TFRecord files.
//
//   8 bytes  length of the data, little-endian
//   4 bytes  checksum of these eight
//   n bytes  data
//   4 bytes  checksum of the data
//
// A checksum is CRC-32C (Castagnoli), rotated right by 15 bits, plus 0xa282ead8.
#ifndef PPO_RUN_TENSORBOARD_TFRECORD_H
#define PPO_RUN_TENSORBOARD_TFRECORD_H

#include "core/bytes.h"

enum { PPO_TFRECORD_EXTRA = 16, PPO_TFRECORD_DATA_AT = 12 }; // bytes around the data, before it

// The checksum as it stands in the file.
uint32_t ppo_tfrecord_checksum(const unsigned char *data, size_t size);

// Makes `record` one record around `size` bytes that the caller then writes at *data and seals.
// False if memory runs out.
bool ppo_tfrecord_begin(ppo_bytes *record, unsigned char **data, size_t size);
void ppo_tfrecord_seal(ppo_bytes *record);

// How many bytes from the beginning are whole records, for ppo_append_file_open.
size_t ppo_tfrecord_whole(const char *bytes, size_t size);

#endif
