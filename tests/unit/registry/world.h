/* SPDX-License-Identifier: Apache-2.0 */
/* A registry on a fake store, writes as one-liners, and its whole state as text. */
#ifndef TEST_REGISTRY_WORLD_H
#define TEST_REGISTRY_WORLD_H

#include "fake_format.h"
#include "fake_store.h"
#include "registry/compat.h"
#include "registry/write.h"

#define WORLD_WRITES_MAX 8192

/* One write with copies of all that its caller owns; freed as soon as the contract allows. */
struct ask {
	const struct registry *registry;
	struct write *handle; /* NULL: ended, or cancelled */
	bool ended;           /* done was called, once */
	char *subject;
	char *text;
	struct schema_reference reference;
	char *reference_subject;
	struct arena arena;
	enum registry_code code;
	char message[512]; /* in the confluent profile */
	uint32_t id;
	int32_t number;
	int32_t numbers[64];
	size_t n_numbers;
	enum level level;
};

struct world {
	struct registry *registry;
	struct fake_store *fake;
	struct ask *asks;
	size_t n_asks;
};

/* Used by registries that are made from now on; NULL: nothing leaves the loop. */
extern bool (*world_offload)(void *user, void (*work)(void *job), void (*done)(void *job), void *job);

struct registry *world_registry(void);
void world_init(struct world *world);
void world_finish(struct world *world);

/* The process ends, the log is compacted, another process begins. */
void world_restart(struct world *world);

/* ref: NULL or "subject:version". Each returns the ask, ended or pending. */
struct ask *ask_register(struct world *world, const char *subject, const char *type, const char *text,
	const char *ref);
struct ask *ask_delete_version(struct world *world, const char *subject, int32_t number,
	bool permanent);
struct ask *ask_delete_subject(struct world *world, const char *subject, bool permanent);
/* That level as members of a CONFIG record, and as a patch of a setting. */
struct scute_str world_members(enum level level);
struct scute_str world_level(enum level level);

struct ask *ask_set_level(struct world *world, const char *subject, enum level level);
struct ask *ask_clear_level(struct world *world, const char *subject);
void ask_cancel(struct ask *ask);

/* Asks, settles, and asserts that it went well. */
uint32_t must_register(struct world *world, const char *subject, const char *text);
void must_delete_version(struct world *world, const char *subject, int32_t number);    /* softly */
void must_purge_version(struct world *world, const char *subject, int32_t number);     /* both */
void must_delete_subject(struct world *world, const char *subject);
void must_purge_subject(struct world *world, const char *subject);

const struct subject *world_subject(const struct world *world, const char *name);
const struct version *world_version(const struct world *world, const char *subject, int32_t number);

/* Collects and compares at once. */
bool world_compat(const struct registry *registry, const struct compat_question *question,
	const struct subject *subject, const struct version *given, struct scute_arena *arena,
	struct compat_answer *ret_answer, struct registry_error *ret_error);

/* Every observable of a registry, order of arrival apart. To be freed. */
char *world_dump(const struct registry *registry);
/* The state is what the log says: whole and compacted. */
void world_check(const struct world *world);

#endif
