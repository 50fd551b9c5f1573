/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The writer: many batches in flight, each answered once its delivery reports are in
 * and the reader has passed its last offset, whichever comes first.
 *
 * A batch that fails after something of it may have been written is UNKNOWN. The
 * batches behind it must then not be OK: what librdkafka has not sent is purged and
 * becomes UNAVAILABLE; what may have been sent is UNKNOWN as well.
 */
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "store/kafka_int.h"
#include "support/str.h"

#define MESSAGES_MAX 50000
#define BYTES_MAX (64u << 20)
/* librdkafka looks for timeouts once a second; its report says more than our deadline. */
#define GRACE_MS 2000
#define BARRIER_ROUNDS 2 /* write timeouts that a barrier may take */
#define BARRIER_RETRY_MS 200
#define DRAIN_MS 1000 /* for the reports of a handle with a fatal error */

static void settle(struct kafka *kafka, struct kafka_batch *batch);

void kafka_writer_init(struct kafka *kafka)
{
	struct kafka_writer *writer = &kafka->writer;
	TAILQ_INIT(&writer->open);
	TAILQ_INIT(&writer->reading);
	TAILQ_INIT(&writer->waiting);
	TAILQ_INIT(&writer->answered);
}

/* ---- batches ---- */

static struct kafka_batches *list_of(struct kafka_writer *writer, enum kafka_batch_place place)
{
	switch (place) {
	case KAFKA_BATCH_OPEN:
		return &writer->open;
	case KAFKA_BATCH_READING:
		return &writer->reading;
	case KAFKA_BATCH_WAITING:
		return &writer->waiting;
	case KAFKA_BATCH_LOOSE:
		break;
	}
	return NULL;
}

static void place(struct kafka_writer *writer, struct kafka_batch *batch, enum kafka_batch_place to)
{
	if (batch->place != KAFKA_BATCH_LOOSE) {
		TAILQ_REMOVE(list_of(writer, batch->place), batch, link);
	}
	batch->place = to;
	if (to != KAFKA_BATCH_LOOSE) {
		TAILQ_INSERT_TAIL(list_of(writer, to), batch, link);
	}
}

/* reserve: take what is kept for answers that need memory when there is none. */
static struct kafka_batch *batch_create(struct kafka *kafka, bool reserve, store_done done,
	void *user)
{
	struct kafka_batch *batch = reserve ? NULL : calloc(1, sizeof(*batch));
	for (size_t i = 0; reserve && batch == NULL && i < KAFKA_RESERVE; i++) {
		struct kafka_batch *spare = &kafka->writer.reserve[i];
		if (!spare->reserve) {
			memset(spare, 0, sizeof(*spare));
			spare->reserve = true;
			batch = spare;
		}
	}
	if (batch != NULL) {
		batch->done = done;
		batch->user = user;
		batch->offset = -1;
	}
	return batch;
}

static void batch_destroy(struct kafka_batch *batch)
{
	free((void *)batch->record.headers); /* one block: see keep_record */
	if (batch->reserve) {
		batch->reserve = false;
	} else {
		free(batch);
	}
}

static void doom_later(struct kafka *kafka, uint64_t seq);

/* From now on batch has an outcome; done is called by the next flush. */
static void answer(struct kafka *kafka, struct kafka_batch *batch, enum store_status status)
{
	struct kafka_writer *writer = &kafka->writer;
	assert(!batch->answered);
	batch->answered = true;
	batch->status = status;
	if (batch->pending == 0) {
		place(writer, batch, KAFKA_BATCH_LOOSE);
	}
	TAILQ_INSERT_TAIL(&writer->answered, batch, done_link);
	if (!kafka->serving) {
		kafka_kick(kafka);
	}
	if (status == STORE_OK && batch->barrier) {
		writer->cleared = batch->seq;
		writer->unsure = batch->seq > writer->unsure ? 0 : writer->unsure;
	}
	if (status == STORE_UNKNOWN && batch->seq > writer->unsure && batch->seq > writer->cleared) {
		writer->unsure = batch->seq;
		doom_later(kafka, batch->seq);
	}
}

