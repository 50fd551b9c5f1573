/* SPDX-License-Identifier: Apache-2.0 */
/* Makes, damages and removes the journals of a test program. */
#include "scratch.h"

#include <dirent.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "log.h"

void scratch_init(struct scratch *scratch)
{
	memset(scratch, 0, sizeof(*scratch));
	strcpy(scratch->directory, "journal-test-XXXXXX");
	if (!mkdtemp(scratch->directory)) {
		perror("mkdtemp");
		exit(1);
	}
	/* Tests that break things on purpose say enough by themselves. */
	if (!getenv("SCUTE_TEST_LOG")) {
		log_setup(LOG_ERROR, LOG_TO_NOWHERE, NULL, NULL);
	}
}

void scratch_finish(struct scratch *scratch)
{
	DIR *directory = opendir(scratch->directory);
	struct dirent *entry;
	char path[512];

	if (!directory) {
		return;
	}
	while ((entry = readdir(directory))) {
		snprintf(path, sizeof(path), "%s/%s", scratch->directory, entry->d_name);
		unlink(path);
	}
	closedir(directory);
	rmdir(scratch->directory);
}

const struct config *scratch_fresh(struct scratch *scratch)
{
	snprintf(scratch->path, sizeof(scratch->path), "%s/%u", scratch->directory, scratch->n++);
	scratch->config.journal_path = scratch->path;
	return &scratch->config;
}

uint64_t scratch_size(const struct scratch *scratch)
{
	struct stat status;

	if (stat(scratch->path, &status) != 0) {
		return 0;
	}
	return (uint64_t)status.st_size;
}

void scratch_cut(const struct scratch *scratch, uint64_t size)
{
	assert_int_equal(truncate(scratch->path, (off_t)size), 0);
}

void scratch_flip(const struct scratch *scratch, uint64_t position)
{
	int fd = open(scratch->path, O_RDWR);
	unsigned char byte;

	assert_true(fd >= 0);
	assert_int_equal(pread(fd, &byte, 1, (off_t)position), 1);
	byte ^= 0x10;
	assert_int_equal(pwrite(fd, &byte, 1, (off_t)position), 1);
	close(fd);
}

void scratch_append(const struct scratch *scratch, const void *data, size_t len)
{
	int fd = open(scratch->path, O_WRONLY | O_APPEND);

	assert_true(fd >= 0);
	assert_int_equal(write(fd, data, len), len);
	close(fd);
}

bool scratch_exists(const struct scratch *scratch, const char *suffix)
{
	char path[128];

	snprintf(path, sizeof(path), "%s%s", scratch->path, suffix);
	return access(path, F_OK) == 0;
}
