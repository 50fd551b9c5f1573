/* SPDX-License-Identifier: Apache-2.0 */
/* Every deliberately bad plugin is refused with its own text, and leaves nothing behind. */
#include <limits.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "fixture.h"

/* Where the modules were built: bad ones in its sub-directory bad. */
static const char *built;
static struct fixture f;

static const struct refusal {
	const char *file;
	const char *text; /* what follows "is refused: " */
} refusals[] = {
	{ "no_entry", "found no symbol scute_plugin_entry, wanted it exported" },
	{ "null_entry", "scute_plugin_entry() returned NULL, wanted a struct scute_plugin" },
	{ "magic", "magic is 0x12345678, wanted 0x53435554" },
	{ "size", "struct scute_plugin has 48 bytes, wanted at least 56" },
	{ "head", "struct scute_plugin has 8 bytes, wanted at least 56" },
	{ "major", "ABI major is 2, wanted 1" },
	{ "minor", "ABI version is 1.9, wanted at most 1.1" },
	{ "kind", "kind is 77, wanted 1 (format), 2 (auth) or 3 (service)" },
	{ "kind_zero", "kind is 0, wanted 1 (format), 2 (auth) or 3 (service)" },
	{ "name", "name is \"Bad?Name\", wanted [a-z0-9_-]{1,32}" },
	{ "name_null", "name is NULL, wanted [a-z0-9_-]{1,32}" },
	{ "name_long", "name is \"abcdefghijklmnopqrstuvwxyz012345..\", wanted [a-z0-9_-]{1,32}" },
	{ "version_null", "version is NULL, wanted a text" },
	{ "table_null", "format table is NULL, wanted one of at least 104 bytes" },
	{ "table_short", "format table has 88 bytes, wanted at least 104" },
	{ "auth_short", "auth table has 32 bytes, wanted at least 40" },
	{ "service_short", "service table has 32 bytes, wanted at least 40" },
	{ "no_type", "required \"type\" of its format table is NULL, wanted a value" },
	{ "no_parse", "required \"parse\" of its format table is NULL, wanted a value" },
	{ "no_canonical", "required \"canonical\" of its format table is NULL, wanted a value" },
	{ "no_compatible", "required \"compatible\" of its format table is NULL, wanted a value" },
	{ "no_authenticate", "required \"authenticate\" of its auth table is NULL, wanted a value" },
	{ "no_authorize", "required \"authorize\" of its auth table is NULL, wanted a value" },
	{ "no_routes", "required \"routes\" of its service table is NULL, wanted a value" },
	{ "zero_routes", "n_routes is 0, wanted 1 to 256" },
	{ "many_routes", "n_routes is 257, wanted 1 to 256" },
	{ "no_handle", "\"handle\" of route 1 is NULL, wanted a value" },
	{ "type", "schemaType is \"bad\", wanted [A-Z0-9_-]{1,32}" },
	{ "embedded", "embedded name is \"a/b\", wanted [a-z0-9_-]{1,32}" },
	{ "encode_only", "encode is given and decode is NULL, wanted both or neither" },
	{ "decode_only", "decode is given and encode is NULL, wanted both or neither" },
	{ "init_fails", "init failed: the moon is not full" },
	{ "init_silent", "init failed: it gave no reason" },
};

static int setup(void **state)
{
	char path[PATH_MAX];

	(void)state;
	fixture_init(&f, "{\"store\": \"journal\", \"plugin_path\": \"/nonexistent::%s\"}",
		fixture_path(built, "bad", path));
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	fixture_finish(&f);
	return 0;
}

static void assert_loads(const char *name_or_path)
{
	struct scute_error err = { .status = SCUTE_OK };

	if (!loader_load(&f.loader, name_or_path, &err)) {
		fail_msg("%s", err.text);
	}
}

