/* SPDX-License-Identifier: Apache-2.0 */
/* The five writes as callers ask for them: what each depends on. */
#include "base/hash.h"
#include "registry/decide.h"

/* Names of different kinds must not meet: the kind is mixed into the hash. */
static uint64_t lock_subject(struct scute_str subject)
{
	return hash64(subject) ^ 0x5375626a65637400u;
}

static uint64_t lock_content(struct hash128 identity)
{
	return identity.high ^ 0x436f6e74656e7400u;
}

static const uint64_t lock_global = 0x476c6f62616c0000u;

static bool lock_register(struct write *write)
{
	const struct schema_content *content = &write->args.content;

	if (!write_lock(write, lock_subject(write->args.subject), true) ||
		!write_lock(write, lock_content(write->args.identity), true) ||
		!write_lock(write, lock_global, false)) {
		return false;
	}
	for (size_t i = 0; i < content->n_references; i++) {
		uint64_t name = lock_subject(content->references[i].subject);
		bool own = name == lock_subject(write->args.subject);
		if (!own && !write_lock(write, name, false)) {
			return false;
		}
	}
	return true;
}

/* Content whose id stands for something else is not known: it is put right. */
static const struct version *find_indexed(const struct subject *subject, struct hash128 identity)
{
	for (uint32_t i = subject->n_versions; i-- > 0;) {
		const struct version *version = &subject->versions[i];
		if (!version->deleted && version->schema->is_indexed &&
			version->schema->identity.low == identity.low &&
			version->schema->identity.high == identity.high) {
			return version;
		}
	}
	return NULL;
}

bool registry_known(const struct registry *registry, struct scute_str subject, struct hash128 identity,
	uint32_t *ret_id, int32_t *ret_number)
{
	const struct subjects *subjects = &registry->subjects;
	const struct schema *schema = schemas_by_identity(&registry->schemas, identity);
	const struct subject *holder = schema ? subjects_find(subjects, subject) : NULL;
	const struct version *version =
		holder ? subjects_find_content(subjects, holder, identity, FIND_EXACT, false) : NULL;

	if (version && !version->schema->is_indexed) {
		version = find_indexed(holder, identity);
	}
	if (!version) {
		return false;
	}
	*ret_id = version->schema->id;
	*ret_number = version->number;
	return true;
}

struct write *registry_register(struct registry *registry, const struct register_args *args,
	write_done done, void *user)
{
	struct write_result known = { 0 };

	if (args->id == 0 &&
		registry_known(registry, args->subject, args->identity, &known.id, &known.number)) {
		done(user, &known);
		return NULL;
	}
	struct write *write = write_create(registry, 3 + args->content.n_references, done, user);
	if (!write || !contexts_get(&registry->schemas.contexts, context_of(args->subject))) {
		return write_refuse(write, done, user);
	}
	write->decide = decide_register;
	write->args = *args;
	return lock_register(write) ? write_start(write) : write_refuse(write, done, user);
}

static struct write *start_on_subject(struct registry *registry, struct scute_str subject,
	void (*decide)(struct write *write, struct decision *decision), const struct write *draft,
	write_done done, void *user)
{
	struct write *write = write_create(registry, 1, done, user);

	if (!write) {
		return write_refuse(NULL, done, user);
	}
	write->decide = decide;
	write->args.subject = subject;
	write->number = draft->number;
	write->permanent = draft->permanent;
	write->patch = draft->patch;
	bool is_scope = !subject.data || context_is_bare(subject);
	uint64_t name = is_scope ? lock_global : lock_subject(subject);
	return write_lock(write, name, true) ? write_start(write) : write_refuse(write, done, user);
}

struct write *registry_delete_version(struct registry *registry, struct scute_str subject,
	int32_t number, bool permanent, write_done done, void *user)
{
	struct write draft = { .number = number, .permanent = permanent };

	return start_on_subject(registry, subject, decide_delete_version, &draft, done, user);
}

struct write *registry_delete_subject(struct registry *registry, struct scute_str subject,
	bool permanent, write_done done, void *user)
{
	struct write draft = { .permanent = permanent };

	return start_on_subject(registry, subject, decide_delete_subject, &draft, done, user);
}

struct write *registry_set_config(struct registry *registry, struct scute_str subject,
	struct scute_str patch, write_done done, void *user)
{
	struct write draft = { .patch = patch };

	return start_on_subject(registry, subject, decide_set_config, &draft, done, user);
}

struct write *registry_clear_config(struct registry *registry, struct scute_str subject,
	write_done done, void *user)
{
	struct write draft = { 0 };

	return start_on_subject(registry, subject, decide_clear_config, &draft, done, user);
}

struct write *registry_set_mode(struct registry *registry, struct scute_str subject, enum mode mode,
	bool force, write_done done, void *user)
{
	struct write draft = { .number = (int32_t)mode, .permanent = force };

	return start_on_subject(registry, subject, decide_set_mode, &draft, done, user);
}

struct write *registry_clear_mode(struct registry *registry, struct scute_str subject,
	write_done done, void *user)
{
	struct write draft = { 0 };

	return start_on_subject(registry, subject, decide_clear_mode, &draft, done, user);
}
