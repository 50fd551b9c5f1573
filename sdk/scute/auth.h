/* SPDX-License-Identifier: Apache-2.0 */
/*
 * An authenticator and its rules, for the registry's API; routes of services are theirs to
 * guard. The host asks each loaded auth plugin in load order: the first that knows the
 * request's scheme decides. All calls come on the loop thread; authenticate() may answer
 * later, also from the loop thread.
 */
#ifndef SCUTE_AUTH_H
#define SCUTE_AUTH_H

#include "types.h"

enum scute_verdict {
	SCUTE_ALLOW = 0,
	SCUTE_DENY = 1,
	SCUTE_PASS = 2, /* authenticate: not my scheme, ask the next plugin */
};

enum scute_operation {
	SCUTE_READ = 0,
	SCUTE_WRITE = 1,
};

enum scute_resource {
	SCUTE_RESOURCE_CONFIG = 0,  /* global level and mode; name is empty */
	SCUTE_RESOURCE_SUBJECT = 1, /* name is the subject */
};

/*
 * What is known of a caller. It and its slices are valid until authenticate()'s answer is
 * given, also when the client leaves before.
 */
struct scute_caller {
	uint32_t size;
	struct scute_str authorization; /* the header as sent; empty when absent */
	struct scute_str method;
	struct scute_str path;          /* raw, without query */
	struct scute_str peer;          /* numeric address */
};

/* Who the caller is. The plugin owns it until release(); the host hands it back to authorize(). */
struct scute_principal;

/*
 * The answer of authenticate(); must be called exactly once, last, on the loop
 * thread. challenge: value of WWW-Authenticate on SCUTE_DENY (empty: none), copied.
 */
typedef void (*scute_authenticated)(void *user, enum scute_verdict verdict,
	struct scute_principal *principal, struct scute_str challenge);

struct scute_auth {
	uint32_t size;

	/* Required. state is what init() returned. */
	void (*authenticate)(void *state, const struct scute_caller *caller,
		scute_authenticated done, void *user);

	/* Required. SCUTE_ALLOW or SCUTE_DENY. */
	enum scute_verdict (*authorize)(void *state, const struct scute_principal *principal,
		enum scute_operation operation, enum scute_resource resource, struct scute_str name);

	/* Required when principals are made. Ends a principal that authenticate() gave. */
	void (*release)(void *state, struct scute_principal *principal);

	/* Optional. SIGHUP: read the rules again. On failure the old ones stay in force. */
	enum scute_status (*reload)(void *state, struct scute_error *err);
};

#endif
