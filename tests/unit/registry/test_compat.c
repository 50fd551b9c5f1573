/* SPDX-License-Identifier: Apache-2.0 */
/* Which versions a level asks for, in which direction, and what the answer says. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "registry/compat.h"
#include "support/str.h"
#include "world.h"

struct rig {
	struct world world;
	struct arena arena;
	struct compat_answer answer;
	struct registry_error error;
};

static int set_up(void **state)
{
	struct rig *rig = calloc(1, sizeof(*rig));

	world_init(&rig->world);
	arena_init(&rig->arena, 16 << 20);
	ask_set_level(&rig->world, NULL, LEVEL_NONE);
	fake_settle(rig->world.fake);
	*state = rig;
	return 0;
}

static int tear_down(void **state)
{
	struct rig *rig = *state;

	arena_finish(&rig->arena);
	world_finish(&rig->world);
	free(rig);
	return 0;
}

static struct compat_question question_of(struct rig *rig, const char *type, const char *text,
	enum level level)
{
	static const struct scute_limits limits = { sizeof(limits), 64, 1 << 20, 10000 };
	struct scute_source source = { sizeof(source), 0, str_z(text), NULL, 0, &limits };
	struct compat_question question = { .level = level, .limits = &limits,
		.type = registry_type(rig->world.registry, str_z(type)) };
	struct scute_error err;

	assert_int_equal(question.type->format->parse(&source, &rig->arena.base, &question.schema,
		&err), SCUTE_OK);
	return question;
}

static bool check(struct rig *rig, const char *type, const char *text, enum level level)
{
	struct compat_question question = question_of(rig, type, text, level);

	rig->error.code = REGISTRY_OK;
	return world_compat(rig->world.registry, &question, world_subject(&rig->world, "s"),
		NULL, &rig->arena.base, &rig->answer, &rig->error);
}

static void expect_message(const struct rig *rig, size_t i, const char *text)
{
	assert_true(i < rig->answer.n_messages);
	assert_int_equal(rig->answer.messages[i].len, strlen(text));
	assert_memory_equal(rig->answer.messages[i].data, text, strlen(text));
}

static void test_levels(void **state)
{
	/* Versions a5 and a3: does a1, a3, a4, a5, a7 pass? The latest is a3. */
	static const struct {
		enum level level;
		const char *passes;
	} rows[] = {
		{ LEVEL_NONE, "11111" },
		{ LEVEL_BACKWARD, "01111" },
		{ LEVEL_BACKWARD_TRANSITIVE, "00011" },
		{ LEVEL_FORWARD, "11000" },
		{ LEVEL_FORWARD_TRANSITIVE, "11000" },
		{ LEVEL_FULL, "01000" },
		{ LEVEL_FULL_TRANSITIVE, "00000" },
	};
	static const char *const texts[] = { "a1", "a3", "a4", "a5", "a7" };
	struct rig *rig = *state;

	must_register(&rig->world, "s", "a5");
	must_register(&rig->world, "s", "a3");
	for (size_t row = 0; row < sizeof(rows) / sizeof(rows[0]); row++) {
		for (size_t i = 0; i < 5; i++) {
			assert_true(check(rig, "AVRO", texts[i], rows[row].level));
			assert_int_equal(rig->answer.compatible, rows[row].passes[i] == '1');
			assert_int_equal(rig->answer.n_messages > 0, !rig->answer.compatible);
		}
	}
}

static void test_messages(void **state)
{
	struct rig *rig = *state;

	must_register(&rig->world, "s", "a5");
	must_register(&rig->world, "s", "a3");
	assert_true(check(rig, "AVRO", "b1", LEVEL_FULL));
	assert_int_equal(rig->answer.n_differences, 2); /* not the compatible one */
	assert_int_equal(rig->answer.n_messages, 5);
	expect_message(rig, 0, "old a3 does not read new b1");
	expect_message(rig, 1, "new b1 does not read old a3");
	expect_message(rig, 2, "{oldSchemaVersion: 2}");
	expect_message(rig, 3, "{oldSchema: 'a3'}");
	expect_message(rig, 4, "{validateFields: 'false', compatibility: 'FULL'}");
	/* Transitive: newest first, up to the first that fails. */
	assert_true(check(rig, "AVRO", "a4", LEVEL_BACKWARD_TRANSITIVE));
	expect_message(rig, 1, "{oldSchemaVersion: 1}");
	assert_int_equal(rig->answer.n_messages, 4);
}

static void test_only_live_versions(void **state)
{
	struct rig *rig = *state;

	must_register(&rig->world, "s", "a5");
	must_register(&rig->world, "s", "a3");
	must_delete_version(&rig->world, "s", 1);
	assert_true(check(rig, "AVRO", "a4", LEVEL_BACKWARD_TRANSITIVE));
	assert_true(rig->answer.compatible);
	must_delete_version(&rig->world, "s", 2);
	assert_true(check(rig, "AVRO", "b1", LEVEL_FULL_TRANSITIVE));
	assert_true(rig->answer.compatible);
	assert_true(check(rig, "AVRO", "b1", LEVEL_FULL));
	assert_true(rig->answer.compatible);
}

