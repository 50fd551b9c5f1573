/* SPDX-License-Identifier: Apache-2.0 */
/* The built-in files: there, linked with one another, and the same for every thread. */
#include <pthread.h>

#include "pb_test.h"
#include "wellknown.h"

enum { THREADS = 8 };

struct asker {
	pthread_t thread;
	size_t first; /* where in the list it begins */
	const struct pb_file *files[64];
};

static pthread_barrier_t together;

static void *ask_all(void *arg)
{
	struct asker *asker = arg;
	size_t n = 0;
	const struct scute_str *paths = pb_wellknown_paths(&n);

	pthread_barrier_wait(&together);
	for (size_t i = 0; i < n; i++) {
		size_t at = (asker->first + i) % n;
		asker->files[at] = pb_wellknown(paths[at]);
	}
	return NULL;
}

/* Runs first, so that the files are made while all ask for them. */
static void threads_get_the_same(void **state)
{
	static struct asker askers[THREADS];
	size_t n = 0;

	(void)state;
	pb_wellknown_paths(&n);
	assert_in_range(n, 1, 64);
	assert_int_equal(pthread_barrier_init(&together, NULL, THREADS), 0);
	for (size_t i = 0; i < THREADS; i++) {
		askers[i].first = i * 5;
		assert_int_equal(pthread_create(&askers[i].thread, NULL, ask_all, &askers[i]), 0);
	}
	for (size_t i = 0; i < THREADS; i++) {
		assert_int_equal(pthread_join(askers[i].thread, NULL), 0);
	}
	for (size_t i = 0; i < n; i++) {
		assert_non_null(askers[0].files[i]);
		for (size_t k = 1; k < THREADS; k++) {
			assert_ptr_equal(askers[k].files[i], askers[0].files[i]);
		}
	}
	pthread_barrier_destroy(&together);
}

static void imports_are_built_in_and_come_before(void **state)
{
	size_t n = 0;
	const struct scute_str *paths = pb_wellknown_paths(&n);

	(void)state;
	for (size_t i = 0; i < n; i++) {
		const struct pb_file *file = pb_wellknown(paths[i]);
		assert_true(str_eq(file->path, paths[i]));
		for (uint32_t k = 0; k < file->n_imports; k++) {
			size_t at = 0;
			while (at < i && !str_eq(paths[at], file->imports[k]->path)) {
				at++;
			}
			assert_in_range(at, 0, i - 1);
			assert_ptr_equal(file->imports[k]->file, pb_wellknown(paths[at]));
		}
	}
}

static void others_are_not_there(void **state)
{
	static const char *const paths[] = { "", "google/protobuf/timestamp", "timestamp.proto",
		"google/protobuf/timestamp.proto/", "/google/protobuf/timestamp.proto",
		"google/rpc/status.proto" };

	(void)state;
	for (size_t i = 0; i < sizeof(paths) / sizeof(paths[0]); i++) {
		assert_null(pb_wellknown(str_z(paths[i])));
	}
	assert_null(pb_wellknown((struct scute_str){ NULL, 0 }));
}

static void schemas_share_them(void **state)
{
	static const char text[] =
		"syntax = \"proto3\"; import \"google/protobuf/timestamp.proto\";"
		"message M { google.protobuf.Timestamp t = 1; }";
	struct arena arena;

	(void)state;
	arena_init(&arena, ARENA_BYTES);
	const struct scute_schema *one = pb_test_valid(&arena, text, NULL);
	const struct scute_schema *other = pb_test_valid(&arena, text, NULL);
	const struct pb_file *file = pb_wellknown(SCUTE_STR("google/protobuf/timestamp.proto"));
	assert_ptr_equal(one->file->messages[0]->fields[0]->message_type, file->messages[0]);
	assert_ptr_equal(other->file->messages[0]->fields[0]->message_type, file->messages[0]);
	arena_finish(&arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(threads_get_the_same),
		cmocka_unit_test(imports_are_built_in_and_come_before),
		cmocka_unit_test(others_are_not_there),
		cmocka_unit_test(schemas_share_them),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
