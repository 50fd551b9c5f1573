/* SPDX-License-Identifier: Apache-2.0 */
/* scute serve: the daemon, from its configuration to its end. */
#ifndef HOST_SERVE_H
#define HOST_SERVE_H

/*
 * argv[0] is the sub-command's name, argv[1], when there, the configuration file. Exit
 * status: 0 stopped by a signal, 1 it could not start or go on, 2 wrong usage.
 */
int serve_main(int argc, char *const *argv, char *const *environment);

#endif
