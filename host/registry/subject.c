/* SPDX-License-Identifier: Apache-2.0 */
/* Subjects and their versions. */
#include "registry/subject.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/hash.h"
#include "registry/walk.h"
#include "support/str.h"

static uint64_t hash_subject(const void *item)
{
	return hash64(subject_name(item));
}

static bool equal_subject(const void *item, const void *key)
{
	return str_eq(subject_name(item), *(const struct scute_str *)key);
}

void subjects_init(struct subjects *subjects)
{
	*subjects = (struct subjects){ 0 };
	map_init(&subjects->by_name, hash_subject);
	list_init(&subjects->walks);
	finders_init(&subjects->finders);
}

const struct setting *subject_config(const struct subject *subject)
{
	return subject && subject->config ? subject->config : &setting_unset;
}

static void drop_config(struct subject *subject)
{
	if (subject->config) {
		setting_finish(subject->config);
		free(subject->config);
		subject->config = NULL;
	}
}

/* NULL: no memory. */
static struct setting *config_of(struct subject *subject)
{
	if (!subject->config) {
		subject->config = malloc(sizeof(*subject->config));
		if (subject->config) {
			*subject->config = setting_unset;
		}
	}
	return subject->config;
}

static void prune_config(struct subject *subject)
{
	if (subject->config && setting_is_empty(subject->config)) {
		drop_config(subject);
	}
}

enum scute_status subject_set_config(struct subject *subject, struct scute_str members,
	struct scute_error *err)
{
	struct setting *config = config_of(subject);

	if (!config) {
		return error_set(err, SCUTE_ENOMEM, "out of memory");
	}
	enum scute_status status = setting_put(config, members, err);
	prune_config(subject);
	return status;
}

bool subject_set_mode(struct subject *subject, enum mode mode)
{
	struct setting *config = config_of(subject);

	if (!config) {
		return false;
	}
	config->mode = mode;
	prune_config(subject);
	return true;
}

static void subject_destroy(struct subject *subject)
{
	drop_config(subject);
	if (subject->versions != &subject->one) {
		free(subject->versions);
	}
	free(subject);
}

void subjects_finish(struct subjects *subjects, struct schemas *schemas)
{
	struct subject *subject;

	assert(list_empty(&subjects->walks));
	while ((subject = subjects->first)) {
		subjects->first = subject->next;
		for (uint32_t i = 0; i < subject->n_versions; i++) {
			schemas_drop(schemas, subject->versions[i].schema);
		}
		subject_destroy(subject);
	}
	finders_finish(&subjects->finders);
	map_finish(&subjects->by_name);
}

static struct subject *find(const struct subjects *subjects, struct scute_str name)
{
	return map_find(&subjects->by_name, hash64(name), equal_subject, &name);
}

const struct subject *subjects_find(const struct subjects *subjects, struct scute_str name)
{
	return find(subjects, name);
}

struct subject *subjects_get(struct subjects *subjects, struct scute_str name)
{
	struct subject *subject = find(subjects, name);

	if (subject) {
		return subject;
	}
	if (name.len > UINT32_MAX) {
		return NULL;
	}
	subject = calloc(1, sizeof(*subject) + name.len);
	if (!subject) {
		return NULL;
	}
	subject->versions = &subject->one;
	subject->name_len = (uint32_t)name.len;
	if (name.len > 0) {
		memcpy(subject->name, name.data, name.len);
	}
	if (!map_insert(&subjects->by_name, subject)) {
		free(subject);
		return NULL;
	}
	subject->prev = subjects->last;
	if (subjects->last) {
		subjects->last->next = subject;
	} else {
		subjects->first = subject;
	}
	subjects->last = subject;
	subjects->count++;
	return subject;
}

void subjects_prune(struct subjects *subjects, struct subject *subject)
{
	if (subject->n_versions > 0 || subject->config) {
		return;
	}
	walks_forget(subjects, subject);
	finders_forget(&subjects->finders, subject);
	map_remove(&subjects->by_name, subject);
	if (subject->prev) {
		subject->prev->next = subject->next;
	} else {
		subjects->first = subject->next;
	}
	if (subject->next) {
		subject->next->prev = subject->prev;
	} else {
		subjects->last = subject->prev;
	}
	subjects->count--;
	subject_destroy(subject);
}

/* Index of the first version whose number is at least number. */
static uint32_t lower_bound(const struct subject *subject, int32_t number)
{
	uint32_t low = 0;
	uint32_t high = subject->n_versions;

	while (low < high) {
		uint32_t middle = low + (high - low) / 2;
		if (subject->versions[middle].number < number) {
			low = middle + 1;
		} else {
			high = middle;
		}
	}
	return low;
}

const struct version *subject_version(const struct subject *subject, int32_t number)
{
	uint32_t at = lower_bound(subject, number);

	if (at < subject->n_versions && subject->versions[at].number == number) {
		return &subject->versions[at];
	}
	return NULL;
}

