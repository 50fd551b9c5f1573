/* SPDX-License-Identifier: Apache-2.0 */
/* A librdkafka handle with its queues: made, served, and destroyed off the loop. */
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "store/kafka_int.h"
#include "support/str.h"

#define EVENTS_PER_WAKE 1000

/* On librdkafka's threads. Its lines name brokers and errors, never the value of a secret. */
static void on_log(const rd_kafka_t *rk, int level, const char *facility, const char *text)
{
	(void)rk;
	enum log_level ours = level <= 2 ? LOG_ERROR : level <= 4 ? LOG_WARNING :
		level <= 6 ? LOG_INFO : LOG_DEBUG;
	if (log_wants(ours)) {
		log_line(ours, KAFKA_NAME, "librdkafka %s: %s", facility, text);
	}
}

static rd_kafka_conf_t *make_conf(struct kafka *kafka, rd_kafka_type_t type,
	struct scute_error *err)
{
	rd_kafka_conf_t *conf = type == RD_KAFKA_PRODUCER ?
		kafka_conf_producer(&kafka->settings, kafka->writer.plain, err) :
		kafka_conf_consumer(&kafka->settings, err);
	if (conf != NULL) {
		rd_kafka_conf_set_log_cb(conf, on_log);
		rd_kafka_conf_set_opaque(conf, kafka);
		if (type == RD_KAFKA_CONSUMER) {
			rd_kafka_conf_set_error_cb(conf, kafka_reader_on_error);
		}
	}
	return conf;
}

/* What came before this call makes no wake-up: whoever enables has to kick once. */
static void enable_wake(rd_kafka_queue_t *queue, int fd)
{
	static const uint64_t one = 1;
	rd_kafka_queue_io_event_enable(queue, fd, &one, sizeof(one));
}

struct kafka_client *kafka_client_create(struct kafka *kafka, rd_kafka_type_t type,
	struct scute_error *err)
{
	struct kafka_client *client = calloc(1, sizeof(*client));
	if (client == NULL) {
		error_set(err, SCUTE_ENOMEM, "Out of memory");
		return NULL;
	}
	rd_kafka_conf_t *conf = make_conf(kafka, type, err);
	if (conf == NULL) {
		free(client);
		return NULL;
	}
	char text[KAFKA_TEXT_BYTES];
	client->rk = rd_kafka_new(type, conf, text, sizeof(text));
	if (client->rk == NULL) {
		rd_kafka_conf_destroy(conf);
		free(client);
		error_set(err, SCUTE_EINVAL, "Kafka client: %s", text);
		return NULL;
	}
	client->kafka = kafka;
	client->main = rd_kafka_queue_get_main(client->rk);
	enable_wake(client->main, kafka->wake_fd);
	if (type == RD_KAFKA_CONSUMER) {
		client->data = rd_kafka_queue_new(client->rk);
		enable_wake(client->data, kafka->wake_fd);
	}
	/* Known from now on, so that its metadata is there when it is first used. */
	client->topic = rd_kafka_topic_new(client->rk, kafka->settings.topic, NULL);
	kafka_kick(kafka);
	return client;
}

void kafka_client_retire(struct kafka_client *client)
{
	if (client == NULL) {
		return;
	}
	rd_kafka_queue_io_event_enable(client->main, -1, NULL, 0);
	if (client->data != NULL) {
		rd_kafka_queue_io_event_enable(client->data, -1, NULL, 0);
	}
	client->next = client->kafka->retired;
	client->kafka->retired = client;
	kafka_clients_bury(client->kafka);
}

/* All of these may block, so on a pool thread. */
static void destroy_work(void *user)
{
	struct kafka_client *client = user;
	if (client->consuming) {
		rd_kafka_consume_stop(client->topic, 0);
	}
	if (client->topic != NULL) {
		rd_kafka_topic_destroy(client->topic);
	}
	if (client->data != NULL) {
		rd_kafka_queue_destroy(client->data);
	}
	rd_kafka_queue_destroy(client->main);
	rd_kafka_destroy_flags(client->rk, RD_KAFKA_DESTROY_F_NO_CONSUMER_CLOSE);
}

static void destroy_done(void *user)
{
	struct kafka_client *client = user;
	struct kafka_client **at = &client->kafka->retired;
	while (*at != client) {
		assert(*at != NULL);
		at = &(*at)->next;
	}
	*at = client->next;
	kafka_kick(client->kafka);
	free(client);
}

void kafka_client_destroy(struct kafka_client *client)
{
	if (client != NULL) {
		destroy_work(client);
		free(client);
	}
}

bool kafka_clients_bury(struct kafka *kafka)
{
	for (struct kafka_client *client = kafka->retired; client != NULL; client = client->next) {
		if (!client->leaving && client->users == 0) {
			/* A full pool: the next tick tries again. */
			client->leaving = pool_run(kafka->pool, destroy_work, destroy_done, client);
		}
	}
	return kafka->retired == NULL;
}

void kafka_client_check(struct kafka_client *client)
{
	char text[KAFKA_TEXT_BYTES];
	rd_kafka_resp_err_t err = rd_kafka_fatal_error(client->rk, text, sizeof(text));
	if (err == RD_KAFKA_RESP_ERR_NO_ERROR) {
		return;
	}
	if (client->data != NULL) {
		kafka_reader_renew(client->kafka, text, 0);
	} else {
		kafka_writer_fatal(client->kafka, err, text);
	}
}

static void on_error(struct kafka_client *client, rd_kafka_event_t *event)
{
	struct kafka *kafka = client->kafka;
	switch (rd_kafka_event_error(event)) {
	case RD_KAFKA_RESP_ERR__FATAL:
		kafka_client_check(client);
		break;
	case RD_KAFKA_RESP_ERR__ALL_BROKERS_DOWN:
		/*
		 * A handle with nothing to do says so too, once its idle connections are closed;
		 * a consumer that fetches is never idle.
		 */
		if (client->consuming) {
			kafka_set_down(kafka, "No Kafka broker can be reached at %s",
				kafka->settings.bootstrap);
		}
		break;
	default:
		/* librdkafka's log line has told it, and repeats it less often. */
		log_debug(KAFKA_NAME, "%s: %s", rd_kafka_err2name(rd_kafka_event_error(event)),
			rd_kafka_event_error_string(event));
	}
}

static void on_event(struct kafka_client *client, rd_kafka_event_t *event)
{
	struct kafka *kafka = client->kafka;
	switch (rd_kafka_event_type(event)) {
	case RD_KAFKA_EVENT_DR:
		kafka_writer_on_reports(kafka, event);
		break;
	case RD_KAFKA_EVENT_ERROR:
		on_error(client, event);
		break;
	case RD_KAFKA_EVENT_OAUTHBEARER_TOKEN_REFRESH:
		kafka_conf_give_token(&kafka->settings, client->rk);
		break;
	case RD_KAFKA_EVENT_CREATETOPICS_RESULT:
	case RD_KAFKA_EVENT_DESCRIBECONFIGS_RESULT:
		kafka_topic_on_event(kafka, event);
		break;
	default:
		break;
	}
}

bool kafka_client_serve(struct kafka_client *client)
{
	for (unsigned i = 0; i < EVENTS_PER_WAKE; i++) {
		rd_kafka_event_t *event = rd_kafka_queue_poll(client->main, 0);
		if (event == NULL) {
			return false;
		}
		on_event(client, event);
		rd_kafka_event_destroy(event);
	}
	return true;
}
