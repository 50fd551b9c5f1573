/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Drives the Kafka store without the rest of the daemon, for tests/kafka/test_store.py
 * and for measuring. Configured by the KARAPACE_* variables. Prints one line an event.
 *
 *   read                   all records until READY: rec OFFSET KEY VALUE
 *   count                  as read, but only how many, how long, and the memory used
 *   write N INFLIGHT FIRST keys FIRST..FIRST+N-1, each acked: ack KEY STATUS OFFSET; after
 *                          UNKNOWN a barrier; after a refusal it waits and goes on
 *   fill N BYTES           many records at once
 *   bench N                median append beside the bare broker round trip, which goes to
 *                          the topic of that name with "-bare" behind it
 *   idle SECONDS           waits, then the resident memory
 */
#include <inttypes.h>
#include <librdkafka/rdkafka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/hash.h"
#include "config.h"
#include "log.h"
#include "loop.h"
#include "pool.h"
#include "store/store.h"
#include "support/str.h"

extern char **environ;

#define VALUE_BYTES_MAX (8u << 20)
#define BENCH_MAX 100000
#define PAUSE_MS 50

static struct loop *loop;
static struct store *store;
static const char *mode;
static const struct config *config;
static uint64_t records;
static double opened_at;
static bool ready;
static bool closing;
static int exit_code;

static long total;     /* writes to do */
static long issued;
static long answered;
static long first_key;
static long inflight_max;
static long inflight;
static long not_ok;
static bool pausing;
static bool barrier_due;
static bool barrier_runs;
static char *value;
static size_t value_len = 16;
static double started_at;
static double times[BENCH_MAX];
static double bare_times[BENCH_MAX];
static rd_kafka_t *bare;
static rd_kafka_topic_t *bare_topic;
static bool bare_pending;
static double record_cost; /* seconds spent on each record, as an application would */

static void go_on(void);

