/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A thread's cache: entries in a table by hash and in a list by last use. The bytes of code are
 * bounded; past that the entries used longest ago go.
 */
#include "regex_cache.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "support/str.h"

#include "hash.h"

enum {
	BUCKETS = 256,
	ENTRIES_MAX = 1024,
	BYTES_MAX = 4 * 1024 * 1024,
	JIT_STACK_BYTES_FIRST = 32 * 1024,
	JIT_STACK_BYTES_MAX = 1024 * 1024,
	QUICK_MATCH_LIMIT = 5000,
	WATCHED_MATCH_LIMIT = 10 * 1000 * 1000, /* PCRE2's default */
	HEAP_LIMIT_KIB = 32 * 1024,
	DEPTH_LIMIT = 1000 * 1000,
};

struct entry {
	struct entry *next;  /* in its bucket */
	struct entry *newer;
	struct entry *older;
	uint64_t hash;
	pcre2_code *code; /* NULL: PCRE2 refuses the pattern */
	size_t bytes;
	size_t len;
	bool watched;
	bool has_jit;
	char text[];
};

struct cache {
	struct entry *buckets[BUCKETS];
	struct entry *newest;
	struct entry *oldest;
	size_t n;
	size_t bytes;
	struct regex_tools tools;
};

static pthread_key_t key;
static bool has_key;
static pthread_once_t once = PTHREAD_ONCE_INIT;
static _Thread_local struct cache *mine;

static void unlist(struct cache *cache, struct entry *entry)
{
	*(entry->newer ? &entry->newer->older : &cache->newest) = entry->older;
	*(entry->older ? &entry->older->newer : &cache->oldest) = entry->newer;
}

static void list_first(struct cache *cache, struct entry *entry)
{
	entry->newer = NULL;
	entry->older = cache->newest;
	*(cache->newest ? &cache->newest->newer : &cache->oldest) = entry;
	cache->newest = entry;
}

static void drop_oldest(struct cache *cache)
{
	struct entry *entry = cache->oldest;
	struct entry **link = &cache->buckets[entry->hash % BUCKETS];

	while (*link != entry) {
		link = &(*link)->next;
	}
	*link = entry->next;
	unlist(cache, entry);
	cache->n--;
	cache->bytes -= entry->bytes;
	pcre2_code_free(entry->code);
	free(entry);
}

static void cache_destroy(void *given)
{
	struct cache *cache = given;

	if (!cache) {
		return;
	}
	while (cache->oldest) {
		drop_oldest(cache);
	}
	pcre2_match_data_free(cache->tools.data);
	pcre2_match_context_free(cache->tools.quick);
	pcre2_match_context_free(cache->tools.watched);
	pcre2_jit_stack_free(cache->tools.stack);
	free(cache);
}

static void make_key(void)
{
	has_key = pthread_key_create(&key, cache_destroy) == 0;
}

static pcre2_match_context *make_context(uint32_t match_limit, pcre2_jit_stack *stack)
{
	pcre2_match_context *context = pcre2_match_context_create(NULL);

	if (context) {
		pcre2_set_match_limit(context, match_limit);
		pcre2_set_heap_limit(context, HEAP_LIMIT_KIB);
		pcre2_set_depth_limit(context, DEPTH_LIMIT);
		pcre2_jit_stack_assign(context, NULL, stack);
	}
	return context;
}

static struct cache *cache_create(void)
{
	struct cache *cache = calloc(1, sizeof(*cache));

	if (!cache) {
		return NULL;
	}
	struct regex_tools *tools = &cache->tools;
	/* Without a stack of its own machine code has 32 KiB of ours, which often suffice. */
	tools->stack = pcre2_jit_stack_create(JIT_STACK_BYTES_FIRST, JIT_STACK_BYTES_MAX, NULL);
	tools->data = pcre2_match_data_create(1, NULL);
	tools->quick = make_context(QUICK_MATCH_LIMIT, tools->stack);
	tools->watched = make_context(WATCHED_MATCH_LIMIT, tools->stack);
	if (!tools->data || !tools->quick || !tools->watched) {
		cache_destroy(cache);
		return NULL;
	}
	return cache;
}

