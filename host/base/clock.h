/* SPDX-License-Identifier: Apache-2.0 */
/* The two clocks, in milliseconds. Any thread; no failure. */
#ifndef BASE_CLOCK_H
#define BASE_CLOCK_H

#include <stdint.h>

/* Since 1970, as the host believes; may jump. */
uint64_t clock_wall_ms(void);

/* Since some moment in the past; never runs backwards. */
uint64_t clock_monotonic_ms(void);

#endif
