/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Fuzzes the log's records and what the registry makes of them. An input is a log: a record a
 * line, key and value with a tab between them (no tab: the value is null). Whatever it says, a
 * second registry makes the same of it, all tables agree, and every question has an answer.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fake_format.h"
#include "fuzz.h"
#include "log.h"
#include "registry/compat.h"
#include "registry/refs.h"
#include "registry/write.h"
#include "scute/plugin.h"
#include "support/str.h"

#define KNOWN_MAX 1024

#define K_SCHEMA(subject, version) \
	"{'keytype':'SCHEMA','subject':'" subject "','version':" version ",'magic':1}\t"
#define K_LEGACY(subject, version) \
	"{'subject':'" subject "','version':" version ",'magic':1,'keytype':'SCHEMA'}"
#define V_SCHEMA(subject, version, id, text, more) \
	"{'subject':'" subject "','version':" version ",'id':" id ",'schema':'" text \
	"','deleted':false" more "}\n"
#define RECORD_TEXT \
	"{\\'type\\':\\'record\\',\\'name\\':\\'R\\',\\'fields\\':[{\\'name\\':\\'a\\',\\'type\\':\\'int\\'}]}"
#define REFERRING_TEXT \
	"{\\'type\\':\\'record\\',\\'name\\':\\'Q\\',\\'fields\\':[{\\'name\\':\\'r\\',\\'type\\':\\'R\\'}]}"
#define REFERENCE ",'references':[{'name':'R','subject':'a','version':1}]"

static const char *const seeds[] = {
	K_SCHEMA("a", "1") V_SCHEMA("a", "1", "1", "\\'int\\'", "")
	K_SCHEMA("a", "2") V_SCHEMA("a", "2", "2", "\\'long\\'", "")
	"{'keytype':'CONFIG','subject':'a','magic':0}\t{'compatibilityLevel':'FULL','x':[1]}\n"
	"{'keytype':'DELETE_SUBJECT','subject':'a','magic':0}\t{'subject':'a','version':1}\n"
	K_SCHEMA("a", "1") "\n" K_LEGACY("a", "2") "\n",
	K_SCHEMA("a", "1") V_SCHEMA("a", "1", "7", RECORD_TEXT, "")
	K_SCHEMA("b", "1") V_SCHEMA("b", "1", "8", REFERRING_TEXT, REFERENCE)
	K_SCHEMA("b", "2") V_SCHEMA("b", "2", "7", RECORD_TEXT, ",'metadata':{'k':'v'},'ts':5"),
	K_SCHEMA("a", "1") V_SCHEMA("a", "1", "5", "\\'int\\'", "")
	K_SCHEMA("b", "1") V_SCHEMA("b", "1", "5", "\\'long\\'", "")
	K_SCHEMA("b", "1") V_SCHEMA("b", "1", "6", "a1", ",'schemaType':'JSON'")
	K_SCHEMA("c", "1") V_SCHEMA("c", "1", "5", "a1", ",'schemaType':'ODD'")
	K_SCHEMA("a", "1") V_SCHEMA("a", "1", "5", "\\'int\\'", ",'deleted':true"),
	K_LEGACY("a", "1") "\t" V_SCHEMA("a", "1", "1", "\\'int\\'", ",'references':[]")
	"{'keytype':'CLEAR_SUBJECT','subject':'a','magic':0}\t{'subject':'a'}\n"
	"{'keytype':'NOOP','magic':0}\t{'maxId':12}\n{'keytype':'NOOP'}\tnull\n"
	"{'keytype':'CONFIG','subject':null,'magic':0}\t{'compatibilityLevel':'NONE'}\n"
	"{'keytype':'MODE','subject':'a'}\t{'mode':'READONLY'}\n"
	"{'keytype':'CONTEXT','tenant':'t'}\t{}\n{'keytype':'WHAT'}\t''\n",
	/* Schemas that refer to one another, and to themselves. */
	K_SCHEMA("a", "1") V_SCHEMA("a", "1", "1", REFERRING_TEXT,
		",'references':[{'name':'R','subject':'b','version':1}]")
	K_SCHEMA("b", "1") V_SCHEMA("b", "1", "2", RECORD_TEXT, REFERENCE)
	K_SCHEMA("a", "2") V_SCHEMA("a", "2", "3", RECORD_TEXT,
		",'references':[{'name':'R','subject':'a','version':2}]"),
	NULL,
};

