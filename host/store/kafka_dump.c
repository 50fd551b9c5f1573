/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A Kafka topic as a dump: the librdkafka handles, with the daemon's connection settings.
 * The parts are kafka_dump_topic, _read and _write.
 */
#include <stdlib.h>
#include <string.h>

#include "config.h"
#include "store/kafka_dump.h"
#include "support/str.h"

#define FLUSH_MS 1000

static void on_log(const rd_kafka_t *rk, int level, const char *facility, const char *text)
{
	(void)rk;
	log_debug(KAFKA_NAME, "librdkafka <%d> %s: %s", level, facility, text);
}

/* From within rd_kafka_consume_batch_queue: errors that come as no message. */
static void on_error(rd_kafka_t *rk, int err, const char *text, void *user)
{
	struct kafka_dump *dump = user;

	(void)rk;
	snprintf(dump->problem, sizeof(dump->problem), "%s: %s",
		rd_kafka_err2name((rd_kafka_resp_err_t)err), text);
}

enum dump_status kafka_dump_fail(const struct kafka_dump *dump, struct scute_error *err,
	const char *doing, const char *why)
{
	error_set(err, SCUTE_EINTERNAL, "%s topic %s at %s: %s", doing, dump->settings.topic,
		dump->settings.bootstrap, why);
	return DUMP_FAILED;
}

rd_kafka_t *kafka_dump_new(struct kafka_dump *dump, rd_kafka_type_t type, rd_kafka_conf_t *conf,
	struct scute_error *err)
{
	char text[KAFKA_TEXT_BYTES];

	rd_kafka_conf_set_log_cb(conf, on_log);
	rd_kafka_conf_set_opaque(conf, dump);
	if (type == RD_KAFKA_CONSUMER) {
		rd_kafka_conf_set_error_cb(conf, on_error);
	}
	rd_kafka_t *rk = rd_kafka_new(type, conf, text, sizeof(text));
	if (rk == NULL) {
		rd_kafka_conf_destroy(conf);
		error_set(err, SCUTE_EINVAL, "Kafka client: %s", text);
	}
	return rk;
}

static bool set(rd_kafka_conf_t *conf, const char *name, const char *value, struct scute_error *err)
{
	char text[KAFKA_TEXT_BYTES];

	if (rd_kafka_conf_set(conf, name, value, text, sizeof(text)) != RD_KAFKA_CONF_OK) {
		error_set(err, SCUTE_EINVAL, "Kafka client setting %s: %s", name, text);
		return false;
	}
	return true;
}

bool kafka_dump_ensure_admin(struct kafka_dump *dump, struct scute_error *err)
{
	if (dump->admin != NULL) {
		return true;
	}
	rd_kafka_conf_t *conf = kafka_conf_producer(&dump->settings, dump->plain, err);
	if (conf == NULL) {
		return false;
	}
	/* Many records at a time; whoever waits for them has more patience than a client. */
	if (!set(conf, "linger.ms", "5", err) || !set(conf, "message.timeout.ms", "60000", err)) {
		rd_kafka_conf_destroy(conf);
		return false;
	}
	dump->admin = kafka_dump_new(dump, RD_KAFKA_PRODUCER, conf, err);
	if (dump->admin == NULL) {
		return false;
	}
	dump->main = rd_kafka_queue_get_main(dump->admin);
	dump->topic = rd_kafka_topic_new(dump->admin, dump->settings.topic, NULL);
	return true;
}

bool kafka_dump_on_common(struct kafka_dump *dump, rd_kafka_t *rk, rd_kafka_event_t *event)
{
	if (rd_kafka_event_type(event) != RD_KAFKA_EVENT_OAUTHBEARER_TOKEN_REFRESH) {
		return false;
	}
	kafka_conf_give_token(&dump->settings, rk);
	return true;
}

static struct dump *dump_open(const struct dump_options *options, struct scute_error *err)
{
	struct kafka_dump *dump = calloc(1, sizeof(*dump));

	if (dump == NULL) {
		error_set(err, SCUTE_ENOMEM, "out of memory");
		return NULL;
	}
	dump->base.ops = &dump_kafka;
	dump->options = *options;
	if (!kafka_settings_init(&dump->settings, options->config, err)) {
		free(dump);
		return NULL;
	}
	char *topic = strdup(options->topic);
	if (topic == NULL) {
		error_set(err, SCUTE_ENOMEM, "out of memory");
		kafka_settings_finish(&dump->settings);
		free(dump);
		return NULL;
	}
	free(dump->settings.topic);
	dump->settings.topic = topic;
	return &dump->base;
}

static void close_admin(struct kafka_dump *dump)
{
	if (dump->admin == NULL) {
		return;
	}
	if (dump->n_flying > 0) {
		rd_kafka_purge(dump->admin, RD_KAFKA_PURGE_F_QUEUE | RD_KAFKA_PURGE_F_INFLIGHT);
		rd_kafka_flush(dump->admin, FLUSH_MS);
	}
	rd_kafka_topic_destroy(dump->topic);
	rd_kafka_queue_destroy(dump->main);
	rd_kafka_destroy(dump->admin);
}

static void dump_close(struct dump *base)
{
	struct kafka_dump *dump = kafka_dump_of(base);

	kafka_dump_read_end(dump);
	close_admin(dump);
	kafka_settings_finish(&dump->settings);
	free(dump->headers);
	free(dump);
}

static uint64_t dump_written(const struct dump *base)
{
	return kafka_dump_of(base)->n_written;
}

const struct dump_ops dump_kafka = {
	.name = "topic",
	.open = dump_open,
	.close = dump_close,
	.look = kafka_dump_look,
	.describe = kafka_dump_describe,
	.create = kafka_dump_create,
	.read_begin = kafka_dump_read_begin,
	.read = kafka_dump_read,
	.write_begin = kafka_dump_write_begin,
	.write = kafka_dump_write,
	.write_end = kafka_dump_write_end,
	.written = dump_written,
};
