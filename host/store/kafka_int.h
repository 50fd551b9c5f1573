/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the files of the Kafka store share: one struct kafka, its librdkafka handles,
 * and its three parts, topic (create, verify, watch), reader and writer. Loop thread
 * only, but for kafka_client_log and the pool jobs, which say so.
 */
#ifndef STORE_KAFKA_INT_H
#define STORE_KAFKA_INT_H

#include <librdkafka/rdkafka.h>
#include <sys/queue.h>

#include "log.h"
#include "loop.h"
#include "pool.h"
#include "store/store.h"

#define KAFKA_NAME "store.kafka"
#define KAFKA_TEXT_BYTES 512
#define KAFKA_COMPLAINTS 8

struct kafka;

/* Waits, in milliseconds. Tests shorten them. */
struct kafka_times {
	unsigned metadata; /* one blocking metadata request, on a pool thread */
	unsigned admin;    /* one CreateTopics or DescribeConfigs */
	unsigned retry;    /* between tries that failed for a reason that stays a while */
	unsigned probe;    /* between looks at the topic while the connection is down */
	unsigned tick;     /* deadlines, retries, and wake-ups that librdkafka may have missed */
	unsigned repeat;   /* the same complaint is logged once in this time */
};
extern const struct kafka_times kafka_times;

/* What is kept of the configuration. */
struct kafka_settings {
	char *bootstrap;
	char *topic;
	int replication_factor;
	uint64_t write_timeout_ms;
	rd_kafka_conf_t *common; /* all connection and security keys, for both handles */
	char *oauth_token;       /* NULL unless OAUTHBEARER with a fixed token */
};

/* One rd_kafka_t. Its destruction blocks, so it is done on the pool: see kafka_client_retire. */
struct kafka_client {
	rd_kafka_t *rk;
	rd_kafka_topic_t *topic;
	rd_kafka_queue_t *main; /* errors, delivery reports, answers of the Admin API */
	rd_kafka_queue_t *data; /* consumer: its records */
	bool consuming;
	unsigned users;         /* pool jobs that hold it; it is not destroyed before they end */
	bool leaving;           /* its destruction runs on the pool */
	struct kafka *kafka;
	struct kafka_client *next; /* in kafka->retired */
};

enum kafka_step {
	KAFKA_STEP_METADATA, /* does the topic exist, with how many partitions? */
	KAFKA_STEP_CREATE,
	KAFKA_STEP_DESCRIBE, /* is it compacted? */
	KAFKA_STEP_VERIFIED,
};

/* Answer of one metadata request, filled on a pool thread. */
struct kafka_probe {
	bool running;
	struct kafka_client *producer;
	struct kafka_client *consumer; /* asked too, to have its metadata warm; may be NULL */
	int timeout_ms;
	rd_kafka_resp_err_t err;       /* of the request */
	rd_kafka_resp_err_t topic_err;
	int partitions;
	int leader; /* of partition 0; -1: none */
	int64_t low;  /* the log's first offset and the one past its last; -1: unknown */
	int64_t high;
};

struct kafka_topic {
	enum kafka_step step;
	bool asked;             /* an Admin request is on its way */
	unsigned unanswered;    /* DescribeConfigs in a row */
	uint64_t missing_since_ms; /* verified before, now reported as missing; 0: no */
	struct loop_timer *timer;  /* next try; NULL: none is planned */
	struct kafka_probe probe;
};

/*
 * librdkafka before 2.2 looks again only after a second whether a queue that was full
 * has room; any request to the broker makes it look at once. So when the queue has run
 * dry before the log's end we ask for the end.
 */
struct kafka_nudge {
	bool running;
	struct kafka_client *client;
	const char *topic;
	int64_t next; /* the reader's position at the last one: once each is enough */
};

struct kafka_reader {
	struct kafka_nudge nudge;
	int64_t next;       /* every record below this offset has been through on_record */
	int64_t last;       /* offset of the last such record; -1: none */
	int64_t goal;       /* the end seen at open; -1: unknown, the consumer's own word counts */
	bool caught_up;     /* this handle has reached the end of the log at least once */
	bool wrong;         /* this handle reported an error; it is made anew */
	uint64_t renew_at_ms;
	struct store_header *headers; /* grows with what records have; never past what one holds */
	size_t headers_cap;
};

