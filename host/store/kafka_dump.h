/* SPDX-License-Identifier: Apache-2.0 */
/* The inside of a Kafka topic as a dump, shared by its three files (kafka_dump*.c). */
#ifndef STORE_KAFKA_DUMP_H
#define STORE_KAFKA_DUMP_H

#include "store/dump.h"
#include "store/kafka_int.h"

#define KAFKA_DUMP_MESSAGES 64

struct kafka_dump {
	struct dump base;
	struct dump_options options;
	struct kafka_settings settings;

	rd_kafka_t *admin;        /* a producer: made when first needed */
	rd_kafka_queue_t *main;   /* its main queue: reports, answers of the Admin API */
	rd_kafka_topic_t *topic;
	bool plain;               /* no right to be idempotent */

	rd_kafka_t *consumer;
	rd_kafka_queue_t *consumer_main;
	rd_kafka_topic_t *consumer_topic;
	rd_kafka_queue_t *data;
	bool consuming;
	rd_kafka_message_t *messages[KAFKA_DUMP_MESSAGES];
	size_t n_messages;
	size_t n_taken;           /* of messages */
	int64_t next;             /* offset that the reader is at */
	int64_t end;              /* captured when the reading began */
	bool at_end;
	char problem[KAFKA_TEXT_BYTES]; /* from the error callback; "": none */
	struct store_header *headers;
	size_t headers_cap;

	size_t n_flying;          /* handed to librdkafka, no report yet */
	size_t flying_bytes;
	uint64_t n_written;
	bool denied;              /* no right to be idempotent: nothing can have been written */
	char failure[KAFKA_TEXT_BYTES]; /* the first one; "": none */
};

static inline struct kafka_dump *kafka_dump_of(const struct dump *dump)
{
	return (struct kafka_dump *)(void *)(uintptr_t)dump;
}

/* kafka_dump.c: the producer and its topic. False with *err. */
bool kafka_dump_ensure_admin(struct kafka_dump *dump, struct scute_error *err);
/* Tokens of a handle that asks for one; the event is the caller's. True: it was that. */
bool kafka_dump_on_common(struct kafka_dump *dump, rd_kafka_t *rk, rd_kafka_event_t *event);
rd_kafka_t *kafka_dump_new(struct kafka_dump *dump, rd_kafka_type_t type, rd_kafka_conf_t *conf,
	struct scute_error *err);
enum dump_status kafka_dump_fail(const struct kafka_dump *dump, struct scute_error *err,
	const char *doing, const char *why);

/* kafka_dump_topic.c */
enum dump_status kafka_dump_look(struct dump *dump, bool *ret_exists, struct scute_error *err);
enum dump_status kafka_dump_describe(struct dump *dump, struct scute_arena *arena,
	const struct dump_setting **ret_settings, size_t *ret_n, struct scute_error *err);
enum dump_status kafka_dump_create(struct dump *dump, int replication_factor,
	const struct dump_setting *settings, size_t n, struct scute_error *err);

/* kafka_dump_read.c */
enum dump_status kafka_dump_read_begin(struct dump *dump, int64_t *ret_estimate,
	struct scute_error *err);
enum dump_status kafka_dump_read(struct dump *dump, struct store_record *ret_record,
	struct scute_error *err);
void kafka_dump_read_end(struct kafka_dump *dump);

/* kafka_dump_write.c */
enum dump_status kafka_dump_write_begin(struct dump *dump, struct scute_error *err);
enum dump_status kafka_dump_write(struct dump *dump, const struct store_record *record,
	struct scute_error *err);
enum dump_status kafka_dump_write_end(struct dump *dump, struct scute_error *err);

#endif
