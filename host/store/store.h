/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The log that all state is derived from: an ordered sequence of key/value records,
 * on a Kafka topic or in a local journal. All calls and callbacks on the loop thread.
 *
 * A store reads its own log from the beginning, calls on_record for every record in
 * order, once, and keeps doing so for what is appended later, by us or by others. An
 * append is answered only when its last record is durable AND has been through
 * on_record: whoever is called back sees its own write.
 */
#ifndef STORE_STORE_H
#define STORE_STORE_H

#include "scute/types.h"

struct config;
struct loop;
struct pool;
struct store;

struct store_header {
	struct scute_str name;
	struct scute_str value;
};

/* key or value with data == NULL is null, which is distinct from empty (data != NULL, len 0). */
struct store_record {
	int64_t offset;       /* position in the log; grows, may have gaps */
	int64_t timestamp_ms; /* since the epoch */
	struct scute_str key;
	struct scute_str value;
	const struct store_header *headers;
	size_t n_headers;
};

enum store_status {
	STORE_OK,
	STORE_UNAVAILABLE, /* surely not written: no broker, not open yet, closing */
	STORE_UNKNOWN,     /* may have been written: timeout, connection lost after sending */
	STORE_TOO_LARGE,   /* surely not written: one record is beyond the log's limit */
	STORE_FULL,        /* surely not written: no space, disk error, queue at its maximum */
	STORE_DENIED,      /* surely not written: no right to write */
};

enum store_state {
	STORE_REPLAYING,   /* from open until the end seen at open has been read */
	STORE_READY,
	STORE_LOST,        /* reads or writes fail for now; it recovers by itself */
	STORE_FAILED,      /* it can never work as configured; text says why. Only before READY. */
};

struct store_events {
	/* Slices are valid during the call only. */
	void (*on_record)(void *user, const struct store_record *record);
	/* Each change of state, the first READY included. text: why, for the log; may be empty. */
	void (*on_state)(void *user, enum store_state state, const char *text);
	void *user;
};

/* offset: of the batch's last record; -1 unless STORE_OK. */
typedef void (*store_done)(void *user, enum store_status status, int64_t offset);

struct store_position {
	int64_t offset;     /* of the last record that went through on_record; -1: none */
	int64_t end_offset; /* last known end (one past the last record) */
};

struct store_ops {
	const char *name; /* "journal", "kafka" */
	/*
	 * Opens and begins the replay, without blocking beyond local file access. pool is for
	 * blocking work. NULL with *err for what is wrong before anything runs (path, options).
	 */
	struct store *(*open)(struct loop *loop, struct pool *pool, const struct config *config,
		const struct store_events *events, struct scute_error *err);

	/*
	 * Appends n records in this order (timestamp and offset are ignored; copied before the
	 * return). done is called exactly once, never before append returns. A batch is written
	 * in order, but is not atomic across a crash: a reader may see a prefix of it.
	 * Batches are applied in the order of the calls. After STORE_UNKNOWN for one batch, those
	 * behind it fail too (STORE_UNKNOWN when they may have been sent, else
	 * STORE_UNAVAILABLE), and new ones with STORE_UNAVAILABLE until a barrier is OK.
	 */
	void (*append)(struct store *store, const struct store_record *records, size_t n,
		store_done done, void *user);

	/*
	 * Appends record (a NOOP) and waits for it to be read back, whatever the state: when OK,
	 * everything that any earlier append may have written has been through on_record.
	 */
	void (*barrier)(struct store *store, const struct store_record *record,
		store_done done, void *user);

	struct store_position (*position)(const struct store *store);

	/* What the log lives in: the Kafka cluster's id, "journal"; empty while unknown. */
	struct scute_str (*cluster)(const struct store *store);

	/* Drains for at most drain_ms, answers all that is pending, frees, then calls closed. */
	void (*close)(struct store *store, uint64_t drain_ms, void (*closed)(void *user), void *user);
};

struct store {
	const struct store_ops *ops;
};

extern const struct store_ops store_journal;
extern const struct store_ops store_kafka;

#endif
