/* SPDX-License-Identifier: Apache-2.0 */
/* Log: Python formats, refusals, escaping, cutting, where lines go. */
#include "tester.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "log.h"
#include "log_format.h"
#include "support/str.h"

static const struct log_record sample = {
	.name = "store.kafka",
	.thread = "MainThread",
	.level = "INFO",
	.level_number = 20,
	.message = "hello",
	.seconds = 86400,
	.microseconds = 7089,
	.thread_id = 12345,
	.process_id = 42,
};

static const char *print_as(const char *text, const struct log_record *record)
{
	static char line[8192];
	static struct log_format format;
	const char *bad = NULL;

	assert_true(log_format_parse(&format, text, &bad));
	assert_null(bad);
	line[log_format_print(&format, record, line, sizeof(line) - 1)] = '\0';
	return line;
}

static void prints_as_python_does(void **state)
{
	static const struct {
		const char *format;
		const char *line;
	} cases[] = {
		{ "%(name)-20s\t%(threadName)s\t%(levelname)-8s\t%(message)s",
			"store.kafka         \tMainThread\tINFO    \thello" },
		{ "%(asctime)s [%(levelname)8s]", "1970-01-02 00:00:00,007 [    INFO]" },
		{ "%(asctime).10s|%(asctime)25s", "1970-01-02|  1970-01-02 00:00:00,007" },
		{ "%(message).2s|%(message)6.2s|%(message)-6.2s|", "he|    he|he    |" },
		{ "%(process)d %(process)5d %(process)-5d| %(process)05d %(process)+d %(process) d",
			"42    42 42   | 00042 +42  42" },
		{ "%(process)s %(process)6s %(process).4d %(levelno)s %(thread)d",
			"42     42 0042 20 12345" },
		{ "%(msecs)03d %(msecs)s %(created)f %(created).2f %(created)d %(created)s",
			"007 7.0 86400.007089 86400.01 86400 86400.007089" },
		{ "100%% %(levelname)s%%", "100% INFO%" },
		{ "%(process)05ld%(process)#i%(process)u", "000424242" },
		{ "%(message)s%(message)3s", "hellohello" },
		{ "", "" },
		{ "no field", "no field" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		assert_string_equal(print_as(cases[i].format, &sample), cases[i].line);
	}
	char line[100];
	line[log_format_print(&log_format_ours, &sample, line, sizeof(line) - 1)] = '\0';
	assert_string_equal(line, "1970-01-02 00:00:00,007 INFO    store.kafka hello");
}

static void points_at_what_it_refuses(void **state)
{
	static const struct {
		const char *format;
		size_t at;
	} cases[] = {
		{ "%s", 0 }, { "abc %(nope)s", 4 }, { "%(name)d", 0 },
		{ "%(name)s %(message)d", 9 }, { "x%", 1 },
		{ "%(name", 0 }, { "%(name)", 0 }, { "%(name)5", 0 }, { "%(name)x", 0 },
		{ "%(lineno)d", 0 },
		{ "%(filename)s", 0 }, { "%(name)257s", 0 }, { "%(name)99999999999s", 0 },
		{ "%(name).300s", 0 },
		{ "%(message)s %n", 12 }, { "%()s", 0 }, { "%(process)*d", 0 }, { "%%%", 2 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct log_format format;
		const char *bad = NULL;
		assert_false(log_format_parse(&format, cases[i].format, &bad));
		assert_ptr_equal(bad, cases[i].format + cases[i].at);
	}
	char text[2000];
	struct log_format format;
	const char *bad = NULL;
	memset(text, 'x', sizeof(text));
	text[LOG_FORMAT_BYTES_MAX] = '\0';
	assert_false(log_format_parse(&format, text, &bad));
	text[LOG_FORMAT_BYTES_MAX - 1] = '\0';
	assert_true(log_format_parse(&format, text, &bad));
	for (size_t i = 0; i < 130; i++) { /* 65 pieces */
		text[i] = '%';
	}
	text[130] = '\0';
	assert_false(log_format_parse(&format, text, &bad));
	assert_ptr_equal(bad, text + 128);
}

static void nobody_forges_a_line(void **state)
{
	struct log_record record = sample;

	(void)state;
	record.message = "a\nERROR forged\r\t\x1b[31m\x7f\x01 gr\xc3\xbc\xc3\x9f \xc2\x9b \xff\xc3";
	assert_string_equal(print_as("%(message)s", &record),
		"a\\nERROR forged\\r\\t\\x1b[31m\\x7f\\x01 gr\xc3\xbc\xc3\x9f \\x9b \\xff\\xc3");
	record.name = "x\ny";
	assert_string_equal(print_as("%(name)s", &record), "x\\ny");
	record.message = "\xc3\xbc\xe2\x82\xac"; /* width and precision count characters */
	assert_string_equal(print_as("%(message)4s|%(message).1s|", &record),
		"  \xc3\xbc\xe2\x82\xac|\xc3\xbc|");
}

static void cuts_between_characters(void **state)
{
	struct log_record record = sample;
	char line[64];

	(void)state;
	record.message = "\xe2\x82\xac\xe2\x82\xac\xe2\x82\xac\n\n";
	struct log_format format;
	const char *bad;
	assert_true(log_format_parse(&format, "%(message)s!%(process)4d", &bad));
	for (size_t room = 0; room < sizeof(line); room++) {
		memset(line, '#', sizeof(line));
		size_t len = log_format_print(&format, &record, line, room);
		assert_true(len <= room);
		assert_true(str_is_utf8((struct scute_str){ line, len }));
		assert_true(room == sizeof(line) || line[room] == '#');
		if (room >= 18) {
			assert_int_equal(len, 18);
		}
	}
}

static FILE *caught;
static int saved;

static void catch_output(int fd)
{
	fflush(stdout);
	caught = tmpfile();
	assert_non_null(caught);
	saved = dup(fd);
	dup2(fileno(caught), fd);
}

static size_t caught_output(int fd, char *text, size_t bytes)
{
	dup2(saved, fd);
	close(saved);
	rewind(caught);
	size_t len = fread(text, 1, bytes - 1, caught);
	text[len] = '\0';
	fclose(caught);
	return len;
}

static void writes_where_it_is_told(void **state)
{
	static char text[20000];
	static char huge[10000];
	const char *bad = NULL;

	(void)state;
	assert_true(log_setup(LOG_INFO, LOG_TO_STDOUT,
		"%(levelname)s %(threadName)s %(name)s %(message)s", &bad));
	assert_true(log_wants(LOG_INFO));
	assert_false(log_wants(LOG_DEBUG));
	catch_output(STDOUT_FILENO);
	log_info("test", "one %d", 1);
	log_debug("test", "not wanted");
	log_error("test", "two\nlines");
	caught_output(STDOUT_FILENO, text, sizeof(text));
	assert_string_equal(text,
		"INFO MainThread test one 1\nERROR MainThread test two\\nlines\n");

	assert_true(log_setup(LOG_DEBUG, LOG_TO_SYSTEMD, "%(message)s", &bad));
	catch_output(STDERR_FILENO);
	log_error("test", "e");
	log_warning("test", "w");
	log_info("test", "i");
	log_debug("test", "d");
	caught_output(STDERR_FILENO, text, sizeof(text));
	assert_string_equal(text, "<3>e\n<4>w\n<6>i\n<7>d\n");

	assert_true(log_setup(LOG_WARNING, LOG_TO_STDERR, "%(message)s", &bad));
	catch_output(STDERR_FILENO);
	log_warning("test", "w");
	log_info("test", "not wanted");
	caught_output(STDERR_FILENO, text, sizeof(text));
	assert_string_equal(text, "w\n");
	assert_true(log_setup(LOG_DEBUG, LOG_TO_SYSTEMD, "%(message)s", &bad));

	memset(huge, 'x', sizeof(huge) - 1);
	catch_output(STDERR_FILENO);
	log_error("test", "%s", huge);
	size_t len = caught_output(STDERR_FILENO, text, sizeof(text));
	assert_in_range(len, 8000, 8192);
	assert_int_equal(text[len - 1], '\n');

	assert_true(log_setup(LOG_DEBUG, LOG_TO_NOWHERE, NULL, &bad));
	assert_false(log_wants(LOG_ERROR));
	catch_output(STDOUT_FILENO);
	log_error("test", "nothing");
	assert_int_equal(caught_output(STDOUT_FILENO, text, sizeof(text)), 0);

	assert_false(log_setup(LOG_INFO, LOG_TO_STDOUT, "%(bad)s", &bad)); /* and nothing changed */
	assert_false(log_wants(LOG_ERROR));
}

static atomic_bool formats_change;
static atomic_uint lines_written;

static void *log_meanwhile(void *user)
{
	(void)user;
	while (formats_change) {
		log_info("test", "a line");
		lines_written++;
	}
	return NULL;
}

/* A reload changes format and level while other threads write: each line is of one format. */
static void changes_under_writing_threads(void **state)
{
	static const char *const formats[] = {
		"%(name)s %(message)s one %(msecs)d", "%(levelname)-9s/%(process)d/%(created)f two 77",
		NULL, "%(thread)d%(levelno)s three 12",
	};
	static char text[1 << 20];
	pthread_t threads[2];
	const char *bad;

	(void)state;
	assert_true(log_setup(LOG_INFO, LOG_TO_STDOUT, formats[0], &bad));
	catch_output(STDOUT_FILENO);
	formats_change = true;
	for (size_t i = 0; i < 2; i++) {
		assert_int_equal(pthread_create(&threads[i], NULL, log_meanwhile, NULL), 0);
	}
	for (size_t i = 0; i < 2000 || lines_written < 1000; i++) {
		assert_true(log_setup(i % 5 > 0 ? LOG_INFO : LOG_ERROR, LOG_TO_STDOUT, formats[i % 4], &bad));
	}
	formats_change = false;
	for (size_t i = 0; i < 2; i++) {
		pthread_join(threads[i], NULL);
	}
	text[caught_output(STDOUT_FILENO, text, sizeof(text) - 1)] = '\0';
	assert_true(log_setup(LOG_INFO, LOG_TO_STDOUT, NULL, &bad));
	char *end = strrchr(text, '\n');
	assert_non_null(end);
	*end = '\0';
	for (char *line = text; line; line = strchr(line, '\n')) {
		line += *line == '\n';
		char *next = strchr(line, '\n');
		size_t len = next ? (size_t)(next - line) : strlen(line);
		bool first = memmem(line, len, "test a line one ", 16) != NULL;
		bool second = memmem(line, len, "INFO     /", 10) == line && memmem(line, len, " two 77", 7);
		bool third = memmem(line, len, "INFO    test a line", 19) != NULL;
		bool fourth = memmem(line, len, "20 three 12", 11) != NULL;
		assert_int_equal(first + second + third + fourth, 1);
		if (!next) {
			break;
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(prints_as_python_does),
		cmocka_unit_test(points_at_what_it_refuses),
		cmocka_unit_test(nobody_forges_a_line),
		cmocka_unit_test(cuts_between_characters),
		cmocka_unit_test(writes_where_it_is_told),
		cmocka_unit_test(changes_under_writing_threads),
	};
	setenv("TZ", "UTC", 1);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
