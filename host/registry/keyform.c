/* SPDX-License-Identifier: Apache-2.0 */
/* Remembering and reusing the bytes of keys. */
#include "registry/keyform.h"

#include <stdlib.h>
#include <string.h>

#include "base/hash.h"
#include "support/str.h"

/* As we write it a key is at most so much longer than as it was read: members it lacked. */
#define KEY_BYTES_MAX (KEYFORMS_KEY_BYTES_MAX + 256)

/* One odd form of one logical key. Several forms are several items with the same logical key. */
struct odd {
	uint32_t logical_len;
	uint32_t raw_len;
	char bytes[]; /* logical, then raw */
};

static struct scute_str odd_logical(const struct odd *odd)
{
	return (struct scute_str){ odd->bytes, odd->logical_len };
}

static struct scute_str odd_raw(const struct odd *odd)
{
	return (struct scute_str){ odd->bytes + odd->logical_len, odd->raw_len };
}

static uint64_t hash_odd(const void *item)
{
	return hash64(odd_logical(item));
}

void keyforms_init(struct keyforms *forms, enum record_key_order own)
{
	*forms = (struct keyforms){ .own = own };
	map_init(&forms->odd, hash_odd);
}

void keyforms_finish(struct keyforms *forms)
{
	size_t i = 0;
	void *odd;

	while ((odd = map_next(&forms->odd, &i))) {
		free(odd);
	}
	map_finish(&forms->odd);
}

static bool write_key(const struct record *record, enum record_key_order order,
	struct scute_arena *arena, struct scute_str *ret_key)
{
	struct buf buf;

	buf_init_arena(&buf, KEY_BYTES_MAX, arena);
	if (!record_write_key(&buf, record, order)) {
		return false;
	}
	*ret_key = buf_str(&buf);
	return true;
}

struct collect {
	struct scute_str logical;
	struct scute_str raw[KEYFORMS_MAX];
	size_t n;
};

/* Never stops the probe: gathers every form of the key. */
static bool collect_form(const void *item, const void *key)
{
	struct collect *collect = (struct collect *)(uintptr_t)key;

	if (collect->n < KEYFORMS_MAX - 2 && str_eq(odd_logical(item), collect->logical)) {
		collect->raw[collect->n++] = odd_raw(item);
	}
	return false;
}

static void collect_odd(const struct keyforms *forms, struct scute_str logical, struct collect *ret)
{
	*ret = (struct collect){ .logical = logical };
	if (forms->odd.count > 0) {
		map_find(&forms->odd, hash64(logical), collect_form, ret);
	}
}

static bool remember(struct keyforms *forms, struct scute_str logical, struct scute_str raw)
{
	struct collect known;

	collect_odd(forms, logical, &known);
	for (size_t i = 0; i < known.n; i++) {
		if (str_eq(known.raw[i], raw)) {
			return true;
		}
	}
	if (known.n >= KEYFORMS_MAX - 2) {
		return true;
	}
	struct odd *odd = malloc(sizeof(*odd) + logical.len + raw.len);
	if (!odd) {
		return false;
	}
	odd->logical_len = (uint32_t)logical.len;
	odd->raw_len = (uint32_t)raw.len;
	memcpy(odd->bytes, logical.data, logical.len);
	memcpy(odd->bytes + logical.len, raw.data, raw.len);
	if (!map_insert(&forms->odd, odd)) {
		free(odd);
		return false;
	}
	return true;
}

bool keyforms_note(struct keyforms *forms, const struct record *record, enum record_key_order order,
	struct scute_str raw_key, struct scute_arena *arena)
{
	struct scute_str canonical;
	struct scute_str written;

	if (!write_key(record, RECORD_KEY_CANONICAL, arena, &canonical)) {
		return false;
	}
	if (!write_key(record, order == RECORD_KEY_LEGACY ? order : forms->own, arena, &written)) {
		return false;
	}
	if (!str_eq(written, raw_key)) {
		return remember(forms, canonical, raw_key);
	}
	if (order == RECORD_KEY_LEGACY) {
		forms->seen_legacy = true;
	} else {
		forms->seen_canonical = true;
	}
	return true;
}

static enum record_key_order default_order(const struct keyforms *forms)
{
	return forms->seen_legacy ? RECORD_KEY_LEGACY : forms->own;
}

bool keyforms_key(const struct keyforms *forms, const struct record *record, struct scute_arena *arena,
	struct scute_str *ret_key)
{
	struct collect known;
	struct scute_str canonical;

	if (!write_key(record, RECORD_KEY_CANONICAL, arena, &canonical)) {
		return false;
	}
	collect_odd(forms, canonical, &known);
	if (known.n > 0) {
		*ret_key = known.raw[0];
		return true;
	}
	return write_key(record, default_order(forms), arena, ret_key);
}

size_t keyforms_all(const struct keyforms *forms, const struct record *record, struct scute_arena *arena,
	struct scute_str ret_keys[KEYFORMS_MAX])
{
	struct collect known;
	struct scute_str canonical;
	size_t n = 0;

	if (!write_key(record, RECORD_KEY_CANONICAL, arena, &canonical) ||
		!write_key(record, forms->own, arena, &ret_keys[0])) {
		return 0;
	}
	collect_odd(forms, canonical, &known);
	if (!forms->seen_legacy || forms->seen_canonical) {
		n = 1;
	}
	if (forms->seen_legacy) {
		if (!write_key(record, RECORD_KEY_LEGACY, arena, &ret_keys[n])) {
			return 0;
		}
		n++;
	}
	memcpy(&ret_keys[n], known.raw, known.n * sizeof(known.raw[0]));
	return n + known.n;
}
