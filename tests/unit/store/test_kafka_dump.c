/* SPDX-License-Identifier: Apache-2.0 */
/* A Kafka topic as a dump, on librdkafka's mock cluster; tests/kafka has a real broker. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "mock.h"
#include "store/kafka_dump.h"
#include "support/str.h"

static struct mock mock;
static volatile sig_atomic_t stop;
static struct scute_error err;
static struct dump *dump;

static int set_up(void **state)
{
	(void)state;
	mock_init(&mock, NULL);
	mock_fresh(&mock, 1);
	stop = 0;
	dump = NULL;
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	mock_finish(&mock);
	return 0;
}

static void open_dump(void)
{
	const struct dump_options options = {
		.config = &mock.config,
		.topic = mock.topic,
		.timeout_ms = 1500,
		.stop = &stop,
	};

	dump = dump_kafka.open(&options, &err);
	assert_non_null(dump);
}

static void close_dump(void)
{
	dump_kafka.close(dump);
	dump = NULL;
}

static const struct store_header headers[] = {
	{ { "h", 1 }, { "x", 1 } },
	{ { "n", 1 }, { NULL, 0 } },
};
static const struct store_record records[] = {
	{ .timestamp_ms = 1600000000000, .key = { "k1", 2 }, .value = { "v\0v", 3 },
		.headers = headers, .n_headers = 2 },
	{ .timestamp_ms = 1600000000005, .key = { "k2", 2 } },
	{ .timestamp_ms = 1600000000007, .key = { "k3", 2 }, .value = { "", 0 } },
};
#define N_RECORDS (sizeof(records) / sizeof(records[0]))

static void write_records(unsigned n)
{
	for (unsigned i = 0; i < n; i++) {
		enum dump_status status = dump_kafka.write(dump, &records[i % N_RECORDS], &err);
		if (status != DUMP_OK) {
			fail_msg("%d: %s", (int)status, err.text);
		}
	}
	if (dump_kafka.write_end(dump, &err) != DUMP_OK) {
		fail_msg("%s", err.text);
	}
	assert_int_equal(dump_kafka.written(dump), n);
}

static bool same(struct scute_str a, struct scute_str b)
{
	return str_eq(a, b) && !a.data == !b.data;
}

static void expect_records(unsigned n)
{
	struct store_record record;
	int64_t total;

	assert_int_equal(dump_kafka.read_begin(dump, &total, &err), DUMP_OK);
	assert_int_equal(total, n);
	for (unsigned i = 0; i < n; i++) {
		const struct store_record *wanted = &records[i % N_RECORDS];
		enum dump_status status = dump_kafka.read(dump, &record, &err);
		if (status != DUMP_OK) {
			fail_msg("%u: %d %s", i, (int)status, err.text);
		}
		assert_int_equal(record.offset, i);
		assert_int_equal(record.timestamp_ms, wanted->timestamp_ms);
		assert_true(same(record.key, wanted->key) && same(record.value, wanted->value));
		assert_int_equal(record.n_headers, wanted->n_headers);
		for (size_t j = 0; j < record.n_headers; j++) {
			assert_true(same(record.headers[j].name, wanted->headers[j].name));
			assert_true(same(record.headers[j].value, wanted->headers[j].value));
		}
	}
	assert_int_equal(dump_kafka.read(dump, &record, &err), DUMP_END);
	assert_int_equal(dump_kafka.read(dump, &record, &err), DUMP_END);
}

static void all_of_a_record_comes_back(void **state)
{
	bool exists = false;

	(void)state;
	open_dump();
	assert_int_equal(dump_kafka.look(dump, &exists, &err), DUMP_OK);
	assert_true(exists);
	assert_int_equal(dump_kafka.write_begin(dump, &err), DUMP_OK);
	write_records(3);
	close_dump();
	open_dump();
	expect_records(3);
	close_dump();
}

static void many_records_keep_their_order(void **state)
{
	(void)state;
	open_dump();
	assert_int_equal(dump_kafka.write_begin(dump, &err), DUMP_OK);
	write_records(30000);
	close_dump();
	open_dump();
	expect_records(30000);
	close_dump();
}

static void an_empty_topic_ends_at_once(void **state)
{
	(void)state;
	open_dump();
	expect_records(0);
	close_dump();
}

static void what_comes_later_is_not_read(void **state)
{
	struct store_record record;
	int64_t total;

	(void)state;
	mock_produce(&mock, "a", "1");
	open_dump();
	assert_int_equal(dump_kafka.read_begin(dump, &total, &err), DUMP_OK);
	mock_produce(&mock, "b", "2");
	assert_int_equal(dump_kafka.read(dump, &record, &err), DUMP_OK);
	assert_int_equal(record.offset, 0);
	assert_int_equal(dump_kafka.read(dump, &record, &err), DUMP_END);
	close_dump();
}

static void several_partitions_are_refused(void **state)
{
	bool exists = false;

	(void)state;
	mock_fresh(&mock, 3);
	open_dump();
	assert_int_equal(dump_kafka.look(dump, &exists, &err), DUMP_FAILED);
	assert_non_null(strstr(err.text, "has 3 partitions"));
	close_dump();
}

static void a_broker_that_is_not_there_is_told(void **state)
{
	bool exists = false;
	int64_t total;

	(void)state;
	rd_kafka_mock_broker_set_down(mock.cluster, 1);
	open_dump();
	assert_int_equal(dump_kafka.look(dump, &exists, &err), DUMP_FAILED);
	assert_non_null(strstr(err.text, "No broker answers"));
	assert_int_equal(dump_kafka.read_begin(dump, &total, &err), DUMP_FAILED);
	stop = 1;
	assert_int_equal(dump_kafka.look(dump, &exists, &err), DUMP_STOPPED);
	close_dump();
}

static void a_reader_without_news_is_stale(void **state)
{
	struct store_record record;
	int64_t total;

	(void)state;
	mock_produce(&mock, "a", "1");
	open_dump();
	kafka_dump_of(dump)->options.timeout_ms = 15000;
	rd_kafka_mock_broker_set_rtt(mock.cluster, 1, 450);
	assert_int_equal(dump_kafka.read_begin(dump, &total, &err), DUMP_OK);
	/* Its first answer can not be here so early. */
	kafka_dump_of(dump)->options.timeout_ms = 50;
	assert_int_equal(dump_kafka.read(dump, &record, &err), DUMP_STALE);
	assert_non_null(strstr(err.text, "no record came within 50 ms, at offset 0 of 1"));
	close_dump();
}

