/* SPDX-License-Identifier: Apache-2.0 */
/* Printing the list of metrics. */
#include "metrics.h"

#include <inttypes.h>

struct metrics metrics;

bool metrics_print(struct buf *buf)
{
#define METRIC_COUNTER(name, help)                                                           \
	buf_printf(buf, "# HELP scute_%s %s\n# TYPE scute_%s counter\nscute_%s %" PRIu64 "\n", \
		#name, help, #name, #name, metrics.name);
#define METRIC_GAUGE(name, help)                                                             \
	buf_printf(buf, "# HELP scute_%s %s\n# TYPE scute_%s gauge\nscute_%s %" PRId64 "\n",   \
		#name, help, #name, #name, metrics.name);
#include "metrics.def"
	return !buf->failed;
}
