/* SPDX-License-Identifier: Apache-2.0 */
/* Compaction: what is kept and dropped, offsets, tombstones, and appends meanwhile. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "rig.h"
#include "scratch.h"
#include "store/journal.h"

static struct scratch scratch;

static int set_up(void **state)
{
	struct rig *rig = calloc(1, sizeof(*rig));

	assert_non_null(rig);
	rig_init(rig, 20000);
	*state = rig;
	return 0;
}

static int tear_down(void **state)
{
	rig_finish(*state);
	free(*state);
	return 0;
}

static bool no_compaction(struct rig *rig, const void *what)
{
	const struct journal *journal = journal_of(rig->store);

	(void)what;
	return !journal->compact_force && !journal->compaction;
}

static void compact(struct rig *rig)
{
	uint64_t generation = journal_of(rig->store)->file.head.generation;

	journal_compact_now(rig->store);
	assert_true(rig_wait(rig, no_compaction, NULL));
	assert_int_equal(journal_of(rig->store)->file.head.generation, generation + 1);
	assert_false(scratch_exists(&scratch, ".compact"));
}

static void reopen(struct rig *rig)
{
	rig_close(rig, 20000);
	rig_open_ready(rig, &store_journal, &scratch.config);
}

/* Records as "offset:key=value", null as "-". */
static void expect(const struct rig *rig, const char *text)
{
	char found[1024] = "";
	size_t len = 0;

	for (size_t i = 0; i < rig->n_records; i++) {
		const struct store_record *r = &rig->records[i].record;

		len += (size_t)snprintf(found + len, sizeof(found) - len, "%s%d:%.*s=%.*s",
			i ? " " : "", (int)r->offset,
			r->key.data ? (int)r->key.len : 1, r->key.data ? r->key.data : "-",
			r->value.data ? (int)r->value.len : 1,
			r->value.data ? r->value.data : "-");
		assert_true(len < sizeof(found));
	}
	assert_string_equal(found, text);
}

static void put(struct rig *rig, const char *key, const char *value)
{
	assert_int_equal(rig_put(rig, key, value), STORE_OK);
}

static void test_last_of_each_key_stays(void **state)
{
	struct rig *rig = *state;

	rig_open_ready(rig, &store_journal, scratch_fresh(&scratch));
	put(rig, "a", "1");
	put(rig, "b", "1");
	put(rig, NULL, "x");
	put(rig, "a", "2");
	put(rig, "", "1");
	put(rig, NULL, "y");
	put(rig, "a", "");
	put(rig, "", "2");
	compact(rig);
	put(rig, "b", "2");
	reopen(rig);
	expect(rig, "1:b=1 2:-=x 5:-=y 6:a= 7:=2 8:b=2");
	compact(rig);
	reopen(rig);
	expect(rig, "2:-=x 5:-=y 6:a= 7:=2 8:b=2");
}

static void test_headers_and_times_stay(void **state)
{
	struct rig *rig = *state;
	struct store_header header = { rig_str("name"), rig_str("value") };
	struct store_record record = { .key = rig_str("k"), .value = rig_str("v"),
		.headers = &header, .n_headers = 1 };
	struct rig_answer answer = { 0 };
	int64_t timestamp_ms;

	rig_open_ready(rig, &store_journal, scratch_fresh(&scratch));
	rig_append(rig, &answer, &record, 1);
	assert_true(rig_wait_answer(rig, &answer));
	timestamp_ms = rig->records[0].record.timestamp_ms;
	rig_run_ms(rig, 5);
	compact(rig);
	reopen(rig);
	assert_int_equal(rig->n_records, 1);
	assert_int_equal(rig->records[0].record.timestamp_ms, timestamp_ms);
	assert_int_equal(rig->records[0].record.n_headers, 1);
	assert_memory_equal(rig->records[0].record.headers[0].value.data, "value", 5);
}

static void test_null_value_goes_with_the_second(void **state)
{
	struct rig *rig = *state;

	rig_open_ready(rig, &store_journal, scratch_fresh(&scratch));
	put(rig, "a", "1");
	put(rig, "a", NULL);
	put(rig, "b", "1");
	compact(rig);
	reopen(rig);
	expect(rig, "1:a=- 2:b=1");
	put(rig, "c", NULL);
	compact(rig);
	reopen(rig);
	expect(rig, "2:b=1 3:c=-");
	/* A key that lives again after its null value. */
	put(rig, "c", "1");
	compact(rig);
	reopen(rig);
	expect(rig, "2:b=1 4:c=1");
}

