/* SPDX-License-Identifier: Apache-2.0 */
/* Distinct schemas by id and identity; equal content is held once. */
#include "registry/schema.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "registry/referrers.h"
#include "support/buf.h"
#include "support/str.h"

#define PAGE_IDS 256u

struct schema_page {
	uint64_t number; /* context, then id / PAGE_IDS */
	uint32_t count;
	struct schema *slots[PAGE_IDS];
};

static uint64_t hash_identity(const void *item)
{
	return ((const struct schema *)item)->identity.low;
}

/* Neighbouring page numbers must not share neighbouring slots' fate: a multiplicative hash. */
static uint64_t hash_number(uint64_t number)
{
	return (number + 1) * 0x9e3779b97f4a7c15u;
}

static uint64_t hash_page(const void *item)
{
	return hash_number(((const struct schema_page *)item)->number);
}

static bool equal_page(const void *item, const void *key)
{
	return ((const struct schema_page *)item)->number == *(const uint64_t *)key;
}

/* What an id is unique as. */
static uint64_t place_of(uint16_t context, uint32_t id)
{
	return (uint64_t)context << 32 | id;
}

static uint64_t place(const struct schema *schema)
{
	return place_of(schema->context, schema->id);
}

static uint64_t hash_clashed(const void *item)
{
	return hash_number(place(item));
}

static bool equal_place(const void *item, const void *key)
{
	return place(item) == *(const uint64_t *)key;
}

static bool equal_content(const void *item, const void *key)
{
	const struct schema *schema = item;
	const struct schema *wanted = key;

	return place(schema) == place(wanted) && schema->identity.low == wanted->identity.low &&
		schema->identity.high == wanted->identity.high;
}

bool schemas_init(struct schemas *schemas)
{
	*schemas = (struct schemas){ 0 };
	map_init(&schemas->by_identity, hash_identity);
	map_init(&schemas->pages, hash_page);
	map_init(&schemas->clashed, hash_clashed);
	referrers_init(&schemas->referrers);
	return contexts_init(&schemas->contexts);
}

void schemas_finish(struct schemas *schemas)
{
	size_t i = 0;
	struct schema_page *page;
	struct schema_type *type;

	assert(schemas->count == 0);
	map_finish(&schemas->by_identity);
	map_finish(&schemas->clashed);
	while ((page = map_next(&schemas->pages, &i))) {
		free(page);
	}
	map_finish(&schemas->pages);
	referrers_finish(&schemas->referrers);
	contexts_finish(&schemas->contexts);
	while ((type = schemas->types)) {
		schemas->types = type->next;
		free(type);
	}
}

const struct schema_type *schemas_type(struct schemas *schemas, struct scute_str name,
	const struct scute_format *format)
{
	struct schema_type *type = schemas->types;

	while (type && !str_eq(type->name, name)) {
		type = type->next;
	}
	if (type) {
		return type;
	}
	type = malloc(sizeof(*type) + name.len);
	if (!type) {
		return NULL;
	}
	char *text = (char *)(type + 1);
	memcpy(text, name.data, name.len);
	*type = (struct schema_type){ schemas->types, format, { text, name.len } };
	schemas->types = type;
	return type;
}

static uint64_t page_number(uint64_t place)
{
	return place / PAGE_IDS;
}

static struct schema_page *page_of(const struct schemas *schemas, uint64_t place)
{
	uint64_t number = page_number(place);

	return map_find(&schemas->pages, hash_number(number), equal_page, &number);
}

const struct schema *schemas_in(const struct schemas *schemas, uint16_t context, uint32_t id)
{
	const struct schema_page *page = page_of(schemas, place_of(context, id));

	return page ? page->slots[id % PAGE_IDS] : NULL;
}

const struct schema *schemas_by_id(const struct schemas *schemas, uint32_t id)
{
	return schemas_in(schemas, 0, id);
}

uint32_t schemas_max_id(const struct schemas *schemas)
{
	return schemas->contexts.all[0]->max_id;
}

uint64_t *schemas_pages(const struct schemas *schemas, size_t *ret_n)
{
	uint64_t *numbers = malloc((schemas->pages.count + 1) * sizeof(*numbers));
	const struct schema_page *page;
	size_t position = 0;
	size_t n = 0;

	while (numbers && (page = map_next(&schemas->pages, &position))) {
		numbers[n++] = page->number;
	}
	*ret_n = n;
	return numbers;
}

void schemas_each_of_page(const struct schemas *schemas, uint64_t page,
	void (*each)(void *user, const struct schema *schema), void *user)
{
	const struct schema_page *found = page_of(schemas, page * PAGE_IDS);

	for (size_t i = 0; found && i < PAGE_IDS; i++) {
		if (found->slots[i]) {
			each(user, found->slots[i]);
		}
	}
}

struct identity_search {
	struct hash128 identity;
	const struct schema *lowest;
};

/* Never stops the probe: several ids may hold the same content. */
static bool note_lowest(const void *item, const void *key)
{
	const struct schema *schema = item;
	struct identity_search *search = (struct identity_search *)(uintptr_t)key;

	if (schema->identity.low == search->identity.low &&
		schema->identity.high == search->identity.high &&
		(!search->lowest || schema->id < search->lowest->id)) {
		search->lowest = schema;
	}
	return false;
}

