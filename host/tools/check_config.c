/* SPDX-License-Identifier: Apache-2.0 */
/* scute check-config. */
#include "tools/check_config.h"

#include <string.h>

#include "config.h"

static void warn(void *user, const char *text)
{
	(void)user;
	fprintf(stderr, "warning: %s\n", text);
}

static int usage(FILE *out, int status)
{
	fprintf(out,
		"usage: scute check-config [config.json]\n"
		"       scute check-config --keys | --markdown\n\n"
		"Prints the configuration that `scute serve config.json` would run with: every key, its value\n"
		"and where that comes from (default, file, environment). Secrets are masked.\n\n"
		"  --keys      list all keys with their meaning\n"
		"  --markdown  the same as docs/config.md\n");
	return status;
}

/* What was printed reached its file. */
static int finish(int status)
{
	if (fflush(stdout) != 0 || ferror(stdout)) {
		perror("scute check-config: standard output");
		return 1;
	}
	return status;
}

int check_config_main(int argc, char *const *argv, char *const *environment)
{
	const char *path = argc > 1 ? argv[1] : NULL;
	struct scute_error err;

	if (argc > 2) {
		return usage(stderr, 2);
	}
	if (path != NULL && (strcmp(path, "--help") == 0 || strcmp(path, "-h") == 0)) {
		return finish(usage(stdout, 0));
	}
	if (path != NULL && strcmp(path, "--keys") == 0) {
		config_print_help(stdout);
		return finish(0);
	}
	if (path != NULL && strcmp(path, "--markdown") == 0) {
		config_print_markdown(stdout);
		return finish(0);
	}
	if (path != NULL && path[0] == '-') {
		return usage(stderr, 2);
	}
	struct config *config = config_load(path, environment, warn, NULL, &err);
	if (config == NULL) {
		fprintf(stderr, "error: %s\n", err.text);
		return 1;
	}
	config_print(config, stdout);
	config_destroy(config);
	return finish(0);
}