/* name_or_path is refused with exactly this reason; the table stays as it was. */
static void assert_refused(const char *name_or_path, const char *reason)
{
	struct scute_error err = { .status = SCUTE_OK };
	size_t n = f.table.n;
	char wanted[2 * PATH_MAX];

	(void)snprintf(wanted, sizeof(wanted), "plugin \"%.160s\" is refused: %s", name_or_path,
		reason);
	wanted[SCUTE_ERROR_TEXT_BYTES - 1] = '\0';
	assert_false(loader_load(&f.loader, name_or_path, &err));
	assert_string_equal(err.text, wanted);
	assert_int_not_equal(err.status, SCUTE_OK);
	assert_int_equal(f.table.n, n);
}

static void assert_refused_with(const char *name_or_path, const char *part, const char *other)
{
	struct scute_error err = { .status = SCUTE_OK };

	assert_false(loader_load(&f.loader, name_or_path, &err));
	if (!strstr(err.text, part) || !strstr(err.text, other)) {
		fail_msg("\"%s\" and \"%s\" are not in: %s", part, other, err.text);
	}
}

static void each_has_its_own_text(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(refusals) / sizeof(refusals[0]); i++) {
		assert_refused(refusals[i].file, refusals[i].text);
	}
	/* What the refused ones asked for in init() does not happen. */
	fixture_run_ms(&f, 20);
}

static void good_ones_load(void **state)
{
	(void)state;
	assert_loads("good");
	assert_loads("good_embedded");
	assert_int_equal(f.table.n, 2);
	assert_string_equal(f.table.plugins[0].entry->name, "bad");
	assert_ptr_equal(plugin_format(&f.table, SCUTE_STR("BAD")),
		f.table.plugins[0].entry->table.format);
	assert_null(plugin_format(&f.table, SCUTE_STR("bad")));
	assert_ptr_equal(plugin_format_embedded(&f.table, SCUTE_STR("emb")),
		f.table.plugins[1].entry->table.format);
	assert_null(plugin_format_embedded(&f.table, SCUTE_STR("EMBEDDED")));
}

static void names_are_taken_once(void **state)
{
	char path[PATH_MAX];
	char bad[PATH_MAX];
	char text[2 * PATH_MAX];

	(void)state;
	assert_loads("good");
	assert_loads("good_embedded");
	assert_non_null(realpath(fixture_path(fixture_path(built, "bad", bad), "good.so", path), bad));
	(void)snprintf(text, sizeof(text),
		"name \"bad\" is taken by the plugin of %.200s, wanted another", bad);
	assert_refused("dup_name", text);
	assert_refused("good", text);
	assert_refused("dup_type", "schemaType \"BAD\" is taken by plugin \"bad\", wanted another");
	assert_refused("dup_embedded",
		"embedded name \"emb\" is taken by plugin \"embedded\", wanted another");
}

static void too_many(void **state)
{
	(void)state;
	f.table.n = PLUGINS_MAX;
	assert_refused("good", "65 plugins are loaded, wanted at most 64");
	f.table.n = 0;
}

static void routes_clash(void **state)
{
	char path[PATH_MAX];

	(void)state;
	assert_loads(fixture_path(built, "t_service.so", path));
	assert_refused_with("route_clash", "route GET /t/echo/{other} is refused: ", "/t/echo/{x}");
	assert_refused_with("route_twice", "route GET /twice/{b} is refused: ", "/twice/{a}");
	assert_refused_with("route_pattern", "route GET no-slash is refused: ", "");
	assert_int_equal(f.table.n, 1);
}

static void services_need_a_router(void **state)
{
	char path[PATH_MAX];

	(void)state;
	f.loader.router = NULL;
	assert_refused(fixture_path(built, "t_service.so", path),
		"it is a service and this command serves no requests, wanted a format or auth");
	f.loader.router = f.router;
}

static void not_found(void **state)
{
	char name[PATH_MAX + 8];

	(void)state;
	assert_refused_with("missing", "found no missing.so, wanted one in plugin_path ",
		"\"/nonexistent::");
	assert_refused("./missing.so", "./missing.so can not be opened: No such file or directory");
	memset(name, 'x', sizeof(name));
	name[0] = '/';
	name[sizeof(name) - 1] = '\0';
	assert_refused_with(name, "its path has 4103 bytes, wanted at most 4095", "");
	name[0] = 'x';
	assert_refused_with(name, "found no xxxx", ".so");
}

