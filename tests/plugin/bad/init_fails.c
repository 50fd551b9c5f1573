/* SPDX-License-Identifier: Apache-2.0 */
/* init() fails, after it has asked to be called back. */
#include <stdio.h>

#include "scute/plugin.h"

static void fire(void *user)
{
	(void)user;
	__builtin_trap(); /* a refused plugin is not called */
}

static enum scute_status init(const struct scute_host *host, struct scute_self *self,
	void **ret_state, struct scute_error *err)
{
	(void)ret_state;
	(void)host->timer_start(self, 1, 1, fire, NULL);
	(void)host->post(self, fire, NULL);
	(void)snprintf(err->text, sizeof(err->text), "the moon is not full");
	return SCUTE_EINTERNAL;
}

#define BAD_INIT init
#include "bad.h"