static void test_offsets_never_go_back(void **state)
{
	struct rig *rig = *state;

	rig_open_ready(rig, &store_journal, scratch_fresh(&scratch));
	put(rig, "a", "1");
	put(rig, "a", NULL);
	compact(rig);
	compact(rig);
	reopen(rig);
	assert_int_equal(rig->n_records, 0);
	assert_int_equal(scratch_size(&scratch), JOURNAL_HEAD_BYTES);
	assert_int_equal(store_journal.position(rig->store).offset, -1);
	assert_int_equal(store_journal.position(rig->store).end_offset, 2);
	compact(rig);
	reopen(rig);
	put(rig, "b", "1");
	expect(rig, "2:b=1");
	reopen(rig);
	expect(rig, "2:b=1");
}

static void test_damage_stays_seen_in_a_compacted_file(void **state)
{
	struct rig *rig = *state;
	uint64_t size;

	rig_open_ready(rig, &store_journal, scratch_fresh(&scratch));
	put(rig, "a", "1");
	put(rig, "b", "1");
	compact(rig);
	rig_close(rig, 20000);
	size = scratch_size(&scratch) - JOURNAL_ENTRY_HEAD_BYTES;
	for (uint64_t at = JOURNAL_HEAD_BYTES; at < size; at++) {
		scratch_flip(&scratch, at);
		assert_true(rig_open(rig, &store_journal, &scratch.config));
		assert_true(rig_wait_state(rig, STORE_FAILED));
		rig_close(rig, 20000);
		scratch_flip(&scratch, at);
	}
	rig_open_ready(rig, &store_journal, &scratch.config);
	expect(rig, "0:a=1 1:b=1");
}

/* Damage that appears while we run is not copied away, and appends go on. */
static void test_damaged_file_is_not_compacted(void **state)
{
	struct rig *rig = *state;
	uint64_t size;

	rig_open_ready(rig, &store_journal, scratch_fresh(&scratch));
	put(rig, "a", "1");
	put(rig, "a", "2");
	scratch_flip(&scratch, JOURNAL_HEAD_BYTES + 30);
	size = scratch_size(&scratch);
	journal_compact_now(rig->store);
	assert_true(rig_wait(rig, no_compaction, NULL));
	assert_int_equal(scratch_size(&scratch), size);
	assert_int_equal(journal_of(rig->store)->compact_at, UINT64_MAX);
	put(rig, "a", "3");
	scratch_flip(&scratch, JOURNAL_HEAD_BYTES + 30);
}

enum { KEYS = 40, OUTSTANDING = 8, VALUE_BYTES = 2000 };

struct load {
	struct rig_answer answers[OUTSTANDING];
	size_t n_started;
	size_t wanted;
	int64_t last_offset[KEYS]; /* acknowledged */
	char value[VALUE_BYTES + 1];
};

static void start(struct load *load, struct rig *rig, struct rig_answer *answer)
{
	char key[16];
	struct store_record record = { .value = rig_str(load->value) };

	snprintf(key, sizeof(key), "%zu", load->n_started++ % KEYS);
	record.key = rig_str(key);
	rig_append(rig, answer, &record, 1);
}

static void next(struct rig_answer *answer)
{
	struct load *load = answer->user;

	assert_int_equal(answer->status, STORE_OK);
	if (load->n_started < load->wanted) {
		start(load, answer->rig, answer);
	}
}

static void note(struct rig *rig, const struct store_record *record)
{
	char key[16] = "";
	struct load *load = (void *)(uintptr_t)rig->what;

	memcpy(key, record->key.data, record->key.len);
	load->last_offset[strtoul(key, NULL, 10)] = record->offset;
}

static bool load_done(struct rig *rig, const void *what)
{
	return rig->n_answers >= ((const struct load *)what)->wanted;
}

