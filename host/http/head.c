/* SPDX-License-Identifier: Apache-2.0 */
/* Reading a request's head with llhttp, strictly, in one piece. */
#include "http/head.h"

#include <assert.h>
#include <llhttp.h>
#include <strings.h>

#include "support/str.h"

enum { IS_TOKEN = 1, IS_TEXT = 2, IS_TARGET = 4, IS_HOST = 8 };

#define TTX (IS_TOKEN | IS_TEXT | IS_TARGET)
#define TXT (IS_TEXT | IS_TARGET)
#define TTH (TTX | IS_HOST)
#define TXH (TXT | IS_HOST)

/* From 0x80 on only a field value may hold the byte. Host: unreserved, sub-delims, ":[]%". */
static const unsigned char classes[256] = {
	['\t'] = IS_TEXT,
	[' '] = IS_TEXT,
	['!'] = TTH, ['"'] = TXT, ['#'] = IS_TOKEN | IS_TEXT, ['$' ... '\''] = TTH,
	['(' ... ')'] = TXH, ['*' ... '+'] = TTH, [','] = TXH, ['-' ... '.'] = TTH, ['/'] = TXT,
	['0' ... '9'] = TTH, [':' ... ';'] = TXH, ['<'] = TXT, ['='] = TXH, ['>' ... '@'] = TXT,
	['A' ... 'Z'] = TTH, ['['] = TXH, ['\\'] = TXT, [']'] = TXH, ['^'] = TTX, ['_'] = TTH,
	['`'] = TTX, ['a' ... 'z'] = TTH, ['{'] = TXT, ['|'] = TTX, ['}'] = TXT, ['~'] = TTH,
	[0x80 ... 0xff] = IS_TEXT,
};

static bool is_class(char c, unsigned class)
{
	return (classes[(unsigned char)c] & class) != 0;
}

bool head_is_token(char c)
{
	return is_class(c, IS_TOKEN);
}

bool head_is_text(char c)
{
	return is_class(c, IS_TEXT);
}

static bool all_of(struct scute_str text, unsigned class)
{
	unsigned all = class;

	for (size_t i = 0; i < text.len; i++) {
		all &= classes[(unsigned char)text.data[i]];
	}
	return all != 0;
}

enum head_scan head_scan(const char *data, size_t len, size_t *line, size_t *at, size_t *line_bytes,
	size_t *ret_len)
{
	const char *lf;

	assert(*line <= *at && *at <= len);
	while ((lf = memchr(data + *at, '\n', len - *at)) != NULL) {
		size_t end = (size_t)(lf - data);

		if (end == *line || lf[-1] != '\r') {
			*at = end;
			return HEAD_SCAN_BARE_LF;
		}
		if (*line_bytes == 0) {
			*line_bytes = end - 1 - *line;
		} else if (end - *line == 1) {
			*ret_len = end + 1;
			return HEAD_SCAN_COMPLETE;
		}
		*line = *at = end + 1;
	}
	*at = len;
	return HEAD_SCAN_MORE;
}

/* What llhttp's callbacks need; it lives on the stack of head_parse. */
struct reading {
	struct request *request;
	struct request_header *headers;
	struct head *head;
	bool complete;
	unsigned n_host;
	unsigned n_length;
	unsigned n_coding;
	unsigned n_id;
};

static int refuse(struct head *head, int status, const char *message)
{
	if (head->status == 0) {
		head->status = status;
		head->message = message;
	}
	return -1;
}

static void extend(struct scute_str *slice, const char *at, size_t len)
{
	if (slice->data == NULL) {
		slice->data = at;
	}
	slice->len = (size_t)(at + len - slice->data);
}

static int on_header_field(llhttp_t *parser, const char *at, size_t len)
{
	struct reading *reading = parser->data;
	struct request *request = reading->request;

	if (request->n_headers == REQUEST_HEADERS_MAX) {
		return refuse(reading->head, 431, "HTTP 431 Too many request headers");
	}
	extend(&reading->headers[request->n_headers].name, at, len);
	return 0;
}

static int on_header_value(llhttp_t *parser, const char *at, size_t len)
{
	struct reading *reading = parser->data;

	if (reading->request->n_headers == REQUEST_HEADERS_MAX) {
		return refuse(reading->head, 431, "HTTP 431 Too many request headers");
	}
	extend(&reading->headers[reading->request->n_headers].value, at, len);
	return 0;
}

static bool name_is(struct scute_str name, const char *lower, size_t len)
{
	return name.len == len && strncasecmp(name.data, lower, len) == 0;
}

#define NAME_IS(name, literal) name_is((name), (literal), sizeof(literal) - 1)

static int see_host(struct reading *reading, struct scute_str value)
{
	if (++reading->n_host > 1) {
		return refuse(reading->head, 400, "HTTP 400 More than one Host");
	}
	return all_of(value, IS_HOST) ? 0 : refuse(reading->head, 400, "HTTP 400 Invalid Host");
}

