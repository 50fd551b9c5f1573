/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Internationalised host names by IDNA 2008: labels of letters, digits and marks (RFC 5892), the
 * characters that depend on their neighbours, and Punycode (RFC 3492), in whose form a label
 * has to fit into 63 bytes. Neither normalisation (NFC) nor direction (RFC 5893) is looked at.
 */
#include <string.h>

#include "support/str.h"

#include "formats_own.h"
#include "hash.h"
#include "regex.h"
#include "regex_parse.h"

enum {
	LABEL_CHARS_MAX = 63, /* each costs at least a byte in Punycode */
	LABEL_BYTES_MAX = 63,
	NAME_BYTES_MAX = 253,
	PUNY_BASE = 36,
	PUNY_TMIN = 1,
	PUNY_TMAX = 26,
	PUNY_SKEW = 38,
	PUNY_DAMP = 700,
	PUNY_BIAS = 72,
	PUNY_FIRST = 128,
};

struct label {
	uint32_t chars[LABEL_CHARS_MAX];
	size_t n;
};

/*
 * RFC 5892's PVALID, CONTEXTJ and CONTEXTO. Upper case and compatibility forms are not valid
 * (they change under NFKC_Casefold), nor are old Hangul Jamo and the exceptions of section 2.6.
 */
#define VALID_LABEL "^(?!\\p{M})(?:(?![\\x{640}\\x{7fa}\\x{1100}-\\x{11ff}\\x{2b0}-\\x{2b8}" \
	"\\x{2e0}-\\x{2e4}\\x{302e}\\x{302f}\\x{3031}-\\x{3035}\\x{303b}\\x{a960}-\\x{a97f}" \
	"\\x{d7b0}-\\x{d7ff}\\x{f900}-\\x{faff}\\x{fb00}-\\x{fdff}\\x{fe70}-\\x{feff}" \
	"\\x{ff00}-\\x{ffef}\\x{1d400}-\\x{1d7ff}\\x{2f800}-\\x{2fa1f}])" \
	"[\\p{Ll}\\p{Lo}\\p{Lm}\\p{Mn}\\p{Mc}\\p{Nd}\\-\\x{b7}\\x{375}\\x{5f3}\\x{5f4}" \
	"\\x{6fd}\\x{6fe}\\x{f0b}\\x{3007}\\x{30fb}\\x{200c}\\x{200d}])+$"

#define KANA_OR_HAN "[\\p{sc:Hiragana}\\p{sc:Katakana}\\p{sc:Han}]"

static bool matches(const char *pattern, struct scute_str text)
{
	struct js_regex regex = { .shape = JS_REGEX_GENERAL, .translated = str_z(pattern) };

	regex.hash = js_hash_str(regex.translated, js_hash_seed());
	return js_regex_match(&regex, text, NULL) == JS_REGEX_MATCH;
}

/* Characters of canonical combining class 9. */
static bool is_virama(uint32_t c)
{
	static const uint32_t viramas[] = { 0x94d, 0x9cd, 0xa4d, 0xacd, 0xb4d, 0xbcd, 0xc4d, 0xccd,
		0xd3b, 0xd3c, 0xd4d, 0xdca, 0xe3a, 0xeba, 0xf84, 0x1039, 0x103a, 0x1714, 0x1715,
		0x1734, 0x17d2, 0x1a60, 0x1b44, 0x1baa, 0x1bab, 0x1bf2, 0x1bf3, 0x2d7f, 0xa806,
		0xa82c, 0xa8c4, 0xa953, 0xa9c0, 0xaaf6, 0xabed, 0x10a3f, 0x11046, 0x11070, 0x1107f,
		0x110b9, 0x11133, 0x11134, 0x111c0, 0x11235, 0x112ea, 0x1134d, 0x11442, 0x114c2,
		0x115bf, 0x1163f, 0x116b6, 0x1172b, 0x11839, 0x1193d, 0x1193e, 0x119e0, 0x11a34,
		0x11a47, 0x11a99, 0x11c3f, 0x11d44, 0x11d45, 0x11d97 };

	for (size_t i = 0; i < sizeof(viramas) / sizeof(viramas[0]); i++) {
		if (viramas[i] == c) {
			return true;
		}
	}
	return false;
}

static bool is_arabic(uint32_t c)
{
	return (c >= 0x620 && c <= 0x74f) || (c >= 0x750 && c <= 0x77f) ||
	       (c >= 0x8a0 && c <= 0x8ff);
}

