/* SPDX-License-Identifier: Apache-2.0 */
/* Recognises a backup's form and hands on to its reader. */
#include "tools/backup_reader.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "support/str.h"

#define MARKER_V2 "/V2\n"
#define SUFFIX ".metadata"

static bool has_suffix(const char *name)
{
	size_t len = strlen(name);

	return len > sizeof(SUFFIX) - 1 && strcmp(name + len - (sizeof(SUFFIX) - 1), SUFFIX) == 0;
}

/* The only metadata file of a directory; NULL with *err. */
static char *find_metadata(const char *location, struct scute_error *err)
{
	DIR *directory = opendir(location);
	const struct dirent *entry;
	char *path = NULL;
	unsigned n = 0;

	if (!directory) {
		error_set(err, SCUTE_EINTERNAL, "%s: cannot open: %s", location, strerror(errno));
		return NULL;
	}
	while ((entry = readdir(directory))) {
		if (!has_suffix(entry->d_name) || ++n > 1) {
			continue;
		}
		if (asprintf(&path, "%s/%s", location, entry->d_name) < 0) {
			path = NULL;
		}
	}
	closedir(directory);
	if (n != 1) {
		error_set(err, SCUTE_EINVAL, "%s: a directory is a backup when it holds exactly "
			"one *" SUFFIX " file, this one holds %s", location,
			n == 0 ? "none" : "several");
		free(path);
		return NULL;
	}
	if (!path) {
		error_set(err, SCUTE_ENOMEM, "out of memory");
	}
	return path;
}

static char *find_file(const char *location, struct scute_error *err)
{
	struct stat status;
	char *path;

	if (stat(location, &status) != 0) {
		error_set(err, SCUTE_EINTERNAL, "%s: cannot open: %s", location, strerror(errno));
		return NULL;
	}
	if (S_ISDIR(status.st_mode)) {
		return find_metadata(location, err);
	}
	path = strdup(location);
	if (!path) {
		error_set(err, SCUTE_ENOMEM, "out of memory");
	}
	return path;
}

static bool is_space(char c)
{
	return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

/* Keys of the schema log are JSON objects, so that an array can only be version 1. */
static enum backup_version recognise(struct scute_str begin)
{
	if (str_starts(begin, SCUTE_STR(BACKUP_MARKER_V3))) {
		return BACKUP_V3;
	}
	if (str_starts(begin, SCUTE_STR(MARKER_V2))) {
		return BACKUP_V2;
	}
	while (begin.len > 0 && is_space(begin.data[0])) {
		begin.data++;
		begin.len--;
	}
	return begin.len > 0 && begin.data[0] == '[' ? BACKUP_V1 : BACKUP_CONSOLE;
}

static bool open_reader(struct backup_reader *reader, struct scute_error *err)
{
	struct scute_str begin;

	if (!backup_input_open(&reader->input, reader->path, err) ||
			!backup_input_peek(&reader->input, 64, &begin, err)) {
		return false;
	}
	if (begin.len == 0) {
		error_set(err, SCUTE_EINVAL, "%s: the file is empty, so it is no backup",
			reader->path);
		return false;
	}
	reader->version = recognise(begin);
	if (reader->version == BACKUP_V3) {
		backup_input_close(&reader->input);
		return backup_v3_open(&reader->v3, reader->path, err);
	}
	return backup_reader_rewind(reader, err);
}

struct backup_reader *backup_reader_create(const char *location, struct scute_error *err)
{
	struct backup_reader *reader = calloc(1, sizeof(*reader));

	if (!reader) {
		error_set(err, SCUTE_ENOMEM, "out of memory");
		return NULL;
	}
	reader->input.fd = reader->v3.input.fd = -1;
	buf_init(&reader->key, BACKUP_RECORD_BYTES_MAX);
	buf_init(&reader->value, BACKUP_RECORD_BYTES_MAX);
	arena_init(&reader->arena, 4 * BACKUP_RECORD_BYTES_MAX);
	reader->path = find_file(location, err);
	if (!reader->path || !open_reader(reader, err)) {
		backup_reader_destroy(reader);
		return NULL;
	}
	return reader;
}

void backup_reader_destroy(struct backup_reader *reader)
{
	if (!reader) {
		return;
	}
	backup_v3_close(&reader->v3);
	backup_input_close(&reader->input);
	buf_finish(&reader->key);
	buf_finish(&reader->value);
	arena_finish(&reader->arena);
	free(reader->path);
	free(reader);
}

bool backup_reader_rewind(struct backup_reader *reader, struct scute_error *err)
{
	struct scute_str marker;

	if (reader->version == BACKUP_V3) {
		return backup_v3_rewind(&reader->v3, err);
	}
	reader->n = 0;
	reader->is_first = true;
	return backup_input_rewind(&reader->input, err) && (reader->version != BACKUP_V2 ||
		backup_input_line(&reader->input, 64, &marker, err) == BACKUP_LINE);
}

enum backup_read backup_reader_next(struct backup_reader *reader, struct store_record *ret_record,
	struct scute_error *err)
{
	switch (reader->version) {
	case BACKUP_V1:
		return backup_v1_next(reader, ret_record, err);
	case BACKUP_V2:
		return backup_v2_next(reader, ret_record, err);
	case BACKUP_V3:
		return backup_v3_next(&reader->v3, ret_record, err);
	case BACKUP_CONSOLE:
		break;
	}
	return backup_console_next(reader, ret_record, err);
}