/* An outcome for a call that never became a batch. */
static void refuse(struct kafka *kafka, enum store_status status, store_done done, void *user)
{
	struct kafka_batch *batch = batch_create(kafka, false, done, user);
	if (batch == NULL) {
		batch = batch_create(kafka, true, done, user);
	}
	if (batch == NULL) {
		log_error(KAFKA_NAME, "Out of memory for the outcome of a write");
		abort();
	}
	answer(kafka, batch, status);
}

static void purge(struct kafka *kafka, int flags)
{
	if (kafka->producer != NULL) {
		rd_kafka_purge(kafka->producer->rk, flags | RD_KAFKA_PURGE_F_NON_BLOCKING);
	}
}

/* What was decided on top of a batch of unknown outcome must not stand. */
static void doom_later(struct kafka *kafka, uint64_t seq)
{
	struct kafka_writer *writer = &kafka->writer;
	struct kafka_batch *batch;
	TAILQ_FOREACH(batch, &writer->open, link) {
		batch->doomed = batch->doomed || (batch->seq > seq && !batch->barrier);
	}
	TAILQ_FOREACH(batch, &writer->reading, link) {
		batch->doomed = batch->doomed || (batch->seq > seq && !batch->barrier);
	}
	purge(kafka, RD_KAFKA_PURGE_F_QUEUE);
}

/* ---- producing ---- */

static rd_kafka_headers_t *make_headers(const struct store_record *record)
{
	if (record->n_headers == 0) {
		return NULL;
	}
	rd_kafka_headers_t *headers = rd_kafka_headers_new(record->n_headers);
	for (size_t i = 0; i < record->n_headers; i++) {
		const struct store_header *header = &record->headers[i];
		rd_kafka_header_add(headers, header->name.data, (ssize_t)header->name.len,
			header->value.data, (ssize_t)header->value.len);
	}
	return headers;
}

static rd_kafka_resp_err_t produce(struct kafka *kafka, struct kafka_batch *batch,
	const struct store_record *record)
{
	struct kafka_client *client = kafka->producer;
	rd_kafka_headers_t *headers = make_headers(record);
	rd_kafka_resp_err_t err;
	if (headers == NULL) {
		err = rd_kafka_producev(client->rk, RD_KAFKA_V_RKT(client->topic),
			RD_KAFKA_V_PARTITION(0), RD_KAFKA_V_MSGFLAGS(RD_KAFKA_MSG_F_COPY),
			RD_KAFKA_V_KEY(record->key.data, record->key.len),
			RD_KAFKA_V_VALUE((void *)record->value.data, record->value.len),
			RD_KAFKA_V_OPAQUE(batch), RD_KAFKA_V_END);
	} else {
		err = rd_kafka_producev(client->rk, RD_KAFKA_V_RKT(client->topic),
			RD_KAFKA_V_PARTITION(0), RD_KAFKA_V_MSGFLAGS(RD_KAFKA_MSG_F_COPY),
			RD_KAFKA_V_KEY(record->key.data, record->key.len),
			RD_KAFKA_V_VALUE((void *)record->value.data, record->value.len),
			RD_KAFKA_V_HEADERS(headers), RD_KAFKA_V_OPAQUE(batch), RD_KAFKA_V_END);
		if (err != RD_KAFKA_RESP_ERR_NO_ERROR) {
			rd_kafka_headers_destroy(headers);
		}
	}
	return err;
}

