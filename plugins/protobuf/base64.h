/* SPDX-License-Identifier: Apache-2.0 */
/* Base64 (RFC 4648) as ProtoJSON has it for bytes. Any thread. */
#ifndef PROTOBUF_BASE64_H
#define PROTOBUF_BASE64_H

#include "support/buf.h"

/*
 * Reads the standard and the URL-safe alphabet, also mixed, with padding or without. out has
 * room for text.len / 4 * 3 + 3 bytes. False: a stray byte, wrong padding or length.
 */
bool base64_decode(struct scute_str text, uint8_t *out, size_t *ret_len);

/* Appends the standard alphabet with padding. */
bool base64_encode(struct buf *buf, const uint8_t *data, size_t len);

#endif
