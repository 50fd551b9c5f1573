/* SPDX-License-Identifier: Apache-2.0 */
/* Drives a fuzz target: the corpus, its mutation, the clock, and the input that broke it. */
#include "fuzz.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "support/str.h"

static struct scute_str present; /* the input under way, for the report */

static void print_escaped(struct scute_str text)
{
	for (size_t i = 0; i < text.len; i++) {
		unsigned char c = (unsigned char)text.data[i];
		if (c < 0x20 || c >= 0x7f || c == '\\') {
			fprintf(stderr, "\\x%02x", c);
		} else {
			fputc(c, stderr);
		}
	}
}

void fuzz_broken(const char *file, int line, const char *condition)
{
	fprintf(stderr, "%s:%d: broken promise: %s\ninput: ", file, line, condition);
	print_escaped(present);
	fputc('\n', stderr);
	abort();
}

void fuzz_check_error(const struct scute_error *err, enum scute_status status)
{
	struct scute_str text = { err->text, strnlen(err->text, sizeof(err->text)) };

	MUST(status != SCUTE_OK && err->status == status);
	MUST(text.len > 0 && text.len < sizeof(err->text));
	MUST(str_is_utf8(text));
	MUST(!memchr(text.data, '\n', text.len));
	MUST(err->line >= 0 && err->column >= 0);
}

#ifdef FUZZ_WITH_LIBFUZZER

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static bool begun;

	if (!begun) {
		begun = true;
		fuzz_target.begin();
		atexit(fuzz_target.end);
	}
	if (size <= FUZZ_BYTES_MAX) {
		present = (struct scute_str){ (const char *)data, size };
		fuzz_target.one((const char *)data, size);
	}
	return 0;
}

#else

#define CORPUS_MAX 128

struct text {
	size_t len;
	char data[FUZZ_BYTES_MAX];
};

static struct text *corpus;
static size_t n_corpus;
static size_t n_seeds;
static uint64_t random_state;

static uint32_t below(size_t limit)
{
	random_state ^= random_state << 13;
	random_state ^= random_state >> 7;
	random_state ^= random_state << 17;
	return limit == 0 ? 0 : (uint32_t)((random_state >> 33) % limit);
}

static size_t unquote(const char *from, char *to)
{
	size_t len = 0;

	for (; *from; from++) {
		MUST(len < FUZZ_BYTES_MAX);
		to[len++] = *from == '\'' ? '"' : *from;
	}
	return len;
}

static void splice(struct text *text, size_t at, size_t drop, const char *data, size_t len)
{
	if (drop > text->len - at) {
		drop = text->len - at;
	}
	if (text->len - drop + len > FUZZ_BYTES_MAX) {
		return;
	}
	memmove(text->data + at + len, text->data + at + drop, text->len - at - drop);
	if (len > 0) {
		memcpy(text->data + at, data, len);
	}
	text->len = text->len - drop + len;
}

/* From a bracket or quotation mark up to where that is closed, or nearly; else a few bytes. */
static size_t piece_length(const struct text *text, size_t at)
{
	int depth = 0;

	if (at >= text->len || !memchr("\"{[", text->data[at], 3)) {
		return 1 + below(16);
	}
	for (size_t i = at; i < text->len; i++) {
		char c = text->data[i];
		depth += c == '{' || c == '[';
		depth -= c == '}' || c == ']';
		if (depth <= 0 && i > at && memchr("\"}]", c, 3)) {
			return i - at + 1;
		}
	}
	return text->len - at;
}

static size_t piece_start(const struct text *text)
{
	size_t at = below(text->len + 1);

	while (at < text->len && !memchr("\"{[", text->data[at], 3)) {
		at++;
	}
	return at;
}

static void put_word(struct text *text, size_t at)
{
	char word[FUZZ_BYTES_MAX];
	size_t n = 0;

	while (fuzz_target.words[n]) {
		n++;
	}
	if (n > 0) {
		size_t drop = below(2) ? piece_length(text, at) : 0;
		splice(text, at, drop, word, unquote(fuzz_target.words[below(n)], word));
	}
}

