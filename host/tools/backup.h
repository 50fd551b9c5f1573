/* SPDX-License-Identifier: Apache-2.0 */
/* scute backup, also under the name karapace_schema_backup. */
#ifndef TOOLS_BACKUP_H
#define TOOLS_BACKUP_H

/*
 * argv[0] is the sub-command's name, or the path of the link. Exit status: 0 all is well, 1 it
 * failed, 2 interrupted or wrong usage, 3 the backup could not be restored.
 */
int backup_main(int argc, char *const *argv, char *const *environment);

#endif
