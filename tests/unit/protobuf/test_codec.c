/* SPDX-License-Identifier: Apache-2.0 */
/* ProtoJSON to wire and back, by tables. */
#include <pthread.h>

#include "codec_test.h"

/* json becomes hex; hex becomes again (NULL: json itself). hex NULL: json is refused with error. */
struct codec_case {
	enum codec_schema schema;
	const char *name; /* NULL: the first message */
	const char *json;
	const char *hex;
	const char *again;
	const char *error; /* what the error's text holds */
};

static const struct codec_case cases[] = {
#include "codec_cases.inc"
};

/* hex, which encode() would not write so, becomes json; json NULL: refused with error. */
struct wire_case {
	enum codec_schema schema;
	const char *hex;
	const char *json;
	const char *error;
};

static const struct wire_case wire_cases[] = {
#include "codec_wire_cases.inc"
};

struct fixture {
	struct arena schemas;
	struct arena arena;
	const struct scute_schema *by_id[CODEC_SCHEMAS];
};

static int set_up(void **state)
{
	static struct fixture fixture;

	arena_init(&fixture.schemas, ARENA_BYTES);
	arena_init(&fixture.arena, ARENA_BYTES);
	for (int i = 0; i < CODEC_SCHEMAS; i++) {
		fixture.by_id[i] = pb_test_valid(&fixture.schemas, codec_schema_texts[i], NULL);
	}
	*state = &fixture;
	return 0;
}

static int tear_down(void **state)
{
	struct fixture *fixture = *state;

	arena_finish(&fixture->arena);
	arena_finish(&fixture->schemas);
	return 0;
}

/* The same hexadecimal text without blanks. */
static struct scute_str squeeze(struct arena *arena, const char *hex)
{
	char *out = scute_alloc(&arena->base, strlen(hex) + 1);
	size_t len = 0;

	assert_non_null(out);
	for (; *hex; hex++) {
		if (*hex != ' ') {
			out[len++] = *hex;
		}
	}
	out[len] = '\0';
	return (struct scute_str){ out, len };
}

static void expect_error(const char *input, const char *wanted, const struct scute_error *err)
{
	if (!strstr(err->text, wanted)) {
		print_error("%s\n  found  %s\n  wanted %s\n", input, err->text, wanted);
		fail();
	}
}

static void try_case(struct fixture *fixture, const struct codec_case *c)
{
	const struct scute_schema *schema = fixture->by_id[c->schema];
	struct scute_error err = { 0 };
	struct scute_str hex;
	struct scute_str json;
	enum scute_status status = codec_encode(schema, c->name, c->json, &fixture->arena, &hex,
		&err);

	if ((status == SCUTE_OK) != (c->hex != NULL)) {
		print_error("%s\n  status %d, \"%s\"\n", c->json, (int)status, err.text);
		fail();
	}
	if (!c->hex) {
		expect_error(c->json, c->error, &err);
		return;
	}
	if (!str_eq(hex, squeeze(&fixture->arena, c->hex))) {
		print_error("%s\n  found  %.*s\n  wanted %s\n", c->json, STR_ARGS(hex), c->hex);
		fail();
	}
	status = codec_decode(schema, c->hex, &fixture->arena, &json, &err);
	if (status != SCUTE_OK) {
		print_error("%s: %s\n", c->json, err.text);
		fail();
	}
	assert_str(json, c->again ? c->again : c->json);
}

static void json_both_ways(void **state)
{
	struct fixture *fixture = *state;

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		try_case(fixture, &cases[i]);
		arena_reset(&fixture->arena);
	}
}

static void wire_to_json(void **state)
{
	struct fixture *fixture = *state;

	for (size_t i = 0; i < sizeof(wire_cases) / sizeof(wire_cases[0]); i++) {
		const struct wire_case *c = &wire_cases[i];
		struct scute_error err = { 0 };
		struct scute_str json;
		enum scute_status status = codec_decode(fixture->by_id[c->schema], c->hex,
			&fixture->arena, &json, &err);
		if ((status == SCUTE_OK) != (c->json != NULL)) {
			print_error("%s\n  status %d, \"%s\"\n", c->hex, (int)status, err.text);
			fail();
		}
		if (c->json) {
			assert_str(json, c->json);
		} else {
			expect_error(c->hex, c->error, &err);
		}
		arena_reset(&fixture->arena);
	}
}

/* NULs in strings and keys neither end them nor get lost. */
static void nul_is_kept(void **state)
{
	struct fixture *fixture = *state;
	const char *json = "{\"st\":\"a\\u0000b\",\"counts\":{\"\\u0000\":1}}";
	struct scute_error err = { 0 };
	struct scute_str hex;
	struct scute_str back;
	const struct scute_schema *schema = fixture->by_id[CODEC_PROTO3];

	assert_int_equal(codec_encode(schema, NULL, json, &fixture->arena, &hex, &err), SCUTE_OK);
	assert_str(hex, "007203610062c201050a01001001");
	assert_int_equal(codec_decode(schema, hex.data, &fixture->arena, &back, &err), SCUTE_OK);
	assert_str(back, json);
}

static void validate_tells_instances(void **state)
{
	struct fixture *fixture = *state;
	const struct scute_schema *schema = fixture->by_id[CODEC_PROTO3];
	struct scute_error err = { 0 };

	assert_int_equal(pb_validate(schema, SCUTE_STR("{\"i32\":1}"), &fixture->arena.base, &err),
		SCUTE_OK);
	assert_int_equal(pb_validate(schema, SCUTE_STR("{\"i32\":\"x\"}"), &fixture->arena.base,
		&err), SCUTE_EINVAL);
}

