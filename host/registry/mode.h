/* SPDX-License-Identifier: Apache-2.0 */
/* What a subject, a context or the whole registry accepts: ordinary writes, none, imports. */
#ifndef REGISTRY_MODE_H
#define REGISTRY_MODE_H

#include "scute/types.h"

enum mode {
	MODE_UNSET = -1, /* nothing of its own: that of the scope around it holds */
	MODE_READWRITE,
	MODE_READONLY,
	MODE_READONLY_OVERRIDE, /* READONLY for all, whatever they have of their own */
	MODE_IMPORT,            /* versions come with their ids, and are not checked */
	MODE_FORWARD,           /* global only: like IMPORT, fed by another registry */
};

/* Any case; false when it is none of the five. */
bool mode_parse(struct scute_str text, enum mode *ret_mode);
const char *mode_name(enum mode mode);

/* New versions come with an id of their own, and only so. */
bool mode_is_import(enum mode mode);
bool mode_is_readonly(enum mode mode);

#endif