static void a_refused_record_is_told(void **state)
{
	(void)state;
	open_dump();
	assert_int_equal(dump_kafka.write_begin(dump, &err), DUMP_OK);
	write_records(2);
	mock_fail(&mock, MOCK_PRODUCE, 1, RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED);
	assert_int_equal(dump_kafka.write(dump, &records[0], &err), DUMP_OK);
	assert_int_equal(dump_kafka.write_end(dump, &err), DUMP_FAILED);
	assert_non_null(strstr(err.text, "Writing to topic"));
	assert_non_null(strstr(err.text, "authorization failed"));
	assert_int_equal(dump_kafka.written(dump), 2);
	/* Nothing follows it any more. */
	assert_int_equal(dump_kafka.write(dump, &records[0], &err), DUMP_FAILED);
	assert_int_equal(dump_kafka.written(dump), 2);
	close_dump();
}

static void too_large_a_record_is_told(void **state)
{
	size_t len = 17u << 20;
	char *value = calloc(1, len);
	struct store_record record = { .key = { "k", 1 }, .value = { value, len } };

	(void)state;
	assert_non_null(value);
	open_dump();
	assert_int_equal(dump_kafka.write_begin(dump, &err), DUMP_OK);
	assert_int_equal(dump_kafka.write(dump, &record, &err), DUMP_FAILED);
	assert_non_null(strstr(err.text, "too large"));
	assert_int_equal(dump_kafka.written(dump), 0);
	close_dump();
	free(value);
}

static void without_the_right_to_be_idempotent_it_begins_again(void **state)
{
	enum dump_status status = DUMP_OK;

	(void)state;
	open_dump();
	assert_int_equal(dump_kafka.write_begin(dump, &err), DUMP_OK);
	rd_kafka_test_fatal_error(kafka_dump_of(dump)->admin,
		RD_KAFKA_RESP_ERR_CLUSTER_AUTHORIZATION_FAILED, "test");
	for (unsigned i = 0; i < 3 && status == DUMP_OK; i++) {
		status = dump_kafka.write(dump, &records[i], &err);
	}
	if (status == DUMP_OK) {
		status = dump_kafka.write_end(dump, &err);
	}
	assert_int_equal(status, DUMP_AGAIN);
	assert_int_equal(dump_kafka.written(dump), 0);
	assert_int_equal(dump_kafka.write_begin(dump, &err), DUMP_OK);
	write_records(3);
	close_dump();
	open_dump();
	expect_records(3);
	close_dump();
}

static void another_fatal_error_is_told(void **state)
{
	enum dump_status status;

	(void)state;
	open_dump();
	assert_int_equal(dump_kafka.write_begin(dump, &err), DUMP_OK);
	rd_kafka_test_fatal_error(kafka_dump_of(dump)->admin,
		RD_KAFKA_RESP_ERR_OUT_OF_ORDER_SEQUENCE_NUMBER, "a test");
	status = dump_kafka.write(dump, &records[0], &err);
	if (status == DUMP_OK) {
		status = dump_kafka.write_end(dump, &err);
	}
	assert_int_equal(status, DUMP_FAILED);
	assert_non_null(strstr(err.text, "a test"));
	close_dump();
}

static void a_wish_to_stop_is_heard(void **state)
{
	struct store_record record;
	int64_t total;

	(void)state;
	mock_produce(&mock, "a", "1");
	open_dump();
	assert_int_equal(dump_kafka.read_begin(dump, &total, &err), DUMP_OK);
	stop = 1;
	assert_int_equal(dump_kafka.read(dump, &record, &err), DUMP_STOPPED);
	close_dump();
	stop = 0;
	open_dump();
	assert_int_equal(dump_kafka.write_begin(dump, &err), DUMP_OK);
	assert_int_equal(dump_kafka.write(dump, &records[0], &err), DUMP_OK);
	stop = 1;
	assert_int_equal(dump_kafka.write(dump, &records[0], &err), DUMP_STOPPED);
	assert_true(dump_kafka.written(dump) <= 1);
	close_dump();
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		TEST(all_of_a_record_comes_back),
		TEST(many_records_keep_their_order),
		TEST(an_empty_topic_ends_at_once),
		TEST(what_comes_later_is_not_read),
		TEST(several_partitions_are_refused),
		TEST(a_broker_that_is_not_there_is_told),
		TEST(a_reader_without_news_is_stale),
		TEST(a_refused_record_is_told),
		TEST(too_large_a_record_is_told),
		TEST(without_the_right_to_be_idempotent_it_begins_again),
		TEST(another_fatal_error_is_told),
		TEST(a_wish_to_stop_is_heard),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