static void not_a_plugin_file(void **state)
{
	char path[PATH_MAX];
	char text[2 * PATH_MAX];
	FILE *out;

	(void)state;
	(void)snprintf(text, sizeof(text), "%s is a directory, wanted a regular file", f.dir);
	assert_refused(f.dir, text);

	assert_int_equal(mkfifo(fixture_path(f.dir, "pipe.so", path), 0600), 0);
	(void)snprintf(text, sizeof(text), "%s is a pipe, wanted a regular file", path);
	assert_refused(path, text);
	assert_int_equal(unlink(path), 0);
	assert_refused("/dev/null", "/dev/null is a device, wanted a regular file");

	out = fopen(fixture_path(f.dir, "text.so", path), "w");
	assert_non_null(out);
	for (int i = 0; i < 100; i++) {
		assert_true(fputs("this is no shared object, but long enough to look at\n", out) >= 0);
	}
	assert_int_equal(fclose(out), 0);
	assert_int_equal(chmod(path, 0644), 0);
	assert_refused_with(path, "is refused: dlopen failed: ", "invalid ELF header");
	assert_int_equal(unlink(path), 0);
	assert_refused_with("undefined", "dlopen failed: ", "undefined symbol: nobody_has_this");
}

/* The file behind a link is judged, and so is the directory that it stands in. */
static void writable_by_everyone(void **state)
{
	char good[PATH_MAX];
	char copy[PATH_MAX];
	char link[PATH_MAX];
	char bad[PATH_MAX];
	char text[2 * PATH_MAX];

	(void)state;
	fixture_path(fixture_path(built, "bad", bad), "good.so", good);
	fixture_copy(good, fixture_path(f.dir, "copy.so", copy));
	assert_int_equal(symlink(copy, fixture_path(f.dir, "link.so", link)), 0);

	assert_int_equal(chmod(copy, 0666), 0);
	(void)snprintf(text, sizeof(text),
		"%s is writable by everyone (mode 0666), wanted at most 0664", copy);
	assert_refused(copy, text);
	assert_refused(link, text);
	assert_int_equal(chmod(copy, 0644), 0);

	assert_int_equal(chmod(f.dir, 0777), 0);
	(void)snprintf(text, sizeof(text),
		"its directory %s is writable by everyone (mode 0777), wanted at most 0775", f.dir);
	assert_refused(copy, text);
	assert_int_equal(chmod(f.dir, 01777), 0); /* as of a directory for temporary files */
	assert_loads(link);
	assert_string_equal(f.table.plugins[0].path, copy);
	assert_int_equal(chmod(f.dir, 0700), 0);
	assert_int_equal(unlink(link), 0);
	assert_int_equal(unlink(copy), 0);
}

static void relative_paths(void **state)
{
	char before[PATH_MAX];
	char bad[PATH_MAX];

	(void)state;
	assert_non_null(getcwd(before, sizeof(before)));
	assert_int_equal(chdir(fixture_path(built, "bad", bad)), 0);
	assert_loads("./good.so");
	assert_int_equal(chdir(before), 0);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(each_has_its_own_text, setup, teardown),
		cmocka_unit_test_setup_teardown(good_ones_load, setup, teardown),
		cmocka_unit_test_setup_teardown(names_are_taken_once, setup, teardown),
		cmocka_unit_test_setup_teardown(too_many, setup, teardown),
		cmocka_unit_test_setup_teardown(routes_clash, setup, teardown),
		cmocka_unit_test_setup_teardown(services_need_a_router, setup, teardown),
		cmocka_unit_test_setup_teardown(not_found, setup, teardown),
		cmocka_unit_test_setup_teardown(not_a_plugin_file, setup, teardown),
		cmocka_unit_test_setup_teardown(writable_by_everyone, setup, teardown),
		cmocka_unit_test_setup_teardown(relative_paths, setup, teardown),
	};

	if (argc != 2) {
		(void)fputs("usage: test_refusals DIRECTORY_OF_MODULES\n", stderr);
		return 2;
	}
	built = argv[1];
	return cmocka_run_group_tests(tests, NULL, NULL);
}
