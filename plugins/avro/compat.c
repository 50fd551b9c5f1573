/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Can reader read what writer wrote: the rules of the specification's Schema Resolution as
 * Apache's Java (SchemaCompatibility of 1.12) applies them, with its order and its paths.
 *
 * A pair that was looked at before gives its result again, paths included, as there. One
 * difference: what a union's branch was tried for in vain has here its real path when the
 * same pair is met again outside of the union.
 */
#include "compat.h"

#include <stdlib.h>

#include "support/arena.h"
#include "support/str.h"

/* Steps that one question may take before it has no answer: about a tenth of a second. */
#define STEPS_MAX 1000000u
/* Pairs inside pairs. Types that name one another make chains that no text's nesting bounds. */
#define NESTING_MAX AVRO_DEPTH_LIMIT

static bool is_container(const struct avro_node *node)
{
	return node->type >= AVRO_ARRAY;
}

/* Only a pair with a name in it can be met twice; plain types are shared by all their uses. */
static bool is_remembered(const struct avro_node *reader, const struct avro_node *writer)
{
	return (avro_is_named(reader) && (avro_is_named(writer) || is_container(writer))) ||
		(is_container(reader) && avro_is_named(writer));
}

static bool names_match(const struct avro_node *reader, const struct avro_node *writer)
{
	if (str_eq(avro_name_simple(reader->name), avro_name_simple(writer->name))) {
		return true;
	}
	for (uint32_t i = 0; i < reader->n_aliases; i++) {
		if (str_eq(reader->aliases[i], writer->name.full)) {
			return true;
		}
	}
	return false;
}

static enum scute_status pair_check(struct check *c, const struct pair *pair, bool *ret_good);

/* Java prints the symbols as a sorted set. */
static int compare_symbols(const void *a, const void *b)
{
	return str_cmp(*(const struct scute_str *)a, *(const struct scute_str *)b);
}

static enum scute_status report_symbols(struct check *c, const struct pair *pair)
{
	const struct avro_node *writer = pair->writer;
	struct scute_str *missing = scute_alloc(c->arena, writer->count * sizeof(*missing));
	size_t n = 0;
	struct buf text;

	if (!missing) {
		return report_memory(c);
	}
	for (uint32_t i = 0; i < writer->count; i++) {
		if (avro_index_find(&pair->reader->index, writer->symbols[i]) ==
			pair->reader->count) {
			missing[n++] = writer->symbols[i];
		}
	}
	qsort(missing, n, sizeof(*missing), compare_symbols);
	buf_init_arena(&text, SIZE_MAX / 2, c->arena);
	buf_append_byte(&text, '[');
	for (size_t i = 0; i < n; i++) {
		buf_append_z(&text, i > 0 ? ", " : "");
		buf_append_str(&text, missing[i]);
	}
	buf_append_byte(&text, ']');
	if (text.failed) {
		return report_memory(c);
	}
	return report(c, pair, DIFF_MISSING_ENUM_SYMBOLS, "symbols", buf_str(&text));
}

static enum scute_status names_check(struct check *c, const struct pair *pair, bool *good)
{
	if (names_match(pair->reader, pair->writer)) {
		return SCUTE_OK;
	}
	*good = false;
	if (!pair->found) {
		return SCUTE_OK;
	}
	return report(c, pair, DIFF_NAME_MISMATCH, "name",
		arena_printf(c->arena, "expected: %.*s", STR_ARGS(pair->writer->name.full)));
}

static enum scute_status fixed_check(struct check *c, const struct pair *pair, bool *good)
{
	if (pair->reader->size == pair->writer->size) {
		return SCUTE_OK;
	}
	*good = false;
	if (!pair->found) {
		return SCUTE_OK;
	}
	return report(c, pair, DIFF_FIXED_SIZE_MISMATCH, "size",
		arena_printf(c->arena, "expected: %u, found: %u", pair->writer->size,
			pair->reader->size));
}

static enum scute_status enum_check(struct check *c, const struct pair *pair, bool *good)
{
	const struct avro_node *reader = pair->reader;