static bool has_char(const struct label *label, uint32_t low, uint32_t high)
{
	for (size_t i = 0; i < label->n; i++) {
		if (label->chars[i] >= low && label->chars[i] <= high) {
			return true;
		}
	}
	return false;
}

/* RFC 5892, appendix A: may the character at place i stand where it stands? */
static bool fits_context(const struct label *label, size_t i, struct scute_str text)
{
	uint32_t before = i > 0 ? label->chars[i - 1] : 0;
	uint32_t behind = i + 1 < label->n ? label->chars[i + 1] : 0;

	switch (label->chars[i]) {
	case 0x200c: /* zero width non-joiner: also between letters that would join */
		return is_virama(before) || (is_arabic(before) && is_arabic(behind));
	case 0x200d:
		return is_virama(before);
	case 0xb7:
		return before == 'l' && behind == 'l';
	case 0x375:
		return behind >= 0x370 && behind <= 0x3ff;
	case 0x5f3:
	case 0x5f4:
		return before >= 0x591 && before <= 0x5f4;
	case 0x30fb:
		return matches(KANA_OR_HAN, text);
	default:
		return true;
	}
}

static bool fits_contexts(const struct label *label, struct scute_str text)
{
	for (size_t i = 0; i < label->n; i++) {
		if (!fits_context(label, i, text)) {
			return false;
		}
	}
	/* Digits of two Arabic sets do not mix. */
	return !has_char(label, 0x660, 0x669) || !has_char(label, 0x6f0, 0x6f9);
}

static bool read_label(struct scute_str text, struct label *label)
{
	const char *at = text.data;
	const char *end = at + text.len;

	label->n = 0;
	while (at < end) {
		if (label->n == LABEL_CHARS_MAX) {
			return false;
		}
		label->chars[label->n++] = regex_next_char(&at, end);
	}
	return label->n > 0;
}

/* --- Punycode --- */

static uint32_t adapt(uint32_t delta, uint32_t n, bool first)
{
	uint32_t k = 0;

	delta = first ? delta / PUNY_DAMP : delta / 2;
	delta += delta / n;
	while (delta > (PUNY_BASE - PUNY_TMIN) * PUNY_TMAX / 2) {
		delta /= PUNY_BASE - PUNY_TMIN;
		k += PUNY_BASE;
	}
	return k + (PUNY_BASE - PUNY_TMIN + 1) * delta / (delta + PUNY_SKEW);
}

static uint32_t threshold(uint32_t k, uint32_t bias)
{
	return k <= bias ? PUNY_TMIN : k >= bias + PUNY_TMAX ? PUNY_TMAX : k - bias;
}

static size_t count_digits(uint32_t value, uint32_t bias)
{
	size_t n = 1;

	for (uint32_t k = PUNY_BASE;; k += PUNY_BASE, n++) {
		uint32_t t = threshold(k, bias);
		if (value < t) {
			return n;
		}
		value = (value - t) / (PUNY_BASE - t);
	}
}

static uint32_t next_above(const struct label *label, uint32_t least)
{
	uint32_t next = UINT32_MAX;

	for (size_t i = 0; i < label->n; i++) {
		if (label->chars[i] >= least && label->chars[i] < next) {
			next = label->chars[i];
		}
	}
	return next;
}

/* Bytes of the A-label, with its prefix. 63 characters do not overflow the delta. */
static size_t encoded_len(const struct label *label)
{
	uint32_t delta = 0;
	uint32_t current = PUNY_FIRST;
	uint32_t bias = PUNY_BIAS;
	uint32_t basic = 0;
	size_t bytes = 4;

	for (size_t i = 0; i < label->n; i++) {
		basic += label->chars[i] < 0x80;
	}
	bytes += basic > 0 ? basic + 1 : 0;
	for (uint32_t done = basic; done < label->n; delta++, current++) {
		uint32_t next = next_above(label, current);
		delta += (next - current) * (done + 1);
		current = next;
		for (size_t i = 0; i < label->n; i++) {
			delta += label->chars[i] < current;
			if (label->chars[i] == current) {
				bytes += count_digits(delta, bias);
				bias = adapt(delta, done + 1, done == basic);
				delta = 0;
				done++;
			}
		}
	}
	return bytes;
}

static int digit_of(char c)
{
	if (format_is_digit(c)) {
		return c - '0' + 26;
	}
	return format_is_letter(c) ? (c | 0x20) - 'a' : -1;
}