static void schema_without_message(void **state)
{
	struct fixture *fixture = *state;
	const struct scute_schema *schema = pb_test_valid(&fixture->arena,
		"syntax = \"proto3\"; enum E { A = 0; }", NULL);
	struct scute_error err = { 0 };
	struct scute_str out;

	assert_int_equal(codec_encode(schema, NULL, "{}", &fixture->arena, &out, &err),
		SCUTE_EUNSUPPORTED);
	assert_int_equal(codec_decode(schema, "00", &fixture->arena, &out, &err), SCUTE_EINVAL);
}

static void message_of_reference(void **state)
{
	static const struct pb_test_file files[] = {
		{ "dep.proto", "syntax = \"proto3\"; package d; message D { int32 x = 1; "
			"enum K { K0 = 0; K1 = 1; } }" },
		{ NULL, NULL },
	};
	struct fixture *fixture = *state;
	const struct scute_schema *schema = pb_test_valid(&fixture->arena,
		"syntax = \"proto3\"; import \"dep.proto\"; message M { d.D d = 1; d.D.K k = 2; }",
		files);
	struct scute_error err = { 0 };
	struct scute_str out;

	assert_int_equal(codec_encode(schema, "M", "{\"d\":{\"x\":5},\"k\":\"K1\"}",
		&fixture->arena, &out, &err), SCUTE_OK);
	assert_str(out, "000a0208051001");
	/* The indexes are those of the file itself. */
	assert_int_equal(codec_encode(schema, "d.D", "{}", &fixture->arena, &out, &err),
		SCUTE_EINVAL);
}

enum {
	THREADS = 4,
	CALLS = 500,
};

/* The same datum through one schema again and again; the number of answers that were wrong. */
static void *call_often(void *user)
{
	static const char json[] = "{\"a\":1,\"grp\":{\"x\":2},\"sub\":{\"es\":[\"B\"]},"
		"\"[p2.ext]\":5}";
	const struct scute_schema *schema = user;
	uintptr_t n_wrong = 0;

	for (int i = 0; i < CALLS; i++) {
		struct arena arena;
		struct scute_error err;
		struct scute_str payload;
		struct scute_str back;
		arena_init(&arena, ARENA_BYTES);
		if (pb_encode(schema, SCUTE_STR(json), &arena.base, &payload, &err) != SCUTE_OK ||
		    pb_decode(schema, payload, &arena.base, &back, &err) != SCUTE_OK ||
		    !str_eq_z(back, json)) {
			n_wrong++;
		}
		arena_finish(&arena);
	}
	return (void *)n_wrong;
}

static void threads_share_a_schema(void **state)
{
	struct fixture *fixture = *state;
	void *schema = (void *)(uintptr_t)fixture->by_id[CODEC_PROTO2];
	pthread_t threads[THREADS];

	for (int i = 0; i < THREADS; i++) {
		assert_int_equal(pthread_create(&threads[i], NULL, call_often, schema), 0);
	}
	for (int i = 0; i < THREADS; i++) {
		void *n_wrong = NULL;
		assert_int_equal(pthread_join(threads[i], &n_wrong), 0);
		assert_null(n_wrong);
	}
}

/* Messages nested behind a map or a group, as those who go by the text and by descriptors count. */
static void indexes_are_counted(void **state)
{
	struct fixture *fixture = *state;
	const struct scute_schema *schema = pb_test_valid(&fixture->arena,
		"message A {} message M { map<string, int32> m = 1; optional group G = 2 { "
		"optional int32 g = 1; } message N { optional int32 n = 1; } "
		"message O { optional int32 o = 1; } }", NULL);
	struct scute_error err = { 0 };
	struct scute_str out;

	assert_int_equal(codec_encode(schema, "M.N", "{\"n\":1}", &fixture->arena, &out, &err),
		SCUTE_OK);
	assert_str(out, "0402000801");
	assert_int_equal(codec_encode(schema, "M.O", "{\"o\":1}", &fixture->arena, &out, &err),
		SCUTE_OK);
	assert_str(out, "0402020801");
	assert_int_equal(codec_encode(schema, "M.G", "{}", &fixture->arena, &out, &err),
		SCUTE_EINVAL);
	assert_int_equal(codec_decode(schema, "0402020801", &fixture->arena, &out, &err), SCUTE_OK);
	assert_str(out, "{\"o\":1}");
	/* By its descriptor N has the index 2, and O 3. */
	assert_int_equal(codec_decode(schema, "0402040801", &fixture->arena, &out, &err), SCUTE_OK);
	assert_str(out, "{\"n\":1}");
	assert_int_equal(codec_decode(schema, "0402060801", &fixture->arena, &out, &err), SCUTE_OK);
	assert_str(out, "{\"o\":1}");
	assert_int_equal(codec_decode(schema, "0402080801", &fixture->arena, &out, &err),
		SCUTE_EINVAL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(json_both_ways),
		cmocka_unit_test(wire_to_json),
		cmocka_unit_test(nul_is_kept),
		cmocka_unit_test(validate_tells_instances),
		cmocka_unit_test(schema_without_message),
		cmocka_unit_test(message_of_reference),
		cmocka_unit_test(threads_share_a_schema),
		cmocka_unit_test(indexes_are_counted),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
