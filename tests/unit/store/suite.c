/* SPDX-License-Identifier: Apache-2.0 */
/* The contract of store.h, test by test, run against any store. */
#include "suite.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "rig.h"

static const struct store_suite *suite;

static int set_up(void **state)
{
	struct rig *rig = calloc(1, sizeof(*rig));

	assert_non_null(rig);
	rig_init(rig, suite->wait_ms);
	*state = rig;
	return 0;
}

static int tear_down(void **state)
{
	rig_finish(*state);
	free(*state);
	return 0;
}

static void assert_slice(struct scute_str slice, const char *text)
{
	if (!text) {
		assert_null(slice.data);
		assert_int_equal(slice.len, 0);
		return;
	}
	assert_non_null(slice.data);
	assert_int_equal(slice.len, strlen(text));
	assert_memory_equal(slice.data, text, slice.len);
}

static void test_empty_is_ready(void **state)
{
	struct rig *rig = *state;
	struct store_position position;

	rig_open_ready(rig, suite->ops, suite->fresh(suite->user));
	assert_int_equal(rig->n_records, 0);
	assert_int_equal(rig->n_states, 1);
	position = suite->ops->position(rig->store);
	assert_int_equal(position.offset, -1);
	assert_int_equal(position.end_offset, 0);
}

static void test_answer_comes_after_record(void **state)
{
	struct rig *rig = *state;
	struct store_record record = { .key = rig_str("k"), .value = rig_str("v") };
	struct rig_answer answer = { 0 };

	rig_open_ready(rig, suite->ops, suite->fresh(suite->user));
	rig_append(rig, &answer, &record, 1);
	assert_int_equal(answer.calls, 0);
	assert_true(rig_wait_answer(rig, &answer));
	assert_int_equal(answer.status, STORE_OK);
	assert_int_equal(answer.n_records_then, 1);
	assert_int_equal(answer.offset, rig->records[0].record.offset);
	assert_true(rig->records[0].record.timestamp_ms > 1500000000000);
	assert_slice(rig->records[0].record.key, "k");
	assert_slice(rig->records[0].record.value, "v");
	assert_int_equal(suite->ops->position(rig->store).offset, answer.offset);
	assert_true(suite->ops->position(rig->store).end_offset > answer.offset);
}

static void test_input_is_copied(void **state)
{
	struct rig *rig = *state;
	char key[] = "key", value[] = "value";
	struct store_record record = { .key = rig_str(key), .value = rig_str(value) };
	struct rig_answer answer = { 0 };

	rig_open_ready(rig, suite->ops, suite->fresh(suite->user));
	rig_append(rig, &answer, &record, 1);
	memset(key, 'x', 3);
	memset(value, 'x', 5);
	assert_true(rig_wait_answer(rig, &answer));
	assert_slice(rig->records[0].record.key, "key");
	assert_slice(rig->records[0].record.value, "value");
}

static void assert_shapes(const struct rig *rig)
{
	const struct store_record *r;

	assert_int_equal(rig->n_records, 5);
	r = &rig->records[0].record;
	assert_slice(r->key, "key");
	assert_slice(r->value, NULL);
	assert_int_equal(r->n_headers, 0);
	r = &rig->records[1].record;
	assert_slice(r->key, "key");
	assert_slice(r->value, "");
	r = &rig->records[2].record;
	assert_slice(r->key, suite->refuses_null_key ? "null" : NULL);
	assert_slice(r->value, "value");
	r = &rig->records[3].record;
	assert_slice(r->key, "");
	assert_int_equal(r->value.len, 4);
	assert_memory_equal(r->value.data, "\0\xff\n\0", 4);
	r = &rig->records[4].record;
	assert_slice(r->key, "key");
	assert_int_equal(r->n_headers, 3);
	assert_slice(r->headers[0].name, "one");
	assert_slice(r->headers[0].value, "1");
	assert_slice(r->headers[1].name, "empty");
	assert_slice(r->headers[1].value, "");
	assert_slice(r->headers[2].name, "null");
	assert_slice(r->headers[2].value, NULL);
}

static void test_null_empty_binary_headers(void **state)
{
	struct rig *rig = *state;
	const struct config *config = suite->fresh(suite->user);
	struct store_header headers[] = {
		{ rig_str("one"), rig_str("1") },
		{ rig_str("empty"), rig_str("") },
		{ rig_str("null"), rig_str(NULL) },
	};
	struct store_record records[] = {
		{ .key = rig_str("key"), .value = rig_str(NULL) },
		{ .key = rig_str("key"), .value = rig_str("") },
		{ .key = rig_str(NULL), .value = rig_str("value") },
		{ .key = rig_str(""), .value = { "\0\xff\n\0", 4 } },
		{ .key = rig_str("key"), .value = rig_str("v"), .headers = headers,
			.n_headers = 3 },
	};
	struct rig_answer answer = { 0 };
	size_t n = sizeof(records) / sizeof(records[0]);

	if (suite->refuses_null_key) {
		records[2].key = rig_str("null");
	}
	rig_open_ready(rig, suite->ops, config);
	rig_append(rig, &answer, records, n);
	assert_true(rig_wait_answer(rig, &answer));
	assert_int_equal(answer.status, STORE_OK);
	assert_shapes(rig);
	rig_close(rig, suite->wait_ms);
	rig_open_ready(rig, suite->ops, config);
	assert_shapes(rig);
}

