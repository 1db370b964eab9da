// SPDX-License-Identifier: MIT
// A checkpoint as a file: its metadata and its checksum. See checkpoint_file.h.
// Workload: a file of kilobytes to gigabytes per checkpoint. Owns the bytes of an opened file.
#include "run/checkpoint/checkpoint_file.h"

#include "core/error.h"
#include "core/file.h"
#include "run/checkpoint/stored_config.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <xxhash.h>

#define FORMAT          "libppo checkpoint"
#define FORMAT_VERSION  "3"
#define OLDER_VERSION   "2" // the same with facts that are not read any more
#define NO_CHECKSUM     "0000000000000000"
#define CHECKSUM_DIGITS (sizeof NO_CHECKSUM - 1)
#define CHECKSUM_MARK   "\"checksum\":\""
#define MAX_FILE_SIZE   ((size_t)1 << 40)

// The place of the checksum's digits; NULL if there is none. The mark can't occur inside another
// text, where its quotes would be escaped.
static char *find_checksum(void *bytes, size_t size)
{
    char *mark = memmem(bytes, size, CHECKSUM_MARK, sizeof CHECKSUM_MARK - 1);
    if (!mark)
        return NULL;
    char *digits = mark + sizeof CHECKSUM_MARK - 1;
    return digits + CHECKSUM_DIGITS <= (char *)bytes + size ? digits : NULL;
}

// Writes the file's checksum to `text`; the digits in the file are left as zeros.
static void compute_checksum(char text[CHECKSUM_DIGITS + 1], char *digits, const void *bytes,
                             size_t size)
{
    memcpy(digits, NO_CHECKSUM, CHECKSUM_DIGITS);
    snprintf(text, CHECKSUM_DIGITS + 1, "%016" PRIx64, (uint64_t)XXH3_64bits(bytes, size));
}

static bool checksum_holds(void *bytes, size_t size)
{
    char stored[CHECKSUM_DIGITS + 1] = "";
    char computed[CHECKSUM_DIGITS + 1];
    char *digits = find_checksum(bytes, size);
    if (!digits)
        return false;
    memcpy(stored, digits, CHECKSUM_DIGITS);
    compute_checksum(computed, digits, bytes, size);
    memcpy(digits, stored, CHECKSUM_DIGITS);
    return strcmp(stored, computed) == 0;
}

static ppo_status check_content(const ppo_safetensors *content, void *bytes, size_t size,
                                const char *label, ppo_error *error)
{
    const char *format = ppo_safetensors_metadata(content, "format");
    const char *version = ppo_safetensors_metadata(content, "format_version");
    const char *library = ppo_safetensors_metadata(content, "library_version");
    if (!format || strcmp(format, FORMAT) != 0)
        return ppo_fail(error, PPO_CORRUPT, "%s is a safetensors file, but not a libppo checkpoint",
                        label);
    if (!checksum_holds(bytes, size))
        return ppo_fail(error, PPO_CORRUPT, "%s is damaged: its checksum does not match", label);
    if (!version || (strcmp(version, FORMAT_VERSION) != 0 && strcmp(version, OLDER_VERSION) != 0))
        return ppo_fail(error, PPO_UNSUPPORTED,
                        "%s was written by another version of libppo (%.20s), in checkpoint format "
                        "%.20s; this one (%s) reads formats " OLDER_VERSION " and " FORMAT_VERSION,
                        label, library ? library : "?", version ? version : "?", ppo_version());
    return PPO_OK;
}

ppo_status ppo_checkpoint_file_check(ppo_safetensors *content, void *bytes, size_t size,
                                     const char *label, ppo_error *error)
{
    PPO_TRY(ppo_safetensors_parse(content, bytes, size, label, error));
    const ppo_status status = check_content(content, bytes, size, label, error);
    if (status != PPO_OK)
        ppo_safetensors_release(content);
    return status;
}

ppo_status ppo_checkpoint_file_open(ppo_checkpoint_file *file, const char *path, ppo_error *error)
{
    *file = (ppo_checkpoint_file){0};
    PPO_TRY(ppo_file_read_regular(&file->bytes, &file->size, path, MAX_FILE_SIZE, error));
    const ppo_status status =
        ppo_checkpoint_file_check(&file->content, file->bytes, file->size, path, error);
    if (status != PPO_OK)
        ppo_checkpoint_file_close(file);
    return status;
}

void ppo_checkpoint_file_close(ppo_checkpoint_file *file)
{
    ppo_safetensors_release(&file->content);
    free(file->bytes);
    *file = (ppo_checkpoint_file){0};
}

#define NUM_OWN_PAIRS 7

// Formats with an empty checksum, then fills it in.
static ppo_status format_with_checksum(ppo_bytes *out, const ppo_tensor_list *list,
                                       const ppo_metadata *pairs, size_t num_pairs,
                                       ppo_error *error)
{
    char checksum[CHECKSUM_DIGITS + 1];
    PPO_TRY(ppo_safetensors_format(out, list->tensors, list->count, pairs, num_pairs, error));
    char *digits = find_checksum(out->data, out->size);
    if (!digits)
        return ppo_fail(error, PPO_IO, "a checkpoint's checksum could not be written");
    compute_checksum(checksum, digits, out->data, out->size);
    memcpy(digits, checksum, CHECKSUM_DIGITS);
    return PPO_OK;
}

ppo_status ppo_checkpoint_file_format(ppo_bytes *out, const ppo_tensor_list *list, const char *kind,
                                      const ppo_config *config, const char *env_id,
                                      const ppo_run_facts *facts, ppo_error *error)
{
    ppo_fact_texts texts;
    char *yaml = ppo_stored_config_format(config);
    if (!yaml)
        return ppo_fail(error, PPO_NO_MEMORY, "out of memory writing the configuration");
    ppo_metadata pairs[NUM_OWN_PAIRS + PPO_NUM_FACTS] = {
        {"format", FORMAT},
        {"checksum", NO_CHECKSUM},
        {"format_version", FORMAT_VERSION},
        {"library_version", ppo_version()},
        {"kind", kind},
        {"env_id", env_id},
        {"config", yaml},
    };
    ppo_run_facts_format(pairs + NUM_OWN_PAIRS, &texts, facts);
    const ppo_status status =
        format_with_checksum(out, list, pairs, NUM_OWN_PAIRS + PPO_NUM_FACTS, error);
    free(yaml);
    return status;
}
