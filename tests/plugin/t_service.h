/* SPDX-License-Identifier: Apache-2.0 */
/* What the test service lets its tests see; the second symbol that it exports. */
#ifndef TESTS_PLUGIN_T_SERVICE_H
#define TESTS_PLUGIN_T_SERVICE_H

#include <stdbool.h>

struct t_service_seen {
	int init;
	int start;
	int fini;
	int drain;
	int ticks;      /* of its repeating timer */
	int cancelled;
	int posted;     /* calls of post() that ran */
	int in_order;   /* of them those that came in the order of posting */
	int worked;     /* work() of jobs */
	int done;       /* done() of jobs */
	int after_fini; /* calls into the plugin that came too late */
	bool off_loop;  /* a job ran on another thread */
};

#endif
