/* SPDX-License-Identifier: Apache-2.0 */
/* The mutator, and what must hold for any text whatsoever. */
#include "mutate.h"

#include <stdlib.h>

#include "schema.h"
#include "scute/plugin.h"
#include "support/arena.h"
#include "support/str.h"

#define MUST(condition)                                                                            \
	do {                                                                                       \
		if (!(condition)) {                                                                \
			abort();                                                                   \
		}                                                                                  \
	} while (0)

const struct scute_plugin *scute_plugin_entry(void);

/* Apostrophes stand for quotation marks. */
static const char *const seeds[] = {
	"{'type':'record','name':'R','namespace':'a.b','aliases':['Q','c.P'],'fields':[{'name':'x',"
	"'type':['null','R'],'default':null,'order':'descending'},{'name':'y','type':{'type':'fi"
	"xed',"
	"'name':'F','namespace':'','size':9},'aliases':['z']},{'name':'f','type':{'type':'map',"
	"'values':'F'},'default':{'k':'123456789'}}]}",
	"{'type':'record','name':'N','fields':[{'name':'kids','type':{'type':'array','items':'N'},"
	"'default':[]},{'name':'next','type':['null','N'],'default':null}]}",
	"{'type':'record','name':'O','fields':[{'name':'d','type':{'type':'bytes','logicalType':"
	"'decimal','precision':12,'scale':2}},{'name':'r','type':{'type':'record','name':'I','fi"
	"elds':"
	"[{'name':'p','type':'int','default':1}]},'default':{}},{'name':'i','type':'I','default':"
	"{'p':2}}]}",
	"{'type':'enum','name':'a.E','symbols':['A','B','C'],'default':'A','aliases':['D']}",
	"['null','string',{'type':'map','values':['int','long']},{'type':'error','name':'X','fie"
	"lds':[]}]",
	"{'type':{'type':'array','items':{'type':'string','logicalType':'uuid'}}}",
	"'string'",
	"{'type':'record','name':'R','fields':[{'name':'x','type':'long'},{'name':'y','type':'do"
	"uble',"
	"'default':1.5,'aliases':['f']},{'name':'e','type':{'type':'enum','name':'E','symbols':["
	"'A']}},"
	"{'name':'u','type':['null','E','R',{'type':'array','items':'R'}]}]}",
};

static const char *const words[] = {
	"'null'", "'int'", "'string'", "'R'", "'a.b.R'", "'E'", "'F'", "'record'", "'enum'",
	"'fixed'", "'array'", "'map'", "'error'", "{}", "[]", "null", "0", "-1", "1.5", "''", "'.'",
	"'x.'", "'.R'", "'\\u0000'", "'type':", "'name':", "'namespace':", "'default':",
	"'aliases':", "'fields':[]", ",", "{'type':", "}", "]", "\xff", "\xc3\xa9",
};

static uint32_t below(struct mutator *mutator, uint32_t limit)
{
	mutator->random ^= mutator->random << 13;
	mutator->random ^= mutator->random >> 7;
	mutator->random ^= mutator->random << 17;
	return limit == 0 ? 0 : (uint32_t)(mutator->random >> 33) % limit;
}

void mutator_init(struct mutator *mutator, uint64_t seed)
{
	*mutator = (struct mutator){ .random = seed * 0x9e3779b97f4a7c15u + 1 };
	mutator->texts = calloc(MUTATOR_TEXTS, sizeof(*mutator->texts));
	MUST(mutator->texts);
	for (size_t i = 0; i < sizeof(seeds) / sizeof(seeds[0]); i++) {
		struct mutator_text *text = &mutator->texts[mutator->n_texts++];
		for (const char *c = seeds[i]; *c; c++) {
			text->data[text->len++] = *c == '\'' ? '"' : *c;
		}
	}
}

void mutator_finish(struct mutator *mutator)
{
	free(mutator->texts);
}

static void splice(struct mutator_text *text, uint32_t at, uint32_t drop, const char *data,
	uint32_t len)
{
	if (drop > text->len - at) {
		drop = text->len - at;
	}
	if (text->len - drop + len > MUTATOR_BYTES) {
		return;
	}
	memmove(text->data + at + len, text->data + at + drop, text->len - at - drop);
	memcpy(text->data + at, data, len);
	text->len = text->len - drop + len;
}

/* A piece that begins at a bracket or quotation mark and ends where that is closed, or nearly. */
static uint32_t piece_length(const struct mutator_text *text, uint32_t at)
{
	int depth = 0;
	uint32_t i = at;

	for (; i < text->len; i++) {
		char c = text->data[i];
		depth += c == '{' || c == '[';
		depth -= c == '}' || c == ']';
		if (depth <= 0 && i > at && strchr("\"}]", c)) {
			return i - at + 1;
		}
	}
	return i - at;
}