static const char *const words[] = { "\n", "\t", "{", "}", "'keytype':'SCHEMA'",
	"'keytype':'CONFIG'", "'keytype':'DELETE_SUBJECT'", "'keytype':'CLEAR_SUBJECT'",
	"'keytype':'NOOP'",
	"'subject':'a',",
	"'subject':'b',", "'subject':null,", "'subject':'',", "'version':1,", "'version':2,",
	"'version':2147483647,", "'version':0,", "'id':1,", "'id':0,", "'id':2147483647,",
	"'id':5,",
	"1", "2", "3", "'deleted':true,", "'maxId':2147483647,", "'schemaType':'JSON',",
	"'schema':'a1',",
	"'schema':'',", "'\\u0000'", "null", "'compatibilityLevel':'BACKWARD',",
	"'references':null,",
	"{'name':'R','subject':'a','version':1},", "{'name':'R','subject':'b','version':2},",
	"\xff",
	K_SCHEMA("a", "1") "\n", K_LEGACY("a", "1") "\n", K_SCHEMA("b", "1") "\n",
	"{'keytype':'DELETE_SUBJECT','subject':'a','magic':0}\t{'subject':'a','version':2}\n",
	K_SCHEMA("b", "2") V_SCHEMA("b", "2", "1", "\\'int\\'", ""), NULL };

static const struct scute_limits limits = { sizeof(limits), 64, 1 << 20, 10000 };

const struct scute_plugin *scute_plugin_entry(void);

static const struct scute_format *format_of(void *user, struct scute_str type)
{
	(void)user;
	if (str_eq_z(type, "AVRO")) {
		return scute_plugin_entry()->table.format;
	}
	return str_eq_z(type, fake_plain_format.type) ? &fake_plain_format : NULL;
}

/* --- one record --- */

static bool same_record(const struct record *a, const struct record *b)
{
	bool same = a->kind == b->kind && str_eq(a->subject, b->subject) &&
		!a->subject.data == !b->subject.data && a->version == b->version &&
		a->id == b->id && a->deleted == b->deleted && str_eq(a->type, b->type) &&
		str_eq(a->text, b->text) &&
		a->n_references == b->n_references && str_eq(a->mode, b->mode) &&
		a->max_id == b->max_id && str_eq(a->extra, b->extra);

	for (size_t i = 0; same && i < a->n_references; i++) {
		same = str_eq(a->references[i].name, b->references[i].name) &&
			str_eq(a->references[i].subject, b->references[i].subject) &&
			a->references[i].version == b->references[i].version;
	}
	return same;
}

static bool has_value(const struct record *record)
{
	return !record->tombstone && (record->kind == RECORD_SCHEMA ||
		record->kind == RECORD_CONFIG || record->kind == RECORD_DELETE_SUBJECT ||
		record->kind == RECORD_MODE ||
		record->kind == RECORD_NOOP);
}

/* What was understood is written so that it is understood the same. */
static void check_written(struct record *record, enum record_key_order order,
	struct scute_arena *arena)
{
	struct buf key;
	struct buf value;
	struct record again;
	enum record_key_order order_again;
	struct scute_error err;

	if (record->kind == RECORD_NOOP) {
		record->subject = (struct scute_str){ NULL, 0 }; /* it means nothing there */
	}
	buf_init_arena(&key, 1 << 20, arena);
	buf_init_arena(&value, 1 << 20, arena);
	MUST(record_write_key(&key, record, order));
	MUST(!has_value(record) || record_write_value(&value, record, RECORD_KARAPACE));
	struct store_record raw = { .key = buf_str(&key), .value = buf_str(&value) };
	MUST(record_read(&raw, arena, &again, &order_again, &err) == SCUTE_OK);
	MUST(order_again == order);
	MUST(again.tombstone == (value.len == 0));
	if (has_value(record)) {
		MUST(same_record(record, &again));
	} else {
		MUST(again.kind == record->kind && str_eq(again.subject, record->subject));
	}
}

