/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How many records a second the JSON Schema validator judges:
 *
 *   jsonschema_bench SCHEMA RECORDS SECONDS
 *
 * RECORDS has a record a line. Writes a line of JSON: records a second from text to verdict, as
 * the REST proxy does it; reading alone; and judging alone, of records that were read before.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "support/arena.h"
#include "support/str.h"

#include "schema.h"
#include "validate.h"

enum {
	ARENA_BYTES = 256 << 20,
	RECORDS_MAX = 4096,
	FILE_BYTES_MAX = 16 << 20,
};

struct bench {
	const struct scute_schema *schema;
	struct scute_str records[RECORDS_MAX];
	const struct json *trees[RECORDS_MAX];
	size_t n;
	size_t n_valid; /* of the last round */
	struct arena scratch;
};

/* Of the process: what else the machine does is left out, as for the peers. */
static double now(void)
{
	struct timespec at;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &at);
	return (double)at.tv_sec + (double)at.tv_nsec / 1e9;
}

static void die(const char *what)
{
	fprintf(stderr, "jsonschema_bench: %s\n", what);
	exit(2);
}

static struct scute_str read_file(const char *path)
{
	FILE *file = fopen(path, "rb");
	char *data = malloc(FILE_BYTES_MAX);

	if (!file || !data) {
		die(path);
	}
	size_t len = fread(data, 1, FILE_BYTES_MAX, file);
	fclose(file);
	return (struct scute_str){ data, len };
}

static void split(struct bench *bench, struct scute_str text)
{
	while (text.len > 0 && bench->n < RECORDS_MAX) {
		const char *end = memchr(text.data, '\n', text.len);
		size_t len = end ? (size_t)(end - text.data) : text.len;
		if (len > 0) {
			bench->records[bench->n++] = (struct scute_str){ text.data, len };
		}
		len += end != NULL;
		text = (struct scute_str){ text.data + len, text.len - len };
	}
}

static bool read_and_judge(struct bench *bench, size_t i)
{
	struct scute_error err;

	return js_validate(bench->schema, bench->records[i], &bench->scratch.base, &err) ==
	       SCUTE_OK;
}

static bool read_only(struct bench *bench, size_t i)
{
	const struct json *tree;

	return json_read(bench->records[i], NULL, &bench->scratch.base, &tree, NULL) == SCUTE_OK;
}

static bool judge_only(struct bench *bench, size_t i)
{
	struct scute_error err;

	return js_validate_tree(bench->schema, bench->trees[i], &bench->scratch.base, &err) ==
	       SCUTE_OK;
}

static double rate(struct bench *bench, bool (*step)(struct bench *bench, size_t i),
	double seconds)
{
	double begin = now();
	double end = begin;
	unsigned long n = 0;

	while (end - begin < seconds) {
		bench->n_valid = 0;
		for (size_t i = 0; i < bench->n; i++) {
			bench->n_valid += step(bench, i);
			arena_reset(&bench->scratch);
		}
		n += bench->n;
		end = now();
	}
	return (double)n / (end - begin);
}

int main(int argc, char **argv)
{
	static struct bench bench;
	struct scute_error err;
	struct arena arena;

	if (argc != 4) {
		die("usage: jsonschema_bench SCHEMA RECORDS SECONDS");
	}
	arena_init(&arena, ARENA_BYTES);
	arena_init(&bench.scratch, ARENA_BYTES);
	struct scute_source source = { .size = sizeof(source), .text = read_file(argv[1]) };
	if (js_parse(&source, &arena.base, &bench.schema, &err) != SCUTE_OK) {
		die(err.text);
	}
	split(&bench, read_file(argv[2]));
	for (size_t i = 0; i < bench.n; i++) {
		if (json_read(bench.records[i], NULL, &arena.base, &bench.trees[i], &err) !=
			SCUTE_OK) {
			die(err.text);
		}
	}
	double seconds = atof(argv[3]);
	double text = rate(&bench, read_and_judge, seconds);
	size_t n_valid = bench.n_valid;
	double reading = rate(&bench, read_only, seconds);
	double judging = rate(&bench, judge_only, seconds);
	if (bench.n_valid != n_valid) {
		die("two ways, two verdicts");
	}
	printf("{\"records\": %zu, \"valid\": %zu, \"text_per_s\": %.0f, \"read_per_s\": %.0f, "
		"\"tree_per_s\": %.0f}\n", bench.n, n_valid, text, reading, judging);
	arena_finish(&bench.scratch);
	arena_finish(&arena);
	return 0;
}
