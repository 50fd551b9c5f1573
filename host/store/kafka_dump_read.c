/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reads a topic from its beginning to the end that it had when the reading began. Records
 * of aborted transactions are not part of it.
 */
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "store/kafka_dump.h"
#include "support/str.h"

#define SLICE_MS 100 /* of waiting, between two looks at whether to stop */
#define ASK_MS 500

static rd_kafka_conf_t *make_conf(struct kafka_dump *dump, struct scute_error *err)
{
	/*
	 * A deep queue: librdkafka before 2.2 looks only each second whether one that was full
	 * has room again.
	 */
	static const char *const list[][2] = {
		{ "queued.min.messages", "1000000" },
		{ "queued.max.messages.kbytes", "65536" },
		{ "fetch.message.max.bytes", "1048576" },
		{ "fetch.max.bytes", "8388608" },
		{ "fetch.wait.max.ms", "100" },
	};
	char text[KAFKA_TEXT_BYTES];
	rd_kafka_conf_t *conf = kafka_conf_consumer(&dump->settings, err);

	for (size_t i = 0; conf != NULL && i < sizeof(list) / sizeof(list[0]); i++) {
		if (rd_kafka_conf_set(conf, list[i][0], list[i][1], text, sizeof(text)) !=
			RD_KAFKA_CONF_OK) {
			error_set(err, SCUTE_EINVAL, "Kafka client setting %s: %s", list[i][0],
				text);
			rd_kafka_conf_destroy(conf);
			return NULL;
		}
	}
	return conf;
}

static bool open_consumer(struct kafka_dump *dump, struct scute_error *err)
{
	rd_kafka_conf_t *conf = make_conf(dump, err);

	if (conf == NULL) {
		return false;
	}
	dump->consumer = kafka_dump_new(dump, RD_KAFKA_CONSUMER, conf, err);
	if (dump->consumer == NULL) {
		return false;
	}
	dump->consumer_main = rd_kafka_queue_get_main(dump->consumer);
	dump->consumer_topic = rd_kafka_topic_new(dump->consumer, dump->settings.topic, NULL);
	dump->data = rd_kafka_queue_new(dump->consumer);
	return true;
}

static void serve(struct kafka_dump *dump)
{
	rd_kafka_event_t *event;

	while ((event = rd_kafka_queue_poll(dump->consumer_main, 0)) != NULL) {
		kafka_dump_on_common(dump, dump->consumer, event);
		rd_kafka_event_destroy(event);
	}
}

/* Where the log begins and ends. */
static enum dump_status ask_ends(struct kafka_dump *dump, int64_t *ret_low, int64_t *ret_high,
	struct scute_error *err)
{
	uint64_t deadline_ms = clock_monotonic_ms() + dump->options.timeout_ms;
	rd_kafka_resp_err_t problem;

	do {
		if (*dump->options.stop) {
			return DUMP_STOPPED;
		}
		serve(dump);
		problem = rd_kafka_query_watermark_offsets(dump->consumer, dump->settings.topic, 0,
			ret_low, ret_high, ASK_MS);
		if (problem == RD_KAFKA_RESP_ERR_NO_ERROR) {
			return DUMP_OK;
		}
	} while (clock_monotonic_ms() < deadline_ms);
	return kafka_dump_fail(dump, err, "Asking for the end of", rd_kafka_err2str(problem));
}

enum dump_status kafka_dump_read_begin(struct dump *base, int64_t *ret_estimate,
	struct scute_error *err)
{
	struct kafka_dump *dump = kafka_dump_of(base);
	int64_t low;
	int64_t high;

	if (!open_consumer(dump, err)) {
		return DUMP_FAILED;
	}
	enum dump_status status = ask_ends(dump, &low, &high, err);
	if (status != DUMP_OK) {
		return status;
	}
	dump->next = low;
	dump->end = high;
	*ret_estimate = high - low;
	dump->at_end = low >= high;
	if (dump->at_end) {
		return DUMP_OK;
	}
	if (rd_kafka_consume_start_queue(dump->consumer_topic, 0, low, dump->data) != 0) {
		return kafka_dump_fail(dump, err, "Reading",
			rd_kafka_err2str(rd_kafka_last_error()));
	}
	dump->consuming = true;
	return DUMP_OK;
}

static void drop_messages(struct kafka_dump *dump)
{
	for (size_t i = 0; i < dump->n_messages; i++) {
		rd_kafka_message_destroy(dump->messages[i]);
	}
	dump->n_messages = dump->n_taken = 0;
}

void kafka_dump_read_end(struct kafka_dump *dump)
{
	if (dump->consumer == NULL) {
		return;
	}
	drop_messages(dump);
	if (dump->consuming) {
		rd_kafka_consume_stop(dump->consumer_topic, 0);
	}
	rd_kafka_topic_destroy(dump->consumer_topic);
	rd_kafka_queue_destroy(dump->data);
	rd_kafka_queue_destroy(dump->consumer_main);
	rd_kafka_destroy_flags(dump->consumer, RD_KAFKA_DESTROY_F_NO_CONSUMER_CLOSE);
	dump->consumer = NULL;
}

