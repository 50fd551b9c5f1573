/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Whole files: read with a maximum, replaced atomically. All calls block on the disk.
 * Any thread. On failure err says what and which path, and errno is the system's.
 */
#ifndef BASE_FILE_H
#define BASE_FILE_H

#include <sys/types.h>

#include "support/buf.h"

/*
 * Appends the file's content to buf, whose max bounds it (SCUTE_ELIMIT beyond; buf is
 * then failed). Regular files only. SCUTE_EINVAL: cannot be opened or is no such file.
 */
enum scute_status file_read(const char *path, struct buf *buf, struct scute_error *err);

/*
 * Makes path hold exactly these bytes: a temporary file beside it is written, synced
 * and renamed over it, then the directory is synced. A crash leaves the old content
 * or the new. On failure the old content stays and the temporary file is gone.
 */
enum scute_status file_write_atomic(const char *path, struct scute_str content, mode_t mode,
	struct scute_error *err);

/* Creates the directories above path's last component that do not exist yet. */
enum scute_status file_make_parents(const char *path, mode_t mode, struct scute_error *err);

/* Syncs the directory that path's last component is in, so that its entry is durable. */
enum scute_status file_sync_parent(const char *path, struct scute_error *err);

#endif
