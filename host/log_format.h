/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A Python logging format ("%(levelname)-8s %(message)s") as a list of pieces, and the
 * printing of one record by it. Private to the log; no allocation, any thread.
 */
#ifndef HOST_LOG_FORMAT_H
#define HOST_LOG_FORMAT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>
#include <time.h>

enum {
	LOG_FORMAT_BYTES_MAX = 1024,
	LOG_FORMAT_PIECES_MAX = 64,
	LOG_FORMAT_WIDTH_MAX = 256,
};

enum log_field {
	LOG_FIELD_LITERAL,
	LOG_FIELD_NAME,
	LOG_FIELD_THREAD_NAME,
	LOG_FIELD_LEVEL_NAME,
	LOG_FIELD_MESSAGE,
	LOG_FIELD_ASCTIME,
	LOG_FIELD_PROCESS,
	LOG_FIELD_THREAD,
	LOG_FIELD_MSECS,
	LOG_FIELD_CREATED,
	LOG_FIELD_LEVEL_NUMBER,
};

struct log_piece {
	enum log_field field;
	uint16_t begin; /* LITERAL: where it stands in text */
	uint16_t len;
	int width;
	int precision; /* -1: none */
	bool left;
	bool zeros;
	char sign;       /* '+', ' ' or '\0' */
	char conversion; /* 's', 'd' or 'f' */
};

struct log_format {
	char text[LOG_FORMAT_BYTES_MAX];
	struct log_piece pieces[LOG_FORMAT_PIECES_MAX];
	size_t n_pieces;
};

struct log_record {
	const char *name;
	const char *thread;
	const char *level;
	int level_number;
	const char *message;
	time_t seconds;
	long microseconds;
	uint64_t thread_id;
	pid_t process_id;
};

/* False: unknown, malformed or too long; *ret_bad then points at it in text. */
bool log_format_parse(struct log_format *format, const char *text, const char **ret_bad);

/* At most room bytes, without newline or NUL; what does not fit is cut. Bytes written. */
size_t log_format_print(const struct log_format *format, const struct log_record *record, char *to,
	size_t room);

/* "%(asctime)s %(levelname)-7s %(name)s %(message)s" */
extern const struct log_format log_format_ours;

#endif