static void mutate(struct mutator *mutator, struct mutator_text *text)
{
	uint32_t at = below(mutator, text->len + 1);
	const struct mutator_text *other = &mutator->texts[below(mutator, mutator->n_texts)];
	uint32_t from = below(mutator, other->len);
	const char *word_at;
	char word[16];
	uint32_t len = 0;

	switch (below(mutator, 6)) {
	case 0: /* one byte */
		word[0] = (char)below(mutator, 256);
		splice(text, at, below(mutator, 2), word, 1);
		break;
	case 1: /* a word */
		word_at = words[below(mutator, sizeof(words) / sizeof(words[0]))];
		for (const char *c = word_at; *c; c++) {
			word[len++] = *c == '\'' ? '"' : *c;
		}
		splice(text, at, below(mutator, 2) ? piece_length(text, at) : 0, word, len);
		break;
	case 2: /* a piece less */
		splice(text, at, piece_length(text, at), word, 0);
		break;
	default: /* a piece for a piece, both from where a string or bracket begins */
		while (at < text->len && !strchr("\"{[", text->data[at])) {
			at++;
		}
		while (from < other->len && !strchr("\"{[", other->data[from])) {
			from++;
		}
		splice(text, at, piece_length(text, at), other->data + from,
			piece_length(other, from));
	}
}

/* What comes out of a schema must go in again and be the same schema. */
static void check_texts(const struct scute_format *format, const struct scute_schema *schema,
	struct scute_arena *arena, uint32_t flags)
{
	struct scute_error err = { 0 };
	struct scute_str canonical;
	struct scute_str normal;
	struct scute_str identity;
	struct scute_str print[3];
	const struct scute_schema *again;

	MUST(format->canonical(schema, arena, &canonical, &err) == SCUTE_OK);
	MUST(format->normalize(schema, arena, &normal, &err) == SCUTE_OK);
	MUST(format->fingerprint(schema, arena, &print[0], &err) == SCUTE_OK);
	struct scute_source source = { .size = sizeof(source), .flags = flags, .text = canonical };
	MUST(format->identity(&source, arena, &identity, &err) == SCUTE_OK);
	MUST(str_eq(identity, canonical));
	MUST(format->parse(&source, arena, &again, &err) == SCUTE_OK);
	MUST(format->fingerprint(again, arena, &print[1], &err) == SCUTE_OK);
	source.text = normal;
	MUST(format->parse(&source, arena, &again, &err) == SCUTE_OK);
	MUST(format->fingerprint(again, arena, &print[2], &err) == SCUTE_OK);
	MUST(str_eq(print[0], print[1]) && str_eq(print[0], print[2]));
	MUST(format->normalize(again, arena, &canonical, &err) == SCUTE_OK);
	MUST(str_eq(canonical, normal));
}

static bool compare(const struct scute_format *format, const struct scute_schema *reader,
	const struct scute_schema *writer, struct scute_arena *arena, uint32_t max)
{
	struct scute_error err = { 0 };
	struct scute_compat compat = { .size = sizeof(compat), .reader = reader, .writer = writer,
		.reader_label = "new", .writer_label = "old", .differences_max = max,
		.arena = arena };

	MUST(format->compatible(&compat, &err) == SCUTE_OK);
	MUST(compat.n_differences <= max);
	MUST(max == 0 || compat.compatible == (compat.n_differences == 0));
	return compat.compatible;
}

bool mutator_try(struct scute_str text, struct scute_str other, uint32_t flags)
{
	const struct scute_format *format = scute_plugin_entry()->table.format;
	struct scute_source source = { .size = sizeof(source), .flags = flags, .text = text };
	const struct scute_schema *schema = NULL;
	const struct scute_schema *second = NULL;
	struct scute_error err = { 0 };
	struct arena arena;

	arena_init(&arena, 64 << 20);
	enum scute_status status = format->parse(&source, &arena.base, &schema, &err);
	MUST((status == SCUTE_OK) == (schema != NULL));
	if (!schema) {
		MUST(err.status == status && err.text[0] != '\0');
		MUST(!strchr(err.text, '\n') && str_is_utf8(str_z(err.text)));
		arena_finish(&arena);
		return false;
	}
	check_texts(format, schema, &arena.base, flags);
	compare(format, schema, schema, &arena.base, 10);
	source.text = other;
	source.flags = SCUTE_SOURCE_STORED;
	if (format->parse(&source, &arena.base, &second, &err) == SCUTE_OK) {
		MUST(compare(format, schema, second, &arena.base, 10) ==
			compare(format, schema, second, &arena.base, 0));
		MUST(compare(format, second, schema, &arena.base, 10) ==
			compare(format, second, schema, &arena.base, 0));
	}
	arena_finish(&arena);
	return true;
}

bool mutator_step(struct mutator *mutator)
{
	struct mutator_text text = mutator->texts[below(mutator, mutator->n_texts)];
	const struct mutator_text *other = &mutator->texts[below(mutator, mutator->n_texts)];
	uint32_t rounds = 1 + below(mutator, 3);

	for (uint32_t i = 0; i < rounds; i++) {
		mutate(mutator, &text);
	}
	struct scute_str made = { text.data, text.len };
	struct scute_str against = { other->data, other->len };
	bool good = mutator_try(made, against, 0);
	bool good_stored = mutator_try(made, against, SCUTE_SOURCE_STORED);
	MUST(!good || good_stored);
	if (good_stored && text.len > 20) {
		uint32_t place = mutator->n_texts < MUTATOR_TEXTS ? mutator->n_texts++ :
			8 + below(mutator, MUTATOR_TEXTS - 8);
		mutator->texts[place] = text;
	}
	return good_stored;
}
