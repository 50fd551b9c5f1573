/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Fuzzes an HTTP connection: whatever a client sends, it gets replies or an end, in time, and
 * no request of it stays behind; and it gets the same replies however its bytes are cut.
 * The input's first byte says into what pieces.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fuzz.h"
#include "log.h"
#include "loop.h"
#include "metrics.h"
#include "world.h"

#define STATUSES_MAX 512

#define H "Host: x\r\n"
#define GET(path) "GET " path " HTTP/1.1\r\n" H "\r\n"

#define A70 "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"

static const char *const seeds[] = {
	/* A request line of just the length that is allowed, cut before its line feed. */
	"\x06" GET("/names/" A70 A70 A70 A70),
	"\x07" GET("/small"),
	"\x01" GET("/small") GET("/big") GET("/small"),
	"\x03" GET("/small") GET("/later") GET("/big") GET("/release"),
	"\x05" "POST /echo HTTP/1.1\r\n" H "Content-Length: 5\r\n\r\nhello" GET("/small"),
	"\x09" "POST /echo HTTP/1.1\r\n" H
	"Transfer-Encoding: chunked\r\n\r\n5;a=b\r\nhello\r\n0\r\nT: x\r\n\r\n",
	"\x20" "POST /echo HTTP/1.1\r\n" H "Expect: 100-continue\r\nContent-Length: 2\r\n\r\nab",
	"\x40" "GET http://x/names/%41?a=b HTTP/1.0\r\nConnection: keep-alive\r\n\r\n",
	"\x02" GET("/later") GET("/release") "OPTIONS * HTTP/1.1\r\n"
	H "\r\nHEAD /small HTTP/1.1\r\n" H "\r\n",
	"\x80" "GET /small HTTP/1.1\r\n" H
	"Accept: a/b;q=0.3, */*;q=0.1\r\nX-Request-ID: 1\r\nConnection: upgrade\r\nUpgrade: x\r\n\r\n",
	NULL,
};

static const char *const words[] = { "\r\n", "\n", "\r", " ", ":", "\t", "%00", "%2f", "%", "?",
	"/", "//",
	"\x80", "\x7f", "Content-Length: 3\r\n", "Content-Length: 99999999999999999999\r\n",
	"Content-Length: -1\r\n", "Transfer-Encoding: chunked\r\n", "Transfer-Encoding: gzip\r\n",
	"0\r\n\r\n", "ffffffff\r\n", "ffffffffffffffffff\r\n", "HTTP/1.1", "HTTP/1.0", "HTTP/2.0",
	"Connection: close\r\n", "Connection: keep-alive\r\n", "Expect: 100-continue\r\n",
	"Host: y\r\n",
	"A: aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\r\n",
	"/aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
	"HEAD", "POST",
	"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", "TRACE", "OPTIONS", "Accept: text/html\r\n", "*", "#",
	GET("/small"), GET("/later"), GET("/release"), GET("/names/x"), NULL };

/* The server looks at its deadlines twice a second: too seldom for thousands of inputs. */
struct loop_timer *__real_loop_timer_start(struct loop *loop, uint64_t after_ms, uint64_t repeat_ms,
	void (*call)(void *user), void *user);
struct loop_timer *__wrap_loop_timer_start(struct loop *loop, uint64_t after_ms, uint64_t repeat_ms,
	void (*call)(void *user), void *user);

struct loop_timer *__wrap_loop_timer_start(struct loop *loop, uint64_t after_ms, uint64_t repeat_ms,
	void (*call)(void *user), void *user)
{
	bool is_sweep = repeat_ms == SWEEP_MS;

	return __real_loop_timer_start(loop, is_sweep ? 3 : after_ms, is_sweep ? 3 : repeat_ms,
		call, user);
}

static struct world patient;   /* no deadline interferes, so that replies can be compared */
static struct world impatient; /* what is never answered is cancelled at once */

/* The numbers of the replies, as far as bodies of the client's do not fake some. */
struct statuses {
	unsigned short codes[STATUSES_MAX];
	size_t n;
};

static void read_statuses(const struct world *world, struct statuses *statuses)
{
	static const char mark[] = "HTTP/1.1 ";
	const char *at = world->output.data;
	const char *end = at + world->output.len;

	statuses->n = 0;
	while (at && end - at >= 12) {
		at = memmem(at, (size_t)(end - at), mark, 9);
		if (!at || end - at < 12) {
			break;
		}
		at += 9;
		if (statuses->n < STATUSES_MAX) {
			char digits[4] = { at[0], at[1], at[2], '\0' };
			statuses->codes[statuses->n++] = (unsigned short)atoi(digits);
		}
	}
}

static void exchange(struct world *world, const char *data, size_t len, size_t step,
	struct statuses *statuses)
{
	MUST(world_connect(world));
	world->half_close = true;
	buf_reset(&world->output);
	world_exchange(world, data, len, step, 0);
	MUST(world->ended && !world->timed_out);
	MUST(!world->output.failed);
	if (world->output.len > 0) {
		MUST(world->output.len > 12 && memcmp(world->output.data, "HTTP/1.1 ", 9) == 0);
	}
	read_statuses(world, statuses);
	world_disconnect(world);
	MUST(server_connections(world->server) == 0 && metrics.http_connections == 0);
}

static void compare(const struct statuses *whole, const struct statuses *cut)
{
	bool same = whole->n == cut->n;

	for (size_t i = 0; same && i < whole->n; i++) {
		same = whole->codes[i] == cut->codes[i];
		if (!same) {
			fprintf(stderr, "reply %zu is a %u in one piece, a %u in many\n", i,
				whole->codes[i], cut->codes[i]);
		}
	}
	MUST(same);
}

/* Whether a request of that kind may be in it, however it is written. */
static bool may_wait(const char *data, size_t len)
{
	return memmem(data, len, "later", 5) || memchr(data, '%', len);
}

static void start(struct world *world, uint64_t request_timeout_ms)
{
	struct server_options options = server_options_default();

	options.body_bytes_max = 2000;
	options.header_bytes_max = 3000;
	options.request_line_bytes_max = 300;
	options.pipeline_max = 3;
	options.request_timeout_ms = request_timeout_ms;
	MUST(world_init(world, &options));
}

static void begin(void)
{
	log_setup(LOG_ERROR, LOG_TO_NOWHERE, NULL, NULL);
	start(&patient, 5000);
	/* A full queue is not read from: that its client left shows only when its time is up. */
	start(&impatient, 1);
}

static bool one(const char *data, size_t len)
{
	struct statuses whole;
	struct statuses cut;

	if (len < 2) {
		return false;
	}
	size_t step = 1 + (unsigned char)data[0];
	if (may_wait(data + 1, len - 1)) {
		exchange(&impatient, data + 1, len - 1, step, &cut);
	} else {
		exchange(&patient, data + 1, len - 1, len, &whole);
		exchange(&patient, data + 1, len - 1, step, &cut);
		compare(&whole, &cut);
	}
	for (size_t i = 0; i < cut.n; i++) {
		MUST(i > 0 || (cut.codes[i] >= 100 && cut.codes[i] < 600));
		if (cut.codes[i] == 200) {
			return true;
		}
	}
	return false;
}

static void end(void)
{
	world_finish(&patient);
	world_finish(&impatient);
}

const struct fuzz_target fuzz_target = {
	.seeds = seeds,
	.words = words,
	.rounds = 1500,
	.begin = begin,
	.one = one,
	.end = end,
};