enum kafka_batch_place {
	KAFKA_BATCH_LOOSE,
	KAFKA_BATCH_OPEN,    /* delivery reports are missing */
	KAFKA_BATCH_READING, /* durable; waits to be read back */
	KAFKA_BATCH_WAITING, /* a barrier that waits to be produced (again) */
};

struct kafka_batch {
	TAILQ_ENTRY(kafka_batch) link;      /* in the list of its place */
	TAILQ_ENTRY(kafka_batch) done_link; /* in writer.answered */
	store_done done;
	void *user;
	enum kafka_batch_place place;
	bool reserve;  /* memory is writer.reserve's */
	bool answered; /* status and offset stand; done is due or was called */
	bool called;
	bool barrier;
	bool possible; /* something of it may have been written */
	bool doomed;   /* stands behind a batch of unknown outcome: must not be OK */
	enum store_status status;
	enum store_status worst; /* of its delivery reports */
	uint64_t seq;
	uint64_t deadline_ms;
	uint64_t retry_at_ms;
	int64_t floor;  /* the reader's position when it was produced */
	int64_t offset; /* highest in its delivery reports */
	size_t n;
	size_t ok;
	size_t pending; /* delivery reports */
	size_t bytes;
	struct store_record record; /* a barrier's own copy */
};
TAILQ_HEAD(kafka_batches, kafka_batch);

#define KAFKA_RESERVE 16

struct kafka_writer {
	struct kafka_batches open;
	struct kafka_batches reading;
	struct kafka_batches waiting;
	struct kafka_batches answered;
	uint64_t seq;
	uint64_t unsure;  /* seq of the last batch of unknown outcome; 0 once a later barrier is OK */
	uint64_t cleared; /* seq of the last barrier that was OK */
	size_t messages;  /* handed to librdkafka, no delivery report yet */
	size_t bytes;
	bool plain;       /* no right to be idempotent: one request in flight instead */
	bool renew;       /* fatal error: the handle is made anew */
	uint64_t renew_at_ms; /* drains until then */
	struct kafka_batch reserve[KAFKA_RESERVE]; /* so that an answer can be given without memory */
};

struct kafka {
	struct store base;
	struct loop *loop;
	struct pool *pool;
	struct store_events events;
	struct kafka_settings settings;
	struct kafka_times times;
	int wake_fd;
	struct loop_watch watch;
	struct loop_timer *tick;
	struct kafka_client *producer; /* NULL while it is being made anew */
	struct kafka_client *consumer;
	struct kafka_client *retired;

	bool serving;           /* answers given now are flushed before the loop goes on */
	enum store_state state; /* as last told */
	bool opened;            /* READY has been told */
	bool down;              /* no broker answers, or the topic has no leader */
	bool broken;            /* the log is not the one we have read: stays so until restart */
	bool failed;
	char text[KAFKA_TEXT_BYTES]; /* why it is down, broken or failed */
	char *cluster;               /* its id, librdkafka's memory; NULL: not known yet */
	struct {
		uint64_t hash; /* of a warning's text */
		uint64_t logged_ms;
	} complaints[KAFKA_COMPLAINTS];

	struct kafka_topic topic;
	struct kafka_reader reader;
	struct kafka_writer writer;

	bool closing;
	bool purged;    /* drain_ms is over */
	uint64_t close_at_ms;
	void (*closed)(void *user);
	void *closed_user;
	struct loop_timer *finishing;
};

/* kafka.c */
struct store *kafka_open(struct loop *loop, struct pool *pool, const struct config *config,
	const struct store_events *events, const struct kafka_times *times, struct scute_error *err);