const struct schema *schemas_by_identity(const struct schemas *schemas, struct hash128 identity)
{
	struct identity_search search = { identity, NULL };

	map_find(&schemas->by_identity, identity.low, note_lowest, &search);
	return search.lowest;
}

static bool is_default(struct scute_str context)
{
	return context.len == 0 || str_eq_z(context, CONTEXT_DEFAULT);
}

static void put_part(struct buf *buf, struct scute_str part)
{
	uint64_t len = part.len;

	buf_append(buf, &len, sizeof(len));
	buf_append_str(buf, part);
}

/* What the format makes of the text; the text itself when the format refuses it or is absent. */
static enum scute_status identity_bytes(const struct schema_content *content,
	const struct scute_limits *limits, struct scute_arena *arena, struct scute_str *ret_bytes)
{
	const struct scute_format *format = content->type->format;
	struct scute_source source = { sizeof(source), SCUTE_SOURCE_STORED | content->flags, content->text, NULL, 0,
		limits };
	struct scute_error ignored;

	*ret_bytes = content->text;
	if (!format || !SCUTE_HAS(format, identity) || !format->identity) {
		return SCUTE_OK;
	}
	enum scute_status status = format->identity(&source, arena, ret_bytes, &ignored);
	return status == SCUTE_ENOMEM ? status : SCUTE_OK;
}

/*
 * Put in and taken out in the same way, so that content is found whatever it is kept with. No
 * extra is hashed like a content: that begins with a length, whose upper bytes are 0.
 */
static struct hash128 with_extra(struct hash128 identity, struct scute_str extra)
{
	if (extra.len > 0) {
		struct hash128 hash = hash128(extra);
		identity.low ^= hash.low;
		identity.high ^= hash.high;
	}
	return identity;
}

enum scute_status schemas_identity(const struct schema_content *content,
	const struct scute_limits *limits, struct scute_arena *arena, struct hash128 *ret_identity,
	struct scute_error *err)
{
	struct buf buf;
	struct scute_str bytes;

	if (identity_bytes(content, limits, arena, &bytes) != SCUTE_OK) {
		return error_set(err, SCUTE_ENOMEM, "out of memory");
	}
	buf_init_arena(&buf, SIZE_MAX / 2, arena);
	put_part(&buf, content->type->name);
	put_part(&buf, bytes);
	for (size_t i = 0; i < content->n_references; i++) {
		const struct schema_reference *reference = &content->references[i];
		put_part(&buf, reference->name);
		put_part(&buf, reference->subject);
		buf_append(&buf, &reference->version, sizeof(reference->version));
	}
	if (!is_default(content->context)) {
		put_part(&buf, content->context);
	}
	if (buf.failed) {
		return error_set(err, SCUTE_ENOMEM, "out of memory");
	}
	*ret_identity = with_extra(hash128(buf_str(&buf)), content->extra);
	return SCUTE_OK;
}

struct hash128 schema_bare_identity(const struct schema *schema)
{
	struct scute_str none = { NULL, 0 };

	return with_extra(schema->identity, schema->more ? schema->more->extra : none);
}

static struct scute_str put_str(char **at, struct scute_str text)
{
	struct scute_str copy = { *at, text.len };

	if (text.len > 0) {
		memcpy(*at, text.data, text.len);
	}
	*at += text.len;
	return copy;
}

/* One block: struct, references, then all their text. */
static struct schema_more *more_create(const struct schema_content *content)
{
	size_t bytes = sizeof(struct schema_more) + content->extra.len +
		content->n_references * sizeof(struct schema_reference);
	for (size_t i = 0; i < content->n_references; i++) {
		bytes += content->references[i].name.len + content->references[i].subject.len;
	}
	struct schema_more *more = malloc(bytes);
	if (!more) {
		return NULL;
	}
	struct schema_reference *references = (struct schema_reference *)(more + 1);
	char *at = (char *)(references + content->n_references);
	for (size_t i = 0; i < content->n_references; i++) {
		references[i].name = put_str(&at, content->references[i].name);
		references[i].subject = put_str(&at, content->references[i].subject);
		references[i].version = content->references[i].version;
	}
	*more = (struct schema_more){ references, content->n_references, put_str(&at, content->extra) };
	return more;
}

static struct schema *schema_create(const struct context *context, uint32_t id,
	const struct schema_content *content, struct hash128 identity)
{
	const struct schema_more *more = NULL;

	if (content->text.len > UINT32_MAX) {
		return NULL;
	}
	struct schema *schema = malloc(sizeof(*schema) + content->text.len);
	if (!schema) {
		return NULL;
	}
	if (content->n_references > 0 || content->extra.len > 0) {
		more = more_create(content);
		if (!more) {
			free(schema);
			return NULL;
		}
	}
	*schema = (struct schema){ .identity = identity, .type = content->type, .more = more, .id = id,
		.context = context->index, .uses = 1, .text_len = (uint32_t)content->text.len };
	if (content->text.len > 0) {
		memcpy(schema->text, content->text.data, content->text.len);
	}
	return schema;
}

