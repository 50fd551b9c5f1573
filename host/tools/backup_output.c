/* SPDX-License-Identifier: Apache-2.0 */
/* Writes a backup's file so that it is there whole or not at all. */
#include "tools/backup_output.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#include "support/str.h"
#include "tools/backup_stop.h"

#define BUFFER_BYTES ((size_t)256 << 10)

static const char *name_of(const struct backup_output *output)
{
	return output->path ? output->path : "standard output";
}

static bool fail(struct backup_output *output, const char *what, struct scute_error *err)
{
	error_set(err, SCUTE_EINTERNAL, "%s: cannot %s: %s", name_of(output), what,
		strerror(errno));
	return false;
}

char *backup_directory_of(const char *path)
{
	const char *slash = strrchr(path, '/');

	if (!slash) {
		return strdup(".");
	}
	return slash == path ? strdup("/") : strndup(path, (size_t)(slash - path));
}

bool backup_sync_directory(const char *directory)
{
	int fd = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	bool ok = fd >= 0 && fsync(fd) == 0;
	int error = errno;

	if (fd >= 0) {
		close(fd);
	}
	errno = error;
	return ok;
}

bool backup_rename_new(const char *from, const char *to)
{
	struct stat status;

	if (renameat2(AT_FDCWD, from, AT_FDCWD, to, RENAME_NOREPLACE) == 0) {
		return true;
	}
	if (errno != EINVAL && errno != ENOSYS) {
		return false;
	}
	/* A file system that does not know it. */
	if (lstat(to, &status) == 0) {
		errno = EEXIST;
		return false;
	}
	return rename(from, to) == 0;
}

/* Short whatever path is, and random: process ids repeat from container to container. */
char *backup_temp_path(const char *path)
{
	const char *slash = strrchr(path, '/');
	char *directory = backup_directory_of(path);
	char *temp = NULL;
	uint64_t number = 0;

	if (getrandom(&number, sizeof(number), 0) != (ssize_t)sizeof(number)) {
		number = (uint64_t)getpid();
	}
	if (!directory || asprintf(&temp, "%s/.%.64s.%016" PRIx64 ".tmp", directory,
			slash ? slash + 1 : path, number) < 0) {
		temp = NULL;
	}
	free(directory);
	return temp;
}

static bool check_target(struct backup_output *output, struct scute_error *err)
{
	struct stat status;

	if (stat(output->path, &status) != 0) {
		return true;
	}
	if (S_ISDIR(status.st_mode)) {
		error_set(err, SCUTE_EINVAL, "%s: it is a directory", output->path);
		return false;
	}
	if (!output->overwrite) {
		error_set(err, SCUTE_EINVAL, "%s: it exists already; --overwrite replaces it",
			output->path);
		return false;
	}
	return true;
}

static bool open_temp(struct backup_output *output, const char *path, bool overwrite,
	struct scute_error *err)
{
	output->overwrite = overwrite;
	output->path = strdup(path);
	if (!output->path) {
		return fail(output, "open", err);
	}
	if (!check_target(output, err)) {
		return false;
	}
	output->temp_path = backup_temp_path(path);
	if (!output->temp_path) {
		errno = ENOMEM;
		return fail(output, "open", err);
	}
	output->fd = open(output->temp_path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
	return output->fd >= 0 ? true : fail(output, "create it", err);
}

bool backup_output_open(struct backup_output *output, const char *path, bool overwrite,
	struct scute_error *err)
{
	*output = (struct backup_output){ .fd = -1 };
	output->data = malloc(BUFFER_BYTES);
	if (!output->data) {
		error_set(err, SCUTE_ENOMEM, "out of memory");
		return false;
	}
	if (!path) {
		output->fd = STDOUT_FILENO;
		return true;
	}
	if (!open_temp(output, path, overwrite, err)) {
		backup_output_discard(output);
		return false;
	}
	return true;
}

static bool write_all(struct backup_output *output, const char *data, size_t len,
	struct scute_error *err)
{
	while (len > 0) {
		ssize_t put = write(output->fd, data, len);
		if (put < 0 && errno != EINTR) {
			return fail(output, "write", err);
		}
		if (!output->path && backup_stop) {
			/* Who reads our standard output may never go on. */
			errno = EINTR;
			return fail(output, "write", err);
		}
		data += put > 0 ? put : 0;
		len -= put > 0 ? (size_t)put : 0;
	}
	return true;
}

static bool flush(struct backup_output *output, struct scute_error *err)
{
	size_t len = output->len;

	output->len = 0;
	return write_all(output, output->data, len, err);
}

bool backup_output_put(struct backup_output *output, const void *data, size_t len,
	struct scute_error *err)
{
	output->written += len;
	if (len > BUFFER_BYTES - output->len && !flush(output, err)) {
		return false;
	}
	if (len > BUFFER_BYTES) {
		return write_all(output, data, len, err);
	}
	memcpy(output->data + output->len, data, len);
	output->len += len;
	return true;
}

static bool put_in_place(struct backup_output *output, struct scute_error *err)
{
	char *directory = backup_directory_of(output->path);

	if (!directory) {
		return fail(output, "rename the finished file to it", err);
	}
	bool renamed = output->overwrite ? rename(output->temp_path, output->path) == 0 :
		backup_rename_new(output->temp_path, output->path);
	if (!renamed) {
		free(directory);
		return fail(output, "rename the finished file to it", err);
	}
	free(output->temp_path);
	output->temp_path = NULL;
	bool synced = backup_sync_directory(directory);
	free(directory);
	return synced ? true : fail(output, "sync its directory", err);
}

bool backup_output_commit(struct backup_output *output, struct scute_error *err)
{
	bool ok = flush(output, err);

	if (ok && output->path) {
		ok = fsync(output->fd) == 0 ? put_in_place(output, err) : fail(output, "sync", err);
	}
	backup_output_discard(output);
	return ok;
}

void backup_output_discard(struct backup_output *output)
{
	if (output->path && output->fd >= 0) {
		close(output->fd);
	}
	output->fd = -1;
	if (output->temp_path) {
		unlink(output->temp_path);
	}
	free(output->temp_path);
	free(output->path);
	free(output->data);
	output->temp_path = output->path = output->data = NULL;
	output->len = 0;
}
