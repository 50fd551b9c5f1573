/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The Protobuf plugin as a filter, for tests that compare it with other implementations: one
 * process answers many requests, so that they cost microseconds each.
 *
 * A request on stdin is a count and as many strings, a string its length and its bytes, all
 * numbers 32 bits in the machine's own order. The first string is the command. The answer on
 * stdout is made likewise: "ok" and the results, or "error", status, line, column, text.
 *
 *	parse FLAGS TEXT [PATH TEXT ..]  keeps the schema for what follows; references after
 *	                                 those that they need; FLAGS "s": stored
 *	descriptor NAME                  serialised FileDescriptorProto
 *	canonical | normalize | serialized
 *	encode NAME JSON                 NAME empty: the first message
 *	decode PAYLOAD
 *	builtin PATH                     the descriptor of a built-in file
 *	builtins                         their paths
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "descriptor.h"
#include "protobuf.h"
#include "support/arena.h"
#include "support/buf.h"
#include "support/str.h"
#include "wellknown.h"

enum {
	STRINGS_MAX = 4096,
	STRING_MAX_BYTES = 64 * 1024 * 1024,
	ARENA_MAX_BYTES = 1024 * 1024 * 1024,
};

struct oracle {
	struct arena request; /* this request's strings and results */
	struct arena schema;  /* the source that was parsed last, and its schema */
	struct scute_source source;
	const struct scute_schema *parsed; /* NULL: none */
	struct scute_str *args;
	uint32_t n_args;
	struct scute_error err;
};

static bool read_all(void *to, size_t len)
{
	return fread(to, 1, len, stdin) == len;
}

static void *must(void *memory)
{
	if (memory == NULL) {
		fprintf(stderr, "pb_oracle: out of memory\n");
		exit(2);
	}
	return memory;
}

static struct scute_str read_string(struct arena *arena)
{
	uint32_t len;

	if (!read_all(&len, sizeof(len)) || len > STRING_MAX_BYTES) {
		exit(2);
	}
	char *data = must(arena_zalloc(&arena->base, 1, (size_t)len + 1));
	if (!read_all(data, len)) {
		exit(2);
	}
	return (struct scute_str){ data, len };
}

/* False: the end of stdin. */
static bool read_request(struct oracle *o)
{
	if (!read_all(&o->n_args, sizeof(o->n_args))) {
		return false;
	}
	if (o->n_args == 0 || o->n_args > STRINGS_MAX) {
		exit(2);
	}
	o->args = must(arena_zalloc(&o->request.base, o->n_args, sizeof(*o->args)));
	for (uint32_t i = 0; i < o->n_args; i++) {
		o->args[i] = read_string(&o->request);
	}
	return true;
}

static void write_all(const void *data, size_t len)
{
	if (len > 0 && fwrite(data, 1, len, stdout) != len) {
		exit(2);
	}
}

static void write_strings(const struct scute_str *strings, uint32_t count)
{
	write_all(&count, sizeof(count));
	for (uint32_t i = 0; i < count; i++) {
		uint32_t len = (uint32_t)strings[i].len;
		write_all(&len, sizeof(len));
		write_all(strings[i].data, strings[i].len);
	}
}

static void answer(struct oracle *o, enum scute_status status, struct scute_str result)
{
	struct scute_arena *arena = &o->request.base;

	if (status == SCUTE_OK) {
		write_strings((struct scute_str[]){ str_z("ok"), result }, 2);
		return;
	}
	struct scute_str parts[] = {
		str_z("error"),
		arena_printf(arena, "%d", (int)status),
		arena_printf(arena, "%d", (int)o->err.line),
		arena_printf(arena, "%d", (int)o->err.column),
		str_z(o->err.text),
	};
	write_strings(parts, 5);
}

static struct scute_str arg(const struct oracle *o, uint32_t i)
{
	return i < o->n_args ? o->args[i] : str_z("");
}

/* A copy that lasts until the next parse. */
static struct scute_str keep(struct oracle *o, struct scute_str text)
{
	struct scute_str copy = arena_copy(&o->schema.base, text);
	if (copy.data == NULL && text.len > 0) {
		must(NULL);
	}
	return copy;
}