static double now(void)
{
	struct timespec t;
	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static long rss_kb(void)
{
	long size = 0;
	long resident = 0;
	FILE *file = fopen("/proc/self/statm", "r");
	if (file != NULL) {
		if (fscanf(file, "%ld %ld", &size, &resident) != 2) {
			resident = 0;
		}
		fclose(file);
	}
	return resident * (sysconf(_SC_PAGESIZE) / 1024);
}

static void on_closed(void *user)
{
	(void)user;
	store = NULL;
	puts("closed");
	loop_stop(loop);
}

static void finish(int code)
{
	if (!closing) {
		closing = true;
		exit_code = code;
		store->ops->close(store, 5000, on_closed, NULL);
	}
}

static const char *status_name(enum store_status status)
{
	static const char *const names[] = {
		"OK", "UNAVAILABLE", "UNKNOWN", "TOO_LARGE", "FULL", "DENIED",
	};
	return names[status];
}

static void print_slice(struct scute_str text)
{
	if (text.data == NULL) {
		printf(" null");
	} else {
		printf(" '%.*s'", (int)(text.len > 100 ? 100 : text.len), text.data);
	}
}

static void on_record(void *user, const struct store_record *record)
{
	(void)user;
	records++;
	for (double until = now() + record_cost; record_cost > 0 && now() < until;) {
	}
	if (strcmp(mode, "read") == 0) {
		printf("rec %" PRId64, record->offset);
		print_slice(record->key);
		print_slice(record->value);
		for (size_t i = 0; i < record->n_headers; i++) {
			print_slice(record->headers[i].name);
			print_slice(record->headers[i].value);
		}
		putchar('\n');
	}
}

static void on_pause_end(void *user)
{
	(void)user;
	pausing = false;
	go_on();
}

/* After a refusal: neither spin nor give up. */
static void pause_writes(void)
{
	if (!pausing) {
		pausing = true;
		loop_timer_start(loop, PAUSE_MS, 0, on_pause_end, NULL);
	}
}

static void on_barrier(void *user, enum store_status status, int64_t offset)
{
	(void)user;
	printf("barrier %s %" PRId64 "\n", status_name(status), offset);
	barrier_runs = false;
	barrier_due = status != STORE_OK;
	if (barrier_due) {
		pause_writes();
	}
	go_on();
}

static void on_ack(void *user, enum store_status status, int64_t offset)
{
	long key = (long)(intptr_t)user;
	inflight--;
	answered++;
	if (strcmp(mode, "bench") == 0) {
		times[key] = now() - started_at;
	} else if (strcmp(mode, "write") == 0) {
		printf("ack %ld %s %" PRId64 "\n", first_key + key, status_name(status), offset);
	}
	if (status != STORE_OK) {
		not_ok++;
		pause_writes();
	}
	if (status == STORE_UNKNOWN) {
		barrier_due = true;
	}
	go_on();
}

static void write_one(long index)
{
	char key[32];
	int len = snprintf(key, sizeof(key), "%ld", first_key + index);
	struct store_record record = {
		.key = { key, (size_t)len },
		.value = { value, value_len },
	};
	inflight++;
	started_at = now();
	store->ops->append(store, &record, 1, on_ack, (void *)(intptr_t)index);
}

static void on_bare(rd_kafka_t *rk, const rd_kafka_message_t *message, void *user)
{
	(void)rk;
	(void)message;
	(void)user;
	bare_pending = false;
}

/* The same record by a bare producer, one at a time: what the broker itself takes. */
static double bare_round_trip(void)
{
	double start = now();
	bare_pending = true;
	rd_kafka_produce(bare_topic, 0, RD_KAFKA_MSG_F_COPY, value, value_len, "bare", 4, NULL);
	while (bare_pending) {
		rd_kafka_poll(bare, 1000);
	}
	return now() - start;
}

static int compare(const void *a, const void *b)
{
	double x = *(const double *)a;
	double y = *(const double *)b;
	return x < y ? -1 : x > y;
}

static void report_bench(void)
{
	size_t n = (size_t)total;
	qsort(times, n, sizeof(times[0]), compare);
	qsort(bare_times, n, sizeof(times[0]), compare);
	printf("append median %.3f p95 %.3f ms, bare median %.3f p95 %.3f ms, failed %ld\n",
		times[n / 2] * 1e3, times[n * 95 / 100] * 1e3, bare_times[n / 2] * 1e3,
		bare_times[n * 95 / 100] * 1e3, not_ok);
}

static void report(void)
{
	if (strcmp(mode, "bench") == 0) {
		report_bench();
	} else {
		printf("written %ld failed %ld in %.3f s\n", total, not_ok, now() - opened_at);
	}
	finish(0);
}

static void issue(void)
{
	while (issued < total && inflight < inflight_max) {
		if (strcmp(mode, "bench") == 0) {
			bare_times[issued] = bare_round_trip();
		}
		write_one(issued++);
	}
}

static void go_on(void)
{
	if (closing || total == 0) {
		return;
	}
	if (answered == total) {
		report();
	} else if (pausing) {
		return;
	} else if (barrier_due && !barrier_runs) {
		struct store_record noop = { .key = SCUTE_STR("noop") };
		barrier_runs = true;
		store->ops->barrier(store, &noop, on_barrier, NULL);
	} else if (!barrier_due && ready) {
		issue();
	}
}

static void on_state(void *user, enum store_state state, const char *text)
{
	static const char *const names[] = { "REPLAYING", "READY", "LOST", "FAILED" };
	(void)user;
	printf("state %s %s\n", names[state], text);
	ready = state == STORE_READY;
	if (state == STORE_FAILED) {
		finish(2);
	}
	if (!ready || closing) {
		return;
	}
	printf("ready after %.3f s with %" PRIu64 " records, rss %ld kB\n", now() - opened_at, records,
		rss_kb());
	if (strcmp(mode, "read") == 0 || strcmp(mode, "count") == 0) {
		finish(0);
	}
	opened_at = now();
	go_on();
}

static void on_idle_end(void *user)
{
	(void)user;
	printf("idle rss %ld kB\n", rss_kb());
	finish(0);
}

static void on_warning(void *user, const char *text)
{
	(void)user;
	fprintf(stderr, "%s\n", text);
}

static bool open_bare(void)
{
	char text[512];
	rd_kafka_conf_t *conf = rd_kafka_conf_new();
	rd_kafka_conf_set(conf, "bootstrap.servers", config->bootstrap_uri, text, sizeof(text));
	rd_kafka_conf_set(conf, "acks", "all", text, sizeof(text));
	rd_kafka_conf_set(conf, "message.timeout.ms", "10000", text, sizeof(text));
	rd_kafka_conf_set(conf, "linger.ms", "0", text, sizeof(text));
	rd_kafka_conf_set(conf, "socket.nagle.disable", "true", text, sizeof(text));
	rd_kafka_conf_set_dr_msg_cb(conf, on_bare);
	bare = rd_kafka_new(RD_KAFKA_PRODUCER, conf, text, sizeof(text));
	if (bare == NULL) {
		fprintf(stderr, "%s\n", text);
		return false;
	}
	char name[256];
	snprintf(name, sizeof(name), "%s-bare", config->topic_name);
	bare_topic = rd_kafka_topic_new(bare, name, NULL);
	return bare_topic != NULL;
}

static void close_bare(void)
{
	if (bare != NULL) {
		rd_kafka_topic_destroy(bare_topic);
		rd_kafka_destroy(bare);
	}
}

static long number(int argc, char **argv, int index, long fallback)
{
	return index < argc ? strtol(argv[index], NULL, 10) : fallback;
}

static bool setup(int argc, char **argv)
{
	mode = argc > 1 ? argv[1] : "read";
	record_cost = getenv("DRIVER_RECORD_US") != NULL ? atof(getenv("DRIVER_RECORD_US")) / 1e6 : 0;
	inflight_max = 1;
	if (strcmp(mode, "write") == 0) {
		total = number(argc, argv, 2, 100);
		inflight_max = number(argc, argv, 3, 1);
		first_key = number(argc, argv, 4, 0);
	} else if (strcmp(mode, "fill") == 0) {
		total = number(argc, argv, 2, 100000);
		value_len = (size_t)number(argc, argv, 3, 400);
		inflight_max = 5000;
	} else if (strcmp(mode, "bench") == 0) {
		total = number(argc, argv, 2, 500);
		value_len = 400;
	} else if (strcmp(mode, "idle") == 0) {
		loop_timer_start(loop, (uint64_t)number(argc, argv, 2, 10) * 1000, 0, on_idle_end, NULL);
	}
	if (value_len > VALUE_BYTES_MAX || (strcmp(mode, "bench") == 0 && total > BENCH_MAX)) {
		return false;
	}
	value = malloc(value_len);
	if (value == NULL) {
		return false;
	}
	memset(value, 'v', value_len);
	return strcmp(mode, "bench") != 0 || open_bare();
}

int main(int argc, char **argv)
{
	struct scute_error err;
	struct config *loaded = config_load(NULL, environ, on_warning, NULL, &err);
	if (loaded == NULL) {
		fprintf(stderr, "%s\n", err.text);
		return 3;
	}
	config = loaded;
	setvbuf(stdout, NULL, _IOLBF, 0);
	hash_init();
	log_setup(getenv("DRIVER_DEBUG") != NULL ? LOG_DEBUG : LOG_INFO, LOG_TO_SYSTEMD, NULL, NULL);
	loop = loop_create();
	struct pool *pool = pool_create(loop, 2, 64);
	struct store_events events = { .on_record = on_record, .on_state = on_state };
	if (!setup(argc, argv)) {
		return 3;
	}
	opened_at = now();
	store = store_kafka.open(loop, pool, config, &events, &err);
	if (store == NULL) {
		fprintf(stderr, "%s\n", err.text);
		return 3;
	}
	loop_run(loop);
	close_bare();
	pool_destroy(pool);
	loop_destroy(loop);
	config_destroy(loaded);
	free(value);
	return exit_code;
}
