/* SPDX-License-Identifier: Apache-2.0 */
/* Differences: their paths, their texts in the form of current registries, their list. */
#include "compat.h"

#include "support/arena.h"
#include "support/buf.h"
#include "support/str.h"

struct diff_info {
	const char *name;
	bool compatible;
	const char *text;
};

static const struct diff_info infos[N_DIFFS] = {
#define DIFFERENCE(name, compatible, text) [DIFF_##name] = { #name, compatible, text },
#include "differences.def"
#undef DIFFERENCE
};

#define PATH_BYTES_MAX (SIZE_MAX / 2)

enum scute_status compat_memory(struct check *c)
{
	return error_set(c->err, SCUTE_ENOMEM, "out of memory for comparing schemas");
}

/* As deep as messages nest, which the parser bounds. */
static void path_write(const struct place *at, struct buf *path)
{
	if (!at) {
		buf_append_byte(path, '#');
		return;
	}
	path_write(at->up, path);
	buf_append_byte(path, '/');
	if (at->name.data) {
		buf_append_str(path, at->name);
	} else {
		buf_append_i64(path, at->number);
	}
}

static void text_write(const struct check *c, const char *form, struct scute_str path,
	struct buf *text)
{
	for (; *form; form++) {
		if (*form != '%') {
			buf_append_byte(text, *form);
			continue;
		}
		switch (*++form) {
		case 'p':
			buf_append_str(text, path);
			break;
		case 'r':
			buf_append_z(text, c->compat->reader_label);
			break;
		default:
			buf_append_z(text, c->compat->writer_label);
		}
	}
}

enum scute_status compat_report(struct check *c, enum diff diff, const struct place *at)
{
	const struct diff_info *info = &infos[diff];
	uint32_t *n = info->compatible ? &c->n_compatible : &c->n_incompatible;
	struct buf path;
	struct buf text;

	c->compatible = c->compatible && info->compatible;
	if (*n >= c->compat->differences_max) {
		return SCUTE_OK;
	}
	struct found *found = arena_zalloc(c->arena, 1, sizeof(*found));
	buf_init_arena(&path, PATH_BYTES_MAX, c->arena);
	path_write(at, &path);
	if (!at) {
		buf_append_byte(&path, '/');
	}
	buf_init_arena(&text, PATH_BYTES_MAX, c->arena);
	buf_append_z(&text, "{errorType:\"");
	buf_append_z(&text, info->name);
	buf_append_z(&text, "\", description:\"");
	text_write(c, info->text, buf_str(&path), &text);
	buf_append_z(&text, "\"}");
	if (!found || path.failed || text.failed) {
		return compat_memory(c);
	}
	found->difference = (struct scute_difference){ .type = info->name, .path = buf_str(&path),
		.text = buf_str(&text), .compatible = info->compatible };
	*c->end = found;
	c->end = &found->next;
	++*n;
	return SCUTE_OK;
}

/* Where there is not room for all, those that decide the verdict go first. */
enum scute_status compat_deliver(struct check *c)
{
	uint32_t room = c->compat->differences_max - c->n_incompatible;
	uint32_t n_compatible = c->n_compatible < room ? c->n_compatible : room;
	size_t n = (size_t)n_compatible + c->n_incompatible;
	struct scute_difference *differences = arena_zalloc(c->arena, n, sizeof(*differences));
	size_t i = 0;

	if (!differences && n > 0) {
		return compat_memory(c);
	}
	for (const struct found *found = c->first; found; found = found->next) {
		if (found->difference.compatible && n_compatible == 0) {
			continue;
		}
		n_compatible -= found->difference.compatible;
		differences[i++] = found->difference;
	}
	c->compat->differences = n > 0 ? differences : NULL;
	c->compat->n_differences = n;
	c->compat->compatible = c->compatible;
	return SCUTE_OK;
}
