/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Answering a request, exactly once, on the loop thread; asserted. After any of the
 * reply calls the request must not be touched. Bodies are copied.
 */
#ifndef HTTP_REPLY_H
#define HTTP_REPLY_H

#include "http/request.h"

/* content_type: static; NULL: request->reply_type. No body is sent for HEAD, 204, 304. */
void reply_send(struct request *request, int status, const char *content_type, struct scute_str body);

/* {"error_code":code,"message":message}, the registry's error shape, in request->reply_type. */
void reply_error(struct request *request, int status, int code, struct scute_str message);
void reply_errorf(struct request *request, int status, int code, const char *format, ...)
	__attribute__((format(printf, 4, 5)));

/* Adds a header to the coming reply. name: static; value: copied into the arena. CR/LF are refused. */
void reply_add_header(struct request *request, const char *name, struct scute_str value);

/* The reason phrase of a status; "Unknown" for those we never send. */
const char *reply_reason(int status);

#endif
