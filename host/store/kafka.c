/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The store on a Kafka topic: life cycle, state, and the one wake-up through which
 * librdkafka's threads reach the loop. The parts are kafka_topic, _read and _write.
 */
#include <assert.h>
#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "base/hash.h"
#include "store/kafka_int.h"
#include "support/str.h"

#define PURGE_MS 500 /* at close, for the reports of what was purged */

const struct kafka_times kafka_times = {
	.metadata = 3000,
	.admin = 10000,
	.retry = 5000,
	.probe = 1000,
	.tick = 1000,
	.repeat = 60000,
};

static struct kafka *kafka_of(const struct store *store)
{
	return (struct kafka *)store;
}

void kafka_kick(struct kafka *kafka)
{
	eventfd_write(kafka->wake_fd, 1);
}

/* ---- state ---- */

static enum store_state state_of(const struct kafka *kafka)
{
	if (kafka->failed) {
		return STORE_FAILED;
	}
	if (kafka->broken) {
		return STORE_LOST;
	}
	if (!kafka->opened) {
		return kafka->reader.caught_up ? STORE_READY : STORE_REPLAYING;
	}
	return kafka->reader.caught_up && !kafka->down ? STORE_READY : STORE_LOST;
}

void kafka_update_state(struct kafka *kafka)
{
	enum store_state state = state_of(kafka);
	if (state == kafka->state) {
		return;
	}
	kafka->state = state;
	if (state == STORE_READY) {
		kafka->opened = true;
		kafka->text[0] = '\0';
	}
	kafka->events.on_state(kafka->events.user, state, kafka->text);
}

#define FORMAT_TEXT(kafka, format) do { \
	va_list list_; \
	va_start(list_, format); \
	vsnprintf((kafka)->text, sizeof((kafka)->text), (format), list_); \
	va_end(list_); \
} while (0)

static void complain(struct kafka *kafka, const char *text)
{
	static const struct hash_key key = { 0, 0 };
	uint64_t hash = hash64_keyed(&key, str_z(text));
	uint64_t now = loop_now_ms(kafka->loop);
	size_t slot = hash % KAFKA_COMPLAINTS;
	if (kafka->complaints[slot].hash == hash &&
		now - kafka->complaints[slot].logged_ms < kafka->times.repeat) {
		return;
	}
	kafka->complaints[slot].hash = hash;
	kafka->complaints[slot].logged_ms = now;
	log_warning(KAFKA_NAME, "%s", text);
}

void kafka_complain(struct kafka *kafka, const char *format, ...)
{
	char text[KAFKA_TEXT_BYTES];
	va_list list;
	va_start(list, format);
	vsnprintf(text, sizeof(text), format, list);
	va_end(list);
	complain(kafka, text);
}

void kafka_set_down(struct kafka *kafka, const char *format, ...)
{
	if (kafka->broken || kafka->failed) {
		return;
	}
	if (!kafka->down) {
		kafka->down = true;
		FORMAT_TEXT(kafka, format);
	}
	if (!kafka->opened) {
		/* No change of state tells it. */
		complain(kafka, kafka->text);
	}
	kafka_topic_look(kafka);
	kafka_update_state(kafka);
}

void kafka_set_up(struct kafka *kafka)
{
	kafka->down = false;
	kafka_update_state(kafka);
}

void kafka_set_broken(struct kafka *kafka, const char *format, ...)
{
	if (kafka->broken || kafka->failed) {
		return;
	}
	kafka->broken = true;
	FORMAT_TEXT(kafka, format);
	log_error(KAFKA_NAME, "%s", kafka->text);
	if (kafka->state == STORE_LOST) {
		/* It was lost for a reason that passes; now it is for one that stays. */
		kafka->events.on_state(kafka->events.user, STORE_LOST, kafka->text);
	}
	kafka_update_state(kafka);
}

void kafka_set_failed(struct kafka *kafka, const char *format, ...)
{
	assert(!kafka->opened);
	kafka->failed = true;
	FORMAT_TEXT(kafka, format);
	kafka_update_state(kafka);
}

/* ---- closing ---- */

static void kafka_free(struct kafka *kafka)
{
	loop_watch_stop(&kafka->watch);
	loop_timer_stop(kafka->tick);
	if (kafka->wake_fd >= 0) {
		close(kafka->wake_fd);
	}
	kafka_reader_finish(kafka);
	kafka_settings_finish(&kafka->settings);
	rd_kafka_mem_free(NULL, kafka->cluster);
	free(kafka);
}

static void finish(void *user)
{
	struct kafka *kafka = user;
	void (*closed)(void *) = kafka->closed;
	void *closed_user = kafka->closed_user;
	kafka_free(kafka);
	closed(closed_user);
}

/* Drain, then purge, then answer what is left; the handles last, off the loop. */
static void go_on_closing(struct kafka *kafka)
{
	uint64_t now = loop_now_ms(kafka->loop);
	if (kafka_writer_busy(kafka) && now < kafka->close_at_ms && !kafka->broken) {
		return;
	}
	if (kafka_writer_busy(kafka) && !kafka->purged) {
		kafka->purged = true;
		kafka->close_at_ms = now + PURGE_MS;
		kafka_writer_purge(kafka);
		kafka_kick(kafka);
		return;
	}
	kafka_writer_abandon(kafka);
	kafka_writer_flush(kafka);
	kafka_topic_stop(kafka);
	kafka_client_retire(kafka->producer);
	kafka_client_retire(kafka->consumer);
	kafka->producer = NULL;
	kafka->consumer = NULL;
	if (kafka_clients_bury(kafka) && kafka->finishing == NULL) {
		/* Not from inside the watch or timer that is about to be freed. */
		kafka->finishing = loop_timer_start(kafka->loop, 0, 0, finish, kafka);
	}
}

