/* SPDX-License-Identifier: Apache-2.0 */
/* Drives a store in tests: events are copied, waits have a deadline. */
#include "rig.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/clock.h"

struct scute_str rig_str(const char *text)
{
	return (struct scute_str){ text, text ? strlen(text) : 0 };
}

static void check(struct rig *rig)
{
	if (rig->until && rig->until(rig, rig->what)) {
		loop_stop(rig->loop);
	}
}

static char *copy_slice(char *at, struct scute_str from, struct scute_str *to)
{
	to->data = from.data ? at : NULL;
	to->len = from.len;
	if (from.len > 0) {
		memcpy(at, from.data, from.len);
	}
	return at + from.len;
}

static void copy_record(struct rig_record *to, const struct store_record *from)
{
	size_t bytes = from->n_headers * sizeof(struct store_header) + from->key.len +
		from->value.len + 1;
	struct store_header *headers;
	char *at;

	for (size_t i = 0; i < from->n_headers; i++) {
		bytes += from->headers[i].name.len + from->headers[i].value.len;
	}
	to->memory = malloc(bytes);
	assert_non_null(to->memory);
	headers = (struct store_header *)(void *)to->memory;
	at = to->memory + from->n_headers * sizeof(*headers);
	to->record = *from;
	at = copy_slice(at, from->key, &to->record.key);
	at = copy_slice(at, from->value, &to->record.value);
	for (size_t i = 0; i < from->n_headers; i++) {
		at = copy_slice(at, from->headers[i].name, &headers[i].name);
		at = copy_slice(at, from->headers[i].value, &headers[i].value);
	}
	to->record.headers = headers;
}

static void on_record(void *user, const struct store_record *record)
{
	struct rig *rig = user;

	if (!rig->discard) {
		if (rig->n_records == rig->records_cap) {
			rig->records_cap = rig->records_cap ? rig->records_cap * 2 : 64;
			rig->records = realloc(rig->records,
				rig->records_cap * sizeof(*rig->records));
			assert_non_null(rig->records);
		}
		copy_record(&rig->records[rig->n_records], record);
	}
	rig->n_records++;
	if (rig->hook) {
		rig->hook(rig, record);
	}
	check(rig);
}

static void on_state(void *user, enum store_state state, const char *text)
{
	struct rig *rig = user;

	rig->state = state;
	rig->n_states++;
	assert_non_null(text);
	snprintf(rig->text, sizeof(rig->text), "%s", text);
	check(rig);
}

static void forget(struct rig *rig)
{
	for (size_t i = 0; i < rig->n_records && !rig->discard; i++) {
		free(rig->records[i].memory);
	}
	free(rig->records);
	rig->records = NULL;
	rig->n_records = rig->records_cap = 0;
}

/* One timer for all waits, so that none of them allocates while a test makes that fail. */
static void tick(void *user)
{
	struct rig *rig = user;

	if (rig->deadline_ms > 0 && clock_monotonic_ms() >= rig->deadline_ms) {
		rig->timed_out = true;
		loop_stop(rig->loop);
		return;
	}
	/* For what shows in no event. */
	check(rig);
}

void rig_init(struct rig *rig, uint64_t wait_ms)
{
	*rig = (struct rig){ .wait_ms = wait_ms };
	rig->loop = loop_create();
	assert_non_null(rig->loop);
	rig->pool = pool_create(rig->loop, 2, 64);
	assert_non_null(rig->pool);
	rig->tick = loop_timer_start(rig->loop, 2, 2, tick, rig);
	assert_non_null(rig->tick);
}

void rig_finish(struct rig *rig)
{
	if (rig->store) {
		rig_close(rig, rig->wait_ms);
	}
	forget(rig);
	loop_timer_stop(rig->tick);
	pool_destroy(rig->pool);
	loop_destroy(rig->loop);
}

bool rig_open(struct rig *rig, const struct store_ops *ops, const struct config *config)
{
	struct store_events events = { .on_record = on_record, .on_state = on_state, .user = rig };

	forget(rig);
	rig->state = STORE_REPLAYING;
	rig->n_states = 0;
	rig->text[0] = '\0';
	rig->err.text[0] = '\0';
	rig->store = ops->open(rig->loop, rig->pool, config, &events, &rig->err);
	return rig->store != NULL;
}

bool rig_wait(struct rig *rig, bool (*until)(struct rig *rig, const void *what), const void *what)
{
	if (until(rig, what)) {
		return true;
	}
	rig->timed_out = false;
	rig->until = until;
	rig->what = what;
	rig->deadline_ms = clock_monotonic_ms() + rig->wait_ms;
	loop_run(rig->loop);
	rig->until = NULL;
	rig->deadline_ms = 0;
	return !rig->timed_out;
}

static bool is_never(struct rig *rig, const void *what)
{
	(void)rig;
	(void)what;
	return false;
}

void rig_run_ms(struct rig *rig, uint64_t ms)
{
	uint64_t wait_ms = rig->wait_ms;

	rig->wait_ms = ms;
	rig_wait(rig, is_never, NULL);
	rig->wait_ms = wait_ms;
}

static bool is_state(struct rig *rig, const void *what)
{
	return rig->state == *(const enum store_state *)what;
}

bool rig_wait_state(struct rig *rig, enum store_state state)
{
	return rig_wait(rig, is_state, &state);
}

static bool is_answered(struct rig *rig, const void *what)
{
	(void)rig;
	return ((const struct rig_answer *)what)->calls > 0;
}

bool rig_wait_answer(struct rig *rig, const struct rig_answer *answer)
{
	return rig_wait(rig, is_answered, answer);
}

static void closed(void *user)
{
	struct rig *rig = user;

	rig->closed = true;
	check(rig);
}

static bool is_closed(struct rig *rig, const void *what)
{
	(void)what;
	return rig->closed;
}

void rig_close(struct rig *rig, uint64_t drain_ms)
{
	rig->closed = false;
	rig->store->ops->close(rig->store, drain_ms, closed, rig);
	rig->store = NULL;
	assert_true(rig_wait(rig, is_closed, NULL));
}

static void done(void *user, enum store_status status, int64_t offset)
{
	struct rig_answer *answer = user;
	struct rig *rig = answer->rig;

	answer->calls++;
	answer->turn = ++rig->n_answers;
	answer->status = status;
	answer->offset = offset;
	answer->n_records_then = rig->n_records;
	if (answer->hook) {
		answer->hook(answer);
	}
	check(rig);
}

void rig_append(struct rig *rig, struct rig_answer *answer, const struct store_record *records,
	size_t n)
{
	answer->rig = rig;
	rig->store->ops->append(rig->store, records, n, done, answer);
}

void rig_barrier(struct rig *rig, struct rig_answer *answer, const struct store_record *record)
{
	answer->rig = rig;
	rig->store->ops->barrier(rig->store, record, done, answer);
}

void rig_open_ready(struct rig *rig, const struct store_ops *ops, const struct config *config)
{
	if (!rig_open(rig, ops, config)) {
		fail_msg("open: %s", rig->err.text);
	}
	if (!rig_wait_state(rig, STORE_READY)) {
		fail_msg("not ready: %s", rig->text);
	}
}

enum store_status rig_put(struct rig *rig, const char *key, const char *value)
{
	struct store_record record = { .key = rig_str(key), .value = rig_str(value) };
	struct rig_answer answer = { 0 };

	rig_append(rig, &answer, &record, 1);
	assert_true(rig_wait_answer(rig, &answer));
	assert_int_equal(answer.calls, 1);
	return answer.status;
}