static struct cache *cache_get(void)
{
	if (mine) {
		return mine;
	}
	pthread_once(&once, make_key);
	if (!has_key) {
		return NULL; /* it would never be freed */
	}
	struct cache *cache = cache_create();
	if (cache && pthread_setspecific(key, cache) != 0) {
		cache_destroy(cache);
		return NULL;
	}
	mine = cache;
	return cache;
}

void js_regex_thread_finish(void)
{
	if (mine) {
		pthread_setspecific(key, NULL);
		cache_destroy(mine);
		mine = NULL;
	}
}

static struct entry *find(struct cache *cache, const struct js_regex *regex, uint64_t hash,
	bool watched)
{
	struct entry *entry = cache->buckets[hash % BUCKETS];

	while (entry && (entry->hash != hash || entry->watched != watched ||
		!str_eq((struct scute_str){ entry->text, entry->len }, regex->translated))) {
		entry = entry->next;
	}
	return entry;
}

static struct entry *entry_create(const struct js_regex *regex, uint64_t hash, bool watched)
{
	struct scute_str text = regex->translated;
	struct entry *entry = malloc(sizeof(*entry) + text.len);
	uint32_t options = REGEX_COMPILE_OPTIONS | (watched ? PCRE2_AUTO_CALLOUT : 0);
	size_t code_bytes = 0;
	size_t jit_bytes = 0;
	size_t offset;
	int error;

	if (!entry) {
		return NULL;
	}
	*entry = (struct entry){ .hash = hash, .watched = watched, .len = text.len };
	memcpy(entry->text, text.data, text.len);
	entry->code = pcre2_compile((PCRE2_SPTR)text.data, text.len, options, &error, &offset,
		NULL);
	if (entry->code) {
		entry->has_jit = pcre2_jit_compile(entry->code, PCRE2_JIT_COMPLETE) == 0;
		pcre2_pattern_info(entry->code, PCRE2_INFO_SIZE, &code_bytes);
		pcre2_pattern_info(entry->code, PCRE2_INFO_JITSIZE, &jit_bytes);
	} else if (error == PCRE2_ERROR_HEAP_FAILED) {
		free(entry);
		return NULL;
	}
	entry->bytes = sizeof(*entry) + text.len + code_bytes + jit_bytes;
	return entry;
}

static struct entry *add(struct cache *cache, const struct js_regex *regex, uint64_t hash,
	bool watched)
{
	struct entry *entry = entry_create(regex, hash, watched);

	if (!entry) {
		return NULL;
	}
	entry->next = cache->buckets[hash % BUCKETS];
	cache->buckets[hash % BUCKETS] = entry;
	list_first(cache, entry);
	cache->n++;
	cache->bytes += entry->bytes;
	while (cache->oldest != entry && (cache->n > ENTRIES_MAX || cache->bytes > BYTES_MAX)) {
		drop_oldest(cache);
	}
	return entry;
}

uint64_t regex_thread_ns(void)
{
	struct timespec at;

	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &at);
	return (uint64_t)at.tv_sec * 1000000000u + (uint64_t)at.tv_nsec;
}

bool regex_cache_get(const struct js_regex *regex, bool watched, struct regex_run *ret_run)
{
	struct cache *cache = cache_get();
	uint64_t hash = regex->hash ^ watched;
	uint64_t compile_ns = 0;

	if (!cache) {
		return false;
	}
	struct entry *entry = find(cache, regex, hash, watched);
	if (!entry) {
		uint64_t begin_ns = regex_thread_ns();
		entry = add(cache, regex, hash, watched);
		compile_ns = regex_thread_ns() - begin_ns;
	} else if (entry != cache->newest) {
		unlist(cache, entry);
		list_first(cache, entry);
	}
	if (!entry) {
		return false;
	}
	*ret_run = (struct regex_run){ entry->code, entry->has_jit, &cache->tools,
		compile_ns };
	return true;
}