static enum store_status status_of(rd_kafka_resp_err_t err, rd_kafka_msg_status_t written)
{
	switch (err) {
	case RD_KAFKA_RESP_ERR_MSG_SIZE_TOO_LARGE:
	case RD_KAFKA_RESP_ERR_RECORD_LIST_TOO_LARGE:
	case RD_KAFKA_RESP_ERR_INVALID_MSG_SIZE:
		return STORE_TOO_LARGE;
	case RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED:
	case RD_KAFKA_RESP_ERR_CLUSTER_AUTHORIZATION_FAILED:
	case RD_KAFKA_RESP_ERR_POLICY_VIOLATION:
	case RD_KAFKA_RESP_ERR_INVALID_RECORD:
		return STORE_DENIED;
	case RD_KAFKA_RESP_ERR__QUEUE_FULL:
		return STORE_FULL;
	default:
		return written == RD_KAFKA_MSG_STATUS_NOT_PERSISTED ? STORE_UNAVAILABLE : STORE_UNKNOWN;
	}
}

static void note_failure(struct kafka_batch *batch, enum store_status status)
{
	if (status == STORE_UNKNOWN) {
		batch->possible = true;
	} else if (batch->worst == STORE_OK || batch->worst == STORE_UNAVAILABLE) {
		batch->worst = status;
	}
}

static void start(struct kafka *kafka, struct kafka_batch *batch,
	const struct store_record *records, size_t n)
{
	struct kafka_writer *writer = &kafka->writer;
	batch->seq = ++writer->seq;
	batch->floor = kafka->reader.next;
	batch->offset = -1;
	batch->n = n;
	batch->ok = 0;
	batch->worst = STORE_OK;
	writer->bytes += batch->bytes;
	for (size_t i = 0; i < n; i++) {
		rd_kafka_resp_err_t err = produce(kafka, batch, &records[i]);
		if (err != RD_KAFKA_RESP_ERR_NO_ERROR) {
			note_failure(batch, status_of(err, RD_KAFKA_MSG_STATUS_NOT_PERSISTED));
			kafka_complain(kafka, "Writing to topic %s: %s", kafka->settings.topic,
				rd_kafka_err2str(err));
			kafka_client_check(kafka->producer);
			break;
		}
		batch->pending++;
		writer->messages++;
	}
	place(writer, batch, KAFKA_BATCH_OPEN);
	if (batch->pending == 0) {
		settle(kafka, batch);
	}
}

static size_t record_bytes(const struct store_record *record)
{
	size_t bytes = record->key.len + record->value.len;
	for (size_t i = 0; i < record->n_headers; i++) {
		bytes += record->headers[i].name.len + record->headers[i].value.len;
	}
	return bytes;
}

static bool can_write(const struct kafka *kafka)
{
	return !kafka->closing && !kafka->failed && !kafka->broken && kafka->producer != NULL &&
		!kafka->writer.renew;
}

void kafka_writer_append(struct kafka *kafka, const struct store_record *records, size_t n,
	store_done done, void *user)
{
	struct kafka_writer *writer = &kafka->writer;
	assert(n > 0 && done != NULL);
	if (!can_write(kafka) || kafka->state != STORE_READY || writer->unsure != 0) {
		refuse(kafka, STORE_UNAVAILABLE, done, user);
		return;
	}
	size_t bytes = 0;
	for (size_t i = 0; i < n; i++) {
		bytes += record_bytes(&records[i]);
		if (records[i].key.data == NULL) {
			/* A compacted topic refuses it, and whatever shares a request with it. */
			refuse(kafka, STORE_DENIED, done, user);
			return;
		}
	}
	if (n > MESSAGES_MAX - writer->messages || bytes > BYTES_MAX - writer->bytes) {
		refuse(kafka, STORE_FULL, done, user);
		return;
	}
	struct kafka_batch *batch = batch_create(kafka, false, done, user);
	if (batch == NULL) {
		refuse(kafka, STORE_UNAVAILABLE, done, user);
		return;
	}
	batch->bytes = bytes;
	batch->deadline_ms = loop_now_ms(kafka->loop) + kafka->settings.write_timeout_ms + GRACE_MS;
	start(kafka, batch, records, n);
}

/* ---- barriers ---- */

