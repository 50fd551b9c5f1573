/* SPDX-License-Identifier: Apache-2.0 */
/* librdkafka's mock cluster for tests of the Kafka store: one broker, in this process. */
#ifndef TEST_STORE_MOCK_H
#define TEST_STORE_MOCK_H

#include <librdkafka/rdkafka.h>
#include <librdkafka/rdkafka_mock.h>

#include "config.h"
#include "store/kafka_int.h"

struct mock {
	rd_kafka_t *owner;
	rd_kafka_mock_cluster_t *cluster;
	struct config config;
	char topic[64];
	unsigned n_topics;
};

/* bootstrap: of a real broker instead; NULL: the mock. */
void mock_init(struct mock *mock, const char *bootstrap);
void mock_finish(struct mock *mock);

/* The configuration with a new topic of that many partitions (a real broker's is left to the store). */
const struct config *mock_fresh(struct mock *mock, int partitions);

/* store_kafka with short waits, as the mock answers no Admin request. */
extern const struct store_ops mock_store;

/* Writes made by somebody else. */
void mock_produce(struct mock *mock, const char *key, const char *value);

/* The next n requests of that kind fail so. */
void mock_fail(struct mock *mock, int16_t api, size_t n, rd_kafka_resp_err_t err);
enum { MOCK_PRODUCE = 0, MOCK_FETCH = 1, MOCK_METADATA = 3, MOCK_INIT_PRODUCER_ID = 22 };

#endif
