/* SPDX-License-Identifier: Apache-2.0 */
/* The codec under input that means harm: deep, wide, repeated, and without memory. */
#include "codec_test.h"

#include <stdio.h>
#include <stdlib.h>

#include "wire.h"

#define DEEP 20000

/* Schemas on their own arena, results on another. */
struct fixture {
	struct arena schemas;
	struct arena arena;
	const struct scute_schema *by_id[CODEC_SCHEMAS];
	struct buf buf;
};

static int set_up(void **state)
{
	static struct fixture fixture;

	arena_init(&fixture.schemas, ARENA_BYTES);
	arena_init(&fixture.arena, ARENA_BYTES);
	for (int i = 0; i < CODEC_SCHEMAS; i++) {
		fixture.by_id[i] = pb_test_valid(&fixture.schemas, codec_schema_texts[i], NULL);
	}
	buf_init(&fixture.buf, 64u << 20);
	*state = &fixture;
	return 0;
}

static int tear_down(void **state)
{
	struct fixture *fixture = *state;

	buf_finish(&fixture->buf);
	arena_finish(&fixture->arena);
	arena_finish(&fixture->schemas);
	return 0;
}

static void start(struct fixture *fixture)
{
	buf_reset(&fixture->buf);
	arena_reset(&fixture->arena);
}

static void repeat(struct buf *buf, const char *bytes, size_t len, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		buf_append(buf, bytes, len);
	}
	assert_false(buf->failed);
}

static void decode_is(struct fixture *fixture, enum codec_schema id, enum scute_status wanted,
	const char *text)
{
	struct scute_error err = { 0 };
	struct scute_str json = { NULL, 0 };
	enum scute_status status = pb_decode(fixture->by_id[id], buf_str(&fixture->buf),
		&fixture->arena.base, &json, &err);

	if (status != wanted || (status != SCUTE_OK && !strstr(err.text, text))) {
		print_error("status %d, \"%s\"\n", (int)status, err.text);
		fail();
	}
	if (status == SCUTE_OK && text) {
		assert_str(json, text);
	}
}

static void encode_is(struct fixture *fixture, enum codec_schema id, enum scute_status wanted,
	const char *text)
{
	struct scute_error err = { 0 };
	struct scute_str payload;
	enum scute_status status = pb_encode(fixture->by_id[id], buf_str(&fixture->buf),
		&fixture->arena.base, &payload, &err);

	if (status != wanted || (status != SCUTE_OK && !strstr(err.text, text))) {
		print_error("status %d, \"%s\"\n", (int)status, err.text);
		fail();
	}
}

/* n messages, each in the field of the one around it, innermost first: tag and length. */
static void nest(struct buf *buf, unsigned tag, size_t n)
{
	size_t room = n * 8;
	uint8_t *bytes = malloc(room);
	size_t at = room;

	assert_non_null(bytes);
	for (size_t i = 0; i < n; i++) {
		uint8_t head[20];
		size_t len = wire_put_varint(head, tag);
		len += wire_put_varint(head + len, room - at);
		at -= len;
		memcpy(bytes + at, head, len);
	}
	buf_append_byte(buf, 0);
	buf_append(buf, bytes + at, room - at);
	free(bytes);
	assert_false(buf->failed);
}

static void deep_messages(void **state)
{
	struct fixture *fixture = *state;

	start(fixture);
	nest(&fixture->buf, 17 << 3 | WIRE_LENGTH, DEEP);
	decode_is(fixture, CODEC_PROTO3, SCUTE_ELIMIT, "messages are nested deeper than 128");
	start(fixture);
	nest(&fixture->buf, 17 << 3 | WIRE_LENGTH, 127);
	decode_is(fixture, CODEC_PROTO3, SCUTE_OK, NULL);
	start(fixture);
	nest(&fixture->buf, 17 << 3 | WIRE_LENGTH, 128);
	decode_is(fixture, CODEC_PROTO3, SCUTE_ELIMIT, "messages are nested deeper than 128");
}

