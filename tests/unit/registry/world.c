/* SPDX-License-Identifier: Apache-2.0 */
/* What the registry's tests share. */
#include "world.h"

#include "registry/refs.h"

#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "support/str.h"

static const struct scute_limits limits = { sizeof(limits), 64, 1 << 20, 10000 };

static const struct scute_format *format_of(void *user, struct scute_str type)
{
	(void)user;
	if (str_eq_z(type, fake_format.type)) {
		return &fake_format;
	}
	return str_eq_z(type, fake_plain_format.type) ? &fake_plain_format : NULL;
}

bool (*world_offload)(void *user, void (*work)(void *job), void (*done)(void *job), void *job);

struct registry *world_registry(void)
{
	struct registry_options options = { .level = LEVEL_BACKWARD, .format = format_of,
		.offload = world_offload,
		.limits = limits, .work_bytes_max = 64 << 20 };

	return registry_create(&options);
}

void world_init(struct world *world)
{
	hash_init();
	world->registry = world_registry();
	assert_non_null(world->registry);
	world->fake = fake_create(world->registry);
	world->asks = calloc(WORLD_WRITES_MAX, sizeof(*world->asks));
	assert_non_null(world->asks);
	world->n_asks = 0;
	writer_attach(world->registry->writer, &world->fake->base);
}

static void ask_release(struct ask *ask)
{
	free(ask->subject);
	free(ask->text);
	free(ask->reference_subject);
	ask->subject = ask->text = ask->reference_subject = NULL;
	arena_finish(&ask->arena);
}

void world_finish(struct world *world)
{
	registry_destroy(world->registry);
	for (size_t i = 0; i < world->n_asks; i++) {
		ask_release(&world->asks[i]);
	}
	free(world->asks);
	fake_destroy(world->fake);
}

void world_restart(struct world *world)
{
	registry_destroy(world->registry);
	world->registry = world_registry();
	assert_non_null(world->registry);
	fake_restart(world->fake, world->registry);
	writer_attach(world->registry->writer, &world->fake->base);
}

struct scute_str world_level(enum level level)
{
	static const char *const patches[] = {
		[LEVEL_NONE] = "{\"compatibilityLevel\":\"NONE\"}",
		[LEVEL_BACKWARD] = "{\"compatibilityLevel\":\"BACKWARD\"}",
		[LEVEL_BACKWARD_TRANSITIVE] = "{\"compatibilityLevel\":\"BACKWARD_TRANSITIVE\"}",
		[LEVEL_FORWARD] = "{\"compatibilityLevel\":\"FORWARD\"}",
		[LEVEL_FORWARD_TRANSITIVE] = "{\"compatibilityLevel\":\"FORWARD_TRANSITIVE\"}",
		[LEVEL_FULL] = "{\"compatibilityLevel\":\"FULL\"}",
		[LEVEL_FULL_TRANSITIVE] = "{\"compatibilityLevel\":\"FULL_TRANSITIVE\"}",
	};

	return str_z(patches[level]);
}

struct scute_str world_members(enum level level)
{
	struct scute_str patch = world_level(level);

	return (struct scute_str){ patch.data + 1, patch.len - 2 };
}

/* What was taken back, else what holds now. */
static enum level level_told(const struct ask *ask, const struct write_result *result)
{
	const struct registry *registry = ask->registry;

	for (int level = LEVEL_NONE; result->text.len > 0 && level <= LEVEL_FULL_TRANSITIVE; level++) {
		if (str_eq(result->text, world_members((enum level)level))) {
			return (enum level)level;
		}
	}
	return ask->subject
		? subject_config(subjects_find(&registry->subjects, str_z(ask->subject)))->rule.level
		: registry->global.rule.level;
}

static void note_answer(void *user, const struct write_result *result)
{
	struct ask *ask = user;
	struct buf buf;

	assert_false(ask->ended);
	ask->ended = true;
	ask->handle = NULL;
	ask->code = result->error.code;
	ask->id = result->id;
	ask->number = result->number;
	ask->level = level_told(ask, result);
	ask->n_numbers = result->n_numbers;
	for (size_t i = 0; i < result->n_numbers && i < 64; i++) {
		ask->numbers[i] = result->numbers[i];
	}
	buf_init(&buf, 1 << 20);
	if (registry_error_text(&buf, &result->error, PROFILE_CONFLUENT)) {
		snprintf(ask->message, sizeof(ask->message), "%.*s", (int)buf.len,
			buf.data ? buf.data : "");
	}
	buf_finish(&buf);
	ask_release(ask);
}

