/* SPDX-License-Identifier: Apache-2.0 */
/* The Kafka store when things go wrong, on librdkafka's mock cluster. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "mock.h"
#include "rig.h"

static struct mock mock;

static int set_up(void **state)
{
	struct rig *rig = calloc(1, sizeof(*rig));
	assert_non_null(rig);
	rig_init(rig, 15000);
	mock_init(&mock, NULL);
	*state = rig;
	return 0;
}

static int tear_down(void **state)
{
	rig_finish(*state);
	free(*state);
	mock_finish(&mock);
	return 0;
}

static struct kafka *kafka_of(struct rig *rig)
{
	return (struct kafka *)rig->store;
}

static enum store_status barrier(struct rig *rig)
{
	struct store_record noop = { .key = rig_str("noop") };
	struct rig_answer answer = { 0 };
	rig_barrier(rig, &answer, &noop);
	assert_true(rig_wait_answer(rig, &answer));
	return answer.status;
}

static void test_many_partitions_are_refused(void **state)
{
	struct rig *rig = *state;
	assert_true(rig_open(rig, &mock_store, mock_fresh(&mock, 3)));
	assert_true(rig_wait_state(rig, STORE_FAILED));
	assert_non_null(strstr(rig->text, mock.topic));
	assert_non_null(strstr(rig->text, "has 3 partitions"));
	assert_int_equal(rig->n_states, 1);
	assert_int_equal(rig_put(rig, "k", "v"), STORE_UNAVAILABLE);
	assert_int_equal(barrier(rig), STORE_UNAVAILABLE);
}

static void test_starts_without_a_broker(void **state)
{
	struct rig *rig = *state;
	const struct config *config = mock_fresh(&mock, 1);
	rd_kafka_mock_broker_set_down(mock.cluster, 1);
	assert_true(rig_open(rig, &mock_store, config));
	rig_run_ms(rig, 1500);
	assert_int_equal(rig->n_states, 0);
	assert_int_equal(rig_put(rig, "k", "v"), STORE_UNAVAILABLE);
	rd_kafka_mock_broker_set_up(mock.cluster, 1);
	assert_true(rig_wait_state(rig, STORE_READY));
	assert_int_equal(rig_put(rig, "k", "v"), STORE_OK);
}

static void test_reads_what_others_write(void **state)
{
	struct rig *rig = *state;
	const struct config *config = mock_fresh(&mock, 1);
	mock_produce(&mock, "a", "1");
	rig_open_ready(rig, &mock_store, config);
	assert_int_equal(rig->n_records, 1);
	mock_produce(&mock, "b", "2");
	assert_int_equal(rig_put(rig, "c", "3"), STORE_OK);
	assert_int_equal(rig->n_records, 3);
	assert_memory_equal(rig->records[1].record.key.data, "b", 1);
	assert_memory_equal(rig->records[2].record.key.data, "c", 1);
}

static void test_loses_and_finds_the_broker(void **state)
{
	struct rig *rig = *state;
	rig_open_ready(rig, &mock_store, mock_fresh(&mock, 1));
	assert_int_equal(rig_put(rig, "a", "1"), STORE_OK);
	rd_kafka_mock_broker_set_down(mock.cluster, 1);
	assert_true(rig_wait_state(rig, STORE_LOST));
	assert_non_null(strstr(rig->text, "No Kafka broker"));
	assert_int_equal(rig_put(rig, "b", "2"), STORE_UNAVAILABLE);
	rd_kafka_mock_broker_set_up(mock.cluster, 1);
	assert_true(rig_wait_state(rig, STORE_READY));
	assert_int_equal(rig_put(rig, "c", "3"), STORE_OK);
	assert_int_equal(rig->n_records, 2);
	assert_memory_equal(rig->records[1].record.key.data, "c", 1);
}

/* Connections that are closed for being idle are no loss, and the next write opens them. */
static void test_idle_connections(void **state)
{
	struct rig *rig = *state;
	mock_fresh(&mock, 1);
	mock.config.connections_max_idle_ms = 1000;
	rig_open_ready(rig, &mock_store, &mock.config);
	assert_int_equal(rig_put(rig, "a", "1"), STORE_OK);
	rig_run_ms(rig, 4000);
	assert_int_equal(rig->n_states, 1);
	uint64_t before = loop_now_ms(rig->loop);
	assert_int_equal(rig_put(rig, "b", "2"), STORE_OK);
	uint64_t took = loop_now_ms(rig->loop) - before;
	print_message("first write after idling: %llu ms\n", (unsigned long long)took);
	assert_true(took < 2000);
	assert_int_equal(rig->n_states, 1);
}

