/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What changes in a record on its way back into the schema log: keys of Karapace's older
 * order become canonical, since compaction compares keys by their bytes, and the empty values
 * that Karapace writes for null become null, since compaction drops only those.
 */
#ifndef TOOLS_BACKUP_KEYS_H
#define TOOLS_BACKUP_KEYS_H

#include "store/store.h"
#include "support/arena.h"
#include "support/buf.h"

struct backup_keys {
	struct arena arena;
	struct buf key;
	uint64_t n_keys;       /* rewritten */
	uint64_t n_tombstones; /* empty values that became null */
};

void backup_keys_init(struct backup_keys *keys);
void backup_keys_finish(struct backup_keys *keys);

/*
 * Changes *record in place where it is a record of the schema log; what it then points to is
 * valid until the next call. rewrite: also the key. False: out of memory.
 */
bool backup_keys_correct(struct backup_keys *keys, struct store_record *record, bool rewrite);

#endif
