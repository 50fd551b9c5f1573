/* SPDX-License-Identifier: Apache-2.0 */
/* Reads a backup's file in order. */
#include "tools/backup_input.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "support/str.h"

#define CHUNK_BYTES ((size_t)256 << 10)

bool backup_input_open(struct backup_input *input, const char *path, struct scute_error *err)
{
	struct stat status;

	*input = (struct backup_input){ .fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK) };
	if (input->fd < 0) {
		error_set(err, SCUTE_EINTERNAL, "%s: cannot open: %s", path, strerror(errno));
		return false;
	}
	if (fstat(input->fd, &status) != 0 || !S_ISREG(status.st_mode)) {
		error_set(err, SCUTE_EINTERNAL, "%s: it is not a regular file", path);
		backup_input_close(input);
		return false;
	}
	input->path = strdup(path);
	if (!input->path) {
		error_set(err, SCUTE_ENOMEM, "out of memory");
		backup_input_close(input);
		return false;
	}
	return true;
}

void backup_input_close(struct backup_input *input)
{
	if (input->fd >= 0) {
		close(input->fd);
		input->fd = -1;
	}
	free(input->data);
	free(input->path);
	input->data = input->path = NULL;
	input->start = input->len = input->cap = input->scanned = 0;
}

bool backup_input_rewind(struct backup_input *input, struct scute_error *err)
{
	if (lseek(input->fd, 0, SEEK_SET) != 0) {
		error_set(err, SCUTE_EINTERNAL, "%s: cannot read: %s", input->path,
			strerror(errno));
		return false;
	}
	input->start = input->len = input->scanned = 0;
	input->position = input->line = 0;
	input->at_end = false;
	return true;
}

/* Room for n bytes from start on. */
static bool ensure_cap(struct backup_input *input, size_t n)
{
	size_t cap = input->cap < CHUNK_BYTES ? CHUNK_BYTES : input->cap;

	if (input->start > 0 && (input->start + n > input->cap || input->start == input->len)) {
		memmove(input->data, input->data + input->start, input->len - input->start);
		input->len -= input->start;
		input->start = 0;
	}
	if (input->start + n <= input->cap) {
		return true;
	}
	while (cap < n) {
		cap *= 2;
	}
	char *data = realloc(input->data, cap);
	if (!data) {
		return false;
	}
	input->data = data;
	input->cap = cap;
	return true;
}

/* Reads once, when there is anything. */
static bool read_more(struct backup_input *input, struct scute_error *err)
{
	ssize_t got;

	do {
		got = read(input->fd, input->data + input->len, input->cap - input->len);
	} while (got < 0 && errno == EINTR);
	if (got < 0) {
		error_set(err, SCUTE_EINTERNAL, "%s: cannot read: %s", input->path,
			strerror(errno));
		return false;
	}
	input->at_end = got == 0;
	input->len += (size_t)got;
	return true;
}

bool backup_input_peek(struct backup_input *input, size_t n, struct scute_str *ret_bytes,
	struct scute_error *err)
{
	while (input->len - input->start < n && !input->at_end) {
		if (!ensure_cap(input, n)) {
			error_set(err, SCUTE_ENOMEM, "%s: out of memory", input->path);
			return false;
		}
		if (!read_more(input, err)) {
			return false;
		}
	}
	*ret_bytes = (struct scute_str){ input->data + input->start, input->len - input->start };
	if (input->len == input->start) {
		*ret_bytes = SCUTE_STR("");
	}
	return true;
}

void backup_input_take(struct backup_input *input, size_t n)
{
	assert(n <= input->len - input->start);
	input->start += n;
	input->position += n;
	input->scanned = 0;
}

/* The line end in what was not yet looked at. */
static const char *find_line_end(struct backup_input *input)
{
	size_t have = input->len - input->start;
	const char *from = input->data + input->start + input->scanned;
	const char *found = have > input->scanned ?
		memchr(from, '\n', have - input->scanned) : NULL;

	input->scanned = have;
	return found;
}

enum backup_line backup_input_line(struct backup_input *input, size_t bytes_max,
	struct scute_str *ret_line, struct scute_error *err)
{
	const char *end;

	while (!(end = find_line_end(input)) && !input->at_end) {
		size_t have = input->len - input->start;
		if (have > bytes_max) {
			break;
		}
		if (!ensure_cap(input, have < CHUNK_BYTES / 2 ? CHUNK_BYTES : have * 2)) {
			error_set(err, SCUTE_ENOMEM, "%s: out of memory", input->path);
			return BACKUP_LINE_WRONG;
		}
		if (!read_more(input, err)) {
			return BACKUP_LINE_WRONG;
		}
	}
	const char *at = input->data + input->start;
	size_t len = end ? (size_t)(end - at) : input->len - input->start;
	if (len > bytes_max) {
		error_set(err, SCUTE_ELIMIT, "%s:%llu: a line of more than %zu bytes", input->path,
			(unsigned long long)input->line + 1, bytes_max);
		return BACKUP_LINE_WRONG;
	}
	if (!end && len == 0) {
		return BACKUP_LINE_END;
	}
	*ret_line = (struct scute_str){ at, len };
	input->line++;
	backup_input_take(input, len + (end ? 1 : 0));
	return end ? BACKUP_LINE : BACKUP_LINE_CUT;
}
