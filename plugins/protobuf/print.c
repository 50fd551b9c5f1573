/* SPDX-License-Identifier: Apache-2.0 */
/* Printing a file, from the first byte to the verdict. */
#include "printer.h"

#include <assert.h>

#include "support/str.h"

#include "pool_build.h"

/* The file of a schema is the last one in its pool. */
static uint32_t place_of(const struct pb_pool *pool, const struct pb_file *file)
{
	uint32_t place = pool->n_files;

	while (place > 0 && pool->files[place - 1].file != file) {
		place--;
	}
	assert(place > 0);
	return place - 1;
}

enum scute_status pb_print(const struct pb_file *file, const struct pb_pool *pool, uint32_t flags,
	size_t bytes_max, struct scute_arena *arena, struct scute_str *ret_text,
	struct scute_error *err)
{
	struct printer p = { .arena = arena, .file = file, .pool = pool, .flags = flags };

	buf_init_arena(&p.out, bytes_max, arena);
	if (pool) {
		p.place = place_of(pool, file);
	}
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
