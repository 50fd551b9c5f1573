/* SPDX-License-Identifier: Apache-2.0 */
/* Numbers as the literals that would have been written for them. */
#ifndef PROTOBUF_VALUE_TEXT_H
#define PROTOBUF_VALUE_TEXT_H

#include "model.h"

/* Sets kind, text, number, real and negative. SCUTE_OK or SCUTE_ENOMEM. */
enum scute_status value_of_integer(struct pb_value *value, uint64_t magnitude, bool negative,
	struct scute_arena *arena);
enum scute_status value_of_real(struct pb_value *value, double real, bool is_float,
	struct scute_arena *arena);

/*
 * As C++ protobuf prints it: the shorter of two precisions that reads back; inf, -inf, nan.
 * data NULL: out of memory.
 */
struct scute_str real_text(double real, bool is_float, struct scute_arena *arena);

#endif
