/* SPDX-License-Identifier: Apache-2.0 */
/* Notes SIGINT and SIGTERM. */
#include "tools/backup_stop.h"

#include <stddef.h>

volatile sig_atomic_t backup_stop;

static void on_signal(int number)
{
	(void)number;
	backup_stop = 1;
}

void backup_stop_watch(void)
{
	struct sigaction action = { .sa_handler = on_signal, .sa_flags = (int)SA_RESETHAND };

	sigaction(SIGINT, &action, NULL);
	sigaction(SIGTERM, &action, NULL);
	/* A closed pipe becomes an error of the write. */
	action.sa_handler = SIG_IGN;
	action.sa_flags = 0;
	sigaction(SIGPIPE, &action, NULL);
}
