/* SPDX-License-Identifier: Apache-2.0 */
/* Base64 (RFC 4648), both alphabets in, the standard one out. */
#include "base64.h"

static int digit_of(char c)
{
	if (c >= 'A' && c <= 'Z') {
		return c - 'A';
	}
	if (c >= 'a' && c <= 'z') {
		return c - 'a' + 26;
	}
	if (c >= '0' && c <= '9') {
		return c - '0' + 52;
	}
	if (c == '+' || c == '-') {
		return 62;
	}
	if (c == '/' || c == '_') {
		return 63;
	}
	return -1;
}

/* Length without padding; false when the padding is not what the length asks for. */
static bool strip_padding(struct scute_str *text)
{
	size_t n = 0;

	while (n < 2 && n < text->len && text->data[text->len - 1 - n] == '=') {
		n++;
	}
	if (n > 0 && text->len % 4 != 0) {
		return false;
	}
	text->len -= n;
	return text->len % 4 != 1;
}

bool base64_decode(struct scute_str text, uint8_t *out, size_t *ret_len)
{
	uint32_t bits = 0;
	unsigned n_bits = 0;
	size_t len = 0;

	if (!strip_padding(&text)) {
		return false;
	}
	for (size_t i = 0; i < text.len; i++) {
		int digit = digit_of(text.data[i]);
		if (digit < 0) {
			return false;
		}
		bits = bits << 6 | (uint32_t)digit;
		n_bits += 6;
		if (n_bits >= 8) {
			n_bits -= 8;
			out[len++] = (uint8_t)(bits >> n_bits);
		}
	}
	*ret_len = len;
	return true;
}

static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

static char *put_group(char *at, uint32_t bits)
{
	*at++ = digits[bits >> 18 & 63];
	*at++ = digits[bits >> 12 & 63];
	*at++ = digits[bits >> 6 & 63];
	*at++ = digits[bits & 63];
	return at;
}

bool base64_encode(struct buf *buf, const uint8_t *data, size_t len)
{
	if (len > SIZE_MAX / 2) {
		buf->failed = true;
		return false;
	}
	size_t text_len = (len + 2) / 3 * 4;
	char *at = buf_reserve(buf, text_len);
	if (!at) {
		return false;
	}
	size_t i = 0;
	for (; i + 3 <= len; i += 3) {
		at = put_group(at, (uint32_t)data[i] << 16 | (uint32_t)data[i + 1] << 8 |
					   data[i + 2]);
	}
	if (i < len) {
		uint32_t second = i + 1 < len ? data[i + 1] : 0;
		at = put_group(at, (uint32_t)data[i] << 16 | second << 8);
		at[-1] = '=';
		if (i + 1 == len) {
			at[-2] = '=';
		}
	}
	buf->len += text_len;
	return true;
}
