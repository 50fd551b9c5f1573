/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A schema format: what the registry and the REST proxy ask of AVRO, JSON,
 * PROTOBUF or a format of yours.
 *
 * Every call is pure: no I/O, no globals, any thread, several at once. Results are
 * allocated in the arena passed in and live as long as that arena. A failing call
 * fills *err and leaves the ret_ arguments untouched. Memory, depth and counts are
 * bounded by the arena and by the limits in the source.
 */
#ifndef SCUTE_FORMAT_H
#define SCUTE_FORMAT_H

#include "abi.h"
#include "types.h"

struct scute_limits {
	uint32_t size;
	uint32_t depth_max;  /* nesting of the schema text and of data */
	uint64_t bytes_max;  /* of schema text, and of one encoded or decoded datum */
	uint64_t items_max;  /* nodes of a schema, items of a datum */
};

/* A schema the source refers to. name is how the source's text calls it. */
struct scute_reference {
	struct scute_str name;
	struct scute_str subject;
	int32_t version;
	struct scute_str text;
};

enum scute_source_flag {
	/* The text is in the topic already: names are not held against it, only its structure. */
	SCUTE_SOURCE_STORED = 1u << 0,
	/*
	 * 1.1. canonical() keeps the text's own order of members where identity does not depend
	 * on it (as the response profile "confluent" wants it), instead of sorting them. identity()
	 * may follow the same habit.
	 */
	SCUTE_SOURCE_KEEP_ORDER = 1u << 1,
};

struct scute_source {
	uint32_t size;
	uint32_t flags; /* enum scute_source_flag */
	struct scute_str text;
	/* Transitive, each after those that it needs itself. */
	const struct scute_reference *references;
	size_t n_references;
	const struct scute_limits *limits;
};

/* A parsed schema: opaque to the host, immutable, owned by the arena it was parsed into. */
struct scute_schema;

enum scute_policy {
	SCUTE_POLICY_STRICT = 0,
	SCUTE_POLICY_LENIENT = 1,
};

/* One thing in which reader and writer differ. Slices may point into either of them. */
struct scute_difference {
	const char *type;      /* its name in the field's own list, e.g. "NAME_MISMATCH"; static */
	struct scute_str path; /* JSON pointer or the format's own path into the schema */
	struct scute_str text; /* the whole entry for "messages", in the format's own quoting */
	bool compatible;       /* under the policy asked for */
};

/* Can reader read what writer wrote? The upper half is the question, the lower half the answer. */
struct scute_compat {
	uint32_t size;
	enum scute_policy policy;
	const struct scute_schema *reader;
	const struct scute_schema *writer;
	const char *reader_label; /* "new" or "old": how texts call the two */
	const char *writer_label;
	uint32_t differences_max; /* stop collecting here; the verdict stays right */
	struct scute_arena *arena;

	struct scute_difference *differences;
	size_t n_differences;
	bool compatible;
};

struct scute_format {
	uint32_t size;
	const char *type;     /* schemaType on the wire, upper case: "AVRO" */
	const char *embedded; /* the {format} of application/vnd.kafka.{format}.v2+json; NULL: none */

	/* Required. Checks the text fully; *ret_schema lives in arena. */
	enum scute_status (*parse)(const struct scute_source *source, struct scute_arena *arena,
		const struct scute_schema **ret_schema, struct scute_error *err);

	/* Required. The text that is stored and returned for what parse() accepted. */
	enum scute_status (*canonical)(const struct scute_schema *schema, struct scute_arena *arena,
		struct scute_str *ret_text, struct scute_error *err);

	/*
	 * Required. Fills c->differences, c->n_differences, c->compatible. A failure
	 * (limits, memory) is no verdict.
	 */
	enum scute_status (*compatible)(struct scute_compat *c, struct scute_error *err);

	/*
	 * Optional. Bytes that are equal exactly when two sources of this type are the same
	 * schema, for ids and lookups. Works on stored text that parse() would refuse if it
	 * can. NULL: the canonical text.
	 */
	enum scute_status (*identity)(const struct scute_source *source, struct scute_arena *arena,
		struct scute_str *ret_bytes, struct scute_error *err);

	/* Optional. The text under normalize=true. NULL: the canonical text. */
	enum scute_status (*normalize)(const struct scute_schema *schema, struct scute_arena *arena,
		struct scute_str *ret_text, struct scute_error *err);

	/* Optional. A short fingerprint by the format's own specification (Avro: CRC-64-AVRO). */
	enum scute_status (*fingerprint)(const struct scute_schema *schema, struct scute_arena *arena,
		struct scute_str *ret_bytes, struct scute_error *err);

	/* Optional. Full name of the (first) record, for record_name strategies. */
	enum scute_status (*record_name)(const struct scute_schema *schema, struct scute_arena *arena,
		struct scute_str *ret_name, struct scute_error *err);

	/* Optional, together. One datum: JSON text to wire payload (without framing) and back. */
	enum scute_status (*encode)(const struct scute_schema *schema, struct scute_str json,
		struct scute_arena *arena, struct scute_str *ret_payload, struct scute_error *err);
	enum scute_status (*decode)(const struct scute_schema *schema, struct scute_str payload,
		struct scute_arena *arena, struct scute_str *ret_json, struct scute_error *err);

	/* Optional. Is this JSON datum an instance of the schema? */
	enum scute_status (*validate)(const struct scute_schema *schema, struct scute_str json,
		struct scute_arena *arena, struct scute_error *err);

	/*
	 * 1.1. Optional. The schema in the form that ?format=FORM asks for ("serialized"). Fails with
	 * SCUTE_EUNSUPPORTED for a form it does not know; the stored text is then the answer.
	 */
	enum scute_status (*render)(const struct scute_schema *schema, struct scute_str form,
		struct scute_arena *arena, struct scute_str *ret_text, struct scute_error *err);

	/*
	 * 1.1. Optional, where one schema holds several records: encode() as the one of that full
	 * name. decode() tells them apart by the payload itself.
	 */
	enum scute_status (*encode_as)(const struct scute_schema *schema, struct scute_str name,
		struct scute_str json, struct scute_arena *arena, struct scute_str *ret_payload,
		struct scute_error *err);
};

#endif