static struct scute_str keep_str(char **at, struct scute_str text)
{
	if (text.data == NULL) {
		return text;
	}
	struct scute_str copy = { *at, text.len };
	memcpy(*at, text.data, text.len);
	*at += text.len;
	return copy;
}

/* A barrier is produced again after failures. One block: headers, then all bytes. */
static bool keep_record(struct kafka_batch *batch, const struct store_record *record)
{
	size_t table = record->n_headers * sizeof(struct store_header);
	struct store_header *headers = malloc(table + record_bytes(record) + 1);
	if (headers == NULL) {
		return false;
	}
	char *at = (char *)headers + table;
	for (size_t i = 0; i < record->n_headers; i++) {
		headers[i].name = keep_str(&at, record->headers[i].name);
		headers[i].value = keep_str(&at, record->headers[i].value);
	}
	batch->record = (struct store_record){
		.key = keep_str(&at, record->key),
		.value = keep_str(&at, record->value),
		.headers = headers,
		.n_headers = record->n_headers,
	};
	return true;
}

static void try_barrier(struct kafka *kafka, struct kafka_batch *batch)
{
	/* A reader that lost its place may find another log: nothing is written to that. */
	bool in_place = kafka->reader.caught_up || !kafka->opened;
	if (can_write(kafka) && kafka->topic.step == KAFKA_STEP_VERIFIED && in_place &&
		loop_now_ms(kafka->loop) >= batch->retry_at_ms) {
		start(kafka, batch, &batch->record, 1);
	} else if (batch->place != KAFKA_BATCH_WAITING) {
		place(&kafka->writer, batch, KAFKA_BATCH_WAITING);
	}
}

void kafka_writer_barrier(struct kafka *kafka, const struct store_record *record,
	store_done done, void *user)
{
	assert(done != NULL);
	struct kafka_batch *batch = NULL;
	if (!kafka->closing && !kafka->failed && !kafka->broken) {
		batch = batch_create(kafka, false, done, user);
	}
	if (batch != NULL && !keep_record(batch, record)) {
		batch_destroy(batch);
		batch = NULL;
	}
	if (batch == NULL) {
		refuse(kafka, STORE_UNAVAILABLE, done, user);
		return;
	}
	batch->barrier = true;
	batch->bytes = record_bytes(record);
	batch->deadline_ms = loop_now_ms(kafka->loop) +
		BARRIER_ROUNDS * kafka->settings.write_timeout_ms + GRACE_MS;
	try_barrier(kafka, batch);
}

static void retry_barriers(struct kafka *kafka)
{
	struct kafka_batch *next;
	struct kafka_batch *batch = TAILQ_FIRST(&kafka->writer.waiting);
	for (; batch != NULL; batch = next) {
		next = TAILQ_NEXT(batch, link);
		try_barrier(kafka, batch);
	}
}

/* ---- outcomes ---- */

static void settle_ok(struct kafka *kafka, struct kafka_batch *batch)
{
	struct kafka_writer *writer = &kafka->writer;
	if (batch->offset < 0 || batch->doomed) {
		/* Written, but it is not known where: a duplicate that the broker recognised. */
		batch->possible = true;
		answer(kafka, batch, STORE_UNKNOWN);
	} else if (batch->offset < kafka->reader.next) {
		answer(kafka, batch, STORE_OK);
	} else {
		place(writer, batch, KAFKA_BATCH_READING);
	}
}

static void settle_failed(struct kafka *kafka, struct kafka_batch *batch)
{
	bool possible = batch->possible || batch->ok > 0;
	bool denied = batch->worst == STORE_DENIED || batch->worst == STORE_TOO_LARGE;
	batch->possible = possible;
	batch->offset = -1;
	if (batch->barrier && !denied && !kafka->closing &&
		loop_now_ms(kafka->loop) < batch->deadline_ms) {
		batch->retry_at_ms = loop_now_ms(kafka->loop) + BARRIER_RETRY_MS;
		place(&kafka->writer, batch, KAFKA_BATCH_WAITING);
	} else if (possible) {
		answer(kafka, batch, STORE_UNKNOWN);
	} else {
		answer(kafka, batch, batch->doomed ? STORE_UNAVAILABLE : batch->worst);
	}
}

