/* SPDX-License-Identifier: Apache-2.0 */
/* Reads the command line of scute backup, which is that of karapace_schema_backup and more. */
#include "tools/backup_options.h"

#include <getopt.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "support/str.h"

#define POLL_TIMEOUT_MS 60000u
#define POLL_TIMEOUT_MS_MIN 1000u
#define DURATION_MS_MAX ((uint64_t)366 * 86400000u)

enum {
	OPT_CONFIG = 256,
	OPT_LOCATION,
	OPT_TOPIC,
	OPT_SKIP_TOPIC_CREATION,
	OPT_OVERWRITE,
	OPT_POLL_TIMEOUT,
	OPT_USE_FORMAT_V3,
	OPT_REPLICATION_FACTOR,
	OPT_FORMAT,
	OPT_LEVEL,
	OPT_OVERRIDE_REPLICATION_FACTOR,
	OPT_INTO_NON_EMPTY,
	OPT_VERBOSE,
	OPT_HELP,
};

#define FOR(command) (1u << (command))
#define FOR_TOPIC (FOR(BACKUP_GET) | FOR(BACKUP_RESTORE) | FOR(BACKUP_EXPORT))
#define FOR_OUTPUT (FOR(BACKUP_GET) | FOR(BACKUP_EXPORT))
#define FOR_ALL (FOR_TOPIC | FOR(BACKUP_INSPECT) | FOR(BACKUP_VERIFY))

static const struct known {
	const char *name;
	int value;
	const char *argument; /* NULL: none */
	unsigned commands;
	const char *help;
} known[] = {
	{ "config", OPT_CONFIG, "FILE", FOR_TOPIC,
		"configuration as for scute serve; environment variables win over it (required)" },
	{ "location", OPT_LOCATION, "PATH", FOR_ALL,
		"the backup; - is standard output (get and export only)" },
	{ "topic", OPT_TOPIC, "NAME", FOR_TOPIC,
		"instead of topic_name; with a journal only what version 3 records as its name" },
	{ "overwrite", OPT_OVERWRITE, NULL, FOR_OUTPUT, "replace a file that is there" },
	{ "poll-timeout", OPT_POLL_TIMEOUT, "ISO8601", FOR_OUTPUT,
		"how long to wait for the next record, at least PT1S (default PT1M)" },
	{ "format", OPT_FORMAT, "FORM", FOR(BACKUP_GET),
		"v2 (the default), v3, or console: as kafka-console-consumer prints" },
	{ "use-format-v3", OPT_USE_FORMAT_V3, NULL, FOR(BACKUP_GET), "the same as --format v3" },
	{ "replication-factor", OPT_REPLICATION_FACTOR, "N", FOR(BACKUP_GET),
		"the topic's, which version 3 records (required with it)" },
	{ "override-replication-factor", OPT_OVERRIDE_REPLICATION_FACTOR, "N", FOR(BACKUP_RESTORE),
		"for a topic made from version 3, instead of the recorded one" },
	{ "into-non-empty", OPT_INTO_NON_EMPTY, NULL, FOR(BACKUP_RESTORE),
		"append to a topic or journal that holds records; of equal keys the last one "
		"counts, so what the backup holds wins and what only the target holds stays" },
	{ "skip-topic-creation", OPT_SKIP_TOPIC_CREATION, NULL, FOR_TOPIC,
		"restore: never make the topic or journal, but use the one that is there (get and "
		"export make none anyway)" },
	{ "level", OPT_LEVEL, "LEVEL", FOR(BACKUP_VERIFY),
		"file: checksums of files; record: each record too (required)" },
	{ "verbose", OPT_VERBOSE, NULL, FOR_ALL, "tell more on standard error" },
	{ "help", OPT_HELP, NULL, FOR_ALL, "this text" },
};
#define N_KNOWN (sizeof(known) / sizeof(known[0]))

static const struct {
	const char *name;
	const char *help;
} commands[] = {
	[BACKUP_GET] = { "get", "write a backup of the schema topic or journal" },
	[BACKUP_RESTORE] = { "restore", "write a backup's records into a topic or journal" },
	[BACKUP_INSPECT] = { "inspect", "print what a backup says of itself, as JSON" },
	[BACKUP_VERIFY] = { "verify", "check a backup of version 3" },
	[BACKUP_EXPORT] = { "export-anonymized-avro-schemas",
		"like get, with all names in Avro schemas replaced by hashes" },
};
#define N_COMMANDS (sizeof(commands) / sizeof(commands[0]))

static void print_commands(FILE *out, const char *program)
{
	fprintf(out, "usage: %s COMMAND --location PATH [OPTION ...]\n\ncommands:\n", program);
	for (size_t i = 0; i < N_COMMANDS; i++) {
		fprintf(out, "  %-32s%s\n", commands[i].name, commands[i].help);
	}
	fprintf(out, "\n%s COMMAND --help tells its options.\n\n"
		"Exit status: 0 all is well, 1 it failed (a broker, a file, a backup that is not "
		"intact),\n2 interrupted or wrong usage, 3 the backup could not be restored.\n",
		program);
}

