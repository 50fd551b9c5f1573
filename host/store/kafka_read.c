/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The reader: its own consumer on partition 0, from the beginning, without a group (so
 * no rights on groups are needed), each record once and in order through on_record.
 *
 * A log that no longer fits what was read (truncated, deleted, recreated) is never
 * followed: the state would silently differ from the log's. The store then stays
 * STORE_LOST, read-only, until a restart reads the log anew. One case can not be told
 * apart without topic ids, which librdkafka 2.0 does not give: a topic that is recreated
 * and has grown past our position again before the next fetch.
 */
#include <assert.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "store/kafka_int.h"
#include "support/str.h"

#define RECORDS_PER_WAKE 1000
#define WAKE_NS 5000000 /* then other work of the loop has its turn */
#define MESSAGES 64
#define NUDGE_MS 1000

/* Newer than the oldest librdkafka that we build with. */
#define ERR_UNKNOWN_TOPIC_ID 100
#define ERR_LOG_TRUNCATION (-139)

void kafka_reader_init(struct kafka *kafka)
{
	kafka->reader.last = -1;
	kafka->reader.goal = -1;
	kafka->reader.nudge.next = -1;
}

void kafka_reader_finish(struct kafka *kafka)
{
	free(kafka->reader.headers);
}

void kafka_reader_renew(struct kafka *kafka, const char *why, unsigned delay_ms)
{
	struct kafka_reader *reader = &kafka->reader;
	if (!reader->wrong) {
		reader->wrong = true;
		reader->caught_up = false;
		reader->goal = -1;
		reader->renew_at_ms = loop_now_ms(kafka->loop) + delay_ms;
	}
	if (!kafka->down && !kafka->broken) {
		snprintf(kafka->text, sizeof(kafka->text), "Reading topic %s: %s",
			kafka->settings.topic, why);
	}
	kafka_complain(kafka, "Reading topic %s: %s; reading anew from offset %lld",
		kafka->settings.topic, why, (long long)reader->next);
	kafka_update_state(kafka);
}

static bool stopped(const struct kafka *kafka)
{
	return kafka->reader.wrong || kafka->broken || kafka->failed;
}

static void reached_end(struct kafka *kafka)
{
	struct kafka_reader *reader = &kafka->reader;
	if (!reader->caught_up) {
		reader->caught_up = true;
		reader->goal = -1;
		kafka_set_up(kafka);
		kafka_update_state(kafka);
	}
}

void kafka_reader_start(struct kafka *kafka)
{
	struct kafka_client *client = kafka->consumer;
	if (client == NULL || client->consuming || kafka->topic.step != KAFKA_STEP_VERIFIED) {
		return;
	}
	int64_t from = kafka->reader.last < 0 && kafka->reader.next == 0 ?
		RD_KAFKA_OFFSET_BEGINNING : kafka->reader.next;
	if (rd_kafka_consume_start_queue(client->topic, 0, from, client->data) != 0) {
		kafka_reader_renew(kafka, rd_kafka_err2str(rd_kafka_last_error()),
			kafka->times.retry);
		return;
	}
	client->consuming = true;
	kafka_kick(kafka);
	if (!kafka->opened) {
		/* The consumer's own word comes only when a fetch at the end has timed out. */
		kafka->reader.goal = kafka->topic.probe.high;
		if (kafka->reader.goal >= 0 && kafka->topic.probe.low == kafka->reader.goal) {
			reached_end(kafka);
		}
	}
}

static bool room_for_headers(struct kafka_reader *reader, size_t n)
{
	if (n <= reader->headers_cap) {
		return true;
	}
	/* Bounded: a record's headers can not be more than its bytes. */
	struct store_header *grown = realloc(reader->headers, n * sizeof(*grown));
	if (grown == NULL) {
		return false;
	}
	reader->headers = grown;
	reader->headers_cap = n;
	return true;
}

