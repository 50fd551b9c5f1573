/* SPDX-License-Identifier: Apache-2.0 */
/* A directory of the test's own, with files made from bytes. */
#ifndef TEST_TOOLS_PLACE_H
#define TEST_TOOLS_PLACE_H

#include "tester.h"

#include "scute/types.h"

struct place {
	char directory[64];
	char path[160]; /* as the last call made it */
	char data[1 << 20];
};

void place_init(struct place *place);
/* Removes all that is in it, directories of one level too. */
void place_finish(struct place *place);

/* Where name is; valid until the next call. */
const char *place_path(struct place *place, const char *name);
/* Writes a file; its path. */
const char *place_put(struct place *place, const char *name, struct scute_str bytes);
/* A file's bytes, valid until the next call. */
struct scute_str place_get(struct place *place, const char *name);
bool place_has(struct place *place, const char *name);
/* How many names there are in it. */
unsigned place_count(struct place *place);

#define BYTES(literal) ((struct scute_str){ (literal), sizeof(literal) - 1 })

#define assert_bytes(text, literal)                                           \
	do {                                                                  \
		struct scute_str bytes_ = (text);                             \
		assert_int_equal(bytes_.len, sizeof(literal) - 1);            \
		assert_memory_equal(bytes_.data, literal, sizeof(literal) - 1); \
	} while (0)

#endif
