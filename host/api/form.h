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

struct api;

/* What the answer under construction waits for. */
struct form {
	const struct schema *schema; /* NULL: no form is asked for */
	struct scute_str name;       /* "serialized" */
	size_t gap;                  /* in the body: where the text belongs */
};

/* After answer_begin(): the text of schema is to be in the form that the query asks for, if any. */
void form_begin(struct api *api, struct request *request, const struct schema *schema);

/* Sends the body built so far, its gap filled; now or when a worker is done. */
void form_send(struct api *api, struct request *request);

#endif
