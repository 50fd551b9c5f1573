/* SPDX-License-Identifier: Apache-2.0 */
/* The small host that plugin tests run in. */
#include "fixture.h"

#include <dlfcn.h>
#include <limits.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/hash.h"
#include "config.h"
#include "http/router.h"
#include "loop.h"
#include "pool.h"

#define DEADLINE_MS 20000

const char *fixture_path(const char *dir, const char *name, char *room)
{
	int n = snprintf(room, PATH_MAX, "%s/%s", dir, name);

	assert_in_range(n, 1, PATH_MAX - 1);
	return room;
}

static struct config *load_config(struct fixture *f, const char *json, const char *plugin_path)
{
	static char *no_environment[] = { NULL };
	struct scute_error err = { .status = SCUTE_OK };
	char path[PATH_MAX];
	struct config *config;
	FILE *out = fopen(fixture_path(f->dir, "config.json", path), "w");

	assert_non_null(out);
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
	assert_true(fprintf(out, json, plugin_path) > 0);
#pragma GCC diagnostic pop
	assert_int_equal(fclose(out), 0);
	config = config_load(path, no_environment, NULL, NULL, &err);
	if (!config) {
		fail_msg("config: %s", err.text);
	}
	assert_int_equal(unlink(path), 0);
	return config;
}

void fixture_init(struct fixture *f, const char *json, const char *plugin_path)
{
	memset(f, 0, sizeof(*f));
	hash_init();
	(void)snprintf(f->dir, sizeof(f->dir), "/tmp/scute-plugin-XXXXXX");
	assert_non_null(mkdtemp(f->dir));
	f->loop = loop_create();
	assert_non_null(f->loop);
	f->pool = pool_create(f->loop, 2, 4);
	assert_non_null(f->pool);
	f->router = router_create();
	assert_non_null(f->router);
	f->config = load_config(f, json, plugin_path);
	f->loader = (struct loader){ .loop = f->loop, .pool = f->pool, .config = f->config,
		.router = f->router, .table = &f->table };
}

void fixture_finish(struct fixture *f)
{
	loader_finish(&f->loader);
	pool_destroy(f->pool);
	router_destroy(f->router);
	loop_destroy(f->loop);
	config_destroy(f->config);
	assert_int_equal(rmdir(f->dir), 0);
}

static void late(void *user)
{
	struct fixture *f = user;

	f->timed_out = true;
	loop_stop(f->loop);
}

void fixture_run(struct fixture *f)
{
	struct loop_timer *deadline = loop_timer_start(f->loop, DEADLINE_MS, 0, late, f);

	assert_non_null(deadline);
	loop_run(f->loop);
	assert_false(f->timed_out);
	loop_timer_stop(deadline);
}

static void stop(void *user)
{
	loop_stop(user);
}

void fixture_run_ms(struct fixture *f, uint64_t ms)
{
	assert_non_null(loop_timer_start(f->loop, ms, 0, stop, f->loop));
	fixture_run(f);
}

void fixture_copy(const char *from, const char *to)
{
	FILE *in = fopen(from, "rb");
	FILE *out = fopen(to, "wb");
	char block[4096];
	size_t n;

	assert_non_null(in);
	assert_non_null(out);
	while ((n = fread(block, 1, sizeof(block), in)) > 0) {
		assert_int_equal(fwrite(block, 1, n, out), n);
	}
	assert_int_equal(fclose(in), 0);
	assert_int_equal(fclose(out), 0);
	assert_int_equal(chmod(to, 0644), 0);
}

void *fixture_symbol(const char *path, const char *name)
{
	void *library = dlopen(path, RTLD_NOW | RTLD_LOCAL | RTLD_NOLOAD);
	void *symbol = library ? dlsym(library, name) : NULL;

	if (library) {
		(void)dlclose(library); /* stays mapped: the host asked for RTLD_NODELETE */
	}
	return symbol;
}
