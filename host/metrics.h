/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Counters and gauges, one list (metrics.def), as Prometheus text. Loop thread only.
 * Lines: METRIC_COUNTER(name, help), METRIC_GAUGE(name, help).
 */
#ifndef HOST_METRICS_H
#define HOST_METRICS_H

#include "support/buf.h"

struct metrics {
#define METRIC_COUNTER(name, help) uint64_t name;
#define METRIC_GAUGE(name, help) int64_t name;
#include "metrics.def"
};

extern struct metrics metrics;

/* Prometheus text exposition format 0.0.4, names prefixed with "scute_". */
bool metrics_print(struct buf *buf);

#endif
