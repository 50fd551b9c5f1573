/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The pool of the built-in files: expanded, parsed and linked once per process by the code that
 * reads everyone's files, in memory that stays until the process ends and is never changed.
 */
#include "wellknown.h"

#include <assert.h>
#include <pthread.h>
#include <stdatomic.h>

#include "support/arena.h"
#include "compile.h"
#include "support/str.h"
#include "wellknown_table.h"

enum {
	FILES_MAX = 64,
	TEXT_MAX_BYTES = 64 * 1024,        /* of one file, expanded */
	POOL_MAX_BYTES = 16 * 1024 * 1024, /* of all of them, linked */
};

static const struct pb_builtin_table *const tables[] = {
	&pb_builtin_descriptor,
	&pb_builtin_google,
	&pb_builtin_type,
	&pb_builtin_confluent,
};

static struct {
	pthread_mutex_t lock;
	atomic_bool ready; /* from here on all is as it will stay */
	struct arena arena;
	struct scute_str paths[FILES_MAX];
	const struct pb_file *files[FILES_MAX];
	size_t n_files;
} builtin = { .lock = PTHREAD_MUTEX_INITIALIZER };

/* False: out of memory. That a text is refused would be a fault of our tables. */
static bool add_file(struct pb_pool *pool, const struct pb_builtin *source)
{
	static const struct scute_limits limits = { sizeof(limits), 64, TEXT_MAX_BYTES, UINT32_MAX };
	struct scute_str path = str_z(source->path);
	struct scute_error err = { 0 };
	struct buf text;

	assert(builtin.n_files < FILES_MAX);
	buf_init(&text, TEXT_MAX_BYTES);
	pb_builtin_expand(source, &text);
	enum scute_status status = text.failed ? SCUTE_ENOMEM : pb_compile_text(pool, path,
		buf_str(&text), PB_COMPILE_BUILTIN, &limits, &builtin.files[builtin.n_files], &err);
	buf_finish(&text);
	if (status != SCUTE_OK) {
		assert(status == SCUTE_ENOMEM || status == SCUTE_ELIMIT);
		return false;
	}
	builtin.paths[builtin.n_files] = path;
	builtin.n_files++;
	return true;
}

static bool make_all(void)
{
	arena_init(&builtin.arena, POOL_MAX_BYTES);
	struct pb_pool *pool = pb_pool_create(&builtin.arena.base);
	bool ok = pool != NULL;

	for (size_t t = 0; ok && t < sizeof(tables) / sizeof(tables[0]); t++) {
		for (size_t i = 0; ok && i < tables[t]->n_files; i++) {
			ok = add_file(pool, &tables[t]->files[i]);
		}
	}
	if (!ok) {
		builtin.n_files = 0;
		arena_finish(&builtin.arena);
	}
	return ok;
}

/* Unlike pthread_once, tries again when memory ran out the last time. */
static bool make_once(void)
{
	if (atomic_load_explicit(&builtin.ready, memory_order_acquire)) {
		return true;
	}
	pthread_mutex_lock(&builtin.lock);
	bool ready = atomic_load_explicit(&builtin.ready, memory_order_relaxed) || make_all();
	atomic_store_explicit(&builtin.ready, ready, memory_order_release);
	pthread_mutex_unlock(&builtin.lock);
	return ready;
}

const struct pb_file *pb_wellknown(struct scute_str path)
{
	size_t n_files = make_once() ? builtin.n_files : 0;

	for (size_t i = 0; i < n_files; i++) {
		if (str_eq(builtin.paths[i], path)) {
			return builtin.files[i];
		}
	}
	return NULL;
}

const struct scute_str *pb_wellknown_paths(size_t *ret_count)
{
	*ret_count = make_once() ? builtin.n_files : 0;
	return builtin.paths;
}
