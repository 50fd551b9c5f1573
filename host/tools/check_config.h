/* SPDX-License-Identifier: Apache-2.0 */
/* scute check-config: prints the effective configuration, or the reference of all keys. */
#ifndef TOOLS_CHECK_CONFIG_H
#define TOOLS_CHECK_CONFIG_H

/*
 * argv[0] is the sub-command's name. Exit status: 0 all is well, 1 the configuration is
 * wrong (stderr says what), 2 wrong usage.
 */
int check_config_main(int argc, char *const *argv, char *const *environment);

#endif
