/* SPDX-License-Identifier: Apache-2.0 */
/* Encodes, seals and checks the head and the entries of a journal file (layout: the header). */
#include "store/journal_format.h"

#include <assert.h>
#include <endian.h>
#include <string.h>

#include "base/hash.h"

#define MARKER 0x4345524au
#define VERSION 1u
#define NULL_BYTES 0xffffffffu

static const char magic[8] = { 'S', 'C', 'U', 'T', 'E', 'J', 'N', 'L' };

enum {
	AT_MARKER = 0,
	AT_HEAD_CRC = 4,
	AT_BYTES = 8,
	AT_BODY_CRC = 12,
	AT_OFFSET = 16,
	AT_TIMESTAMP = 24,
	AT_BASE = 32,
	AT_KEY = 40,
	AT_VALUE = 44,
	AT_HEADERS = 48,
	AT_N_HEADERS = 52,
	AT_KIND = 54,
};

static void put16(char *at, uint16_t value)
{
	value = htole16(value);
	memcpy(at, &value, sizeof(value));
}

static void put32(char *at, uint32_t value)
{
	value = htole32(value);
	memcpy(at, &value, sizeof(value));
}

static void put64(char *at, uint64_t value)
{
	value = htole64(value);
	memcpy(at, &value, sizeof(value));
}

static uint16_t get16(const char *at)
{
	uint16_t value;

	memcpy(&value, at, sizeof(value));
	return le16toh(value);
}

static uint32_t get32(const char *at)
{
	uint32_t value;

	memcpy(&value, at, sizeof(value));
	return le32toh(value);
}

static uint64_t get64(const char *at)
{
	uint64_t value;

	memcpy(&value, at, sizeof(value));
	return le64toh(value);
}

void journal_head_encode(const struct journal_head *head, char ret_bytes[JOURNAL_HEAD_BYTES])
{
	memset(ret_bytes, 0, JOURNAL_HEAD_BYTES);
	memcpy(ret_bytes, magic, sizeof(magic));
	put32(ret_bytes + 8, VERSION);
	put32(ret_bytes + 12, head->salt);
	put64(ret_bytes + 16, (uint64_t)head->next_offset);
	put64(ret_bytes + 24, (uint64_t)head->compacted_offset);
	put64(ret_bytes + 32, head->generation);
	put64(ret_bytes + 40, (uint64_t)head->created_ms);
	put32(ret_bytes + 60, crc32c(0, ret_bytes, 60));
}

const char *journal_head_decode(const char bytes[JOURNAL_HEAD_BYTES],
	struct journal_head *ret_head)
{
	struct journal_head head;

	if (memcmp(bytes, magic, sizeof(magic)) != 0) {
		return "it is not a journal (wrong magic)";
	}
	/* The version comes first: only this one promises where the checksum is. */
	if (get32(bytes + 8) != VERSION) {
		return "its format version is not 1";
	}
	if (get32(bytes + 60) != crc32c(0, bytes, 60)) {
		return "its head is damaged (wrong checksum)";
	}
	head.salt = get32(bytes + 12);
	head.next_offset = (int64_t)get64(bytes + 16);
	head.compacted_offset = (int64_t)get64(bytes + 24);
	head.generation = get64(bytes + 32);
	head.created_ms = (int64_t)get64(bytes + 40);
	if (head.next_offset < 0 || head.compacted_offset < 0) {
		return "its head is damaged (negative offset)";
	}
	*ret_head = head;
	return NULL;
}

/* Bytes of all headers encoded; JOURNAL_ENTRY_BYTES_MAX + 1 when beyond it. */
static size_t headers_size(const struct store_header *headers, size_t n)
{
	size_t total = 0;

	for (size_t i = 0; i < n; i++) {
		if (headers[i].name.len > JOURNAL_ENTRY_BYTES_MAX ||
				headers[i].value.len > JOURNAL_ENTRY_BYTES_MAX) {
			return JOURNAL_ENTRY_BYTES_MAX + 1;
		}
		total += 8 + headers[i].name.len + headers[i].value.len;
		if (total > JOURNAL_ENTRY_BYTES_MAX) {
			return JOURNAL_ENTRY_BYTES_MAX + 1;
		}
	}
	return total;
}

static size_t aligned(size_t bytes)
{
	return (bytes + JOURNAL_ALIGNMENT - 1) & ~(size_t)(JOURNAL_ALIGNMENT - 1);
}

