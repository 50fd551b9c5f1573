/* SPDX-License-Identifier: Apache-2.0 */
/* Content negotiation by RFC 9110 section 12.5.1, over the short lists of struct media. */
#ifndef HTTP_MEDIA_H
#define HTTP_MEDIA_H

#include "http/router.h"

/*
 * The type of produces that the Accept value likes best; ties go to the earlier one.
 * NULL: none is acceptable. An empty value or "*" takes anything.
 */
const char *media_choose(const char *const *produces, struct scute_str accept);

/* Whether a Content-Type value names one of consumes (NULL: anything), parameters aside. */
bool media_accepts(const char *const *consumes, struct scute_str content_type);

#endif
