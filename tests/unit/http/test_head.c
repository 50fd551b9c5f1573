/* SPDX-License-Identifier: Apache-2.0 */
/* Heads and bodies as the parsers see them; the same in one piece and byte by byte. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "http/body.h"
#include "http/head.h"
#include "support/str.h"

static struct request_header headers[REQUEST_HEADERS_MAX];

static int status_of(const char *text, size_t len)
{
	struct request request = { .n_headers = 0 };
	struct head head;

	if (head_parse(&request, (struct scute_str){ text, len }, headers, &head)) {
		assert_int_equal(head.status, 0);
		return 0;
	}
	assert_non_null(head.message);
	return head.status;
}

static void test_good_head(void **state)
{
	static const char text[] = "POST /a%20b?q=1?2 HTTP/1.1\r\nHost: h:1\r\nEmpty:\r\nOther: \t x y \t\r\n"
				   "CONTENT-length: 0017\r\nExpect: 100-Continue\r\nX-Request-ID: i\r\n\r\n";
	struct request request = { .n_headers = 0 };
	struct head head;

	(void)state;
	assert_true(head_parse(&request, SCUTE_STR(text), headers, &head));
	assert_true(str_eq_z(request.method, "POST"));
	assert_true(str_eq_z(request.target, "/a%20b?q=1?2"));
	assert_true(str_eq_z(request.path, "/a%20b"));
	assert_true(str_eq_z(request.query, "q=1?2"));
	assert_int_equal(request.n_headers, 6);
	assert_true(str_eq_z(request.headers[1].name, "Empty"));
	assert_int_equal(request.headers[1].value.len, 0);
	assert_true(str_eq_z(request.headers[2].value, "x y"));
	assert_true(head.has_length && head.length == 17 && !head.chunked && head.keep_alive);
	assert_int_equal(head.expect, HEAD_EXPECT_CONTINUE);
	assert_true(str_eq_z(head.id, "i"));
	assert_false(head.http10);
}

static void test_statuses(void **state)
{
	static const struct {
		const char *text;
		int status;
	} cases[] = {
		{ "GET / HTTP/1.1\r\nHost:\r\n\r\n", 0 },
		{ "GET / HTTP/1.0\r\n\r\n", 0 },
		{ "GET / HTTP/1.1\r\nHost: [::1]:80\r\n\r\n", 0 },
		{ "GET / HTTP/1.1\r\n\r\n", 400 },
		{ "GET / HTTP/1.1\r\nHost: a\r\nhost: a\r\n\r\n", 400 },
		{ "GET / HTTP/1.1\r\nHost : a\r\n\r\n", 400 },
		{ "GET / HTTP/1.1\r\nHost: a,b?\r\n\r\n", 400 },
		{ "FETCH / HTTP/1.1\r\nHost: a\r\n\r\n", 0 },
		{ "G / HTTP/1.1\r\nHost: a\r\n\r\n", 0 },
		{ "FETCH / HTTP/1.1\r\n\r\n", 400 },
		{ "FETCH / HTTP/1.1\r\nHost : a\r\n\r\n", 400 },
		{ "CONNECT a:1 HTTP/1.1\r\nHost: a\r\n\r\n", 501 },
		{ "GET / HTTP/3.0\r\nHost: a\r\n\r\n", 505 },
		{ "GET / HTTP/0.9\r\n\r\n", 505 },
		{ "PRI * HTTP/2.0\r\n\r\n", 400 },
		{ "GET / ICE/1.0\r\nHost: a\r\n\r\n", 400 },
		{ "SOURCE / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\nContent-Length: 1\r\n\r\n", 400 },
		{ "GET / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n", 400 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		assert_int_equal(status_of(cases[i].text, strlen(cases[i].text)), cases[i].status);
	}
	assert_int_equal(status_of("GET / HTTP/1.1\r\nHost: a\r\nA: \0\r\n\r\n", 32), 400);
}

/* No byte value in any place of a head may do harm, or hide a line's end. */
static void test_every_byte_everywhere(void **state)
{
	static const char good[] = "GET /a HTTP/1.1\r\nHost: x\r\nA: b\r\nContent-Length: 1\r\n\r\n";
	size_t len = sizeof(good) - 1;
	size_t accepted = 0;

	(void)state;
	for (size_t at = 0; at < len; at++) {
		for (int byte = 0; byte < 256; byte++) {
			/* Exactly as large as its content, so that ASan sees a read too far. */
			char *text = malloc(len);
			memcpy(text, good, len);
			text[at] = (char)byte;
			if (status_of(text, len) == 0) {
				bool same_end = (text[at] == '\r' || text[at] == '\n') == (good[at] == '\r' || good[at] == '\n');
				assert_true(same_end);
				assert_true(byte >= ' ' || byte == '\t' || byte == '\r' || byte == '\n');
				accepted++;
			}
			free(text);
		}
	}
	assert_in_range(accepted, len, 3000);
}

