/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Runs files of the official JSON Schema suite through the plugin's sources:
 *
 *   jsonschema_suite DRAFT format|plain REMOTES FILE...
 *
 * DRAFT is what a schema without "$schema" is ("7", "2019-09", ..). REMOTES is the suite's folder
 * of documents, which are given as references under the URLs that the suite calls them by.
 * Writes a line of JSON for each test: file, group, test, expected, and got: "valid", "invalid"
 * or the error that kept the schema or the instance from being judged.
 */
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "support/arena.h"
#include "support/json_out.h"
#include "support/str.h"

#include "schema.h"
#include "validate.h"

enum {
	ARENA_BYTES = 64 << 20,
	REMOTES_MAX = 256,
	PATH_BYTES = 1024,
};

static const char url[] = "http://localhost:1234";

struct remotes {
	struct scute_reference list[REMOTES_MAX];
	size_t n;
};

static void die(const char *what, const char *which)
{
	fprintf(stderr, "jsonschema_suite: %s: %s\n", what, which);
	exit(2);
}

static struct scute_str read_file(const char *path, struct scute_arena *arena)
{
	FILE *file = fopen(path, "rb");
	struct stat stat;

	if (!file || fstat(fileno(file), &stat) != 0) {
		die("can not read", path);
	}
	size_t bytes = (size_t)stat.st_size;
	char *data = scute_alloc(arena, bytes);
	if (!data || fread(data, 1, bytes, file) != bytes) {
		die("can not read", path);
	}
	fclose(file);
	return (struct scute_str){ data, bytes };
}

/* All files below folder, whose URL is name; but for the drafts that we do not have. */
static void read_remotes(const char *folder, const char *name, struct scute_arena *arena,
	struct remotes *remotes)
{
	DIR *dir = opendir(folder);
	struct dirent *entry;

	if (!dir) {
		die("no such folder", folder);
	}
	while ((entry = readdir(dir))) {
		char path[PATH_BYTES];
		char below[PATH_BYTES];
		struct stat stat_buf;
		if (entry->d_name[0] == '.' || strcmp(entry->d_name, "draft3") == 0 ||
		    strcmp(entry->d_name, "draft-next") == 0) {
			continue;
		}
		snprintf(path, sizeof(path), "%s/%s", folder, entry->d_name);
		snprintf(below, sizeof(below), "%s/%s", name, entry->d_name);
		if (stat(path, &stat_buf) == 0 && S_ISDIR(stat_buf.st_mode)) {
			read_remotes(path, below, arena, remotes);
			continue;
		}
		if (remotes->n == REMOTES_MAX) {
			die("too many files in", folder);
		}
		struct scute_reference *remote = &remotes->list[remotes->n++];
		remote->name = arena_printf(arena, "%s", below);
		remote->subject = remote->name;
		remote->version = 1;
		remote->text = read_file(path, arena);
	}
	closedir(dir);
}

static struct scute_str text_of(const struct json *value, struct scute_arena *arena)
{
	struct buf buf;
	struct json_out out;

	buf_init_arena(&buf, ARENA_BYTES, arena);
	out = json_out(&buf);
	json_out_tree(&out, value, JSON_AS_READ);
	if (buf.failed) {
		die("out of memory for", "a value");
	}
	return buf_str(&buf);
}

static void tell(const char *file, const struct json *group, const struct json *test,
	const char *got)
{
	struct buf buf;
	struct json_out out;

	buf_init(&buf, 1 << 20);
	out = json_out(&buf);
	json_out_object(&out);
	json_out_key(&out, "file");
	json_out_z(&out, file);
	json_out_key(&out, "group");
	json_out_str(&out, json_get(group, "description")->text);
	json_out_key(&out, "test");
	json_out_str(&out, json_get(test, "description")->text);
	json_out_key(&out, "expected");
	json_out_bool(&out, json_get(test, "valid")->type == JSON_TRUE);
	json_out_key(&out, "got");
	json_out_z(&out, got);
	json_out_object_end(&out);
	printf("%.*s\n", (int)buf.len, buf.data);
	buf_finish(&buf);
}

static void run_group(const char *file, const struct json *group, const struct remotes *remotes)
{
	struct arena arena;
	struct scute_error err;
	const struct scute_schema *schema = NULL;

	arena_init(&arena, ARENA_BYTES);
	struct scute_source source = {
		.size = sizeof(source), .references = remotes->list, .n_references = remotes->n,
		.text = text_of(json_get(group, "schema"), &arena.base),
	};
	enum scute_status status = js_parse(&source, &arena.base, &schema, &err);
	const struct json *test = json_get(group, "tests")->children;
	for (; test; test = test->next) {
		if (status == SCUTE_OK) {
			struct scute_str text = text_of(json_get(test, "data"), &arena.base);
			enum scute_status verdict = js_validate(schema, text, &arena.base, &err);
			tell(file, group, test, verdict == SCUTE_OK ? "valid" :
				verdict == SCUTE_EINVAL ? "invalid" : err.text);
		} else {
			tell(file, group, test, err.text);
		}
	}
	arena_finish(&arena);
}

static void run_file(const char *file, const struct remotes *remotes)
{
	struct arena arena;
	struct scute_error err;
	const struct json *groups;

	arena_init(&arena, ARENA_BYTES);
	struct scute_str text = read_file(file, &arena.base);
	if (json_read(text, NULL, &arena.base, &groups, &err) != SCUTE_OK) {
		die(file, err.text);
	}
	for (const struct json *group = groups->children; group; group = group->next) {
		run_group(file, group, remotes);
	}
	arena_finish(&arena);
}

int main(int argc, char **argv)
{
	static struct remotes remotes;
	struct js_options options;
	struct arena arena;

	if (argc < 5 || !js_draft_by_name(str_z(argv[1]), &options.default_draft)) {
		die("usage", "jsonschema_suite DRAFT format|plain REMOTES FILE...");
	}
	options.format_assertion = strcmp(argv[2], "format") == 0;
	js_options_set(options);
	arena_init(&arena, ARENA_BYTES);
	read_remotes(argv[3], url, &arena.base, &remotes);
	for (int i = 4; i < argc; i++) {
		run_file(argv[i], &remotes);
	}
	arena_finish(&arena);
	return 0;
}
