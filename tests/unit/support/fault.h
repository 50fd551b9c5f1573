/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Makes the n-th allocation of the code under test fail. Link fault.c and the
 * --wrap arguments (fault_link_args in meson.build). Thread-safe enough for one tester.
 */
#ifndef TEST_FAULT_H
#define TEST_FAULT_H

#include <stdbool.h>

/* The n-th allocation from now (0: the next) fails, once. Negative: none. */
void fault_at(long n);

/* Whether it came to that; ends the fault. */
bool fault_end(void);

#endif