/* One generalised integer from *at on, added to *i; false: malformed. */
static bool read_delta(const char **at, const char *end, uint32_t bias, uint32_t *i)
{
	uint64_t value = *i;
	uint64_t weight = 1;

	for (uint32_t k = PUNY_BASE;; k += PUNY_BASE) {
		int digit = *at < end ? digit_of(**at) : -1;
		uint32_t t = threshold(k, bias);
		if (digit < 0 || weight > UINT32_MAX) {
			return false;
		}
		(*at)++;
		value += (uint64_t)digit * weight;
		if (value > UINT32_MAX) {
			return false;
		}
		if ((uint32_t)digit < t) {
			*i = (uint32_t)value;
			return true;
		}
		weight *= PUNY_BASE - t;
	}
}

/* Behind "xn--". */
static bool decode(struct scute_str text, struct label *label)
{
	const char *dash = text.len > 0 ? memrchr(text.data, '-', text.len) : NULL;
	const char *at = dash ? dash + 1 : text.data;
	const char *end = text.data + text.len;
	uint32_t current = PUNY_FIRST;
	uint32_t bias = PUNY_BIAS;
	uint32_t i = 0;

	label->n = 0;
	for (const char *c = text.data; dash && c < dash; c++) {
		label->chars[label->n++] = (unsigned char)*c;
	}
	if (at == end) {
		return false;
	}
	while (at < end) {
		uint32_t before = i;
		uint32_t n = (uint32_t)label->n + 1;
		if (n > LABEL_CHARS_MAX || !read_delta(&at, end, bias, &i)) {
			return false;
		}
		bias = adapt(i - before, n, before == 0);
		current += i / n;
		i %= n;
		if (current > 0x10ffff || (current >= 0xd800 && current <= 0xdfff)) {
			return false;
		}
		memmove(label->chars + i + 1, label->chars + i,
			(label->n - i) * sizeof(label->chars[0]));
		label->chars[i++] = current;
		label->n++;
	}
	return true;
}

/* --- labels --- */

static bool is_u_label(const struct label *label, struct scute_str text)
{
	if (label->chars[0] == '-' || label->chars[label->n - 1] == '-' ||
	    (label->n >= 4 && label->chars[2] == '-' && label->chars[3] == '-')) {
		return false;
	}
	return matches(VALID_LABEL, text) && fits_contexts(label, text) &&
	       encoded_len(label) <= LABEL_BYTES_MAX;
}

bool format_is_a_label(struct scute_str text)
{
	struct label label;
	char utf8[LABEL_CHARS_MAX * 4];
	size_t len = 0;

	if (text.len > LABEL_BYTES_MAX || text.len < 5 ||
	    !str_eq_nocase((struct scute_str){ text.data, 4 }, SCUTE_STR("xn--")) ||
	    !decode((struct scute_str){ text.data + 4, text.len - 4 }, &label)) {
		return false;
	}
	for (size_t i = 0; i < label.n; i++) {
		len += str_put_utf8(utf8 + len, label.chars[i]);
	}
	return has_char(&label, 0x80, UINT32_MAX) &&
	       is_u_label(&label, (struct scute_str){ utf8, len });
}

static bool is_ascii(struct scute_str text)
{
	for (size_t i = 0; i < text.len; i++) {
		if ((unsigned char)text.data[i] >= 0x80) {
			return false;
		}
	}
	return true;
}

/* *bytes: what the name has in its ASCII form up to now. */
static bool is_any_label(struct scute_str text, size_t *bytes)
{
	struct label label;

	if (is_ascii(text)) {
		*bytes += text.len + 1;
		return format_is_hostname(text);
	}
	if (!read_label(text, &label)) {
		return false;
	}
	*bytes += encoded_len(&label) + 1;
	return is_u_label(&label, text);
}

/* The full stop and what IDNA takes for one; bytes of it, 0: another character. */
static size_t separator_width(struct scute_str text, size_t at)
{
	static const char *const separators[] = { ".", "\u3002", "\uff0e", "\uff61" };
	struct scute_str rest = { text.data + at, text.len - at };

	for (size_t i = 0; i < sizeof(separators) / sizeof(separators[0]); i++) {
		if (str_starts(rest, str_z(separators[i]))) {
			return strlen(separators[i]);
		}
	}
	return 0;
}

bool format_is_idn_hostname(struct scute_str text)
{
	size_t begin = 0;
	size_t bytes = 0;
	size_t at = 0;

	while (at <= text.len) {
		size_t width = at < text.len ? separator_width(text, at) : 1;
		if (width == 0) {
			at++;
			continue;
		}
		if (!is_any_label((struct scute_str){ text.data + begin, at - begin }, &bytes) ||
		    bytes > NAME_BYTES_MAX + 1) {
			return false;
		}
		at += width;
		begin = at;
	}
	return true;
}
