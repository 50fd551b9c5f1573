/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ?format=: an answer whose schema text is in another form, such as a serialized descriptor.
 * The answer is built at once, with a gap where the text will stand; the text comes from the
 * format plugin, for large schemas on the worker pool.
 */
#ifndef API_FORM_H
#define API_FORM_H

#include "http/request.h"
#include "registry/schema.h"
#include "support/json_out.h"

struct api;

/* What the answer under construction waits for. */
struct form {
	const struct schema *schema; /* NULL: no form is asked for */
	struct scute_str name;       /* "serialized" */
	size_t gap;                  /* in the body: where the text belongs */
};

/* ?format=; empty: none. */
struct scute_str form_ask(struct request *request);

/* After answer_begin(): the text of schema is to be in the form that the query asks for, if any. */
void form_begin(struct api *api, struct request *request, const struct schema *schema);

/* Texts of a list are rendered on the loop, as the list is made; longer ones stay as they are. */
#define FORM_LISTED_BYTES_MAX ((size_t)256 * 1024)

/*
 * "schema" of one entry of a list in that form (empty: as it is stored); as it is stored too
 * where the format has no such form, or can not make sense of the text.
 */
void form_put_listed(struct api *api, struct json_out *out, const struct schema *schema,
	struct scute_str form);

/* Sends the body built so far, its gap filled; now or when a worker is done. */
void form_send(struct api *api, struct request *request);

#endif