static void check_record(const struct store_record *raw)
{
	struct arena arena;
	struct record record;
	enum record_key_order order;
	struct scute_error err = { 0 };

	arena_init(&arena, 16 << 20);
	enum scute_status status = record_read(raw, &arena.base, &record, &order, &err);
	if (status != SCUTE_OK) {
		fuzz_check_error(&err, status);
		MUST(status == SCUTE_EINVAL || status == SCUTE_ELIMIT);
	} else if (record.kind != RECORD_OTHER && record.kind != RECORD_CONTEXT) {
		check_written(&record, order, &arena.base);
	}
	arena_finish(&arena);
}

/* --- the registry as a whole --- */

/* Schemas on which something hangs; whoever frees one has to say so before. */
struct known {
	const struct schema *schemas[KNOWN_MAX];
	size_t n;
};

static void dropped(void *user, const struct schema *schema)
{
	struct known *known = user;

	for (size_t i = 0; i < known->n; i++) {
		if (known->schemas[i] == schema) {
			known->schemas[i] = known->schemas[--known->n];
			return;
		}
	}
}

static bool is_carried(const struct registry *registry, const struct schema *schema)
{
	for (const struct subject *s = registry->subjects.first; s; s = s->next) {
		for (uint32_t i = 0; i < s->n_versions; i++) {
			if (s->versions[i].schema == schema) {
				return true;
			}
		}
	}
	return false;
}

static void check_known(const struct registry *registry, struct known *known)
{
	for (size_t i = 0; i < known->n; i++) {
		MUST(is_carried(registry, known->schemas[i]));
	}
	known->n = 0;
	for (const struct subject *s = registry->subjects.first; s; s = s->next) {
		for (uint32_t i = 0; i < s->n_versions && known->n < KNOWN_MAX; i++) {
			dropped(known, s->versions[i].schema);
			known->schemas[known->n++] = s->versions[i].schema;
		}
	}
}

struct referrer {
	const struct schema *schema;
	size_t calls;
};

static bool note_referrer(void *user, const struct schema *schema)
{
	struct referrer *referrer = user;

	referrer->calls += schema == referrer->schema;
	return true;
}

static void count_holder(void *user, const struct subject *subject, const struct version *version)
{
	(void)subject;
	(void)version;
	++*(size_t *)user;
}

static void check_references(const struct registry *registry, const struct schema *schema)
{
	const struct schema_more *more = schema->more;
	const struct scute_reference *resolved;
	struct scute_error err = { 0 };
	struct arena arena;
	size_t n;

	for (size_t i = 0; more && i < more->n_references; i++) {
		struct referrer referrer = { schema, 0 };
		schemas_each_referrer(&registry->schemas, more->references[i].subject,
			more->references[i].version, note_referrer, &referrer);
		MUST(referrer.calls > 0);
	}
	arena_init(&arena, 64 << 20);
	for (int live = 0; more && live < 2; live++) {
		enum scute_status status = refs_resolve(registry, more->references,
			more->n_references, live, &arena.base, &resolved, &n, &err);
		MUST(status == SCUTE_OK || status == SCUTE_EREFERENCE || status == SCUTE_ELIMIT);
		if (status != SCUTE_OK) {
			fuzz_check_error(&err, status);
		}
	}
	arena_finish(&arena);
}

