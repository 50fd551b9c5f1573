/* SPDX-License-Identifier: Apache-2.0 */
/* Differences: which are compatible, their paths, their texts in the form of current registries. */
#include "compat.h"

#include <string.h>

#include "support/arena.h"
#include "support/str.h"

/* A longer path is cut: it names long keys again and again. */
#define PATH_BYTES_MAX (256u << 10)
/* Paths and texts of one answer; past that nothing more is reported but the first one. */
#define REPORT_BYTES_MAX (4u << 20)

const char *const js_diff_names[N_DIFFS] = {
#define DIFFERENCE(name, strict, lenient, text) #name,
#include "differences.def"
#undef DIFFERENCE
};

static const char *const diff_texts[N_DIFFS] = {
#define DIFFERENCE(name, strict, lenient, text) text,
#include "differences.def"
#undef DIFFERENCE
};

static const bool diff_compatible[2][N_DIFFS] = {
	[SCUTE_POLICY_STRICT] = {
#define DIFFERENCE(name, strict, lenient, text) strict,
#include "differences.def"
#undef DIFFERENCE
	},
	[SCUTE_POLICY_LENIENT] = {
#define DIFFERENCE(name, strict, lenient, text) lenient,
#include "differences.def"
#undef DIFFERENCE
	},
};

/* Compatible only because a default is filled in. */
static bool leans_on_default(enum js_diff diff)
{
	return diff == DIFF_REQUIRED_ATTRIBUTE_WITH_DEFAULT_ADDED ||
		diff == DIFF_REQUIRED_PROPERTY_WITH_DEFAULT_ADDED_TO_UNOPEN_CONTENT_MODEL ||
		diff == DIFF_REQUIRED_PROPERTY_WITH_DEFAULT_ADDED_TO_OPEN_CONTENT_MODEL;
}

static bool is_compatible(const struct check *c, enum js_diff diff)
{
	bool lenient = !c->pure && c->compat->policy == SCUTE_POLICY_LENIENT;

	return diff_compatible[lenient ? SCUTE_POLICY_LENIENT : SCUTE_POLICY_STRICT][diff];
}

void compat_unproved(struct check *c)
{
	c->unproved = true;
	if (c->pure) {
		c->n_bad++;
	}
}

static void step_write(const struct step *step, struct buf *out)
{
	if (step->keyword) {
		buf_append_byte(out, '/');
		buf_append_z(out, step->keyword);
	} else if (step->name.data) {
		js_pointer_token(step->name, out);
	} else {
		buf_append_byte(out, '/');
		buf_append_u64(out, step->number);
	}
}

/* The way down from the root; steps are as many as schemas nest, a few a schema. */
static void path_write(const struct step *at, struct buf *out)
{
	if (at->up) {
		path_write(at->up, out);
		step_write(at, out);
	}
}

/* What failed for want of room is cut; for want of memory, the check's failure. */
static struct scute_str path_finish(struct check *c, const struct buf *path)
{
	if (path->failed && path->len < PATH_BYTES_MAX / 2) {
		check_fail(c, SCUTE_ENOMEM);
	}
	return buf_str(path);
}

struct scute_str step_path(struct check *c, const struct step *at)
{
	struct buf path;

	buf_init_arena(&path, PATH_BYTES_MAX, c->arena);
	buf_append_str(&path, c->path_prefix);
	path_write(at, &path);
	return path_finish(c, &path);
}

static void text_write(const struct check *c, const char *form, struct scute_str path,
	struct buf *text)
{
	for (; *form; form++) {
		if (*form != '%') {
			buf_append_byte(text, *form);
			continue;
		}
		form++;
		if (*form == 'p') {
			buf_append_str(text, path);
		} else {
			buf_append_z(text, *form == 'r' ? c->compat->reader_label :
							  c->compat->writer_label);
		}
	}
}

static void put(struct found *found, struct found_item *item)
{
	if (found->last) {
		found->last->next = item;
	} else {
		found->first = item;
	}
	found->last = item;
	found->count++;
}

/* The bad ones are what is asked for: the others have the room that those leave. */
static bool has_room(const struct check *c, bool compatible)
{
	size_t count = c->bad.count + (compatible ? c->fine.count : 0);

	return count < c->compat->differences_max &&
		(c->report_bytes < REPORT_BYTES_MAX || (!compatible && c->bad.count == 0));
}

static void keep(struct check *c, const struct step *at, const char *keyword, enum js_diff diff,
	bool compatible)
{
	struct found_item *item = check_alloc(c, 1, sizeof(*item));
	struct step below = step_keyword(at, keyword);
	struct buf path;
	struct buf text;

	buf_init_arena(&path, PATH_BYTES_MAX, c->arena);
	buf_append_byte(&path, '#');
	buf_append_str(&path, c->path_prefix);
	path_write(keyword ? &below : at, &path);
	if (path.len == 1) {
		buf_append_byte(&path, '/');
	}
	buf_init_arena(&text, REPORT_BYTES_MAX, c->arena);
	buf_append_z(&text, "{errorType:\"");
	buf_append_z(&text, js_diff_names[diff]);
	buf_append_z(&text, "\", description:\"");
	text_write(c, diff_texts[diff], path_finish(c, &path), &text);
	buf_append_z(&text, "'}");
	if (text.failed) {
		check_fail(c, SCUTE_ENOMEM);
	}
	if (check_halted(c)) {
		return;
	}
	item->place = c->n_places++;
	item->difference = (struct scute_difference){ js_diff_names[diff], buf_str(&path),
		buf_str(&text), compatible };
	put(compatible ? &c->fine : &c->bad, item);
	c->report_bytes += path.len + text.len;
}

void report_at(struct check *c, const struct step *at, const char *keyword, enum js_diff diff)
{
	bool compatible = is_compatible(c, diff);

	if (leans_on_default(diff)) {
		c->unproved = true;
	}
	if (!compatible) {
		c->n_bad++;
	}
	if (c->trials == 0 && has_room(c, compatible) && !check_halted(c)) {
		keep(c, at, keyword, diff, compatible);
	}
}

void report(struct check *c, const struct step *at, enum js_diff diff)
{
	report_at(c, at, NULL, diff);
}

enum scute_status report_finish(struct check *c, struct scute_compat *compat)
{
	size_t room = compat->differences_max;
	size_t n = c->bad.count + c->fine.count < room ? c->bad.count + c->fine.count : room;
	size_t n_fine = n - c->bad.count;
	const struct found_item *bad = c->bad.first;
	const struct found_item *fine = c->fine.first;
	struct scute_difference *differences = NULL;

	if (n > 0) {
		differences = check_alloc(c, n, sizeof(*differences));
		if (!differences) {
			return c->status;
		}
	}
	for (size_t i = 0; i < n; i++) {
		bool take_fine = n_fine > 0 && (!bad || fine->place < bad->place);
		differences[i] = take_fine ? fine->difference : bad->difference;
		if (take_fine) {
			fine = fine->next;
			n_fine--;
		} else {
			bad = bad->next;
		}
	}
	compat->differences = differences;
	compat->n_differences = n;
	return SCUTE_OK;
}