void kafka_kick(struct kafka *kafka); /* serve again soon */
void kafka_update_state(struct kafka *kafka);
void kafka_set_down(struct kafka *kafka, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
void kafka_set_up(struct kafka *kafka);
void kafka_set_broken(struct kafka *kafka, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
void kafka_set_failed(struct kafka *kafka, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
/* A warning, unless the same one was logged within times.repeat. */
void kafka_complain(struct kafka *kafka, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/* kafka_conf.c */
bool kafka_settings_init(struct kafka_settings *settings, const struct config *config,
	struct scute_error *err);
void kafka_settings_finish(struct kafka_settings *settings);
/* NULL with *err. plain: not idempotent. The caller owns it (rd_kafka_new takes it over). */
rd_kafka_conf_t *kafka_conf_producer(const struct kafka_settings *settings, bool plain,
	struct scute_error *err);
rd_kafka_conf_t *kafka_conf_consumer(const struct kafka_settings *settings, struct scute_error *err);
/* Hands the fixed token to a handle that asks for one. */
void kafka_conf_give_token(const struct kafka_settings *settings, rd_kafka_t *rk);
/* Expiry (ms since the epoch) and subject of a token: from a JWT's claims, else now + 1 h and "scute". */
void kafka_token_claims(struct scute_str token, int64_t now_ms, int64_t *ret_expiry_ms,
	char *ret_subject, size_t subject_bytes);

/* kafka_client.c */
struct kafka_client *kafka_client_create(struct kafka *kafka, rd_kafka_type_t type,
	struct scute_error *err);
/* At once; only for a handle that has not yet been used. NULL is fine. */
void kafka_client_destroy(struct kafka_client *client);
/* No callback of it happens any more; it is destroyed on the pool once its users are gone. */
void kafka_client_retire(struct kafka_client *client);
/* Goes on with what is retired. True: nothing is left. */
bool kafka_clients_bury(struct kafka *kafka);
/* Whether it has a fatal error, which is then acted on. Not every one comes as an event. */
void kafka_client_check(struct kafka_client *client);
/* Serves the main queue. True: there may be more. */
bool kafka_client_serve(struct kafka_client *client);

/* kafka_topic.c */
void kafka_topic_start(struct kafka *kafka);
void kafka_topic_stop(struct kafka *kafka);
void kafka_topic_look(struct kafka *kafka); /* down or missing: look until it is there again */
/* The producer is gone, and with it what was asked through it. */
void kafka_topic_forget(struct kafka *kafka);
void kafka_topic_refresh(struct kafka *kafka); /* what librdkafka knows of it is stale */
void kafka_topic_tick(struct kafka *kafka);
void kafka_topic_on_event(struct kafka *kafka, rd_kafka_event_t *event);

/* kafka_read.c */
void kafka_reader_init(struct kafka *kafka);
void kafka_reader_finish(struct kafka *kafka);
void kafka_reader_start(struct kafka *kafka); /* the topic is verified */
bool kafka_reader_serve(struct kafka *kafka); /* true: there is more */
/* The handle is of no use any more: another one takes over after delay_ms. */
void kafka_reader_renew(struct kafka *kafka, const char *why, unsigned delay_ms);
void kafka_reader_tick(struct kafka *kafka);
void kafka_reader_on_error(rd_kafka_t *rk, int err, const char *text, void *user);
int64_t kafka_reader_end(const struct kafka *kafka);

/* kafka_write.c */
void kafka_writer_init(struct kafka *kafka);
void kafka_writer_append(struct kafka *kafka, const struct store_record *records, size_t n,
	store_done done, void *user);
void kafka_writer_barrier(struct kafka *kafka, const struct store_record *record,
	store_done done, void *user);
void kafka_writer_on_reports(struct kafka *kafka, rd_kafka_event_t *event);
void kafka_writer_on_read(struct kafka *kafka); /* reader.next has moved */
void kafka_writer_fatal(struct kafka *kafka, rd_kafka_resp_err_t err, const char *why);
void kafka_writer_tick(struct kafka *kafka);
void kafka_writer_purge(struct kafka *kafka);
void kafka_writer_abandon(struct kafka *kafka); /* answers all that is pending */
bool kafka_writer_busy(const struct kafka *kafka);
void kafka_writer_flush(struct kafka *kafka); /* calls done for what is answered */

#endif