static void check_schema(const struct registry *registry, const struct schema *schema)
{
	size_t holders = 0;

	MUST(schema->id <= registry->schemas.contexts.all[schema->context]->max_id);
	if (schema->is_indexed) {
		MUST(schemas_in(&registry->schemas, schema->context, schema->id) == schema);
	} else {
		const struct schema *other = schemas_in(&registry->schemas, schema->context, schema->id);
		MUST(other && other != schema);
	}
	const struct schema *first = schemas_by_identity(&registry->schemas, schema->identity);
	MUST(!schema->is_indexed || (first && first->id <= schema->id));
	subjects_each_holder(&registry->subjects, schema, count_holder, &holders);
	MUST(holders == schema->uses && holders > 0);
	check_references(registry, schema);
}

static void check_compat(const struct registry *registry, const struct subject *subject,
	const struct version *version)
{
	const struct schema *schema = version->schema;
	struct compat_question question = { .type = schema->type, .limits = &limits };
	struct compat_old *olds;
	size_t n_olds;
	struct scute_source source = { sizeof(source), SCUTE_SOURCE_STORED, schema_text(schema),
		NULL, 0, &limits };
	struct compat_answer answer;
	struct registry_error error;
	struct scute_error err = { 0 };
	struct arena arena;

	if (!schema->type->format) {
		return;
	}
	arena_init(&arena, 64 << 20);
	enum scute_status status = schema->type->format->parse(&source, &arena.base,
		&question.schema, &err);
	if (status != SCUTE_OK) {
		fuzz_check_error(&err, status);
	}
	for (int level = LEVEL_NONE; status == SCUTE_OK && level <= LEVEL_FULL_TRANSITIVE;
		level++) {
		question.level = (enum level)level;
		if (compat_collect(registry, question.level, subject, NULL, &arena.base, &olds,
				&n_olds, &error)) {
			MUST(n_olds <= subject->n_versions);
			if (compat_compare(&question, olds, n_olds, &arena.base, &answer, &error)) {
				MUST(answer.compatible == (answer.n_messages == 0));
			}
		}
		compat_settle(registry, olds, n_olds);
	}
	arena_finish(&arena);
}

static void check_version(const struct registry *registry, const struct subject *subject,
	const struct version *version)
{
	struct scute_str name = subject_name(subject);
	uint32_t id;
	int32_t number;

	MUST(version->number > 0);
	MUST(subject_version(subject, version->number) == version);
	MUST(refs_version(registry, name, version->number) ==
		(version->deleted ? 0 : version->number));
	MUST(version->deleted || !version->schema->is_indexed ||
		registry_known(registry, name, version->schema->identity, &id, &number));
	check_schema(registry, version->schema);
	check_compat(registry, subject, version);
}

static void check_keys(const struct registry *registry, const struct subject *subject)
{
	struct record record = { .kind = RECORD_SCHEMA, .subject = subject_name(subject),
		.version = 1 };
	struct scute_str keys[KEYFORMS_MAX];
	struct arena arena;

	arena_init(&arena, 16 << 20);
	size_t n = keyforms_all(&registry->keyforms, &record, &arena.base, keys);
	MUST(n >= 1 && n <= KEYFORMS_MAX);
	for (size_t i = 0; i < n; i++) {
		struct store_record raw = { .key = keys[i] };
		struct record again;
		enum record_key_order order;
		struct scute_error err;
		MUST(record_read(&raw, &arena.base, &again, &order, &err) == SCUTE_OK);
		MUST(again.kind == record.kind && str_eq(again.subject, record.subject) &&
			again.version == record.version);
	}
	arena_finish(&arena);
}

static void check_registry(const struct registry *registry)
{
	const struct subjects *subjects = &registry->subjects;
	size_t n = 0;
	size_t live = 0;
	size_t deleted = 0;

	for (const struct subject *s = subjects->first; s; s = s->next) {
		MUST(subjects_find(subjects, subject_name(s)) == s);
		MUST(s->n_versions > 0 || s->config);
		for (uint32_t i = 0; i < s->n_versions; i++) {
			MUST(i == 0 || s->versions[i - 1].number < s->versions[i].number);
			check_version(registry, s, &s->versions[i]);
			live += !s->versions[i].deleted;
			deleted += s->versions[i].deleted;
		}
		check_keys(registry, s);
		n++;
	}
	MUST(n == subjects->count && live == subjects->live && deleted == subjects->deleted);
	MUST(registry->schemas.count <= live + deleted);
	MUST((registry->schemas.count == 0) == (live + deleted == 0));
}