	if (reader->fallback) {
		return SCUTE_OK;
	}
	if (pair->writer->count > WALK_FREE) {
		c->steps += pair->writer->count / WALK_FREE;
	}
	for (uint32_t i = 0; i < pair->writer->count; i++) {
		if (avro_index_find(&reader->index, pair->writer->symbols[i]) == reader->count) {
			*good = false;
			return pair->found ? report_symbols(c, pair) : SCUTE_OK;
		}
	}
	return SCUTE_OK;
}

/* How many different fields of the writer the reader's field stands for, as far as two. */
static unsigned writer_fields(const struct avro_field *field, const struct avro_node *writer,
	const struct avro_field **ret_field)
{
	const struct avro_field *first = NULL;
	uint32_t place = avro_index_find(&writer->index, field->name);

	if (place < writer->count) {
		first = &writer->fields[place];
	}
	for (uint32_t i = 0; i < field->n_aliases; i++) {
		place = avro_index_find(&writer->index, field->aliases[i]);
		if (place == writer->count || first == &writer->fields[place]) {
			continue;
		}
		if (first) {
			return 2;
		}
		first = &writer->fields[place];
	}
	*ret_field = first;
	return first ? 1 : 0;
}

static enum scute_status missing_field(struct check *c, const struct pair *at,
	const struct avro_field *field, const struct avro_node *writer, bool *good)
{
	if (field->fallback) {
		return SCUTE_OK;
	}
	*good = false;
	if (!at->found) {
		return SCUTE_OK;
	}
	if (field->type->type == AVRO_ENUM && field->type->fallback) {
		/* As Java has it: it holds the enum with a default against the whole record. */
		struct pair whole = { field->type, writer, at, "type", 0, at->found };
		return report_types(c, &whole);
	}
	return report(c, at, DIFF_READER_FIELD_MISSING_DEFAULT_VALUE, NULL, field->name);
}

static enum scute_status field_check(struct check *c, const struct pair *fields, uint32_t place,
	bool *good)
{
	const struct avro_field *field = &fields->reader->fields[place];
	const struct avro_field *source = NULL;
	struct pair at = { NULL, NULL, fields, NULL, place, fields->found };
	unsigned n = writer_fields(field, fields->writer, &source);

	c->steps += 1 + field->n_aliases;
	if (n == 0) {
		return missing_field(c, &at, field, fields->writer, good);
	}
	if (n > 1) {
		/* Java throws here, which its callers take as "not compatible". */
		*good = false;
		return at.found ? report(c, &at, DIFF_AMBIGUOUS_FIELD, NULL, field->name) :
				  SCUTE_OK;
	}
	struct pair type = { field->type, source->type, &at, "type", 0, fields->found };
	return pair_check(c, &type, good);
}

static enum scute_status record_check(struct check *c, const struct pair *pair, bool *good)
{
	struct pair fields = { pair->reader, pair->writer, pair, "fields", 0, pair->found };
	enum scute_status status = SCUTE_OK;

	for (uint32_t i = 0; i < pair->reader->count && status == SCUTE_OK; i++) {
		if (!*good && !pair->found) {
			break;
		}
		status = field_check(c, &fields, i, good);
	}
	return status;
}

/* Each branch that the writer may have used, against all of the reader. */
static enum scute_status writer_union_check(struct check *c, const struct pair *pair, bool *good)
{
	enum scute_status status = SCUTE_OK;
	bool both = pair->reader->type == AVRO_UNION;

	for (uint32_t i = 0; i < pair->writer->count && status == SCUTE_OK; i++) {
		struct pair branch = { pair->reader, pair->writer->branches[i], pair, NULL, i,
			both ? NULL : pair->found };
		bool branch_good = true;
		status = pair_check(c, &branch, &branch_good);
		if (branch_good) {
			continue;
		}
		*good = false;
		branch.found = pair->found;
		if (!pair->found) {
			break;
		}
		if (both && status == SCUTE_OK) {
			status = report_branch(c, &branch);
		}
	}
	return status;
}

static enum scute_status reader_union_check(struct check *c, const struct pair *pair, bool *good)
{
	struct candidates candidates;
	const struct avro_node *reader;
	enum scute_status status = candidates_begin(c, pair->reader, pair->writer, &candidates);

	while (status == SCUTE_OK && (reader = candidates_next(&candidates))) {
		struct pair branch = { reader, pair->writer, pair, NULL, 0, NULL };
		bool branch_good = true;
		status = pair_check(c, &branch, &branch_good);
		if (status == SCUTE_OK && branch_good) {
			return SCUTE_OK;
		}
	}
	*good = false;
	return status == SCUTE_OK && pair->found ? report_branch(c, pair) : status;
}