static void test_refusals_of_the_broker(void **state)
{
	struct rig *rig = *state;
	rig_open_ready(rig, &mock_store, mock_fresh(&mock, 1));
	mock_fail(&mock, MOCK_PRODUCE, 1, RD_KAFKA_RESP_ERR_MSG_SIZE_TOO_LARGE);
	assert_int_equal(rig_put(rig, "k", "2"), STORE_TOO_LARGE);
	mock_fail(&mock, MOCK_PRODUCE, 1, RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED);
	assert_int_equal(rig_put(rig, "k", "1"), STORE_DENIED);
	rig_run_ms(rig, 200);
	assert_int_equal(rig_put(rig, NULL, "no key"), STORE_DENIED);
	/* None of these leaves a doubt, so none asks for a barrier. */
	assert_int_equal(rig_put(rig, "k", "3"), STORE_OK);
	assert_int_equal(rig->n_records, 1);
}

static void test_retries_what_passes(void **state)
{
	struct rig *rig = *state;
	rig_open_ready(rig, &mock_store, mock_fresh(&mock, 1));
	mock_fail(&mock, MOCK_PRODUCE, 3, RD_KAFKA_RESP_ERR_NOT_ENOUGH_REPLICAS);
	assert_int_equal(rig_put(rig, "k", "1"), STORE_OK);
	mock_fail(&mock, MOCK_FETCH, 2, RD_KAFKA_RESP_ERR_NOT_LEADER_FOR_PARTITION);
	assert_int_equal(rig_put(rig, "k", "2"), STORE_OK);
	assert_int_equal(rig->n_records, 2);
}

/* The broker takes the requests, but answers none in time. */
static void test_unknown_until_a_barrier(void **state)
{
	struct rig *rig = *state;
	struct store_record record = { .key = rig_str("k"), .value = rig_str("v") };
	struct rig_answer first = { 0 }, second = { 0 }, third = { 0 };
	rig_open_ready(rig, &mock_store, mock_fresh(&mock, 1));
	rd_kafka_mock_broker_set_rtt(mock.cluster, 1, 6000);
	rig_append(rig, &first, &record, 1);
	rig_run_ms(rig, 500);
	rig_append(rig, &second, &record, 1);
	assert_true(rig_wait_answer(rig, &first));
	assert_int_equal(first.status, STORE_UNKNOWN);
	assert_int_equal(first.offset, -1);
	/* Behind it: never OK, and new ones are refused. */
	rig_append(rig, &third, &record, 1);
	assert_true(rig_wait_answer(rig, &third));
	assert_int_equal(third.status, STORE_UNAVAILABLE);
	assert_true(rig_wait_answer(rig, &second));
	assert_int_not_equal(second.status, STORE_OK);
	rd_kafka_mock_broker_set_rtt(mock.cluster, 1, 0);
	assert_int_equal(rig_put(rig, "k", "refused"), STORE_UNAVAILABLE);
	enum store_status status;
	for (int i = 0; (status = barrier(rig)) != STORE_OK && i < 3; i++) {
	}
	assert_int_equal(status, STORE_OK);
	assert_true(rig_wait_state(rig, STORE_READY));
	assert_int_equal(rig_put(rig, "k", "again"), STORE_OK);
	assert_memory_equal(rig->records[rig->n_records - 1].record.value.data, "again", 5);
}

