/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A small compiler for tests against protoc:
 *
 *	pb_tool descriptor FILE.proto [DIR ..]     the FileDescriptorProto's bytes
 *	pb_tool check FILE.proto [DIR ..]          nothing, or the error
 *	pb_tool time FILE.proto [DIR ..]           microseconds of one parse, the best of many
 *
 * FILE is named as it is imported, and sought in the DIRs ("." if there are none) as are its
 * imports; built-in files need no DIR. The result goes to the standard output, an error to the
 * standard error with status 1; status 2 says that a file can not be read.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "descriptor.h"
#include "protobuf.h"
#include "support/arena.h"
#include "support/buf.h"
#include "support/str.h"
#include "wellknown.h"

#define FILES_MAX 4096

struct tool {
	struct arena arena;
	char **dirs;
	int n_dirs;
	struct scute_reference files[FILES_MAX];
	size_t n_files;
	struct scute_str seen[FILES_MAX];
	size_t n_seen;
};

static bool read_file(struct tool *tool, struct scute_str path, struct scute_str *ret_text)
{
	char name[4096];
	struct buf buf;
	FILE *file = NULL;
	size_t n;

	for (int i = 0; i < tool->n_dirs && !file; i++) {
		snprintf(name, sizeof(name), "%s/%.*s", tool->dirs[i], STR_ARGS(path));
		file = fopen(name, "rb");
	}
	if (!file) {
		return false;
	}
	buf_init_arena(&buf, SIZE_MAX / 2, &tool->arena.base);
	buf_append_z(&buf, "");
	do {
		char piece[4096];
		n = fread(piece, 1, sizeof(piece), file);
		buf_append(&buf, piece, n);
	} while (n > 0);
	fclose(file);
	*ret_text = buf_str(&buf);
	return true;
}

/* What the text imports, roughly: any quoted text behind the word import. */
static void gather(struct tool *tool, struct scute_str text);

static void gather_file(struct tool *tool, struct scute_str path)
{
	struct scute_str text;

	for (size_t i = 0; i < tool->n_seen; i++) {
		if (str_eq(tool->seen[i], path)) {
			return;
		}
	}
	if (tool->n_seen == FILES_MAX || !read_file(tool, path, &text)) {
		return;
	}
	tool->seen[tool->n_seen++] = path;
	gather(tool, text);
	tool->files[tool->n_files++] = (struct scute_reference){ .name = path, .subject = path,
		.version = 1, .text = text };
}

static void gather(struct tool *tool, struct scute_str text)
{
	const char *at = text.data;
	const char *end = text.data + text.len;

	while (at && (at = memmem(at, (size_t)(end - at), "import", 6))) {
		at += 6;
		const char *semicolon = memchr(at, ';', (size_t)(end - at));
		if (!semicolon) {
			return;
		}
		const char *open = memchr(at, '"', (size_t)(semicolon - at));
		const char *close = open ? memchr(open + 1, '"', (size_t)(semicolon - open - 1))
					 : NULL;
		if (close) {
			gather_file(tool, (struct scute_str){ open + 1,
						  (size_t)(close - open - 1) });
		}
	}
}

static double now(void)
{
	struct timespec at;

	clock_gettime(CLOCK_MONOTONIC, &at);
	return (double)at.tv_sec * 1e6 + (double)at.tv_nsec / 1e3;
}

static void measure(const struct scute_source *source)
{
	double best = 1e12;

	for (unsigned i = 0; i < 300; i++) {
		struct arena arena;
		struct scute_error err;
		const struct scute_schema *schema;
		double start = now();
		arena_init(&arena, 256u << 20);
		pb_parse(source, &arena.base, &schema, &err);
		arena_finish(&arena);
		double took = now() - start;
		best = took < best ? took : best;
	}
	printf("%.0f\n", best);
}

static int run(struct tool *tool, const char *what, struct scute_str path)
{
	struct scute_source source = { .size = sizeof(source) };
	struct scute_error err = { 0 };
	const struct scute_schema *schema;
	struct scute_str out = { NULL, 0 };

	if (!read_file(tool, path, &source.text)) {
		fprintf(stderr, "%.*s can not be read\n", STR_ARGS(path));
		return 2;
	}
	gather(tool, source.text);
	source.references = tool->files;
	source.n_references = tool->n_files;
	enum scute_status status = pb_parse(&source, &tool->arena.base, &schema, &err);
	if (status == SCUTE_OK && strcmp(what, "descriptor") == 0) {
		status = pb_descriptor_write(schema->file, path, &tool->arena.base, &out, &err);
	}
	if (status != SCUTE_OK) {
		fprintf(stderr, "%.*s:%s\n", STR_ARGS(path), err.text);
		return 1;
	}
	if (strcmp(what, "time") == 0) {
		measure(&source);
	}
	return out.len == 0 || fwrite(out.data, 1, out.len, stdout) == out.len ? 0 : 2;
}

int main(int argc, char **argv)
{
	static struct tool tool;
	static char here[] = ".";
	static char *here_only[] = { here };

	if (argc < 3) {
		fprintf(stderr, "usage: %s descriptor|check|time FILE.proto [DIR ..]\n", argv[0]);
		return 2;
	}
	tool.dirs = argc > 3 ? argv + 3 : here_only;
	tool.n_dirs = argc > 3 ? argc - 3 : 1;
	arena_init(&tool.arena, 1u << 30);
	int rc = run(&tool, argv[1], str_z(argv[2]));
	arena_finish(&tool.arena);
	return rc;
}
