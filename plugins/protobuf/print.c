/* SPDX-License-Identifier: Apache-2.0 */
/* Printing a file, from the first byte to the verdict. */
#include "printer.h"

#include "support/str.h"

enum scute_status pb_print(const struct pb_file *file, const struct pb_pool *pool, uint32_t flags,
	size_t bytes_max, struct scute_arena *arena, struct scute_str *ret_text,
	struct scute_error *err)
{
	struct printer p = { .arena = arena, .file = file, .pool = pool, .flags = flags };

	buf_init_arena(&p.out, bytes_max, arena);
	print_file_block(&p);
	if (p.out.failed && p.out.len >= bytes_max / 2) {
		return error_set(err, SCUTE_ELIMIT, "the schema's text would be too long");
	}
	if (p.out.failed || p.failed) {
		return error_set(err, SCUTE_ENOMEM, "out of memory for the schema's text");
	}
	*ret_text = buf_str(&p.out);
	return SCUTE_OK;
}