static void test_barrier_before_ready(void **state)
{
	struct rig *rig = *state;
	struct store_header header = { rig_str("name"), rig_str(NULL) };
	struct store_record noop = { .key = rig_str("noop"), .headers = &header, .n_headers = 1 };
	struct rig_answer answer = { 0 };
	assert_true(rig_open(rig, &mock_store, mock_fresh(&mock, 1)));
	rig_barrier(rig, &answer, &noop);
	assert_int_equal(answer.calls, 0);
	assert_true(rig_wait_answer(rig, &answer));
	assert_int_equal(answer.status, STORE_OK);
	assert_int_equal(rig->records[0].record.n_headers, 1);
	assert_null(rig->records[0].record.headers[0].value.data);
}

static void test_barrier_tries_again(void **state)
{
	struct rig *rig = *state;
	rig_open_ready(rig, &mock_store, mock_fresh(&mock, 1));
	mock_fail(&mock, MOCK_PRODUCE, 1, RD_KAFKA_RESP_ERR_INVALID_REQUIRED_ACKS);
	assert_int_equal(barrier(rig), STORE_OK);
	mock_fail(&mock, MOCK_PRODUCE, 1, RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED);
	assert_int_equal(barrier(rig), STORE_DENIED);
}

static void test_producer_is_made_anew(void **state)
{
	struct rig *rig = *state;
	rig_open_ready(rig, &mock_store, mock_fresh(&mock, 1));
	assert_int_equal(rig_put(rig, "a", "1"), STORE_OK);
	struct kafka_client *before = kafka_of(rig)->producer;
	struct rig_answer answer = { 0 };
	struct store_record record = { .key = rig_str("b"), .value = rig_str("2") };
	rd_kafka_mock_broker_set_rtt(mock.cluster, 1, 1000);
	rig_append(rig, &answer, &record, 1);
	rd_kafka_test_fatal_error(before->rk, RD_KAFKA_RESP_ERR_OUT_OF_ORDER_SEQUENCE_NUMBER, "test");
	assert_true(rig_wait_answer(rig, &answer));
	assert_true(answer.status == STORE_UNKNOWN || answer.status == STORE_UNAVAILABLE);
	rd_kafka_mock_broker_set_rtt(mock.cluster, 1, 0);
	assert_int_equal(barrier(rig), STORE_OK);
	assert_false(kafka_of(rig)->writer.renew);
	assert_int_equal(rig_put(rig, "c", "3"), STORE_OK);
	size_t n = rig->n_records;
	assert_memory_equal(rig->records[n - 1].record.key.data, "c", 1);
	assert_int_equal(rig->n_states, 1);
}

static void test_no_right_to_be_idempotent(void **state)
{
	struct rig *rig = *state;
	rig_open_ready(rig, &mock_store, mock_fresh(&mock, 1));
	rd_kafka_test_fatal_error(kafka_of(rig)->producer->rk,
		RD_KAFKA_RESP_ERR_CLUSTER_AUTHORIZATION_FAILED, "test");
	assert_int_equal(barrier(rig), STORE_OK);
	assert_true(kafka_of(rig)->writer.plain);
	assert_int_equal(rig_put(rig, "k", "v"), STORE_OK);
}

static bool is_renewed(struct rig *rig, const void *what)
{
	return kafka_of(rig)->consumer != what && kafka_of(rig)->reader.caught_up;
}

/* Each record once and in order, although the handle changes in between. */
static void test_consumer_is_made_anew(void **state)
{
	struct rig *rig = *state;
	rig_open_ready(rig, &mock_store, mock_fresh(&mock, 1));
	for (int round = 0; round < 3; round++) {
		char key[8];
		snprintf(key, sizeof(key), "%d", round);
		assert_int_equal(rig_put(rig, key, "v"), STORE_OK);
		struct kafka_client *before = kafka_of(rig)->consumer;
		kafka_reader_renew(kafka_of(rig), "test", 0);
		assert_int_equal(rig->state, STORE_LOST);
		mock_produce(&mock, "other", "v");
		assert_true(rig_wait(rig, is_renewed, before));
		assert_true(rig_wait_state(rig, STORE_READY));
	}
	assert_int_equal(rig_put(rig, "end", "v"), STORE_OK);
	assert_int_equal(rig->n_records, 7);
	for (size_t i = 0; i < 6; i++) {
		assert_int_equal(rig->records[i].record.offset, i);
		assert_int_equal(rig->records[i].record.key.data[0], i % 2 == 1 ? 'o' : '0' + (int)i / 2);
	}
}

