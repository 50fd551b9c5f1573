/* SPDX-License-Identifier: Apache-2.0 */
/* The error table and the filling of its texts. */
#include "registry/error.h"

#include <assert.h>

struct answer {
	int status;
	int code;
	const char *text;
};

static const struct answer answers[][2] = {
	[REGISTRY_OK] = { { 200, 0, "" }, { 200, 0, "" } },
#define ERROR(name, k_status, k_code, k_text, c_status, c_code, c_text) \
	[REGISTRY_##name] = { { k_status, k_code, k_text }, { c_status, c_code, c_text } },
#include "registry/errors.def"
};

static const struct answer *answer_of(enum registry_code code, enum profile profile)
{
	assert((size_t)code < sizeof(answers) / sizeof(answers[0]));
	return &answers[code][profile];
}

int registry_error_status(enum registry_code code, enum profile profile)
{
	return answer_of(code, profile)->status;
}

int registry_error_code(enum registry_code code, enum profile profile)
{
	return answer_of(code, profile)->code;
}

bool registry_error_text(struct buf *buf, const struct registry_error *error, enum profile profile)
{
	for (const char *at = answer_of(error->code, profile)->text; *at; at++) {
		if (at[0] == '{' && at[1] >= '0' && at[1] < '0' + REGISTRY_ARGS_MAX && at[2] == '}') {
			buf_append_str(buf, error->args[at[1] - '0']);
			at += 2;
		} else {
			buf_append_byte(buf, *at);
		}
	}
	return !buf->failed;
}