static void put_piece(struct text *text, const struct text *other)
{
	size_t at = piece_start(text);
	size_t from = piece_start(other);
	size_t len = piece_length(other, from);
	char piece[FUZZ_BYTES_MAX];

	if (len > other->len - from) {
		len = other->len - from;
	}
	memcpy(piece, other->data + from, len);
	splice(text, at, below(4) ? piece_length(text, at) : 0, piece, len);
}

static void mutate(struct text *text)
{
	size_t at = below(text->len + 1);
	char byte = (char)below(256);
	char copy[64];
	size_t len;

	switch (below(8)) {
	case 0:
		splice(text, at, below(2), &byte, 1);
		break;
	case 1:
		if (at < text->len) {
			text->data[at] ^= (char)(1 << below(8));
		}
		break;
	case 2:
		splice(text, at, piece_length(text, at), NULL, 0);
		break;
	case 3: /* a stretch twice */
		len = 1 + below(sizeof(copy));
		if (len > text->len - at) {
			len = text->len - at;
		}
		memcpy(copy, text->data + at, len);
		splice(text, at, 0, copy, len);
		break;
	case 4:
	case 5:
		put_word(text, at);
		break;
	default:
		put_piece(text, &corpus[below(n_corpus)]);
	}
}

static void plant(uint64_t seed)
{
	random_state = seed * 0x9e3779b97f4a7c15u + 1;
	n_corpus = 0;
	for (const char *const *at = fuzz_target.seeds; *at; at++) {
		MUST(n_corpus < CORPUS_MAX / 2);
		corpus[n_corpus].len = unquote(*at, corpus[n_corpus].data);
		n_corpus++;
	}
	n_seeds = n_corpus;
}

/* On the heap and no larger than it is, so that a sanitizer sees a read past its end. */
static bool try_text(const struct text *text)
{
	char *data = malloc(text->len > 0 ? text->len : 1);

	MUST(data);
	memcpy(data, text->data, text->len);
	present = (struct scute_str){ data, text->len };
	bool good = fuzz_target.one(data, text->len);
	present = (struct scute_str){ NULL, 0 };
	free(data);
	return good;
}

static bool step(void)
{
	struct text text = corpus[below(n_corpus)];

	for (uint32_t i = 1 + below(4); i > 0; i--) {
		mutate(&text);
	}
	bool good = try_text(&text);
	if (good && text.len > 0) {
		size_t place = n_corpus < CORPUS_MAX ? n_corpus++ :
			n_seeds + below(CORPUS_MAX - n_seeds);
		corpus[place] = text;
	}
	return good;
}

static double now(void)
{
	struct timespec at;

	clock_gettime(CLOCK_MONOTONIC, &at);
	return (double)at.tv_sec + (double)at.tv_nsec / 1e9;
}

int main(int argc, char **argv)
{
	const char *wish = getenv("SCUTE_LONG");
	bool is_long = argc < 2 && wish && strcmp(wish, "1") == 0;
	double seconds = argc > 1 ? atof(argv[1]) : is_long ? FUZZ_LONG_SECONDS : 0;
	uint64_t seed = argc > 2 ? strtoull(argv[2], NULL, 10) : is_long ? (uint64_t)time(NULL) : 1;
	double end = now() + seconds;
	unsigned long n = 0;
	unsigned long n_good = 0;

	corpus = calloc(CORPUS_MAX, sizeof(*corpus));
	MUST(corpus);
	fuzz_target.begin();
	plant(seed);
	fprintf(stderr, "seed %llu\n", (unsigned long long)seed);
	for (size_t i = 0; i < n_seeds; i++) {
		MUST(try_text(&corpus[i])); /* a seed that is no good finds nothing */
	}
	while (seconds > 0 ? now() < end : n < fuzz_target.rounds) {
		n_good += step();
		n++;
		if (n % 100000 == 0) {
			plant(seed + n); /* away from texts that have grown into one another */
		}
	}
	fuzz_target.end();
	free(corpus);
	printf("%lu inputs, %lu of them good\n", n, n_good);
	return n_good > 0 && n_good < n ? 0 : 1;
}

#endif
