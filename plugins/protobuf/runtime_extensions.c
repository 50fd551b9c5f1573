/* SPDX-License-Identifier: Apache-2.0 */
/* Which extensions a message has, in all files of a schema. */
#include <stdlib.h>

#include "runtime_build.h"

static int compare_extensions(const void *a, const void *b)
{
	uintptr_t one = (uintptr_t)((const struct rt_extension *)a)->extendee;
	uintptr_t other = (uintptr_t)((const struct rt_extension *)b)->extendee;

	return one < other ? -1 : one > other;
}

static const struct pb_field *as_extension(const struct pb_symbol *symbol)
{
	const struct pb_field *field = PB_AS(pb_field, symbol->node);

	return symbol->node->kind == PB_FIELD && field->extendee ? field : NULL;
}

static size_t collect_extensions(const struct scute_schema *schema, struct rt_extension *out)
{
	size_t n = 0;

	for (uint32_t i = 0; i < schema->n_files; i++) {
		const struct pb_file *file = schema->files[i];
		for (uint32_t k = 0; k < file->n_symbols; k++) {
			const struct pb_field *field = as_extension(&file->symbols[k]);
			if (field && out) {
				out[n] = (struct rt_extension){ field->extendee, field };
			}
			n += field != NULL;
		}
	}
	return n;
}

/* Only when a message with extension ranges is met: it looks at every name of every file. */
static bool find_extensions(struct codec *codec)
{
	size_t n;

	if (codec->extensions_known) {
		return true;
	}
	n = collect_extensions(codec->schema, NULL);
	codec->extensions = codec_alloc(codec, n, sizeof(*codec->extensions));
	if (!codec->extensions) {
		return false;
	}
	collect_extensions(codec->schema, codec->extensions);
	qsort(codec->extensions, n, sizeof(*codec->extensions), compare_extensions);
	codec->n_extensions = (uint32_t)n;
	codec->extensions_known = true;
	return true;
}

bool rt_extensions(struct codec *codec, const struct pb_message *message,
	const struct rt_extension **ret_first, uint32_t *ret_count)
{
	uint32_t low = 0;
	uint32_t high;
	uint32_t n = 0;

	if (!find_extensions(codec)) {
		return false;
	}
	high = codec->n_extensions;
	while (low < high) {
		uint32_t middle = low + (high - low) / 2;
		if ((uintptr_t)codec->extensions[middle].extendee < (uintptr_t)message) {
			low = middle + 1;
		} else {
			high = middle;
		}
	}
	while (low + n < codec->n_extensions && codec->extensions[low + n].extendee == message) {
		n++;
	}
	*ret_first = codec->extensions + low;
	*ret_count = n;
	return true;
}