static size_t slice;
static size_t slice_max;
static struct loop *slice_loop;
static struct loop_idle slice_idle;

static void on_iteration(void *user)
{
	(void)user;
	slice = 0;
}

static void on_slice_record(struct rig *rig, const struct store_record *record)
{
	(void)rig;
	(void)record;
	slice_max = ++slice > slice_max ? slice : slice_max;
	loop_idle_add(slice_loop, &slice_idle);
}

/* Work is cut into slices: between two of them the loop serves others. */
static void test_replay_yields(void **state)
{
	struct rig *rig = *state;
	const struct config *config = mock_fresh(&mock, 1);
	struct rig_answer answers[20] = { 0 };
	struct store_record records[500];
	for (size_t i = 0; i < 500; i++) {
		records[i] = (struct store_record){ .key = rig_str("k"), .value = rig_str("v") };
	}
	rig->discard = true;
	rig_open_ready(rig, &mock_store, config);
	for (size_t i = 0; i < 20; i++) {
		rig_append(rig, &answers[i], records, 500);
	}
	assert_true(rig_wait_answer(rig, &answers[19]));
	rig_close(rig, 1000);
	slice_loop = rig->loop;
	slice_idle = (struct loop_idle){ .run = on_iteration };
	slice_max = 0;
	rig->hook = on_slice_record;
	rig_open_ready(rig, &mock_store, config);
	rig->hook = NULL;
	assert_int_equal(rig->n_records, 10000);
	assert_in_range(slice_max, 1, 1100);
	assert_int_equal(store_kafka.position(rig->store).offset, 9999);
	assert_int_equal(store_kafka.position(rig->store).end_offset, 10000);
}

static void test_close_with_the_broker_gone(void **state)
{
	struct rig *rig = *state;
	struct store_record record = { .key = rig_str("k"), .value = rig_str("v") };
	struct rig_answer answers[3] = { 0 };
	rig_open_ready(rig, &mock_store, mock_fresh(&mock, 1));
	rd_kafka_mock_broker_set_rtt(mock.cluster, 1, 20000);
	rig_append(rig, &answers[0], &record, 1);
	rig_append(rig, &answers[1], &record, 1);
	rig_barrier(rig, &answers[2], &record);
	rig_run_ms(rig, 100);
	rig_close(rig, 200);
	for (size_t i = 0; i < 3; i++) {
		assert_int_equal(answers[i].calls, 1);
		assert_int_not_equal(answers[i].status, STORE_OK);
	}
}

static void test_queue_is_bounded(void **state)
{
	struct rig *rig = *state;
	size_t bytes = 16000000;
	char *large = calloc(1, bytes);
	struct store_record record = { .key = rig_str("k"), .value = { large, bytes } };
	struct rig_answer answers[5] = { 0 };
	assert_non_null(large);
	rig_open_ready(rig, &mock_store, mock_fresh(&mock, 1));
	rd_kafka_mock_broker_set_rtt(mock.cluster, 1, 20000);
	for (size_t i = 0; i < 5; i++) {
		rig_append(rig, &answers[i], &record, 1);
	}
	assert_true(rig_wait_answer(rig, &answers[4]));
	assert_int_equal(answers[4].status, STORE_FULL);
	assert_int_equal(answers[3].calls, 0);
	rig_close(rig, 0);
	free(large);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		TEST(test_many_partitions_are_refused),
		TEST(test_starts_without_a_broker),
		TEST(test_reads_what_others_write),
		TEST(test_loses_and_finds_the_broker),
		TEST(test_idle_connections),
		TEST(test_refusals_of_the_broker),
		TEST(test_retries_what_passes),
		TEST(test_unknown_until_a_barrier),
		TEST(test_barrier_before_ready),
		TEST(test_barrier_tries_again),
		TEST(test_producer_is_made_anew),
		TEST(test_no_right_to_be_idempotent),
		TEST(test_consumer_is_made_anew),
		TEST(test_replay_yields),
		TEST(test_close_with_the_broker_gone),
		TEST(test_queue_is_bounded),
	};
#undef TEST
	return cmocka_run_group_tests(tests, NULL, NULL);
}