static bool read_headers(struct kafka_reader *reader, rd_kafka_message_t *message,
	struct store_record *record)
{
	rd_kafka_headers_t *headers;
	if (rd_kafka_message_headers(message, &headers) != RD_KAFKA_RESP_ERR_NO_ERROR) {
		return true;
	}
	size_t n = rd_kafka_header_cnt(headers);
	if (!room_for_headers(reader, n)) {
		return false;
	}
	for (size_t i = 0; i < n; i++) {
		struct store_header *header = &reader->headers[i];
		const char *name = NULL;
		const void *value = NULL;
		size_t len = 0;
		rd_kafka_header_get_all(headers, i, &name, &value, &len);
		header->name = str_z(name);
		header->value = (struct scute_str){ value, value == NULL ? 0 : len };
	}
	record->headers = reader->headers;
	record->n_headers = n;
	return true;
}

/* librdkafka has a pointer for what is empty, and none for null. */
static struct scute_str slice(const void *data, size_t len)
{
	return (struct scute_str){ data, data == NULL ? 0 : len };
}

static void on_message(struct kafka *kafka, rd_kafka_message_t *message)
{
	struct kafka_reader *reader = &kafka->reader;
	if (message->offset < reader->next) {
		kafka_set_broken(kafka, "Topic %s: offset %lld came after %lld: this is not the log "
			"that was read before; writes are refused until a restart",
			kafka->settings.topic, (long long)message->offset,
			(long long)(reader->next - 1));
		return;
	}
	rd_kafka_timestamp_type_t type;
	int64_t timestamp = rd_kafka_message_timestamp(message, &type);
	struct store_record record = {
		.offset = message->offset,
		.timestamp_ms = timestamp < 0 ? 0 : timestamp,
		.key = slice(message->key, message->key_len),
		.value = slice(message->payload, message->len),
	};
	if (!read_headers(reader, message, &record)) {
		kafka_reader_renew(kafka, "out of memory", kafka->times.retry);
		return;
	}
	reader->next = message->offset + 1;
	reader->last = message->offset;
	kafka->events.on_record(kafka->events.user, &record);
}

static void on_out_of_range(struct kafka *kafka, const char *text)
{
	if (kafka->reader.next == 0) {
		/* Nothing was read yet, so any beginning is right. */
		kafka_reader_renew(kafka, text, kafka->times.retry);
		return;
	}
	kafka_set_broken(kafka, "Topic %s no longer has offset %lld, which is next to be read (%s): it "
		"was truncated or recreated; reads are answered from what was read before, "
		"writes are refused until a restart", kafka->settings.topic,
		(long long)kafka->reader.next, text);
}

static void on_end(struct kafka *kafka, int64_t offset)
{
	struct kafka_reader *reader = &kafka->reader;
	/* Past transaction markers and what compaction took, which no record shows. */
	if (offset > reader->next) {
		reader->next = offset;
	}
	reached_end(kafka);
}

static void on_problem(struct kafka *kafka, rd_kafka_resp_err_t err, const char *text)
{
	switch ((int)err) {
	case RD_KAFKA_RESP_ERR_OFFSET_OUT_OF_RANGE:
	case RD_KAFKA_RESP_ERR__AUTO_OFFSET_RESET:
	case ERR_LOG_TRUNCATION:
		on_out_of_range(kafka, text);
		break;
	case RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART:
	case RD_KAFKA_RESP_ERR__UNKNOWN_TOPIC:
	case RD_KAFKA_RESP_ERR__UNKNOWN_PARTITION:
	case ERR_UNKNOWN_TOPIC_ID:
		kafka_reader_renew(kafka, text, kafka->times.retry);
		kafka_set_down(kafka, "Topic %s is not there: %s", kafka->settings.topic, text);
		break;
	case RD_KAFKA_RESP_ERR__TRANSPORT:
	case RD_KAFKA_RESP_ERR__TIMED_OUT:
	case RD_KAFKA_RESP_ERR_REQUEST_TIMED_OUT:
		kafka_complain(kafka, "Reading topic %s: %s", kafka->settings.topic, text);
		break;
	default:
		kafka_reader_renew(kafka, text, kafka->times.retry);
	}
}

/*
 * Some errors of the partition come as messages, others only here: from within
 * rd_kafka_consume_batch_queue, so on the loop thread.
 */
void kafka_reader_on_error(rd_kafka_t *rk, int err, const char *text, void *user)
{
	struct kafka *kafka = user;
	if (kafka->consumer != NULL && kafka->consumer->rk == rk && !stopped(kafka)) {
		on_problem(kafka, (rd_kafka_resp_err_t)err, text);
	}
}