/* ---- wake-ups ---- */

static void serve(struct kafka *kafka)
{
	bool more = false;
	kafka->serving = true;
	if (kafka->producer != NULL) {
		more = kafka_client_serve(kafka->producer);
	}
	if (kafka->consumer != NULL) {
		more = kafka_client_serve(kafka->consumer) || more;
		more = kafka_reader_serve(kafka) || more;
	}
	if (kafka->writer.renew) {
		kafka_writer_tick(kafka);
	}
	kafka->serving = false;
	kafka_writer_flush(kafka);
	if (more) {
		/* Whoever else waits for the loop comes first. */
		kafka_kick(kafka);
	}
	if (kafka->closing) {
		go_on_closing(kafka);
	}
}

static void on_wake(void *user, unsigned io)
{
	struct kafka *kafka = user;
	eventfd_t count;
	(void)io;
	eventfd_read(kafka->wake_fd, &count);
	serve(kafka);
}

static void on_tick(void *user)
{
	struct kafka *kafka = user;
	if (!kafka->closing && kafka->producer != NULL) {
		kafka_client_check(kafka->producer);
	}
	if (!kafka->closing && kafka->consumer != NULL) {
		kafka_client_check(kafka->consumer);
	}
	if (!kafka->closing) {
		kafka_topic_tick(kafka);
		kafka_reader_tick(kafka);
	}
	kafka_writer_tick(kafka);
	kafka_clients_bury(kafka);
	serve(kafka);
}

/* ---- the interface ---- */

static bool open_clients(struct kafka *kafka, struct scute_error *err)
{
	kafka->producer = kafka_client_create(kafka, RD_KAFKA_PRODUCER, err);
	if (kafka->producer == NULL) {
		return false;
	}
	kafka->consumer = kafka_client_create(kafka, RD_KAFKA_CONSUMER, err);
	return kafka->consumer != NULL;
}

struct store *kafka_open(struct loop *loop, struct pool *pool, const struct config *config,
	const struct store_events *events, const struct kafka_times *times, struct scute_error *err)
{
	struct kafka *kafka = calloc(1, sizeof(*kafka));
	if (kafka == NULL) {
		error_set(err, SCUTE_ENOMEM, "Out of memory");
		return NULL;
	}
	kafka->base.ops = &store_kafka;
	kafka->loop = loop;
	kafka->pool = pool;
	kafka->events = *events;
	kafka->times = *times;
	kafka->state = STORE_REPLAYING;
	kafka_reader_init(kafka);
	kafka_writer_init(kafka);
	kafka->wake_fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
	if (kafka->wake_fd < 0) {
		error_set(err, SCUTE_EINTERNAL, "eventfd: %s", strerror(errno));
		goto fail;
	}
	if (!kafka_settings_init(&kafka->settings, config, err) || !open_clients(kafka, err)) {
		goto fail;
	}
	kafka->tick = loop_timer_start(loop, times->tick, times->tick, on_tick, kafka);
	if (kafka->tick == NULL) {
		error_set(err, SCUTE_ENOMEM, "Out of memory");
		goto fail;
	}
	loop_watch_start(loop, &kafka->watch, kafka->wake_fd, LOOP_READ, on_wake, kafka);
	kafka_topic_start(kafka);
	return &kafka->base;
fail:
	kafka_client_destroy(kafka->producer);
	kafka_client_destroy(kafka->consumer);
	kafka_free(kafka);
	return NULL;
}

static struct store *store_open(struct loop *loop, struct pool *pool, const struct config *config,
	const struct store_events *events, struct scute_error *err)
{
	return kafka_open(loop, pool, config, events, &kafka_times, err);
}

static void store_append(struct store *store, const struct store_record *records, size_t n,
	store_done done, void *user)
{
	kafka_writer_append(kafka_of(store), records, n, done, user);
}

static void store_barrier(struct store *store, const struct store_record *record,
	store_done done, void *user)
{
	kafka_writer_barrier(kafka_of(store), record, done, user);
}

static struct store_position store_position(const struct store *store)
{
	const struct kafka *kafka = kafka_of(store);
	return (struct store_position){ kafka->reader.last, kafka_reader_end(kafka) };
}

static void store_close(struct store *store, uint64_t drain_ms, void (*closed)(void *user),
	void *user)
{
	struct kafka *kafka = kafka_of(store);
	assert(!kafka->closing);
	kafka->closing = true;
	kafka->close_at_ms = loop_now_ms(kafka->loop) + drain_ms;
	kafka->closed = closed;
	kafka->closed_user = user;
	kafka_topic_stop(kafka);
	kafka_kick(kafka);
}

static struct scute_str store_cluster(const struct store *store)
{
	struct kafka *kafka = kafka_of(store);

	if (!kafka->cluster && kafka->producer) {
		kafka->cluster = rd_kafka_clusterid(kafka->producer->rk, 0);
	}
	return (struct scute_str){ kafka->cluster, kafka->cluster ? strlen(kafka->cluster) : 0 };
}

const struct store_ops store_kafka = {
	.name = "kafka",
	.open = store_open,
	.append = store_append,
	.barrier = store_barrier,
	.position = store_position,
	.cluster = store_cluster,
	.close = store_close,
};
