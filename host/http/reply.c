/* SPDX-License-Identifier: Apache-2.0 */
/* Writing replies: status line, headers, body, in one piece of the connection's output. */
#include "http/reply.h"

#include <assert.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "http/conn.h"
#include "http/head.h"
#include "metrics.h"
#include "support/json_out.h"
#include "support/str.h"

#define HEAD_BYTES 512 /* more than our fixed headers ever take */
#define MESSAGE_BYTES_MAX ((size_t)4 * 1024 * 1024)

struct reply_header {
	struct reply_header *next;
	const char *name;
	struct scute_str value;
};

static const struct reason {
	int status;
	const char *text;
} reasons[] = {
	{ 200, "OK" },
	{ 201, "Created" },
	{ 202, "Accepted" },
	{ 204, "No Content" },
	{ 301, "Moved Permanently" },
	{ 302, "Found" },
	{ 304, "Not Modified" },
	{ 307, "Temporary Redirect" },
	{ 308, "Permanent Redirect" },
	{ 400, "Bad Request" },
	{ 401, "Unauthorized" },
	{ 403, "Forbidden" },
	{ 404, "Not Found" },
	{ 405, "Method Not Allowed" },
	{ 406, "Not Acceptable" },
	{ 408, "Request Timeout" },
	{ 409, "Conflict" },
	{ 410, "Gone" },
	{ 411, "Length Required" },
	{ 412, "Precondition Failed" },
	{ 413, "Content Too Large" },
	{ 414, "URI Too Long" },
	{ 415, "Unsupported Media Type" },
	{ 417, "Expectation Failed" },
	{ 422, "Unprocessable Content" },
	{ 423, "Locked" },
	{ 429, "Too Many Requests" },
	{ 431, "Request Header Fields Too Large" },
	{ 500, "Internal Server Error" },
	{ 501, "Not Implemented" },
	{ 502, "Bad Gateway" },
	{ 503, "Service Unavailable" },
	{ 504, "Gateway Timeout" },
	{ 505, "HTTP Version Not Supported" },
	{ 507, "Insufficient Storage" },
};

const char *reply_reason(int status)
{
	for (size_t i = 0; i < sizeof(reasons) / sizeof(reasons[0]); i++) {
		if (reasons[i].status == status) {
			return reasons[i].text;
		}
	}
	return "Unknown";
}

static char *put(char *at, const char *data, size_t len)
{
	if (len > 0) {
		memcpy(at, data, len);
	}
	return at + len;
}

#define PUT(at, literal) put((at), (literal), sizeof(literal) - 1)

static char *put_z(char *at, const char *text)
{
	return put(at, text, strlen(text));
}

static char *put_number(char *at, size_t number)
{
	char digits[20];
	size_t n = 0;

	do {
		digits[sizeof(digits) - ++n] = (char)('0' + number % 10);
		number /= 10;
	} while (number > 0);
	return put(at, digits + sizeof(digits) - n, n);
}

static char *put_status(char *at, int status)
{
	if (status == 200) {
		return PUT(at, "HTTP/1.1 200 OK\r\n");
	}
	at = PUT(at, "HTTP/1.1 ");
	at = put_number(at, (size_t)status);
	at = PUT(at, " ");
	at = put_z(at, reply_reason(status));
	return PUT(at, "\r\n");
}

static char *put_connection(char *at, const struct slot *slot)
{
	if (slot->close) {
		return PUT(at, "Connection: close\r\n");
	}
	return slot->http10 ? PUT(at, "Connection: keep-alive\r\n") : at;
}

static char *put_added(char *at, const struct slot *slot)
{
	for (const struct reply_header *h = slot->request.reply_headers; h != NULL; h = h->next) {
		at = put_z(at, h->name);
		at = PUT(at, ": ");
		at = put(at, h->value.data, h->value.len);
		at = PUT(at, "\r\n");
	}
	return at;
}

static size_t added_bytes(const struct slot *slot)
{
	size_t bytes = 0;

	for (const struct reply_header *h = slot->request.reply_headers; h != NULL; h = h->next) {
		bytes += strlen(h->name) + h->value.len + 4;
	}
	return bytes;
}

#define NO_STORE "Cache-Control: no-cache, no-store, must-revalidate\r\nX-XSS-Protection: 1; mode=block\r\n"

static bool has_added(const struct slot *slot, const char *name)
{
	for (const struct reply_header *h = slot->request.reply_headers; h != NULL; h = h->next) {
		if (strcmp(h->name, name) == 0) {
			return true;
		}
	}
	return false;
}

static char *put_length(char *at, const struct slot *slot, size_t body_bytes)
{
	if (body_bytes != REPLY_LENGTH_UNKNOWN) {
		at = PUT(at, "Content-Length: ");
		at = put_number(at, body_bytes);
		return PUT(at, "\r\n");
	}
	return slot->chunked ? PUT(at, "Transfer-Encoding: chunked\r\n") : at;
}

