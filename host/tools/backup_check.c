/* SPDX-License-Identifier: Apache-2.0 */
/* scute backup inspect and verify: what a backup says of itself, and whether it is true. */
#include <stdio.h>

#include "support/str.h"
#include "tools/backup_session.h"

/* NULL with a note. */
static struct backup_reader *open_backup(struct backup_session *session)
{
	struct scute_error err;

	if (!session->options.location) {
		backup_note(session, "error: a backup can not be read from standard input");
		return NULL;
	}
	struct backup_reader *reader = backup_reader_create(session->options.location, &err);
	if (!reader) {
		backup_note(session, "error: %s", err.text);
	}
	return reader;
}

static bool print_metadata(const struct backup_reader *reader)
{
	struct buf text;

	buf_init(&text, 16 * BACKUP_METADATA_BYTES_MAX);
	bool ok = backup_metadata_print(&text, &reader->v3.metadata);
	if (ok) {
		fwrite(text.data, 1, text.len, stdout);
	}
	buf_finish(&text);
	return ok;
}

enum backup_exit backup_inspect(struct backup_session *session)
{
	struct backup_reader *reader = open_backup(session);
	bool ok = true;

	if (!reader) {
		return BACKUP_EXIT_FAILED;
	}
	switch (reader->version) {
	case BACKUP_V3:
		ok = print_metadata(reader);
		break;
	case BACKUP_V2:
		puts("{\"version\": 2}");
		break;
	case BACKUP_V1:
		puts("{\"version\": 1}");
		break;
	case BACKUP_CONSOLE:
		puts("{\"version\": null, \"format\": \"console\"}");
		break;
	}
	backup_reader_destroy(reader);
	if (!ok) {
		backup_note(session, "error: out of memory");
	}
	return ok ? BACKUP_EXIT_OK : BACKUP_EXIT_FAILED;
}

/* ---- verify ---- */

static bool check_records(struct backup_session *session, struct backup_reader *reader,
	struct scute_error *err)
{
	struct store_record record;
	enum backup_read read;
	uint64_t n = 0;

	backup_progress_begin(session, "verifying", reader->v3.metadata.record_count);
	while ((read = backup_reader_next(reader, &record, err)) == BACKUP_READ_RECORD) {
		backup_progress(session, ++n);
		if (backup_stop) {
			break;
		}
	}
	backup_progress_end(session);
	return read == BACKUP_READ_END;
}

static enum backup_exit verify(struct backup_session *session, struct backup_reader *reader)
{
	const struct backup_metadata *metadata = &reader->v3.metadata;
	struct scute_error err = { .text = "" };

	for (size_t i = 0; i < metadata->n_files; i++) {
		bool ok = session->options.level == BACKUP_LEVEL_FILE ?
			backup_v3_check_file(&reader->v3, &err) :
			check_records(session, reader, &err);
		if (backup_stop) {
			backup_note(session, "interrupted");
			return BACKUP_EXIT_STOPPED;
		}
		printf("Integrity of %.*s is %s\n", STR_ARGS(metadata->files[i].filename),
			ok ? "intact." : "not intact!");
		if (!ok) {
			printf("%s\n💥 Failed to verify integrity of some data files.\n", err.text);
			return BACKUP_EXIT_FAILED;
		}
	}
	printf("✅ Verified %zu data files in backup OK.\n", metadata->n_files);
	return BACKUP_EXIT_OK;
}

enum backup_exit backup_verify(struct backup_session *session)
{
	struct backup_reader *reader = open_backup(session);
	enum backup_exit result = BACKUP_EXIT_FAILED;

	if (!reader) {
		return result;
	}
	if (reader->version == BACKUP_V3) {
		result = verify(session, reader);
	} else {
		backup_note(session, "error: only backups of version 3 can be verified, as others "
			"hold no checksums");
	}
	backup_reader_destroy(reader);
	return result;
}