enum { IN_FLIGHT = 200 };

static void test_order_with_many_in_flight(void **state)
{
	struct rig *rig = *state;
	struct rig_answer answers[IN_FLIGHT] = { 0 };

	rig_open_ready(rig, suite->ops, suite->fresh(suite->user));
	for (size_t i = 0; i < IN_FLIGHT; i++) {
		char key[16], value[16];
		struct store_record pair[2];

		snprintf(key, sizeof(key), "%zu", i);
		snprintf(value, sizeof(value), "a%zu", i);
		pair[0] = (struct store_record){ .key = rig_str(key), .value = rig_str(value) };
		pair[1] = (struct store_record){ .key = rig_str(key), .value = rig_str("b") };
		rig_append(rig, &answers[i], pair, 2);
		if (i % 50 == 49) {
			/* Some leave now, the rest meets a write under way. */
			rig_run_ms(rig, 1);
		}
	}
	assert_true(rig_wait_answer(rig, &answers[IN_FLIGHT - 1]));
	assert_int_equal(rig->n_records, 2 * IN_FLIGHT);
	for (size_t i = 0; i < IN_FLIGHT; i++) {
		char key[16];

		snprintf(key, sizeof(key), "%zu", i);
		assert_int_equal(answers[i].calls, 1);
		assert_int_equal(answers[i].status, STORE_OK);
		assert_int_equal(answers[i].turn, i + 1);
		assert_true(answers[i].n_records_then >= 2 * (i + 1));
		assert_slice(rig->records[2 * i].record.key, key);
		assert_slice(rig->records[2 * i + 1].record.value, "b");
		assert_int_equal(answers[i].offset, rig->records[2 * i + 1].record.offset);
		assert_true(rig->records[2 * i].record.offset <
			rig->records[2 * i + 1].record.offset);
	}
}

static void test_reopen_replays_and_offsets_grow(void **state)
{
	struct rig *rig = *state;
	const struct config *config = suite->fresh(suite->user);
	int64_t offset, timestamp_ms;

	rig_open_ready(rig, suite->ops, config);
	assert_int_equal(rig_put(rig, "a", "1"), STORE_OK);
	assert_int_equal(rig_put(rig, "b", "2"), STORE_OK);
	offset = rig->records[1].record.offset;
	timestamp_ms = rig->records[1].record.timestamp_ms;
	rig_close(rig, suite->wait_ms);

	rig_open_ready(rig, suite->ops, config);
	assert_int_equal(rig->n_records, 2);
	assert_slice(rig->records[0].record.key, "a");
	assert_slice(rig->records[1].record.value, "2");
	assert_int_equal(rig->records[1].record.offset, offset);
	assert_int_equal(rig->records[1].record.timestamp_ms, timestamp_ms);
	assert_int_equal(suite->ops->position(rig->store).offset, offset);
	assert_int_equal(rig_put(rig, "c", "3"), STORE_OK);
	assert_int_equal(rig->n_records, 3);
	assert_true(rig->records[2].record.offset > offset);
}

static void test_no_append_before_ready(void **state)
{
	struct rig *rig = *state;
	struct store_record record = { .key = rig_str("k"), .value = rig_str("v") };
	struct rig_answer answer = { 0 };

	assert_true(rig_open(rig, suite->ops, suite->fresh(suite->user)));
	rig_append(rig, &answer, &record, 1);
	assert_int_equal(answer.calls, 0);
	assert_true(rig_wait_answer(rig, &answer));
	assert_int_equal(answer.status, STORE_UNAVAILABLE);
	assert_int_equal(answer.offset, -1);
	assert_true(rig_wait_state(rig, STORE_READY));
	assert_int_equal(rig->n_records, 0);
}

static void test_barrier(void **state)
{
	struct rig *rig = *state;
	struct store_record record = { .key = rig_str("k"), .value = rig_str("v") };
	struct store_record noop = { .key = rig_str("noop"), .value = rig_str(NULL) };
	struct rig_answer first = { 0 }, second = { 0 };

	rig_open_ready(rig, suite->ops, suite->fresh(suite->user));
	rig_append(rig, &first, &record, 1);
	rig_barrier(rig, &second, &noop);
	assert_int_equal(second.calls, 0);
	assert_true(rig_wait_answer(rig, &second));
	assert_int_equal(first.calls, 1);
	assert_int_equal(first.status, STORE_OK);
	assert_int_equal(second.status, STORE_OK);
	assert_int_equal(rig->n_records, 2);
	assert_slice(rig->records[1].record.key, "noop");
	assert_int_equal(second.offset, rig->records[1].record.offset);
}

