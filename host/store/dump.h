/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A whole log for tools that copy it: read from its beginning to the end that it had, or
 * written record by record, with key, value, headers and times exactly as they are.
 *
 * Everything blocks, on one thread, and no loop runs. Every wait ends soon after *stop was
 * set. A dump either reads or writes.
 */
#ifndef STORE_DUMP_H
#define STORE_DUMP_H

#include <signal.h>

#include "store/store.h"

struct config;
struct dump;

enum dump_status {
	DUMP_OK,
	DUMP_END,     /* read: all that the log held when the reading began has been given */
	DUMP_STALE,   /* read: nothing came within timeout_ms */
	DUMP_STOPPED, /* *stop was set */
	DUMP_AGAIN,   /* write: none was taken; the caller begins anew with the first record */
	DUMP_FAILED,  /* err says why */
};

struct dump_options {
	const struct config *config;
	const char *topic;   /* the journal has none and ignores it */
	uint64_t timeout_ms; /* of each wait for a broker's answer or next record */
	const volatile sig_atomic_t *stop;
};

/* One line of a topic's configuration. */
struct dump_setting {
	struct scute_str name;
	struct scute_str value;
};

struct dump_ops {
	const char *name; /* what the log is called in messages: "topic", "journal" */

	/* No broker is asked yet. Own the result with close. NULL with *err. */
	struct dump *(*open)(const struct dump_options *options, struct scute_error *err);
	/* What was being written and not ended: a journal is put back as it was before. */
	void (*close)(struct dump *dump);

	/* Whether the log is there. FAILED too when it has several partitions. */
	enum dump_status (*look)(struct dump *dump, bool *ret_exists, struct scute_error *err);
	/* The settings that a copy should have too. */
	enum dump_status (*describe)(struct dump *dump, struct scute_arena *arena,
		const struct dump_setting **ret_settings, size_t *ret_n, struct scute_error *err);
	/* Makes a log that is not there, and waits until it can be used. */
	enum dump_status (*create)(struct dump *dump, int replication_factor,
		const struct dump_setting *settings, size_t n, struct scute_error *err);

	/* *ret_estimate: of records, for the progress only; -1: unknown. */
	enum dump_status (*read_begin)(struct dump *dump, int64_t *ret_estimate,
		struct scute_error *err);
	/* OK: the record's slices are valid until the next call. */
	enum dump_status (*read)(struct dump *dump, struct store_record *ret_record,
		struct scute_error *err);

	enum dump_status (*write_begin)(struct dump *dump, struct scute_error *err);
	/* Behind what is there. timestamp_ms 0: now. The offset is ignored; copied. */
	enum dump_status (*write)(struct dump *dump, const struct store_record *record,
		struct scute_error *err);
	/* OK: every record is in the log for good. */
	enum dump_status (*write_end)(struct dump *dump, struct scute_error *err);
	/* Records that are surely in the log, also when the writing failed or was stopped. */
	uint64_t (*written)(const struct dump *dump);
};

struct dump {
	const struct dump_ops *ops;
};

extern const struct dump_ops dump_journal;
extern const struct dump_ops dump_kafka;

/* Of the store that the configuration names. */
const struct dump_ops *dump_of(const struct config *config);

#endif
