/* SPDX-License-Identifier: Apache-2.0 */
/* The seven compatibility levels and what each asks for. */
#ifndef REGISTRY_LEVEL_H
#define REGISTRY_LEVEL_H

#include "scute/types.h"

enum level {
	LEVEL_UNSET = -1, /* nothing of its own: the global one holds */
	LEVEL_NONE,
	LEVEL_BACKWARD,
	LEVEL_BACKWARD_TRANSITIVE,
	LEVEL_FORWARD,
	LEVEL_FORWARD_TRANSITIVE,
	LEVEL_FULL,
	LEVEL_FULL_TRANSITIVE,
};

/* Any case; false when it is none of the seven. */
bool level_parse(struct scute_str text, enum level *ret_level);
const char *level_name(enum level level);

/* New schema must read old data; old schema must read new data; against all versions. */
bool level_is_backward(enum level level);
bool level_is_forward(enum level level);
bool level_is_transitive(enum level level);

#endif
