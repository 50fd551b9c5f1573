/* SPDX-License-Identifier: Apache-2.0 */
/* Timestamp, Duration and FieldMask as text. */
#include "wkt_text.h"

#include <stdio.h>

enum {
	NANOS_PER_SECOND = 1000000000,
	SECONDS_PER_DAY = 86400,
	DAYS_TO_1970 = 719468, /* from 0000-03-01 */
	DAYS_PER_ERA = 146097, /* 400 years */
};

static const int64_t timestamp_seconds_min = -62135596800;
static const int64_t timestamp_seconds_max = 253402300799;
static const int64_t duration_seconds_max = 315576000000;

bool wkt_timestamp_in_range(struct wkt_time time)
{
	return time.seconds >= timestamp_seconds_min && time.seconds <= timestamp_seconds_max &&
		time.nanos >= 0 && time.nanos < NANOS_PER_SECOND;
}

bool wkt_duration_in_range(struct wkt_time time)
{
	if (time.seconds < -duration_seconds_max || time.seconds > duration_seconds_max ||
	    time.nanos <= -NANOS_PER_SECOND || time.nanos >= NANOS_PER_SECOND) {
		return false;
	}
	return time.seconds == 0 || time.nanos == 0 || (time.seconds < 0) == (time.nanos < 0);
}

struct cursor {
	const char *at;
	const char *end;
};

static struct cursor cursor(struct scute_str text)
{
	return (struct cursor){ text.data, text.len > 0 ? text.data + text.len : text.data };
}

static bool next_is(const struct cursor *c, char wanted)
{
	return c->at < c->end && *c->at == wanted;
}

static bool take(struct cursor *c, char wanted)
{
	if (!next_is(c, wanted)) {
		return false;
	}
	c->at++;
	return true;
}

static bool is_digit(const struct cursor *c)
{
	return c->at < c->end && *c->at >= '0' && *c->at <= '9';
}

/* Exactly n digits, up to max. */
static bool take_digits(struct cursor *c, int n, int max, int *ret_value)
{
	int value = 0;

	while (n-- > 0) {
		if (!is_digit(c)) {
			return false;
		}
		value = value * 10 + (*c->at++ - '0');
	}
	*ret_value = value;
	return value <= max;
}

/* What may stand behind the point: 1 to 9 digits; without a point 0. */
static bool take_nanos(struct cursor *c, int32_t *ret_nanos)
{
	int32_t nanos = 0;
	int32_t unit = NANOS_PER_SECOND;

	if (take(c, '.')) {
		if (!is_digit(c)) {
			return false;
		}
		while (is_digit(c) && unit > 1) {
			unit /= 10;
			nanos += unit * (*c->at++ - '0');
		}
		if (is_digit(c)) {
			return false;
		}
	}
	*ret_nanos = nanos;
	return true;
}

/* Days since 1970-01-01 of a date in the proleptic Gregorian calendar, year >= 1. */
static int64_t days_of(int year, int month, int day)
{
	int y = month <= 2 ? year - 1 : year; /* years begin in March: leap days come last */
	int era = y / 400;
	int year_of_era = y - era * 400;
	int day_of_year = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1;
	int day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;

	return (int64_t)era * DAYS_PER_ERA + day_of_era - DAYS_TO_1970;
}

static int days_in_month(int year, int month)
{
	static const int days[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };
	bool leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);

	return month == 2 && leap ? 29 : days[month - 1];
}

static bool take_date(struct cursor *c, int64_t *ret_days)
{
	int year;
	int month;
	int day;

	if (!take_digits(c, 4, 9999, &year) || !take(c, '-') || !take_digits(c, 2, 12, &month) ||
	    !take(c, '-') || !take_digits(c, 2, 31, &day)) {
		return false;
	}
	if (year < 1 || month < 1 || day < 1 || day > days_in_month(year, month)) {
		return false;
	}
	*ret_days = days_of(year, month, day);
	return true;
}

/* Z, or an offset in hours and minutes; to be subtracted. */
static bool take_zone(struct cursor *c, int *ret_seconds)
{
	bool west = next_is(c, '-');
	int hours;
	int minutes;

	if (take(c, 'Z')) {
		*ret_seconds = 0;
		return true;
	}
	if (!take(c, '+') && !take(c, '-')) {
		return false;
	}
	if (!take_digits(c, 2, 23, &hours) || !take(c, ':') || !take_digits(c, 2, 59, &minutes)) {
		return false;
	}
	*ret_seconds = (hours * 60 + minutes) * (west ? -60 : 60);
	return true;
}

