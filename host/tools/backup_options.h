/* SPDX-License-Identifier: Apache-2.0 */
/* The command line of scute backup. */
#ifndef TOOLS_BACKUP_OPTIONS_H
#define TOOLS_BACKUP_OPTIONS_H

#include "tools/backup_reader.h"

enum backup_command {
	BACKUP_GET,
	BACKUP_RESTORE,
	BACKUP_INSPECT,
	BACKUP_VERIFY,
	BACKUP_EXPORT,
};

enum backup_level {
	BACKUP_LEVEL_NONE,
	BACKUP_LEVEL_FILE,
	BACKUP_LEVEL_RECORD,
};

/* Strings are argv's. */
struct backup_options {
	enum backup_command command;
	const char *name;     /* the command's */
	const char *config;
	const char *location; /* NULL: standard output, or refused standard input */
	const char *topic;    /* NULL: the configured one */
	enum backup_version format;
	bool v3_wanted;       /* --use-format-v3 was given */
	bool format_given;
	bool overwrite;
	bool skip_topic_creation;
	bool into_non_empty;
	bool verbose;
	uint64_t poll_timeout_ms;
	int replication_factor;          /* 0: not given */
	int override_replication_factor; /* 0: not given */
	enum backup_level level;
};

enum backup_parsed {
	BACKUP_PARSED,
	BACKUP_PARSED_HELP,  /* was printed to standard output */
	BACKUP_PARSED_WRONG, /* standard error says what */
};

/* program: as messages call it; argv[1]: the command. */
enum backup_parsed backup_options_parse(int argc, char *const *argv, const char *program,
	struct backup_options *ret_options);

/*
 * An ISO 8601 duration of weeks, days, hours, minutes and seconds, as PT1M or P1DT2.5S. False:
 * not one, or with years or months, whose length is not known, or beyond a year.
 */
bool backup_duration_read(const char *text, uint64_t *ret_ms);

#endif
