/* SPDX-License-Identifier: Apache-2.0 */
/* Options as they are written, each against its google.protobuf.*Options, to wire bytes. */
#include "interpret.h"

#include "options_walk.h"
#include "support/buf.h"

struct interpretation {
	struct interpreter in;
	const struct pb_message *messages[OPTIONS_N_KINDS]; /* found once per file */
};

/*
 * One that is wrong is in the text, and in no descriptor. Nobody reads why, and to tell where would
 * cost a walk through the text for each.
 */
static enum scute_status apply_stored(struct interpreter *in, struct pb_option *option,
	struct filling *root)
{
	struct scute_error *err = in->linker->err;
	enum scute_status status;

	in->linker->err = NULL;
	status = option_apply(in, option, root);
	in->linker->err = err;
	if (status == SCUTE_OK || status == SCUTE_EINVAL) {
		return SCUTE_OK;
	}
	return error_set(err, status, "out of memory for the options of the schema");
}

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
		status = in->linker->stored ? apply_stored(in, options->items[i], root) :
					      option_apply(in, options->items[i], root);
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
