/* SPDX-License-Identifier: Apache-2.0 */
/*
 * scute backup restore. The whole backup is read and checked first, so that one that is
 * damaged changes nothing; then its records are written behind one another.
 */
#include <inttypes.h>
#include <string.h>

#include "config.h"
#include "store/record.h"
#include "support/arena.h"
#include "support/str.h"
#include "tools/backup_keys.h"
#include "tools/backup_session.h"

#define RECORD_ARENA_BYTES ((size_t)256 << 20)

struct restore {
	struct backup_session *session;
	struct backup_reader *reader;
	struct backup_keys keys;
	struct dump *dump;
	uint64_t n_records; /* in the backup */
};

static enum backup_exit fail(struct restore *restore, const struct scute_error *err,
	enum backup_exit result)
{
	backup_note(restore->session, "error: %s", err->text);
	return result;
}

/* Text alone, for what no call reported. */
#define REFUSE(restore, ...) \
	(backup_note((restore)->session, "error: " __VA_ARGS__), BACKUP_EXIT_FAILED)

static enum backup_exit open_backup(struct restore *restore)
{
	const char *location = restore->session->options.location;
	struct scute_error err;

	if (!location) {
		return REFUSE(restore, "a backup can not be restored from standard input");
	}
	restore->reader = backup_reader_create(location, &err);
	if (!restore->reader) {
		bool is_data = err.status != SCUTE_EINTERNAL && err.status != SCUTE_ENOMEM;
		return fail(restore, &err, is_data ? BACKUP_EXIT_RESTORE : BACKUP_EXIT_FAILED);
	}
	if (restore->session->options.override_replication_factor != 0 &&
			restore->reader->version != BACKUP_V3) {
		return REFUSE(restore, "--override-replication-factor is for backups of version 3");
	}
	return BACKUP_EXIT_OK;
}

static enum backup_exit check_backup(struct restore *restore)
{
	struct backup_session *session = restore->session;
	struct store_record record;
	struct scute_error err;
	enum backup_read read;

	backup_progress_begin(session, "checking the backup", -1);
	while ((read = backup_reader_next(restore->reader, &record, &err)) == BACKUP_READ_RECORD) {
		backup_progress(session, ++restore->n_records);
		if (backup_stop) {
			return backup_dump_failed(session, DUMP_STOPPED, NULL);
		}
	}
	backup_progress_end(session);
	return read == BACKUP_READ_END ? BACKUP_EXIT_OK : fail(restore, &err, BACKUP_EXIT_RESTORE);
}

static enum backup_exit check_topic(struct restore *restore)
{
	const char *topic = restore->session->topic;

	if (restore->reader->version == BACKUP_V3) {
		struct scute_str name = restore->reader->v3.metadata.topic_name;
		if (!str_eq_z(name, topic)) {
			return REFUSE(restore, "the backup is of topic %.*s, not of %s; --topic "
				"%.*s restores it", STR_ARGS(name), topic, STR_ARGS(name));
		}
	}
	return BACKUP_EXIT_OK;
}

/* ---- the target ---- */

/* A NOOP says nothing that a backup's records could contradict. */
static bool is_noop(const struct store_record *raw)
{
	enum record_key_order order;
	struct record record;
	struct scute_error err;
	struct arena arena;

	arena_init(&arena, RECORD_ARENA_BYTES);
	bool ok = record_read(raw, &arena.base, &record, &order, &err) == SCUTE_OK &&
		record.kind == RECORD_NOOP;
	arena_finish(&arena);
	return ok;
}

/* Reads up to the first record that counts. */
static enum backup_exit check_empty(struct restore *restore)
{
	struct backup_session *session = restore->session;
	struct store_record record;
	struct scute_error err;
	int64_t total;
	struct dump *dump = session->log->open(&session->dump_options, &err);

	if (!dump) {
		return fail(restore, &err, BACKUP_EXIT_FAILED);
	}
	enum dump_status status = session->log->read_begin(dump, &total, &err);
	while (status == DUMP_OK) {
		status = session->log->read(dump, &record, &err);
		if (status == DUMP_OK && !(session->schema_log && is_noop(&record))) {
			break;
		}
	}
	session->log->close(dump);
	if (status == DUMP_OK) {
		return REFUSE(restore, "%s %s is not empty; --into-non-empty appends to it",
			session->log->name, session->place);
	}
	return backup_dump_failed(session, status, &err);
}

/* Version 3 knows how the topic was configured; the older ones hold only the schema topic. */
static enum backup_exit create(struct restore *restore)
{
	static const struct dump_setting compacted[] = {
		{ { "cleanup.policy", 14 }, { "compact", 7 } },
	};
	struct backup_session *session = restore->session;
	const struct backup_options *options = &session->options;
	const struct backup_metadata *metadata = &restore->reader->v3.metadata;
	bool is_v3 = restore->reader->version == BACKUP_V3;
	bool is_journal = session->log == &dump_journal;
	struct scute_error err;

