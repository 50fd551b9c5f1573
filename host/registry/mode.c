/* SPDX-License-Identifier: Apache-2.0 */
/* The modes by name. */
#include "registry/mode.h"

#include <assert.h>

#include "support/str.h"

static const char *const names[] = {
	[MODE_READWRITE] = "READWRITE",
	[MODE_READONLY] = "READONLY",
	[MODE_READONLY_OVERRIDE] = "READONLY_OVERRIDE",
	[MODE_IMPORT] = "IMPORT",
	[MODE_FORWARD] = "FORWARD",
};

bool mode_parse(struct scute_str text, enum mode *ret_mode)
{
	for (int i = MODE_READWRITE; i <= MODE_FORWARD; i++) {
		if (str_eq_nocase(text, str_z(names[i]))) {
			*ret_mode = (enum mode)i;
			return true;
		}
	}
	return false;
}

const char *mode_name(enum mode mode)
{
	assert(mode >= MODE_READWRITE && mode <= MODE_FORWARD);
	return names[mode];
}

bool mode_is_import(enum mode mode)
{
	return mode == MODE_IMPORT || mode == MODE_FORWARD;
}

bool mode_is_readonly(enum mode mode)
{
	return mode == MODE_READONLY || mode == MODE_READONLY_OVERRIDE;
}
