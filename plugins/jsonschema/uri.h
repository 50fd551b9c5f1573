/* SPDX-License-Identifier: Apache-2.0 */
/* URI references (RFC 3986): parts, resolution against a base, percent-encoding. */
#ifndef JSONSCHEMA_URI_H
#define JSONSCHEMA_URI_H

#include "scute/types.h"

/* Of one URI without its fragment: work per reference stays bounded whatever the base is. */
#define JS_URI_BYTES_MAX 4096

/* Cuts at the first '#'. False: there is none, and *ret_fragment is empty. */
bool js_uri_split(struct scute_str text, struct scute_str *ret_uri, struct scute_str *ret_fragment);

/*
 * Resolves reference, which has no fragment, against base (section 5.2; a base that is relative or
 * empty is taken as it is, so that names of files find each other). *ret_uri is in the
 * arena, or base or reference itself. ELIMIT: longer than JS_URI_BYTES_MAX.
 */
enum scute_status js_uri_resolve(struct scute_str base, struct scute_str reference,
	struct scute_arena *arena, struct scute_str *ret_uri);

/* Without percent-encoding; text itself when it has none or a broken one. data NULL: no memory. */
struct scute_str js_uri_decode(struct scute_str text, struct scute_arena *arena);

#endif
