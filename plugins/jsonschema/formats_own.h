/* SPDX-License-Identifier: Apache-2.0 */
/* What the files of the formats share; private to formats*.c and idn*.c. */
#ifndef JSONSCHEMA_FORMATS_OWN_H
#define JSONSCHEMA_FORMATS_OWN_H

#include "scute/types.h"

static inline bool format_is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static inline bool format_is_letter(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static inline bool format_is_hex(char c)
{
	return format_is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

/* How many digits text begins with. */
static inline size_t format_digits(struct scute_str text)
{
	size_t n = 0;

	while (n < text.len && format_is_digit(text.data[n])) {
		n++;
	}
	return n;
}

/* formats_time.c: RFC 3339. */
bool format_is_date_time(struct scute_str text);
bool format_is_date(struct scute_str text);
bool format_is_time(struct scute_str text);
bool format_is_duration(struct scute_str text);

/* formats_net.c: RFC 1123, 2673, 4291, 5321, 6531. */
bool format_is_hostname(struct scute_str text);
bool format_is_ipv4(struct scute_str text);
bool format_is_ipv6(struct scute_str text);
bool format_is_email(struct scute_str text);
bool format_is_idn_email(struct scute_str text);

/* formats_uri.c: RFC 3986, 3987, 6570. */
bool format_is_uri(struct scute_str text);
bool format_is_uri_reference(struct scute_str text);
bool format_is_iri(struct scute_str text);
bool format_is_iri_reference(struct scute_str text);
bool format_is_uri_template(struct scute_str text);

/* idn.c: RFC 5890 to 5892. */
bool format_is_idn_hostname(struct scute_str text);
/* An A-label ("xn--..") whose U-label is one. */
bool format_is_a_label(struct scute_str label);

#endif