static int see_length(struct reading *reading, struct scute_str value)
{
	struct head *head = reading->head;
	uint64_t length = 0;

	if (++reading->n_length > 1 || value.len == 0) {
		return refuse(head, 400, "HTTP 400 Invalid Content-Length");
	}
	for (size_t i = 0; i < value.len; i++) {
		unsigned digit = (unsigned)(unsigned char)value.data[i] - '0';
		if (digit > 9) {
			return refuse(head, 400, "HTTP 400 Invalid Content-Length");
		}
		length = length > (UINT64_MAX - digit) / 10 ? UINT64_MAX : length * 10 + digit;
	}
	head->has_length = true;
	head->length = length;
	return 0;
}

static int see_coding(struct reading *reading, struct scute_str value)
{
	if (++reading->n_coding > 1 || !NAME_IS(value, "chunked")) {
		return refuse(reading->head, 400, "HTTP 400 Unsupported Transfer-Encoding");
	}
	reading->head->chunked = true;
	return 0;
}

static void see_expect(struct reading *reading, struct scute_str value)
{
	struct head *head = reading->head;
	bool first = head->expect == HEAD_EXPECT_NOTHING;

	head->expect = first && NAME_IS(value, "100-continue") ? HEAD_EXPECT_CONTINUE
							       : HEAD_EXPECT_OTHER;
}

static void see_id(struct reading *reading, struct scute_str value)
{
	reading->head->id = ++reading->n_id == 1 ? value : (struct scute_str){ NULL, 0 };
}

static int see_header(struct reading *reading, const struct request_header *header)
{
	struct scute_str name = header->name;

	switch (name.len) {
	case 4:
		return NAME_IS(name, "host") ? see_host(reading, header->value) : 0;
	case 6:
		if (NAME_IS(name, "expect")) {
			see_expect(reading, header->value);
		}
		return 0;
	case 12:
		if (NAME_IS(name, "x-request-id")) {
			see_id(reading, header->value);
		}
		return 0;
	case 14:
		return NAME_IS(name, "content-length") ? see_length(reading, header->value) : 0;
	case 17:
		return NAME_IS(name, "transfer-encoding") ? see_coding(reading, header->value) : 0;
	default:
		return 0;
	}
}

static int on_header_value_complete(llhttp_t *parser)
{
	struct reading *reading = parser->data;
	struct request *request = reading->request;
	struct request_header *header = &reading->headers[request->n_headers];

	header->value = str_trim(header->value);
	if (header->name.len == 0 || !all_of(header->name, IS_TOKEN)) {
		return refuse(reading->head, 400, "HTTP 400 Invalid header name");
	}
	if (!all_of(header->value, IS_TEXT)) {
		return refuse(reading->head, 400, "HTTP 400 Invalid header value");
	}
	if (see_header(reading, header) != 0) {
		return -1;
	}
	request->n_headers++;
	if (request->n_headers < REQUEST_HEADERS_MAX) {
		reading->headers[request->n_headers] =
			(struct request_header){ { NULL, 0 }, { NULL, 0 } };
	}
	return 0;
}

static int on_headers_complete(llhttp_t *parser)
{
	struct reading *reading = parser->data;

	reading->complete = true;
	reading->head->keep_alive = llhttp_should_keep_alive(parser) != 0;
	return 1; /* the body is not llhttp's */
}

static const llhttp_settings_t settings = {
	.on_header_field = on_header_field,
	.on_header_value = on_header_value,
	.on_header_value_complete = on_header_value_complete,
	.on_headers_complete = on_headers_complete,
};

/* Method, target and version, each followed by exactly one separator. */
static bool split_request_line(struct request *request, struct scute_str text, struct head *head)
{
	const char *end = memchr(text.data, '\r', text.len);
	const char *space = memchr(text.data, ' ', text.len);
	const char *target;

	if (end == NULL || space == NULL || space > end) {
		return false;
	}
	request->method = (struct scute_str){ text.data, (size_t)(space - text.data) };
	target = space + 1;
	space = memchr(target, ' ', (size_t)(end - target));
	if (space == NULL) {
		return false;
	}
	request->target = (struct scute_str){ target, (size_t)(space - target) };
	if (request->method.len == 0 || request->target.len == 0 ||
		!all_of(request->method, IS_TOKEN) || !all_of(request->target, IS_TARGET)) {
		return false;
	}
	if (str_eq(request->method, SCUTE_STR("PRI"))) {
		return false; /* the preface of HTTP/2 */
	}
	if (end - space != 9 || memcmp(space, " HTTP/", 6) != 0 || space[7] != '.' ||
		space[6] < '0' || space[6] > '9' || space[8] < '0' || space[8] > '9') {
		return false;
	}
	if (space[6] != '1' || space[8] > '1') {
		refuse(head, 505, "HTTP 505 HTTP Version Not Supported");
		return false;
	}
	head->http10 = space[8] == '0';
	return true;
}

