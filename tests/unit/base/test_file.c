/* SPDX-License-Identifier: Apache-2.0 */
/* Whole files: maximum, atomic replacement, leftovers, odd file types, failing allocations. */
#include "tester.h"

#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "fault.h"

static char directory[] = "/tmp/scute-test-file-XXXXXX";
static char path[128];

static int make_directory(void **state)
{
	(void)state;
	snprintf(path, sizeof(path), "%s/file", mkdtemp(directory));
	return 0;
}

static void in_directory(char *out, size_t bytes, const char *name)
{
	snprintf(out, bytes, "%s/%s", directory, name);
}

static int remove_directory(void **state)
{
	static const char *const names[] = { "file", "fifo", "a/b", "a" };
	char each[128];

	(void)state;
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		in_directory(each, sizeof(each), names[i]);
		remove(each);
	}
	return rmdir(directory); /* fails when a temporary file was left behind */
}

static void writes_and_reads(void **state)
{
	static char large[200000];
	struct scute_error err;
	struct stat what;
	struct buf buf;

	(void)state;
	memset(large, 'x', sizeof(large));
	assert_int_equal(file_write_atomic(path, SCUTE_STR("first"), 0640, &err), SCUTE_OK);
	assert_int_equal(stat(path, &what), 0);
	assert_int_equal(what.st_mode & 07777, 0640);
	buf_init(&buf, 5); /* a maximum that is just enough */
	assert_int_equal(file_read(path, &buf, &err), SCUTE_OK);
	assert_str(buf_str(&buf), "first");
	buf_finish(&buf);

	assert_int_equal(file_write_atomic(path, (struct scute_str){ large, sizeof(large) }, 0600,
		&err), SCUTE_OK);
	buf_init(&buf, 1000000);
	assert_int_equal(file_read(path, &buf, &err), SCUTE_OK);
	assert_int_equal(buf.len, sizeof(large));
	assert_memory_equal(buf.data, large, sizeof(large));
	buf_finish(&buf);

	buf_init(&buf, sizeof(large) - 1);
	assert_int_equal(file_read(path, &buf, &err), SCUTE_ELIMIT);
	assert_int_equal(errno, EFBIG);
	assert_true(buf.failed);
	assert_non_null(strstr(err.text, "larger than 199999 bytes"));
	buf_finish(&buf);

	assert_int_equal(file_write_atomic(path, (struct scute_str){ NULL, 0 }, 0600, &err),
		SCUTE_OK);
	buf_init(&buf, 0);
	assert_int_equal(file_read(path, &buf, &err), SCUTE_OK);
	buf_finish(&buf);
}

static void refuses_what_is_no_file(void **state)
{
	struct scute_error err;
	struct buf buf;
	char other[128];

	(void)state;
	buf_init(&buf, 100);
	in_directory(other, sizeof(other), "absent");
	assert_int_equal(file_read(other, &buf, &err), SCUTE_EINVAL);
	assert_int_equal(errno, ENOENT);
	assert_non_null(strstr(err.text, "absent: No such file"));
	assert_int_equal(file_read(directory, &buf, &err), SCUTE_EINVAL);
	assert_non_null(strstr(err.text, "not a regular file"));
	in_directory(other, sizeof(other), "fifo");
	assert_int_equal(mkfifo(other, 0600), 0);
	assert_int_equal(file_read(other, &buf, &err), SCUTE_EINVAL); /* and does not hang */
	assert_false(buf.failed);
	buf_finish(&buf);
}

static void failing_leaves_the_old_content(void **state)
{
	struct scute_error err;
	struct buf buf;
	char other[PATH_MAX + 10];

	(void)state;
	assert_int_equal(file_write_atomic(path, SCUTE_STR("old"), 0600, &err), SCUTE_OK);
	/* a directory */
	assert_int_equal(file_write_atomic(directory, SCUTE_STR("new"), 0600, &err),
		SCUTE_EINTERNAL);
	assert_non_null(strstr(err.text, "replacing"));
	in_directory(other, sizeof(other), "no/such/place");
	assert_int_equal(file_write_atomic(other, SCUTE_STR("new"), 0600, &err), SCUTE_EINTERNAL);
	assert_int_equal(errno, ENOENT);
	memset(other, 'x', sizeof(other));
	other[sizeof(other) - 1] = '\0';
	assert_int_equal(file_write_atomic(other, SCUTE_STR("new"), 0600, &err), SCUTE_EINVAL);
	other[0] = '/';
	other[PATH_MAX + 5] = '/';
	assert_int_equal(file_make_parents(other, 0700, &err), SCUTE_EINVAL);
	assert_int_equal(file_sync_parent(other, &err), SCUTE_EINVAL);
	buf_init(&buf, 100);
	assert_int_equal(file_read(path, &buf, &err), SCUTE_OK);
	assert_str(buf_str(&buf), "old");
	buf_finish(&buf);
}

/* The temporary file that failed to replace a directory stood beside it. */
static void leaves_no_temporary_file(void **state)
{
	const char *name = strrchr(directory, '/') + 1;
	DIR *dir = opendir("/tmp");
	struct dirent *entry;

	(void)state;
	assert_non_null(dir);
	while ((entry = readdir(dir))) {
		bool begins_so = strncmp(entry->d_name, name, strlen(name)) == 0;
		assert_true(!begins_so || strcmp(entry->d_name, name) == 0);
	}
	closedir(dir);
}

static void makes_parents(void **state)
{
	struct scute_error err;
	struct stat what;
	char other[128];

	(void)state;
	in_directory(other, sizeof(other), "a/b/file");
	assert_int_equal(file_make_parents(other, 0750, &err), SCUTE_OK);
	assert_int_equal(file_make_parents(other, 0750, &err), SCUTE_OK);
	assert_int_equal(file_sync_parent(other, &err), SCUTE_OK);
	in_directory(other, sizeof(other), "a/b");
	assert_int_equal(stat(other, &what), 0);
	assert_true(S_ISDIR(what.st_mode));
	in_directory(other, sizeof(other), "file/x/y"); /* through a file */
	assert_int_equal(file_make_parents(other, 0750, &err), SCUTE_EINTERNAL);
	assert_int_equal(errno, ENOTDIR);
	in_directory(other, sizeof(other), "file/x");
	assert_int_equal(file_make_parents(other, 0750, &err), SCUTE_EINVAL);
	assert_int_equal(file_make_parents("plain", 0750, &err), SCUTE_OK);
	assert_int_equal(file_make_parents("/plain", 0750, &err), SCUTE_OK);
	assert_int_equal(file_make_parents("", 0750, &err), SCUTE_OK);
}

static void survives_failing_allocations(void **state)
{
	struct scute_error err;
	struct buf buf;

	(void)state;
	assert_int_equal(file_write_atomic(path, SCUTE_STR("old"), 0600, &err), SCUTE_OK);
	buf_init(&buf, 100);
	fault_at(0);
	enum scute_status status = file_read(path, &buf, &err);
	assert_true(fault_end());
	assert_int_equal(status, SCUTE_ENOMEM);
	buf_finish(&buf);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(writes_and_reads),
		cmocka_unit_test(refuses_what_is_no_file),
		cmocka_unit_test(failing_leaves_the_old_content),
		cmocka_unit_test(leaves_no_temporary_file),
		cmocka_unit_test(makes_parents),
		cmocka_unit_test(survives_failing_allocations),
	};
	return cmocka_run_group_tests(tests, make_directory, remove_directory);
}
