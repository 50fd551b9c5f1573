/* SPDX-License-Identifier: Apache-2.0 */
/* scute backup: hands the command line to its commands. */
#include "tools/backup.h"

#include <stdio.h>
#include <string.h>

#include "tools/backup_session.h"

static enum backup_exit run(struct backup_session *session)
{
	switch (session->options.command) {
	case BACKUP_RESTORE:
		return backup_restore(session);
	case BACKUP_INSPECT:
		return backup_inspect(session);
	case BACKUP_VERIFY:
		return backup_verify(session);
	case BACKUP_GET:
	case BACKUP_EXPORT:
		break;
	}
	return backup_get(session);
}

/* What was printed reached its file. */
static int finish(int status)
{
	if ((fflush(stdout) != 0 || ferror(stdout)) && status == BACKUP_EXIT_OK) {
		perror("standard output");
		return BACKUP_EXIT_FAILED;
	}
	return status;
}

int backup_main(int argc, char *const *argv, char *const *environment)
{
	struct backup_options options;
	struct backup_session session;
	/* Messages name the program as it is called, without its directory. */
	const char *program = strcmp(argv[0], "backup") == 0 ? "scute backup" :
		"karapace_schema_backup";

	switch (backup_options_parse(argc, argv, program, &options)) {
	case BACKUP_PARSED:
		break;
	case BACKUP_PARSED_HELP:
		return finish(BACKUP_EXIT_OK);
	case BACKUP_PARSED_WRONG:
		return BACKUP_EXIT_STOPPED;
	}
	backup_stop_watch();
	if (!backup_session_init(&session, &options, environment)) {
		return BACKUP_EXIT_FAILED;
	}
	int status = (int)run(&session);
	backup_session_finish(&session);
	return finish(status);
}
