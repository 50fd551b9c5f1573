/* SPDX-License-Identifier: Apache-2.0 */
/* init() fails and says nothing. */
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
	(void)err;
	return SCUTE_EINTERNAL;
}

#define BAD_INIT init
#include "bad.h"
