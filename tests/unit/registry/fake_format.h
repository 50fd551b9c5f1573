/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A schema format of one line: a family letter, a level digit, then anything ("a3 note").
 * Spaces mean nothing. A reader reads what a writer of its family and of no higher level
 * wrote. A text that begins with '!' is invalid, one with '?' exhausts the memory.
 */
#ifndef TEST_FAKE_FORMAT_H
#define TEST_FAKE_FORMAT_H

#include "scute/format.h"

extern const struct scute_format fake_format;

/* The same under another type name, without identity(). */
extern const struct scute_format fake_plain_format;

/* How many references the last parse was given. */
extern size_t fake_format_references;

/* How often it was called. */
extern size_t fake_format_parses;

#endif