static void test_scan(void **state)
{
	static const char text[] = "GET / HTTP/1.1\r\nA: b\r\n\r\nbody";
	size_t line = 0;
	size_t at = 0;
	size_t line_bytes = 0;
	size_t head_len = 0;

	(void)state;
	for (size_t len = 1; len < 24; len++) {
		assert_int_equal(head_scan(text, len, &line, &at, &line_bytes, &head_len), HEAD_SCAN_MORE);
	}
	assert_int_equal(head_scan(text, 24, &line, &at, &line_bytes, &head_len), HEAD_SCAN_COMPLETE);
	assert_int_equal(head_len, 24);
	assert_int_equal(line_bytes, 14);
	line = at = line_bytes = 0;
	assert_int_equal(head_scan("GET /\n", 6, &line, &at, &line_bytes, &head_len), HEAD_SCAN_BARE_LF);
	line = at = line_bytes = 0;
	assert_int_equal(head_scan("\n", 1, &line, &at, &line_bytes, &head_len), HEAD_SCAN_BARE_LF);
}

/* Feeds step bytes at a time; the result, the content in *out and what was used. */
static enum body_result feed(const char *text, size_t step, size_t max, struct buf *out, size_t *ret_used)
{
	struct body body;
	enum body_result result = BODY_MORE;
	size_t len = strlen(text);
	size_t at = 0;

	buf_init(out, max);
	body_init_chunked(&body, 32);
	while (at < len && result == BODY_MORE) {
		size_t used = 0;
		result = body_read(&body, text + at, len - at < step ? len - at : step, out, &used);
		at += used;
	}
	*ret_used = at;
	return result;
}

static void test_chunks(void **state)
{
	static const struct {
		const char *text;
		enum body_result result;
		size_t used;
		const char *content;
	} cases[] = {
		{ "0\r\n\r\nGET", BODY_COMPLETE, 5, "" },
		{ "3\r\nabc\r\n0\r\n\r\nGET", BODY_COMPLETE, 13, "abc" },
		{ "003;x=\"y\"\r\nabc\r\n2\r\nde\r\n00\r\nA: b\r\nC:\r\n\r\n", BODY_COMPLETE, 39, "abcde" },
		{ "3\r\nab", BODY_MORE, 5, "ab" },
		{ "11\r\n", BODY_TOO_LARGE, 2, "" },
		{ "fffffffffffffffffffff\r\n", BODY_TOO_LARGE, 2, "" },
		{ "9\r\n123456789\r\n9\r\n", BODY_TOO_LARGE, 15, "123456789" },
		{ "0\r\nA: 0123456789012345678901234567890123456789\r\n\r\n", BODY_TRAILERS_TOO_LARGE, 36, "" },
		{ "\r\n", BODY_MALFORMED, 1, "" },
		{ "g", BODY_MALFORMED, 1, "" },
		{ "3 \r\n", BODY_MALFORMED, 2, "" },
		{ "3\n", BODY_MALFORMED, 2, "" },
		{ "3\r\r\n", BODY_MALFORMED, 3, "" },
		{ "3\r\nabcd", BODY_MALFORMED, 7, "abc" },
		{ "3\r\nabc\n", BODY_MALFORMED, 7, "abc" },
		{ "3;\n", BODY_MALFORMED, 3, "" },
		{ "0\r\n\n", BODY_MALFORMED, 4, "" },
		{ "0\r\nA b", BODY_MALFORMED, 5, "" },
		{ "0\r\n A: b", BODY_MALFORMED, 4, "" },
		{ "0\r\nA: b\nC", BODY_MALFORMED, 8, "" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		for (size_t step = 1; step < 64; step += step < 8 ? 1 : 9) {
			struct buf out;
			size_t used;
			assert_int_equal(feed(cases[i].text, step, 16, &out, &used), cases[i].result);
			assert_int_equal(used, cases[i].used);
			assert_true(str_eq_z(buf_str(&out), cases[i].content));
			buf_finish(&out);
		}
	}
}

static void test_fixed(void **state)
{
	struct body body;
	struct buf out;
	size_t used;

	(void)state;
	buf_init(&out, 4);
	body_init_fixed(&body, 4);
	assert_int_equal(body_read(&body, "ab", 2, &out, &used), BODY_MORE);
	assert_int_equal(body_read(&body, "cdef", 4, &out, &used), BODY_COMPLETE);
	assert_int_equal(used, 2);
	assert_int_equal(body_read(&body, "ef", 2, &out, &used), BODY_COMPLETE);
	assert_int_equal(used, 0);
	assert_true(str_eq_z(buf_str(&out), "abcd"));
	body_init_fixed(&body, 1);
	assert_int_equal(body_read(&body, "e", 1, &out, &used), BODY_TOO_LARGE);
	buf_finish(&out);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_good_head),
		cmocka_unit_test(test_statuses),
		cmocka_unit_test(test_every_byte_everywhere),
		cmocka_unit_test(test_scan),
		cmocka_unit_test(test_chunks),
		cmocka_unit_test(test_fixed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
