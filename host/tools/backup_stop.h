/* SPDX-License-Identifier: Apache-2.0 */
/* The user's wish to stop, told by a signal. */
#ifndef TOOLS_BACKUP_STOP_H
#define TOOLS_BACKUP_STOP_H

#include <signal.h>

/* Set by SIGINT and SIGTERM once backup_stop_watch was called; the second signal kills. */
extern volatile sig_atomic_t backup_stop;

void backup_stop_watch(void);

#endif
