/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Parsing and printing log formats. Whatever comes from outside (name, message) is
 * escaped on its way, so that nobody can forge a line or talk to a terminal.
 */
#include "log_format.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

#include "support/str.h"

static const struct {
	const char *name;
	enum log_field field;
	bool number;
} fields[] = {
	{ "name", LOG_FIELD_NAME, false },
	{ "threadName", LOG_FIELD_THREAD_NAME, false },
	{ "levelname", LOG_FIELD_LEVEL_NAME, false },
	{ "message", LOG_FIELD_MESSAGE, false },
	{ "asctime", LOG_FIELD_ASCTIME, false },
	{ "process", LOG_FIELD_PROCESS, true },
	{ "thread", LOG_FIELD_THREAD, true },
	{ "msecs", LOG_FIELD_MSECS, true },
	{ "created", LOG_FIELD_CREATED, true },
	{ "levelno", LOG_FIELD_LEVEL_NUMBER, true },
};

const struct log_format log_format_ours = {
	.text = "  ",
	.pieces = {
		{ .field = LOG_FIELD_ASCTIME, .precision = -1, .conversion = 's' },
		{ .field = LOG_FIELD_LITERAL, .len = 1 },
		{
			.field = LOG_FIELD_LEVEL_NAME,
			.precision = -1,
			.conversion = 's',
			.width = 7,
			.left = true,
		},
		{ .field = LOG_FIELD_LITERAL, .len = 1 },
		{ .field = LOG_FIELD_NAME, .precision = -1, .conversion = 's' },
		{ .field = LOG_FIELD_LITERAL, .len = 1 },
		{ .field = LOG_FIELD_MESSAGE, .precision = -1, .conversion = 's' },
	},
	.n_pieces = 7,
};

/* Digits up to the width's maximum; -1: beyond it. */
static int parse_number(const char **at)
{
	int value = 0;

	while (**at >= '0' && **at <= '9') {
		value = value * 10 + (**at - '0');
		if (value > LOG_FORMAT_WIDTH_MAX) {
			return -1;
		}
		(*at)++;
	}
	return value;
}

static void parse_flags(const char **at, struct log_piece *piece)
{
	for (;; (*at)++) {
		switch (**at) {
		case '-':
			piece->left = true;
			break;
		case '0':
			piece->zeros = true;
			break;
		case '+':
			piece->sign = '+';
			break;
		case ' ':
			piece->sign = piece->sign == '+' ? '+' : ' ';
			break;
		case '#':
			break; /* no meaning for s, d and f */
		default:
			return;
		}
	}
}

/* Flags, width, precision and conversion behind "%(field)". */
static bool parse_conversion(const char **at, struct log_piece *piece, bool number)
{
	parse_flags(at, piece);
	piece->width = parse_number(at);
	piece->precision = -1;
	if (**at == '.') {
		(*at)++;
		piece->precision = parse_number(at);
		if (piece->precision < 0) {
			return false;
		}
	}
	if (piece->width < 0) {
		return false;
	}
	if (**at == 'h' || **at == 'l' || **at == 'L') {
		(*at)++; /* Python takes and ignores these */
	}
	piece->conversion = **at == 'i' || **at == 'u' ? 'd' : **at;
	bool for_numbers = piece->conversion == 'd' || piece->conversion == 'f';
	if (piece->conversion != 's' && !(number && for_numbers)) {
		return false;
	}
	(*at)++;
	return true;
}

/* At "%(": the field's name and all that follows. */
static bool parse_field(const char **at, struct log_piece *piece)
{
	const char *name = *at + 2;
	const char *close = strchr(name, ')');

	if (!close) {
		return false;
	}
	struct scute_str wanted = { name, (size_t)(close - name) };
	for (size_t i = 0; i < sizeof(fields) / sizeof(fields[0]); i++) {
		if (str_eq_z(wanted, fields[i].name)) {
			piece->field = fields[i].field;
			*at = close + 1;
			return parse_conversion(at, piece, fields[i].number);
		}
	}
	return false;
}