size_t journal_entry_size(const struct store_record *record)
{
	size_t total;

	if (record->key.len > JOURNAL_ENTRY_BYTES_MAX ||
			record->value.len > JOURNAL_ENTRY_BYTES_MAX ||
			record->n_headers > JOURNAL_HEADERS_MAX) {
		return 0;
	}
	total = aligned(JOURNAL_ENTRY_HEAD_BYTES + record->key.len + record->value.len +
		headers_size(record->headers, record->n_headers));
	return total <= JOURNAL_ENTRY_BYTES_MAX ? total : 0;
}

static uint32_t slice_bytes(struct scute_str slice)
{
	return slice.data ? (uint32_t)slice.len : NULL_BYTES;
}

static char *put_slice(char *at, struct scute_str slice)
{
	if (slice.len > 0) {
		memcpy(at, slice.data, slice.len);
	}
	return at + slice.len;
}

static char *put_headers(char *at, const struct store_header *headers, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		put32(at, (uint32_t)headers[i].name.len);
		put32(at + 4, slice_bytes(headers[i].value));
		at = put_slice(at + 8, headers[i].name);
		at = put_slice(at, headers[i].value);
	}
	return at;
}

static void put_head(char *at, size_t bytes, enum journal_kind kind, int64_t timestamp_ms)
{
	memset(at, 0, JOURNAL_ENTRY_HEAD_BYTES);
	put32(at + AT_MARKER, MARKER);
	put32(at + AT_BYTES, (uint32_t)bytes);
	put64(at + AT_TIMESTAMP, (uint64_t)timestamp_ms);
	put16(at + AT_KIND, (uint16_t)kind);
}

void journal_entry_encode(const struct store_record *record, int64_t timestamp_ms, char *at)
{
	size_t bytes = journal_entry_size(record);
	char *body = at + JOURNAL_ENTRY_HEAD_BYTES;
	char *headers;

	assert(bytes > 0);
	put_head(at, bytes, JOURNAL_RECORD, timestamp_ms);
	body = put_slice(body, record->key);
	body = put_slice(body, record->value);
	headers = body;
	body = put_headers(body, record->headers, record->n_headers);
	memset(body, 0, (size_t)(at + bytes - body));
	put32(at + AT_KEY, slice_bytes(record->key));
	put32(at + AT_VALUE, slice_bytes(record->value));
	put32(at + AT_HEADERS, (uint32_t)(body - headers));
	put16(at + AT_N_HEADERS, (uint16_t)record->n_headers);
}

void journal_mark_encode(int64_t timestamp_ms, char *at)
{
	put_head(at, JOURNAL_ENTRY_HEAD_BYTES, JOURNAL_MARK, timestamp_ms);
	put32(at + AT_KEY, NULL_BYTES);
	put32(at + AT_VALUE, NULL_BYTES);
}

size_t journal_entry_length(const char *at)
{
	return get32(at + AT_BYTES);
}

static uint32_t head_crc(const char *at, uint32_t salt)
{
	return crc32c(salt, at + AT_BYTES, JOURNAL_ENTRY_HEAD_BYTES - AT_BYTES);
}

static uint32_t body_crc(const char *at, size_t bytes)
{
	return crc32c(0, at + JOURNAL_ENTRY_HEAD_BYTES, bytes - JOURNAL_ENTRY_HEAD_BYTES);
}

void journal_entry_seal(char *at, uint32_t salt, int64_t offset, uint64_t base)
{
	put32(at + AT_BODY_CRC, body_crc(at, journal_entry_length(at)));
	put64(at + AT_OFFSET, (uint64_t)offset);
	journal_entry_reseal(at, salt, base);
}

void journal_entry_reseal(char *at, uint32_t salt, uint64_t base)
{
	put64(at + AT_BASE, base);
	put32(at + AT_HEAD_CRC, head_crc(at, salt));
}

enum journal_verdict journal_entry_peek(const char *data, size_t len, uint32_t salt,
	struct journal_entry *ret_entry)
{
	uint32_t bytes;

