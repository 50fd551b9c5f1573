/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Fuzzes the journal's file. An input is a recipe: the first two bytes make a journal of a few
 * batches, each further five bytes damage it once. Opening must end in READY, FAILED or a
 * refusal; what precedes the damage is delivered as it was, what lies behind it is never lost
 * in silence when a later entry shows that it was durable, and a refused file stays as it is.
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

#include "base/hash.h"
#include "fuzz.h"
#include "rig.h"
#include "scratch.h"
#include "store/journal_format.h"
#include "support/str.h"

#define FILE_BYTES_MAX 65536
#define ENTRIES_MAX 40
#define SALT 0x5ca1ab1eu
#define WAIT_MS 20000

/* What an operation's first byte stands for, see hurt(). */
#define FLIP "d"
#define FLIP_HEAD "e"
#define CUT "f"
#define APPEND "g"
#define CLEAR "h"
#define DROP "i"
#define COPY "j"
#define FORGE "k"
#define INSERT "l"
#define TEAR "m"

static const char *const seeds[] = {
	"fb",
	"hc" TEAR "\x05\x07" "--",
	"gd" APPEND "----",
	"ic" CUT "\xff\x02--",
	"if" TEAR "\x01\x10" "--" APPEND "--\x01\xff",
	NULL,
};

static const char *const words[] = { "a", FLIP "\x80\x01" "0-", FLIP "00\x10-",
	FLIP_HEAD "\x01\x08" "0-",
	FLIP_HEAD "\x03\x20" "0-", CUT "\x40\x02--", APPEND "--z\x40", APPEND "--\x01\xff",
	CLEAR "\x40\x02\x20-", DROP "\x80\x01\x08-", COPY "\x40\x01\x40\x09", FORGE "\x01\x08\x03-",
	FORGE "\x02\x09\x08-", FORGE "\x03\x0a\x09-", FORGE "\x01\x0b\x01-", FORGE "\x04\x02\x05-",
	FORGE "\x02\x00\x0a-", FORGE "\x05\x06\x04-", FORGE "\x02\x4b\x02-", INSERT "\xf0\x01z\x08",
	TEAR "\x02\x08--", NULL };

/* Nothing here outlives the process: syncing would only cost time. */
int __wrap_fdatasync(int fd);
int __wrap_fsync(int fd);

int __wrap_fdatasync(int fd)
{
	(void)fd;
	return 0;
}

int __wrap_fsync(int fd)
{
	(void)fd;
	return 0;
}

struct image {
	char data[FILE_BYTES_MAX];
	size_t len;
};

static struct scratch scratch;
static struct rig rig;

/* What was written, entry by entry, marks included. */
static struct image sound;
static size_t ends[ENTRIES_MAX];
static bool is_mark[ENTRIES_MAX];
static uint64_t bases[ENTRIES_MAX];
static unsigned n_entries;

static struct image damaged;
static bool forged; /* valid entries that we did not write may stand in it */

/* --- the journal as it was --- */

static void add_entry(const struct store_record *record, int64_t offset, uint64_t base)
{
	char *at = sound.data + sound.len;
	size_t bytes = record ? journal_entry_size(record) : JOURNAL_ENTRY_HEAD_BYTES;

	MUST(n_entries < ENTRIES_MAX && sound.len + bytes <= FILE_BYTES_MAX);
	if (record) {
		journal_entry_encode(record, offset * 10, at);
	} else {
		journal_mark_encode(offset * 10, at);
	}
	journal_entry_seal(at, SALT, offset, base);
	sound.len += bytes;
	is_mark[n_entries] = record == NULL;
	bases[n_entries] = base;
	ends[n_entries++] = sound.len;
}

/* Batches of one to three records; in the end a mark, as a clean close leaves one. */
static void make_journal(unsigned n_batches, unsigned shape)
{
	static char value[600];
	const struct journal_head head = { .salt = SALT, .next_offset = 0 };
	struct store_header headers[2] = { { SCUTE_STR("h"), SCUTE_STR("v") },
		{ SCUTE_STR(""), { 0 } } };
	int64_t offset = 0;
	char key[16];

	memset(value, 'v', sizeof(value));
	journal_head_encode(&head, sound.data);
	sound.len = JOURNAL_HEAD_BYTES;
	n_entries = 0;
	for (unsigned batch = 0; batch < n_batches; batch++) {
		uint64_t base = sound.len;
		for (unsigned i = 0; i <= (batch + shape) % 3; i++, offset++) {
			struct store_record record = { .headers = headers,
				.n_headers = (batch + i) % 3 };
			snprintf(key, sizeof(key), "key %d", (int)offset % 7);
			record.key = str_z(key);
			record.value = (struct scute_str){ value,
				(batch * 131 + i * 17 + shape) % sizeof(value) };
			if (offset % 5 == 4) {
				record.value = (struct scute_str){ NULL, 0 };
			}
			add_entry(&record, offset, base);
		}
	}
	if (shape & 1) {
		add_entry(NULL, 0, sound.len);
	}
}

