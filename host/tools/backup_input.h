/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A backup's file, read in order with a bounded buffer, by bytes or by lines; knows where
 * it is, for messages.
 */
#ifndef TOOLS_BACKUP_INPUT_H
#define TOOLS_BACKUP_INPUT_H

#include "scute/types.h"

/* Of one record's key, value and headers. */
#define BACKUP_RECORD_BYTES_MAX ((size_t)64 << 20)

struct backup_input {
	char *path;
	int fd;
	char *data;
	size_t start;      /* in data, of what is next */
	size_t len;        /* bytes in data */
	size_t cap;
	size_t scanned;    /* from start on: no line end there */
	uint64_t position; /* in the file, of what is next */
	uint64_t line;     /* number of the line last given; 0: none */
	bool at_end;       /* nothing comes behind what is in data */
};

/* A regular file: backups are read twice. False with *err. */
bool backup_input_open(struct backup_input *input, const char *path, struct scute_error *err);
void backup_input_close(struct backup_input *input); /* zeroed with fd -1 or closed: fine */

/* The file from its beginning again. False with *err. */
bool backup_input_rewind(struct backup_input *input, struct scute_error *err);

/*
 * At least n bytes from here on stand in *ret_bytes, or all there are; nothing is taken. The
 * slice is valid until the next call. False with *err: it cannot be read.
 */
bool backup_input_peek(struct backup_input *input, size_t n, struct scute_str *ret_bytes,
	struct scute_error *err);
/* n: at most what peek gave. */
void backup_input_take(struct backup_input *input, size_t n);

enum backup_line {
	BACKUP_LINE,
	BACKUP_LINE_END,
	BACKUP_LINE_CUT,   /* the file ends without a line end; *ret_line is what there is */
	BACKUP_LINE_WRONG, /* *err: too long, or it cannot be read */
};

/* Takes a line; *ret_line is without its end, and valid until the next call. */
enum backup_line backup_input_line(struct backup_input *input, size_t bytes_max,
	struct scute_str *ret_line, struct scute_error *err);

#endif
