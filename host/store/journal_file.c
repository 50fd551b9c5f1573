/* SPDX-License-Identifier: Apache-2.0 */
/* Opens, locks, extends, rolls back and replaces a journal's file. */
#include "store/journal_file.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

__attribute__((format(printf, 2, 3)))
static void explain(struct scute_error *err, const char *format, ...)
{
	va_list args;

	*err = (struct scute_error){ .status = SCUTE_EINVAL };
	va_start(args, format);
	vsnprintf(err->text, sizeof(err->text), format, args);
	va_end(args);
}

bool journal_write_all(int fd, const char *data, size_t len, uint64_t position)
{
	while (len > 0) {
		ssize_t put = pwrite(fd, data, len, (off_t)position);

		if (put < 0 && errno == EINTR) {
			continue;
		}
		if (put < 0) {
			return false;
		}
		if (put == 0) {
			errno = ENOSPC;
			return false;
		}
		data += put;
		len -= (size_t)put;
		position += (uint64_t)put;
	}
	return true;
}

static bool read_all(int fd, char *data, size_t len, uint64_t position)
{
	while (len > 0) {
		ssize_t got = pread(fd, data, len, (off_t)position);

		if (got < 0 && errno == EINTR) {
			continue;
		}
		if (got <= 0) {
			errno = got < 0 ? errno : EIO;
			return false;
		}
		data += got;
		len -= (size_t)got;
		position += (uint64_t)got;
	}
	return true;
}