static void deep_groups(void **state)
{
	struct fixture *fixture = *state;

	/* Known ones: many { m { many .. } }, the field m of a message; and d of the edition. */
	start(fixture);
	buf_append_byte(&fixture->buf, 0);
	repeat(&fixture->buf, "\x23", 1, DEEP);
	repeat(&fixture->buf, "\x24", 1, DEEP);
	decode_is(fixture, CODEC_EDITION, SCUTE_ELIMIT, "nested deeper than 128");
	/* Unknown ones. */
	start(fixture);
	buf_append_byte(&fixture->buf, 0);
	repeat(&fixture->buf, "\xa3\x1f", 2, DEEP);
	repeat(&fixture->buf, "\xa4\x1f", 2, DEEP);
	decode_is(fixture, CODEC_PROTO3, SCUTE_ELIMIT, "groups are nested deeper than 128");
	/* Begun and never ended. */
	start(fixture);
	buf_append_byte(&fixture->buf, 0);
	repeat(&fixture->buf, "\xa3\x1f", 2, 100);
	decode_is(fixture, CODEC_PROTO3, SCUTE_EINVAL, "a group does not end");
}

static void deep_json(void **state)
{
	struct fixture *fixture = *state;

	start(fixture);
	repeat(&fixture->buf, "{\"sub\":", 7, DEEP);
	buf_append_z(&fixture->buf, "{}");
	repeat(&fixture->buf, "}", 1, DEEP);
	encode_is(fixture, CODEC_PROTO3, SCUTE_ELIMIT, "nested deeper than");
	start(fixture);
	repeat(&fixture->buf, "{\"sub\":", 7, 128);
	buf_append_z(&fixture->buf, "{}");
	repeat(&fixture->buf, "}", 1, 128);
	encode_is(fixture, CODEC_PROTO3, SCUTE_ELIMIT, "messages are nested deeper than 128");
	/* A Value in a ListValue in a Value: two messages a bracket. */
	start(fixture);
	buf_append_z(&fixture->buf, "{\"value\":");
	repeat(&fixture->buf, "[", 1, 100);
	repeat(&fixture->buf, "]", 1, 100);
	buf_append_z(&fixture->buf, "}");
	encode_is(fixture, CODEC_WELL_KNOWN, SCUTE_ELIMIT, "messages are nested deeper than 128");
	start(fixture);
	repeat(&fixture->buf, "[", 1, DEEP);
	encode_is(fixture, CODEC_PROTO3, SCUTE_ELIMIT, "nested deeper than");
}

/* Anys in one another: each is parsed only when the one around it is written. */
static void deep_anys(void **state)
{
	struct fixture *fixture = *state;
	struct buf inner;

	buf_init(&inner, 64u << 20);
	for (int i = 0; i < 300; i++) {
		struct buf outer;
		uint8_t length[10];
		buf_init(&outer, 64u << 20);
		buf_append_z(&outer, "\x0a\x15" "a/google.protobuf.Any");
		buf_append_byte(&outer, 0x12);
		buf_append(&outer, length, wire_put_varint(length, inner.len));
		buf_append_str(&outer, buf_str(&inner));
		buf_finish(&inner);
		inner = outer;
	}
	start(fixture);
	uint8_t length[10];
	buf_append(&fixture->buf, "\x00\x0a", 2);
	buf_append(&fixture->buf, length, wire_put_varint(length, inner.len));
	buf_append_str(&fixture->buf, buf_str(&inner));
	buf_finish(&inner);
	decode_is(fixture, CODEC_WELL_KNOWN, SCUTE_ELIMIT, "messages are nested deeper than 128");
	/* The same in JSON. */
	start(fixture);
	buf_append_z(&fixture->buf, "{\"any\":");
	repeat(&fixture->buf, "{\"@type\":\"a/google.protobuf.Any\",\"value\":", 41, 200);
	buf_append_z(&fixture->buf, "{}");
	repeat(&fixture->buf, "}", 1, 201);
	encode_is(fixture, CODEC_WELL_KNOWN, SCUTE_ELIMIT, "messages are nested deeper than 128");
}