/* The last delivery report is in. */
static void settle(struct kafka *kafka, struct kafka_batch *batch)
{
	kafka->writer.bytes -= batch->bytes;
	if (batch->answered) {
		place(&kafka->writer, batch, KAFKA_BATCH_LOOSE);
		if (batch->called) {
			batch_destroy(batch);
		}
	} else if (batch->ok == batch->n) {
		settle_ok(kafka, batch);
	} else {
		settle_failed(kafka, batch);
	}
}

static void on_report(struct kafka *kafka, const rd_kafka_message_t *message)
{
	struct kafka_batch *batch = message->_private;
	rd_kafka_msg_status_t written = rd_kafka_message_status(message);
	assert(batch != NULL && batch->pending > 0);
	if (message->err == RD_KAFKA_RESP_ERR_NO_ERROR) {
		batch->ok++;
		if (kafka->down) {
			kafka_set_up(kafka);
		}
		if (message->offset >= 0 && message->offset < batch->floor) {
			kafka_set_broken(kafka, "Topic %s gave offset %lld to a record after %lld had "
				"been read: it was recreated; writes are refused until a restart",
				kafka->settings.topic, (long long)message->offset,
				(long long)(batch->floor - 1));
			note_failure(batch, STORE_UNKNOWN);
			batch->ok--;
		} else if (message->offset > batch->offset) {
			batch->offset = message->offset;
		}
	} else {
		note_failure(batch, status_of(message->err, written));
		if (message->err == RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED) {
			/* Else librdkafka refuses all writes until its metadata has aged. */
			kafka_topic_refresh(kafka);
		}
		if (message->err != RD_KAFKA_RESP_ERR__PURGE_QUEUE) {
			kafka_complain(kafka, "Writing to topic %s: %s", kafka->settings.topic,
				rd_kafka_err2str(message->err));
		}
	}
	batch->pending--;
	kafka->writer.messages--;
	if (batch->pending == 0) {
		settle(kafka, batch);
	}
}

void kafka_writer_on_reports(struct kafka *kafka, rd_kafka_event_t *event)
{
	const rd_kafka_message_t *message;
	while ((message = rd_kafka_event_message_next(event)) != NULL) {
		on_report(kafka, message);
	}
}

void kafka_writer_on_read(struct kafka *kafka)
{
	struct kafka_batch *batch;
	while ((batch = TAILQ_FIRST(&kafka->writer.reading)) != NULL &&
		batch->offset < kafka->reader.next) {
		answer(kafka, batch, batch->doomed ? STORE_UNKNOWN : STORE_OK);
	}
}

/* ---- time ---- */

static void expire(struct kafka *kafka, struct kafka_batches *list)
{
	uint64_t now = loop_now_ms(kafka->loop);
	struct kafka_batch *next;
	for (struct kafka_batch *batch = TAILQ_FIRST(list); batch != NULL; batch = next) {
		next = TAILQ_NEXT(batch, link);
		if (batch->answered || now < batch->deadline_ms) {
			continue;
		}
		bool possible = batch->possible || batch->place != KAFKA_BATCH_WAITING;
		batch->offset = -1;
		answer(kafka, batch, possible ? STORE_UNKNOWN : STORE_UNAVAILABLE);
	}
}

void kafka_writer_fatal(struct kafka *kafka, rd_kafka_resp_err_t err, const char *why)
{
	struct kafka_writer *writer = &kafka->writer;
	if (writer->renew) {
		return;
	}
	if (err == RD_KAFKA_RESP_ERR_CLUSTER_AUTHORIZATION_FAILED && !writer->plain) {
		writer->plain = true;
		log_warning(KAFKA_NAME, "No right to write idempotently (%s); going on with one "
			"request at a time", why);
	} else {
		log_error(KAFKA_NAME, "The Kafka producer failed: %s; making a new one", why);
	}
	writer->renew = true;
	writer->renew_at_ms = loop_now_ms(kafka->loop) + DRAIN_MS;
	purge(kafka, RD_KAFKA_PURGE_F_QUEUE | RD_KAFKA_PURGE_F_INFLIGHT);
	kafka_kick(kafka);
}

