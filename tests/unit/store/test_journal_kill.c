/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A child appends and reports each acknowledgement through a pipe until it is killed at a
 * random moment; then the journal must open and hold every acknowledged record, in order.
 * 50 rounds, 500 with SCUTE_LONG=1. Half of them compact all the time.
 */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "rig.h"
#include "scratch.h"
#include "store/journal.h"

enum { OUTSTANDING = 16, KEYS = 64, COMPACT_EVERY = 40 };

static struct scratch scratch;

struct child {
	struct rig rig;
	struct rig_answer answers[OUTSTANDING];
	uint32_t numbers[OUTSTANDING]; /* what each outstanding append carries */
	uint32_t next;
	bool compacting;
	int pipe;
};

/* The value is the number and then filler of changing length. */
static void start(struct child *child, size_t slot)
{
	char key[16], value[3000];
	int len;
	struct store_record record = { .value = { value, 0 } };
	uint32_t number = child->next++;

	snprintf(key, sizeof(key), "%u", child->compacting ? number % KEYS : number);
	len = snprintf(value, sizeof(value), "%u %*s", number, (int)(number * 37 % 2900), ".");
	record.key = rig_str(key);
	record.value.len = (size_t)len;
	child->numbers[slot] = number;
	rig_append(&child->rig, &child->answers[slot], &record, 1);
}

static void report(struct rig_answer *answer)
{
	struct child *child = answer->user;
	size_t slot = (size_t)(answer - child->answers);

	if (answer->status != STORE_OK || write(child->pipe, &child->numbers[slot],
			sizeof(child->numbers[slot])) != sizeof(child->numbers[slot])) {
		_exit(2);
	}
	if (child->compacting && child->numbers[slot] % COMPACT_EVERY == 0) {
		journal_compact_now(child->rig.store);
	}
	start(child, slot);
}

static void run_child(int to, uint32_t next, bool compacting)
{
	static struct child child;

	child.pipe = to;
	child.next = next;
	child.compacting = compacting;
	rig_init(&child.rig, 60000);
	child.rig.discard = true;
	rig_open_ready(&child.rig, &store_journal, &scratch.config);
	for (size_t i = 0; i < OUTSTANDING; i++) {
		child.answers[i].hook = report;
		child.answers[i].user = &child;
		child.answers[i].rig = &child.rig;
		start(&child, i);
	}
	rig_run_ms(&child.rig, 60000);
	_exit(3);
}

/* The last number that was acknowledged; next - 1 when none. Runs and kills a child. */
static uint32_t run_and_kill(uint32_t next, bool compacting)
{
	uint32_t last = next - 1, number;
	int ends[2], status;
	pid_t pid;

	assert_int_equal(pipe(ends), 0);
	fflush(NULL);
	pid = fork();
	assert_true(pid >= 0);
	if (pid == 0) {
		close(ends[0]);
		run_child(ends[1], next, compacting);
	}
	close(ends[1]);
	if (rand() % 8 > 0) {
		assert_int_equal(read(ends[0], &number, sizeof(number)), sizeof(number));
		assert_int_equal(number, ++last);
	}
	usleep((useconds_t)(rand() % 15000));
	assert_int_equal(kill(pid, SIGKILL), 0);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
	while (read(ends[0], &number, sizeof(number)) == (ssize_t)sizeof(number)) {
		/* Answers come in the order of the appends. */
		assert_int_equal(number, ++last);
	}
	close(ends[0]);
	return last;
}

static uint32_t number_of(const struct rig *rig, size_t i)
{
	char text[16] = "";
	const struct store_record *record = &rig->records[i].record;

	memcpy(text, record->value.data, record->value.len < 15 ? record->value.len : 15);
	return (uint32_t)strtoul(text, NULL, 10);
}

/* All numbers without a gap; with compaction at least the last one of each key. */
static uint32_t check_records(const struct rig *rig, uint32_t last, bool compacting)
{
	uint32_t of_key[KEYS] = { 0 };
	uint32_t before = 0;

	for (size_t i = 0; i < rig->n_records; i++) {
		uint32_t number = number_of(rig, i);

		assert_true(number > before);
		assert_true(compacting || number == before + 1);
		assert_true(i == 0 ||
			rig->records[i].record.offset > rig->records[i - 1].record.offset);
		of_key[number % KEYS] = number;
		before = number;
	}
	assert_true(before >= last);
	for (uint32_t number = before; number > 0 && number + KEYS > before; number--) {
		assert_int_equal(of_key[number % KEYS], number);
	}
	return before;
}

static unsigned kill_rounds(bool compacting)
{
	bool is_long = getenv("SCUTE_LONG") && strcmp(getenv("SCUTE_LONG"), "1") == 0;
	unsigned rounds = is_long ? 250 : 25;
	uint32_t last = 0;

	srand(compacting ? 11 : 7);
	scratch_fresh(&scratch);
	for (unsigned i = 0; i < rounds; i++) {
		struct rig rig;

		last = run_and_kill(last + 1, compacting);
		rig_init(&rig, 10000);
		rig_open_ready(&rig, &store_journal, &scratch.config);
		last = check_records(&rig, last, compacting);
		rig_finish(&rig);
	}
	return last;
}

static void test_kill_while_appending(void **state)
{
	(void)state;
	assert_true(kill_rounds(false) > 100);
}

static void test_kill_while_compacting(void **state)
{
	(void)state;
	assert_true(kill_rounds(true) > 100);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_kill_while_appending),
		cmocka_unit_test(test_kill_while_compacting),
	};
	int failed;

	scratch_init(&scratch);
	failed = cmocka_run_group_tests(tests, NULL, NULL);
	scratch_finish(&scratch);
	return failed;
}
