/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A compact JSON writer over a bounded buf. It places commas itself; errors are
 * those of the buf. Strings are written as raw UTF-8; only what JSON demands is
 * escaped (", \, controls as \b \f \n \r \t or \u00xx in lower-case hex).
 */
#ifndef SUPPORT_JSON_OUT_H
#define SUPPORT_JSON_OUT_H

#include "buf.h"
#include "json_in.h"

struct json_out {
	struct buf *buf;
	bool comma; /* the next value or key needs one before it */
};

static inline struct json_out json_out(struct buf *buf)
{
	return (struct json_out){ buf, false };
}

void json_out_object(struct json_out *out);
void json_out_object_end(struct json_out *out);
void json_out_array(struct json_out *out);
void json_out_array_end(struct json_out *out);
void json_out_key(struct json_out *out, const char *name);
void json_out_key_str(struct json_out *out, struct scute_str name);
void json_out_str(struct json_out *out, struct scute_str text);
void json_out_z(struct json_out *out, const char *text);
void json_out_i64(struct json_out *out, int64_t value);
void json_out_bool(struct json_out *out, bool value);
void json_out_null(struct json_out *out);
void json_out_raw(struct json_out *out, struct scute_str json); /* already JSON */

enum json_order {
	JSON_AS_READ,
	JSON_SORTED, /* members by key's bytes, recursively */
};
/* A tree as compact text, numbers as they were written. Depth is the reader's. */
void json_out_tree(struct json_out *out, const struct json *value, enum json_order order);

/* Only the quoted and escaped string. */
bool json_escape(struct buf *buf, struct scute_str text);

#endif
