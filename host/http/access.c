/* SPDX-License-Identifier: Apache-2.0 */
/* The access log: one line a request, with nothing in it that a client could forge a line with. */
#include <stdio.h>

#include "http/conn.h"
#include "log.h"
#include "support/str.h"

#define TARGET_BYTES 1024
#define AGENT_BYTES 256

/* Visible ASCII stays, the rest becomes \xNN; what does not fit is cut. "-" when empty. */
static const char *escape(struct scute_str text, char *out, size_t room)
{
	size_t at = 0;

	if (text.len == 0) {
		return "-";
	}
	for (size_t i = 0; i < text.len && at + 5 <= room; i++) {
		unsigned char c = (unsigned char)text.data[i];
		if (c >= ' ' && c <= '~' && c != '"' && c != '\\') {
			out[at++] = (char)c;
		} else {
			at += (size_t)snprintf(out + at, room - at, "\\x%02x", c);
		}
	}
	out[at] = '\0';
	return out;
}

void access_log(const struct request *request, int status, size_t body_bytes, uint64_t now_ms)
{
	char target[TARGET_BYTES];
	char agent[AGENT_BYTES];
	char method[32];
	char id[160];
	struct scute_str sent_agent = { NULL, 0 };

	request_header(request, "User-Agent", &sent_agent);
	log_info("access", "%.*s \"%s %s\" %d %zu %llu ms \"%s\" %s", STR_ARGS(request->peer),
		escape(request->method, method, sizeof(method)),
		escape(request->target, target, sizeof(target)), status, body_bytes,
		(unsigned long long)(now_ms - request->started_ms),
		escape(sent_agent, agent, sizeof(agent)), escape(request->id, id, sizeof(id)));
}
