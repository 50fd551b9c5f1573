/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Message indexes: which message of a file a payload holds. In front of the message stand, as
 * zig-zag varints, how many indexes there are and the indexes: the place of a message among those
 * of the file, then of one among those nested in it, and so on. The one index 0 is written as a
 * single byte 0.
 */
#ifndef PROTOBUF_FRAMING_H
#define PROTOBUF_FRAMING_H

#include "support/buf.h"

#include "model.h"

/* How a payload may be meant. */
struct framing_form {
	bool is_plain;   /* varints without zig-zag, as Karapace wrote and read them */
	bool counts_all; /* entries of maps and groups are nested messages, as in descriptors */
};

/* The forms, the most usual one first. */
#define FRAMING_FORMS 3
extern const struct framing_form framing_forms[FRAMING_FORMS];

/* What a payload is by one form. */
struct framing {
	const struct pb_message *message;
	struct scute_str bytes;
};

/* False: by this form the payload names no message of the file. */
bool framing_read(const struct pb_file *file, struct framing_form form, struct scute_str payload,
	struct framing *ret_framing);

/* Appends the indexes of a message of the file, in the first form. Not for entries of maps. */
void framing_write(const struct pb_message *message, struct buf *buf);

#endif