	if (len < JOURNAL_ENTRY_HEAD_BYTES) {
		return JOURNAL_SHORT;
	}
	bytes = get32(data + AT_BYTES);
	if (get32(data + AT_MARKER) != MARKER || bytes < JOURNAL_ENTRY_HEAD_BYTES ||
			bytes > JOURNAL_ENTRY_BYTES_MAX || bytes % JOURNAL_ALIGNMENT != 0 ||
			get32(data + AT_HEAD_CRC) != head_crc(data, salt)) {
		return JOURNAL_BAD;
	}
	ret_entry->data = data;
	ret_entry->bytes = bytes;
	ret_entry->kind = (enum journal_kind)get16(data + AT_KIND);
	ret_entry->offset = (int64_t)get64(data + AT_OFFSET);
	ret_entry->timestamp_ms = (int64_t)get64(data + AT_TIMESTAMP);
	ret_entry->base = get64(data + AT_BASE);
	return JOURNAL_GOOD;
}

static struct scute_str take_slice(const char **at, uint32_t bytes)
{
	struct scute_str slice = { NULL, 0 };

	if (bytes != NULL_BYTES) {
		slice.data = *at;
		slice.len = bytes;
		*at += bytes;
	}
	return slice;
}

void journal_entry_decode(const char *data, struct journal_entry *ret_entry)
{
	const char *body = data + JOURNAL_ENTRY_HEAD_BYTES;

	ret_entry->data = data;
	ret_entry->bytes = get32(data + AT_BYTES);
	ret_entry->kind = (enum journal_kind)get16(data + AT_KIND);
	ret_entry->offset = (int64_t)get64(data + AT_OFFSET);
	ret_entry->timestamp_ms = (int64_t)get64(data + AT_TIMESTAMP);
	ret_entry->base = get64(data + AT_BASE);
	ret_entry->key = take_slice(&body, get32(data + AT_KEY));
	ret_entry->value = take_slice(&body, get32(data + AT_VALUE));
	ret_entry->headers = take_slice(&body, get32(data + AT_HEADERS));
	ret_entry->n_headers = get16(data + AT_N_HEADERS);
}

/* Whether key, value and headers fill the entry exactly. Sums in 64 bits: nothing wraps. */
static bool lengths_fit(const char *data, uint32_t bytes)
{
	uint32_t key = get32(data + AT_KEY);
	uint32_t value = get32(data + AT_VALUE);
	uint64_t sum = JOURNAL_ENTRY_HEAD_BYTES;

	sum += key == NULL_BYTES ? 0 : key;
	sum += value == NULL_BYTES ? 0 : value;
	sum += get32(data + AT_HEADERS);
	return sum <= bytes && aligned((size_t)sum) == bytes;
}

static bool headers_fit(struct scute_str headers, uint32_t n)
{
	const char *at = headers.data;
	size_t left = headers.len;

	for (uint32_t i = 0; i < n; i++) {
		uint64_t sum = 8;

		if (left < sum) {
			return false;
		}
		sum += get32(at);
		sum += get32(at + 4) == NULL_BYTES ? 0 : get32(at + 4);
		if (left < sum) {
			return false;
		}
		at += sum;
		left -= sum;
	}
	return left == 0;
}

enum journal_verdict journal_entry_check(const char *data, size_t len, uint32_t salt,
	struct journal_entry *ret_entry, size_t *ret_needed)
{
	struct journal_entry entry;
	enum journal_verdict verdict = journal_entry_peek(data, len, salt, &entry);

	if (verdict == JOURNAL_SHORT) {
		*ret_needed = JOURNAL_ENTRY_HEAD_BYTES;
	}
	if (verdict != JOURNAL_GOOD) {
		return verdict;
	}
	if (len < entry.bytes) {
		*ret_needed = entry.bytes;
		return JOURNAL_SHORT;
	}
	if (entry.kind > JOURNAL_MARK || entry.offset < 0 ||
			get16(data + AT_N_HEADERS) > JOURNAL_HEADERS_MAX ||
			!lengths_fit(data, entry.bytes) ||
			get32(data + AT_BODY_CRC) != body_crc(data, entry.bytes)) {
		return JOURNAL_BAD;
	}
	journal_entry_decode(data, &entry);
	if (!headers_fit(entry.headers, entry.n_headers)) {
		return JOURNAL_BAD;
	}
	*ret_entry = entry;
	return JOURNAL_GOOD;
}

void journal_entry_headers(const struct journal_entry *entry, struct store_header *headers)
{
	const char *at = entry->headers.data;

	for (uint32_t i = 0; i < entry->n_headers; i++) {
		uint32_t name_bytes = get32(at);
		uint32_t value_bytes = get32(at + 4);

		at += 8;
		headers[i].name = take_slice(&at, name_bytes);
		headers[i].value = take_slice(&at, value_bytes);
	}
}
