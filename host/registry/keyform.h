/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Under which bytes a logical key stands in the log. Compaction is by bytes: a tombstone
 * under other bytes than the record's lets the record come back. So odd forms that were
 * read are remembered, and a delete hits every form that may be there.
 */
#ifndef REGISTRY_KEYFORM_H
#define REGISTRY_KEYFORM_H

#include "base/map.h"
#include "store/record.h"

#define KEYFORMS_KEY_BYTES_MAX (1u << 20) /* longer keys are not understood */

struct keyforms {
	struct map odd;       /* logical keys seen in a form that we would not write */
	enum record_key_order own;
	bool seen_legacy;
	bool seen_canonical;
};

/* own: how keys are written where nothing in the log says otherwise; CANONICAL or BRIEF. */
void keyforms_init(struct keyforms *forms, enum record_key_order own);
void keyforms_finish(struct keyforms *forms);

/* Remembers the form of a record that was read. arena: work memory. False: no memory. */
bool keyforms_note(struct keyforms *forms, const struct record *record, enum record_key_order order,
	struct scute_str raw_key, struct scute_arena *arena);

/* The bytes to write a value under: a form seen for that key, else the topic's own order. */
bool keyforms_key(const struct keyforms *forms, const struct record *record, struct scute_arena *arena,
	struct scute_str *ret_key);

#define KEYFORMS_MAX 8 /* forms of one key that a tombstone hits at most */

/* The bytes of all forms that the key may stand under; returns how many, 0: no memory. */
size_t keyforms_all(const struct keyforms *forms, const struct record *record, struct scute_arena *arena,
	struct scute_str ret_keys[KEYFORMS_MAX]);

#endif
