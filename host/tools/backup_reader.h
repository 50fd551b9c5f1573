/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reads the records of a backup, whatever its form: what kafka-console-consumer prints, and
 * Karapace's versions 1, 2 and 3. Memory is bounded by one record.
 */
#ifndef TOOLS_BACKUP_READER_H
#define TOOLS_BACKUP_READER_H

#include <xxhash.h>

#include "store/store.h"
#include "support/arena.h"
#include "support/buf.h"
#include "tools/backup_input.h"
#include "tools/backup_metadata.h"

enum backup_version {
	BACKUP_CONSOLE, /* key TAB value LF; the word null is null */
	BACKUP_V1,      /* a JSON array of [key, value] */
	BACKUP_V2,      /* "/V2", then key TAB value in upper-case hexadecimal */
	BACKUP_V3,      /* a directory with metadata and data, both in Avro */
};

enum backup_read {
	BACKUP_READ_RECORD,
	BACKUP_READ_END,
	BACKUP_READ_WRONG, /* *err: file, place, reason */
};

/* What backup_v3.c needs while it reads: checks run along. */
struct backup_v3 {
	struct arena arena; /* of the metadata */
	struct scute_str file;
	struct backup_metadata metadata;
	struct backup_input input; /* the data file; fd -1 when the topic was empty */
	XXH64_state_t *hash;
	struct store_header *headers;
	size_t headers_cap;
	int64_t n;          /* records given */
	int64_t offset;     /* of the last one */
	size_t pending;     /* bytes of the record last given: taken with the next call */
};

struct backup_reader {
	enum backup_version version;
	char *path;                /* of the file, for version 3 of the metadata */
	struct backup_input input; /* versions below 3 */
	struct buf key;
	struct buf value;
	struct arena arena;        /* of one record */
	uint64_t n;                /* version 1: records given */
	bool is_first;             /* version 1: no comma before the next */
	struct backup_v3 v3;
};

/*
 * location: a file, or a directory with exactly one *.metadata in it. NULL with *err. An
 * empty file is refused: no backup leaves one.
 */
struct backup_reader *backup_reader_create(const char *location, struct scute_error *err);
void backup_reader_destroy(struct backup_reader *reader); /* NULL is fine */

/* From the first record again. False with *err. */
bool backup_reader_rewind(struct backup_reader *reader, struct scute_error *err);

/*
 * Slices are valid until the next call. Offset, time and headers are those of version 3; of
 * others offset is -1, the time 0 and there are no headers. END comes only when everything was
 * checked that the form allows.
 */
enum backup_read backup_reader_next(struct backup_reader *reader, struct store_record *ret_record,
	struct scute_error *err);

/* The forms, for backup_reader.c. */
enum backup_read backup_console_next(struct backup_reader *reader, struct store_record *ret_record,
	struct scute_error *err);
enum backup_read backup_v1_next(struct backup_reader *reader, struct store_record *ret_record,
	struct scute_error *err);
enum backup_read backup_v2_next(struct backup_reader *reader, struct store_record *ret_record,
	struct scute_error *err);

/* path: the metadata file. */
bool backup_v3_open(struct backup_v3 *v3, const char *path, struct scute_error *err);
void backup_v3_close(struct backup_v3 *v3);
bool backup_v3_rewind(struct backup_v3 *v3, struct scute_error *err);
enum backup_read backup_v3_next(struct backup_v3 *v3, struct store_record *ret_record,
	struct scute_error *err);
/* Only whether the data file as a whole is the one that the metadata speaks of. */
bool backup_v3_check_file(struct backup_v3 *v3, struct scute_error *err);

#endif
