/* SPDX-License-Identifier: Apache-2.0 */
/* scute backup get and export-anonymized-avro-schemas: from the log into a backup. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "support/arena.h"
#include "support/str.h"
#include "tools/anonymize.h"
#include "tools/backup_session.h"
#include "tools/backup_writer.h"

#define SETTINGS_BYTES_MAX ((size_t)4 << 20)

struct get {
	struct backup_session *session;
	struct dump *dump;
	struct arena arena; /* of the topic's settings */
	struct backup_writer writer;
	bool is_writing;    /* writer is open */
	bool anonymous;
	struct anonymizer anonymizer;
	uint64_t n_read;
	uint64_t n_left_out;
};

static enum backup_exit fail(struct get *get, const struct scute_error *err)
{
	if (backup_stop) {
		return backup_dump_failed(get->session, DUMP_STOPPED, err);
	}
	backup_note(get->session, "error: %s", err->text);
	return BACKUP_EXIT_FAILED;
}

/* What version 3 tells of the topic. */
static enum backup_exit describe(struct get *get, struct backup_topic *ret_topic)
{
	struct backup_session *session = get->session;
	struct scute_error err;

	*ret_topic = (struct backup_topic){
		.name = session->topic,
		.replication_factor = session->options.replication_factor,
		.started_at_ms = (int64_t)clock_wall_ms(),
	};
	if (session->options.format != BACKUP_V3) {
		return BACKUP_EXIT_OK;
	}
	if (strchr(session->topic, '/') || strlen(session->topic) > 246) {
		error_set(&err, SCUTE_EINVAL, "the topic's name %s can not be part of a file's "
			"name", session->topic);
		return fail(get, &err);
	}
	enum dump_status status = session->log->describe(get->dump, &get->arena.base,
		&ret_topic->settings, &ret_topic->n_settings, &err);
	return backup_dump_failed(session, status, &err);
}

static enum backup_exit begin(struct get *get)
{
	struct backup_session *session = get->session;
	const struct backup_options *options = &session->options;
	struct backup_topic topic;
	struct scute_error err;
	bool exists = false;

	get->dump = session->log->open(&session->dump_options, &err);
	if (!get->dump) {
		return fail(get, &err);
	}
	enum dump_status status = session->log->look(get->dump, &exists, &err);
	if (status != DUMP_OK) {
		return backup_dump_failed(session, status, &err);
	}
	if (!exists) {
		backup_note(session, "error: %s %s does not exist", session->log->name,
			session->place);
		return BACKUP_EXIT_FAILED;
	}
	enum backup_exit result = describe(get, &topic);
	if (result != BACKUP_EXIT_OK) {
		return result;
	}
	if (!backup_writer_open(&get->writer, options->format, options->location,
			options->overwrite, &topic, &err)) {
		return fail(get, &err);
	}
	get->is_writing = true;
	return BACKUP_EXIT_OK;
}

/* One record on its way. False with *err. */
static bool pass_on(struct get *get, struct store_record *record, struct scute_error *err)
{
	get->n_read++;
	if (get->anonymous) {
		switch (anonymize_record(&get->anonymizer, record)) {
		case ANONYMIZED:
			break;
		case ANONYMIZED_NOT:
			get->n_left_out++;
			return true;
		case ANONYMIZED_FAILED:
			error_set(err, SCUTE_ENOMEM, "out of memory at offset %" PRId64,
				record->offset);
			return false;
		}
	}
	return backup_writer_put(&get->writer, record, err);
}

static enum backup_exit copy(struct get *get)
{
	struct backup_session *session = get->session;
	struct store_record record;
	struct scute_error err;
	int64_t total = -1;
	enum dump_status status = session->log->read_begin(get->dump, &total, &err);

	if (status != DUMP_OK) {
		return backup_dump_failed(session, status, &err);
	}
	backup_progress_begin(session, "backing up", total);
	while ((status = session->log->read(get->dump, &record, &err)) == DUMP_OK) {
		if (!pass_on(get, &record, &err)) {
			return fail(get, &err);
		}
		backup_progress(session, get->n_read);
	}
	backup_progress_end(session);
	return backup_dump_failed(session, status, &err);
}

static enum backup_exit end(struct get *get)
{
	struct backup_session *session = get->session;
	const char *location = session->options.location;
	uint64_t n = get->writer.n;
	struct scute_error err;
	bool written = false;

	get->is_writing = false;
	if (!backup_writer_commit(&get->writer, &written, &err)) {
		return fail(get, &err);
	}
	if (get->n_left_out > 0) {
		backup_note(session, "warning: %" PRIu64 " records were left out, as they are no "
			"Avro schemas", get->n_left_out);
	}
	if (!written) {
		backup_note(session, "warning: there are no records to back up; nothing was "
			"written");
	} else {
		backup_tell(session, "%" PRIu64 " records written to %s", n,
			location ? location : "standard output");
	}
	return BACKUP_EXIT_OK;
}

enum backup_exit backup_get(struct backup_session *session)
{
	struct get get = {
		.session = session,
		.anonymous = session->options.command == BACKUP_EXPORT,
	};

	if (session->options.format == BACKUP_V3 && !session->options.location) {
		backup_note(session, "error: a backup of version 3 is a directory and can not go "
			"to standard output");
		return BACKUP_EXIT_FAILED;
	}
	arena_init(&get.arena, SETTINGS_BYTES_MAX);
	anonymizer_init(&get.anonymizer);
	enum backup_exit result = begin(&get);
	if (result == BACKUP_EXIT_OK) {
		result = copy(&get);
	}
	if (result == BACKUP_EXIT_OK) {
		result = end(&get);
	}
	if (get.is_writing) {
		backup_writer_discard(&get.writer);
	}
	if (get.dump) {
		session->log->close(get.dump);
	}
	anonymizer_finish(&get.anonymizer);
	arena_finish(&get.arena);
	return result;
}
