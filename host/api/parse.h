/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The step of a request that costs: parsing the posted schema, and comparing it with a
 * subject when asked. At once for ordinary schemas, on the worker pool for large ones; the
 * request waits, the loop does not.
 */
#ifndef API_PARSE_H
#define API_PARSE_H

#include "api/ask.h"

struct parsing {
	struct api *api;
	struct request *request;
	struct ask_schema schema;      /* then: with canonical text and its identity */
	struct scute_str subject;      /* for compare */
	int32_t number;                /* for compare: a version, or ASK_LATEST */
	bool compare;
	struct check *check;           /* while a worker is at it */
	struct compat_answer answer;   /* of compare */
	/* Goes on with the request. error: why it can not, else code OK. */
	void (*then)(struct parsing *parsing, const struct registry_error *error);
};

/* Reads the body; NULL after having answered. Lives in the request's arena. */
struct parsing *parsing_begin(struct api *api, struct request *request, enum ask_purpose purpose,
	void (*then)(struct parsing *parsing, const struct registry_error *error));

/* Calls then exactly once, at once or later, unless the client leaves. */
void parsing_run(struct parsing *parsing);

#endif
