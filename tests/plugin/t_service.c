/* SPDX-License-Identifier: Apache-2.0 */
/* A good service plugin that uses every service of the host, one route for each. */
#include "t_service.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "scute/plugin.h"
#include "support/buf.h"
#include "support/json_out.h"
#include "support/str.h"

#define POSTS 100
#define ANSWER_BYTES_MAX 65536

struct state {
	const struct scute_host *host;
	struct scute_self *self;
	struct scute_timer *ticks;
	pthread_t loop_thread;
	bool slow_drain;
	bool no_drain;
};

SCUTE_EXPORT struct t_service_seen t_service_seen;

#define seen t_service_seen

/* One request under way. */
struct work {
	struct state *state;
	struct scute_request *request;
	struct scute_timer *timer;
	struct scute_watch *watch;
	pthread_t thread;
	int pipe[2];
	int next;
	uint64_t result;
};

static void note_late(void)
{
	seen.after_fini += seen.fini > 0;
}

static void answer(const struct state *state, struct scute_request *request, int status,
	struct scute_str body)
{
	note_late();
	state->host->reply(request, status, "application/json", body);
}

static struct work *work_new(struct state *state, struct scute_request *request)
{
	struct work *work = calloc(1, sizeof(*work));

	note_late();
	if (!work) {
		answer(state, request, 500, SCUTE_STR("\"no memory\""));
		return NULL;
	}
	work->state = state;
	work->request = request;
	return work;
}

static void work_end(struct work *work, struct scute_str body)
{
	answer(work->state, work->request, 200, body);
	free(work);
}

/* GET /t/echo/{x}?q=..: everything that a request can be asked for */
static void handle_echo(void *user, struct scute_request *request)
{
	struct state *state = user;
	const struct scute_host *host = state->host;
	struct scute_str value;
	struct json_out json;
	struct buf out;

	buf_init_arena(&out, ANSWER_BYTES_MAX, host->request_arena(request));
	json = json_out(&out);
	json_out_object(&json);
	json_out_key(&json, "x");
	json_out_str(&json, host->request_param(request, "x"));
	json_out_key(&json, "no_param");
	json_out_str(&json, host->request_param(request, "y"));
	if (host->request_query(request, "q", &value)) {
		json_out_key(&json, "q");
		json_out_str(&json, value);
	}
	if (host->request_header(request, "x-test", &value)) {
		json_out_key(&json, "header");
		json_out_str(&json, value);
	}
	json_out_key(&json, "body");
	json_out_str(&json, host->request_body(request));
	json_out_object_end(&json);
	answer(state, request, out.failed ? 500 : 200, buf_str(&out));
}

/* GET /t/later: a timer; stopped when the client leaves */
static void later_fired(void *user)
{
	struct work *work = user;

	work->timer = NULL;
	work_end(work, SCUTE_STR("\"later\""));
}

static void later_cancelled(void *user)
{
	struct work *work = user;

	note_late();
	seen.cancelled++;
	work->state->host->timer_stop(work->state->self, work->timer);
	free(work);
}

static void handle_later(void *user, struct scute_request *request)
{
	struct state *state = user;
	struct work *work = work_new(state, request);
	struct scute_str delay = { NULL, 0 };
	int64_t delay_ms = 1;

	if (!work) {
		return;
	}
	if (state->host->request_query(request, "ms", &delay)) {
		(void)str_to_i64(delay, &delay_ms);
	}
	work->timer = state->host->timer_start(state->self, (uint64_t)delay_ms, 0, later_fired, work);
	state->host->request_on_cancel(request, later_cancelled, work);
}

/* GET /t/job: the worker pool */
static void job_work(void *user)
{
	struct work *work = user;

	seen.off_loop |= !pthread_equal(pthread_self(), work->state->loop_thread);
	for (uint64_t i = 1; i <= 10; i++) {
		work->result += i;
	}
	seen.worked++;
}

static void job_done(void *user)
{
	struct work *work = user;

	seen.done++;
	work_end(work, work->result == 55 ? SCUTE_STR("55") : SCUTE_STR("0"));
}

static void handle_job(void *user, struct scute_request *request)
{
	struct state *state = user;
	struct work *work = work_new(state, request);

	if (work && !state->host->offload(state->self, job_work, job_done, work)) {
		free(work);
		answer(state, request, 503, SCUTE_STR("\"full\""));
	}
}

/* GET /t/post: a thread that posts many times, in order */
struct step {
	struct work *work;
	int number;
};

