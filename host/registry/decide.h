/* SPDX-License-Identifier: Apache-2.0 */
/* What one write puts into the log, given the applied state: pure but for the id it draws. */
#ifndef REGISTRY_DECIDE_H
#define REGISTRY_DECIDE_H

#include "registry/writer.h"

/* No records and no error: the answer stands already, nothing need be written. */
struct decision {
	struct scute_arena *arena;
	struct registry_error error;
	bool is_checking; /* nothing is decided yet: a worker was asked first */
	struct store_record *records;
	size_t n_records;
};

void decide_register(struct write *write, struct decision *decision);
void decide_delete_version(struct write *write, struct decision *decision);
void decide_delete_subject(struct write *write, struct decision *decision);
void decide_set_rule(struct write *write, struct decision *decision);
void decide_clear_rule(struct write *write, struct decision *decision);

/* The highest id that was ever given out. */
uint32_t decide_max_id(const struct writer *writer);

/* Key in that order; value null for tombstones. False: no memory. */
bool decide_encode(const struct record *record, enum record_key_order order, struct scute_arena *arena,
	struct store_record *ret_raw);

#endif