const struct version *subject_latest(const struct subject *subject, bool with_deleted)
{
	for (uint32_t i = subject->n_versions; i-- > 0;) {
		if (with_deleted || !subject->versions[i].deleted) {
			return &subject->versions[i];
		}
	}
	return NULL;
}

bool subject_has_live(const struct subject *subject)
{
	return subject_latest(subject, false) != NULL;
}

uint32_t subject_uses(const struct subject *subject, const struct schema *schema)
{
	uint32_t uses = 0;

	for (uint32_t i = 0; i < subject->n_versions; i++) {
		uses += subject->versions[i].schema == schema;
	}
	return uses;
}

uint32_t subject_live_uses(const struct subject *subject, const struct schema *schema)
{
	uint32_t uses = 0;

	for (uint32_t i = 0; i < subject->n_versions; i++) {
		uses += subject->versions[i].schema == schema && !subject->versions[i].deleted;
	}
	return uses;
}

static void each_in(const struct subject *subject, const struct schema *schema,
	void (*each)(void *user, const struct subject *subject, const struct version *version),
	void *user)
{
	for (uint32_t i = 0; i < subject->n_versions; i++) {
		if (subject->versions[i].schema == schema) {
			each(user, subject, &subject->versions[i]);
		}
	}
}

void subjects_each_holder(const struct subjects *subjects, const struct schema *schema,
	void (*each)(void *user, const struct subject *subject, const struct version *version),
	void *user)
{
	if (schema->holder && subject_uses(schema->holder, schema) == schema->uses) {
		each_in(schema->holder, schema, each, user);
		return;
	}
	for (const struct subject *subject = subjects->first; subject; subject = subject->next) {
		each_in(subject, schema, each, user);
	}
}

/* A version of subject that carried schema is gone. */
static void forget_holder(const struct subject *subject, struct schema *schema)
{
	if (schema->holder == subject && subject_uses(subject, schema) == 0) {
		schema->holder = NULL;
	}
}

static void count_version(struct subjects *subjects, const struct version *version, bool add)
{
	size_t *counter = version->deleted ? &subjects->deleted : &subjects->live;

	assert(add || *counter > 0);
	*counter += add ? 1 : (size_t)-1;
	if (!version->deleted) {
		assert(add || version->schema->live > 0);
		version->schema->live += add ? 1 : (uint32_t)-1;
	}
}

/* Room doubles whenever the count is a power of two, so no capacity need be remembered. */
static bool make_room(struct subject *subject)
{
	uint32_t n = subject->n_versions;
	bool is_inline = subject->versions == &subject->one;
	struct version *versions;

	if (n == 0 || (n & (n - 1)) != 0) {
		return true;
	}
	versions = realloc(is_inline ? NULL : subject->versions, (size_t)n * 2 * sizeof(*versions));
	if (!versions) {
		return false;
	}
	if (is_inline) {
		versions[0] = subject->one;
	}
	subject->versions = versions;
	return true;
}

bool subject_put(struct subjects *subjects, struct schemas *schemas, struct subject *subject,
	const struct version *version)
{
	uint32_t at = lower_bound(subject, version->number);

	if (at < subject->n_versions && subject->versions[at].number == version->number) {
		struct schema *old = subject->versions[at].schema;
		finders_forget(&subjects->finders, subject);
		count_version(subjects, &subject->versions[at], false);
		subject->versions[at] = *version;
		count_version(subjects, version, true);
		version->schema->holder = subject;
		forget_holder(subject, old);
		schemas_drop(schemas, old);
		return true;
	}
	if (!make_room(subject)) {
		return false;
	}
	memmove(&subject->versions[at + 1], &subject->versions[at],
		(subject->n_versions - at) * sizeof(*version));
	subject->versions[at] = *version;
	subject->n_versions++;
	if (at == subject->n_versions - 1) {
		finders_note(&subjects->finders, subject);
	} else {
		finders_forget(&subjects->finders, subject);
	}
	count_version(subjects, version, true);
	version->schema->holder = subject;
	return true;
}

bool subject_remove(struct subjects *subjects, struct schemas *schemas, struct subject *subject,
	int32_t number)
{
	uint32_t at = lower_bound(subject, number);

	if (at >= subject->n_versions || subject->versions[at].number != number) {
		return false;
	}
	struct schema *schema = subject->versions[at].schema;
	finders_forget(&subjects->finders, subject);
	count_version(subjects, &subject->versions[at], false);
	memmove(&subject->versions[at], &subject->versions[at + 1],
		(subject->n_versions - at - 1) * sizeof(subject->versions[0]));
	subject->n_versions--;
	forget_holder(subject, schema);
	schemas_drop(schemas, schema);
	return true;
}

void subject_delete_up_to(struct subjects *subjects, struct subject *subject, int32_t number)
{
	finders_forget(&subjects->finders, subject);
	for (uint32_t i = 0; i < subject->n_versions && subject->versions[i].number <= number; i++) {
		struct version *version = &subject->versions[i];
		if (!version->deleted) {
			count_version(subjects, version, false);
			version->deleted = true;
			count_version(subjects, version, true);
		}
	}
}
