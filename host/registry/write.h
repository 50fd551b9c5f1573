/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Writes: decide on the applied state, append, wait until the own offset has been applied,
 * answer. Many are in flight; only those that depend on one another wait. Loop thread only.
 */
#ifndef REGISTRY_WRITE_H
#define REGISTRY_WRITE_H

#include "registry/registry.h"

struct write;
struct writer;

struct write_result {
	struct registry_error error; /* code REGISTRY_OK on success */
	uint32_t id;                 /* register */
	int32_t number;              /* register, delete version */
	const int32_t *numbers;      /* delete subject: the versions deleted */
	size_t n_numbers;
	struct rule rule;            /* set rule: what the setting has now; clear rule: what it had */
};

/* Slices live during the call only. Called exactly once unless the write was cancelled. */
typedef void (*write_done)(void *user, const struct write_result *result);

/*
 * All slices and the parsed schema stay the caller's and must live until done or cancel.
 * Each call returns NULL when done was called already, else a handle for write_cancel.
 */
struct register_args {
	struct scute_str subject;
	struct schema_content content; /* references resolved to numbers */
	struct hash128 identity;
	const struct scute_reference *resolved; /* what it was parsed with; the slices are the caller's own */
	size_t n_resolved;
	const struct scute_schema *parsed; /* NULL: a large one; a worker parses it again to compare */
};

/* Whether the subject holds that content live already; id and number are the answer then. */
bool registry_known(const struct registry *registry, struct scute_str subject, struct hash128 identity,
	uint32_t *ret_id, int32_t *ret_number);

struct write *registry_register(struct registry *registry, const struct register_args *args,
	write_done done, void *user);
/* number: of the version; 0: the latest live one (permanent: the latest of all). */
struct write *registry_delete_version(struct registry *registry, struct scute_str subject,
	int32_t number, bool permanent, write_done done, void *user);
struct write *registry_delete_subject(struct registry *registry, struct scute_str subject,
	bool permanent, write_done done, void *user);
/* subject with data NULL: the global rule. What rule leaves unset stays as it is. */
struct write *registry_set_rule(struct registry *registry, struct scute_str subject, struct rule rule,
	write_done done, void *user);
struct write *registry_clear_rule(struct registry *registry, struct scute_str subject,
	write_done done, void *user);

/* done will not be called. What is on its way to the log goes on. */
void write_cancel(struct write *write);

struct writer *writer_create(struct registry *registry); /* NULL: no memory */
/* Cancels whatever waits; nothing may be on its way to a store any more. NULL is fine. */
void writer_destroy(struct writer *writer);

/* Where records go. Before this every write fails with STORE_UNAVAILABLE. */
void writer_attach(struct writer *writer, struct store *store);

#endif