/* Protobuf-c would copy all that is there for each piece. */
static void many_pieces(void **state)
{
	struct fixture *fixture = *state;
	struct scute_error err = { 0 };
	struct scute_str json;

	start(fixture);
	buf_append_byte(&fixture->buf, 0);
	repeat(&fixture->buf, "\x8a\x01\x03\x98\x01\x01", 6, 200000);
	assert_int_equal(pb_decode(fixture->by_id[CODEC_PROTO3], buf_str(&fixture->buf),
		&fixture->arena.base, &json, &err), SCUTE_OK);
	assert_int_equal(json.len, strlen("{\"sub\":{\"nums\":[]}}") + 200000 * 2 - 1);
}

/* Two pieces a level: to walk a level once for each of them would double all below it. */
static void pieces_in_pieces(void **state)
{
	struct fixture *fixture = *state;
	struct buf inner;

	buf_init(&inner, 64u << 20);
	buf_append_z(&inner, "\x08\x07");
	for (int i = 0; i < 100; i++) {
		struct buf outer;
		uint8_t length[10];
		buf_init(&outer, 64u << 20);
		buf_append(&outer, "\x8a\x01\x00", 3);
		buf_append(&outer, "\x8a\x01", 2);
		buf_append(&outer, length, wire_put_varint(length, inner.len));
		buf_append_str(&outer, buf_str(&inner));
		buf_finish(&inner);
		inner = outer;
	}
	start(fixture);
	buf_append_byte(&fixture->buf, 0);
	buf_append_str(&fixture->buf, buf_str(&inner));
	buf_finish(&inner);
	decode_is(fixture, CODEC_PROTO3, SCUTE_OK, NULL);
}

static void many_unknown_fields(void **state)
{
	struct fixture *fixture = *state;

	start(fixture);
	buf_append_byte(&fixture->buf, 0);
	repeat(&fixture->buf, "\xa0\x1f\x01", 3, 1000000);
	decode_is(fixture, CODEC_PROTO3, SCUTE_OK, "{}");
	start(fixture);
	buf_append_byte(&fixture->buf, 0);
	repeat(&fixture->buf, "\xa3\x1f\xa4\x1f", 4, 500000);
	decode_is(fixture, CODEC_PROTO3, SCUTE_OK, "{}");
}

static void too_many_items(void **state)
{
	struct fixture *fixture = *state;
	uint8_t length[10];

	/* Packed: one item a byte; items_max is a million. */
	start(fixture);
	buf_append(&fixture->buf, "\x00\x9a\x01", 3);
	buf_append(&fixture->buf, length, wire_put_varint(length, 1000001));
	repeat(&fixture->buf, "\x01", 1, 1000001);
	decode_is(fixture, CODEC_PROTO3, SCUTE_ELIMIT, "more than 1000000 items in one datum");
	start(fixture);
	buf_append_byte(&fixture->buf, 0);
	repeat(&fixture->buf, "\xb2\x01\x00", 3, 1000000);
	decode_is(fixture, CODEC_PROTO3, SCUTE_ELIMIT, "more than 1000000 items in one datum");
	start(fixture);
	buf_append_z(&fixture->buf, "{\"nums\":[1");
	repeat(&fixture->buf, ",1", 2, 1000000);
	buf_append_z(&fixture->buf, "]}");
	encode_is(fixture, CODEC_PROTO3, SCUTE_ELIMIT, "1000000");
}

/* A few bytes of an empty message, of a type that is large in memory. */
static void large_types(void **state)
{
	struct fixture *fixture = *state;
	struct scute_error err = { 0 };
	struct scute_str out;
	const struct scute_schema *schema;
	struct buf text;

	start(fixture);
	buf_init(&text, 1 << 20);
	buf_append_z(&text, "syntax = \"proto3\"; message L { repeated B b = 1; } message B {");
	for (int i = 1; i <= 2000; i++) {
		buf_printf(&text, "string f%d = %d;", i, i);
	}
	buf_append_z(&text, "}");
	buf_append_byte(&text, '\0');
	schema = pb_test_valid(&fixture->schemas, text.data, NULL);
	buf_append_byte(&fixture->buf, 0);
	repeat(&fixture->buf, "\x0a\x00", 2, 500000);
	assert_int_equal(pb_decode(schema, buf_str(&fixture->buf), &fixture->arena.base, &out, &err),
		SCUTE_ELIMIT);
	assert_true(fixture->arena.used_bytes < 64u << 20);
	start(fixture);
	buf_append_z(&fixture->buf, "{\"b\":[{}");
	repeat(&fixture->buf, ",{}", 3, 500000);
	buf_append_z(&fixture->buf, "]}");
	assert_int_equal(pb_encode(schema, buf_str(&fixture->buf), &fixture->arena.base, &out, &err),
		SCUTE_ELIMIT);
	assert_true(fixture->arena.used_bytes < 200u << 20);
	buf_finish(&text);
}

