/* SPDX-License-Identifier: Apache-2.0 */
/* From our configuration keys to librdkafka's, and the fixed OAUTHBEARER token. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "config.h"
#include "store/kafka_int.h"
#include "support/arena.h"
#include "support/json_in.h"
#include "support/str.h"

#define TOKEN_LIFE_MS 3600000 /* of a token that does not say */
#define CLAIMS_BYTES_MAX 65536

static bool set(rd_kafka_conf_t *conf, const char *name, const char *value, struct scute_error *err)
{
	char text[KAFKA_TEXT_BYTES];
	if (rd_kafka_conf_set(conf, name, value, text, sizeof(text)) == RD_KAFKA_CONF_OK) {
		return true;
	}
	/* librdkafka's text may repeat the value; those that are secret are never refused there. */
	error_set(err, SCUTE_EINVAL, "Kafka client setting %s: %s", name, text);
	return false;
}

/* Unset leaves librdkafka's default. */
static bool set_text(rd_kafka_conf_t *conf, const char *name, const char *value,
	struct scute_error *err)
{
	return value == NULL || value[0] == '\0' || set(conf, name, value, err);
}

static bool set_number(rd_kafka_conf_t *conf, const char *name, int64_t value,
	struct scute_error *err)
{
	char text[24];
	snprintf(text, sizeof(text), "%lld", (long long)value);
	return set(conf, name, text, err);
}

static const char *protocol_name(int protocol)
{
	switch (protocol) {
	case CONFIG_SSL:
		return "ssl";
	case CONFIG_SASL_PLAINTEXT:
		return "sasl_plaintext";
	case CONFIG_SASL_SSL:
		return "sasl_ssl";
	default:
		return "plaintext";
	}
}

static bool set_security(rd_kafka_conf_t *conf, const struct config *config,
	struct scute_error *err)
{
	return set(conf, "security.protocol", protocol_name(config->security_protocol), err) &&
		set_text(conf, "ssl.ca.location", config->ssl_cafile, err) &&
		set_text(conf, "ssl.certificate.location", config->ssl_certfile, err) &&
		set_text(conf, "ssl.key.location", config->ssl_keyfile, err) &&
		set_text(conf, "ssl.key.password", config->ssl_password, err) &&
		set_text(conf, "ssl.crl.location", config->ssl_crlfile, err) &&
		set_text(conf, "ssl.cipher.suites", config->ssl_ciphers, err) &&
		set(conf, "ssl.endpoint.identification.algorithm",
			config->ssl_check_hostname ? "https" : "none", err) &&
		set_text(conf, "sasl.mechanism", config->sasl_mechanism, err) &&
		set_text(conf, "sasl.username", config->sasl_plain_username, err) &&
		set_text(conf, "sasl.password", config->sasl_plain_password, err);
}

static bool set_connection(rd_kafka_conf_t *conf, const struct config *config,
	struct scute_error *err)
{
	return set_text(conf, "bootstrap.servers", config->bootstrap_uri, err) &&
		set_text(conf, "client.id", config->client_id, err) &&
		set_number(conf, "metadata.max.age.ms", config->metadata_max_age_ms, err) &&
		set_number(conf, "topic.metadata.refresh.interval.ms",
			config->metadata_max_age_ms, err) &&
		set_number(conf, "connections.max.idle.ms", config->connections_max_idle_ms, err) &&
		/* A broker that returns is found within a second, not within ten. */
		set(conf, "reconnect.backoff.max.ms", "1000", err) &&
		set(conf, "socket.nagle.disable", "true", err) &&
		set(conf, "log.connection.close", "false", err) &&
		/* A topic made by the broker's defaults would not be compacted. */
		set(conf, "allow.auto.create.topics", "false", err);
}

static bool copy_settings(struct kafka_settings *settings, const struct config *config)
{
	const char *token = config->sasl_oauth_token;
	bool oauth = token != NULL && token[0] != '\0' && config->sasl_mechanism != NULL &&
		strcmp(config->sasl_mechanism, "OAUTHBEARER") == 0;
	settings->bootstrap = strdup(config->bootstrap_uri ? config->bootstrap_uri : "");
	settings->topic = strdup(config->topic_name ? config->topic_name : "");
	settings->oauth_token = oauth ? strdup(token) : NULL;
	settings->replication_factor = (int)config->replication_factor;
	settings->write_timeout_ms = (uint64_t)config->kafka_write_timeout_ms;
	return settings->bootstrap != NULL && settings->topic != NULL &&
		(settings->oauth_token != NULL || !oauth);
}

