/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Request bodies: fixed and chunked. The chunked reader is our own, because the llhttp of
 * Debian 12 accepts bare LF and endless extensions, which is what smuggling is made of.
 */
#include "http/body.h"

#include <assert.h>

#include "http/head.h"

void body_init_fixed(struct body *body, uint64_t bytes)
{
	*body = (struct body){ .state = bytes > 0 ? BODY_FIXED : BODY_DONE, .left = bytes };
}

void body_init_chunked(struct body *body, size_t trailer_bytes_max)
{
	*body = (struct body){ .state = BODY_SIZE_FIRST, .trailer_bytes_max = trailer_bytes_max };
}

static int hex_value(char c)
{
	if (c >= '0' && c <= '9') {
		return c - '0';
	}
	if (c >= 'a' && c <= 'f') {
		return c - 'a' + 10;
	}
	return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

static enum body_result take_data(struct body *body, const char *data, size_t len, struct buf *out,
	size_t *ret_used)
{
	size_t take = body->left < len ? (size_t)body->left : len;

	if (take > out->max - out->len) {
		return BODY_TOO_LARGE;
	}
	if (!buf_append(out, data, take)) {
		return BODY_NO_MEMORY;
	}
	body->left -= take;
	*ret_used = take;
	if (body->left == 0) {
		body->state = body->state == BODY_FIXED ? BODY_DONE : BODY_DATA_CR;
	}
	return body->state == BODY_DONE ? BODY_COMPLETE : BODY_MORE;
}

static enum body_result take_size(struct body *body, char c, const struct buf *out)
{
	int digit = hex_value(c);

	if (digit >= 0) {
		/* Leading zeros count as extension bytes, so that they end as well. */
		if (body->state == BODY_SIZE && body->left == 0 &&
			++body->extension_bytes > BODY_EXTENSION_BYTES_MAX) {
			return BODY_MALFORMED;
		}
		body->state = BODY_SIZE;
		body->left = body->left * 16 + (uint64_t)digit;
		return body->left > out->max - out->len ? BODY_TOO_LARGE : BODY_MORE;
	}
	if (body->state == BODY_SIZE_FIRST) {
		return BODY_MALFORMED;
	}
	if (c == ';') {
		body->state = BODY_EXTENSION;
		return BODY_MORE;
	}
	body->state = BODY_SIZE_LF;
	return c == '\r' ? BODY_MORE : BODY_MALFORMED;
}

static enum body_result take_extension(struct body *body, char c)
{
	if (c == '\r') {
		body->state = BODY_SIZE_LF;
		return BODY_MORE;
	}
	if (!head_is_text(c) || ++body->extension_bytes > BODY_EXTENSION_BYTES_MAX) {
		return BODY_MALFORMED;
	}
	return BODY_MORE;
}

static enum body_result take_trailer(struct body *body, char c)
{
	if (++body->trailer_bytes > body->trailer_bytes_max) {
		return BODY_TRAILERS_TOO_LARGE;
	}
	switch (body->state) {
	case BODY_TRAILER_FIRST:
		if (c == '\r') {
			body->state = BODY_END_LF;
			return BODY_MORE;
		}
		body->state = BODY_TRAILER_NAME;
		return head_is_token(c) ? BODY_MORE : BODY_MALFORMED;
	case BODY_TRAILER_NAME:
		if (c == ':') {
			body->state = BODY_TRAILER_VALUE;
			return BODY_MORE;
		}
		return head_is_token(c) ? BODY_MORE : BODY_MALFORMED;
	default:
		if (c == '\r') {
			body->state = BODY_TRAILER_LF;
			return BODY_MORE;
		}
		return head_is_text(c) ? BODY_MORE : BODY_MALFORMED;
	}
}

/* One byte that must be expected; then the state is next. */
static enum body_result take_exactly(struct body *body, char c, char expected, enum body_state next)
{
	body->state = next;
	if (c != expected) {
		return BODY_MALFORMED;
	}
	return next == BODY_DONE ? BODY_COMPLETE : BODY_MORE;
}

static enum body_result take_framing(struct body *body, char c, const struct buf *out)
{
	switch (body->state) {
	case BODY_SIZE_FIRST:
	case BODY_SIZE:
		return take_size(body, c, out);
	case BODY_EXTENSION:
		return take_extension(body, c);
	case BODY_SIZE_LF:
		return take_exactly(body, c, '\n', body->left > 0 ? BODY_DATA : BODY_TRAILER_FIRST);
	case BODY_DATA_CR:
		return take_exactly(body, c, '\r', BODY_DATA_LF);
	case BODY_DATA_LF:
		return take_exactly(body, c, '\n', BODY_SIZE_FIRST);
	case BODY_TRAILER_FIRST:
	case BODY_TRAILER_NAME:
	case BODY_TRAILER_VALUE:
		return take_trailer(body, c);
	case BODY_TRAILER_LF:
		return take_exactly(body, c, '\n', BODY_TRAILER_FIRST);
	case BODY_END_LF:
		return take_exactly(body, c, '\n', BODY_DONE);
	case BODY_FIXED:
	case BODY_DATA:
	case BODY_DONE:
		break;
	}
	assert(false && "no framing byte is due");
	return BODY_MALFORMED;
}

enum body_result body_read(struct body *body, const char *data, size_t len, struct buf *out,
	size_t *ret_used)
{
	size_t used = 0;

	if (body->state == BODY_DONE) {
		*ret_used = 0;
		return BODY_COMPLETE;
	}
	while (used < len) {
		enum body_result result;

		if (body->state == BODY_FIXED || body->state == BODY_DATA) {
			size_t taken = 0;
			result = take_data(body, data + used, len - used, out, &taken);
			used += taken;
		} else {
			result = take_framing(body, data[used], out);
			used++;
		}
		if (result != BODY_MORE) {
			*ret_used = used;
			return result;
		}
	}
	*ret_used = used;
	return BODY_MORE;
}