/* Entries with the same key, and in the worst order. */
static void large_maps(void **state)
{
	struct fixture *fixture = *state;
	char entry[32];

	start(fixture);
	buf_append_byte(&fixture->buf, 0);
	for (int i = 100000; i > 0; i--) {
		int len = snprintf(entry, sizeof(entry), "\xc2\x01\x09\x0a\x05%05d\x10\x01", i % 7);
		buf_append(&fixture->buf, entry, (size_t)len);
	}
	decode_is(fixture, CODEC_PROTO3, SCUTE_OK, "{\"counts\":{\"00000\":1,\"00001\":1,"
		"\"00002\":1,\"00003\":1,\"00004\":1,\"00005\":1,\"00006\":1}}");
}

static void limits_of_the_source(void **state)
{
	static const struct scute_limits limits = {
		.size = sizeof(limits), .depth_max = 5, .bytes_max = 200, .items_max = 50 };
	struct fixture *fixture = *state;
	struct scute_source source;
	struct scute_error err = { 0 };
	const struct scute_schema *schema;
	struct scute_str out;

	start(fixture);
	source = pb_test_source(&fixture->schemas, SCUTE_STR("syntax = \"proto3\"; message M { "
		"M m = 1; bytes b = 2; repeated int32 n = 3; }"), NULL, 0);
	source.limits = &limits;
	assert_int_equal(pb_parse(&source, &fixture->schemas.base, &schema, &err), SCUTE_OK);
	assert_int_equal(pb_decode(schema, codec_bytes(&fixture->arena, "00 0a08 0a06 0a04 0a02 0a00"),
		&fixture->arena.base, &out, &err), SCUTE_ELIMIT);
	assert_int_equal(pb_decode(schema, codec_bytes(&fixture->arena, "00 0a06 0a04 0a02 0a00"),
		&fixture->arena.base, &out, &err), SCUTE_OK);
	assert_str(out, "{\"m\":{\"m\":{\"m\":{\"m\":{}}}}}");
	/* 150 bytes are 200 in base64. */
	buf_append(&fixture->buf, "\x00\x12\x96\x01", 4);
	repeat(&fixture->buf, "x", 1, 150);
	assert_int_equal(pb_decode(schema, buf_str(&fixture->buf), &fixture->arena.base, &out, &err),
		SCUTE_ELIMIT);
	repeat(&fixture->buf, "x", 1, 150);
	assert_int_equal(pb_decode(schema, buf_str(&fixture->buf), &fixture->arena.base, &out, &err),
		SCUTE_ELIMIT);
	assert_non_null(strstr(err.text, "more than 200 bytes"));
	buf_reset(&fixture->buf);
	buf_append_z(&fixture->buf, "{\"n\":[1");
	repeat(&fixture->buf, ",1", 2, 60);
	buf_append_z(&fixture->buf, "]}");
	assert_int_equal(pb_encode(schema, buf_str(&fixture->buf), &fixture->arena.base, &out, &err),
		SCUTE_ELIMIT);
}

struct memory_case {
	enum codec_schema schema;
	const char *json;
};

static const struct memory_case memory_cases[] = {
	{ CODEC_PROTO2, "{\"grp\":{\"x\":1,\"y\":\"a\"},\"[p2.ext]\":5,\"many\":[{\"m\":{}}],"
		"\"byName\":{\"b\":\"Z1\",\"a\":\"Z0\"},\"packed\":[1,2,3],\"ks\":\"\\u0041\"}" },
	{ CODEC_WELL_KNOWN, "{\"any\":{\"@type\":\"a/w.W\",\"any\":{\"@type\":\"a/w.P\",\"x\":1}},"
		"\"mask\":\"a,bC\",\"struct\":{\"a\":[1,{}]},\"bytes\":\"AAAA\"}" },
};

