/* SPDX-License-Identifier: Apache-2.0 */
/* Errors by name; their status, code and text per response profile come from errors.def. */
#ifndef REGISTRY_ERROR_H
#define REGISTRY_ERROR_H

#include "support/buf.h"

enum profile { PROFILE_KARAPACE, PROFILE_CONFLUENT };

enum registry_code {
	REGISTRY_OK,
#define ERROR(name, ...) REGISTRY_##name,
#include "registry/errors.def"
};

#define REGISTRY_ARGS_MAX 4

/* A failure with the arguments of its text; slices live in the arena of whoever asked. */
struct registry_error {
	enum registry_code code;
	struct scute_str args[REGISTRY_ARGS_MAX];
};

int registry_error_status(enum registry_code code, enum profile profile);
int registry_error_code(enum registry_code code, enum profile profile);
/* Appends the text with its arguments filled in. */
bool registry_error_text(struct buf *buf, const struct registry_error *error, enum profile profile);

#endif
