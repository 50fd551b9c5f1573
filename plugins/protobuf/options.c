/* SPDX-License-Identifier: Apache-2.0 */
/* Options as they are written, each against its google.protobuf.*Options, to wire bytes. */
#include "interpret.h"

#include "options_walk.h"
#include "support/buf.h"

struct interpretation {
	struct interpreter in;
	const struct pb_message *messages[OPTIONS_N_KINDS]; /* found once per file */
};

static enum scute_status interpret(void *user, const struct optioned *thing)
{
	struct interpretation *all = user;
	struct interpreter *in = &all->in;
	struct pb_options *options = thing->options;
	enum scute_status status = SCUTE_OK;
	struct buf out;

	if (!all->messages[thing->kind]) {
		all->messages[thing->kind] = options_message(in->linker, thing->kind);
	}
	const struct pb_message *message = all->messages[thing->kind];
	struct filling *root = message ? filling_create(in, message, true) : NULL;
	if (!root) {
		return link_memory(in->linker);
	}
	in->scope = thing->scope;
	for (uint32_t i = 0; i < options->n_items && status == SCUTE_OK; i++) {
		status = option_apply(in, options->items[i], root);
		if (in->linker->stored && status == SCUTE_EINVAL) {
			status = SCUTE_OK; /* it is in the text, and in no descriptor */
		}
	}
	buf_init_arena(&out, SIZE_MAX / 2, in->arena);
	if (status == SCUTE_OK) {
		status = filling_write(in, root, &out);
	}
	if (status == SCUTE_OK) {
		options->wire = buf_str(&out);
	}
	return status;
}

enum scute_status options_interpret(struct linker *linker)
{
	struct interpretation all = { .in = { .linker = linker, .arena = linker->arena } };

	/* A descriptor has the bytes already. */
	return linker->file->text.data ? options_walk(linker, interpret, &all) : SCUTE_OK;
}