/* How many of the two calls found too little memory in that many bytes. */
static unsigned call_within(const struct scute_schema *schema, const char *json,
	struct scute_str payload, size_t bytes)
{
	struct arena small;
	struct scute_error err = { 0 };
	struct scute_str out;
	enum scute_status encoded;
	enum scute_status decoded;

	arena_init(&small, bytes);
	encoded = pb_encode(schema, str_z(json), &small.base, &out, &err);
	arena_reset(&small);
	decoded = pb_decode(schema, payload, &small.base, &out, &err);
	arena_finish(&small);
	assert_true(encoded == SCUTE_OK || encoded == SCUTE_ENOMEM);
	assert_true(decoded == SCUTE_OK || decoded == SCUTE_ENOMEM);
	return (encoded != SCUTE_OK ? 1u : 0u) + (decoded != SCUTE_OK ? 1u : 0u);
}

/* Whatever the arena gives: an answer or SCUTE_ENOMEM, and nothing written through NULL. */
static void without_memory(void **state)
{
	struct fixture *fixture = *state;

	for (size_t i = 0; i < sizeof(memory_cases) / sizeof(memory_cases[0]); i++) {
		const struct scute_schema *schema = fixture->by_id[memory_cases[i].schema];
		struct scute_error err = { 0 };
		struct scute_str payload;
		size_t bytes = 0;
		start(fixture);
		assert_int_equal(pb_encode(schema, str_z(memory_cases[i].json),
			&fixture->arena.base, &payload, &err), SCUTE_OK);
		assert_int_equal(call_within(schema, memory_cases[i].json, payload, 0), 2);
		while (call_within(schema, memory_cases[i].json, payload, bytes) > 0) {
			bytes += 16;
			assert_true(bytes < 1 << 20);
		}
	}
}

/* What a stored descriptor may call a well-known type or what a stored text may lack. */
static void odd_schemas(void **state)
{
	struct fixture *fixture = *state;
	struct scute_error err = { 0 };
	struct scute_str out;
	const struct scute_schema *schema;

	start(fixture);
	schema = pb_test_valid(&fixture->schemas, "syntax = \"proto3\"; package google.protobuf;"
		"message Timestamp { string seconds = 1; } message Value { int32 a = 1; }"
		"message Struct { repeated Value fields = 1; }", NULL);
	assert_int_equal(codec_encode(schema, NULL, "{\"seconds\":\"x\"}", &fixture->arena, &out,
		&err), SCUTE_OK);
	assert_str(out, "000a0178");
	assert_int_equal(codec_encode(schema, "google.protobuf.Struct", "{\"fields\":[{\"a\":1}]}",
		&fixture->arena, &out, &err), SCUTE_OK);
	assert_str(out, "02040a020801");
	schema = pb_test_parse(&fixture->schemas, "syntax = \"proto3\"; message M { Gone g = 1; "
		"int32 a = 2; }", NULL, SCUTE_SOURCE_STORED, &err);
	assert_non_null(schema);
	assert_int_equal(codec_encode(schema, NULL, "{\"a\":1}", &fixture->arena, &out, &err),
		SCUTE_OK);
	assert_int_equal(codec_encode(schema, NULL, "{\"g\":{}}", &fixture->arena, &out, &err),
		SCUTE_EREFERENCE);
	assert_int_equal(codec_decode(schema, "00 0a00", &fixture->arena, &out, &err),
		SCUTE_EREFERENCE);
	assert_non_null(strstr(err.text, "$.g: the schema does not say what Gone is"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(deep_messages),
		cmocka_unit_test(deep_groups),
		cmocka_unit_test(deep_json),
		cmocka_unit_test(deep_anys),
		cmocka_unit_test(many_pieces),
		cmocka_unit_test(pieces_in_pieces),
		cmocka_unit_test(many_unknown_fields),
		cmocka_unit_test(too_many_items),
		cmocka_unit_test(large_types),
		cmocka_unit_test(large_maps),
		cmocka_unit_test(limits_of_the_source),
		cmocka_unit_test(without_memory),
		cmocka_unit_test(odd_schemas),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
