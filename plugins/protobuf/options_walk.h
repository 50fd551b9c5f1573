/* SPDX-License-Identifier: Apache-2.0 */
/* The options of everything in a file, one after the other. */
#ifndef PROTOBUF_OPTIONS_WALK_H
#define PROTOBUF_OPTIONS_WALK_H

#include "linker.h"

/* What the options are of; the numbers are those of FieldOptions.OptionTargetType. */
enum options_kind {
	OPTIONS_FILE = 1,
	OPTIONS_RANGE,
	OPTIONS_MESSAGE,
	OPTIONS_FIELD,
	OPTIONS_ONEOF,
	OPTIONS_ENUM,
	OPTIONS_VALUE,
	OPTIONS_SERVICE,
	OPTIONS_METHOD,
};

#define OPTIONS_N_KINDS (OPTIONS_METHOD + 1)

/* One thing that has options. */
struct optioned {
	enum options_kind kind;
	struct pb_options *options;
	struct pb_node **first; /* the list that its statements stand in; NULL: brackets only */
	int32_t scope;          /* in the pool, in which names in its options begin */
};

typedef enum scute_status options_visit(void *user, const struct optioned *thing);

/* Calls visit for everything that has options, wire or items. Stops at the first failure. */
enum scute_status options_walk(struct linker *linker, options_visit *visit, void *user);

/* The message that options of a kind are, of the pool or built in; NULL: out of memory. */
const struct pb_message *options_message(const struct linker *linker, enum options_kind kind);

#endif
