/* SPDX-License-Identifier: Apache-2.0 */
/* A host without its registry, for tests of plugins: loop, pool, configuration, router, loader. */
#ifndef TESTS_PLUGIN_FIXTURE_H
#define TESTS_PLUGIN_FIXTURE_H

#include "plugin/loader.h"

struct fixture {
	struct plugin_table table;
	struct loader loader;
	struct loop *loop;
	struct pool *pool;
	struct router *router;
	struct config *config;
	char dir[64];   /* made for this fixture, removed with it */
	bool timed_out;
};

/*
 * json: the configuration file's text, in which %s stands for plugin_path. A failing step
 * fails the test.
 */
void fixture_init(struct fixture *f, const char *json, const char *plugin_path);
void fixture_finish(struct fixture *f);

/* Runs the loop until loop_stop(); a test that hangs fails after 20 s. */
void fixture_run(struct fixture *f);

/* Runs the loop for that long. */
void fixture_run_ms(struct fixture *f, uint64_t ms);

/* dir/name, in room of PATH_MAX. */
const char *fixture_path(const char *dir, const char *name, char *room);

/* Copies a file; mode 0644. */
void fixture_copy(const char *from, const char *to);

/* A symbol of a plugin that is loaded already; NULL: it is not. */
void *fixture_symbol(const char *path, const char *name);

#endif