bool journal_head_new(struct journal_head *ret_head)
{
	struct journal_head head = { 0 };
	struct timespec now;

	if (getrandom(&head.salt, sizeof(head.salt), 0) != (ssize_t)sizeof(head.salt)) {
		return false;
	}
	clock_gettime(CLOCK_REALTIME, &now);
	head.created_ms = (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
	*ret_head = head;
	return true;
}

static bool make_paths(struct journal_file *file, const char *path)
{
	/* A link is followed once, here: a rename would put the file in the link's place. */
	file->path = realpath(path, NULL);
	if (!file->path) {
		file->path = strdup(path);
	}
	if (!file->path) {
		return false;
	}
	if (asprintf(&file->compact_path, "%s.compact", file->path) < 0) {
		file->compact_path = NULL;
	}
	if (asprintf(&file->lock_path, "%s.lock", file->path) < 0) {
		file->lock_path = NULL;
	}
	file->page_bytes = (size_t)sysconf(_SC_PAGESIZE);
	file->page = malloc(file->page_bytes);
	file->spare_page = malloc(file->page_bytes);
	return file->compact_path && file->lock_path && file->page && file->spare_page;
}

static bool open_directory(struct journal_file *file, struct scute_error *err)
{
	char *copy = strdup(file->path);
	const char *directory;

	if (!copy) {
		explain(err, "journal %s: out of memory", file->path);
		return false;
	}
	directory = dirname(copy);
	file->dir_fd = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (file->dir_fd < 0) {
		explain(err, "journal %s: cannot open its directory %s: %s", file->path,
			directory, strerror(errno));
	}
	free(copy);
	return file->dir_fd >= 0;
}

/* Whose lock it is stands in the lock file, for the text only. */
static void explain_locked(const struct journal_file *file, struct scute_error *err)
{
	char text[24] = "";
	ssize_t got = pread(file->lock_fd, text, sizeof(text) - 1, 0);
	long pid = got > 0 ? strtol(text, NULL, 10) : 0;

	if (pid > 0) {
		explain(err, "journal %s is in use by process %ld (lock file %s)", file->path,
			pid, file->lock_path);
	} else {
		explain(err, "journal %s is in use by another process (lock file %s)",
			file->path, file->lock_path);
	}
}

static bool take_lock(struct journal_file *file, struct scute_error *err)
{
	char text[24];
	int len;

	file->lock_fd = open(file->lock_path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	if (file->lock_fd < 0) {
		explain(err, "journal %s: cannot open the lock file %s: %s", file->path,
			file->lock_path, strerror(errno));
		return false;
	}
	if (flock(file->lock_fd, LOCK_EX | LOCK_NB) != 0) {
		if (errno == EWOULDBLOCK) {
			explain_locked(file, err);
		} else {
			explain(err, "journal %s: cannot lock %s: %s", file->path,
				file->lock_path, strerror(errno));
		}
		return false;
	}
	len = snprintf(text, sizeof(text), "%ld\n", (long)getpid());
	if (ftruncate(file->lock_fd, 0) != 0 ||
			!journal_write_all(file->lock_fd, text, (size_t)len, 0)) {
		/* Only a hint for others is lost; a full disk must not stop a start. */
		errno = 0;
	}
	return true;
}

/*
 * A new journal is made aside and renamed, so that a path either names a whole head or
 * nothing.
 */
static bool create_file(struct journal_file *file)
{
	char bytes[JOURNAL_HEAD_BYTES];
	int fd = open(file->compact_path, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);

	if (fd < 0) {
		return false;
	}
	if (!journal_head_new(&file->head)) {
		goto fail;
	}
	journal_head_encode(&file->head, bytes);
	if (!journal_write_all(fd, bytes, sizeof(bytes), 0) || fdatasync(fd) != 0 ||
			rename(file->compact_path, file->path) != 0 || fsync(file->dir_fd) != 0) {
		goto fail;
	}
	file->fd = fd;
	file->size = JOURNAL_HEAD_BYTES;
	file->created = true;
	return true;
fail:;
	int error = errno;
	unlink(file->compact_path);
	close(fd);
	errno = error;
	return false;
}

static bool read_head(struct journal_file *file, struct scute_error *err)
{
	char bytes[JOURNAL_HEAD_BYTES];
	const char *wrong;

	if (file->size < JOURNAL_HEAD_BYTES) {
		explain(err, "journal %s: it is not a journal (shorter than a head)", file->path);
		return false;
	}
	if (!read_all(file->fd, bytes, sizeof(bytes), 0)) {
		explain(err, "journal %s: cannot read: %s", file->path, strerror(errno));
		return false;
	}
	wrong = journal_head_decode(bytes, &file->head);
	if (wrong) {
		explain(err, "journal %s: %s", file->path, wrong);
		return false;
	}
	return true;
}

static bool open_or_create(struct journal_file *file, struct scute_error *err)
{
	struct stat status;

	file->fd = open(file->path, O_RDWR | O_CLOEXEC | O_NONBLOCK);
	if (file->fd < 0 && errno != ENOENT) {
		explain(err, "journal %s: cannot open: %s", file->path, strerror(errno));
		return false;
	}
	if (file->fd >= 0) {
		if (fstat(file->fd, &status) != 0 || !S_ISREG(status.st_mode)) {
			explain(err, "journal %s: it is not a regular file", file->path);
			return false;
		}
		file->size = (uint64_t)status.st_size;
		/* What a compaction left that did not get to its rename. */
		unlink(file->compact_path);
		if (file->size > 0) {
			return read_head(file, err);
		}
		close(file->fd);
		file->fd = -1;
	}
	if (!create_file(file)) {
		explain(err, "journal %s: cannot create: %s", file->path, strerror(errno));
		return false;
	}
	return true;
}

bool journal_file_open(struct journal_file *file, const char *path, struct scute_error *err)
{
	*file = (struct journal_file){ .fd = -1, .lock_fd = -1, .dir_fd = -1 };
	if (!make_paths(file, path)) {
		explain(err, "journal %s: out of memory", path);
		err->status = SCUTE_ENOMEM;
		goto fail;
	}
	if (!open_directory(file, err) || !take_lock(file, err) || !open_or_create(file, err)) {
		goto fail;
	}
	return true;
fail:
	journal_file_close(file);
	return false;
}

static void close_fd(int *fd)
{
	if (*fd >= 0) {
		close(*fd);
		*fd = -1;
	}
}

void journal_file_close(struct journal_file *file)
{
	close_fd(&file->fd);
	close_fd(&file->dir_fd);
	/* Last, for it is the lock. The file stays: removing it would race with the next owner. */
	close_fd(&file->lock_fd);
	free(file->spare_page);
	free(file->page);
	free(file->lock_path);
	free(file->compact_path);
	free(file->path);
	file->spare_page = file->page = NULL;
	file->lock_path = file->compact_path = file->path = NULL;
}

bool journal_file_begin(struct journal_file *file, uint64_t end)
{
	size_t partial = (size_t)(end % file->page_bytes);

	if (end < file->size && ftruncate(file->fd, (off_t)end) != 0) {
		return false;
	}
	/*
	 * Also when nothing was cut: a process that was killed may have left entries that
	 * were never synced, and all that follows builds on them.
	 */
	if (!file->created && fdatasync(file->fd) != 0) {
		return false;
	}
	if (!read_all(file->fd, file->page, partial, end - partial)) {
		return false;
	}
	file->durable = end;
	return true;
}

/* Keeps a copy of the last page's bytes; data has just become durable. */
static void remember_page(struct journal_file *file, const char *data, size_t len)
{
	size_t had = (size_t)(file->durable % file->page_bytes);
	size_t partial;

	file->durable += len;
	partial = (size_t)(file->durable % file->page_bytes);
	if (len >= partial) {
		memcpy(file->page, data + len - partial, partial);
	} else {
		assert(had + len == partial);
		memcpy(file->page + had, data, len);
	}
}

bool journal_file_recover(struct journal_file *file)
{
	size_t partial = (size_t)(file->durable % file->page_bytes);

	if (file->dir_suspect) {
		if (fsync(file->dir_fd) != 0) {
			file->error = errno;
			return false;
		}
		file->dir_suspect = false;
	}
	if (ftruncate(file->fd, (off_t)file->durable) != 0) {
		file->error = errno;
		return false;
	}
	/*
	 * After a failed sync the kernel may call a page clean that never reached the disk.
	 * Ours holds durable bytes too, so it is written anew from what we know.
	 */
	if (file->tail_suspect && !journal_write_all(file->fd, file->page, partial,
			file->durable - partial)) {
		file->error = errno;
		return false;
	}
	if (fdatasync(file->fd) != 0) {
		file->error = errno;
		file->tail_suspect = true;
		return false;
	}
	file->tail_suspect = false;
	return true;
}

enum journal_outcome journal_file_append(struct journal_file *file, const char *data, size_t len)
{
	bool written = journal_write_all(file->fd, data, len, file->durable);
	bool undone;
	int error;

	if (written && fdatasync(file->fd) == 0) {
		remember_page(file, data, len);
		return JOURNAL_DURABLE;
	}
	error = errno;
	file->tail_suspect |= written;
	undone = journal_file_recover(file);
	file->error = error;
	return undone ? JOURNAL_UNDONE : JOURNAL_UNCERTAIN;
}

bool journal_file_replace(struct journal_file *file, int fd, const struct journal_head *head,
	uint64_t len)
{
	size_t partial = (size_t)(len % file->page_bytes);
	char *page = file->spare_page;

	/* The page first: after the rename nothing may fail any more. */
	if (!read_all(fd, page, partial, len - partial) ||
			rename(file->compact_path, file->path) != 0) {
		file->error = errno;
		return false;
	}
	if (fsync(file->dir_fd) != 0) {
		file->error = errno;
		file->dir_suspect = true;
	}
	close(file->fd);
	file->fd = fd;
	file->head = *head;
	file->durable = len;
	file->spare_page = file->page;
	file->page = page;
	return true;
}
