/* SPDX-License-Identifier: Apache-2.0 */
/* What handlers ask a request: headers, query and path parameters, cancellation. */
#include "http/request.h"

#include <string.h>

#include "http/router.h"
#include "support/str.h"

bool request_header(const struct request *request, const char *name, struct scute_str *ret_value)
{
	struct scute_str wanted = str_z(name);

	for (size_t i = 0; i < request->n_headers; i++) {
		if (str_eq_nocase(request->headers[i].name, wanted)) {
			*ret_value = request->headers[i].value;
			return true;
		}
	}
	return false;
}

static int hex_digit(char c)
{
	if (c >= '0' && c <= '9') {
		return c - '0';
	}
	if (c >= 'a' && c <= 'f') {
		return c - 'a' + 10;
	}
	return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

/* Decodes one character at *at and moves on; -1 on a broken escape. */
static int decode_one(struct scute_str text, size_t *at, bool plus)
{
	char c = text.data[*at];
	int high;
	int low;

	*at += 1;
	if (c == '+' && plus) {
		return ' ';
	}
	if (c != '%') {
		return (unsigned char)c;
	}
	if (text.len - *at < 2) {
		return -1;
	}
	high = hex_digit(text.data[*at]);
	low = hex_digit(text.data[*at + 1]);
	*at += 2;
	return high < 0 || low < 0 ? -1 : high * 16 + low;
}

bool request_decode(struct scute_arena *arena, struct scute_str text, bool plus,
	struct scute_str *ret_text)
{
	char *out;
	size_t len = 0;

	if (text.len == 0 || (memchr(text.data, '%', text.len) == NULL &&
				     (!plus || memchr(text.data, '+', text.len) == NULL))) {
		*ret_text = text;
		return true;
	}
	out = scute_alloc(arena, text.len);
	if (out == NULL) {
		return false;
	}
	for (size_t at = 0; at < text.len;) {
		int c = decode_one(text, &at, plus);
		if (c < 0) {
			return false;
		}
		out[len++] = (char)c;
	}
	*ret_text = (struct scute_str){ out, len };
	return true;
}

static bool decodes_to(struct scute_str text, const char *name)
{
	for (size_t at = 0; at < text.len; name++) {
		int c = decode_one(text, &at, true);
		if (*name == '\0' || c != (unsigned char)*name) {
			return false;
		}
	}
	return *name == '\0';
}

bool request_query_nth(struct request *request, const char *name, size_t nth,
	struct scute_str *ret_value)
{
	struct scute_str rest = request->query;

	while (rest.len > 0) {
		const char *end = memchr(rest.data, '&', rest.len);
		size_t pair_len = end != NULL ? (size_t)(end - rest.data) : rest.len;
		struct scute_str pair = { rest.data, pair_len };
		const char *equals = pair.len > 0 ? memchr(pair.data, '=', pair.len) : NULL;
		struct scute_str key = pair;
		struct scute_str value = { pair.data + pair.len, 0 };

		if (equals != NULL) {
			key.len = (size_t)(equals - pair.data);
			value = (struct scute_str){ equals + 1, pair.len - key.len - 1 };
		}
		if (decodes_to(key, name) && nth-- == 0) {
			return request_decode(&request->arena.base, value, true, ret_value);
		}
		rest.data += pair.len;
		rest.len -= pair.len;
		if (rest.len > 0) {
			rest.data++;
			rest.len--;
		}
	}
	return false;
}

bool request_query(struct request *request, const char *name, struct scute_str *ret_value)
{
	return request_query_nth(request, name, 0, ret_value);
}

/* Its index among the parameters; REQUEST_PARAMS_MAX: there is none of that name. */
static size_t find_param(const struct request *request, const char *name)
{
	const char *at = request->route != NULL ? request->route->pattern : "";
	size_t len = strlen(name);

	for (size_t i = 0; i < REQUEST_PARAMS_MAX && (at = strchr(at, '{')) != NULL; i++) {
		at++;
		if (strncmp(at, name, len) == 0 && at[len] == '}') {
			return i;
		}
	}
	return REQUEST_PARAMS_MAX;
}

struct scute_str request_param(const struct request *request, const char *name)
{
	size_t i = find_param(request, name);

	return i < REQUEST_PARAMS_MAX ? request->params[i] : (struct scute_str){ NULL, 0 };
}

bool request_set_param(struct request *request, const char *name, struct scute_str value)
{
	size_t i = find_param(request, name);

	if (i == REQUEST_PARAMS_MAX || !arena_keep(&request->arena.base, &value)) {
		return false;
	}
	request->params[i] = value;
	return true;
}

void request_on_cancel(struct request *request, void (*cancelled)(void *user), void *user)
{
	request->cancelled = cancelled;
	request->cancelled_user = user;
}
