/* SPDX-License-Identifier: Apache-2.0 */
/* The store under the test's control. */
#include "fake_store.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/hash.h"
#include "support/str.h"

static struct fake_store *fake_of(struct store *store)
{
	return (struct fake_store *)store; /* base is its first member */
}

static struct scute_str keep(struct fake_store *fake, struct scute_str text)
{
	struct scute_str copy = { NULL, 0 };

	if (text.data) {
		assert_true(fake->pool_used + text.len + 1 <= FAKE_POOL_BYTES);
		copy = (struct scute_str){ fake->pool + fake->pool_used, text.len };
		memcpy(fake->pool + fake->pool_used, text.data, text.len);
		fake->pool_used += text.len + 1;
	}
	return copy;
}

static void add_job(struct store *store, const struct store_record *records, size_t n,
	bool is_barrier, store_done done, void *user)
{
	struct fake_store *fake = fake_of(store);

	assert_true(n > 0 && fake->n_jobs < FAKE_JOBS_MAX);
	assert_true(fake->n_staged + n <= FAKE_RECORDS_MAX);
	fake->jobs[fake->n_jobs++] = (struct fake_job){ fake->n_staged, n, is_barrier, done, user };
	for (size_t i = 0; i < n; i++) {
		fake->staged[fake->n_staged++] = (struct store_record){
			.key = keep(fake, records[i].key), .value = keep(fake, records[i].value) };
	}
}

static void fake_append(struct store *store, const struct store_record *records, size_t n,
	store_done done, void *user)
{
	assert_false(fake_of(store)->in_doubt); /* no decision before the barrier was read back */
	add_job(store, records, n, false, done, user);
}

static void fake_barrier(struct store *store, const struct store_record *record, store_done done,
	void *user)
{
	add_job(store, record, 1, true, done, user);
}

static const struct store_ops fake_ops = {
	.name = "fake",
	.append = fake_append,
	.barrier = fake_barrier,
};

struct fake_store *fake_create(struct registry *registry)
{
	struct fake_store *fake = calloc(1, sizeof(*fake));

	assert_non_null(fake);
	fake->base.ops = &fake_ops;
	fake->registry = registry;
	fake->log = calloc(FAKE_RECORDS_MAX, sizeof(*fake->log));
	fake->staged = calloc(FAKE_RECORDS_MAX, sizeof(*fake->staged));
	fake->jobs = calloc(FAKE_JOBS_MAX, sizeof(*fake->jobs));
	fake->pool = malloc(FAKE_POOL_BYTES);
	assert_true(fake->log && fake->staged && fake->jobs && fake->pool);
	return fake;
}

void fake_destroy(struct fake_store *fake)
{
	free(fake->log);
	free(fake->staged);
	free(fake->jobs);
	free(fake->pool);
	free(fake);
}

size_t fake_pending(const struct fake_store *fake)
{
	return fake->n_jobs - fake->first_job;
}

static void write_log(struct fake_store *fake, const struct store_record *record)
{
	assert_true(fake->n_log < FAKE_RECORDS_MAX);
	fake->log[fake->n_log] = *record;
	fake->log[fake->n_log].offset = fake->end_offset;
	fake->log[fake->n_log].timestamp_ms = fake->end_offset * 10;
	fake->end_offset++;
	fake->n_log++;
}

static void apply_log(struct fake_store *fake)
{
	while (fake->n_applied < fake->n_log) {
		fake->outcome = registry_apply(fake->registry, &fake->log[fake->n_applied++]);
	}
}

static struct fake_job take_job(struct fake_store *fake)
{
	assert_true(fake_pending(fake) > 0);
	return fake->jobs[fake->first_job++];
}

static void answer(struct fake_store *fake, const struct fake_job *job, enum store_status status)
{
	assert_false(fake->in_call);
	fake->in_call = true;
	job->done(job->user, status, status == STORE_OK ? fake->end_offset - 1 : -1);
	fake->in_call = false;
}

