/* SPDX-License-Identifier: Apache-2.0 */
/* Whole files by way of open, write, fsync and rename. */
#include "file.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "support/str.h"

enum { FILE_READ_BYTES = 64 * 1024 };

/* errno survives, for callers that tell ENOENT from the rest. */
static enum scute_status fail(struct scute_error *err, enum scute_status status, const char *what,
	const char *path)
{
	int number = errno;
	char reason[128];

	error_set(err, status, "%s %s: %s", what, path, strerror_r(number, reason, sizeof(reason)));
	errno = number;
	return status;
}

static ssize_t read_some(int fd, void *to, size_t len)
{
	ssize_t got;

	do {
		got = read(fd, to, len);
	} while (got < 0 && errno == EINTR);
	return got;
}

static bool write_all(int fd, struct scute_str content)
{
	while (content.len > 0) {
		ssize_t put = write(fd, content.data, content.len);
		if (put < 0 && errno == EINTR) {
			continue;
		}
		if (put < 0) {
			return false;
		}
		content.data += put;
		content.len -= (size_t)put;
	}
	return true;
}

static enum scute_status read_open_file(int fd, const char *path, struct buf *buf,
	struct scute_error *err)
{
	for (;;) {
		size_t room = buf->max - buf->len;
		size_t want = room < FILE_READ_BYTES ? room : FILE_READ_BYTES;
		char beyond;
		char *at = want > 0 ? buf_reserve(buf, want) : &beyond;
		if (!at) {
			errno = ENOMEM;
			return fail(err, SCUTE_ENOMEM, "reading", path);
		}
		ssize_t got = read_some(fd, at, want > 0 ? want : 1);
		if (got < 0) {
			return fail(err, SCUTE_EINTERNAL, "reading", path);
		}
		if (got == 0) {
			return SCUTE_OK;
		}
		if (want == 0) {
			buf->failed = true;
			errno = EFBIG;
			return error_set(err, SCUTE_ELIMIT, "reading %s: larger than %zu bytes",
				path, buf->max);
		}
		buf->len += (size_t)got;
	}
}

enum scute_status file_read(const char *path, struct buf *buf, struct scute_error *err)
{
	enum scute_status status;
	struct stat what;
	/* Non-blocking, so that a FIFO in the file's place does not hang us. */
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);

	if (fd < 0) {
		return fail(err, SCUTE_EINVAL, "opening", path);
	}
	if (fstat(fd, &what) < 0) {
		status = fail(err, SCUTE_EINTERNAL, "reading", path);
	} else if (!S_ISREG(what.st_mode)) {
		errno = S_ISDIR(what.st_mode) ? EISDIR : EINVAL;
		status = error_set(err, SCUTE_EINVAL, "reading %s: not a regular file", path);
	} else {
		status = read_open_file(fd, path, buf, err);
	}
	int number = errno;
	close(fd);
	errno = number;
	return status;
}

/* The directory part of path to out; "." when it has none. False: too long. */
static bool parent_of(const char *path, char out[PATH_MAX])
{
	const char *slash = strrchr(path, '/');
	size_t len = slash ? (size_t)(slash - path) : 1;

	if (slash == path) {
		len = 1; /* "/x" is in "/" */
	}
	if (len >= PATH_MAX) {
		errno = ENAMETOOLONG;
		return false;
	}
	memcpy(out, slash ? path : ".", len);
	out[len] = '\0';
	return true;
}

enum scute_status file_sync_parent(const char *path, struct scute_error *err)
{
	char parent[PATH_MAX];

	if (!parent_of(path, parent)) {
		return fail(err, SCUTE_EINVAL, "syncing the directory of", path);
	}
	int fd = open(parent, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0) {
		return fail(err, SCUTE_EINTERNAL, "opening", parent);
	}
	enum scute_status status = SCUTE_OK;
	/* Some file systems cannot sync a directory and say so with EINVAL. */
	if (fsync(fd) < 0 && errno != EINVAL) {
		status = fail(err, SCUTE_EINTERNAL, "syncing", parent);
	}
	close(fd);
	return status;
}

enum scute_status file_write_atomic(const char *path, struct scute_str content, mode_t mode,
	struct scute_error *err)
{
	char temporary[PATH_MAX];
	enum scute_status status;
	int len = snprintf(temporary, sizeof(temporary), "%s.XXXXXX", path);

	if (len < 0 || (size_t)len >= sizeof(temporary)) {
		errno = ENAMETOOLONG;
		return fail(err, SCUTE_EINVAL, "writing", path);
	}
	int fd = mkostemp(temporary, O_CLOEXEC);
	if (fd < 0) {
		return fail(err, SCUTE_EINTERNAL, "creating", temporary);
	}
	if (!write_all(fd, content) || fchmod(fd, mode) < 0 || fsync(fd) < 0) {
		status = fail(err, SCUTE_EINTERNAL, "writing", temporary);
		close(fd);
		goto remove_temporary;
	}
	if (close(fd) < 0) {
		status = fail(err, SCUTE_EINTERNAL, "closing", temporary);
		goto remove_temporary;
	}
	if (rename(temporary, path) < 0) {
		status = fail(err, SCUTE_EINTERNAL, "replacing", path);
		goto remove_temporary;
	}
	return file_sync_parent(path, err);

remove_temporary:;
	int number = errno;
	unlink(temporary);
	errno = number;
	return status;
}

enum scute_status file_make_parents(const char *path, mode_t mode, struct scute_error *err)
{
	char parent[PATH_MAX];

	if (!parent_of(path, parent)) {
		return fail(err, SCUTE_EINVAL, "creating the directory of", path);
	}
	for (char *at = parent + 1; at[-1] != '\0'; at++) {
		if (*at != '/' && *at != '\0') {
			continue;
		}
		char end = *at;
		*at = '\0';
		if (mkdir(parent, mode) < 0 && errno != EEXIST) {
			return fail(err, SCUTE_EINTERNAL, "creating", parent);
		}
		*at = end;
	}
	struct stat what;
	if (stat(parent, &what) < 0) {
		return fail(err, SCUTE_EINTERNAL, "creating", parent);
	}
	if (!S_ISDIR(what.st_mode)) {
		errno = ENOTDIR;
		return fail(err, SCUTE_EINVAL, "creating", parent);
	}
	return SCUTE_OK;
}
