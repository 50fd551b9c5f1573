/* SPDX-License-Identifier: Apache-2.0 */
/* Which librdkafka settings our keys become, what is refused, and what a token says. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "mock.h"
#include "support/str.h"

static struct config config;

static int set_up(void **state)
{
	(void)state;
	config = (struct config){
		.bootstrap_uri = "one:9092,two:9093",
		.client_id = "sr-1",
		.topic_name = "_schemas",
		.replication_factor = 3,
		.kafka_write_timeout_ms = 1234,
		.metadata_max_age_ms = 5000,
		.connections_max_idle_ms = 7000,
		.security_protocol = CONFIG_PLAINTEXT,
		.ssl_check_hostname = true,
	};
	return 0;
}

static void assert_setting(const rd_kafka_conf_t *conf, const char *name, const char *expected)
{
	char value[512];
	size_t bytes = sizeof(value);
	assert_int_equal(rd_kafka_conf_get(conf, name, value, &bytes), RD_KAFKA_CONF_OK);
	if (strcmp(value, expected) != 0) {
		fail_msg("%s is %s, not %s", name, value, expected);
	}
}

static void test_plain(void **state)
{
	(void)state;
	struct kafka_settings settings;
	struct scute_error err;
	assert_true(kafka_settings_init(&settings, &config, &err));
	assert_string_equal(settings.topic, "_schemas");
	assert_int_equal(settings.replication_factor, 3);
	assert_null(settings.oauth_token);
	rd_kafka_conf_t *conf = kafka_conf_producer(&settings, false, &err);
	assert_non_null(conf);
	assert_setting(conf, "bootstrap.servers", "one:9092,two:9093");
	assert_setting(conf, "client.id", "sr-1");
	assert_setting(conf, "security.protocol", "plaintext");
	assert_setting(conf, "metadata.max.age.ms", "5000");
	assert_setting(conf, "connections.max.idle.ms", "7000");
	assert_setting(conf, "acks", "-1");
	assert_setting(conf, "enable.idempotence", "true");
	assert_setting(conf, "linger.ms", "0");
	assert_setting(conf, "message.timeout.ms", "1234");
	assert_setting(conf, "allow.auto.create.topics", "false");
	rd_kafka_conf_destroy(conf);
	conf = kafka_conf_producer(&settings, true, &err);
	assert_non_null(conf);
	assert_setting(conf, "enable.idempotence", "false");
	assert_setting(conf, "max.in.flight.requests.per.connection", "1");
	rd_kafka_conf_destroy(conf);
	conf = kafka_conf_consumer(&settings, &err);
	assert_non_null(conf);
	assert_setting(conf, "enable.auto.commit", "false");
	assert_setting(conf, "isolation.level", "read_committed");
	assert_setting(conf, "auto.offset.reset", "error");
	rd_kafka_conf_destroy(conf);
	kafka_settings_finish(&settings);
}

static void test_security(void **state)
{
	(void)state;
	struct kafka_settings settings;
	struct scute_error err;
	config.security_protocol = CONFIG_SASL_SSL;
	config.ssl_cafile = "/ca";
	config.ssl_certfile = "/cert";
	config.ssl_keyfile = "/key";
	config.ssl_password = "secret";
	config.ssl_crlfile = "/crl";
	config.ssl_ciphers = "ECDHE";
	config.ssl_check_hostname = false;
	config.sasl_mechanism = "SCRAM-SHA-256";
	config.sasl_plain_username = "user";
	config.sasl_plain_password = "word";
	assert_true(kafka_settings_init(&settings, &config, &err));
	assert_setting(settings.common, "security.protocol", "sasl_ssl");
	assert_setting(settings.common, "ssl.ca.location", "/ca");
	assert_setting(settings.common, "ssl.certificate.location", "/cert");
	assert_setting(settings.common, "ssl.key.location", "/key");
	assert_setting(settings.common, "ssl.key.password", "secret");
	assert_setting(settings.common, "ssl.crl.location", "/crl");
	assert_setting(settings.common, "ssl.cipher.suites", "ECDHE");
	assert_setting(settings.common, "ssl.endpoint.identification.algorithm", "none");
	assert_setting(settings.common, "sasl.mechanism", "SCRAM-SHA-256");
	assert_setting(settings.common, "sasl.username", "user");
	assert_setting(settings.common, "sasl.password", "word");
	kafka_settings_finish(&settings);
	config.security_protocol = CONFIG_SSL;
	config.ssl_check_hostname = true;
	assert_true(kafka_settings_init(&settings, &config, &err));
	assert_setting(settings.common, "security.protocol", "ssl");
	assert_setting(settings.common, "ssl.endpoint.identification.algorithm", "https");
	kafka_settings_finish(&settings);
	config.security_protocol = CONFIG_SASL_PLAINTEXT;
	assert_true(kafka_settings_init(&settings, &config, &err));
	assert_setting(settings.common, "security.protocol", "sasl_plaintext");
	kafka_settings_finish(&settings);
}

static void test_oauth_token_is_for_oauthbearer_only(void **state)
{
	(void)state;
	struct kafka_settings settings;
	struct scute_error err;
	config.sasl_oauth_token = "token";
	config.sasl_mechanism = "PLAIN";
	assert_true(kafka_settings_init(&settings, &config, &err));
	assert_null(settings.oauth_token);
	kafka_settings_finish(&settings);
	config.sasl_mechanism = "OAUTHBEARER";
	assert_true(kafka_settings_init(&settings, &config, &err));
	assert_string_equal(settings.oauth_token, "token");
	kafka_settings_finish(&settings);
}

static void test_refused(void **state)
{
	(void)state;
	struct kafka_settings settings;
	struct scute_error err;
	config.topic_name = "";
	assert_false(kafka_settings_init(&settings, &config, &err));
	assert_non_null(strstr(err.text, "topic_name"));
	config.topic_name = "t";
	config.bootstrap_uri = NULL;
	assert_false(kafka_settings_init(&settings, &config, &err));
	assert_non_null(strstr(err.text, "bootstrap_uri"));
}

static void test_open_names_what_is_wrong(void **state)
{
	(void)state;
	struct scute_error err = { 0 };
	struct store_events events = { 0 };
	struct loop *loop = loop_create();
	struct pool *pool = pool_create(loop, 1, 8);
	log_setup(LOG_ERROR, LOG_TO_NOWHERE, NULL, NULL);
	config.security_protocol = CONFIG_SSL;
	config.ssl_cafile = "/no/such/file";
	assert_null(store_kafka.open(loop, pool, &config, &events, &err));
	assert_non_null(strstr(err.text, "ssl.ca.location"));
	config.security_protocol = CONFIG_SASL_PLAINTEXT;
	config.sasl_mechanism = "NONSENSE";
	assert_null(store_kafka.open(loop, pool, &config, &events, &err));
	assert_non_null(strstr(err.text, "NONSENSE"));
	pool_destroy(pool);
	loop_destroy(loop);
}

#define NOW 1700000000000

static void assert_claims(const char *token, int64_t expiry_ms, const char *subject)
{
	int64_t seen_ms = 0;
	char seen[16];
	kafka_token_claims(str_z(token), NOW, &seen_ms, seen, sizeof(seen));
	assert_int_equal(seen_ms, expiry_ms);
	assert_string_equal(seen, subject);
}

static void test_token_claims(void **state)
{
	(void)state;
	int64_t hour = NOW + 3600000;
	/* {"sub":"me","exp":1800000000} */
	assert_claims("e30.eyJzdWIiOiJtZSIsImV4cCI6MTgwMDAwMDAwMH0.x", 1800000000000, "me");
	/* {"exp":1.8e9} */
	assert_claims("e30.eyJleHAiOjEuOGU5fQ.x", 1800000000000, "scute");
	/* {"exp":"soon","sub":7} {"exp":-1} [] */
	assert_claims("e30.eyJleHAiOiJzb29uIiwic3ViIjo3fQ.x", hour, "scute");
	assert_claims("e30.eyJleHAiOi0xfQ.x", hour, "scute");
	assert_claims("e30.W10.x", hour, "scute");
	/* {"sub":"aaaaaaaaaaaaaaaaaaaaaaaa"}: longer than the room */
	assert_claims("e30.eyJzdWIiOiJhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWEifQ.x", hour, "scute");
	assert_claims("", hour, "scute");
	assert_claims("opaque", hour, "scute");
	assert_claims("one.dot", hour, "scute");
	assert_claims("..", hour, "scute");
	assert_claims("e30.!!!!.x", hour, "scute");
	assert_claims("e30.eyJ.x", hour, "scute");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(test_plain, set_up),
		cmocka_unit_test_setup(test_security, set_up),
		cmocka_unit_test_setup(test_oauth_token_is_for_oauthbearer_only, set_up),
		cmocka_unit_test_setup(test_refused, set_up),
		cmocka_unit_test_setup(test_open_names_what_is_wrong, set_up),
		cmocka_unit_test_setup(test_token_claims, set_up),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
