/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Records of the schema log without anything that tells whose they are: subjects, and in Avro
 * schemas every name, symbol, alias, string default and attribute of one's own, become hashes,
 * equal ones alike; docs go. The words of the Avro language stay, and so does the shape.
 */
#ifndef TOOLS_ANONYMIZE_H
#define TOOLS_ANONYMIZE_H

#include "store/store.h"
#include "support/arena.h"
#include "support/buf.h"
#include "support/json_in.h"

struct anonymizer {
	struct arena arena; /* of one record */
	struct buf key;
	struct buf value;
	struct buf schema;
	bool failed; /* out of memory */
};

enum anonymized {
	ANONYMIZED,
	ANONYMIZED_NOT,    /* neither an Avro schema nor about a subject: leave it out */
	ANONYMIZED_FAILED, /* out of memory */
};

void anonymizer_init(struct anonymizer *anonymizer);
void anonymizer_finish(struct anonymizer *anonymizer);

/* What *record then points to is valid until the next call. Headers go. */
enum anonymized anonymize_record(struct anonymizer *anonymizer, struct store_record *record);

/*
 * Each element between dots: the SHA-1 of its bytes in hexadecimal, with the first digit
 * replaced by an 'a' as names must begin with a letter; then the characters that no Avro name
 * has, each once, sorted. An empty element stays empty.
 */
bool anonymize_name(struct buf *buf, struct scute_str name);

/* The schema as compact JSON. */
bool anonymize_schema(struct buf *buf, const struct json *schema);

#endif
