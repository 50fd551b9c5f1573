/* SPDX-License-Identifier: Apache-2.0 */
/* Picks the log of the configured store. */
#include "store/dump.h"

#include "config.h"

const struct dump_ops *dump_of(const struct config *config)
{
	return config->store == CONFIG_STORE_JOURNAL ? &dump_journal : &dump_kafka;
}
