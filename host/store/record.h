/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a record of the schema log means: keys and values as Karapace and Confluent
 * write them, read tolerantly, written canonically. Pure functions over slices.
 */
#ifndef STORE_RECORD_H
#define STORE_RECORD_H

#include "store/store.h"
#include "support/buf.h"
#include "support/json_in.h"

/* The highest id given out in one context. */
struct record_max_id {
	struct scute_str context; /* ".lab" */
	int64_t id;
};

enum record_kind {
	RECORD_OTHER, /* a keytype we do not know: keep the offset, ignore the rest */
	RECORD_SCHEMA,
	RECORD_CONFIG,
	RECORD_MODE,
	RECORD_DELETE_SUBJECT,
	RECORD_CLEAR_SUBJECT,
	RECORD_CONTEXT,
	RECORD_NOOP,
};

struct record_reference {
	struct scute_str name;
	struct scute_str subject;
	int32_t version;
};

struct record {
	enum record_kind kind;
	struct scute_str subject; /* data NULL: null or absent, i.e. global */
	int32_t version;          /* SCHEMA: of the key; DELETE_SUBJECT: the highest one deleted */
	bool tombstone;           /* the value is null, empty, JSON null or JSON "" */

	/* SCHEMA */
	uint32_t id;
	bool deleted;
	struct scute_str type; /* "AVRO" when the record names none */
	struct scute_str text;
	const struct record_reference *references;
	size_t n_references;

	struct scute_str mode;    /* MODE */
	struct scute_str context; /* CONTEXT: of the key; ".lab" */
	/* NOOP of ours: ids up to here have been given out in the default context; 0: says nothing. */
	int64_t max_id;
	const struct record_max_id *max_ids; /* .. and in others */
	size_t n_max_ids;

	/*
	 * SCHEMA: members of the value that are none of the above, as JSON members without braces
	 * ("metadata":{..},"ruleSet":{..}); kept so that a rewrite loses nothing. CONFIG: all members
	 * but the subject.
	 */
	struct scute_str extra;
};

/* Field order of keys: Karapace before 3.x wrote its own, and compaction is by bytes. */
enum record_key_order {
	RECORD_KEY_CANONICAL, /* keytype, subject, version, magic */
	RECORD_KEY_LEGACY,    /* subject, version, magic, keytype */
	RECORD_KEY_BRIEF,     /* canonical; a global one without subject, where the others have a null */
};

/* Whose members and order values have; both are read alike. */
enum record_dialect {
	RECORD_KARAPACE,
	RECORD_CONFLUENT,
};

/*
 * Slices point into raw or arena. SCUTE_EINVAL with *err saying what cannot be
 * understood; the caller reports and skips. *ret_order is the key's order as written.
 */
enum scute_status record_read(const struct store_record *raw, struct scute_arena *arena,
	struct record *ret_record, enum record_key_order *ret_order, struct scute_error *err);

bool record_write_key(struct buf *buf, const struct record *record, enum record_key_order order);

/* Not for tombstones and kinds without a value (their value is null). */
bool record_write_value(struct buf *buf, const struct record *record, enum record_dialect dialect);

#endif
