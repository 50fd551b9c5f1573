/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A backup being written: to standard output, or to a file beside its target that takes
 * the target's place only when it is whole and on disk.
 */
#ifndef TOOLS_BACKUP_OUTPUT_H
#define TOOLS_BACKUP_OUTPUT_H

#include "scute/types.h"

struct backup_output {
	char *path;       /* the target; NULL: standard output */
	char *temp_path;
	int fd;
	bool overwrite;
	char *data;       /* not yet written */
	size_t len;
	uint64_t written; /* bytes, what is in data included */
};

/*
 * path NULL: standard output. overwrite: a file that is there is replaced; else it is
 * refused here and once more at the end. False with *err; nothing is left behind.
 */
bool backup_output_open(struct backup_output *output, const char *path, bool overwrite,
	struct scute_error *err);

bool backup_output_put(struct backup_output *output, const void *data, size_t len,
	struct scute_error *err);

/*
 * All of it is on disk under its name. False with *err: discarded, unless only the directory's
 * sync failed: then it may not survive a crash. Closes.
 */
bool backup_output_commit(struct backup_output *output, struct scute_error *err);

/* The target stays as it was. Closes. Fine when zeroed with fd -1, or closed. */
void backup_output_discard(struct backup_output *output);

/* A name beside path that nobody else uses; NULL: out of memory. The caller frees it. */
char *backup_temp_path(const char *path);
/* The directory that path lies in; NULL: out of memory. The caller frees it. */
char *backup_directory_of(const char *path);
/* What was renamed into the directory survives a crash. False with errno. */
bool backup_sync_directory(const char *directory);
/* Like rename, but never replaces. False with errno. */
bool backup_rename_new(const char *from, const char *to);

#endif
