/* SPDX-License-Identifier: Apache-2.0 */
/* The command line: what is taken, what is refused, and durations. */
#include "place.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "tools/backup_options.h"

static struct backup_options options;
static char said[8192]; /* on standard error */

static enum backup_parsed parse(const char *line)
{
	static char copy[512]; /* options point into it */
	static char nothing[] = "";
	char *argv[20] = { (char *)(uintptr_t)"backup" };
	int argc = 1;
	FILE *file = tmpfile();
	int saved = dup(STDERR_FILENO);

	snprintf(copy, sizeof(copy), "%s", line);
	for (char *word = strtok(copy, " "); word; word = strtok(NULL, " ")) {
		argv[argc++] = strcmp(word, "''") == 0 ? nothing : word;
	}
	fflush(stderr);
	dup2(fileno(file), STDERR_FILENO);
	enum backup_parsed parsed = backup_options_parse(argc, argv, "scute backup", &options);
	fflush(stderr);
	dup2(saved, STDERR_FILENO);
	close(saved);
	rewind(file);
	size_t len = fread(said, 1, sizeof(said) - 1, file);
	said[len] = '\0';
	fclose(file);
	return parsed;
}

static void a_get_has_defaults(void **state)
{
	(void)state;
	assert_int_equal(parse("get --config c.json --location l.log"), BACKUP_PARSED);
	assert_int_equal(options.command, BACKUP_GET);
	assert_string_equal(options.config, "c.json");
	assert_string_equal(options.location, "l.log");
	assert_null(options.topic);
	assert_int_equal(options.format, BACKUP_V2);
	assert_int_equal(options.poll_timeout_ms, 60000);
	assert_false(options.overwrite || options.skip_topic_creation || options.verbose ||
		options.into_non_empty);
}

static void all_options_are_taken(void **state)
{
	(void)state;
	assert_int_equal(parse("get --config=c --location=- --topic t --overwrite --poll-timeout PT5S "
		"--use-format-v3 --replication-factor 3 --skip-topic-creation --verbose"),
		BACKUP_PARSED);
	assert_null(options.location);
	assert_string_equal(options.topic, "t");
	assert_true(options.overwrite && options.skip_topic_creation && options.verbose);
	assert_int_equal(options.poll_timeout_ms, 5000);
	assert_int_equal(options.format, BACKUP_V3);
	assert_int_equal(options.replication_factor, 3);
	assert_int_equal(parse("get --config c --location '' --format console"), BACKUP_PARSED);
	assert_null(options.location);
	assert_int_equal(options.format, BACKUP_CONSOLE);
	assert_int_equal(parse("restore --config c --location l --override-replication-factor 2 "
		"--into-non-empty"), BACKUP_PARSED);
	assert_int_equal(options.command, BACKUP_RESTORE);
	assert_int_equal(options.override_replication_factor, 2);
	assert_true(options.into_non_empty);
	assert_int_equal(parse("inspect --location l"), BACKUP_PARSED);
	assert_int_equal(options.command, BACKUP_INSPECT);
	assert_int_equal(parse("verify --location l --level file"), BACKUP_PARSED);
	assert_int_equal(options.level, BACKUP_LEVEL_FILE);
	assert_int_equal(parse("verify --loc l --level record"), BACKUP_PARSED);
	assert_int_equal(options.level, BACKUP_LEVEL_RECORD);
	assert_int_equal(parse("export-anonymized-avro-schemas --config c --location l --overwrite"),
		BACKUP_PARSED);
	assert_int_equal(options.command, BACKUP_EXPORT);
}

static const struct {
	const char *line;
	const char *reason;
} refused[] = {
	{ "", "usage: scute backup COMMAND" },
	{ "steal --location l", "usage: scute backup COMMAND" },
	{ "get --config c", "required: --location" },
	{ "get --location l", "required: --config" },
	{ "restore --location l", "required: --config" },
	{ "export-anonymized-avro-schemas --location l", "required: --config" },
	{ "verify --location l", "required: --level" },
	{ "verify --location l --level bit", "argument --level: \"bit\" is none of file, record" },
	{ "get --config c --location l --use-format-v3", "required: --replication-factor" },
	{ "get --config c --location l --format v3", "required: --replication-factor" },
	{ "get --config c --location l --replication-factor 1", "for version 3 only" },
	{ "get --config c --location l --use-format-v3 --replication-factor 0", "no number from 1" },
	{ "get --config c --location l --use-format-v3 --replication-factor 1x", "no number from 1" },
	{ "get --config c --location l --use-format-v3 --format v2", "contradict" },
	{ "get --config c --location l --format v1", "is none of v2, v3, console" },
	{ "get --config c --location l --poll-timeout PT0.5S", "at least PT1S" },
	{ "get --config c --location l --poll-timeout 60", "no ISO 8601 duration" },
	{ "get --config c --location l --poll-timeout", "expected one argument" },
	{ "get --config c --location l --topic ''", "must not be empty" },
	{ "get --config c --location l --override-replication-factor 1", "unrecognized" },
	{ "restore --config c --location l --overwrite", "unrecognized" },
	{ "inspect --location l --config c", "unrecognized" },
	{ "inspect --location l more", "unrecognized arguments: more" },
	{ "inspect more --location l", "unrecognized arguments: more" },
	{ "inspect --location l --verbose=yes", "unrecognized" },
};

static void what_is_wrong_is_told(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(refused) / sizeof(refused[0]); i++) {
		assert_int_equal(parse(refused[i].line), BACKUP_PARSED_WRONG);
		if (!strstr(said, refused[i].reason)) {
			fail_msg("%s: %s, not %s", refused[i].line, said, refused[i].reason);
		}
	}
}

static const struct {
	const char *text;
	int64_t ms; /* -1: refused */
} durations[] = {
	{ "PT1M", 60000 },
	{ "PT1S", 1000 },
	{ "PT90S", 90000 },
	{ "PT1.5S", 1500 },
	{ "PT0,25S", 250 },
	{ "PT1H2M3S", 3723000 },
	{ "P1D", 86400000 },
	{ "P1DT1S", 86401000 },
	{ "P1W", 604800000 },
	{ "PT0S", 0 },
	{ "", -1 },
	{ "P", -1 },
	{ "PT", -1 },
	{ "P1DT", -1 },
	{ "1M", -1 },
	{ "PT1", -1 },
	{ "PTS", -1 },
	{ "P1M", -1 },
	{ "P1Y", -1 },
	{ "P1S", -1 },
	{ "PT1D", -1 },
	{ "PT1S1M", -1 },
	{ "PT1S1S", -1 },
	{ "PT-1S", -1 },
	{ "PT1SX", -1 },
	{ "PT1e9S", -1 },
	{ "PTT1S", -1 },
	{ "PT999999999999S", -1 },
	{ "PT99999999999999999999999999S", -1 },
};

static void durations_are_iso_8601(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(durations) / sizeof(durations[0]); i++) {
		uint64_t ms = 0;
		bool ok = backup_duration_read(durations[i].text, &ms);
		if (ok != (durations[i].ms >= 0) || (ok && (int64_t)ms != durations[i].ms)) {
			fail_msg("%s: %d %llu", durations[i].text, ok, (unsigned long long)ms);
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_get_has_defaults),
		cmocka_unit_test(all_options_are_taken),
		cmocka_unit_test(what_is_wrong_is_told),
		cmocka_unit_test(durations_are_iso_8601),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
