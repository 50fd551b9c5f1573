/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Writes to a topic: many records in flight, in order, each counted once its delivery
 * report says that all in-sync replicas have it. The first failure ends the writing; what was
 * on its way behind it may still arrive, and then counts.
 */
#include <string.h>

#include "base/clock.h"
#include "store/kafka_dump.h"
#include "support/str.h"

#define FLYING_MAX 20000
#define FLYING_BYTES_MAX ((size_t)32 << 20)
#define SLICE_MS 100
#define DRAIN_MS 5000 /* after a failure, for the reports of what is in flight */

static size_t record_bytes(const struct store_record *record)
{
	size_t bytes = record->key.len + record->value.len;

	for (size_t i = 0; i < record->n_headers; i++) {
		bytes += record->headers[i].name.len + record->headers[i].value.len;
	}
	return bytes;
}

static void note_failure(struct kafka_dump *dump, const char *text)
{
	if (dump->failure[0] == '\0') {
		snprintf(dump->failure, sizeof(dump->failure), "%s", text);
		/* In flight they may still arrive, and are then counted. */
		rd_kafka_purge(dump->admin, RD_KAFKA_PURGE_F_QUEUE | RD_KAFKA_PURGE_F_NON_BLOCKING);
	}
}

/* Not every fatal error comes as an event. */
static void check_fatal(struct kafka_dump *dump)
{
	char text[KAFKA_TEXT_BYTES];
	rd_kafka_resp_err_t fatal = rd_kafka_fatal_error(dump->admin, text, sizeof(text));

	if (fatal == RD_KAFKA_RESP_ERR_NO_ERROR) {
		return;
	}
	if (fatal == RD_KAFKA_RESP_ERR_CLUSTER_AUTHORIZATION_FAILED && !dump->plain) {
		dump->denied = true;
	}
	note_failure(dump, text);
}

static void on_report(struct kafka_dump *dump, const rd_kafka_message_t *message)
{
	dump->n_flying--;
	dump->flying_bytes -= (size_t)(uintptr_t)message->_private;
	if (message->err == RD_KAFKA_RESP_ERR_NO_ERROR) {
		dump->n_written++;
		return;
	}
	/* A fatal error's own text says more than its report. */
	check_fatal(dump);
	note_failure(dump, rd_kafka_err2str(message->err));
}

static void on_event(struct kafka_dump *dump, rd_kafka_event_t *event)
{
	const rd_kafka_message_t *message;

	if (kafka_dump_on_common(dump, dump->admin, event)) {
		return;
	}
	switch (rd_kafka_event_type(event)) {
	case RD_KAFKA_EVENT_DR:
		while ((message = rd_kafka_event_message_next(event)) != NULL) {
			on_report(dump, message);
		}
		break;
	case RD_KAFKA_EVENT_ERROR:
		check_fatal(dump);
		break;
	default:
		break;
	}
}

/* Serves what is there; waits for something when there is nothing. */
static void serve(struct kafka_dump *dump, int wait_ms)
{
	rd_kafka_event_t *event;

	while ((event = rd_kafka_queue_poll(dump->main, wait_ms)) != NULL) {
		on_event(dump, event);
		rd_kafka_event_destroy(event);
		wait_ms = 0;
	}
}

enum dump_status kafka_dump_write_begin(struct dump *base, struct scute_error *err)
{
	struct kafka_dump *dump = kafka_dump_of(base);

	return kafka_dump_ensure_admin(dump, err) ? DUMP_OK : DUMP_FAILED;
}

static rd_kafka_headers_t *make_headers(const struct store_record *record)
{
	rd_kafka_headers_t *headers = rd_kafka_headers_new(record->n_headers);

	for (size_t i = 0; i < record->n_headers; i++) {
		const struct store_header *header = &record->headers[i];
		rd_kafka_header_add(headers, header->name.data, (ssize_t)header->name.len,
			header->value.data, (ssize_t)header->value.len);
	}
	return headers;
}

