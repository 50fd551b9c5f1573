/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Loads plugins: dlopen(RTLD_NOW | RTLD_LOCAL | RTLD_NODELETE), handshake, init. Each
 * refusal has one reason that names both values. A plugin named in the configuration
 * that is refused stops the start. Loop thread only; one loader a process.
 */
#ifndef PLUGIN_LOADER_H
#define PLUGIN_LOADER_H

#include "plugin/table.h"

struct config;
struct loop;
struct loop_timer;
struct pool;
struct router;
struct routes;

/* The caller fills the upper half and zeroes the rest; it keeps all of it until loader_finish. */
struct loader {
	struct loop *loop;
	struct pool *pool;          /* NULL: plugins can not offload */
	const struct config *config;
	struct router *router;      /* services' routes go here; NULL: services are refused */
	struct plugin_table *table;

	/* The loader's own. */
	struct routes *routes;
	struct loop_timer *drain_timer;
	void (*drained)(void *user);
	void *drained_user;
	size_t n_draining;
};

/*
 * Loads one plugin. name_or_path: with a slash a path, else NAME.so looked up in the
 * colon-separated plugin_path. False with *err: the one reason.
 */
bool loader_load(struct loader *loader, const char *name_or_path, struct scute_error *err);

/*
 * All of config->plugins; when unset, every plugin of ours that stands in plugin_path
 * (none: a warning). False with *err at the first that is refused.
 */
bool loader_load_all(struct loader *loader, struct scute_error *err);

/* start() of every service, in load order. False with *err: which plugin, and its text. */
bool loader_start(struct loader *loader, struct scute_error *err);

/*
 * Calls drain() of every service, then done(user) once all are idle; those that are
 * not after shutdown_drain_ms are named in a warning and no longer waited for. done may be called before this returns. At most once in a loader's life.
 */
void loader_drain(struct loader *loader, void (*done)(void *user), void *user);

/*
 * Ends each plugin in reverse order: stops its timers, watches, posts and jobs, then
 * fini(). Libraries stay mapped. The server is destroyed before (routes end here); pool
 * and router may be destroyed before or after. Fine on a loader that loaded nothing.
 */
void loader_finish(struct loader *loader);

#endif
