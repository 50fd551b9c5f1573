/* SPDX-License-Identifier: Apache-2.0 */
/* Metrics: each of the list in the text format, and a buffer that is too small. */
#include "tester.h"

#include <stdio.h>
#include <string.h>

#include "metrics.h"

#define METRIC_COUNTER(name, help) #name,
#define METRIC_GAUGE(name, help) #name,
static const char *const names[] = {
#include "metrics.def"
};

static void prints_every_metric(void **state)
{
	struct buf buf;

	(void)state;
	metrics.http_requests_total = UINT64_MAX;
	metrics.http_connections = -3;
	buf_init(&buf, 100000);
	assert_true(metrics_print(&buf));
	assert_true(buf_append(&buf, "", 1));
	assert_non_null(strstr(buf.data,
		"# HELP scute_http_requests_total HTTP requests answered\n"
		"# TYPE scute_http_requests_total counter\n"
		"scute_http_requests_total 18446744073709551615\n"));
	assert_non_null(strstr(buf.data,
		"# TYPE scute_http_connections gauge\nscute_http_connections -3\n"));
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		char line[200];
		snprintf(line, sizeof(line), "\nscute_%s ", names[i]);
		assert_non_null(strstr(buf.data, line));
	}
	assert_int_equal(buf.data[buf.len - 2], '\n');
	size_t len = buf.len - 1;
	buf_finish(&buf);

	buf_init(&buf, len - 1);
	assert_false(metrics_print(&buf));
	buf_finish(&buf);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(prints_every_metric),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
