/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Measures the journal: appends with 50 outstanding, beside the bare fdatasync of the same
 * disk, the replay of 100,000 records of 400 bytes, and a compaction. Prints; asserts the bars.
 */
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "rig.h"
#include "scratch.h"
#include "store/journal.h"

enum { OUTSTANDING = 50, APPENDS = 50000, REPLAYED = 100000, VALUE_BYTES = 400 };

static struct scratch scratch;
static char value[VALUE_BYTES + 1];
static size_t n_started;

static double now_s(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static void start(struct rig_answer *answer)
{
	char key[32];
	struct store_record record = { .value = rig_str(value) };

	snprintf(key, sizeof(key), "key-%zu", n_started++);
	record.key = rig_str(key);
	rig_append(answer->rig, answer, &record, 1);
}

static void next(struct rig_answer *answer)
{
	assert_int_equal(answer->status, STORE_OK);
	if (n_started < APPENDS) {
		start(answer);
	}
}

static bool is_full(struct rig *rig, const void *what)
{
	return rig->n_answers >= *(const unsigned *)what;
}

static double bare_fdatasyncs(void)
{
	char path[128];
	double began_s;
	int fd;

	snprintf(path, sizeof(path), "%s/bare", scratch.directory);
	fd = open(path, O_RDWR | O_CREAT, 0600);
	assert_true(fd >= 0);
	began_s = now_s();
	for (unsigned i = 0; i < 200; i++) {
		assert_int_equal(pwrite(fd, value, VALUE_BYTES, i * VALUE_BYTES), VALUE_BYTES);
		assert_int_equal(fdatasync(fd), 0);
	}
	close(fd);
	return 200 / (now_s() - began_s);
}

static void bench_append(struct rig *rig, const struct config *config)
{
	struct rig_answer answers[OUTSTANDING] = { 0 };
	unsigned wanted = APPENDS;
	double began_s;

	rig_open_ready(rig, &store_journal, config);
	began_s = now_s();
	for (size_t i = 0; i < OUTSTANDING; i++) {
		answers[i].hook = next;
		answers[i].rig = rig;
		start(&answers[i]);
	}
	assert_true(rig_wait(rig, is_full, &wanted));
	double rate = APPENDS / (now_s() - began_s);
	printf("append, %d outstanding: %.0f records/s; bare write+fdatasync: %.0f/s\n",
		OUTSTANDING, rate, bare_fdatasyncs());
	assert_true(rate > 5000);
	rig_close(rig, 10000);
}

static void fill(struct rig *rig, const struct config *config)
{
	enum { BATCH = 1000 };
	static char keys[BATCH][32];
	struct store_record records[BATCH];

	rig_open_ready(rig, &store_journal, config);
	for (unsigned i = 0; i < REPLAYED / BATCH; i++) {
		struct rig_answer answer = { 0 };

		for (unsigned k = 0; k < BATCH; k++) {
			snprintf(keys[k], sizeof(keys[k]), "key-%u", i * BATCH + k);
			records[k] = (struct store_record){ .key = rig_str(keys[k]),
				.value = rig_str(value) };
		}
		rig_append(rig, &answer, records, BATCH);
		assert_true(rig_wait_answer(rig, &answer));
	}
	rig_close(rig, 10000);
}

static void bench_replay(struct rig *rig, const struct config *config)
{
	double began_s, best_s = 1e9;

	fill(rig, config);
	for (unsigned i = 0; i < 5; i++) {
		double took_s;

		began_s = now_s();
		rig_open_ready(rig, &store_journal, config);
		took_s = now_s() - began_s;
		best_s = took_s < best_s ? took_s : best_s;
		assert_int_equal(rig->n_records, REPLAYED);
		rig_close(rig, 10000);
	}
	printf("replay of %d records, %.1f MB: %.1f ms, %.3f us each\n", REPLAYED,
		(double)scratch_size(&scratch) / 1e6, best_s * 1e3, best_s * 1e6 / REPLAYED);
	assert_true(best_s * 1e6 / REPLAYED < 1.0);
}

static void bench_open_empty(struct rig *rig, const struct config *config)
{
	double began_s = now_s();

	rig_open_ready(rig, &store_journal, config);
	printf("open of a new journal: %.1f ms\n", (now_s() - began_s) * 1e3);
	rig_close(rig, 10000);
}

/* Half of 200,000 records is dead; appends one after the other meanwhile. */
static void bench_compaction(struct rig *rig, const struct config *config)
{
	const struct journal *journal;
	double began_s, worst_s = 0;
	unsigned n = 0;

	fill(rig, config);
	fill(rig, config);
	rig_open_ready(rig, &store_journal, config);
	journal = journal_of(rig->store);
	began_s = now_s();
	journal_compact_now(rig->store);
	do {
		double asked_s = now_s(), took_s;

		assert_int_equal(rig_put(rig, "beside", value), STORE_OK);
		took_s = now_s() - asked_s;
		worst_s = took_s > worst_s ? took_s : worst_s;
		n++;
	} while (journal->compaction);
	printf("compaction to %.1f MB: %.0f ms; %u appends meanwhile, the slowest %.1f ms\n",
		(double)scratch_size(&scratch) / 1e6, (now_s() - began_s) * 1e3, n,
		worst_s * 1e3);
	rig_close(rig, 10000);
}

static void bench(void **state)
{
	struct rig rig;

	(void)state;
	memset(value, 'v', VALUE_BYTES);
	rig_init(&rig, 60000);
	rig.discard = true;
	bench_open_empty(&rig, scratch_fresh(&scratch));
	bench_append(&rig, scratch_fresh(&scratch));
	bench_replay(&rig, scratch_fresh(&scratch));
	bench_compaction(&rig, scratch_fresh(&scratch));
	rig_finish(&rig);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(bench) };
	int failed;

	scratch_init(&scratch);
	failed = cmocka_run_group_tests_name("journal bench", tests, NULL, NULL);
	scratch_finish(&scratch);
	return failed;
}
