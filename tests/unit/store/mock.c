/* SPDX-License-Identifier: Apache-2.0 */
/* Starts the mock cluster and makes configurations that point at it. */
#include "mock.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

static void no_log(const rd_kafka_t *rk, int level, const char *facility, const char *text)
{
	(void)rk;
	(void)level;
	(void)facility;
	(void)text;
}

static void start_cluster(struct mock *mock)
{
	char text[512];
	rd_kafka_conf_t *conf = rd_kafka_conf_new();
	rd_kafka_conf_set_log_cb(conf, no_log);
	mock->owner = rd_kafka_new(RD_KAFKA_PRODUCER, conf, text, sizeof(text));
	assert_non_null(mock->owner);
	mock->cluster = rd_kafka_mock_cluster_new(mock->owner, 1);
	assert_non_null(mock->cluster);
	mock->config.bootstrap_uri = rd_kafka_mock_cluster_bootstraps(mock->cluster);
}

void mock_init(struct mock *mock, const char *bootstrap)
{
	memset(mock, 0, sizeof(*mock));
	if (getenv("SCUTE_TEST_LOG") == NULL) {
		log_setup(LOG_ERROR, LOG_TO_NOWHERE, NULL, NULL);
	}
	mock->config = (struct config){
		.bootstrap_uri = bootstrap,
		.client_id = "test",
		.topic_name = mock->topic,
		.replication_factor = 1,
		.kafka_write_timeout_ms = 4000,
		.metadata_max_age_ms = 60000,
		.connections_max_idle_ms = 15000,
		.security_protocol = CONFIG_PLAINTEXT,
		.ssl_check_hostname = true,
	};
	if (bootstrap == NULL) {
		start_cluster(mock);
	}
}

void mock_finish(struct mock *mock)
{
	if (mock->cluster != NULL) {
		rd_kafka_mock_cluster_destroy(mock->cluster);
		rd_kafka_destroy(mock->owner);
	}
}

const struct config *mock_fresh(struct mock *mock, int partitions)
{
	snprintf(mock->topic, sizeof(mock->topic), "test-%d-%u", (int)getpid(), mock->n_topics++);
	if (mock->cluster != NULL) {
		assert_int_equal(rd_kafka_mock_topic_create(mock->cluster, mock->topic, partitions, 1), 0);
	}
	return &mock->config;
}

static struct store *open_quickly(struct loop *loop, struct pool *pool, const struct config *config,
	const struct store_events *events, struct scute_error *err)
{
	static const struct kafka_times times = {
		.metadata = 1000,
		.admin = 100,
		.retry = 50,
		.probe = 20,
		.tick = 50,
		.repeat = 1000,
	};
	return kafka_open(loop, pool, config, events, &times, err);
}

/* The calls behind open are the store's own: they come from store->ops. */
const struct store_ops mock_store = {
	.name = "kafka",
	.open = open_quickly,
};

void mock_produce(struct mock *mock, const char *key, const char *value)
{
	char text[512];
	rd_kafka_conf_t *conf = rd_kafka_conf_new();
	rd_kafka_conf_set_log_cb(conf, no_log);
	rd_kafka_conf_set(conf, "bootstrap.servers", mock->config.bootstrap_uri, text, sizeof(text));
	rd_kafka_t *rk = rd_kafka_new(RD_KAFKA_PRODUCER, conf, text, sizeof(text));
	assert_non_null(rk);
	assert_int_equal(rd_kafka_producev(rk, RD_KAFKA_V_TOPIC(mock->topic), RD_KAFKA_V_PARTITION(0),
		RD_KAFKA_V_MSGFLAGS(RD_KAFKA_MSG_F_COPY), RD_KAFKA_V_KEY(key, strlen(key)),
		RD_KAFKA_V_VALUE((void *)(uintptr_t)value, strlen(value)), RD_KAFKA_V_END), 0);
	assert_int_equal(rd_kafka_flush(rk, 5000), 0);
	rd_kafka_destroy(rk);
}

void mock_fail(struct mock *mock, int16_t api, size_t n, rd_kafka_resp_err_t err)
{
	for (size_t i = 0; i < n; i++) {
		rd_kafka_mock_push_request_errors(mock->cluster, api, 1, err);
	}
}