bool wkt_timestamp_read(struct scute_str text, struct wkt_time *ret_time)
{
	struct cursor c = cursor(text);
	struct wkt_time time;
	int64_t days;
	int hour;
	int minute;
	int second;
	int zone;

	if (!take_date(&c, &days) || !take(&c, 'T') || !take_digits(&c, 2, 23, &hour) ||
	    !take(&c, ':') || !take_digits(&c, 2, 59, &minute) || !take(&c, ':') ||
	    !take_digits(&c, 2, 59, &second) || !take_nanos(&c, &time.nanos) ||
	    !take_zone(&c, &zone) || c.at != c.end) {
		return false;
	}
	time.seconds = days * SECONDS_PER_DAY + hour * 3600 + minute * 60 + second - zone;
	if (!wkt_timestamp_in_range(time)) {
		return false;
	}
	*ret_time = time;
	return true;
}

bool wkt_duration_read(struct scute_str text, struct wkt_time *ret_time)
{
	struct cursor c = cursor(text);
	bool negative = take(&c, '-');
	struct wkt_time time = { .seconds = 0 };

	if (!is_digit(&c)) {
		return false;
	}
	while (is_digit(&c)) {
		time.seconds = time.seconds * 10 + (*c.at++ - '0');
		if (time.seconds > duration_seconds_max) {
			return false;
		}
	}
	if (!take_nanos(&c, &time.nanos) || !take(&c, 's') || c.at != c.end) {
		return false;
	}
	if (negative) {
		time.seconds = -time.seconds;
		time.nanos = -time.nanos;
	}
	if (!wkt_duration_in_range(time)) {
		return false;
	}
	*ret_time = time;
	return true;
}

/* ".021", or nothing for 0. */
static size_t put_nanos(int32_t nanos, char *out)
{
	int digits = 9;

	if (nanos == 0) {
		return 0;
	}
	while (nanos % 1000 == 0) {
		nanos /= 1000;
		digits -= 3;
	}
	return (size_t)snprintf(out, 12, ".%0*d", digits, nanos);
}

size_t wkt_timestamp_write(struct wkt_time time, char out[WKT_TEXT_BYTES])
{
	int64_t since = time.seconds - timestamp_seconds_min; /* never negative */
	int in_day = (int)(since % SECONDS_PER_DAY);
	/* Days since 0000-03-01; the year counts from March. */
	int64_t days = (since - in_day + timestamp_seconds_min) / SECONDS_PER_DAY + DAYS_TO_1970;
	int era = (int)(days / DAYS_PER_ERA);
	int day_of_era = (int)(days % DAYS_PER_ERA);
	int year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36524 -
				  day_of_era / 146096) / 365;
	int day_of_year = day_of_era -
		(365 * year_of_era + year_of_era / 4 - year_of_era / 100);
	int shifted = (5 * day_of_year + 2) / 153; /* 0 is March */
	int day = day_of_year - (153 * shifted + 2) / 5 + 1;
	int month = shifted < 10 ? shifted + 3 : shifted - 9;
	int year = era * 400 + year_of_era + (month <= 2);
	size_t len = (size_t)snprintf(out, WKT_TEXT_BYTES, "%04d-%02d-%02dT%02d:%02d:%02d", year,
		month, day, in_day / 3600, in_day / 60 % 60, in_day % 60);

	len += put_nanos(time.nanos, out + len);
	out[len++] = 'Z';
	return len;
}

size_t wkt_duration_write(struct wkt_time time, char out[WKT_TEXT_BYTES])
{
	bool negative = time.seconds < 0 || time.nanos < 0;
	int64_t seconds = negative ? -time.seconds : time.seconds;
	size_t len = (size_t)snprintf(out, WKT_TEXT_BYTES / 2, "%s%lld", negative ? "-" : "",
		(long long)seconds);

	len += put_nanos(negative ? -time.nanos : time.nanos, out + len);
	out[len++] = 's';
	return len;
}

bool wkt_path_to_snake(struct buf *buf, struct scute_str path)
{
	for (size_t i = 0; i < path.len; i++) {
		char c = path.data[i];
		if (c == '_') {
			return false;
		}
		if (c >= 'A' && c <= 'Z') {
			buf_append_byte(buf, '_');
			c = (char)(c - 'A' + 'a');
		}
		buf_append_byte(buf, c);
	}
	return path.len > 0;
}

bool wkt_path_to_camel(struct buf *buf, struct scute_str path)
{
	for (size_t i = 0; i < path.len; i++) {
		char c = path.data[i];
		if ((c >= 'A' && c <= 'Z') || c == ',') {
			return false;
		}
		if (c == '_') {
			i++;
			if (i == path.len || path.data[i] < 'a' || path.data[i] > 'z') {
				return false;
			}
			c = (char)(path.data[i] - 'a' + 'A');
		}
		buf_append_byte(buf, c);
	}
	return path.len > 0;
}
