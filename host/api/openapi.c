/* SPDX-License-Identifier: Apache-2.0 */
/* /openapi.json: the description of these routes, for people, testers and generators of clients. */
#include "api/openapi.h"

#include "api/api.h"
#include "support/str.h"

/* Of If-None-Match: "*", or a list in which the tag stands, weak or not (RFC 9110 section 13.1.2). */
static bool has_tag(struct scute_str tags)
{
	struct scute_str tag = str_z(openapi_etag);

	if (str_eq(str_trim(tags), SCUTE_STR("*"))) {
		return true;
	}
	for (; tags.len >= tag.len; tags.data++, tags.len--) {
		if (str_starts(tags, tag)) {
			return true;
		}
	}
	return false;
}

static void get_openapi(struct api *api, struct request *request)
{
	struct scute_str tags;

	(void)api;
	reply_add_header(request, "ETag", str_z(openapi_etag));
	reply_add_header(request, "Cache-Control", SCUTE_STR("no-cache"));
	if (request_header(request, "If-None-Match", &tags) && has_tag(tags)) {
		reply_send(request, 304, NULL, SCUTE_STR(""));
	} else {
		reply_send(request, 200, NULL, (struct scute_str){ openapi_text, openapi_text_bytes });
	}
}

const struct api_endpoint api_openapi[] = {
	{ "GET", "/openapi.json", API_PUBLIC, API_WITHOUT_STATE | API_ANY_MEDIA, get_openapi },
	{ 0 },
};