static struct ask *new_ask(struct world *world, const char *subject)
{
	assert_true(world->n_asks < WORLD_WRITES_MAX);
	struct ask *ask = &world->asks[world->n_asks++];

	memset(ask, 0, sizeof(*ask));
	arena_init(&ask->arena, 1 << 20);
	ask->registry = world->registry;
	ask->subject = subject ? strdup(subject) : NULL;
	return ask;
}

static struct ask *begun(struct ask *ask, struct write *handle)
{
	assert_true(ask->ended == (handle == NULL));
	ask->handle = handle;
	return ask;
}

static void set_reference(struct ask *ask, const char *ref)
{
	const char *colon = strrchr(ref, ':');

	assert_non_null(colon);
	ask->reference_subject = strndup(ref, (size_t)(colon - ref));
	ask->reference = (struct schema_reference){ SCUTE_STR("other"), str_z(ask->reference_subject),
		atoi(colon + 1) };
}

struct ask *ask_register(struct world *world, const char *subject, const char *type, const char *text,
	const char *ref)
{
	struct registry *registry = world->registry;
	struct ask *ask = new_ask(world, subject);
	struct register_args args = { .subject = str_z(ask->subject) };
	struct scute_error err;

	ask->text = strdup(text);
	args.content.type = registry_type(registry, str_z(type));
	args.content.text = str_z(ask->text);
	args.content.context = context_of(args.subject);
	if (ref) {
		set_reference(ask, ref);
		args.content.references = &ask->reference;
		args.content.n_references = 1;
	}
	if (refs_resolve(registry, args.content.references, args.content.n_references, true,
			&ask->arena.base, &args.resolved, &args.n_resolved, &err) == SCUTE_OK) {
		args.resolved = refs_copy(args.resolved, args.n_resolved, &ask->arena.base);
		assert_non_null(args.resolved);
	}
	assert_non_null(args.content.type);
	assert_int_equal(schemas_identity(&args.content, &limits, &ask->arena.base, &args.identity,
		&err), SCUTE_OK);
	struct scute_source source = { sizeof(source), 0, args.content.text, NULL, 0, &limits };
	assert_int_equal(args.content.type->format->parse(&source, &ask->arena.base, &args.parsed,
		&err), SCUTE_OK);
	return begun(ask, registry_register(registry, &args, note_answer, ask));
}

struct ask *ask_delete_version(struct world *world, const char *subject, int32_t number,
	bool permanent)
{
	struct ask *ask = new_ask(world, subject);

	return begun(ask, registry_delete_version(world->registry, str_z(ask->subject), number,
		permanent, note_answer, ask));
}

struct ask *ask_delete_subject(struct world *world, const char *subject, bool permanent)
{
	struct ask *ask = new_ask(world, subject);

	return begun(ask, registry_delete_subject(world->registry, str_z(ask->subject), permanent,
		note_answer, ask));
}

struct ask *ask_set_level(struct world *world, const char *subject, enum level level)
{
	struct ask *ask = new_ask(world, subject);

	return begun(ask, registry_set_config(world->registry, str_z(ask->subject), world_level(level),
		note_answer, ask));
}

struct ask *ask_clear_level(struct world *world, const char *subject)
{
	struct ask *ask = new_ask(world, subject);

	return begun(ask, registry_clear_config(world->registry, str_z(ask->subject), note_answer,
		ask));
}

void ask_cancel(struct ask *ask)
{
	assert_false(ask->ended);
	write_cancel(ask->handle);
	ask->handle = NULL;
	ask_release(ask);
}

static const struct ask *must(struct world *world, const struct ask *ask)
{
	fake_settle(world->fake);
	assert_true(ask->ended);
	if (ask->code != REGISTRY_OK) {
		fail_msg("%s", ask->message);
	}
	return ask;
}

uint32_t must_register(struct world *world, const char *subject, const char *text)
{
	return must(world, ask_register(world, subject, "AVRO", text, NULL))->id;
}

void must_delete_version(struct world *world, const char *subject, int32_t number)
{
	must(world, ask_delete_version(world, subject, number, false));
}

void must_purge_version(struct world *world, const char *subject, int32_t number)
{
	must_delete_version(world, subject, number);
	must(world, ask_delete_version(world, subject, number, true));
}

void must_delete_subject(struct world *world, const char *subject)
{
	must(world, ask_delete_subject(world, subject, false));
}

