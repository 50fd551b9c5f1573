/* SPDX-License-Identifier: Apache-2.0 */
/* Configuration, progress, notes and signals of scute backup. */
#include "tools/backup_session.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/hash.h"
#include "config.h"
#include "log.h"

#define PROGRESS_MS 200u
#define BROKER_MS 30000u /* restore: for a broker's answers */

static void warn(void *user, const char *text)
{
	if (((const struct backup_session *)user)->options.verbose) {
		fprintf(stderr, "warning: %s\n", text);
	}
}

static bool is_schema_log(const struct backup_session *session)
{
	const struct config *config = session->config;

	return config->store == CONFIG_STORE_JOURNAL || config->force_key_correction ||
		strcmp(session->topic, config->topic_name) == 0 ||
		strcmp(session->topic, "_schemas") == 0;
}

bool backup_session_init(struct backup_session *session, const struct backup_options *options,
	char *const *environment)
{
	struct scute_error err;

	*session = (struct backup_session){
		.options = *options,
		.shows_progress = isatty(STDERR_FILENO) == 1,
		.total = -1,
	};
	log_setup(options->verbose ? LOG_DEBUG : LOG_ERROR, LOG_TO_STDERR, NULL, NULL);
	hash_init();
	if (!options->config) {
		return true;
	}
	session->config = config_load(options->config, environment, warn, session, &err);
	if (!session->config) {
		fprintf(stderr, "error: %s\n", err.text);
		return false;
	}
	session->topic = options->topic ? options->topic : session->config->topic_name;
	session->log = dump_of(session->config);
	session->place = session->log == &dump_journal ? session->config->journal_path :
		session->topic;
	session->schema_log = is_schema_log(session);
	session->dump_options = (struct dump_options){
		.config = session->config,
		.topic = session->topic,
		.timeout_ms = options->command == BACKUP_RESTORE ? BROKER_MS :
			options->poll_timeout_ms,
		.stop = &backup_stop,
	};
	return true;
}

void backup_session_finish(struct backup_session *session)
{
	if (session->config) {
		config_destroy(session->config);
		session->config = NULL;
	}
}

/* ---- progress and notes ---- */

void backup_progress_begin(struct backup_session *session, const char *doing, int64_t total)
{
	session->doing = doing;
	session->total = total;
	session->shown_ms = clock_monotonic_ms();
}

void backup_progress(struct backup_session *session, uint64_t n)
{
	if (!session->shows_progress || n % 64 != 0) {
		return;
	}
	uint64_t now = clock_monotonic_ms();
	if (now - session->shown_ms < PROGRESS_MS) {
		return;
	}
	session->shown_ms = now;
	fprintf(stderr, "\r\x1b[K%s: %" PRIu64, session->doing, n);
	if (session->total > 0) {
		fprintf(stderr, " of %" PRId64, session->total);
	}
	fprintf(stderr, " records");
}

void backup_progress_end(struct backup_session *session)
{
	if (session->shows_progress && session->doing) {
		fprintf(stderr, "\r\x1b[K");
	}
	session->doing = NULL;
}

static void put_note(struct backup_session *session, const char *format, va_list list)
{
	backup_progress_end(session);
	vfprintf(stderr, format, list);
	fputc('\n', stderr);
}

void backup_note(struct backup_session *session, const char *format, ...)
{
	va_list list;

	va_start(list, format);
	put_note(session, format, list);
	va_end(list);
}

void backup_tell(struct backup_session *session, const char *format, ...)
{
	va_list list;

	if (!session->options.verbose) {
		return;
	}
	va_start(list, format);
	put_note(session, format, list);
	va_end(list);
}

enum backup_exit backup_dump_failed(struct backup_session *session, enum dump_status status,
	const struct scute_error *err)
{
	switch (status) {
	case DUMP_STOPPED:
		backup_note(session, "interrupted");
		return BACKUP_EXIT_STOPPED;
	case DUMP_STALE:
	case DUMP_FAILED:
		backup_note(session, "error: %s", err->text);
		return BACKUP_EXIT_FAILED;
	case DUMP_OK:
	case DUMP_END:
	case DUMP_AGAIN:
		break;
	}
	return BACKUP_EXIT_OK;
}