static void test_too_large_is_refused_alone(void **state)
{
	struct rig *rig = *state;
	char *bytes = calloc(1, suite->too_large_bytes);
	struct store_record record = { .key = rig_str("k"),
		.value = { bytes, suite->too_large_bytes } };
	struct store_record small = { .key = rig_str("k"), .value = rig_str("v") };
	struct rig_answer before = { 0 }, large = { 0 }, after = { 0 };

	assert_non_null(bytes);
	rig_open_ready(rig, suite->ops, suite->fresh(suite->user));
	rig_append(rig, &before, &small, 1);
	rig_append(rig, &large, &record, 1);
	rig_append(rig, &after, &small, 1);
	assert_int_equal(large.calls, 0);
	assert_true(rig_wait_answer(rig, &large));
	assert_true(rig_wait_answer(rig, &after));
	assert_int_equal(large.status, STORE_TOO_LARGE);
	assert_int_equal(large.offset, -1);
	assert_int_equal(before.status, STORE_OK);
	assert_int_equal(after.status, STORE_OK);
	assert_int_equal(rig->n_records, 2);
	free(bytes);
}

static void append_again(struct rig_answer *answer)
{
	struct store_record record = { .key = rig_str("again"), .value = rig_str("v") };

	answer->hook = NULL;
	rig_append(answer->rig, answer->user, &record, 1);
	assert_int_equal(((struct rig_answer *)answer->user)->calls, 0);
}

static void test_append_from_an_answer(void **state)
{
	struct rig *rig = *state;
	struct store_record record = { .key = rig_str("k"), .value = rig_str("v") };
	struct rig_answer second = { 0 };
	struct rig_answer first = { .hook = append_again, .user = &second };

	rig_open_ready(rig, suite->ops, suite->fresh(suite->user));
	rig_append(rig, &first, &record, 1);
	assert_true(rig_wait_answer(rig, &second));
	assert_int_equal(second.status, STORE_OK);
	assert_int_equal(rig->n_records, 2);
	assert_slice(rig->records[1].record.key, "again");
}

static void test_close_drains(void **state)
{
	struct rig *rig = *state;
	const struct config *config = suite->fresh(suite->user);
	struct store_record record = { .key = rig_str("k"), .value = rig_str("v") };
	struct rig_answer answers[20] = { 0 };

	rig_open_ready(rig, suite->ops, config);
	for (size_t i = 0; i < 20; i++) {
		rig_append(rig, &answers[i], &record, 1);
	}
	rig_close(rig, suite->wait_ms);
	for (size_t i = 0; i < 20; i++) {
		assert_int_equal(answers[i].calls, 1);
		assert_int_equal(answers[i].status, STORE_OK);
	}
	rig_open_ready(rig, suite->ops, config);
	assert_int_equal(rig->n_records, 20);
}

static void test_close_at_once_answers_all(void **state)
{
	struct rig *rig = *state;
	const struct config *config = suite->fresh(suite->user);
	struct store_record record = { .key = rig_str("k"), .value = rig_str("v") };
	struct rig_answer answers[20] = { 0 };
	size_t n_ok = 0, n_refused = 0;

	rig_open_ready(rig, suite->ops, config);
	for (size_t i = 0; i < 20; i++) {
		rig_append(rig, &answers[i], &record, 1);
	}
	rig_close(rig, 0);
	for (size_t i = 0; i < 20; i++) {
		assert_int_equal(answers[i].calls, 1);
		n_ok += answers[i].status == STORE_OK;
		n_refused += answers[i].status == STORE_UNAVAILABLE;
	}
	rig_open_ready(rig, suite->ops, config);
	assert_true(rig->n_records >= n_ok);
	assert_true(rig->n_records <= 20 - n_refused);
}

static void test_close_while_replaying(void **state)
{
	struct rig *rig = *state;
	const struct config *config = suite->fresh(suite->user);
	struct store_record noop = { .key = rig_str("noop"), .value = rig_str(NULL) };
	struct rig_answer answer = { 0 };

	assert_true(rig_open(rig, suite->ops, config));
	rig_barrier(rig, &answer, &noop);
	rig_close(rig, 0);
	assert_int_equal(answer.calls, 1);
	rig_open_ready(rig, suite->ops, config);
	assert_int_equal(rig_put(rig, "k", "v"), STORE_OK);
}

int store_suite_run(const struct store_suite *which)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		TEST(test_empty_is_ready),
		TEST(test_answer_comes_after_record),
		TEST(test_input_is_copied),
		TEST(test_null_empty_binary_headers),
		TEST(test_order_with_many_in_flight),
		TEST(test_reopen_replays_and_offsets_grow),
		TEST(test_no_append_before_ready),
		TEST(test_barrier),
		TEST(test_too_large_is_refused_alone),
		TEST(test_append_from_an_answer),
		TEST(test_close_drains),
		TEST(test_close_at_once_answers_all),
		TEST(test_close_while_replaying),
	};
#undef TEST

	suite = which;
	return cmocka_run_group_tests_name(which->ops->name, tests, NULL, NULL);
}
