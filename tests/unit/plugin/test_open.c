/* SPDX-License-Identifier: Apache-2.0 */
/* Where a plugin's name is looked up. What files are refused is tested in tests/plugin. */
#include <limits.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "plugin/open.h"

static char dir[] = "/tmp/scute-open-XXXXXX";
static char first[64], second[64], file[96];

static int setup(void **state)
{
	FILE *out;

	(void)state;
	assert_non_null(mkdtemp(dir));
	(void)snprintf(first, sizeof(first), "%s/1", dir);
	(void)snprintf(second, sizeof(second), "%s/2", dir);
	(void)snprintf(file, sizeof(file), "%s/p.so", second);
	assert_int_equal(mkdir(first, 0755), 0);
	assert_int_equal(mkdir(second, 0755), 0);
	out = fopen(file, "w");
	assert_non_null(out);
	return fclose(out);
}

static int teardown(void **state)
{
	(void)state;
	return unlink(file) || rmdir(first) || rmdir(second) || rmdir(dir);
}

static bool find(const char *name, const char *path_format, char *found)
{
	struct scute_error err;
	char path[256];

	(void)snprintf(path, sizeof(path), path_format[0] == '1' ? "%s:%s" : ":%s::%s:",
		path_format[1] == '2' ? first : second, second);
	return open_find(name, path, found, &err);
}

static void in_each_directory(void **state)
{
	char found[PATH_MAX];
	struct scute_error err;

	(void)state;
	assert_true(find("p", "12", found));
	assert_string_equal(found, file);
	assert_true(find("p", ":2", found));
	assert_string_equal(found, file);
	assert_true(find("p", "11", found));
	assert_false(find("q", "12", found));
	assert_false(find("p.so", "12", found));
	assert_false(find("", "12", found));
	assert_false(open_find("p", "", found, &err));
	assert_string_equal(err.text, "found no p.so, wanted one in plugin_path \"\"");
	assert_false(open_find("p", ":::", found, &err));
}

static void a_slash_makes_it_a_path(void **state)
{
	char found[PATH_MAX];

	(void)state;
	assert_true(find("./p", "12", found));
	assert_string_equal(found, "./p");
	assert_true(find("/no/such/file", "12", found));
	assert_string_equal(found, "/no/such/file");
}

static void lengths(void **state)
{
	char found[PATH_MAX];
	char text[2 * PATH_MAX];
	struct scute_error err;

	(void)state;
	for (size_t len = PATH_MAX - 8; len < PATH_MAX + 8; len++) {
		memset(text, 'x', len);
		text[len] = '\0';
		assert_false(open_find(text, second, found, &err));
		assert_false(open_find("p", text, found, &err));
		text[0] = '/';
		assert_int_equal(open_find(text, second, found, &err), len < PATH_MAX);
	}
	memset(text, 'x', sizeof(text) - 1);
	text[sizeof(text) - 1] = '\0';
	assert_false(open_find("p", text, found, &err));
	assert_true(strlen(err.text) < sizeof(err.text));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(in_each_directory),
		cmocka_unit_test(a_slash_makes_it_a_path),
		cmocka_unit_test(lengths),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
