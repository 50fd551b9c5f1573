/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Finds and maps a plugin's file. Whoever may write the file, or put another in its place,
 * runs code as us: so the file behind all symbolic links is judged before dlopen.
 */
#include "plugin/open.h"

#include <assert.h>
#include <dlfcn.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "support/str.h"

bool open_find(const char *name_or_path, const char *plugin_path, char ret_file[static PATH_MAX],
	struct scute_error *err)
{
	if (strchr(name_or_path, '/')) {
		if (strlen(name_or_path) < PATH_MAX) {
			memcpy(ret_file, name_or_path, strlen(name_or_path) + 1);
			return true;
		}
		(void)error_set(err, SCUTE_EINVAL, "its path has %zu bytes, wanted at most %d",
			strlen(name_or_path), PATH_MAX - 1);
		return false;
	}
	for (const char *at = plugin_path; *at;) {
		size_t len = strcspn(at, ":");
		int n = len > PATH_MAX ? PATH_MAX
			: snprintf(ret_file, PATH_MAX, "%.*s/%s.so", (int)len, at, name_or_path);
		struct stat st;

		if (len > 0 && n > 0 && n < PATH_MAX && stat(ret_file, &st) == 0) {
			return true;
		}
		at += len + (at[len] == ':');
	}
	(void)error_set(err, SCUTE_EINVAL, "found no %.80s.so, wanted one in plugin_path \"%.200s\"",
		name_or_path, plugin_path);
	return false;
}

static const char *type_name(mode_t mode)
{
	return S_ISDIR(mode) ? "a directory" : S_ISFIFO(mode) ? "a pipe"
		: S_ISSOCK(mode) ? "a socket" : "a device";
}

static bool check_directory(const char *path, struct scute_error *err)
{
	char directory[PATH_MAX];
	struct stat st;
	size_t len = (size_t)(strrchr(path, '/') - path);

	memcpy(directory, path, len);
	directory[len] = '\0';
	if (stat(len > 0 ? directory : "/", &st) != 0) {
		(void)error_set(err, SCUTE_EINVAL, "its directory can not be examined: %s",
			strerror(errno));
		return false;
	}
	if ((st.st_mode & S_IWOTH) && !(st.st_mode & S_ISVTX)) {
		(void)error_set(err, SCUTE_EINVAL,
			"its directory %.160s is writable by everyone (mode %04o), wanted at most %04o",
			len > 0 ? directory : "/", st.st_mode & 07777, st.st_mode & 07775);
		return false;
	}
	return true;
}

static bool check_file(const char *path, struct scute_error *err)
{
	struct stat st;

	if (stat(path, &st) != 0) {
		(void)error_set(err, SCUTE_EINVAL, "%.200s can not be examined: %s", path,
			strerror(errno));
		return false;
	}
	if (!S_ISREG(st.st_mode)) {
		(void)error_set(err, SCUTE_EINVAL, "%.200s is %s, wanted a regular file", path,
			type_name(st.st_mode));
		return false;
	}
	if (st.st_mode & S_IWOTH) {
		(void)error_set(err, SCUTE_EINVAL,
			"%.200s is writable by everyone (mode %04o), wanted at most %04o", path,
			st.st_mode & 07777, st.st_mode & 07775);
		return false;
	}
	return check_directory(path, err);
}

static bool call_entry(void *library, const struct scute_plugin **ret_entry, struct scute_error *err)
{
	void *symbol = dlsym(library, SCUTE_PLUGIN_ENTRY);
	const struct scute_plugin *entry;
	scute_plugin_entry_fn call;

	if (!symbol) {
		(void)error_set(err, SCUTE_EINVAL, "found no symbol %s, wanted it exported",
			SCUTE_PLUGIN_ENTRY);
		return false;
	}
	/* ISO C has no cast from object to function pointer; POSIX promises the same bits. */
	_Static_assert(sizeof(call) == sizeof(symbol), "dlsym gives functions");
	memcpy(&call, &symbol, sizeof(call));
	entry = call();
	if (!entry) {
		(void)error_set(err, SCUTE_EINVAL,
			"%s() returned NULL, wanted a struct scute_plugin", SCUTE_PLUGIN_ENTRY);
		return false;
	}
	*ret_entry = entry;
	return true;
}

bool open_plugin(const char *file, char ret_path[static PATH_MAX],
	const struct scute_plugin **ret_entry, struct scute_error *err)
{
	void *library;

	if (!realpath(file, ret_path)) {
		(void)error_set(err, SCUTE_EINVAL, "%.200s can not be opened: %s", file,
			strerror(errno));
		return false;
	}
	assert(ret_path[0] == '/');
	if (!check_file(ret_path, err)) {
		return false;
	}
	library = dlopen(ret_path, RTLD_NOW | RTLD_LOCAL | RTLD_NODELETE);
	if (!library) {
		const char *why = dlerror();

		(void)error_set(err, SCUTE_EINVAL, "dlopen failed: %.400s", why ? why : "no reason");
		return false;
	}
	if (!call_entry(library, ret_entry, err)) {
		(void)dlclose(library);
		return false;
	}
	return true;
}