bool kafka_settings_init(struct kafka_settings *settings, const struct config *config,
	struct scute_error *err)
{
	memset(settings, 0, sizeof(*settings));
	if (!copy_settings(settings, config)) {
		error_set(err, SCUTE_ENOMEM, "Out of memory");
		goto fail;
	}
	if (settings->topic[0] == '\0' || settings->bootstrap[0] == '\0') {
		error_set(err, SCUTE_EINVAL, "%s must not be empty",
			settings->topic[0] == '\0' ? "topic_name" : "bootstrap_uri");
		goto fail;
	}
	settings->common = rd_kafka_conf_new();
	if (!set_connection(settings->common, config, err) ||
		!set_security(settings->common, config, err)) {
		goto fail;
	}
	return true;
fail:
	kafka_settings_finish(settings);
	return false;
}

void kafka_settings_finish(struct kafka_settings *settings)
{
	free(settings->bootstrap);
	free(settings->topic);
	free(settings->oauth_token);
	if (settings->common != NULL) {
		rd_kafka_conf_destroy(settings->common);
	}
	memset(settings, 0, sizeof(*settings));
}

struct setting {
	const char *name;
	const char *value;
};

static rd_kafka_conf_t *with(const struct kafka_settings *settings, const struct setting *list,
	size_t n, int events, struct scute_error *err)
{
	rd_kafka_conf_t *conf = rd_kafka_conf_dup(settings->common);
	for (size_t i = 0; i < n; i++) {
		if (!set(conf, list[i].name, list[i].value, err)) {
			rd_kafka_conf_destroy(conf);
			return NULL;
		}
	}
	if (settings->oauth_token != NULL) {
		events |= RD_KAFKA_EVENT_OAUTHBEARER_TOKEN_REFRESH;
	}
	rd_kafka_conf_set_events(conf, events | RD_KAFKA_EVENT_ERROR);
	return conf;
}

rd_kafka_conf_t *kafka_conf_producer(const struct kafka_settings *settings, bool plain,
	struct scute_error *err)
{
	static const struct setting list[] = {
		{ "acks", "all" },
		{ "linger.ms", "0" },
		/* Small batches, so that topics with a small max.message.bytes take them. */
		{ "batch.size", "65536" },
		/* Below this the broker, which knows the topic's limit, is the judge of a size. */
		{ "message.max.bytes", "16777216" },
		/* Above the writer's own limits, which therefore always come first. */
		{ "queue.buffering.max.messages", "200000" },
		{ "queue.buffering.max.kbytes", "524288" },
		{ "retry.backoff.ms", "50" },
	};
	rd_kafka_conf_t *conf = with(settings, list, sizeof(list) / sizeof(list[0]),
		RD_KAFKA_EVENT_DR, err);
	if (conf == NULL) {
		return NULL;
	}
	/* Without idempotence only a single request in flight keeps the order. */
	if (!set_number(conf, "message.timeout.ms", (int64_t)settings->write_timeout_ms, err) ||
		!set(conf, "enable.idempotence", plain ? "false" : "true", err) ||
		(plain && !set(conf, "max.in.flight.requests.per.connection", "1", err))) {
		rd_kafka_conf_destroy(conf);
		return NULL;
	}
	return conf;
}

rd_kafka_conf_t *kafka_conf_consumer(const struct kafka_settings *settings, struct scute_error *err)
{
	static const struct setting list[] = {
		{ "enable.auto.commit", "false" },
		{ "enable.auto.offset.store", "false" },
		{ "enable.partition.eof", "true" },
		/* Records of aborted transactions are not part of the log. */
		{ "isolation.level", "read_committed" },
		/* A log that no longer has our position is another log: never jump silently. */
		{ "auto.offset.reset", "error" },
		{ "check.crcs", "true" },
		{ "fetch.wait.max.ms", "500" },
		{ "fetch.error.backoff.ms", "100" },
		{ "queued.min.messages", "5000" },
		{ "queued.max.messages.kbytes", "1024" },
		{ "fetch.message.max.bytes", "262144" },
		{ "fetch.max.bytes", "1048576" },
		{ "message.max.bytes", "1048576" },
		/* A limit, not an allocation: a batch beyond the fetch size comes whole. */
		{ "receive.message.max.bytes", "1000000000" },
	};
	return with(settings, list, sizeof(list) / sizeof(list[0]), 0, err);
}

static int base64url_value(char c)
{
	if (c >= 'A' && c <= 'Z') {
		return c - 'A';
	}
	if (c >= 'a' && c <= 'z') {
		return c - 'a' + 26;
	}
	if (c >= '0' && c <= '9') {
		return c - '0' + 52;
	}
	return c == '-' ? 62 : c == '_' ? 63 : -1;
}