static enum scute_status types_check(struct check *c, const struct pair *pair, bool *good)
{
	const struct avro_node *reader = pair->reader;
	const struct avro_node *writer = pair->writer;
	enum scute_status status;

	if (writer->type == AVRO_UNION) {
		return writer_union_check(c, pair, good);
	}
	if (reader->type == AVRO_UNION) {
		return reader_union_check(c, pair, good);
	}
	if (reader->type != writer->type) {
		if (is_promoted((enum avro_type)reader->type, (enum avro_type)writer->type)) {
			return SCUTE_OK;
		}
		*good = false;
		return pair->found ? report_types(c, pair) : SCUTE_OK;
	}
	if (reader->type == AVRO_ARRAY || reader->type == AVRO_MAP) {
		struct pair items = { reader->items, writer->items, pair,
			reader->type == AVRO_ARRAY ? "items" : "values", 0, pair->found };
		return pair_check(c, &items, good);
	}
	if (!avro_is_named(reader)) {
		return SCUTE_OK;
	}
	status = names_check(c, pair, good);
	if (status != SCUTE_OK || (!*good && !pair->found)) {
		return status;
	}
	return reader->type == AVRO_RECORD ? record_check(c, pair, good) :
		reader->type == AVRO_ENUM  ? enum_check(c, pair, good) :
					     fixed_check(c, pair, good);
}

/* Compares a pair for the first time, or again because now its differences are wanted. */
static enum scute_status memo_fill(struct check *c, const struct pair *pair, struct memo *memo)
{
	const struct memo *mark = c->last_good;
	struct pair own = *pair;
	bool good = true;
	enum scute_status status;

	if (pair->found) {
		own.found = memo->found = found_create(c);
		if (!memo->found) {
			return report_memory(c);
		}
	}
	memo->state = MEMO_OPEN;
	c->nesting++;
	status = types_check(c, &own, &good);
	c->nesting--;
	if (good) {
		memo_good(c, memo);
		return status;
	}
	memo->state = MEMO_BAD;
	if (!pair->found) {
		/* Elsewhere a bad pair spoils the verdict anyway; here another branch may suit. */
		memo_forget(c, mark);
	}
	return status;
}

/* *ret_good is only ever made false. */
static enum scute_status pair_check(struct check *c, const struct pair *pair, bool *ret_good)
{
	struct memo *memo;
	enum scute_status status;

	if (c->steps++ >= STEPS_MAX || c->nesting >= NESTING_MAX) {
		return error_set(c->err, SCUTE_ELIMIT,
			"the two schemas are too intricate to compare");
	}
	if (!is_remembered(pair->reader, pair->writer)) {
		c->nesting++;
		status = types_check(c, pair, ret_good);
		c->nesting--;
		return status;
	}
	status = memo_get(c, pair->reader, pair->writer, &memo);
	if (status == SCUTE_OK &&
		(memo->state == MEMO_NEW ||
			(memo->state == MEMO_BAD && pair->found && !memo->found))) {
		status = memo_fill(c, pair, memo);
	}
	if (status != SCUTE_OK || memo->state != MEMO_BAD) {
		return status;
	}
	*ret_good = false;
	return pair->found ? found_append(c, pair->found, memo->found) : SCUTE_OK;
}

enum scute_status avro_compatible(struct scute_compat *compat, struct scute_error *err)
{
	struct check c = { .arena = compat->arena, .err = err, .compat = compat };
	struct found all = { 0 };
	struct pair root = { compat->reader->root, compat->writer->root, NULL, NULL, 0,
		compat->differences_max > 0 ? &all : NULL };
	struct scute_difference *differences = NULL;
	size_t n = 0;
	bool good = true;
	enum scute_status status;

	memo_init(&c);
	status = pair_check(&c, &root, &good);
	if (status == SCUTE_OK) {
		status = found_flatten(&c, &all, &differences, &n);
	}
	if (status != SCUTE_OK) {
		return status;
	}
	compat->differences = differences;
	compat->n_differences = n;
	compat->compatible = good;
	return SCUTE_OK;
}