static void print_options(FILE *out, const char *program, enum backup_command command)
{
	fprintf(out, "usage: %s %s --location PATH [OPTION ...]\n\n%s\n\n", program,
		commands[command].name, commands[command].help);
	for (size_t i = 0; i < N_KNOWN; i++) {
		char name[64];
		if (!(known[i].commands & FOR(command))) {
			continue;
		}
		snprintf(name, sizeof(name), "--%s%s%s", known[i].name,
			known[i].argument ? " " : "", known[i].argument ? known[i].argument : "");
		fprintf(out, "  %-34s%s\n", name, known[i].help);
	}
}

__attribute__((format(printf, 3, 4)))
static enum backup_parsed wrong(const char *program, const struct backup_options *options,
	const char *format, ...)
{
	va_list list;

	fprintf(stderr, "%s %s: error: ", program, options->name);
	va_start(list, format);
	vfprintf(stderr, format, list);
	va_end(list);
	fprintf(stderr, "\n%s %s --help tells its options\n", program, options->name);
	return BACKUP_PARSED_WRONG;
}

/* One number and its letter; the number may have a fraction. */
static bool take_part(const char **at, double *ret_number, char *ret_unit)
{
	char *end;

	if (**at < '0' || **at > '9') {
		return false;
	}
	/* Digits decide the length: strtod alone would take exponents and more. */
	size_t len = strspn(*at, "0123456789");
	if ((*at)[len] == '.' || (*at)[len] == ',') {
		len += 1 + strspn(*at + len + 1, "0123456789");
	}
	if (len > 20) {
		return false;
	}
	char text[24];
	memcpy(text, *at, len);
	text[len] = '\0';
	for (char *c = text; *c; c++) {
		*c = *c == ',' ? '.' : *c;
	}
	*ret_number = strtod(text, &end);
	*ret_unit = (*at)[len];
	*at += len + (*ret_unit != '\0');
	return *end == '\0';
}

bool backup_duration_read(const char *text, uint64_t *ret_ms)
{
	static const char units[] = "WD\0HMS"; /* in their order; those behind the NUL follow a T */
	static const double seconds[] = { 604800, 86400, 0, 3600, 60, 1 };
	const char *at = text;
	double total = 0;
	size_t next = 0;
	bool timed = false;
	bool any = false;

	if (*at++ != 'P') {
		return false;
	}
	while (*at) {
		double number;
		char unit;
		if (*at == 'T' && !timed) {
			timed = true;
			any = false;
			next = 3;
			at++;
			continue;
		}
		if (!take_part(&at, &number, &unit)) {
			return false;
		}
		while (next < sizeof(seconds) / sizeof(seconds[0]) &&
			(unit == '\0' || units[next] != unit)) {
			next++;
		}
		if (next >= (timed ? sizeof(seconds) / sizeof(seconds[0]) : 3)) {
			return false;
		}
		total += number * seconds[next++];
		any = true;
	}
	if (!any || total * 1000 > (double)DURATION_MS_MAX) {
		return false;
	}
	*ret_ms = (uint64_t)(total * 1000 + 0.5);
	return true;
}

static bool read_factor(const char *text, int *ret_factor)
{
	int64_t value;

	if (!str_to_i64(str_z(text), &value) || value < 1 || value > INT16_MAX) {
		return false;
	}
	*ret_factor = (int)value;
	return true;
}

static bool read_format(const char *text, enum backup_version *ret_version)
{
	static const struct {
		const char *name;
		enum backup_version version;
	} forms[] = { { "v2", BACKUP_V2 }, { "v3", BACKUP_V3 }, { "console", BACKUP_CONSOLE } };

	for (size_t i = 0; i < sizeof(forms) / sizeof(forms[0]); i++) {
		if (strcmp(text, forms[i].name) == 0) {
			*ret_version = forms[i].version;
			return true;
		}
	}
	return false;
}

static bool read_level(const char *text, enum backup_level *ret_level)
{
	*ret_level = strcmp(text, "file") == 0 ? BACKUP_LEVEL_FILE :
		strcmp(text, "record") == 0 ? BACKUP_LEVEL_RECORD : BACKUP_LEVEL_NONE;
	return *ret_level != BACKUP_LEVEL_NONE;
}