/* Without padding, as JWTs have it. out has room for 3/4 of the text. */
static bool base64url_decode(struct scute_str text, char *out, size_t *ret_len)
{
	unsigned bits = 0;
	unsigned n_bits = 0;
	size_t len = 0;
	for (size_t i = 0; i < text.len; i++) {
		int value = base64url_value(text.data[i]);
		if (value < 0) {
			return false;
		}
		bits = (bits << 6 | (unsigned)value) & 0xffffu;
		n_bits += 6;
		if (n_bits >= 8) {
			n_bits -= 8;
			out[len++] = (char)(unsigned char)(bits >> n_bits & 0xffu);
		}
	}
	*ret_len = len;
	return true;
}

/* The middle one of a JWT's three parts. */
static bool claims_part(struct scute_str token, struct scute_str *ret_part)
{
	const char *end = token.data + token.len;
	const char *first = memchr(token.data, '.', token.len);
	if (first == NULL) {
		return false;
	}
	const char *second = memchr(first + 1, '.', (size_t)(end - first - 1));
	if (second == NULL) {
		return false;
	}
	*ret_part = (struct scute_str){ first + 1, (size_t)(second - first - 1) };
	return ret_part->len > 0 && ret_part->len <= CLAIMS_BYTES_MAX;
}

/* exp may be written with a fraction or exponent (RFC 7519: any JSON number). */
static bool claim_seconds(const struct json *claim, int64_t *ret_seconds)
{
	char text[32];
	if (claim == NULL || claim->type != JSON_NUMBER || claim->text.len >= sizeof(text)) {
		return false;
	}
	memcpy(text, claim->text.data, claim->text.len);
	text[claim->text.len] = '\0';
	double value = strtod(text, NULL);
	if (!(value > 0 && value < 1e12)) {
		return false;
	}
	*ret_seconds = (int64_t)value;
	return true;
}

static void read_claims(struct scute_str claims, struct arena *arena, int64_t *ret_expiry_ms,
	char *ret_subject, size_t subject_bytes)
{
	const struct json *root;
	struct scute_error err;
	if (json_read(claims, NULL, &arena->base, &root, &err) != SCUTE_OK) {
		return;
	}
	int64_t seconds;
	if (claim_seconds(json_get(root, "exp"), &seconds)) {
		*ret_expiry_ms = seconds * 1000;
	}
	const struct json *subject = json_get(root, "sub");
	if (subject != NULL && subject->type == JSON_STRING && subject->text.len > 0 &&
		subject->text.len < subject_bytes &&
		memchr(subject->text.data, '\0', subject->text.len) == NULL) {
		memcpy(ret_subject, subject->text.data, subject->text.len);
		ret_subject[subject->text.len] = '\0';
	}
}

void kafka_token_claims(struct scute_str token, int64_t now_ms, int64_t *ret_expiry_ms,
	char *ret_subject, size_t subject_bytes)
{
	*ret_expiry_ms = now_ms + TOKEN_LIFE_MS;
	snprintf(ret_subject, subject_bytes, "scute");
	struct scute_str part;
	if (token.len == 0 || !claims_part(token, &part)) {
		return;
	}
	char *text = malloc(part.len);
	size_t len;
	if (text != NULL && base64url_decode(part, text, &len)) {
		struct arena arena;
		arena_init(&arena, 1u << 20);
		read_claims((struct scute_str){ text, len }, &arena, ret_expiry_ms, ret_subject,
			subject_bytes);
		arena_finish(&arena);
	}
	free(text);
}

void kafka_conf_give_token(const struct kafka_settings *settings, rd_kafka_t *rk)
{
	struct timespec now;
	clock_gettime(CLOCK_REALTIME, &now);
	int64_t now_ms = (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
	int64_t expiry_ms;
	char subject[256];
	kafka_token_claims(str_z(settings->oauth_token), now_ms, &expiry_ms, subject,
		sizeof(subject));
	char text[KAFKA_TEXT_BYTES];
	if (expiry_ms <= now_ms) {
		snprintf(text, sizeof(text), "sasl_oauth_token has expired");
	} else if (rd_kafka_oauthbearer_set_token(rk, settings->oauth_token, expiry_ms, subject,
			   NULL, 0, text, sizeof(text)) == RD_KAFKA_RESP_ERR_NO_ERROR) {
		return;
	}
	log_error(KAFKA_NAME, "OAUTHBEARER: %s", text);
	rd_kafka_oauthbearer_set_token_failure(rk, text);
}
