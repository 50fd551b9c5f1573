/* SPDX-License-Identifier: Apache-2.0 */
/* Accept and Content-Type against what a route speaks. */
#include "http/media.h"

#include <string.h>

#include "support/str.h"

#define QUALITY_ONE 1000

/* How precisely a range named a type; a more precise one overrules, also downwards. */
enum { FITS_NOT, FITS_ANY, FITS_TYPE, FITS_EXACTLY };

/* Cuts the next element off a list; separators inside quotes do not count. */
static struct scute_str next_element(struct scute_str *rest, char separator)
{
	struct scute_str element = { rest->data, 0 };
	bool quoted = false;

	while (element.len < rest->len) {
		char c = rest->data[element.len];
		if (c == '"') {
			quoted = !quoted;
		} else if (c == '\\' && quoted && element.len + 1 < rest->len) {
			element.len++;
		} else if (c == separator && !quoted) {
			break;
		}
		element.len++;
	}
	rest->data += element.len;
	rest->len -= element.len;
	if (rest->len > 0) {
		rest->data++;
		rest->len--;
	}
	return str_trim(element);
}

/* "0.5" as 500, further digits ignored; a malformed weight counts as one, as if absent. */
static int parse_quality(struct scute_str text)
{
	int value = 0;
	int scale = 100;

	if (text.len == 0 || (text.data[0] != '0' && text.data[0] != '1') ||
		(text.len > 1 && text.data[1] != '.')) {
		return QUALITY_ONE;
	}
	value = (text.data[0] - '0') * QUALITY_ONE;
	for (size_t i = 2; i < text.len; i++, scale /= 10) {
		if (text.data[i] < '0' || text.data[i] > '9') {
			return QUALITY_ONE;
		}
		value += (text.data[i] - '0') * scale;
	}
	return value > QUALITY_ONE ? QUALITY_ONE : value;
}

static int quality_of(struct scute_str parameters)
{
	while (parameters.len > 0) {
		struct scute_str parameter = next_element(&parameters, ';');
		if (parameter.len >= 2 && (parameter.data[0] == 'q' || parameter.data[0] == 'Q') &&
			parameter.data[1] == '=') {
			parameter.data += 2;
			parameter.len -= 2;
			return parse_quality(parameter);
		}
	}
	return QUALITY_ONE;
}

static int fit(struct scute_str range, struct scute_str type)
{
	size_t main_len = range.len >= 2 ? range.len - 2 : 0;

	if (str_eq_nocase(range, type)) {
		return FITS_EXACTLY;
	}
	if (str_eq(range, SCUTE_STR("*/*")) || str_eq(range, SCUTE_STR("*"))) {
		return FITS_ANY;
	}
	if (main_len == 0 || memcmp(range.data + main_len, "/*", 2) != 0 ||
		type.len <= main_len + 1 || type.data[main_len] != '/') {
		return FITS_NOT;
	}
	range.len = type.len = main_len;
	return str_eq_nocase(range, type) ? FITS_TYPE : FITS_NOT;
}

/* The weight the client gives the type: that of the range that fits it most precisely. */
static int weigh(struct scute_str accept, struct scute_str type)
{
	int best_fit = FITS_NOT;
	int quality = 0;

	while (accept.len > 0) {
		struct scute_str parameters = next_element(&accept, ',');
		struct scute_str range = next_element(&parameters, ';');
		int fits = fit(range, type);
		if (fits > best_fit) {
			best_fit = fits;
			quality = quality_of(parameters);
		}
	}
	return quality;
}

const char *media_choose(const char *const *produces, struct scute_str accept)
{
	const char *best = NULL;
	int best_quality = 0;

	accept = str_trim(accept);
	if (accept.len == 0 || str_eq(accept, SCUTE_STR("*/*"))) {
		return produces[0];
	}
	for (; *produces != NULL; produces++) {
		int quality = weigh(accept, str_z(*produces));
		if (quality > best_quality) {
			best_quality = quality;
			best = *produces;
		}
	}
	return best;
}

bool media_accepts(const char *const *consumes, struct scute_str content_type)
{
	struct scute_str type = next_element(&content_type, ';');

	if (consumes == NULL) {
		return true;
	}
	for (; *consumes != NULL; consumes++) {
		if (str_eq_nocase(type, str_z(*consumes))) {
			return true;
		}
	}
	return false;
}