/* NULL: fine; else what is wrong with the value. */
static const char *take_value(struct backup_options *options, int option, const char *value)
{
	switch (option) {
	case OPT_CONFIG:
		options->config = value;
		return NULL;
	case OPT_LOCATION:
		options->location = value;
		return NULL;
	case OPT_TOPIC:
		options->topic = value;
		return value[0] == '\0' ? "must not be empty" : NULL;
	case OPT_POLL_TIMEOUT:
		return backup_duration_read(value, &options->poll_timeout_ms) &&
			options->poll_timeout_ms >= POLL_TIMEOUT_MS_MIN ? NULL :
			"is no ISO 8601 duration of at least PT1S";
	case OPT_FORMAT:
		options->format_given = true;
		return read_format(value, &options->format) ? NULL : "is none of v2, v3, console";
	case OPT_REPLICATION_FACTOR:
		return read_factor(value, &options->replication_factor) ? NULL :
			"is no number from 1 to 32767";
	case OPT_OVERRIDE_REPLICATION_FACTOR:
		return read_factor(value, &options->override_replication_factor) ? NULL :
			"is no number from 1 to 32767";
	case OPT_LEVEL:
		return read_level(value, &options->level) ? NULL : "is none of file, record";
	default:
		return NULL;
	}
}

static void take_flag(struct backup_options *options, int option)
{
	options->overwrite |= option == OPT_OVERWRITE;
	options->skip_topic_creation |= option == OPT_SKIP_TOPIC_CREATION;
	options->v3_wanted |= option == OPT_USE_FORMAT_V3;
	options->into_non_empty |= option == OPT_INTO_NON_EMPTY;
	options->verbose |= option == OPT_VERBOSE;
}

/* What the options say together. NULL: fine. */
static const char *check(struct backup_options *options, bool has_location)
{
	if (!has_location) {
		return "the following arguments are required: --location";
	}
	if ((FOR_TOPIC & FOR(options->command)) && !options->config) {
		return "the following arguments are required: --config";
	}
	if (options->command == BACKUP_VERIFY && options->level == BACKUP_LEVEL_NONE) {
		return "the following arguments are required: --level";
	}
	if (options->v3_wanted && options->format_given && options->format != BACKUP_V3) {
		return "--use-format-v3 and --format contradict each other";
	}
	if (options->v3_wanted) {
		options->format = BACKUP_V3;
	}
	if (options->format == BACKUP_V3 && options->replication_factor == 0) {
		return "the following arguments are required: --replication-factor";
	}
	if (options->format != BACKUP_V3 && options->replication_factor != 0) {
		return "--replication-factor is for version 3 only";
	}
	return NULL;
}

static unsigned make_table(struct option *table, enum backup_command command)
{
	unsigned n = 0;

	for (size_t i = 0; i < N_KNOWN; i++) {
		if (known[i].commands & FOR(command)) {
			table[n++] = (struct option){ known[i].name,
				known[i].argument ? required_argument : no_argument, NULL,
				known[i].value };
		}
	}
	table[n] = (struct option){ 0 };
	return n;
}

static enum backup_parsed parse_options(int argc, char *const *argv, const char *program,
	struct backup_options *options)
{
	struct option table[N_KNOWN + 1];
	const char *bad;
	int at = 0;
	int option;

	make_table(table, options->command);
	optind = 0; /* glibc: all anew */
	opterr = 0;
	while ((option = getopt_long(argc, argv, "+:h", table, &at)) != -1) {
		if (option == '?') {
			return wrong(program, options, "unrecognized or ambiguous argument: %s",
				argv[optind - 1]);
		}
		if (option == ':') {
			return wrong(program, options, "argument %s: expected one argument",
				argv[optind - 1]);
		}
		if (option == 'h' || option == OPT_HELP) {
			print_options(stdout, program, options->command);
			return BACKUP_PARSED_HELP;
		}
		bad = optarg ? take_value(options, option, optarg) : NULL;
		if (bad) {
			return wrong(program, options, "argument --%s: \"%s\" %s", table[at].name,
				optarg, bad);
		}
		take_flag(options, option);
	}
	if (optind < argc) {
		return wrong(program, options, "unrecognized arguments: %s", argv[optind]);
	}
	bad = check(options, options->location != NULL);
	if (bad) {
		return wrong(program, options, "%s", bad);
	}
	if (options->location[0] == '\0' || strcmp(options->location, "-") == 0) {
		options->location = NULL;
	}
	return BACKUP_PARSED;
}

enum backup_parsed backup_options_parse(int argc, char *const *argv, const char *program,
	struct backup_options *ret_options)
{
	struct backup_options options = {
		.format = BACKUP_V2,
		.poll_timeout_ms = POLL_TIMEOUT_MS,
	};
	const char *name = argc > 1 ? argv[1] : "";

	if (strcmp(name, "--help") == 0 || strcmp(name, "-h") == 0) {
		print_commands(stdout, program);
		return BACKUP_PARSED_HELP;
	}
	for (size_t i = 0; i < N_COMMANDS; i++) {
		if (strcmp(name, commands[i].name) == 0) {
			options.command = (enum backup_command)i;
			options.name = commands[i].name;
			enum backup_parsed parsed = parse_options(argc - 1, argv + 1, program,
				&options);
			if (parsed == BACKUP_PARSED) {
				*ret_options = options;
			}
			return parsed;
		}
	}
	print_commands(stderr, program);
	return BACKUP_PARSED_WRONG;
}
