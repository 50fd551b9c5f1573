/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A good auth plugin of the scheme "Test": "Test NAME" is anybody but mallory, "Test slow NAME"
 * is decided later. Everybody reads all but what begins with "secret"; one writes only
 * subjects that begin with the own name.
 */
#include <stdlib.h>
#include <string.h>

#include "scute/plugin.h"
#include "support/str.h"

#define NAME_BYTES_MAX 32

struct pending;

struct state {
	const struct scute_host *host;
	struct scute_self *self;
	bool read_only;          /* from the configuration; reload() turns it over */
	int64_t slow_ms;         /* what "slow" takes */
	struct pending *pending; /* callers not yet decided on */
	int n_principals;
};

struct scute_principal {
	char name[NAME_BYTES_MAX + 1];
};

struct pending {
	struct state *state;
	const struct scute_caller *caller; /* the host's, until done is called */
	struct pending *next;
	scute_authenticated done;
	void *user;
};

static const struct scute_str none = { NULL, 0 };
static const struct scute_str scheme = { "Test ", 5 };
static const struct scute_str slow = { "slow ", 5 };

static struct scute_str after(struct scute_str text, struct scute_str prefix)
{
	return (struct scute_str){ text.data + prefix.len, text.len - prefix.len };
}

static struct scute_principal *make_principal(struct state *state, struct scute_str name)
{
	struct scute_principal *principal = calloc(1, sizeof(*principal));

	if (principal) {
		memcpy(principal->name, name.data, name.len);
		state->n_principals++;
	}
	return principal;
}

static void release(void *user, struct scute_principal *principal)
{
	struct state *state = user;

	state->n_principals--;
	free(principal);
}

static void decide(struct state *state, struct scute_str name, scute_authenticated done, void *user)
{
	struct scute_principal *principal = NULL;

	if (name.len > 0 && name.len <= NAME_BYTES_MAX && !str_eq_z(name, "mallory")) {
		principal = make_principal(state, name);
	}
	if (principal) {
		done(user, SCUTE_ALLOW, principal, none);
	} else {
		done(user, SCUTE_DENY, NULL, SCUTE_STR("Test realm=\"scute\""));
	}
}

/* The caller is read only now: it must have outlived the request, and a client that left. */
static void decide_now(void *user)
{
	struct pending *pending = user;
	struct pending copy = *pending;
	struct pending **at = &copy.state->pending;

	while (*at != pending) {
		at = &(*at)->next;
	}
	*at = pending->next;
	free(pending);
	decide(copy.state, after(after(copy.caller->authorization, scheme), slow), copy.done,
		copy.user);
}

static bool decide_later(struct state *state, const struct scute_caller *caller,
	scute_authenticated done, void *user)
{
	struct pending *pending = malloc(sizeof(*pending));

	if (!pending) {
		return false;
	}
	*pending = (struct pending){ .state = state, .caller = caller, .next = state->pending,
		.done = done, .user = user };
	if (!state->host->timer_start(state->self, (uint64_t)state->slow_ms, 0, decide_now,
			pending)) {
		free(pending);
		return false;
	}
	state->pending = pending;
	return true;
}

static void authenticate(void *user, const struct scute_caller *caller, scute_authenticated done,
	void *done_user)
{
	struct state *state = user;

	if (!str_starts(caller->authorization, scheme)) {
		done(done_user, SCUTE_PASS, NULL, none);
		return;
	}
	struct scute_str name = after(caller->authorization, scheme);
	if (!str_starts(name, slow)) {
		decide(state, name, done, done_user);
	} else if (!decide_later(state, caller, done, done_user)) {
		done(done_user, SCUTE_DENY, NULL, none);
	}
}

/* Secrets are secret in every context. */
static bool is_secret(struct scute_str name)
{
	for (size_t i = name.len; i-- > 0;) {
		if (name.data[i] == ':') {
			name = (struct scute_str){ name.data + i + 1, name.len - i - 1 };
			break;
		}
	}
	return str_starts(name, SCUTE_STR("secret"));
}

static enum scute_verdict authorize(void *user, const struct scute_principal *principal,
	enum scute_operation operation, enum scute_resource resource, struct scute_str name)
{
	const struct state *state = user;

	if (operation == SCUTE_READ) {
		return is_secret(name) ? SCUTE_DENY : SCUTE_ALLOW;
	}
	if (state->read_only || resource != SCUTE_RESOURCE_SUBJECT) {
		return SCUTE_DENY;
	}
	return str_starts(name, str_z(principal->name)) ? SCUTE_ALLOW : SCUTE_DENY;
}

static enum scute_status reload(void *user, struct scute_error *err)
{
	struct state *state = user;

	if (state->n_principals > 0 || state->pending) {
		return error_set(err, SCUTE_EINTERNAL, "callers are being served");
	}
	state->read_only = !state->read_only;
	return SCUTE_OK;
}

static enum scute_status init(const struct scute_host *host, struct scute_self *self,
	void **ret_state, struct scute_error *err)
{
	struct state *state = calloc(1, sizeof(*state));

	if (!state) {
		return error_set(err, SCUTE_ENOMEM, "out of memory");
	}
	state->host = host;
	state->self = self;
	state->slow_ms = 5;
	(void)host->config_bool(self, "read_only", &state->read_only);
	(void)host->config_int(self, "slow_ms", &state->slow_ms);
	*ret_state = state;
	return SCUTE_OK;
}

/* The timers are stopped already: what waits for one is ours to free. */
static void fini(void *user)
{
	struct state *state = user;

	while (state->pending) {
		struct pending *next = state->pending->next;

		free(state->pending);
		state->pending = next;
	}
	free(state);
}

static const struct scute_auth auth = {
	.size = sizeof(struct scute_auth),
	.authenticate = authenticate,
	.authorize = authorize,
	.release = release,
	.reload = reload,
};

static const struct scute_plugin plugin = {
	.magic = SCUTE_MAGIC,
	.size = sizeof(struct scute_plugin),
	.abi_major = SCUTE_ABI_MAJOR,
	.abi_minor = SCUTE_ABI_MINOR,
	.kind = SCUTE_KIND_AUTH,
	.name = "t_auth",
	.version = "1",
	.init = init,
	.fini = fini,
	.table.auth = &auth,
};

SCUTE_EXPORT const struct scute_plugin *scute_plugin_entry(void);

SCUTE_EXPORT const struct scute_plugin *scute_plugin_entry(void)
{
	return &plugin;
}
