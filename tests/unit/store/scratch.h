/* SPDX-License-Identifier: Apache-2.0 */
/* A directory for journals of one test program, and the bytes in them. */
#ifndef TEST_STORE_SCRATCH_H
#define TEST_STORE_SCRATCH_H

#include <stdint.h>

#include "config.h"

struct scratch {
	char directory[64];
	char path[96];
	unsigned n;
	struct config config;
};

void scratch_init(struct scratch *scratch);
void scratch_finish(struct scratch *scratch); /* removes all */

/* A configuration with the path of a journal that does not exist yet. */
const struct config *scratch_fresh(struct scratch *scratch);

/* The present journal's file. */
uint64_t scratch_size(const struct scratch *scratch);
void scratch_cut(const struct scratch *scratch, uint64_t size);
void scratch_flip(const struct scratch *scratch, uint64_t position);
void scratch_append(const struct scratch *scratch, const void *data, size_t len);
bool scratch_exists(const struct scratch *scratch, const char *suffix);

#endif
