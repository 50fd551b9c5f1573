/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A journal's file on disk: its lock, its creation, durable appends and the way back
 * after a failed one. Blocking. Open and close on the loop thread; in between one thread
 * at a time, except that the compaction reads fd meanwhile.
 */
#ifndef STORE_JOURNAL_FILE_H
#define STORE_JOURNAL_FILE_H

#include "store/journal_format.h"

struct journal_file {
	char *path;
	char *compact_path;  /* where a compaction writes; renamed over path when done */
	char *lock_path;
	int fd;
	int lock_fd;
	int dir_fd;
	bool created;        /* by this open */
	bool tail_suspect;   /* an fdatasync failed: the last page may not be what we wrote */
	bool dir_suspect;    /* the directory's fsync failed after a rename */
	struct journal_head head;
	uint64_t size;       /* at open */
	uint64_t durable;    /* bytes known to be on disk; set when the replay ended */
	char *page;          /* the bytes of the last, partly filled page below durable */
	char *spare_page;
	size_t page_bytes;
	int error;           /* errno of the last failure */
};

enum journal_outcome {
	JOURNAL_DURABLE,
	JOURNAL_UNDONE,    /* surely not in the file */
	JOURNAL_UNCERTAIN, /* may be in the file; journal_file_recover() must come first */
};

/* Locks path and opens it, creating it when missing. False with *err; nothing is left open. */
bool journal_file_open(struct journal_file *file, const char *path, struct scute_error *err);
void journal_file_close(struct journal_file *file);

/* The replay is over: what lies beyond end is cut off, the rest made durable. False: error. */
bool journal_file_begin(struct journal_file *file, uint64_t end);

/* Writes at durable and syncs. On failure it has tried to undo; error tells why. */
enum journal_outcome journal_file_append(struct journal_file *file, const char *data, size_t len);

/* Back to exactly the durable bytes, surely on disk. False: try again later. */
bool journal_file_recover(struct journal_file *file);

/* Writes all of data at position, no sync. False with errno. */
bool journal_write_all(int fd, const char *data, size_t len, uint64_t position);

/* A new salt and the present time. False with errno. */
bool journal_head_new(struct journal_head *ret_head);

/*
 * fd, of the finished and synced file at compact_path with len bytes, becomes the journal.
 * False: nothing changed. True: fd is the file's now; dir_suspect may be set.
 */
bool journal_file_replace(struct journal_file *file, int fd, const struct journal_head *head,
	uint64_t len);

#endif