bool log_format_parse(struct log_format *format, const char *text, const char **ret_bad)
{
	const char *at = text;

	memset(format, 0, sizeof(*format));
	if (strlen(text) >= sizeof(format->text)) {
		*ret_bad = text;
		return false;
	}
	memcpy(format->text, text, strlen(text));
	while (*at != '\0') {
		const char *begin = at;
		if (format->n_pieces == LOG_FORMAT_PIECES_MAX) {
			*ret_bad = begin;
			return false;
		}
		struct log_piece *piece = &format->pieces[format->n_pieces++];
		if (at[0] == '%' && at[1] == '(') {
			if (!parse_field(&at, piece)) {
				*ret_bad = begin;
				return false;
			}
			continue;
		}
		if (at[0] == '%' && at[1] != '%') {
			*ret_bad = begin;
			return false;
		}
		if (at[0] == '%') {
			begin++; /* of two, the second is the text */
			at += 2;
		} else {
			at += strcspn(at, "%");
		}
		piece->begin = (uint16_t)(begin - text);
		piece->len = (uint16_t)(at - begin);
	}
	return true;
}

struct line {
	char *at;
	char *end;
};

/* Whole or not at all, so that a cut never leaves half a character. */
static void put(struct line *line, const char *text, size_t len)
{
	if (len <= (size_t)(line->end - line->at)) {
		memcpy(line->at, text, len);
		line->at += len;
	} else {
		line->end = line->at; /* nothing more behind the cut */
	}
}

static void put_padding(struct line *line, char c, size_t n)
{
	for (; n > 0; n--) {
		put(line, &c, 1);
	}
}

/* How the character at text is shown: itself or an escape in out. Returns its bytes in text. */
static size_t show_character(const char *text, size_t left, char out[8], size_t *ret_len)
{
	unsigned char c = (unsigned char)text[0];
	size_t width = str_utf8_width(text, left);
	int len = -1;

	if (c == '\n' || c == '\r' || c == '\t') {
		len = snprintf(out, 8, "\\%c", c == '\n' ? 'n' : c == '\r' ? 'r' : 't');
	} else if (width == 0 || c < 0x20 || c == 0x7f) {
		len = snprintf(out, 8, "\\x%02x", c);
	} else if (width == 2 && c == 0xc2 && (unsigned char)text[1] < 0xa0) {
		len = snprintf(out, 8, "\\x%02x", (unsigned char)text[1]); /* a C1 control */
	}
	if (len < 0) {
		memcpy(out, text, width);
		len = (int)width;
	}
	*ret_len = (size_t)len;
	return width > 0 ? width : 1;
}

static size_t count_characters(const char *text, size_t max)
{
	size_t left = strlen(text);
	size_t n = 0;

	while (left > 0 && n < max) {
		size_t width = str_utf8_width(text, left);
		width = width > 0 ? width : 1;
		text += width;
		left -= width;
		n++;
	}
	return n;
}

static void put_text(struct line *line, const struct log_piece *piece, const char *text)
{
	size_t max = piece->precision >= 0 ? (size_t)piece->precision : SIZE_MAX;
	size_t n = count_characters(text, max);
	size_t padding = n < (size_t)piece->width ? (size_t)piece->width - n : 0;
	size_t left = strlen(text);

	if (!piece->left) {
		put_padding(line, ' ', padding);
	}
	for (size_t i = 0; left > 0 && i < max && line->at < line->end; i++) {
		char shown[8];
		size_t len;
		size_t taken = show_character(text, left, shown, &len);
		put(line, shown, len);
		text += taken;
		left -= taken;
	}
	if (piece->left) {
		put_padding(line, ' ', padding);
	}
}

