/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the host does for a plugin. The table is constant and outlives every plugin;
 * it only grows at its end: probe newer members with SCUTE_HAS. Unless a comment
 * says otherwise, a call is made from the loop thread (where init, start and all
 * callbacks run) and does not block.
 */
#ifndef SCUTE_HOST_H
#define SCUTE_HOST_H

#include "format.h"
#include "service.h"
#include "types.h"

enum scute_log_level {
	SCUTE_LOG_ERROR = 0,
	SCUTE_LOG_WARNING = 1,
	SCUTE_LOG_INFO = 2,
	SCUTE_LOG_DEBUG = 3,
};

enum scute_io {
	SCUTE_IO_READ = 1,
	SCUTE_IO_WRITE = 2,
};

struct scute_self;  /* the host's handle of one plugin; given to init(), passed back in each call */
struct scute_timer;
struct scute_watch;

struct scute_host {
	uint32_t size;
	uint16_t abi_major;
	uint16_t abi_minor;
	const char *version; /* of the host, e.g. "0.1.0" */

	/* Any thread. One line, no newline; the host adds time, level and plugin name. */
	void (*log)(struct scute_self *self, enum scute_log_level level, const char *text);

	/*
	 * The plugin's own object in the configuration ({"NAME": {KEY: ..}}). False when
	 * the key is absent or of another type; *ret_ is then untouched. Strings live as
	 * long as the process.
	 */
	bool (*config_string)(struct scute_self *self, const char *key, struct scute_str *ret_value);
	bool (*config_int)(struct scute_self *self, const char *key, int64_t *ret_value);
	bool (*config_bool)(struct scute_self *self, const char *key, bool *ret_value);

	/* A key of the host's own table ("registry_authfile") as text; false: unknown or unset. */
	bool (*setting)(struct scute_self *self, const char *key, struct scute_str *ret_value);

	/*
	 * Calls back after delay_ms, then each repeat_ms. NULL: out of memory. With repeat_ms 0
	 * once: the timer is gone when fire is called and must not be stopped any more.
	 */
	struct scute_timer *(*timer_start)(struct scute_self *self, uint64_t delay_ms, uint64_t repeat_ms,
		void (*fire)(void *user), void *user);
	void (*timer_stop)(struct scute_self *self, struct scute_timer *timer); /* NULL is fine */

	/* Calls back when fd is ready. The caller owns fd and keeps it open until unwatch. */
	struct scute_watch *(*watch)(struct scute_self *self, int fd, unsigned io,
		void (*ready)(void *user, unsigned io), void *user);
	void (*unwatch)(struct scute_self *self, struct scute_watch *watch); /* NULL is fine */

	/*
	 * Any thread. Runs call(user) on the loop thread, soon, in order. False: out of memory,
	 * or 65536 wait already.
	 */
	bool (*post)(struct scute_self *self, void (*call)(void *user), void *user);

	/*
	 * Runs work(user) on the worker pool, then done(user) (NULL: nothing) on the loop. False:
	 * the pool is full. What has not begun when the host ends is dropped before fini().
	 */
	bool (*offload)(struct scute_self *self, void (*work)(void *user), void (*done)(void *user),
		void *user);

	/* The loaded format of that schemaType or embedded name; NULL: none. Any thread. */
	const struct scute_format *(*format_by_type)(struct scute_str type);
	const struct scute_format *(*format_by_embedded)(struct scute_str name);

	/* A request of a service's route. Slices live until it is answered. */
	struct scute_arena *(*request_arena)(struct scute_request *request);
	struct scute_str (*request_param)(struct scute_request *request, const char *name);
	bool (*request_query)(struct scute_request *request, const char *name, struct scute_str *ret_value);
	bool (*request_header)(struct scute_request *request, const char *name, struct scute_str *ret_value);
	struct scute_str (*request_body)(struct scute_request *request);
	/* Called when the client leaves before the answer; the request is gone afterwards. */
	void (*request_on_cancel)(struct scute_request *request, void (*cancelled)(void *user), void *user);

	/* Answers and ends the request; body is copied. content_type: static. */
	void (*reply)(struct scute_request *request, int status, const char *content_type,
		struct scute_str body);
};

#endif