void fake_end(struct fake_store *fake, enum store_status status)
{
	struct fake_job job = take_job(fake);

	if (status == STORE_OK) {
		for (size_t i = 0; i < job.n; i++) {
			write_log(fake, &fake->staged[job.first + i]);
		}
		apply_log(fake);
		if (job.is_barrier) {
			fake->in_doubt = false;
		}
	}
	answer(fake, &job, status);
}

void fake_lose(struct fake_store *fake, size_t n)
{
	struct fake_job job = take_job(fake);

	assert_true(n <= job.n);
	for (size_t i = 0; i < n; i++) {
		write_log(fake, &fake->staged[job.first + i]);
	}
	fake->in_doubt = true;
	answer(fake, &job, STORE_UNKNOWN);
}

void fake_settle(struct fake_store *fake)
{
	while (fake_pending(fake) > 0) {
		bool lost = fake->in_doubt && !fake->jobs[fake->first_job].is_barrier;
		fake_end(fake, lost ? STORE_UNAVAILABLE : STORE_OK);
	}
}

enum apply_outcome fake_foreign(struct fake_store *fake, const char *key, const char *value)
{
	struct store_record record = { .key = keep(fake, str_z(key)),
		.value = keep(fake, str_z(value)) };

	write_log(fake, &record);
	apply_log(fake);
	return fake->outcome;
}

struct last_of_key {
	struct scute_str key;
	size_t last;
};

static uint64_t hash_last(const void *item)
{
	return hash64(((const struct last_of_key *)item)->key);
}

static bool equal_last(const void *item, const void *key)
{
	return str_eq(((const struct last_of_key *)item)->key, *(const struct scute_str *)key);
}

/* For each key's bytes the index of its last record. */
static struct last_of_key *find_last(const struct fake_store *fake, struct map *map)
{
	struct last_of_key *items = calloc(fake->n_log + 1, sizeof(*items));

	assert_non_null(items);
	map_init(map, hash_last);
	for (size_t i = 0; i < fake->n_log; i++) {
		struct scute_str key = fake->log[i].key;
		struct last_of_key *item = map_find(map, hash64(key), equal_last, &key);
		if (!item) {
			item = &items[i];
			item->key = key;
			assert_true(map_insert(map, item));
		}
		item->last = i;
	}
	return items;
}

void fake_restart(struct fake_store *fake, struct registry *registry)
{
	struct map map;
	struct last_of_key *items = find_last(fake, &map);
	size_t kept = 0;

	assert_int_equal(fake_pending(fake), 0);
	for (size_t i = 0; i < fake->n_log; i++) {
		struct store_record record = fake->log[i];
		const struct last_of_key *item =
			map_find(&map, hash64(record.key), equal_last, &record.key);
		if (item->last == i && record.value.data) {
			fake->log[kept++] = record;
			assert_int_not_equal(registry_apply(registry, &record), APPLY_NO_MEMORY);
		}
	}
	fake->n_log = kept;
	fake->n_applied = kept;
	fake->in_doubt = false;
	fake->registry = registry;
	map_finish(&map);
	free(items);
}

void fake_replay(const struct fake_store *fake, struct registry *registry, bool compacted)
{
	struct map map;
	struct last_of_key *items = find_last(fake, &map);

	for (size_t i = 0; i < fake->n_log; i++) {
		const struct store_record *record = &fake->log[i];
		const struct last_of_key *item =
			map_find(&map, hash64(record->key), equal_last, &record->key);
		if (!compacted || (item->last == i && record->value.data)) {
			assert_int_not_equal(registry_apply(registry, record), APPLY_NO_MEMORY);
		}
	}
	map_finish(&map);
	free(items);
}

bool fake_survives(const struct fake_store *fake, const char *key)
{
	for (size_t i = fake->n_log; i-- > 0;) {
		if (str_eq_z(fake->log[i].key, key)) {
			return fake->log[i].value.data != NULL;
		}
	}
	return false;
}

const struct store_record *fake_last(const struct fake_store *fake)
{
	assert_true(fake->n_log > 0);
	return &fake->log[fake->n_log - 1];
}
