/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Speed of the Protobuf plugin on one core:
 *
 *	protobuf_bench codec FILE.proto FILE.json      nanoseconds to encode and to decode the datum as
 *	                                               the schema's first message
 *	protobuf_bench parse FILE.proto                nanoseconds to parse and link the text
 *
 * Prints a JSON object. Each number is the best of several rounds: on a busy machine that is
 * the one that says most about the code.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "protobuf.h"
#include "support/arena.h"
#include "support/buf.h"
#include "support/str.h"

enum {
	ROUNDS = 15,
	ROUND_NS = 30 * 1000 * 1000,
	ARENA_BYTES = 256 * 1024 * 1024,
};

struct bench {
	struct arena schemas;
	struct arena calls;
	struct scute_str text;
	struct scute_str json;
	struct scute_str payload;
	const struct scute_schema *schema;
	struct scute_error err;
};

static struct scute_str read_file(const char *path)
{
	struct buf buf;
	char piece[4096];
	size_t n;
	FILE *file = fopen(path, "rb");

	if (!file) {
		perror(path);
		exit(2);
	}
	buf_init(&buf, SIZE_MAX / 4);
	while ((n = fread(piece, 1, sizeof(piece), file)) > 0) {
		buf_append(&buf, piece, n);
	}
	fclose(file);
	return buf_str(&buf);
}

static double now_ns(void)
{
	struct timespec at;

	clock_gettime(CLOCK_MONOTONIC, &at);
	return (double)at.tv_sec * 1e9 + (double)at.tv_nsec;
}

static void must(enum scute_status status, const struct scute_error *err)
{
	if (status != SCUTE_OK) {
		fprintf(stderr, "%s\n", err->text);
		exit(1);
	}
}

static void do_parse(struct bench *bench)
{
	struct scute_source source = { .size = sizeof(source), .text = bench->text };

	must(pb_parse(&source, &bench->schemas.base, &bench->schema, &bench->err), &bench->err);
	arena_reset(&bench->schemas);
}

static void do_encode(struct bench *bench)
{
	struct scute_str payload;

	must(pb_encode(bench->schema, bench->json, &bench->calls.base, &payload, &bench->err),
		&bench->err);
	arena_reset(&bench->calls);
}

static void do_decode(struct bench *bench)
{
	struct scute_str json;

	must(pb_decode(bench->schema, bench->payload, &bench->calls.base, &json, &bench->err),
		&bench->err);
	arena_reset(&bench->calls);
}

/* Nanoseconds a call. */
static double measure(struct bench *bench, void (*call)(struct bench *bench))
{
	double best = 1e18;

	for (int round = 0; round < ROUNDS; round++) {
		double begin = now_ns();
		double took;
		unsigned n = 0;
		do {
			for (int i = 0; i < 16; i++) {
				call(bench);
			}
			n += 16;
			took = now_ns() - begin;
		} while (took < ROUND_NS);
		best = took / n < best ? took / n : best;
	}
	return best;
}

static void bench_codec(struct bench *bench, const char *json_path)
{
	struct scute_source source = { .size = sizeof(source), .text = bench->text };
	struct arena kept;

	arena_init(&kept, ARENA_BYTES);
	bench->json = read_file(json_path);
	must(pb_parse(&source, &bench->schemas.base, &bench->schema, &bench->err), &bench->err);
	must(pb_encode(bench->schema, bench->json, &kept.base, &bench->payload, &bench->err),
		&bench->err);
	printf("{\"payload_bytes\":%zu,\"encode_ns\":%.0f,", bench->payload.len,
		measure(bench, do_encode));
	printf("\"decode_ns\":%.0f}\n", measure(bench, do_decode));
	free((char *)bench->json.data);
	arena_finish(&kept);
}

int main(int argc, char **argv)
{
	struct bench bench = { .schema = NULL };

	if (argc < 3 || (strcmp(argv[1], "codec") == 0) != (argc == 4)) {
		fprintf(stderr, "usage: protobuf_bench codec FILE.proto FILE.json | "
			"parse FILE.proto\n");
		return 2;
	}
	arena_init(&bench.schemas, ARENA_BYTES);
	arena_init(&bench.calls, ARENA_BYTES);
	bench.text = read_file(argv[2]);
	if (argc == 4) {
		bench_codec(&bench, argv[3]);
	} else {
		printf("{\"parse_ns\":%.0f}\n", measure(&bench, do_parse));
	}
	free((char *)bench.text.data);
	arena_finish(&bench.calls);
	arena_finish(&bench.schemas);
	return 0;
}