/* --- damage --- */

static size_t entry_start(unsigned i)
{
	return i == 0 ? JOURNAL_HEAD_BYTES : ends[i - 1];
}

static void put32(char *at, uint32_t value)
{
	const unsigned char bytes[4] = { (unsigned char)value, (unsigned char)(value >> 8),
		(unsigned char)(value >> 16), (unsigned char)(value >> 24) };

	memcpy(at, bytes, sizeof(bytes));
}

/* A field of a sound entry gets a bad value, under checksums that fit. */
static void forge(unsigned which, unsigned field, unsigned value)
{
	static const uint32_t values[] = { 0, 1, 7, 8, 0x7fffffff, 0x80000000, 0xffffffff,
		0xfffffff8, 56, 64,
		1 << 24, (1 << 24) + 8, 4096, 4097, 0x10000, 3 };
	size_t start = n_entries > 0 ? entry_start(which % n_entries) : 0;
	size_t end = n_entries > 0 ? ends[which % n_entries] : JOURNAL_HEAD_BYTES;
	char *at = damaged.data + start;

	if (end > damaged.len) {
		return;
	}
	forged = true;
	if (start == 0 || field % 16 == 15) {
		at = damaged.data;
		put32(at + 8 + field / 16 % 12 * 4, values[value % 16]);
		put32(at + 60, crc32c(0, at, 60));
		return;
	}
	put32(at + 8 + field % 12 * 4, values[value % 16]);
	if (field & 0x40) {
		put32(at + 12, crc32c(0, at + JOURNAL_ENTRY_HEAD_BYTES,
			end - start - JOURNAL_ENTRY_HEAD_BYTES));
	}
	put32(at + 4, crc32c(SALT, at + 8, JOURNAL_ENTRY_HEAD_BYTES - 8));
}

static void insert(size_t at, const char *data, size_t len)
{
	if (damaged.len + len <= FILE_BYTES_MAX && at <= damaged.len) {
		memmove(damaged.data + at + len, damaged.data + at, damaged.len - at);
		memcpy(damaged.data + at, data, len);
		damaged.len += len;
	}
}

static void copy_stretch(size_t from, size_t to, size_t len)
{
	char stretch[512];

	len = len < sizeof(stretch) ? len : sizeof(stretch);
	if (from + len <= damaged.len) {
		memcpy(stretch, damaged.data + from, len);
		insert(to, stretch, len);
		forged = true;
	}
}

static void fill(size_t at, size_t len, char with)
{
	len = at + len > damaged.len ? damaged.len - at : len;
	memset(damaged.data + at, with, len);
}

static void hurt(const unsigned char *op)
{
	size_t at = damaged.len > 0 ? (op[1] + 256u * op[2]) % damaged.len : 0;
	static char junk[256];

	if (damaged.len == 0) {
		return;
	}
	memset(junk, op[3], sizeof(junk));
	switch (op[0] % 10) {
	case 0:
		damaged.data[at] ^= (char)(op[3] | 1);
		break;
	case 1: /* the same, more often in what stands in heads */
		at = n_entries > 0 ? entry_start(op[1] % n_entries) + op[2] % 56 : at;
		if (at < damaged.len) {
			damaged.data[at] ^= (char)(op[3] | 1);
		}
		break;
	case 2:
		damaged.len = at;
		break;
	case 3:
		insert(damaged.len, junk, op[4]);
		break;
	case 4:
		fill(at, op[3] * 16u, 0);
		break;
	case 5: /* bytes gone: what follows has another place */
		memmove(damaged.data + at, damaged.data + at + (op[3] < damaged.len - at ? op[3] :
			damaged.len - at), damaged.len - at - (op[3] < damaged.len - at ? op[3] :
			damaged.len - at));
		damaged.len -= op[3] < damaged.len - at ? op[3] : damaged.len - at;
		forged = true;
		break;
	case 6:
		copy_stretch(at, op[3] * 8u, op[4] * 8u);
		break;
	case 7:
		forge(op[1], op[2], op[3]);
		break;
	case 8:
		insert(at, junk, op[4]);
		forged = true;
		break;
	default: /* the tail of an entry and what follows: a torn write */
		at = n_entries > 0 ? ends[op[1] % n_entries] - op[2] % 56 : at;
		damaged.len = at < damaged.len ? at : damaged.len;
	}
}

/* --- what must come of it --- */

static size_t first_difference(void)
{
	size_t at = 0;

	while (at < sound.len && at < damaged.len && sound.data[at] == damaged.data[at]) {
		at++;
	}
	return at;
}

static bool is_intact(unsigned i)
{
	size_t start = entry_start(i);

	return ends[i] <= damaged.len &&
		memcmp(sound.data + start, damaged.data + start, ends[i] - start) == 0;
}

/* A later entry shows that the damage, in the entry that begins at bad, hit what was durable. */
static bool is_proven(size_t bad)
{
	for (unsigned i = 0; i < n_entries; i++) {
		if (is_intact(i) && bases[i] > bad) {
			return true;
		}
	}
	return false;
}