static enum scute_status parse(struct oracle *o)
{
	arena_finish(&o->schema);
	arena_init(&o->schema, ARENA_MAX_BYTES);
	o->parsed = NULL;
	uint32_t n = o->n_args > 3 ? (o->n_args - 3) / 2 : 0;
	struct scute_reference *references =
		must(arena_zalloc(&o->schema.base, n + 1, sizeof(*references)));
	for (uint32_t i = 0; i < n; i++) {
		struct scute_str path = keep(o, o->args[3 + 2 * i]);
		references[i] = (struct scute_reference){
			.name = path,
			.subject = path,
			.version = 1,
			.text = keep(o, o->args[4 + 2 * i]),
		};
	}
	o->source = (struct scute_source){
		.size = sizeof(o->source),
		.flags = str_eq_z(arg(o, 1), "s") ? SCUTE_SOURCE_STORED : 0,
		.text = keep(o, arg(o, 2)),
		.references = references,
		.n_references = n,
	};
	return pb_parse(&o->source, &o->schema.base, &o->parsed, &o->err);
}

static enum scute_status builtin(struct oracle *o, struct scute_str *ret_result)
{
	const struct pb_file *file = pb_wellknown(arg(o, 1));

	if (file == NULL) {
		return error_set(&o->err, SCUTE_EREFERENCE, "no such built-in file");
	}
	return pb_descriptor_write(file, file->path, &o->request.base, ret_result, &o->err);
}

/* What works on the schema parsed last. */
static enum scute_status on_schema(struct oracle *o, struct scute_str command,
	struct scute_str *ret_result)
{
	struct scute_arena *arena = &o->request.base;
	const struct scute_schema *schema = o->parsed;
	struct scute_error *err = &o->err;

	if (schema == NULL) {
		return error_set(err, SCUTE_EINVAL, "no schema was parsed");
	}
	if (str_eq_z(command, "descriptor")) {
		return pb_descriptor_write(schema->file, arg(o, 1), arena, ret_result, err);
	}
	if (str_eq_z(command, "canonical")) {
		return pb_canonical(schema, arena, ret_result, err);
	}
	if (str_eq_z(command, "normalize")) {
		return pb_normalize(schema, arena, ret_result, err);
	}
	if (str_eq_z(command, "serialized")) {
		return pb_render(schema, command, arena, ret_result, err);
	}
	if (str_eq_z(command, "decode")) {
		return pb_decode(schema, arg(o, 1), arena, ret_result, err);
	}
	if (str_eq_z(command, "encode") && arg(o, 1).len == 0) {
		return pb_encode(schema, arg(o, 2), arena, ret_result, err);
	}
	if (str_eq_z(command, "encode")) {
		return pb_encode_as(schema, arg(o, 1), arg(o, 2), arena, ret_result, err);
	}
	return error_set(err, SCUTE_EUNSUPPORTED, "unknown command");
}

static void answer_one(struct oracle *o)
{
	struct scute_str command = o->args[0];
	struct scute_str result = { NULL, 0 };

	memset(&o->err, 0, sizeof(o->err));
	if (str_eq_z(command, "builtins")) {
		size_t n = 0;
		const struct scute_str *paths = pb_wellknown_paths(&n);
		write_strings(paths, (uint32_t)n);
	} else if (str_eq_z(command, "parse")) {
		answer(o, parse(o), result);
	} else if (str_eq_z(command, "builtin")) {
		enum scute_status status = builtin(o, &result);
		answer(o, status, result);
	} else {
		enum scute_status status = on_schema(o, command, &result);
		answer(o, status, result);
	}
	fflush(stdout);
}

int main(void)
{
	struct oracle o = { .parsed = NULL };

	arena_init(&o.schema, ARENA_MAX_BYTES);
	arena_init(&o.request, ARENA_MAX_BYTES);
	while (read_request(&o)) {
		answer_one(&o);
		arena_reset(&o.request);
	}
	arena_finish(&o.request);
	arena_finish(&o.schema);
	return 0;
}
