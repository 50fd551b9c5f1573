/* SPDX-License-Identifier: Apache-2.0 */
/*
 * SipHash-1-3 (Aumasson, Bernstein): for tables whose keys come from strangers, who must not
 * be able to choose ones that collide. Any thread.
 */
#ifndef SUPPORT_SIPHASH_H
#define SUPPORT_SIPHASH_H

#include "scute/types.h"

/* The kernel gives each process 16 random bytes: no call, no state of our own. */
void siphash_process_key(uint64_t ret_key[2]);

uint64_t siphash(const uint64_t key[2], struct scute_str bytes);

#endif
