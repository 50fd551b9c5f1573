/* SPDX-License-Identifier: Apache-2.0 */
/* A source that may be text or, in base64, a serialised FileDescriptorProto. */
#include "compile.h"

#include "support/arena.h"
#include "support/str.h"

/* The value of a character of base64; 64: none. */
static unsigned digit(char c)
{
	if (c >= 'A' && c <= 'Z') {
		return (unsigned)(c - 'A');
	}
	if (c >= 'a' && c <= 'z') {
		return (unsigned)(c - 'a' + 26);
	}
	if (c >= '0' && c <= '9') {
		return (unsigned)(c - '0' + 52);
	}
	return c == '+' ? 62 : c == '/' ? 63 : 64;
}

/*
 * Padded base64 of the standard alphabet and nothing else; a .proto file of only these is a
 * comment.
 */
static bool is_base64(struct scute_str text, size_t *ret_padding)
{
	size_t padding = 0;

	if (text.len == 0 || text.len % 4 != 0 || str_starts(text, SCUTE_STR("//"))) {
		return false;
	}
	while (padding < 2 && text.data[text.len - 1 - padding] == '=') {
		padding++;
	}
	for (size_t i = 0; i < text.len - padding; i++) {
		if (digit(text.data[i]) == 64) {
			return false;
		}
	}
	*ret_padding = padding;
	return true;
}

/* data NULL: out of memory. Bits behind the last byte must be 0. */
static struct scute_str decode(struct scute_str text, size_t padding, struct scute_arena *arena,
	bool *ret_valid)
{
	char *bytes = scute_alloc(arena, text.len / 4 * 3);
	size_t len = 0;

	for (size_t i = 0; bytes && i < text.len; i += 4) {
		uint32_t group = 0;
		for (size_t j = 0; j < 4; j++) {
			unsigned value = digit(text.data[i + j]);
			group = group << 6 | (value == 64 ? 0 : value);
		}
		bytes[len++] = (char)(group >> 16);
		bytes[len++] = (char)(group >> 8);
		bytes[len++] = (char)group;
	}
	*ret_valid = true;
	for (size_t i = 0; bytes && i < padding; i++) {
		len--;
		*ret_valid = *ret_valid && bytes[len] == 0;
	}
	return (struct scute_str){ bytes, len };
}

enum scute_status pb_compile_source(struct pb_pool *pool, struct scute_str path,
	struct scute_str source, uint32_t flags, const struct scute_limits *limits,
	const struct pb_file **ret_file, struct scute_error *err)
{
	struct scute_str text = source;
	size_t padding = 0;
	bool valid;

	if (text.len > 0 && text.data[text.len - 1] == '\n') {
		text.len--;
	}
	if (text.len > limits->bytes_max || !is_base64(text, &padding)) {
		return pb_compile_text(pool, path, source, flags, limits, ret_file, err);
	}
	struct scute_str bytes = decode(text, padding, pb_pool_arena(pool), &valid);
	if (!bytes.data) {
		return error_set(err, SCUTE_ENOMEM, "out of memory for the schema");
	}
	if (!valid) {
		return error_set(err, SCUTE_EINVAL, "the schema is neither text nor base64");
	}
	return pb_compile_wire(pool, path, bytes, flags, limits, ret_file, err);
}
