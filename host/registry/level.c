/* SPDX-License-Identifier: Apache-2.0 */
/* The compatibility levels, one row each. */
#include "registry/level.h"

#include <assert.h>

#include "support/str.h"

struct row {
	const char *name;
	bool backward;
	bool forward;
	bool transitive;
};

static const struct row rows[] = {
	[LEVEL_NONE] = { "NONE", false, false, false },
	[LEVEL_BACKWARD] = { "BACKWARD", true, false, false },
	[LEVEL_BACKWARD_TRANSITIVE] = { "BACKWARD_TRANSITIVE", true, false, true },
	[LEVEL_FORWARD] = { "FORWARD", false, true, false },
	[LEVEL_FORWARD_TRANSITIVE] = { "FORWARD_TRANSITIVE", false, true, true },
	[LEVEL_FULL] = { "FULL", true, true, false },
	[LEVEL_FULL_TRANSITIVE] = { "FULL_TRANSITIVE", true, true, true },
};

static const struct row *row_of(enum level level)
{
	assert(level >= LEVEL_NONE && level <= LEVEL_FULL_TRANSITIVE);
	return &rows[level];
}

bool level_parse(struct scute_str text, enum level *ret_level)
{
	for (int i = LEVEL_NONE; i <= LEVEL_FULL_TRANSITIVE; i++) {
		if (str_eq_nocase(text, str_z(rows[i].name))) {
			*ret_level = (enum level)i;
			return true;
		}
	}
	return false;
}

const char *level_name(enum level level)
{
	return row_of(level)->name;
}

bool level_is_backward(enum level level)
{
	return row_of(level)->backward;
}

bool level_is_forward(enum level level)
{
	return row_of(level)->forward;
}

bool level_is_transitive(enum level level)
{
	return row_of(level)->transitive;
}