static void posted(void *user)
{
	struct step *step = user;
	struct work *work = step->work;

	note_late();
	seen.posted++;
	seen.in_order += step->number == work->next++;
	free(step);
	if (work->next == POSTS) {
		(void)pthread_join(work->thread, NULL);
		work_end(work, SCUTE_STR("\"posted\""));
	}
}

static void *post_all(void *user)
{
	struct work *work = user;
	const struct state *state = work->state;

	for (int i = 0; i < POSTS; i++) {
		struct step *step = malloc(sizeof(*step));

		if (!step) {
			abort();
		}
		*step = (struct step){ .work = work, .number = i };
		if (!state->host->post(state->self, posted, step)) {
			abort();
		}
	}
	return NULL;
}

static void handle_post(void *user, struct scute_request *request)
{
	struct work *work = work_new(user, request);

	if (work && pthread_create(&work->thread, NULL, post_all, work) != 0) {
		work_end(work, SCUTE_STR("\"no thread\""));
	}
}

/* GET /t/pipe: an fd, first watched for writing, then the other end for reading */
static void pipe_readable(void *user, unsigned io)
{
	struct work *work = user;
	char byte = 0;
	bool ok = io == SCUTE_IO_READ && read(work->pipe[0], &byte, 1) == 1 && byte == 'x';

	work->state->host->unwatch(work->state->self, work->watch);
	(void)close(work->pipe[0]);
	(void)close(work->pipe[1]);
	work_end(work, ok ? SCUTE_STR("\"x\"") : SCUTE_STR("\"?\""));
}

static void pipe_writable(void *user, unsigned io)
{
	struct work *work = user;
	const struct scute_host *host = work->state->host;

	host->unwatch(work->state->self, work->watch);
	if (io != SCUTE_IO_WRITE || write(work->pipe[1], "x", 1) != 1) {
		abort();
	}
	work->watch = host->watch(work->state->self, work->pipe[0], SCUTE_IO_READ, pipe_readable,
		work);
}

static void handle_pipe(void *user, struct scute_request *request)
{
	struct state *state = user;
	struct work *work = work_new(state, request);

	if (!work) {
		return;
	}
	if (pipe(work->pipe) != 0) {
		work_end(work, SCUTE_STR("\"no pipe\""));
		return;
	}
	work->watch = state->host->watch(state->self, work->pipe[1], SCUTE_IO_WRITE, pipe_writable,
		work);
}

/* GET /t/config/{key}: the plugin's own object, and the host's keys under host.KEY */
static void handle_config(void *user, struct scute_request *request)
{
	struct state *state = user;
	const struct scute_host *host = state->host;
	struct scute_str key = host->request_param(request, "key");
	char name[64] = "";
	struct scute_str text;
	struct json_out json;
	struct buf out;
	int64_t number;
	bool yes;

	buf_init_arena(&out, ANSWER_BYTES_MAX, host->request_arena(request));
	json = json_out(&out);
	if (key.len >= sizeof(name)) {
		key.len = sizeof(name) - 1;
	}
	if (key.len > 0) {
		memcpy(name, key.data, key.len);
	}
	if (strncmp(name, "host.", 5) == 0) {
		if (host->setting(state->self, name + 5, &text)) {
			json_out_str(&json, text);
		}
	} else if (host->config_string(state->self, name, &text)) {
		json_out_str(&json, text);
	} else if (host->config_int(state->self, name, &number)) {
		json_out_i64(&json, number);
	} else if (host->config_bool(state->self, name, &yes)) {
		json_out_bool(&json, yes);
	}
	answer(state, request, out.len > 0 ? 200 : 404, buf_str(&out));
}

/* GET /t/format/{type} */
static void handle_format(void *user, struct scute_request *request)
{
	struct state *state = user;
	struct scute_str name = state->host->request_param(request, "type");
	bool type = state->host->format_by_type(name) != NULL;
	bool embedded = state->host->format_by_embedded(name) != NULL;

	answer(state, request, 200, type ? SCUTE_STR("\"type\"")
		: embedded ? SCUTE_STR("\"embedded\"") : SCUTE_STR("null"));
}

/* GET /t/status/{status}: whatever status, also one that is none */
static void handle_status(void *user, struct scute_request *request)
{
	struct state *state = user;
	int64_t status = 0;

	(void)str_to_i64(state->host->request_param(request, "status"), &status);
	answer(state, request, (int)status, SCUTE_STR("\"status\""));
}

