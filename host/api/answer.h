/* SPDX-License-Identifier: Apache-2.0 */
/* Rendering: errors by profile, schemas with the members that profile and request ask for. */
#ifndef API_ANSWER_H
#define API_ANSWER_H

#include "http/request.h"
#include "registry/error.h"
#include "registry/subject.h"
#include "support/json_out.h"

struct api;

/* Which members of a schema object a client gets. */
enum answer_shape {
	SHAPE_6,  /* Karapace and Confluent 6.1: schemaType only when it is not AVRO */
	SHAPE_8,  /* Confluent 8: guid, schemaType, ts, deleted always */
};

enum answer_shape answer_shape(const struct api *api, const struct request *request);

/* Starts a body in api->out; answer_send() sends it with status 200. */
struct json_out answer_begin(struct api *api);
void answer_send(struct api *api, struct request *request);

void answer_error(struct api *api, struct request *request, const struct registry_error *error);
void answer_code(struct api *api, struct request *request, enum registry_code code);
void answer_code_str(struct api *api, struct request *request, enum registry_code code,
	struct scute_str argument);

/*
 * A JSON array of what put() makes of each subject: in order of arrival for karapace, by
 * name for confluent.
 */
void answer_subjects(struct api *api, struct request *request,
	void (*put)(struct api *api, struct json_out *out, const struct subject *subject, void *user),
	void *user);

/* Members only, for the caller's object: of one version of a subject. */
void answer_version(struct api *api, struct json_out *out, enum answer_shape shape,
	const struct subject *subject, const struct version *version);

/* "schema": the text as a JSON string, escaped once and remembered; or a gap, see form.h. */
void answer_text(struct api *api, struct json_out *out, const struct schema *schema);
/* The text alone, in the form that is asked for. */
void answer_text_alone(struct api *api, struct request *request, const struct schema *schema);
void answer_references(struct api *api, struct json_out *out, const struct schema *schema);
/* ?referenceFormat=qualified: subjects with their context, in the answer under construction. */
void answer_qualify(struct api *api, struct request *request);

/* metadata and ruleSet, where the schema has them. */
void answer_metadata(struct api *api, struct json_out *out, const struct schema *schema);

#define GUID_BYTES 36

/* GUID of the content, Confluent's recipe: an MD5 as a UUID. False: OpenSSL has no memory. */
bool guid_of(const struct schema *schema, char ret_text[GUID_BYTES]);
void answer_guid(struct json_out *out, const struct schema *schema);

struct escaped_cache;

/* NULL: no memory. bytes_max bounds what all remembered texts take together. */
struct escaped_cache *escaped_create(size_t bytes_max);
void escaped_destroy(struct escaped_cache *cache);
/* The quoted, escaped text; valid until the next call. data NULL: no memory, or not worth keeping. */
struct scute_str escaped_text(struct escaped_cache *cache, const struct schema *schema);
/* The schema is about to go. */
void escaped_forget(struct escaped_cache *cache, const struct schema *schema);

#endif
