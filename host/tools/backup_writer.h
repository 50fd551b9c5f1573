/* SPDX-License-Identifier: Apache-2.0 */
/* Writes the records of a backup in one of the forms, whole or not at all. */
#ifndef TOOLS_BACKUP_WRITER_H
#define TOOLS_BACKUP_WRITER_H

#include <xxhash.h>

#include "tools/backup_output.h"
#include "tools/backup_reader.h"

/* What version 3 tells of the topic. Everything outlives the writer. */
struct backup_topic {
	const char *name;
	int64_t replication_factor;
	const struct dump_setting *settings;
	size_t n_settings;
	int64_t started_at_ms;
};

struct backup_writer {
	enum backup_version version;
	struct backup_output output; /* version 3: its data file, once there is a record */
	struct buf line;
	uint64_t n;

	/* Version 3. */
	struct backup_topic topic;
	char *target;
	char *staging;          /* directory beside it; NULL: none, or renamed */
	XXH64_state_t *hash;
	uint64_t since_records; /* the last checkpoint */
	uint64_t since_bytes;
	int64_t first_offset;
	int64_t last_offset;
};

/*
 * version: not BACKUP_V1. location NULL: standard output, not for version 3, whose location
 * becomes a directory that must not be there. topic: for version 3, else NULL. False with *err.
 */
bool backup_writer_open(struct backup_writer *writer, enum backup_version version,
	const char *location, bool overwrite, const struct backup_topic *topic,
	struct scute_error *err);

bool backup_writer_put(struct backup_writer *writer, const struct store_record *record,
	struct scute_error *err);

/*
 * The backup stands under its name, on disk. Closes. *ret_written: whether there is one; without
 * records only version 3 leaves anything. False with *err: nothing was left, unless only the
 * directory's sync failed: then it may not survive a crash.
 */
bool backup_writer_commit(struct backup_writer *writer, bool *ret_written, struct scute_error *err);

/* Leaves nothing. Closes. */
void backup_writer_discard(struct backup_writer *writer);

/* Version 3's part, backup_v3_write.c. */
bool backup_v3_write_open(struct backup_writer *writer, const char *location,
	struct scute_error *err);
bool backup_v3_write(struct backup_writer *writer, const struct store_record *record,
	struct scute_error *err);
bool backup_v3_write_commit(struct backup_writer *writer, struct scute_error *err);
void backup_v3_write_discard(struct backup_writer *writer);

#endif