static bool read_headers(struct kafka_dump *dump, rd_kafka_message_t *message,
	struct store_record *record)
{
	rd_kafka_headers_t *headers;

	if (rd_kafka_message_headers(message, &headers) != RD_KAFKA_RESP_ERR_NO_ERROR) {
		return true;
	}
	size_t n = rd_kafka_header_cnt(headers);
	if (n > dump->headers_cap) {
		struct store_header *grown = realloc(dump->headers, n * sizeof(*grown));
		if (grown == NULL) {
			return false;
		}
		dump->headers = grown;
		dump->headers_cap = n;
	}
	for (size_t i = 0; i < n; i++) {
		const char *name = NULL;
		const void *value = NULL;
		size_t len = 0;
		rd_kafka_header_get_all(headers, i, &name, &value, &len);
		dump->headers[i].name = str_z(name);
		dump->headers[i].value = (struct scute_str){ value, value == NULL ? 0 : len };
	}
	record->headers = dump->headers;
	record->n_headers = n;
	return true;
}

static struct scute_str slice(const void *data, size_t len)
{
	return (struct scute_str){ data, data == NULL ? 0 : len };
}

static enum dump_status give(struct kafka_dump *dump, rd_kafka_message_t *message,
	struct store_record *ret_record, struct scute_error *err)
{
	rd_kafka_timestamp_type_t type;
	struct store_record record = {
		.offset = message->offset,
		.timestamp_ms = rd_kafka_message_timestamp(message, &type),
		.key = slice(message->key, message->key_len),
		.value = slice(message->payload, message->len),
	};

	if (!read_headers(dump, message, &record)) {
		return kafka_dump_fail(dump, err, "Reading", "out of memory");
	}
	dump->next = message->offset + 1;
	*ret_record = record;
	return DUMP_OK;
}

static bool passes(rd_kafka_resp_err_t problem)
{
	return problem == RD_KAFKA_RESP_ERR__TRANSPORT || problem == RD_KAFKA_RESP_ERR__TIMED_OUT ||
		problem == RD_KAFKA_RESP_ERR_REQUEST_TIMED_OUT ||
		problem == RD_KAFKA_RESP_ERR__ALL_BROKERS_DOWN;
}

/* Those that are no record: OK to go on. */
static enum dump_status on_error_message(struct kafka_dump *dump, const rd_kafka_message_t *message,
	struct scute_error *err)
{
	if (message->err == RD_KAFKA_RESP_ERR__PARTITION_EOF) {
		/* What is left below the captured end are no records. */
		dump->at_end = true;
		return DUMP_OK;
	}
	if (passes(message->err)) {
		return DUMP_OK;
	}
	return kafka_dump_fail(dump, err, "Reading", rd_kafka_message_errstr(message));
}

/* Waits for messages. */
static enum dump_status fetch(struct kafka_dump *dump, struct scute_error *err)
{
	uint64_t deadline_ms = clock_monotonic_ms() + dump->options.timeout_ms;

	drop_messages(dump);
	while (clock_monotonic_ms() < deadline_ms) {
		if (*dump->options.stop) {
			return DUMP_STOPPED;
		}
		serve(dump);
		ssize_t n = rd_kafka_consume_batch_queue(dump->data, SLICE_MS, dump->messages,
			KAFKA_DUMP_MESSAGES);
		if (n > 0) {
			dump->n_messages = (size_t)n;
			return DUMP_OK;
		}
	}
	error_set(err, SCUTE_EINTERNAL, "Reading topic %s at %s: no record came within %llu ms, at "
		"offset %lld of %lld%s%s", dump->settings.topic, dump->settings.bootstrap,
		(unsigned long long)dump->options.timeout_ms, (long long)dump->next,
		(long long)dump->end, dump->problem[0] != '\0' ? ": " : "", dump->problem);
	return DUMP_STALE;
}

enum dump_status kafka_dump_read(struct dump *base, struct store_record *ret_record,
	struct scute_error *err)
{
	struct kafka_dump *dump = kafka_dump_of(base);

	while (!dump->at_end && dump->next < dump->end) {
		if (*dump->options.stop) {
			return DUMP_STOPPED;
		}
		if (dump->n_taken == dump->n_messages) {
			enum dump_status status = fetch(dump, err);
			if (status != DUMP_OK) {
				return status;
			}
		}
		rd_kafka_message_t *message = dump->messages[dump->n_taken++];
		if (message->err != RD_KAFKA_RESP_ERR_NO_ERROR) {
			enum dump_status status = on_error_message(dump, message, err);
			if (status != DUMP_OK) {
				return status;
			}
		} else if (message->offset < dump->end) {
			return give(dump, message, ret_record, err);
		} else {
			dump->at_end = true;
		}
	}
	return DUMP_END;
}
