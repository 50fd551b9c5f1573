/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The metadata file of a backup of version 3: "/V3\n", a big-endian length of 32 bits, and
 * that many bytes of Avro: what was backed up, when, and how to check it.
 */
#ifndef TOOLS_BACKUP_METADATA_H
#define TOOLS_BACKUP_METADATA_H

#include "store/dump.h"
#include "support/buf.h"

#define BACKUP_METADATA_BYTES_MAX ((size_t)4 << 20)
#define BACKUP_MARKER_BYTES 4u
#define BACKUP_MARKER_V3 "/V3\n"
#define BACKUP_CHECKSUM_BYTES 8u

struct backup_data_file {
	struct scute_str filename; /* beside the metadata; no directory in it */
	int64_t partition;
	struct scute_str checksum;
	int64_t record_count;
	int64_t start_offset; /* of the first record */
	int64_t end_offset;   /* of the last one */
};

/* The values of Avro's enum. Despite its name the second one is XXH64, seed 0, big-endian. */
enum backup_checksum { BACKUP_CHECKSUM_UNKNOWN, BACKUP_CHECKSUM_XXH };

struct backup_metadata {
	int64_t version;
	struct scute_str tool_name;
	struct scute_str tool_version;
	int64_t started_at_ms;
	int64_t finished_at_ms;
	int64_t record_count;
	struct scute_str topic_name;
	struct scute_str topic_id; /* data NULL: null */
	int64_t partition_count;
	int64_t replication_factor;
	const struct dump_setting *settings;
	size_t n_settings;
	const struct backup_data_file *files;
	size_t n_files;
	enum backup_checksum checksum;
};

/*
 * A whole file. Slices point into it, lists into the arena. EINVAL with *err for what is no
 * such file, or what no backup of ours or of Karapace's holds: the version, several
 * partitions, counts below zero.
 */
enum scute_status backup_metadata_read(struct scute_str file, struct scute_arena *arena,
	struct backup_metadata *ret_metadata, struct scute_error *err);

/* Appends the whole file. False: buf failed. */
bool backup_metadata_write(struct buf *buf, const struct backup_metadata *metadata);

/* What scute backup inspect prints, as JSON with two spaces a level. */
bool backup_metadata_print(struct buf *buf, const struct backup_metadata *metadata);

#endif