static char *dump(const struct registry *registry)
{
	char *text;
	size_t bytes;
	FILE *out = open_memstream(&text, &bytes);

	MUST(out);
	fprintf(out, "%zu %u %u %d %.*s\n", registry->schemas.count, schemas_max_id(&registry->schemas),
		registry->schemas.contexts.all[0]->persisted_max_id, registry->global.rule.level,
		STR_ARGS(registry->global.members));
	for (const struct subject *s = registry->subjects.first; s; s = s->next) {
		fprintf(out, "%.*s %d %.*s\n", STR_ARGS(subject_name(s)), subject_config(s)->rule.level,
			STR_ARGS(subject_config(s)->members));
		for (uint32_t i = 0; i < s->n_versions; i++) {
			const struct schema *schema = s->versions[i].schema;
			fprintf(out, " %d %d %u %u %d %.*s %.*s\n", s->versions[i].number,
				s->versions[i].deleted, schema->id, schema->uses,
				schema->is_indexed, STR_ARGS(schema->type->name),
				STR_ARGS(schema_text(schema)));
		}
	}
	MUST(fclose(out) == 0);
	return text;
}

/* --- a log --- */

static struct scute_str take(struct scute_str *rest, char mark, bool *ret_marked)
{
	const char *at = rest->len > 0 ? memchr(rest->data, mark, rest->len) : NULL;
	struct scute_str taken = { rest->data, at ? (size_t)(at - rest->data) : rest->len };
	size_t used = taken.len + (at ? 1 : 0);

	*ret_marked = at != NULL;
	*rest = (struct scute_str){ used < rest->len ? rest->data + used : "", rest->len - used };
	return taken;
}

/* The records of the log, one after the other. Returns how many were applied. */
static size_t apply_log(struct registry *registry, struct scute_str log, struct known *known)
{
	struct store_record raw = { .offset = 0 };
	size_t n = 0;
	bool marked;

	while (log.len > 0) {
		struct scute_str line = take(&log, '\n', &marked);
		raw.key = take(&line, '\t', &marked);
		raw.value = marked ? line : (struct scute_str){ NULL, 0 };
		raw.timestamp_ms = raw.offset * 1000;
		if (known) {
			check_record(&raw);
		}
		enum apply_outcome outcome = registry_apply(registry, &raw);
		MUST(outcome != APPLY_NO_MEMORY);
		n += outcome == APPLIED;
		raw.offset++;
		if (known) {
			check_known(registry, known);
		}
	}
	return n;
}

static void begin(void)
{
	hash_init();
	log_setup(LOG_ERROR, LOG_TO_NOWHERE, NULL, NULL);
}

static bool one(const char *data, size_t len)
{
	struct registry_options options = { .level = LEVEL_BACKWARD, .format = format_of,
		.limits = limits, .work_bytes_max = 64 << 20 };
	struct registry *registry = registry_create(&options);
	struct registry *again = registry_create(&options);
	struct known known = { .n = 0 };

	MUST(registry && again);
	registry->on_drop = dropped;
	registry->on_drop_user = &known;
	size_t n = apply_log(registry, (struct scute_str){ data, len }, &known);
	check_registry(registry);
	MUST(apply_log(again, (struct scute_str){ data, len }, NULL) == n);
	char *text = dump(registry);
	char *text_again = dump(again);
	MUST(strcmp(text, text_again) == 0);
	free(text);
	free(text_again);
	bool good = n > 1 && registry->subjects.count > 0;
	registry->on_drop = NULL;
	registry_destroy(registry);
	registry_destroy(again);
	return good || n > 3;
}

static void end(void)
{
}

const struct fuzz_target fuzz_target = {
	.seeds = seeds,
	.words = words,
	.rounds = 3000,
	.begin = begin,
	.one = one,
	.end = end,
};