/* The handle is given up: no report will come any more. */
static void lose_reports(struct kafka *kafka)
{
	struct kafka_batch *batch;
	while ((batch = TAILQ_FIRST(&kafka->writer.open)) != NULL) {
		kafka->writer.messages -= batch->pending;
		batch->pending = 0;
		note_failure(batch, STORE_UNKNOWN);
		settle(kafka, batch);
	}
}

static void renew(struct kafka *kafka)
{
	struct kafka_writer *writer = &kafka->writer;
	struct scute_error err;
	if (kafka->producer != NULL) {
		struct kafka_client *old = kafka->producer;
		kafka->producer = NULL;
		lose_reports(kafka);
		kafka_client_retire(old);
		kafka_topic_forget(kafka);
	}
	kafka->producer = kafka_client_create(kafka, RD_KAFKA_PRODUCER, &err);
	if (kafka->producer == NULL) {
		writer->renew_at_ms = loop_now_ms(kafka->loop) + kafka->times.retry;
		kafka_complain(kafka, "%s; trying again", err.text);
		return;
	}
	writer->renew = false;
	kafka_topic_tick(kafka);
}

void kafka_writer_tick(struct kafka *kafka)
{
	struct kafka_writer *writer = &kafka->writer;
	bool drained = kafka->producer != NULL && TAILQ_EMPTY(&writer->open);
	if (writer->renew && !kafka->closing &&
		(drained || loop_now_ms(kafka->loop) >= writer->renew_at_ms)) {
		renew(kafka);
	}
	expire(kafka, &writer->open);
	expire(kafka, &writer->reading);
	expire(kafka, &writer->waiting);
	retry_barriers(kafka);
}

void kafka_writer_purge(struct kafka *kafka)
{
	purge(kafka, RD_KAFKA_PURGE_F_QUEUE | RD_KAFKA_PURGE_F_INFLIGHT);
}

void kafka_writer_abandon(struct kafka *kafka)
{
	struct kafka_writer *writer = &kafka->writer;
	struct kafka_batch *batch;
	lose_reports(kafka);
	while ((batch = TAILQ_FIRST(&writer->reading)) != NULL) {
		answer(kafka, batch, STORE_UNKNOWN);
	}
	while ((batch = TAILQ_FIRST(&writer->waiting)) != NULL) {
		answer(kafka, batch, batch->possible ? STORE_UNKNOWN : STORE_UNAVAILABLE);
	}
}

bool kafka_writer_busy(const struct kafka *kafka)
{
	const struct kafka_writer *writer = &kafka->writer;
	return !TAILQ_EMPTY(&writer->open) || !TAILQ_EMPTY(&writer->reading) ||
		!TAILQ_EMPTY(&writer->waiting);
}

void kafka_writer_flush(struct kafka *kafka)
{
	/* Only what is there now: a done that writes again must not keep the loop here. */
	struct kafka_batches now = TAILQ_HEAD_INITIALIZER(now);
	TAILQ_CONCAT(&now, &kafka->writer.answered, done_link);
	struct kafka_batch *batch;
	while ((batch = TAILQ_FIRST(&now)) != NULL) {
		TAILQ_REMOVE(&now, batch, done_link);
		batch->called = true;
		batch->done(batch->user, batch->status,
			batch->status == STORE_OK ? batch->offset : -1);
		if (batch->pending == 0) {
			batch_destroy(batch);
		}
	}
	if (!TAILQ_EMPTY(&kafka->writer.answered)) {
		kafka_kick(kafka);
	}
}
