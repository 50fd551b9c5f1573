/* SPDX-License-Identifier: Apache-2.0 */
/* The n-th allocation fails (and, for fault_from, all after it), by the linker's --wrap. */
#ifndef TEST_HTTP_FAULT_H
#define TEST_HTTP_FAULT_H

#include <stdbool.h>

void fault_after(long n); /* the n-th from now fails, once; 1 is the next */
void fault_from(long n);  /* the n-th from now and all later ones fail */
void fault_off(void);
bool fault_happened(void); /* since the last fault_after or fault_from */

#endif