struct buf *reply_head(struct slot *slot, int status, const char *type, size_t body_bytes,
	size_t room_bytes)
{
	const struct server *server = slot->server;
	const struct request *request = &slot->request;
	struct buf *out = conn_output(request->conn, slot);
	bool bodiless = status == 204 || status == 304;
	size_t type_len = strlen(type);
	size_t room = HEAD_BYTES + type_len + request->id.len + server->cors.len +
		added_bytes(slot);
	char *start = buf_reserve(out, room + room_bytes);
	char *at;

	if (start == NULL) {
		return NULL;
	}
	at = put_status(start, status);
	at = put(at, server->date, DATE_BYTES);
	if (body_bytes > 0 && !bodiless) {
		at = PUT(at, "Content-Type: ");
		at = put(at, type, type_len);
		at = PUT(at, "\r\n");
	}
	if (!bodiless) {
		at = put_length(at, slot, body_bytes);
	}
	at = PUT(at, "X-Request-ID: ");
	at = put(at, request->id.data, request->id.len);
	at = PUT(at, "\r\n");
	at = put_connection(at, slot);
	at = put_added(at, slot);
	if (server->options.no_store && !has_added(slot, "Cache-Control")) {
		at = PUT(at, NO_STORE);
	}
	at = put(at, server->cors.data, server->cors.len);
	at = PUT(at, "\r\n");
	assert((size_t)(at - start) <= room);
	out->len += (size_t)(at - start);
	return out;
}

static bool write_reply(struct slot *slot, int status, const char *type, struct scute_str body)
{
	bool has_body = status != 204 && status != 304 && !slot->is_head;
	struct buf *out = body.len <= REPLY_BYTES_MAX
		? reply_head(slot, status, type, body.len, has_body ? body.len : 0)
		: NULL;

	return out != NULL && (!has_body || buf_append_str(out, body));
}

static void count(int status)
{
	metrics.http_requests_total++;
	if (status >= 500) {
		metrics.http_server_errors_total++;
	} else if (status >= 400) {
		metrics.http_client_errors_total++;
	}
}

/* A reply that nobody waits for any more: the handler has let go of the request. */
static void drop_late_reply(struct slot *slot)
{
	struct server *server = slot->server;
	struct request *next = slot->request.next;

	slot->orphan = false;
	if (slot->request.conn != NULL) {
		return; /* still queued with the reply that was given in the handler's place */
	}
	if (slot->prev != NULL) {
		slot->prev->request.next = next;
	} else {
		server->orphans = next != NULL ? slot_of(next) : NULL;
	}
	if (next != NULL) {
		slot_of(next)->prev = slot->prev;
	}
	slot_free(slot);
}

bool reply_is_late(struct slot *slot)
{
	if (!slot->orphan || (slot->request.conn != NULL && !slot->request.replied)) {
		return false;
	}
	drop_late_reply(slot);
	return true;
}

void reply_over(struct slot *slot, int status, size_t body_bytes)
{
	struct request *request = &slot->request;

	request->replied = true;
	count(status);
	if (slot->server->options.access_log) {
		access_log(request, status, body_bytes, loop_now_ms(slot->server->loop));
	}
	conn_replied(request->conn, slot);
}

void reply_send(struct request *request, int status, const char *content_type,
	struct scute_str body)
{
	struct slot *slot = slot_of(request);
	struct conn *conn = request->conn;

	assert(status >= 200 && status <= 599);
	if (reply_is_late(slot)) {
		return;
	}
	assert(!request->replied && !slot->streaming && conn != NULL);
	if (slot->reply_failed) {
		slot->reply_failed = false;
		request->reply_headers = NULL;
		status = 503;
		content_type = NULL;
		body = SCUTE_STR("{\"error_code\":503,\"message\":\"HTTP 503 Out of memory\"}");
	}
	request->cancelled = NULL;
	content_type = content_type != NULL ? content_type : request->reply_type;
	if (!write_reply(slot, status, content_type, body)) {
		conn->doomed = true;
	}
	reply_over(slot, status, body.len);
}

void reply_error(struct request *request, int status, int code, struct scute_str message)
{
	struct buf buf;
	struct json_out out = json_out(&buf);
	char fallback[64];

	buf_init_arena(&buf, MESSAGE_BYTES_MAX, &request->arena.base);
	json_out_object(&out);
	json_out_key(&out, "error_code");
	json_out_i64(&out, code);
	json_out_key(&out, "message");
	json_out_str(&out, message);
	json_out_object_end(&out);
	if (!buf.failed) {
		reply_send(request, status, NULL, buf_str(&buf));
		return;
	}
	snprintf(fallback, sizeof(fallback), "{\"error_code\":%d,\"message\":\"HTTP %d\"}", code,
		status);
	reply_send(request, status, NULL, str_z(fallback));
}

void reply_errorf(struct request *request, int status, int code, const char *format, ...)
{
	va_list args;
	char *text = NULL;
	int len;

	va_start(args, format);
	len = vsnprintf(NULL, 0, format, args);
	va_end(args);
	assert(len >= 0);
	text = scute_alloc(&request->arena.base, (size_t)len + 1);
	if (text == NULL) {
		reply_error(request, status, code, str_z(reply_reason(status)));
		return;
	}
	va_start(args, format);
	vsnprintf(text, (size_t)len + 1, format, args);
	va_end(args);
	reply_error(request, status, code, (struct scute_str){ text, (size_t)len });
}

void reply_add_header(struct request *request, const char *name, struct scute_str value)
{
	struct reply_header **at = &request->reply_headers;
	struct reply_header *header;

	for (size_t i = 0; i < value.len; i++) {
		if (!head_is_text(value.data[i])) {
			return;
		}
	}
	header = scute_alloc(&request->arena.base, sizeof(*header));
	value = arena_copy(&request->arena.base, value);
	if (header == NULL || (value.data == NULL && value.len > 0)) {
		slot_of(request)->reply_failed = true;
		return;
	}
	*header = (struct reply_header){ .name = name, .value = value };
	while (*at != NULL) {
		at = &(*at)->next;
	}
	*at = header;
}
