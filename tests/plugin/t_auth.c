/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A good auth plugin of the scheme "Test": "Test NAME" is anybody but mallory, "Test slow NAME"
 * is decided later. Everybody reads; one writes only subjects that begin with the own name.
 */
#include <stdlib.h>
#include <string.h>

#include "scute/plugin.h"
#include "support/str.h"

#define NAME_BYTES_MAX 32

struct state {
	const struct scute_host *host;
	struct scute_self *self;
	bool read_only; /* from the configuration; reload() turns it over */
	int n_principals;
};

struct scute_principal {
	char name[NAME_BYTES_MAX + 1];
};

struct pending {
	struct state *state;
	struct scute_principal *principal;
	scute_authenticated done;
	void *user;
};

static const struct scute_str none = { NULL, 0 };

static void slow_done(void *user)
{
	struct pending *pending = user;
	struct pending copy = *pending;

	free(pending);
	copy.done(copy.user, SCUTE_ALLOW, copy.principal, none);
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

static bool decide_later(struct state *state, struct scute_principal *principal,
	scute_authenticated done, void *user)
{
	struct pending *pending = malloc(sizeof(*pending));

	if (!pending) {
		return false;
	}
	*pending = (struct pending){ .state = state, .principal = principal, .done = done,
		.user = user };
	if (!state->host->timer_start(state->self, 5, 0, slow_done, pending)) {
		free(pending);
		return false;
	}
	return true;
}

static void authenticate(void *user, const struct scute_caller *caller, scute_authenticated done,
	void *done_user)
{
	struct state *state = user;
	struct scute_str name = caller->authorization;
	struct scute_principal *principal;
	bool slow;

	if (!str_starts(name, SCUTE_STR("Test "))) {
		done(done_user, SCUTE_PASS, NULL, none);
		return;
	}
	name = (struct scute_str){ name.data + 5, name.len - 5 };
	slow = str_starts(name, SCUTE_STR("slow "));
	if (slow) {
		name = (struct scute_str){ name.data + 5, name.len - 5 };
	}
	if (name.len == 0 || name.len > NAME_BYTES_MAX || str_eq_z(name, "mallory")) {
		done(done_user, SCUTE_DENY, NULL, SCUTE_STR("Test realm=\"scute\""));
		return;
	}
	principal = make_principal(state, name);
	if (!principal) {
		done(done_user, SCUTE_DENY, NULL, none);
		return;
	}
	if (!slow || !decide_later(state, principal, done, done_user)) {
		done(done_user, SCUTE_ALLOW, principal, none);
	}
}

static enum scute_verdict authorize(void *user, const struct scute_principal *principal,
	enum scute_operation operation, enum scute_resource resource, struct scute_str name)
{
	const struct state *state = user;

	if (operation == SCUTE_READ) {
		return SCUTE_ALLOW;
	}
	if (state->read_only || resource != SCUTE_RESOURCE_SUBJECT) {
		return SCUTE_DENY;
	}
	return str_starts(name, str_z(principal->name)) ? SCUTE_ALLOW : SCUTE_DENY;
}

static enum scute_status reload(void *user, struct scute_error *err)
{
	struct state *state = user;

	if (state->n_principals > 0) {
		return error_set(err, SCUTE_EINTERNAL, "%d callers are being served",
			state->n_principals);
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
	(void)host->config_bool(self, "read_only", &state->read_only);
	*ret_state = state;
	return SCUTE_OK;
}

static void fini(void *user)
{
	free(user);
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