/* As Python prints it: whole numbers by d, and by s what str() of the attribute gives. */
static void format_number(const struct log_piece *piece, const struct log_record *record, char *to,
	size_t bytes)
{
	int decimals = piece->precision >= 0 ? piece->precision : 6;
	long long whole = 0;
	double real;

	switch (piece->field) {
	case LOG_FIELD_PROCESS:
		whole = record->process_id;
		break;
	case LOG_FIELD_THREAD:
		whole = (long long)record->thread_id;
		break;
	case LOG_FIELD_LEVEL_NUMBER:
		whole = record->level_number;
		break;
	case LOG_FIELD_MSECS:
		whole = record->microseconds / 1000;
		break;
	default:
		assert(piece->field == LOG_FIELD_CREATED);
		whole = record->seconds;
		break;
	}
	real = (double)whole;
	if (piece->field == LOG_FIELD_CREATED) {
		real += (double)record->microseconds / 1e6;
	}
	if (piece->conversion == 'f') {
		snprintf(to, bytes, "%.*f", decimals > 9 ? 9 : decimals, real);
	} else if (piece->conversion == 's' && piece->field == LOG_FIELD_CREATED) {
		snprintf(to, bytes, "%.6f", real);
	} else if (piece->conversion == 's' && piece->field == LOG_FIELD_MSECS) {
		snprintf(to, bytes, "%lld.0", whole);
	} else {
		bool padded = piece->conversion == 'd' && piece->precision >= 0;
		int digits = padded ? piece->precision : 1;
		snprintf(to, bytes, "%.*lld", digits > 20 ? 20 : digits, whole);
	}
}

static void put_number(struct line *line, const struct log_piece *piece,
	const struct log_record *record)
{
	char digits[64];

	format_number(piece, record, digits, sizeof(digits));
	if (piece->conversion == 's') {
		put_text(line, piece, digits);
		return;
	}
	size_t len = strlen(digits);
	size_t with_sign = len + (piece->sign != '\0');
	size_t padding = with_sign < (size_t)piece->width ? (size_t)piece->width - with_sign : 0;
	bool zeros = piece->zeros && !piece->left;
	if (!piece->left && !zeros) {
		put_padding(line, ' ', padding);
	}
	if (piece->sign != '\0') {
		put(line, &piece->sign, 1);
	}
	if (zeros) {
		put_padding(line, '0', padding);
	}
	put(line, digits, len);
	if (piece->left) {
		put_padding(line, ' ', padding);
	}
}

static void put_time(struct line *line, const struct log_piece *piece,
	const struct log_record *record)
{
	char text[64];
	struct tm local;

	if (!localtime_r(&record->seconds, &local)) {
		memset(&local, 0, sizeof(local));
	}
	size_t len = strftime(text, sizeof(text), "%Y-%m-%d %H:%M:%S", &local);
	snprintf(text + len, sizeof(text) - len, ",%03ld", record->microseconds / 1000);
	put_text(line, piece, text);
}

size_t log_format_print(const struct log_format *format, const struct log_record *record, char *to,
	size_t room)
{
	struct line line = { to, to + room };

	for (size_t i = 0; i < format->n_pieces; i++) {
		const struct log_piece *piece = &format->pieces[i];
		switch (piece->field) {
		case LOG_FIELD_LITERAL:
			put(&line, format->text + piece->begin, piece->len);
			break;
		case LOG_FIELD_NAME:
			put_text(&line, piece, record->name);
			break;
		case LOG_FIELD_THREAD_NAME:
			put_text(&line, piece, record->thread);
			break;
		case LOG_FIELD_LEVEL_NAME:
			put_text(&line, piece, record->level);
			break;
		case LOG_FIELD_MESSAGE:
			put_text(&line, piece, record->message);
			break;
		case LOG_FIELD_ASCTIME:
			put_time(&line, piece, record);
			break;
		default:
			put_number(&line, piece, record);
			break;
		}
	}
	return (size_t)(line.at - to);
}
