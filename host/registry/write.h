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
	struct scute_str text;       /* clear config: the members that were taken back */
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
	uint32_t id;    /* in IMPORT mode: the id it comes with; 0: none, one is chosen */
	int32_t number; /* the version it is to be; 0: the next one */
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
/*
 * subject with data NULL: the global setting. patch: a JSON object, see setting_merge(); it must
 * live until done or cancel.
 */
struct write *registry_set_config(struct registry *registry, struct scute_str subject,
	struct scute_str patch, write_done done, void *user);
struct write *registry_clear_config(struct registry *registry, struct scute_str subject,
	write_done done, void *user);

/* force: also where live subjects are, when mode is IMPORT. The result's number is the mode before. */
struct write *registry_set_mode(struct registry *registry, struct scute_str subject, enum mode mode,
	bool force, write_done done, void *user);
struct write *registry_clear_mode(struct registry *registry, struct scute_str subject,
	write_done done, void *user);

/* done will not be called. What is on its way to the log goes on. */
void write_cancel(struct write *write);

struct record;

/*
 * The identity of a large record that is one of the writer's own on its way: it was found on a
 * worker, and need not be found again on the loop. False: it is not one of those.
 */
bool writer_identity(const struct writer *writer, const struct record *record,
	struct hash128 *ret_identity);

struct writer *writer_create(struct registry *registry); /* NULL: no memory */
/* Cancels whatever waits; nothing may be on its way to a store any more. NULL is fine. */
void writer_destroy(struct writer *writer);

/* Where records go. Before this every write fails with STORE_UNAVAILABLE. */
void writer_attach(struct writer *writer, struct store *store);

#endif