	if (options->skip_topic_creation) {
		return REFUSE(restore, "%s %s does not exist, and --skip-topic-creation was given",
			session->log->name, session->place);
	}
	if (!is_v3 && !is_journal && strcmp(session->topic, session->config->topic_name) != 0) {
		return REFUSE(restore, "topic %s does not exist; only topic_name (%s) is made for "
			"a backup below version 3", session->topic, session->config->topic_name);
	}
	int factor = !is_v3 ? (int)session->config->replication_factor :
		options->override_replication_factor != 0 ? options->override_replication_factor :
		(int)metadata->replication_factor;
	enum dump_status status = session->log->create(restore->dump, factor,
		is_v3 ? metadata->settings : compacted, is_v3 ? metadata->n_settings : 1, &err);
	return backup_dump_failed(session, status, &err);
}

static enum backup_exit prepare_target(struct restore *restore)
{
	struct backup_session *session = restore->session;
	const struct backup_options *options = &session->options;
	struct scute_error err;
	bool exists = false;

	restore->dump = session->log->open(&session->dump_options, &err);
	if (!restore->dump) {
		return fail(restore, &err, BACKUP_EXIT_FAILED);
	}
	enum dump_status status = session->log->look(restore->dump, &exists, &err);
	if (status != DUMP_OK) {
		return backup_dump_failed(session, status, &err);
	}
	if (!exists) {
		return create(restore);
	}
	if (restore->reader->version == BACKUP_V3 && session->log != &dump_journal &&
			!options->skip_topic_creation) {
		return REFUSE(restore, "topic %s exists already, and version 3 makes it anew with "
			"its settings; --skip-topic-creation restores into it as it is",
			session->topic);
	}
	return options->into_non_empty ? BACKUP_EXIT_OK : check_empty(restore);
}

/* ---- records ---- */

/* A log that gives what was wrong, or where the backup is at. */
static enum backup_exit failed(struct restore *restore, enum dump_status status,
	const struct scute_error *err)
{
	struct backup_session *session = restore->session;
	enum backup_exit result = backup_dump_failed(session, status, err);
	uint64_t n = session->log->written(restore->dump);

	if (session->log == &dump_journal) {
		backup_note(session, "nothing was restored: the journal is as it was before");
	} else {
		backup_note(session, "%" PRIu64 " of %" PRIu64 " records are surely in topic %s; "
			"the next try needs an empty one, or --into-non-empty", n, restore->n_records, session->topic);
	}
	return result == BACKUP_EXIT_STOPPED ? result : BACKUP_EXIT_RESTORE;
}

/* The backup was checked, but may be another by now. */
static enum backup_exit changed(struct restore *restore, const struct scute_error *err)
{
	return failed(restore, DUMP_FAILED, err);
}

/* AGAIN: from the first record once more. */
static enum backup_exit write_all(struct restore *restore, bool *ret_again)
{
	struct backup_session *session = restore->session;
	bool rewrite = restore->reader->version != BACKUP_V3;
	struct store_record record;
	struct scute_error err;
	uint64_t n = 0;

	*ret_again = false;
	if (!backup_reader_rewind(restore->reader, &err)) {
		return fail(restore, &err, BACKUP_EXIT_FAILED);
	}
	enum dump_status status = session->log->write_begin(restore->dump, &err);
	if (status != DUMP_OK) {
		return backup_dump_failed(session, status, &err);
	}
	backup_progress_begin(session, "restoring", (int64_t)restore->n_records);
	for (;;) {
		enum backup_read read = backup_reader_next(restore->reader, &record, &err);
		if (read == BACKUP_READ_END) {
			status = session->log->write_end(restore->dump, &err);
			break;
		}
		if (read == BACKUP_READ_WRONG) {
			return changed(restore, &err);
		}
		if (session->schema_log && !backup_keys_correct(&restore->keys, &record, rewrite)) {
			error_set(&err, SCUTE_ENOMEM, "out of memory");
			return changed(restore, &err);
		}
		status = session->log->write(restore->dump, &record, &err);
		if (status != DUMP_OK) {
			break;
		}
		backup_progress(session, ++n);
	}
	backup_progress_end(session);
	*ret_again = status == DUMP_AGAIN;
	return status == DUMP_OK || *ret_again ? BACKUP_EXIT_OK : failed(restore, status, &err);
}

static enum backup_exit write_records(struct restore *restore)
{
	struct backup_session *session = restore->session;
	enum backup_exit result;
	bool again;

	do {
		restore->keys.n_keys = restore->keys.n_tombstones = 0;
		result = write_all(restore, &again);
	} while (result == BACKUP_EXIT_OK && again);
	if (result == BACKUP_EXIT_OK) {
		backup_note(session, "%" PRIu64 " records restored into %s %s",
			restore->n_records, session->log->name, session->place);
		backup_tell(session, "%" PRIu64 " keys were brought into their canonical order, "
			"%" PRIu64 " empty values became null", restore->keys.n_keys,
			restore->keys.n_tombstones);
	}
	return result;
}

enum backup_exit backup_restore(struct backup_session *session)
{
	static enum backup_exit (*const steps[])(struct restore *) = {
		open_backup, check_topic, check_backup, prepare_target, write_records,
	};
	struct restore restore = { .session = session };
	enum backup_exit result = BACKUP_EXIT_OK;

	backup_keys_init(&restore.keys);
	for (size_t i = 0; i < sizeof(steps) / sizeof(steps[0]) && result == BACKUP_EXIT_OK; i++) {
		result = steps[i](&restore);
	}
	if (restore.dump) {
		session->log->close(restore.dump);
	}
	backup_reader_destroy(restore.reader);
	backup_keys_finish(&restore.keys);
	return result;
}