static void test_given_version(void **state)
{
	struct rig *rig = *state;
	struct compat_question question = question_of(rig, "AVRO", "a4", LEVEL_BACKWARD);

	must_register(&rig->world, "s", "a5");
	must_register(&rig->world, "s", "a3");
	assert_true(world_compat(rig->world.registry, &question,
		world_subject(&rig->world, "s"), world_version(&rig->world, "s", 1),
		&rig->arena.base, &rig->answer, &rig->error));
	assert_false(rig->answer.compatible);
	question.level = LEVEL_NONE;
	assert_true(world_compat(rig->world.registry, &question, world_subject(&rig->world, "s"),
		world_version(&rig->world, "s", 1), &rig->arena.base, &rig->answer, &rig->error));
	assert_true(rig->answer.compatible);
	/* A transitive level asks for all, whatever is given. */
	question.level = LEVEL_BACKWARD_TRANSITIVE;
	assert_true(world_compat(rig->world.registry, &question, world_subject(&rig->world, "s"),
		world_version(&rig->world, "s", 2), &rig->arena.base, &rig->answer, &rig->error));
	assert_false(rig->answer.compatible);
}

static void test_other_type(void **state)
{
	struct rig *rig = *state;

	must_register(&rig->world, "s", "a5");
	assert_true(check(rig, "JSON", "a5", LEVEL_BACKWARD));
	assert_false(rig->answer.compatible);
	assert_int_equal(rig->answer.n_messages, 4);
	expect_message(rig, 0, "Incompatible because of different schema type");
	assert_true(check(rig, "JSON", "a5", LEVEL_NONE));
	assert_true(rig->answer.compatible);
}

static void put_stored(struct rig *rig, const char *value)
{
	assert_int_equal(fake_foreign(rig->world.fake, "{\"keytype\":\"SCHEMA\",\"subject\":\"s\","
		"\"version\":1,\"magic\":1}", value), APPLIED);
}

static void test_unusable_stored(void **state)
{
	struct rig *rig = *state;

	put_stored(rig, "{\"subject\":\"s\",\"version\":1,\"id\":1,\"schema\":\"!bad\"}");
	assert_false(check(rig, "AVRO", "a1", LEVEL_BACKWARD));
	assert_int_equal(rig->error.code, REGISTRY_STORED_SCHEMA_INVALID);
	put_stored(rig, "{\"subject\":\"s\",\"version\":1,\"id\":1,\"schema\":\"?\"}");
	assert_false(check(rig, "AVRO", "a1", LEVEL_BACKWARD));
	assert_int_equal(rig->error.code, REGISTRY_NO_MEMORY);
	put_stored(rig, "{\"subject\":\"s\",\"version\":1,\"id\":1,\"schema\":\"a1\",\"references\":"
		"[{\"name\":\"n\",\"subject\":\"gone\",\"version\":1}]}");
	assert_false(check(rig, "AVRO", "a1", LEVEL_BACKWARD));
	assert_int_equal(rig->error.code, REGISTRY_STORED_SCHEMA_INVALID);
	assert_non_null(memmem(rig->error.args[1].data, rig->error.args[1].len, "gone", 4));
	put_stored(rig, "{\"subject\":\"s\",\"version\":1,\"id\":1,\"schema\":\"z1\"}");
	assert_false(check(rig, "AVRO", "a1", LEVEL_BACKWARD)); /* a limit is no verdict */
	assert_int_equal(rig->error.code, REGISTRY_SCHEMA_INVALID);
	assert_true(check(rig, "AVRO", "a1", LEVEL_NONE));
	assert_true(rig->answer.compatible);
}

static void test_references_are_given(void **state)
{
	struct rig *rig = *state;

	must_register(&rig->world, "leaf", "a1");
	struct ask *ask = ask_register(&rig->world, "s", "AVRO", "a1 refers", "leaf:1");
	fake_settle(rig->world.fake);
	assert_int_equal(ask->code, REGISTRY_OK);
	fake_format_references = 99;
	struct compat_question question = question_of(rig, "AVRO", "a1", LEVEL_BACKWARD);
	assert_true(world_compat(rig->world.registry, &question,
		world_subject(&rig->world, "s"), NULL, &rig->arena.base, &rig->answer, &rig->error));
	assert_int_equal(fake_format_references, 1);
}

static void test_long_old_schema(void **state)
{
	struct rig *rig = *state;
	char *text = malloc(10300);

	memset(text, 'x', 10300);
	memcpy(text, "a5", 2);
	memcpy(text + 10239, "\xc3\xa9", 2); /* over the edge */
	text[10290] = '\0';
	must_register(&rig->world, "s", text);
	assert_true(check(rig, "AVRO", "a1", LEVEL_BACKWARD));
	struct scute_str message = rig->answer.messages[2];
	assert_true(str_starts(message, SCUTE_STR("{oldSchema: <truncated> 'a5xxx")));
	assert_true(str_ends(message, SCUTE_STR("x...'}")));
	assert_true(str_is_utf8(message));
	assert_int_equal(message.len, 25 + 10239 + 5);
	free(text);
}

static void test_small_arena(void **state)
{
	struct rig *rig = *state;
	struct compat_question question = question_of(rig, "AVRO", "b1", LEVEL_FULL);
	bool answered = false;

	must_register(&rig->world, "s", "a5");
	for (size_t bytes = 64; !answered; bytes += 16) {
		struct arena small;
		arena_init(&small, bytes);
		rig->answer.compatible = true;
		answered = world_compat(rig->world.registry, &question,
			world_subject(&rig->world, "s"), NULL, &small.base, &rig->answer,
			&rig->error);
		if (answered) {
			assert_false(rig->answer.compatible);
			assert_int_equal(rig->answer.n_messages, 5);
		} else {
			assert_int_equal(rig->error.code, REGISTRY_NO_MEMORY);
		}
		arena_finish(&small);
		assert_true(bytes < 65536);
	}
}

#define T(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(test_levels),
		T(test_messages),
		T(test_only_live_versions),
		T(test_given_version),
		T(test_other_type),
		T(test_unusable_stored),
		T(test_references_are_given),
		T(test_long_old_schema),
		T(test_small_arena),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
