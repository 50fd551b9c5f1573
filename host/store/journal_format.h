/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The bytes of a journal file: its head and its entries, encoded, sealed and checked.
 * Pure functions on memory; journal_file.h does the reading and writing.
 *
 * All numbers are little-endian. A file is one head of 64 bytes, then entries without gaps;
 * each entry begins at a multiple of 8.
 *
 * Head
 *    0  u8[8]  "SCUTEJNL"
 *    8  u32    format version, 1
 *   12  u32    salt: a random number, the seed of every entry's head checksum
 *   16  i64    next offset at least this (compaction may have dropped the last record)
 *   24  i64    compacted offset: what lies below it has been through a compaction
 *   32  u64    generation: how many compactions made this file
 *   40  i64    time of creation, ms since the epoch
 *   48  u8[12] zero
 *   60  u32    CRC-32C of bytes 0..59
 *
 * Entry
 *    0  u32    marker 0x4345524a ("JREC")
 *    4  u32    CRC-32C of bytes 8..55, seeded with the salt
 *    8  u32    bytes of the whole entry, a multiple of 8
 *   12  u32    CRC-32C of the body, bytes 56 to the end
 *   16  i64    offset
 *   24  i64    timestamp, ms since the epoch
 *   32  u64    base: the file up to this position was durable before the entry was written
 *   40  u32    bytes of the key; 0xffffffff: null
 *   44  u32    bytes of the value; 0xffffffff: null
 *   48  u32    bytes of all headers
 *   52  u16    number of headers
 *   54  u16    kind: 0 record, 1 mark
 *   56  body: key, value, headers, zeros up to a multiple of 8. A header is u32 bytes of
 *       its name, u32 bytes of its value (0xffffffff: null), name, value.
 *
 * base is what tells a torn tail from damage: when the entry at position P is bad and a later
 * entry says that everything below its base, beyond P, was durable, then P was once good. The
 * salt keeps bytes that a client sent, or that an older file left on the disk, from passing as
 * an entry of this file. A mark carries nothing but its base; a clean close writes one.
 */
#ifndef STORE_JOURNAL_FORMAT_H
#define STORE_JOURNAL_FORMAT_H

#include "store/store.h"
#include "support/buf.h"

#define JOURNAL_HEAD_BYTES 64u
#define JOURNAL_ENTRY_HEAD_BYTES 56u
#define JOURNAL_ALIGNMENT 8u
#define JOURNAL_ENTRY_BYTES_MAX (16u << 20)
#define JOURNAL_HEADERS_MAX 4096u

struct journal_head {
	uint32_t salt;
	int64_t next_offset;
	int64_t compacted_offset;
	uint64_t generation;
	int64_t created_ms;
};

enum journal_kind {
	JOURNAL_RECORD = 0,
	JOURNAL_MARK = 1,
};

/* An entry as it lies in memory; slices point into the bytes it was read from. */
struct journal_entry {
	const char *data;
	uint32_t bytes;
	enum journal_kind kind;
	int64_t offset;
	int64_t timestamp_ms;
	uint64_t base;
	struct scute_str key;
	struct scute_str value;
	struct scute_str headers; /* still encoded */
	uint32_t n_headers;
};

enum journal_verdict {
	JOURNAL_GOOD,
	JOURNAL_SHORT, /* more bytes are needed to tell */
	JOURNAL_BAD,
};

void journal_head_encode(const struct journal_head *head, char ret_bytes[JOURNAL_HEAD_BYTES]);

/* NULL when fine, else what is wrong with it (a constant text). */
const char *journal_head_decode(const char bytes[JOURNAL_HEAD_BYTES],
	struct journal_head *ret_head);

/* Bytes that the record takes; 0: beyond a limit. */
size_t journal_entry_size(const struct store_record *record);

/* Writes an unsealed entry of journal_entry_size(record) bytes. */
void journal_entry_encode(const struct store_record *record, int64_t timestamp_ms, char *at);

/* Writes an unsealed mark of JOURNAL_ENTRY_HEAD_BYTES. */
void journal_mark_encode(int64_t timestamp_ms, char *at);

/* Bytes of the encoded entry at `at`, which is known to be whole. */
size_t journal_entry_length(const char *at);

/* Gives an encoded entry its offset, base and checksums. Any thread. */
void journal_entry_seal(char *at, uint32_t salt, int64_t offset, uint64_t base);

/* Gives a sealed entry that moves to another file its new base; the body's checksum stays. */
void journal_entry_reseal(char *at, uint32_t salt, uint64_t base);

/*
 * Looks at the head of an entry only. GOOD fills bytes, kind, offset, timestamp_ms, base of
 * *ret_entry.
 */
enum journal_verdict journal_entry_peek(const char *data, size_t len, uint32_t salt,
	struct journal_entry *ret_entry);

/*
 * Checks a whole entry. On SHORT *ret_needed is how many bytes are needed from data on.
 */
enum journal_verdict journal_entry_check(const char *data, size_t len, uint32_t salt,
	struct journal_entry *ret_entry, size_t *ret_needed);

/* Takes apart an entry that we encoded ourselves, without checking it again. */
void journal_entry_decode(const char *data, struct journal_entry *ret_entry);

/* headers: room for entry->n_headers. */
void journal_entry_headers(const struct journal_entry *entry, struct store_header *headers);

#endif
