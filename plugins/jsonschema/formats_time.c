/* SPDX-License-Identifier: Apache-2.0 */
/* Dates, times and durations by RFC 3339. */
#include "formats_own.h"

/* Two digits at offset at; -1: others stand there. */
static int two_digits(struct scute_str text, size_t at)
{
	if (text.len < at + 2 || !format_is_digit(text.data[at]) ||
	    !format_is_digit(text.data[at + 1])) {
		return -1;
	}
	return (text.data[at] - '0') * 10 + (text.data[at + 1] - '0');
}

static int days_of(int year, int month)
{
	static const uint8_t days[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };
	bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;

	return month == 2 && leap ? 29 : days[month - 1];
}

bool format_is_date(struct scute_str text)
{
	int century = two_digits(text, 0);
	int year = two_digits(text, 2);
	int month = two_digits(text, 5);
	int day = two_digits(text, 8);

	return text.len == 10 && text.data[4] == '-' && text.data[7] == '-' && century >= 0 &&
	       year >= 0 && month >= 1 && month <= 12 && day >= 1 &&
	       day <= days_of(century * 100 + year, month);
}

/* "Z" or "+hh:mm"; *ret_minutes: to be taken off for UTC. */
static bool read_offset(struct scute_str text, int *ret_minutes)
{
	int hours = two_digits(text, 1);
	int minutes = two_digits(text, 4);

	if (text.len == 1 && (text.data[0] == 'Z' || text.data[0] == 'z')) {
		*ret_minutes = 0;
		return true;
	}
	if (text.len != 6 || (text.data[0] != '+' && text.data[0] != '-') || text.data[3] != ':' ||
	    hours < 0 || hours > 23 || minutes < 0 || minutes > 59) {
		return false;
	}
	*ret_minutes = (hours * 60 + minutes) * (text.data[0] == '-' ? -1 : 1);
	return true;
}

bool format_is_time(struct scute_str text)
{
	int hour = two_digits(text, 0);
	int minute = two_digits(text, 3);
	int second = two_digits(text, 6);
	int offset;
	size_t at = 8;

	if (hour < 0 || hour > 23 || minute < 0 || minute > 59 || second < 0 || second > 60 ||
	    text.data[2] != ':' || text.data[5] != ':') {
		return false;
	}
	if (at < text.len && text.data[at] == '.') {
		struct scute_str fraction = { text.data + at + 1, text.len - at - 1 };
		size_t digits = format_digits(fraction);
		if (digits == 0) {
			return false;
		}
		at += 1 + digits;
	}
	if (!read_offset((struct scute_str){ text.data + at, text.len - at }, &offset)) {
		return false;
	}
	/* Leap seconds are inserted at the end of a day of UTC. */
	int utc = (hour * 60 + minute - offset + 2 * 24 * 60) % (24 * 60);
	return second < 60 || utc == 23 * 60 + 59;
}

bool format_is_date_time(struct scute_str text)
{
	return text.len > 11 && (text.data[10] == 'T' || text.data[10] == 't') &&
	       format_is_date((struct scute_str){ text.data, 10 }) &&
	       format_is_time((struct scute_str){ text.data + 11, text.len - 11 });
}

/*
 * Amounts with units that follow one another in units without a gap ("1Y2M", not "1Y2D"), at
 * least one. Returns the bytes read, 0: none.
 */
static size_t read_amounts(struct scute_str text, const char *units)
{
	size_t at = 0;
	const char *unit = NULL;

	while (at < text.len) {
		struct scute_str rest = { text.data + at, text.len - at };
		size_t digits = format_digits(rest);
		if (digits == 0 || digits == rest.len) {
			break;
		}
		if (!unit) {
			for (unit = units; *unit != '\0' && *unit != rest.data[digits]; unit++) {
			}
		}
		if (*unit == '\0' || *unit != rest.data[digits]) {
			return 0;
		}
		unit++;
		at += digits + 1;
	}
	return at;
}

/* RFC 3339, appendix A. */
bool format_is_duration(struct scute_str text)
{
	if (text.len < 3 || text.data[0] != 'P') {
		return false;
	}
	struct scute_str rest = { text.data + 1, text.len - 1 };
	size_t weeks = format_digits(rest);
	if (weeks > 0 && weeks + 1 == rest.len && rest.data[weeks] == 'W') {
		return true;
	}
	size_t date = read_amounts(rest, "YMD");
	rest.data += date;
	rest.len -= date;
	if (rest.len == 0) {
		return date > 0;
	}
	if (rest.data[0] != 'T') {
		return false;
	}
	rest.data++;
	rest.len--;
	size_t time = read_amounts(rest, "HMS");
	return time > 0 && time == rest.len;
}