/* 30 MB over 40 keys: it compacts by itself, several times, under a steady load. */
static void test_by_itself_under_load(void **state)
{
	struct rig *rig = *state;
	struct load *load = calloc(1, sizeof(*load));
	size_t n_found = 0;
	uint64_t generation;

	assert_non_null(load);
	memset(load->value, 'v', VALUE_BYTES);
	load->wanted = 15000;
	rig->discard = true;
	rig_open_ready(rig, &store_journal, scratch_fresh(&scratch));
	rig->hook = note;
	rig->what = load;
	for (size_t i = 0; i < OUTSTANDING; i++) {
		load->answers[i].hook = next;
		load->answers[i].user = load;
		start(load, rig, &load->answers[i]);
	}
	assert_true(rig_wait(rig, load_done, load));
	rig->hook = NULL;
	assert_true(rig_wait(rig, no_compaction, NULL));
	generation = journal_of(rig->store)->file.head.generation;
	assert_true(generation >= 2);
	rig_close(rig, 20000);
	assert_true(scratch_size(&scratch) < 10u << 20);

	rig->n_records = 0;
	rig->discard = false;
	rig_open_ready(rig, &store_journal, &scratch.config);
	for (size_t i = 0; i < rig->n_records; i++) {
		const struct store_record *r = &rig->records[i].record;
		char key[16] = "";

		memcpy(key, r->key.data, r->key.len);
		assert_int_equal(r->value.len, VALUE_BYTES);
		n_found += load->last_offset[strtoul(key, NULL, 10)] == r->offset;
	}
	assert_int_equal(n_found, KEYS);
	assert_int_equal(rig->records[rig->n_records - 1].record.offset, load->wanted - 1);
	free(load);
}

/* Nothing is dead: a look, no new file, and the next look only after growth. */
static void test_not_worth_it(void **state)
{
	static char value[100000];
	struct rig *rig = *state;
	const struct journal *journal;
	char key[16];

	rig_open_ready(rig, &store_journal, scratch_fresh(&scratch));
	journal = journal_of(rig->store);
	for (unsigned i = 0; i < 50; i++) {
		struct store_record record = { .value = { value, sizeof(value) } };
		struct rig_answer answer = { 0 };

		snprintf(key, sizeof(key), "%u", i);
		record.key = rig_str(key);
		rig_append(rig, &answer, &record, 1);
		assert_true(rig_wait_answer(rig, &answer));
		assert_int_equal(answer.status, STORE_OK);
	}
	assert_true(journal->end > JOURNAL_COMPACT_BYTES_MIN);
	assert_true(rig_wait(rig, no_compaction, NULL));
	assert_int_equal(journal->file.head.generation, 0);
	assert_true(journal->compact_at > journal->end);
}

static void test_close_within(void **state)
{
	struct rig *rig = *state;
	char key[16];

	for (uint64_t wait_ms = 0; wait_ms < 6; wait_ms++) {
		rig_open_ready(rig, &store_journal, scratch_fresh(&scratch));
		for (unsigned i = 0; i < 20; i++) {
			snprintf(key, sizeof(key), "%u", i % 10);
			put(rig, key, "v");
		}
		journal_compact_now(rig->store);
		if (wait_ms > 0) {
			rig_run_ms(rig, wait_ms);
		}
		reopen(rig);
		assert_false(scratch_exists(&scratch, ".compact"));
		assert_true(rig->n_records == 20 || rig->n_records == 10);
		assert_int_equal(rig->records[rig->n_records - 1].record.offset, 19);
		rig_close(rig, 20000);
	}
}

static void test_many_keys(void **state)
{
	enum { BATCH = 5000 };
	static struct store_record records[BATCH];
	static char keys[BATCH][16];
	struct rig *rig = *state;
	struct rig_answer answers[2] = { 0 };

	for (unsigned i = 0; i < BATCH; i++) {
		snprintf(keys[i], sizeof(keys[i]), "%u", i);
		records[i] = (struct store_record){ .key = rig_str(keys[i]),
			.value = rig_str("v") };
	}
	rig_open_ready(rig, &store_journal, scratch_fresh(&scratch));
	rig_append(rig, &answers[0], records, BATCH);
	rig_append(rig, &answers[1], records, BATCH);
	assert_true(rig_wait_answer(rig, &answers[1]));
	compact(rig);
	reopen(rig);
	assert_int_equal(rig->n_records, BATCH);
	assert_int_equal(rig->records[0].record.offset, BATCH);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		TEST(test_last_of_each_key_stays),
		TEST(test_headers_and_times_stay),
		TEST(test_null_value_goes_with_the_second),
		TEST(test_offsets_never_go_back),
		TEST(test_damage_stays_seen_in_a_compacted_file),
		TEST(test_damaged_file_is_not_compacted),
		TEST(test_by_itself_under_load),
		TEST(test_not_worth_it),
		TEST(test_close_within),
		TEST(test_many_keys),
	};
#undef TEST
	int failed;

	scratch_init(&scratch);
	failed = cmocka_run_group_tests(tests, NULL, NULL);
	scratch_finish(&scratch);
	return failed;
}