void must_purge_subject(struct world *world, const char *subject)
{
	must_delete_subject(world, subject);
	must(world, ask_delete_subject(world, subject, true));
}

const struct subject *world_subject(const struct world *world, const char *name)
{
	return subjects_find(&world->registry->subjects, str_z(name));
}

const struct version *world_version(const struct world *world, const char *subject, int32_t number)
{
	const struct subject *found = world_subject(world, subject);

	return found ? subject_version(found, number) : NULL;
}

bool world_compat(const struct registry *registry, const struct compat_question *question,
	const struct subject *subject, const struct version *given, struct scute_arena *arena,
	struct compat_answer *ret_answer, struct registry_error *ret_error)
{
	return compat_here(registry, question, subject, given, arena, ret_answer, ret_error);
}

static bool count_referrer(void *user, const struct schema *schema)
{
	(void)schema;
	++*(unsigned *)user;
	return true;
}

static void count_holder(void *user, const struct subject *subject, const struct version *version)
{
	(void)subject;
	(void)version;
	++*(unsigned *)user;
}

static void dump_version(FILE *out, const struct registry *registry, const struct subject *subject,
	const struct version *version)
{
	const struct schema *schema = version->schema;
	const struct schema_more *more = schema->more;
	unsigned referrers = 0;
	unsigned holders = 0;

	schemas_each_referrer(&registry->schemas, subject_name(subject), version->number,
		count_referrer, &referrers);
	subjects_each_holder(&registry->subjects, schema, count_holder, &holders);
	fprintf(out, "  v%d id %u%s at %" PRId64 " %.*s '%.*s' uses %u holders %u referrers %u%s",
		version->number, schema->id, version->deleted ? " deleted" : "",
		version->timestamp_ms, STR_ARGS(schema->type->name), STR_ARGS(schema_text(schema)),
		schema->uses, holders, referrers, schema->is_indexed ? "" : " not indexed");
	for (size_t i = 0; more && i < more->n_references; i++) {
		fprintf(out, " -> %.*s:%.*s:%d", STR_ARGS(more->references[i].name),
			STR_ARGS(more->references[i].subject), more->references[i].version);
	}
	fprintf(out, " extra {%.*s}\n", more ? (int)more->extra.len : 0,
		more && more->extra.data ? more->extra.data : "");
	if (schema->is_indexed) {
		assert_ptr_equal(schemas_in(&registry->schemas, schema->context, schema->id), schema);
	}
	assert_int_equal(holders, schema->uses);
}

static int by_name(const void *a, const void *b)
{
	const struct subject *const *left = a;
	const struct subject *const *right = b;

	return str_cmp(subject_name(*left), subject_name(*right));
}

static void dump_setting(FILE *out, const struct setting *setting)
{
	fprintf(out, " level %d {%.*s}\n", setting->rule.level, (int)setting->members.len,
		setting->members.data ? setting->members.data : "");
}

char *world_dump(const struct registry *registry)
{
	const struct subjects *subjects = &registry->subjects;
	const struct subject **sorted = calloc(subjects->count + 1, sizeof(*sorted));
	char *text;
	size_t bytes;
	size_t n = 0;
	FILE *out = open_memstream(&text, &bytes);

	assert_true(sorted && out);
	for (const struct subject *subject = subjects->first; subject; subject = subject->next) {
		sorted[n++] = subject;
	}
	assert_int_equal(n, subjects->count);
	qsort(sorted, n, sizeof(sorted[0]), by_name);
	fprintf(out, "schemas %zu subjects %zu live %zu deleted %zu max id %u global",
		registry->schemas.count, subjects->count, subjects->live, subjects->deleted,
		schemas_max_id(&registry->schemas));
	dump_setting(out, &registry->global);
	for (size_t i = 0; i < n; i++) {
		fprintf(out, "%.*s", STR_ARGS(subject_name(sorted[i])));
		dump_setting(out, subject_config(sorted[i]));
		for (uint32_t v = 0; v < sorted[i]->n_versions; v++) {
			dump_version(out, registry, sorted[i], &sorted[i]->versions[v]);
		}
	}
	free(sorted);
	assert_int_equal(fclose(out), 0);
	return text;
}

void world_check(const struct world *world)
{
	char *now = world_dump(world->registry);

	for (int compacted = 0; compacted < 2; compacted++) {
		struct registry *again = world_registry();
		assert_non_null(again);
		fake_replay(world->fake, again, compacted);
		char *then = world_dump(again);
		assert_string_equal(now, then);
		free(then);
		registry_destroy(again);
	}
	free(now);
}
