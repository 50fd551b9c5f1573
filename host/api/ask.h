/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reading requests: query flags, versions, the body with a schema. A function that returns
 * false has answered the request.
 */
#ifndef API_ASK_H
#define API_ASK_H

#include "api/api.h"
#include "registry/check.h"
#include "registry/write.h"
#include "support/json_in.h"

/*
 * A query flag; absent is false. Confluent knows only true, Karapace also 1, yes, on, t, y
 * and their opposites.
 */
bool ask_flag(const struct api *api, struct request *request, const char *name);

/* Karapace refuses a flag that is neither true nor false, Confluent takes it as false. */
bool ask_flags(struct api *api, struct request *request);

/* {subject}; false when it holds control characters. */
bool ask_subject(struct api *api, struct request *request, struct scute_str *ret_subject);

#define ASK_LATEST 0

/* A version number, or ASK_LATEST for "latest" and -1. */
bool ask_number(struct api *api, struct request *request, struct scute_str text, int32_t *ret_number);

/* The body as a JSON object. */
bool ask_object(struct api *api, struct request *request, const struct json **ret_object);

/* A schema as a client posts it, checked against nothing yet. */
struct ask_schema {
	struct schema_content content; /* text as sent; references resolved to numbers */
	const struct scute_reference *resolved;
	size_t n_resolved;
	struct hash128 identity;       /* of the text as sent */
	uint32_t id;                   /* that it comes with; 0: none */
	int32_t number;                /* that it is to have; 0: none */
	bool is_import;                /* id and text are taken as they are */
	bool normalize;
	bool is_large;                 /* a worker tells its identity, when it is parsed */
	bool identify_again;           /* by what parsing makes of the text: normalised, or canonical
					  where the format has no identity of its own */
	const struct scute_schema *parsed; /* after ask_parse() */
};

/* What the schema of a request is for. */
enum ask_purpose {
	ASK_COMPARE,
	ASK_LOOKUP,   /* with the metadata that is given */
	ASK_REGISTER, /* .. or inherited, and the subject's defaults and overrides */
};

/* Reads the body; type known and its plugin loaded, references live. */
bool ask_schema(struct api *api, struct request *request, enum ask_purpose purpose,
	struct ask_schema *ret_schema);

/* What parsing it asks, with nothing to compare. */
struct check_question ask_question(const struct ask_schema *schema);

/* Identity of the text it has now. False: no memory. */
bool ask_identify(struct api *api, struct request *request, struct ask_schema *schema);

/*
 * Parses it: fills parsed, and replaces text and identity by the canonical (or normalised)
 * ones. false with *ret_error when it is no valid schema; nothing is answered then.
 */
bool ask_parse(struct api *api, struct request *request, struct ask_schema *schema,
	struct registry_error *ret_error);

#endif