/* No line starts with white space: that would be obsolete folding. */
static bool has_folding(struct scute_str text)
{
	const char *at = text.data;
	const char *end = text.data + text.len;

	while ((at = memchr(at, '\n', (size_t)(end - at))) != NULL && ++at < end) {
		if (*at == ' ' || *at == '\t') {
			return true;
		}
	}
	return false;
}

/* A CR that no LF follows hides a line's end from somebody. */
static bool has_bare_cr(struct scute_str text)
{
	const char *at = text.data;
	const char *end = text.data + text.len;

	while ((at = memchr(at, '\r', (size_t)(end - at))) != NULL) {
		if (++at == end || *at != '\n') {
			return true;
		}
	}
	return false;
}

/* Origin-form, absolute-form (its path is taken), or "*" for OPTIONS. */
static bool split_target(struct request *request)
{
	struct scute_str rest = request->target;
	const char *mark;

	if (str_eq(rest, SCUTE_STR("*"))) {
		request->path = rest;
		return str_eq(request->method, SCUTE_STR("OPTIONS"));
	}
	if (rest.data[0] != '/') {
		size_t scheme = rest.len > 7 && strncasecmp(rest.data, "http://", 7) == 0 ? 7
			: rest.len > 8 && strncasecmp(rest.data, "https://", 8) == 0      ? 8
											 : 0;
		if (scheme == 0) {
			return false;
		}
		rest.data += scheme;
		rest.len -= scheme;
		while (rest.len > 0 && *rest.data != '/' && *rest.data != '?') {
			rest.data++;
			rest.len--;
		}
	}
	mark = rest.len > 0 ? memchr(rest.data, '?', rest.len) : NULL;
	request->path = rest;
	if (mark != NULL) {
		request->path.len = (size_t)(mark - rest.data);
		request->query = (struct scute_str){ mark + 1, rest.len - request->path.len - 1 };
	}
	if (request->path.len == 0) {
		request->path = SCUTE_STR("/");
	}
	return true;
}

static bool check_framing(const struct reading *reading, struct head *head)
{
	if (head->chunked && (head->has_length || head->http10)) {
		refuse(head, 400,
			"HTTP 400 Transfer-Encoding beside Content-Length, or in HTTP/1.0");
	} else if (reading->n_host == 0 && !head->http10) {
		refuse(head, 400, "HTTP 400 Missing Host");
	}
	return head->status == 0;
}

/*
 * Which methods there are is for the router to say, not for the version of llhttp: one that it
 * does not know is read as if it were GET.
 */
static llhttp_errno_t read_fields(llhttp_t *parser, struct reading *reading, struct scute_str text)
{
	size_t method_len = reading->request->method.len;
	llhttp_errno_t code;

	llhttp_init(parser, HTTP_REQUEST, &settings);
	parser->data = reading;
	code = llhttp_execute(parser, text.data, text.len);
	if (code == HPE_INVALID_METHOD) {
		llhttp_init(parser, HTTP_REQUEST, &settings);
		parser->data = reading;
		code = llhttp_execute(parser, "GET", 3);
		if (code == HPE_OK) {
			code = llhttp_execute(parser, text.data + method_len, text.len - method_len);
		}
	}
	return code;
}

bool head_parse(struct request *request, struct scute_str text, struct request_header *headers,
	struct head *ret_head)
{
	struct reading reading = { .request = request, .headers = headers, .head = ret_head };
	llhttp_t parser;
	llhttp_errno_t code;

	*ret_head = (struct head){ .status = 0 };
	request->headers = headers;
	request->n_headers = 0;
	headers[0] = (struct request_header){ { NULL, 0 }, { NULL, 0 } };
	if (!split_request_line(request, text, ret_head)) {
		refuse(ret_head, 400, "HTTP 400 Malformed request line");
		return false;
	}
	if (str_eq(request->method, SCUTE_STR("CONNECT"))) {
		refuse(ret_head, 501, "HTTP 501 Not Implemented");
		return false;
	}
	if (!split_target(request)) {
		refuse(ret_head, 400, "HTTP 400 Malformed request target");
		return false;
	}
	if (has_folding(text) || has_bare_cr(text)) {
		refuse(ret_head, 400, "HTTP 400 Malformed header line");
		return false;
	}
	code = read_fields(&parser, &reading, text);
	if (ret_head->status != 0) {
		return false;
	}
	/* An offer to upgrade is ignored, as it may be; so is what follows it. */
	if (!reading.complete || (code != HPE_OK && code != HPE_PAUSED_UPGRADE)) {
		refuse(ret_head, 400, "HTTP 400 Malformed request");
		return false;
	}
	return check_framing(&reading, ret_head);
}
