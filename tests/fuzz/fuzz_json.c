/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Fuzzes the JSON reader and writer: what is read and written is read again as the same tree,
 * sorting is done after once, and each limit refuses only what goes beyond it.
 */
#include <stdlib.h>
#include <string.h>

#include "fuzz.h"
#include "support/arena.h"
#include "support/json_out.h"
#include "support/str.h"

#define ARENA_BYTES ((size_t)16 << 20)
#define SMALL_DEPTH 3
#define SMALL_NODES 12

static const char *const seeds[] = {
	"{'a':[1,-2.5e+10,true,false,null,'x'],'b':{'c':{},'d':[]},'e':''}",
	" [ 'a\\u00e9\\n\\ud83d\\ude00' , '\xc3\xa9\xf0\x9f\x98\x80' , 0, -0, 0.0, 1E5 ]\n",
	"{'b':1,'a':2,'aa':3,'':4,'\\u0000':5,'a':6,'b':[7]}",
	"{'k0':0,'k1':1,'k2':2,'k3':3,'k4':4,'k5':5,'k6':6,'k7':7,'k8':8,'k9':9,'k10':10,'k11':11,"
	"'k12':12,'k13':13,'k14':14,'k15':15,'k16':16,'k17':17,'k3':18,'k17':19}",
	"[[[[[[[[1]]]]]],{'a':{'a':{'a':{'a':0}}}}]]",
	"9223372036854775807",
	"'\\'\\\\\\/\\b\\f\\n\\r\\t'",
	NULL,
};

static const char *const words[] = { "{", "}", "[", "]", ",", ":", "'", "\\", "\\u0000", "\\ud800",
	"\\udc00", "\\u0041", "'a'", "'a':", "{}", "[]", "null", "true", "false", "0", "-", "1e999",
	"-9223372036854775808", ".", "01", "NaN", "\xc3", "\xed\xa0\x80", "\xf4\x90\x80\x80",
	"\xef\xbb\xbf",
	" ", "\t", "\r\n", "\x7f", "[[[[", "{'a':{'a':", "/*", NULL };

static bool same_tree(const struct json *a, const struct json *b)
{
	if (a->type != b->type || a->n_children != b->n_children || !str_eq(a->key, b->key) ||
		!str_eq(a->text, b->text)) {
		return false;
	}
	const struct json *left = a->children;
	const struct json *right = b->children;
	for (; left && right; left = left->next, right = right->next) {
		if (!same_tree(left, right)) {
			return false;
		}
	}
	return !left && !right;
}

/* Counts, places and text of each value. Returns how many values there are. */
static size_t check_tree(const struct json *value, struct scute_str text)
{
	static const char first[] = { [JSON_NULL] = 'n', [JSON_FALSE] = 'f', [JSON_TRUE] = 't',
		[JSON_STRING] = '"', [JSON_ARRAY] = '[', [JSON_OBJECT] = '{' };
	size_t n = 0;
	size_t n_values = 1;
	int64_t number;

	MUST(value->offset < text.len);
	const char *at = text.data + value->offset;
	if (value->type == JSON_NUMBER) {
		MUST(value->text.len <= text.len - value->offset);
		MUST(memcmp(at, value->text.data, value->text.len) == 0);
		if (json_to_i64(value, &number)) {
			MUST(!memchr(value->text.data, '.', value->text.len));
		}
	} else {
		MUST(*at == first[value->type]);
	}
	MUST(str_is_utf8(value->text) && str_is_utf8(value->key));
	MUST(value->children == NULL || value->type >= JSON_ARRAY);
	for (const struct json *child = value->children; child; child = child->next) {
		n_values += check_tree(child, text);
		n++;
		MUST(value->type != JSON_OBJECT || json_get_str(value, child->key) == child);
	}
	MUST(n == value->n_children);
	return n_values;
}

static struct scute_str write_tree(const struct json *root, enum json_order order,
	struct scute_arena *arena)
{
	struct buf buf;

	/* No escape is longer than six bytes for one. */
	buf_init_arena(&buf, FUZZ_BYTES_MAX * 6 + 16, arena);
	struct json_out out = json_out(&buf);
	json_out_tree(&out, root, order);
	MUST(!buf.failed && buf.len > 0);
	return buf_str(&buf);
}

static const struct json *read_well(struct scute_str text, struct scute_arena *arena)
{
	const struct json *root = NULL;
	struct scute_error err;

	MUST(json_read(text, NULL, arena, &root, &err) == SCUTE_OK && root);
	return root;
}

static void check_round_trip(const struct json *root, struct scute_arena *arena)
{
	struct scute_str as_read = write_tree(root, JSON_AS_READ, arena);
	const struct json *again = read_well(as_read, arena);

	MUST(same_tree(root, again));
	MUST(str_eq(write_tree(again, JSON_AS_READ, arena), as_read));
	struct scute_str sorted = write_tree(root, JSON_SORTED, arena);
	MUST(sorted.len == as_read.len);
	again = read_well(sorted, arena);
	MUST(str_eq(write_tree(again, JSON_SORTED, arena), sorted));
	MUST(str_eq(write_tree(again, JSON_AS_READ, arena), sorted));
}

/* Under options the text is read as before, or refused with a status that fits. Read? */
static bool check_options(struct scute_str text, const struct json_options *options,
	const struct json *plain, enum scute_status refusal, size_t arena_bytes)
{
	const struct json *root = NULL;
	struct scute_error err = { 0 };
	struct arena arena;

	arena_init(&arena, arena_bytes);
	enum scute_status status = json_read(text, options, &arena.base, &root, &err);
	if (status == SCUTE_OK) {
		MUST(plain && same_tree(plain, root));
	} else {
		MUST(root == NULL);
		fuzz_check_error(&err, status);
		MUST(!plain || status == refusal);
	}
	arena_finish(&arena);
	return status == SCUTE_OK;
}

static void begin(void)
{
}

static bool one(const char *data, size_t len)
{
	const struct json_options refuse = { .duplicates = JSON_DUPLICATES_REFUSE };
	const struct json_options shallow = { .depth_max = SMALL_DEPTH };
	const struct json_options few = { .nodes_max = SMALL_NODES };
	struct scute_str text = { data, len };
	const struct json *root = NULL;
	struct scute_error err = { 0 };
	struct arena arena;

	arena_init(&arena, ARENA_BYTES);
	enum scute_status status = json_read(text, NULL, &arena.base, &root, &err);
	MUST((status == SCUTE_OK) == (root != NULL));
	if (root) {
		size_t n = check_tree(root, text);
		check_round_trip(root, &arena.base);
		/* Members that a later one of their name replaced were counted too. */
		bool is_read = check_options(text, &few, root, SCUTE_ELIMIT, ARENA_BYTES);
		MUST(n <= SMALL_NODES || !is_read);
	} else {
		fuzz_check_error(&err, status);
		MUST(status == SCUTE_EINVAL || status == SCUTE_ELIMIT);
		MUST(err.line >= 1 && err.column >= 1);
		check_options(text, &few, NULL, SCUTE_ELIMIT, ARENA_BYTES);
	}
	check_options(text, &refuse, root, SCUTE_EINVAL, ARENA_BYTES);
	check_options(text, &shallow, root, SCUTE_ELIMIT, ARENA_BYTES);
	check_options(text, NULL, root, SCUTE_ENOMEM, 600);
	arena_finish(&arena);
	return root != NULL;
}

static void end(void)
{
}

const struct fuzz_target fuzz_target = {
	.seeds = seeds,
	.words = words,
	.rounds = 20000,
	.begin = begin,
	.one = one,
	.end = end,
};
