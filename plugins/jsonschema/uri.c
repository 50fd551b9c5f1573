/* SPDX-License-Identifier: Apache-2.0 */
/* The algorithm of RFC 3986, section 5.2, over slices. */
#include "uri.h"

#include <string.h>

#include "support/str.h"

struct parts {
	struct scute_str scheme;    /* with its ':' */
	struct scute_str authority; /* with its "//" */
	struct scute_str path;
	struct scute_str query;     /* with its '?' */
};

bool js_uri_split(struct scute_str text, struct scute_str *ret_uri, struct scute_str *ret_fragment)
{
	const char *hash = text.len > 0 ? memchr(text.data, '#', text.len) : NULL;
	size_t len = hash ? (size_t)(hash - text.data) : text.len;

	*ret_uri = (struct scute_str){ text.data, len };
	*ret_fragment = hash ? (struct scute_str){ hash + 1, text.len - len - 1 } :
			       (struct scute_str){ NULL, 0 };
	return hash != NULL;
}

static struct scute_str take(struct scute_str *text, size_t len)
{
	struct scute_str taken = { text->data, len };

	text->data += len;
	text->len -= len;
	return taken;
}

static bool is_letter(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

/* Of a scheme and its ':'; 0: there is none. */
static size_t scheme_len(struct scute_str text)
{
	size_t i = 0;

	if (text.len == 0 || !is_letter(text.data[0])) {
		return 0;
	}
	while (i < text.len && (is_letter(text.data[i]) || (text.data[i] >= '0' && text.data[i] <= '9') ||
		text.data[i] == '+' || text.data[i] == '-' || text.data[i] == '.')) {
		i++;
	}
	return i < text.len && text.data[i] == ':' ? i + 1 : 0;
}

static struct parts parts_of(struct scute_str text)
{
	struct parts parts = { { NULL, 0 }, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } };
	size_t len = 0;

	parts.scheme = take(&text, scheme_len(text));
	if (str_starts(text, SCUTE_STR("//"))) {
		for (len = 2; len < text.len && text.data[len] != '/' && text.data[len] != '?';
			len++) {
		}
		parts.authority = take(&text, len);
	}
	for (len = 0; len < text.len && text.data[len] != '?'; len++) {
	}
	parts.path = take(&text, len);
	parts.query = text;
	return parts;
}

/* Section 5.2.4, in place. Returns the new length. */
static size_t dots_remove(char *path, size_t len)
{
	size_t out = 0;
	size_t i = 0;
	bool is_rooted = len > 0 && path[0] == '/';

	while (i < len) {
		size_t end = i;
		while (end < len && path[end] != '/') {
			end++;
		}
		size_t n = end - i;
		bool has_slash = end < len;
		if (n == 2 && path[i] == '.' && path[i + 1] == '.') {
			/* Back over the slash, then over the segment in front of it. */
			size_t floor = is_rooted ? 1 : 0;
			if (out > floor) {
				out--;
				while (out > floor && path[out - 1] != '/') {
					out--;
				}
			}
		} else if (!(n == 1 && path[i] == '.')) {
			memmove(path + out, path + i, n + has_slash);
			out += n + has_slash;
		}
		i = end + has_slash;
	}
	return out;
}

static char *put(char *at, struct scute_str text)
{
	if (text.len > 0) {
		memcpy(at, text.data, text.len);
	}
	return at + text.len;
}

/* The base's path up to its last slash, then the reference's (section 5.2.3). */
static char *put_merged(char *at, const struct parts *base, struct scute_str path)
{
	size_t len = base->path.len;

	while (len > 0 && base->path.data[len - 1] != '/') {
		len--;
	}
	if (len == 0 && base->authority.len > 0) {
		at = put(at, SCUTE_STR("/"));
	}
	at = put(at, (struct scute_str){ base->path.data, len });
	return put(at, path);
}

static char *put_path(char *at, const struct parts *base, const struct parts *ref)
{
	char *path = at;

	if (ref->scheme.len > 0 || ref->authority.len > 0 || str_starts(ref->path, SCUTE_STR("/"))) {
		at = put(at, ref->path);
	} else if (ref->path.len == 0) {
		return put(at, base->path);
	} else {
		at = put_merged(at, base, ref->path);
	}
	return path + dots_remove(path, (size_t)(at - path));
}

static bool is_opaque(const struct parts *parts)
{
	return parts->scheme.len > 0 && parts->authority.len == 0 && parts->path.len > 0 &&
		parts->path.data[0] != '/';
}

enum scute_status js_uri_resolve(struct scute_str base, struct scute_str reference,
	struct scute_arena *arena, struct scute_str *ret_uri)
{
	struct parts from = parts_of(base);
	struct parts ref = parts_of(reference);
	char *text;
	char *at;

	if (reference.len == 0) {
		*ret_uri = base;
		return SCUTE_OK;
	}
	if (base.len > JS_URI_BYTES_MAX || reference.len > JS_URI_BYTES_MAX) {
		return SCUTE_ELIMIT;
	}
	if (is_opaque(&ref) || (is_opaque(&from) && ref.scheme.len == 0 && ref.path.len > 0)) {
		*ret_uri = reference;
		return SCUTE_OK;
	}
	text = scute_alloc(arena, base.len + reference.len + 2);
	if (!text) {
		return SCUTE_ENOMEM;
	}
	bool is_own = ref.scheme.len > 0;
	at = put(text, is_own ? ref.scheme : from.scheme);
	at = put(at, is_own || ref.authority.len > 0 ? ref.authority : from.authority);
	at = put_path(at, &from, &ref);
	bool takes_query = !is_own && ref.authority.len == 0 && ref.path.len == 0 &&
		ref.query.len == 0;
	at = put(at, takes_query ? from.query : ref.query);
	if ((size_t)(at - text) > JS_URI_BYTES_MAX) {
		return SCUTE_ELIMIT;
	}
	*ret_uri = (struct scute_str){ text, (size_t)(at - text) };
	return SCUTE_OK;
}

static int hex(char c)
{
	if (c >= '0' && c <= '9') {
		return c - '0';
	}
	if (c >= 'a' && c <= 'f') {
		return c - 'a' + 10;
	}
	return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

struct scute_str js_uri_decode(struct scute_str text, struct scute_arena *arena)
{
	char *out;
	size_t len = 0;

	if (text.len == 0 || !memchr(text.data, '%', text.len)) {
		return text.data ? text : SCUTE_STR("");
	}
	out = scute_alloc(arena, text.len);
	for (size_t i = 0; out && i < text.len; i++) {
		if (text.data[i] != '%') {
			out[len++] = text.data[i];
			continue;
		}
		if (text.len - i < 3 || hex(text.data[i + 1]) < 0 || hex(text.data[i + 2]) < 0) {
			return text;
		}
		out[len++] = (char)(hex(text.data[i + 1]) * 16 + hex(text.data[i + 2]));
		i += 2;
	}
	return (struct scute_str){ out, len };
}
