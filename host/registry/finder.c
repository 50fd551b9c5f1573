/* SPDX-License-Identifier: Apache-2.0 */
/* An open-addressing table a subject: from a content's identity to its highest versions. */
#include "registry/finder.h"

#include <assert.h>
#include <stdlib.h>

#include "registry/subject.h"

enum place {
	PLACE_ANY,  /* the highest, soft-deleted or not */
	PLACE_LIVE,
	PLACES,
};

/* Places are index + 1 into the subject's versions; 0: none. */
struct slot {
	struct hash128 identity;
	uint32_t at[2][PLACES]; /* by enum find_how */
};

struct finder {
	struct list node;
	const struct subject *subject;
	size_t mask;
	size_t count;
	struct slot slots[];
};

static uint64_t hash_subject(const struct subject *subject)
{
	return ((uint64_t)(uintptr_t)subject >> 4) * 0x9e3779b97f4a7c15u;
}

static uint64_t hash_finder(const void *item)
{
	return hash_subject(((const struct finder *)item)->subject);
}

static bool equal_finder(const void *item, const void *key)
{
	return ((const struct finder *)item)->subject == key;
}

void finders_init(struct finders *finders)
{
	*finders = (struct finders){ 0 };
	map_init(&finders->by_subject, hash_finder);
	list_init(&finders->used);
}

static size_t bytes_of(size_t slots)
{
	return sizeof(struct finder) + slots * sizeof(struct slot);
}

static void drop(struct finders *finders, struct finder *finder)
{
	map_remove(&finders->by_subject, finder);
	list_remove(&finder->node);
	finders->bytes -= bytes_of(finder->mask + 1);
	free(finder);
}

void finders_finish(struct finders *finders)
{
	list_for_each_safe(node, &finders->used) {
		drop(finders, list_entry(node, struct finder, node));
	}
	assert(finders->bytes == 0);
	map_finish(&finders->by_subject);
}

static bool same(struct hash128 a, struct hash128 b)
{
	return a.low == b.low && a.high == b.high;
}

static bool is_used(const struct slot *slot)
{
	return slot->at[FIND_EXACT][PLACE_ANY] != 0 || slot->at[FIND_BARE][PLACE_ANY] != 0;
}

/* Its slot, or the free one where it would be. */
static struct slot *slot_of(struct finder *finder, struct hash128 identity)
{
	size_t i = identity.low & finder->mask;

	while (is_used(&finder->slots[i]) && !same(finder->slots[i].identity, identity)) {
		i = (i + 1) & finder->mask;
	}
	return &finder->slots[i];
}

static void put(struct finder *finder, struct hash128 identity, enum find_how how, uint32_t index)
{
	struct slot *slot = slot_of(finder, identity);

	finder->count += !is_used(slot);
	slot->identity = identity;
	slot->at[how][PLACE_ANY] = index + 1;
	if (!finder->subject->versions[index].deleted) {
		slot->at[how][PLACE_LIVE] = index + 1;
	}
}

/* Called in ascending order: the highest stays. */
static void put_version(struct finder *finder, uint32_t index)
{
	const struct schema *schema = finder->subject->versions[index].schema;

	put(finder, schema->identity, FIND_EXACT, index);
	if (schema_has_extra(schema)) {
		put(finder, schema_bare_identity(schema), FIND_BARE, index);
	}
}

static size_t slots_for(const struct subject *subject)
{
	size_t keys = subject->n_versions;
	size_t slots = 1;

	for (uint32_t i = 0; i < subject->n_versions; i++) {
		keys += schema_has_extra(subject->versions[i].schema);
	}
	while (slots < keys * 2) {
		slots *= 2;
	}
	return slots;
}

/* NULL: no memory, or too large for an index. */
static struct finder *finder_create(struct finders *finders, const struct subject *subject)
{
	size_t slots = slots_for(subject);
	size_t bytes = bytes_of(slots);

	if (bytes > FINDERS_BYTES_MAX) {
		return NULL;
	}
	while (bytes > FINDERS_BYTES_MAX - finders->bytes) {
		drop(finders, list_entry(list_first(&finders->used), struct finder, node));
	}
	struct finder *finder = calloc(1, bytes);
	if (!finder) {
		return NULL;
	}
	finder->subject = subject;
	finder->mask = slots - 1;
	if (!map_insert(&finders->by_subject, finder)) {
		free(finder);
		return NULL;
	}
	list_push_back(&finders->used, &finder->node);
	finders->bytes += bytes;
	for (uint32_t i = 0; i < subject->n_versions; i++) {
		put_version(finder, i);
	}
	return finder;
}

static struct finder *find(const struct finders *finders, const struct subject *subject)
{
	return map_find(&finders->by_subject, hash_subject(subject), equal_finder, subject);
}

void finders_note(struct finders *finders, const struct subject *subject)
{
	struct finder *finder = find(finders, subject);

	if (!finder) {
		return;
	}
	if ((finder->count + 2) * 4 > (finder->mask + 1) * 3) {
		drop(finders, finder); /* made anew, larger, with the next search */
	} else {
		put_version(finder, subject->n_versions - 1);
	}
}

void finders_forget(struct finders *finders, const struct subject *subject)
{
	struct finder *finder = find(finders, subject);

	if (finder) {
		drop(finders, finder);
	}
}

static bool is_content(const struct schema *schema, struct hash128 identity, enum find_how how)
{
	return how == FIND_EXACT ? same(schema->identity, identity)
				 : schema_has_extra(schema) &&
			same(schema_bare_identity(schema), identity);
}

static const struct version *search(const struct subject *subject, struct hash128 identity,
	enum find_how how, bool deleted)
{
	for (uint32_t i = subject->n_versions; i-- > 0;) {
		const struct version *version = &subject->versions[i];
		if ((deleted || !version->deleted) && is_content(version->schema, identity, how)) {
			return version;
		}
	}
	return NULL;
}

const struct version *subjects_find_content(const struct subjects *subjects, const struct subject *subject,
	struct hash128 identity, enum find_how how, bool deleted)
{
	/* The index is no part of the state: who may only read it may still have it made. */
	struct finders *finders = (struct finders *)(uintptr_t)&subjects->finders;
	struct finder *finder = NULL;

	if (subject->n_versions >= FINDER_VERSIONS_MIN) {
		finder = find(finders, subject);
		finder = finder ? finder : finder_create(finders, subject);
	}
	if (!finder) {
		return search(subject, identity, how, deleted);
	}
	list_remove(&finder->node);
	list_push_back(&finders->used, &finder->node);
	uint32_t at = slot_of(finder, identity)->at[how][deleted ? PLACE_ANY : PLACE_LIVE];
	return at > 0 ? &subject->versions[at - 1] : NULL;
}