static void schema_destroy(struct schema *schema)
{
	free((void *)(uintptr_t)schema->more);
	free(schema);
}

static bool page_put(struct schemas *schemas, struct schema *schema)
{
	struct schema_page *page = page_of(schemas, place(schema));

	if (!page) {
		page = calloc(1, sizeof(*page));
		if (!page) {
			return false;
		}
		page->number = page_number(place(schema));
		if (!map_insert(&schemas->pages, page)) {
			free(page);
			return false;
		}
	}
	page->slots[schema->id % PAGE_IDS] = schema;
	page->count++;
	return true;
}

static void page_clear(struct schemas *schemas, const struct schema *schema)
{
	struct schema_page *page = page_of(schemas, place(schema));

	assert(page && page->slots[schema->id % PAGE_IDS] == schema);
	page->slots[schema->id % PAGE_IDS] = NULL;
	page->count--;
	if (page->count == 0) {
		map_remove(&schemas->pages, page);
		free(page);
	}
}

static bool index_schema(struct schemas *schemas, struct schema *schema)
{
	if (!map_insert(&schemas->by_identity, schema)) {
		return false;
	}
	if (!page_put(schemas, schema)) {
		map_remove(&schemas->by_identity, schema);
		return false;
	}
	schema->is_indexed = true;
	return true;
}

/* An id that several contents claim goes to one of the others when its holder is gone. */
static void unindex_schema(struct schemas *schemas, struct schema *schema)
{
	struct schema *heir;

	if (!schema->is_indexed) {
		map_remove(&schemas->clashed, schema);
		return;
	}
	map_remove(&schemas->by_identity, schema);
	uint64_t at = place(schema);
	heir = map_find(&schemas->clashed, hash_number(at), equal_place, &at);
	if (!heir) {
		page_clear(schemas, schema);
		return;
	}
	map_remove(&schemas->clashed, heir);
	bool inserted = map_insert(&schemas->by_identity, heir);
	assert(inserted); /* there is room: one was taken out just now */
	page_of(schemas, at)->slots[heir->id % PAGE_IDS] = heir;
	heir->is_indexed = true;
}

/* The schema of that id and content, whether it holds the id or only claims it. */
static struct schema *find_content(const struct schemas *schemas, uint16_t context, uint32_t id,
	struct hash128 identity)
{
	struct schema *schema = (struct schema *)(uintptr_t)schemas_in(schemas, context, id);
	struct schema wanted = { .identity = identity, .id = id, .context = context };

	if (schema && equal_content(schema, &wanted)) {
		return schema;
	}
	return map_find(&schemas->clashed, hash_number(place(&wanted)), equal_content, &wanted);
}

struct schema *schemas_take(struct schemas *schemas, uint32_t id, const struct schema_content *content,
	struct hash128 identity, bool *ret_clash)
{
	struct context *context = is_default(content->context)
		? schemas->contexts.all[0]
		: contexts_get(&schemas->contexts, content->context);
	struct schema *schema = context ? find_content(schemas, context->index, id, identity) : NULL;
	bool clash = context && schemas_in(schemas, context->index, id) != NULL;

	if (schema) {
		schema->uses++;
		*ret_clash = !schema->is_indexed;
		return schema;
	}
	if (!context) {
		return NULL;
	}
	schema = schema_create(context, id, content, identity);
	if (!schema) {
		return NULL;
	}
	if (!(clash ? map_insert(&schemas->clashed, schema) : index_schema(schemas, schema))) {
		schema_destroy(schema);
		return NULL;
	}
	if (!referrers_add(&schemas->referrers, schema)) {
		unindex_schema(schemas, schema);
		schema_destroy(schema);
		return NULL;
	}
	if (id > context->max_id) {
		context->max_id = id;
	}
	schemas->count++;
	*ret_clash = clash;
	return schema;
}

bool schema_pin(const struct schema *schema)
{
	struct schema *pinned = (struct schema *)(uintptr_t)schema;

	if (pinned->pins == UINT16_MAX) {
		return false;
	}
	pinned->pins++;
	return true;
}

void schema_unpin(const struct schema *schema)
{
	struct schema *pinned = (struct schema *)(uintptr_t)schema;

	assert(pinned->pins > 0);
	pinned->pins--;
	if (pinned->pins == 0 && pinned->uses == 0) {
		schema_destroy(pinned);
	}
}

void schemas_drop(struct schemas *schemas, struct schema *schema)
{
	assert(schema->uses > 0);
	if (--schema->uses > 0) {
		return;
	}
	referrers_remove(&schemas->referrers, schema);
	unindex_schema(schemas, schema);
	assert(schemas->count > 0);
	schemas->count--;
	if (schema->pins == 0) {
		schema_destroy(schema);
	}
}

void schemas_each_referrer(const struct schemas *schemas, struct scute_str subject, int32_t version,
	bool (*each)(void *user, const struct schema *schema), void *user)
{
	referrers_each(&schemas->referrers, subject, version, each, user);
}