static bool same_slice(struct scute_str a, struct scute_str b)
{
	return str_eq(a, b) && !a.data == !b.data;
}

static bool is_original(const struct store_record *record, unsigned i)
{
	struct journal_entry entry;

	journal_entry_decode(sound.data + entry_start(i), &entry);
	return record->offset == entry.offset && record->timestamp_ms == entry.timestamp_ms &&
		same_slice(record->key, entry.key) && same_slice(record->value, entry.value) &&
		record->n_headers == entry.n_headers;
}

/* The records that lie wholly before the damage, in order; without forgery nothing else. */
static void check_records(size_t damage)
{
	size_t n = 0;
	unsigned i = 0;

	for (; i < n_entries && (ends[i] <= damage || (!forged && n < rig.n_records)); i++) {
		if (!is_mark[i]) {
			MUST(n < rig.n_records);
			MUST(is_original(&rig.records[n].record, i));
			n++;
		}
	}
	MUST(forged || n == rig.n_records);
	for (; n < rig.n_records; n++) {
		MUST(n == 0 || rig.records[n].record.offset > rig.records[n - 1].record.offset);
	}
}

static bool is_resolved(struct rig *at, const void *what)
{
	(void)what;
	return at->state == STORE_READY || at->state == STORE_FAILED;
}

static void check_file_is(const struct image *image)
{
	static char now[FILE_BYTES_MAX + 1];
	int fd = open(scratch.path, O_RDONLY);
	ssize_t n = read(fd, now, sizeof(now));

	MUST(fd >= 0 && n == (ssize_t)image->len && memcmp(now, image->data, image->len) == 0);
	close(fd);
}

/* It takes writes, and what it had and took is there the next time. */
static void check_usable(const struct config *config)
{
	size_t n = rig.n_records;
	int64_t last = n > 0 ? rig.records[n - 1].record.offset : -1;

	enum store_status status = rig_put(&rig, "new", "value");
	if (last > INT64_MAX - 100) {
		return; /* a forged offset has used them up */
	}
	MUST(status == STORE_OK);
	MUST(rig.n_records == n + 1 && rig.records[n].record.offset > last);
	rig_close(&rig, WAIT_MS);
	MUST(rig_open(&rig, &store_journal, config));
	MUST(rig_wait(&rig, is_resolved, NULL) && rig.state == STORE_READY);
	MUST(rig.n_records == n + 1 && str_eq_z(rig.records[n].record.value, "value"));
}

static void write_file(void)
{
	int fd = open(scratch.path, O_WRONLY | O_CREAT | O_TRUNC, 0600);

	MUST(fd >= 0 && write(fd, damaged.data, damaged.len) == (ssize_t)damaged.len);
	close(fd);
}

/* READY? */
static bool check_open(const struct config *config)
{
	size_t damage = first_difference();

	write_file();
	if (!rig_open(&rig, &store_journal, config)) {
		/* An empty file is a new journal; else only the head can be wrong. */
		MUST(damage < JOURNAL_HEAD_BYTES && damaged.len > 0);
		MUST(rig.err.text[0] != '\0' && strstr(rig.err.text, scratch.path));
		check_file_is(&damaged);
		return false;
	}
	MUST(damage >= JOURNAL_HEAD_BYTES || forged || damaged.len == 0);
	MUST(rig_wait(&rig, is_resolved, NULL));
	if (damage >= JOURNAL_HEAD_BYTES) {
		check_records(damage);
	}
	bool is_ready = rig.state == STORE_READY;
	if (is_ready) {
		size_t bad = JOURNAL_HEAD_BYTES;
		for (unsigned i = 0; i < n_entries && is_intact(i); i++) {
			bad = ends[i];
		}
		MUST(forged || damage == sound.len || damaged.len == 0 || !is_proven(bad));
		check_usable(config);
	} else {
		MUST(strstr(rig.text, scratch.path));
		check_file_is(&damaged);
	}
	rig_close(&rig, WAIT_MS);
	return is_ready;
}

static void begin(void)
{
	hash_init();
	scratch_init(&scratch);
	rig_init(&rig, WAIT_MS);
}

static bool one(const char *data, size_t len)
{
	const unsigned char *bytes = (const unsigned char *)data;
	const struct config *config;

	if (len < 2) {
		return false;
	}
	scratch.n = 0; /* the same names again */
	config = scratch_fresh(&scratch);
	make_journal(bytes[0] % 10, bytes[1]);
	damaged = sound;
	forged = false;
	for (size_t at = 2; len - at >= 5 && at < 2 + 5 * 20; at += 5) {
		hurt(bytes + at);
	}
	bool good = check_open(config);
	unlink(scratch.path);
	return good;
}

static void end(void)
{
	rig_finish(&rig);
	scratch_finish(&scratch);
}

const struct fuzz_target fuzz_target = {
	.seeds = seeds,
	.words = words,
	.rounds = 500,
	.begin = begin,
	.one = one,
	.end = end,
};