static void on_error_message(struct kafka *kafka, const rd_kafka_message_t *message)
{
	if (message->err == RD_KAFKA_RESP_ERR__PARTITION_EOF) {
		on_end(kafka, message->offset);
	} else {
		on_problem(kafka, message->err, message->payload != NULL ?
			(const char *)message->payload : rd_kafka_err2str(message->err));
	}
}

static uint64_t now_ns(void)
{
	struct timespec now;
	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

/* After an error the rest must not be seen: it is read again, or belongs to another log. */
static void on_messages(struct kafka *kafka, rd_kafka_message_t **messages, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		if (stopped(kafka)) {
			/* dropped */
		} else if (messages[i]->err != RD_KAFKA_RESP_ERR_NO_ERROR) {
			on_error_message(kafka, messages[i]);
		} else {
			on_message(kafka, messages[i]);
		}
		rd_kafka_message_destroy(messages[i]);
	}
	if (kafka->reader.goal >= 0 && kafka->reader.next >= kafka->reader.goal) {
		reached_end(kafka);
	}
	kafka_writer_on_read(kafka);
}

/* On a pool thread. */
static void nudge_work(void *user)
{
	struct kafka_nudge *nudge = &((struct kafka *)user)->reader.nudge;
	int64_t low;
	int64_t high;
	rd_kafka_query_watermark_offsets(nudge->client->rk, nudge->topic, 0, &low, &high, NUDGE_MS);
}

static void nudge_done(void *user)
{
	struct kafka *kafka = user;
	kafka->reader.nudge.running = false;
	kafka->reader.nudge.client->users--;
	kafka_kick(kafka);
}

static void nudge(struct kafka *kafka)
{
	struct kafka_nudge *now = &kafka->reader.nudge;
	if (now->running || now->next == kafka->reader.next || kafka->down || kafka->closing ||
		kafka_reader_end(kafka) == kafka->reader.next) {
		return;
	}
	now->next = kafka->reader.next;
	now->client = kafka->consumer;
	now->topic = kafka->settings.topic;
	now->running = pool_run(kafka->pool, nudge_work, nudge_done, kafka);
	if (now->running) {
		now->client->users++;
	}
}

bool kafka_reader_serve(struct kafka *kafka)
{
	rd_kafka_message_t *messages[MESSAGES];
	uint64_t start = now_ns();
	size_t served = 0;
	while (!stopped(kafka)) {
		ssize_t n = rd_kafka_consume_batch_queue(kafka->consumer->data, 0, messages,
			MESSAGES);
		if (n <= 0) {
			nudge(kafka);
			return false;
		}
		on_messages(kafka, messages, (size_t)n);
		served += (size_t)n;
		if (served >= RECORDS_PER_WAKE || now_ns() - start >= WAKE_NS) {
			return true;
		}
	}
	return false;
}

static void renew(struct kafka *kafka)
{
	struct scute_error err;
	kafka_client_retire(kafka->consumer);
	kafka->consumer = kafka_client_create(kafka, RD_KAFKA_CONSUMER, &err);
	if (kafka->consumer == NULL) {
		kafka->reader.renew_at_ms = loop_now_ms(kafka->loop) + kafka->times.retry;
		kafka_complain(kafka, "%s; trying again", err.text);
		return;
	}
	kafka->reader.wrong = false;
	kafka_reader_start(kafka);
}

void kafka_reader_tick(struct kafka *kafka)
{
	if (kafka->reader.wrong && !kafka->broken && !kafka->failed &&
		loop_now_ms(kafka->loop) >= kafka->reader.renew_at_ms) {
		renew(kafka);
	}
}

int64_t kafka_reader_end(const struct kafka *kafka)
{
	int64_t low;
	int64_t high = 0;
	if (kafka->consumer == NULL || !kafka->consumer->consuming ||
		rd_kafka_get_watermark_offsets(kafka->consumer->rk, kafka->settings.topic, 0, &low,
			&high) != RD_KAFKA_RESP_ERR_NO_ERROR) {
		high = 0;
	}
	return high > kafka->reader.next ? high : kafka->reader.next;
}
