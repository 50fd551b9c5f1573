/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The one executable: picks the sub-command, also by the name it was called under, so that
 * unit files and cron jobs written for Karapace go on working.
 */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "config.h"
#include "serve.h"
#include "tools/backup.h"
#include "tools/check_config.h"

extern char **environ;

struct command {
	const char *name;
	const char *alias; /* the Karapace command that it stands in for */
	int (*main)(int argc, char *const *argv, char *const *environment);
	const char *help;
};

static const struct command commands[] = {
	{ "serve", "karapace", serve_main,
		"[CONFIG.json]           run the schema registry (the default)" },
	{ "check-config", NULL, check_config_main,
		"[CONFIG.json]    print the effective configuration and where each value is from" },
	{ "backup", "karapace_schema_backup", backup_main,
		"COMMAND ...            get, restore, inspect or verify a backup of the schemas" },
};

/* Installed as links already; their work belongs to versions to come. */
static const char *const later[] = { "karapace_rest_proxy", "karapace_mkpasswd", "mkpasswd" };

static int usage(FILE *out)
{
	fprintf(out, "Scute %s: a schema registry for Kafka\n\nusage:\n", SCUTE_VERSION);
	for (size_t i = 0; i < sizeof(commands) / sizeof(commands[0]); i++) {
		fprintf(out, "  scute %s %s\n", commands[i].name, commands[i].help);
	}
	fprintf(out, "  scute --version | --help\n\n"
		     "Keys of CONFIG.json. Each may be set by an environment variable too, which wins:\n"
		     "KARAPACE_ and the key in upper case.\n\n");
	config_print_help(out);
	return out == stderr ? 2 : 0;
}

static const char *base_name(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? slash + 1 : path;
}

static int refuse_later(const char *name)
{
	fprintf(stderr, "scute: \"%s\" is not part of version %s\n", name, SCUTE_VERSION);
	return 2;
}

static bool is_later(const char *name)
{
	for (size_t i = 0; i < sizeof(later) / sizeof(later[0]); i++) {
		if (strcmp(name, later[i]) == 0) {
			return true;
		}
	}
	return false;
}

static const struct command *find(const char *name)
{
	for (size_t i = 0; i < sizeof(commands) / sizeof(commands[0]); i++) {
		const struct command *command = &commands[i];
		if (strcmp(name, command->name) == 0) {
			return command;
		}
	}
	return NULL;
}

static const struct command *find_alias(const char *name)
{
	for (size_t i = 0; i < sizeof(commands) / sizeof(commands[0]); i++) {
		const struct command *command = &commands[i];
		if (command->alias && strcmp(name, command->alias) == 0) {
			return command;
		}
	}
	return NULL;
}

int main(int argc, char **argv)
{
	const char *called = argc > 0 ? base_name(argv[0]) : "scute";
	const struct command *command = argc > 1 ? find(argv[1]) : NULL;

	if (is_later(called)) {
		return refuse_later(called);
	}
	const struct command *alias = find_alias(called);
	if (alias && alias->main != serve_main) {
		return alias->main(argc, argv, environ);
	}
	if (argc > 1 && strcmp(argv[1], "--version") == 0) {
		printf("%s\n", SCUTE_VERSION);
		return 0;
	}
	if (argc > 1 && (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0)) {
		return usage(stdout);
	}
	/* A file of that name is a configuration, whatever it is called. */
	if (argc > 1 && !command && is_later(argv[1]) && access(argv[1], F_OK) != 0) {
		return refuse_later(argv[1]);
	}
	if (command) {
		return command->main(argc - 1, argv + 1, environ);
	}
	return serve_main(argc, argv, environ);
}
