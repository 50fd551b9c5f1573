/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A mutator over a corpus of schemas, deterministic by its seed: it changes bytes and moves
 * pieces of one text into another, and asks the plugin everything about what comes out.
 */
#ifndef AVRO_MUTATE_H
#define AVRO_MUTATE_H

#include <stdbool.h>
#include <stdint.h>

#include "scute/format.h"

#define MUTATOR_TEXTS 64
#define MUTATOR_BYTES 4096

struct mutator {
	uint64_t random;
	uint32_t n_texts;
	struct mutator_text {
		uint32_t len;
		char data[MUTATOR_BYTES];
	} *texts; /* accepted ones replace older ones */
};

void mutator_init(struct mutator *mutator, uint64_t seed);
void mutator_finish(struct mutator *mutator);

/*
 * Makes a text, tries it as new and as stored, and compares it with another; aborts on a
 * broken promise. Accepted?
 */
bool mutator_step(struct mutator *mutator);

/* All questions about one text; aborts when answers do not fit each other. Accepted? */
bool mutator_try(struct scute_str text, struct scute_str other, uint32_t flags);

#endif
