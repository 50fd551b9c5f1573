/* SPDX-License-Identifier: Apache-2.0 */
/* The keyword table and its index by name; drafts by their names and URIs. */
#include "keywords.h"

#include <assert.h>
#include <pthread.h>

#include "support/str.h"

#define DRAFT_OF(year) ((year) == 4 ? JS_DRAFT_4 : (year) == 6 ? JS_DRAFT_6 : \
	(year) == 7 ? JS_DRAFT_7 : (year) == 2019 ? JS_DRAFT_2019 : JS_DRAFT_2020)

static const struct js_rule rules[] = {
#define KEYWORD(id, name, first, last, shape, vocabulary) \
	[JS_##id] = { name, DRAFT_OF(first), DRAFT_OF(last), JS_SHAPE_##shape, \
		JS_VOCABULARY_##vocabulary },
#include "keywords.def"
#undef KEYWORD
};

_Static_assert(JS_N_KEYWORDS <= 128, "a node has a bit for each keyword");

struct draft {
	const char *name;
	const char *alias;
	const char *uri; /* behind the scheme */
};

static const struct draft drafts[] = {
	[JS_DRAFT_4] = { "4", "draft-04", "://json-schema.org/draft-04/schema" },
	[JS_DRAFT_6] = { "6", "draft-06", "://json-schema.org/draft-06/schema" },
	[JS_DRAFT_7] = { "7", "draft-07", "://json-schema.org/draft-07/schema" },
	[JS_DRAFT_2019] = { "2019-09", "2019", "://json-schema.org/draft/2019-09/schema" },
	[JS_DRAFT_2020] = { "2020-12", "2020", "://json-schema.org/draft/2020-12/schema" },
};

const struct js_rule *js_rule(enum js_keyword_id id)
{
	assert(id < JS_N_KEYWORDS);
	return &rules[id];
}

const char *js_keyword_name(enum js_keyword_id id)
{
	return js_rule(id)->name;
}

/* Open addressing over the names; made once. Equal names stand one behind the other. */
#define SLOTS 256

static uint8_t slots[SLOTS]; /* id + 1; 0: free */
static pthread_once_t slots_once = PTHREAD_ONCE_INIT;

static unsigned slot_of(struct scute_str name)
{
	unsigned hash = 2166136261u;

	for (size_t i = 0; i < name.len; i++) {
		hash = (hash ^ (unsigned char)name.data[i]) * 16777619u;
	}
	return (hash ^ hash >> 15) % SLOTS;
}

static void slots_fill(void)
{
	for (unsigned id = 0; id < JS_N_KEYWORDS; id++) {
		unsigned slot = slot_of(str_z(rules[id].name));
		while (slots[slot]) {
			slot = (slot + 1) % SLOTS;
		}
		slots[slot] = (uint8_t)(id + 1);
	}
}

enum js_keyword_id js_keyword_find(struct scute_str name, enum js_draft draft)
{
	pthread_once(&slots_once, slots_fill);
	if (name.len > 24) { /* longer than any of ours */
		return JS_N_KEYWORDS;
	}
	for (unsigned slot = slot_of(name); slots[slot]; slot = (slot + 1) % SLOTS) {
		const struct js_rule *rule = &rules[slots[slot] - 1];
		if (draft >= rule->first_draft && draft <= rule->last_draft &&
			str_eq_z(name, rule->name)) {
			return (enum js_keyword_id)(slots[slot] - 1);
		}
	}
	return JS_N_KEYWORDS;
}

const char *js_draft_name(enum js_draft draft)
{
	assert(draft < JS_N_DRAFTS);
	return drafts[draft].name;
}

bool js_draft_by_name(struct scute_str name, enum js_draft *ret_draft)
{
	for (unsigned i = 0; i < JS_N_DRAFTS; i++) {
		if (str_eq_z(name, drafts[i].name) || str_eq_z(name, drafts[i].alias)) {
			*ret_draft = (enum js_draft)i;
			return true;
		}
	}
	return false;
}

bool js_draft_by_uri(struct scute_str uri, enum js_draft *ret_draft)
{
	size_t scheme = str_starts(uri, SCUTE_STR("https:")) ? 5 :
		str_starts(uri, SCUTE_STR("http:")) ? 4 : 0;
	struct scute_str rest = { uri.data + scheme, uri.len - scheme };

	if (scheme == 0) {
		return false;
	}
	if (str_ends(rest, SCUTE_STR("#"))) {
		rest.len--;
	}
	for (unsigned i = 0; i < JS_N_DRAFTS; i++) {
		if (str_eq_z(rest, drafts[i].uri)) {
			*ret_draft = (enum js_draft)i;
			return true;
		}
	}
	return false;
}
