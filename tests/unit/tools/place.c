/* SPDX-License-Identifier: Apache-2.0 */
/* Makes, fills and removes the directory of a test. */
#include "place.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

void place_init(struct place *place)
{
	memset(place, 0, sizeof(*place));
	snprintf(place->directory, sizeof(place->directory), "backup-test-XXXXXX");
	assert_non_null(mkdtemp(place->directory));
}

static void empty(const char *path, unsigned depth)
{
	DIR *directory = opendir(path);
	const struct dirent *entry;
	char inside[1024];

	assert_non_null(directory);
	while ((entry = readdir(directory))) {
		if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0) {
			continue;
		}
		snprintf(inside, sizeof(inside), "%s/%s", path, entry->d_name);
		if (unlink(inside) != 0) {
			assert_true(depth > 0);
			empty(inside, depth - 1);
		}
	}
	closedir(directory);
	rmdir(path);
}

void place_finish(struct place *place)
{
	empty(place->directory, 2);
}

const char *place_path(struct place *place, const char *name)
{
	snprintf(place->path, sizeof(place->path), "%s/%s", place->directory, name);
	return place->path;
}

const char *place_put(struct place *place, const char *name, struct scute_str bytes)
{
	int fd = open(place_path(place, name), O_WRONLY | O_CREAT | O_TRUNC, 0600);

	assert_true(fd >= 0);
	assert_int_equal(write(fd, bytes.data, bytes.len), bytes.len);
	close(fd);
	return place->path;
}

struct scute_str place_get(struct place *place, const char *name)
{
	int fd = open(place_path(place, name), O_RDONLY);
	ssize_t got;

	assert_true(fd >= 0);
	got = read(fd, place->data, sizeof(place->data));
	close(fd);
	assert_true(got >= 0 && (size_t)got < sizeof(place->data));
	return (struct scute_str){ place->data, (size_t)got };
}

bool place_has(struct place *place, const char *name)
{
	return access(place_path(place, name), F_OK) == 0;
}

unsigned place_count(struct place *place)
{
	DIR *directory = opendir(place->directory);
	unsigned n = 0;

	assert_non_null(directory);
	while (readdir(directory)) {
		n++;
	}
	closedir(directory);
	return n - 2;
}
