/* SPDX-License-Identifier: Apache-2.0 */
/* What a run of scute backup has at hand: configuration, log, progress, the wish to stop. */
#ifndef TOOLS_BACKUP_SESSION_H
#define TOOLS_BACKUP_SESSION_H

#include "store/dump.h"
#include "tools/backup_options.h"
#include "tools/backup_stop.h"

/* Karapace's exit codes. */
enum backup_exit {
	BACKUP_EXIT_OK = 0,
	BACKUP_EXIT_FAILED = 1,
	BACKUP_EXIT_STOPPED = 2, /* wrong usage too */
	BACKUP_EXIT_RESTORE = 3,
};

struct config;

struct backup_session {
	struct backup_options options;
	struct config *config;       /* NULL: the command needs none */
	struct dump_options dump_options;
	const struct dump_ops *log;
	const char *topic;
	const char *place;           /* the topic's name or the journal's path, for messages */
	bool schema_log;             /* the topic is the one that a registry keeps its schemas in */

	const char *doing;           /* what the progress calls it */
	bool shows_progress;
	int64_t total;               /* of records; -1: unknown */
	uint64_t shown_ms;
};

/* Reads the configuration when the command needs it. False: standard error says why. */
bool backup_session_init(struct backup_session *session, const struct backup_options *options,
	char *const *environment);
void backup_session_finish(struct backup_session *session);

/* On a terminal only. */
void backup_progress_begin(struct backup_session *session, const char *doing, int64_t total);
void backup_progress(struct backup_session *session, uint64_t n);
void backup_progress_end(struct backup_session *session);

/* A line on standard error, in the progress's place. */
void backup_note(struct backup_session *session, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
/* The same, only with --verbose. */
void backup_tell(struct backup_session *session, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/* The exit code that fits, with a note unless all is well. */
enum backup_exit backup_dump_failed(struct backup_session *session, enum dump_status status,
	const struct scute_error *err);

/* The commands. */
enum backup_exit backup_get(struct backup_session *session);
enum backup_exit backup_restore(struct backup_session *session);
enum backup_exit backup_inspect(struct backup_session *session);
enum backup_exit backup_verify(struct backup_session *session);

#endif
