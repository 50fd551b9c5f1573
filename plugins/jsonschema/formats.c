/* SPDX-License-Identifier: Apache-2.0 */
/* The table of formats, and those that are a few lines. */
#include "formats.h"

#include "support/str.h"

#include "formats_own.h"
#include "regex.h"

static bool is_uuid(struct scute_str text)
{
	if (text.len != 36) {
		return false;
	}
	for (size_t i = 0; i < text.len; i++) {
		bool dash = i == 8 || i == 13 || i == 18 || i == 23;
		if (dash ? text.data[i] != '-' : !format_is_hex(text.data[i])) {
			return false;
		}
	}
	return true;
}

/* RFC 6901: "~" only as "~0" and "~1". */
static bool is_pointer(struct scute_str text)
{
	if (text.len > 0 && text.data[0] != '/') {
		return false;
	}
	for (size_t i = 0; i < text.len; i++) {
		if (text.data[i] == '~' && (i + 1 == text.len ||
			(text.data[i + 1] != '0' && text.data[i + 1] != '1'))) {
			return false;
		}
	}
	return true;
}

/* draft-bhutton-relative-json-pointer-00, with the index manipulation of "+1". */
static bool is_relative_pointer(struct scute_str text)
{
	size_t digits = format_digits(text);
	struct scute_str rest = { text.data + digits, text.len - digits };

	if (digits == 0 || (digits > 1 && text.data[0] == '0')) {
		return false;
	}
	if (rest.len > 1 && (rest.data[0] == '+' || rest.data[0] == '-')) {
		struct scute_str number = { rest.data + 1, rest.len - 1 };
		digits = format_digits(number);
		if (digits == 0 || number.data[0] == '0') {
			return false;
		}
		rest = (struct scute_str){ number.data + digits, number.len - digits };
	}
	return str_eq_z(rest, "#") || is_pointer(rest);
}

static const struct {
	const char *name;
	enum js_draft since;
	js_format_check check;
} formats[] = {
	{ "date-time", JS_DRAFT_4, format_is_date_time },
	{ "email", JS_DRAFT_4, format_is_email },
	{ "hostname", JS_DRAFT_4, format_is_hostname },
	{ "ipv4", JS_DRAFT_4, format_is_ipv4 },
	{ "ipv6", JS_DRAFT_4, format_is_ipv6 },
	{ "uri", JS_DRAFT_4, format_is_uri },
	{ "uri-reference", JS_DRAFT_6, format_is_uri_reference },
	{ "uri-template", JS_DRAFT_6, format_is_uri_template },
	{ "json-pointer", JS_DRAFT_6, is_pointer },
	{ "date", JS_DRAFT_7, format_is_date },
	{ "time", JS_DRAFT_7, format_is_time },
	{ "idn-email", JS_DRAFT_7, format_is_idn_email },
	{ "idn-hostname", JS_DRAFT_7, format_is_idn_hostname },
	{ "iri", JS_DRAFT_7, format_is_iri },
	{ "iri-reference", JS_DRAFT_7, format_is_iri_reference },
	{ "relative-json-pointer", JS_DRAFT_7, is_relative_pointer },
	{ "regex", JS_DRAFT_7, js_regex_is_valid },
	{ "duration", JS_DRAFT_2019, format_is_duration },
	{ "uuid", JS_DRAFT_2019, is_uuid },
};

js_format_check js_format_find(struct scute_str name, enum js_draft draft)
{
	for (size_t i = 0; i < sizeof(formats) / sizeof(formats[0]); i++) {
		if (draft >= formats[i].since && str_eq_z(name, formats[i].name)) {
			return formats[i].check;
		}
	}
	return NULL;
}
