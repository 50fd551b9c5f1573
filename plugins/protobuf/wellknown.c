/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The pool of the built-in files: each is expanded, parsed and linked when it is asked for first,
 * by the code that reads everyone's files, in memory that stays until the process ends and is
 * never changed.
 */
#include "wellknown.h"

#include <assert.h>
#include <pthread.h>
#include <stdatomic.h>

#include "compile.h"
#include "support/arena.h"
#include "support/str.h"
#include "wellknown_table.h"

enum {
	FILES_MAX = 64,
	TEXT_MAX_BYTES = 64 * 1024,        /* of one file, expanded */
	POOL_MAX_BYTES = 16 * 1024 * 1024, /* of all of them, linked */
};

static const struct pb_builtin_table *const tables[] = {
	&pb_builtin_descriptor, /* comes first: all options are fields in there */
	&pb_builtin_google,
	&pb_builtin_type,
	&pb_builtin_confluent,
};

static struct {
	pthread_once_t once; /* for the three below */
	size_t n_files;
	struct scute_str paths[FILES_MAX];
	const struct pb_builtin *sources[FILES_MAX];

	pthread_mutex_t lock; /* of the two below, and of writing to files */
	struct arena arena;
	struct pb_pool *pool; /* of all in files; NULL: none yet, or the last try failed */
	const struct pb_file *_Atomic files[FILES_MAX];
} builtin = { .once = PTHREAD_ONCE_INIT, .lock = PTHREAD_MUTEX_INITIALIZER };

static void list_all(void)
{
	for (size_t t = 0; t < sizeof(tables) / sizeof(tables[0]); t++) {
		for (size_t i = 0; i < tables[t]->n_files; i++) {
			assert(builtin.n_files < FILES_MAX);
			builtin.sources[builtin.n_files] = &tables[t]->files[i];
			builtin.paths[builtin.n_files] = str_z(tables[t]->files[i].path);
			builtin.n_files++;
		}
	}
	arena_init(&builtin.arena, POOL_MAX_BYTES);
}

/* Its place in the list; n_files: none. */
static size_t find(struct scute_str path)
{
	size_t i = 0;

	pthread_once(&builtin.once, list_all);
	while (i < builtin.n_files && !str_eq(builtin.paths[i], path)) {
		i++;
	}
	return i;
}

/* After a failure the pool may hold half a file: a new one gets those that are whole. */
static bool ensure_pool(void)
{
	struct scute_error err = { 0 };

	if (builtin.pool) {
		return true;
	}
	struct pb_pool *pool = pb_pool_create(&builtin.arena.base);
	for (size_t i = 0; pool && i < builtin.n_files; i++) {
		const struct pb_file *file = atomic_load(&builtin.files[i]);
		if (file && pb_pool_add(pool, file, &err) != SCUTE_OK) {
			pool = NULL;
		}
	}
	builtin.pool = pool;
	return pool != NULL;
}

/* NULL: out of memory. That a text is refused would be a fault of our tables. */
static const struct pb_file *compile(size_t place)
{
	static const struct scute_limits limits = { sizeof(limits), 64, TEXT_MAX_BYTES,
		UINT32_MAX };
	const struct pb_file *file = NULL;
	struct scute_error err = { 0 };
	struct buf text;

	if (!ensure_pool()) {
		return NULL;
	}
	buf_init(&text, TEXT_MAX_BYTES);
	pb_builtin_expand(builtin.sources[place], &text);
	enum scute_status status = text.failed ? SCUTE_ENOMEM : pb_compile_text(builtin.pool,
		builtin.paths[place], buf_str(&text), PB_COMPILE_BUILTIN, &limits, &file, &err);
	buf_finish(&text);
	if (status != SCUTE_OK) {
		assert(status == SCUTE_ENOMEM || status == SCUTE_ELIMIT);
		builtin.pool = NULL;
		return NULL;
	}
	return file;
}

static const struct pb_file *make(size_t place);

/* What it imports must be in the pool before it. */
static bool make_imports(const char *list)
{
	while (list && *list) {
		struct scute_str path = { list, strcspn(list, "\n") };
		list += path.len + (list[path.len] == '\n');
		if (str_starts(path, SCUTE_STR("public "))) {
			path = (struct scute_str){ path.data + 7, path.len - 7 };
		}
		size_t place = find(path);
		assert(place < builtin.n_files);
		if (!make(place)) {
			return false;
		}
	}
	return true;
}

/* With the lock held. */
static const struct pb_file *make(size_t place)
{
	const struct pb_file *file = atomic_load(&builtin.files[place]);

	if (file) {
		return file;
	}
	if ((place > 0 && !make(0)) || !make_imports(builtin.sources[place]->imports)) {
		return NULL;
	}
	file = compile(place);
	atomic_store(&builtin.files[place], file);
	return file;
}

const struct pb_file *pb_wellknown(struct scute_str path)
{
	size_t place = find(path);

	if (place == builtin.n_files) {
		return NULL;
	}
	const struct pb_file *file = atomic_load(&builtin.files[place]);
	if (!file) {
		pthread_mutex_lock(&builtin.lock);
		file = make(place);
		pthread_mutex_unlock(&builtin.lock);
	}
	return file;
}

const struct scute_str *pb_wellknown_paths(size_t *ret_count)
{
	pthread_once(&builtin.once, list_all);
	*ret_count = builtin.n_files;
	return builtin.paths;
}