/* GET /t/never: unanswered until the client leaves, or the host cancels */
static void never_cancelled(void *user)
{
	(void)user;
	note_late();
	seen.cancelled++;
}

static void handle_never(void *user, struct scute_request *request)
{
	struct state *state = user;

	state->host->request_on_cancel(request, later_cancelled, NULL);
	state->host->request_on_cancel(request, NULL, NULL);
	state->host->request_on_cancel(request, never_cancelled, NULL);
}

static void ticked(void *user)
{
	struct state *state = user;

	note_late();
	if (++seen.ticks == 3) {
		state->host->timer_stop(state->self, state->ticks); /* from within itself */
		state->ticks = NULL;
	}
}

static enum scute_status init(const struct scute_host *host, struct scute_self *self,
	void **ret_state, struct scute_error *err)
{
	struct state *state;
	bool fails = false;

	if (host->abi_major != SCUTE_ABI_MAJOR || !SCUTE_HAS(host, reply) || !host->version[0]) {
		return error_set(err, SCUTE_EUNSUPPORTED, "another host was expected");
	}
	if (host->config_bool(self, "init_fails", &fails) && fails) {
		return error_set(err, SCUTE_EINVAL, "init_fails is set");
	}
	state = calloc(1, sizeof(*state));
	if (!state) {
		return error_set(err, SCUTE_ENOMEM, "out of memory");
	}
	state->host = host;
	state->self = self;
	state->loop_thread = pthread_self();
	(void)host->config_bool(self, "slow_drain", &state->slow_drain);
	(void)host->config_bool(self, "no_drain", &state->no_drain);
	memset(&seen, 0, sizeof(seen));
	seen.init = 1;
	host->log(self, SCUTE_LOG_INFO, "init\nof the test service");
	*ret_state = state;
	return SCUTE_OK;
}

static enum scute_status start(void *user, struct scute_error *err)
{
	struct state *state = user;
	bool fails = false;

	if (state->host->config_bool(state->self, "start_fails", &fails) && fails) {
		return error_set(err, SCUTE_EINVAL, "start_fails is set");
	}
	seen.start++;
	state->ticks = state->host->timer_start(state->self, 1, 1, ticked, state);
	return state->ticks ? SCUTE_OK : error_set(err, SCUTE_ENOMEM, "no timer");
}

struct drained {
	void (*done)(void *user);
	void *user;
};

static void drained(void *user)
{
	struct drained *drained = user;

	drained->done(drained->user);
	drained->done(drained->user); /* which the host has to notice */
	free(drained);
}

static void drain(void *user, void (*done)(void *user), void *done_user)
{
	struct state *state = user;
	struct drained *wait = state->slow_drain ? malloc(sizeof(*wait)) : NULL;

	seen.drain++;
	if (state->no_drain) {
		return;
	}
	if (!wait) {
		done(done_user);
		return;
	}
	*wait = (struct drained){ .done = done, .user = done_user };
	if (!state->host->timer_start(state->self, 20, 0, drained, wait)) {
		abort();
	}
}

static void fini(void *user)
{
	seen.fini++;
	free(user);
}

static const struct scute_route routes[] = {
	{ "GET", "/t/echo/{x}", handle_echo },
	{ "POST", "/t/echo/{x}", handle_echo },
	{ "GET", "/t/later", handle_later },
	{ "GET", "/t/job", handle_job },
	{ "GET", "/t/post", handle_post },
	{ "GET", "/t/pipe", handle_pipe },
	{ "GET", "/t/config/{key}", handle_config },
	{ "GET", "/t/format/{type}", handle_format },
	{ "GET", "/t/status/{status}", handle_status },
	{ "GET", "/t/never", handle_never },
};

static const struct scute_service service = {
	.size = sizeof(struct scute_service),
	.routes = routes,
	.n_routes = sizeof(routes) / sizeof(routes[0]),
	.start = start,
	.drain = drain,
};

static const struct scute_plugin plugin = {
	.magic = SCUTE_MAGIC,
	.size = sizeof(struct scute_plugin),
	.abi_major = SCUTE_ABI_MAJOR,
	.abi_minor = SCUTE_ABI_MINOR,
	.kind = SCUTE_KIND_SERVICE,
	.name = "t_service",
	.version = "1.2.3",
	.init = init,
	.fini = fini,
	.table.service = &service,
};

SCUTE_EXPORT const struct scute_plugin *scute_plugin_entry(void);

SCUTE_EXPORT const struct scute_plugin *scute_plugin_entry(void)
{
	return &plugin;
}