static rd_kafka_resp_err_t produce(struct kafka_dump *dump, const struct store_record *record,
	size_t bytes)
{
	int64_t timestamp_ms = record->timestamp_ms > 0 ? record->timestamp_ms : 0;
	rd_kafka_headers_t *headers = make_headers(record);
	rd_kafka_resp_err_t problem = rd_kafka_producev(dump->admin, RD_KAFKA_V_RKT(dump->topic),
		RD_KAFKA_V_PARTITION(0), RD_KAFKA_V_MSGFLAGS(RD_KAFKA_MSG_F_COPY),
		RD_KAFKA_V_KEY(record->key.data, record->key.len),
		RD_KAFKA_V_VALUE((void *)(uintptr_t)record->value.data, record->value.len),
		RD_KAFKA_V_TIMESTAMP(timestamp_ms), RD_KAFKA_V_HEADERS(headers),
		RD_KAFKA_V_OPAQUE((void *)(uintptr_t)bytes), RD_KAFKA_V_END);

	if (problem != RD_KAFKA_RESP_ERR_NO_ERROR) {
		rd_kafka_headers_destroy(headers);
	}
	return problem;
}

/* No right to be idempotent: the handle is made anew without, and all begins again. */
static enum dump_status go_plain(struct kafka_dump *dump)
{
	rd_kafka_topic_destroy(dump->topic);
	rd_kafka_queue_destroy(dump->main);
	rd_kafka_destroy(dump->admin);
	dump->admin = NULL;
	dump->plain = true;
	dump->denied = false;
	dump->failure[0] = '\0';
	dump->n_flying = dump->flying_bytes = 0;
	return DUMP_AGAIN;
}

/* What is in flight still counts when it arrives. */
static void drain(struct kafka_dump *dump)
{
	uint64_t deadline_ms = clock_monotonic_ms() + DRAIN_MS;

	while (dump->n_flying > 0 && clock_monotonic_ms() < deadline_ms) {
		serve(dump, SLICE_MS);
	}
}

static enum dump_status stop(struct kafka_dump *dump)
{
	rd_kafka_purge(dump->admin, RD_KAFKA_PURGE_F_QUEUE | RD_KAFKA_PURGE_F_NON_BLOCKING);
	drain(dump);
	return DUMP_STOPPED;
}

static enum dump_status give_up(struct kafka_dump *dump, struct scute_error *err)
{
	drain(dump);
	if (dump->denied && dump->n_written == 0) {
		return go_plain(dump);
	}
	return kafka_dump_fail(dump, err, "Writing to", dump->failure);
}

enum dump_status kafka_dump_write(struct dump *base, const struct store_record *record,
	struct scute_error *err)
{
	struct kafka_dump *dump = kafka_dump_of(base);
	size_t bytes = record_bytes(record);

	serve(dump, 0);
	while (dump->n_flying > 0 && dump->failure[0] == '\0' && !*dump->options.stop &&
		(dump->n_flying >= FLYING_MAX || dump->flying_bytes + bytes > FLYING_BYTES_MAX)) {
		serve(dump, SLICE_MS);
	}
	if (*dump->options.stop) {
		return stop(dump);
	}
	if (dump->failure[0] == '\0') {
		rd_kafka_resp_err_t problem = produce(dump, record, bytes);
		if (problem == RD_KAFKA_RESP_ERR_NO_ERROR) {
			dump->n_flying++;
			dump->flying_bytes += bytes;
			return DUMP_OK;
		}
		check_fatal(dump);
		note_failure(dump, rd_kafka_err2str(problem));
	}
	return give_up(dump, err);
}

enum dump_status kafka_dump_write_end(struct dump *base, struct scute_error *err)
{
	struct kafka_dump *dump = kafka_dump_of(base);

	/* Each has its own deadline in librdkafka, so this ends. */
	while (dump->n_flying > 0 && dump->failure[0] == '\0' && !*dump->options.stop) {
		serve(dump, SLICE_MS);
	}
	if (dump->failure[0] != '\0') {
		return give_up(dump, err);
	}
	return dump->n_flying > 0 ? stop(dump) : DUMP_OK;
}
