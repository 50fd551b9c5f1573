/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The schema topic: created when missing, verified before anything is read (one
 * partition, compacted), and looked after while the connection is down.
 */
#include <string.h>

#include "store/kafka_int.h"

#define MISSING_PROBES 5 /* so long a broker that just started may not know a verified topic */
#define DESCRIBES_MAX 2  /* unanswered ones; then work goes on unchecked */

static void run_step(struct kafka *kafka);

static void on_timer(void *user)
{
	struct kafka *kafka = user;
	kafka->topic.timer = NULL;
	run_step(kafka);
}

/* No memory for a timer: the tick goes on. */
static void plan(struct kafka *kafka, unsigned delay_ms)
{
	if (kafka->topic.timer == NULL && !kafka->closing) {
		kafka->topic.timer = loop_timer_start(kafka->loop, delay_ms, 0, on_timer, kafka);
	}
}

static void verified(struct kafka *kafka)
{
	kafka->topic.step = KAFKA_STEP_VERIFIED;
	kafka_reader_start(kafka);
}

/* ---- metadata: librdkafka offers it only as a blocking call ---- */

/* A handle that does not know the topic yet would begin to read up to a second later. */
static void probe_consumer(struct kafka_probe *probe, const char *name)
{
	const struct rd_kafka_metadata *metadata;
	int64_t low;
	int64_t high;
	if (rd_kafka_metadata(probe->consumer->rk, 0, probe->consumer->topic, &metadata,
		    probe->timeout_ms) != RD_KAFKA_RESP_ERR_NO_ERROR) {
		return;
	}
	rd_kafka_metadata_destroy(metadata);
	if (rd_kafka_query_watermark_offsets(probe->consumer->rk, name, 0, &low, &high,
		    probe->timeout_ms) == RD_KAFKA_RESP_ERR_NO_ERROR) {
		probe->low = low;
		probe->high = high;
	}
}

static void probe_work(void *user)
{
	struct kafka_probe *probe = &((struct kafka *)user)->topic.probe;
	const struct rd_kafka_metadata *metadata;
	probe->topic_err = RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART;
	probe->partitions = 0;
	probe->leader = -1;
	probe->low = -1;
	probe->high = -1;
	probe->err = rd_kafka_metadata(probe->producer->rk, 0, probe->producer->topic, &metadata,
		probe->timeout_ms);
	if (probe->err != RD_KAFKA_RESP_ERR_NO_ERROR) {
		return;
	}
	if (metadata->topic_cnt == 1) {
		const struct rd_kafka_metadata_topic *topic = &metadata->topics[0];
		probe->topic_err = topic->err;
		probe->partitions = topic->partition_cnt;
		for (int i = 0; i < topic->partition_cnt; i++) {
			if (topic->partitions[i].id == 0) {
				probe->leader = topic->partitions[i].leader;
			}
		}
	}
	rd_kafka_metadata_destroy(metadata);
	if (probe->consumer != NULL && probe->topic_err == RD_KAFKA_RESP_ERR_NO_ERROR) {
		probe_consumer(probe, ((struct kafka *)user)->settings.topic);
	}
}

static void refuse_partitions(struct kafka *kafka, void (*set)(struct kafka *, const char *, ...))
{
	set(kafka, "Topic %s has %d partitions, but must have 1: the order of its records is the "
		"order of all changes", kafka->settings.topic, kafka->topic.probe.partitions);
}

static void on_metadata_first(struct kafka *kafka)
{
	struct kafka_topic *topic = &kafka->topic;
	const char *name = kafka->settings.topic;
	switch (topic->probe.topic_err) {
	case RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART:
		topic->step = KAFKA_STEP_CREATE;
		run_step(kafka);
		return;
	case RD_KAFKA_RESP_ERR_TOPIC_EXCEPTION:
		kafka_set_failed(kafka, "Kafka does not allow the topic name %s", name);
		return;
	case RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED:
		kafka_complain(kafka, "No right to describe topic %s, or it does not exist; "
			"trying again", name);
		plan(kafka, kafka->times.retry);
		return;
	default:
		break;
	}
	if (topic->probe.partitions > 1) {
		refuse_partitions(kafka, kafka_set_failed);
	} else if (topic->probe.partitions == 0) {
		kafka_complain(kafka, "Topic %s: %s; trying again", name,
			rd_kafka_err2str(topic->probe.topic_err));
		plan(kafka, kafka->times.probe);
	} else {
		topic->step = KAFKA_STEP_DESCRIBE;
		run_step(kafka);
	}
}

static void on_missing(struct kafka *kafka)
{
	struct kafka_topic *topic = &kafka->topic;
	uint64_t now = loop_now_ms(kafka->loop);
	if (topic->missing_since_ms == 0) {
		topic->missing_since_ms = now;
	} else if (now - topic->missing_since_ms >= MISSING_PROBES * (uint64_t)kafka->times.probe) {
		kafka_set_broken(kafka, "Topic %s has been deleted: reads are answered from "
			"what was read before, writes are refused until a restart",
			kafka->settings.topic);
		return;
	}
	plan(kafka, kafka->times.probe);
}

static void on_metadata_again(struct kafka *kafka)
{
	struct kafka_topic *topic = &kafka->topic;
	if (!kafka->down || kafka->broken) {
		return;
	}
	if (topic->probe.topic_err == RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART) {
		on_missing(kafka);
		return;
	}
	if (topic->probe.partitions > 1) {
		refuse_partitions(kafka, kafka_set_broken);
	} else if (topic->probe.partitions == 1 && topic->probe.leader >= 0) {
		topic->missing_since_ms = 0;
		kafka_set_up(kafka);
	} else {
		plan(kafka, kafka->times.probe);
	}
}

static void probe_done(void *user)
{
	struct kafka *kafka = user;
	struct kafka_probe *probe = &kafka->topic.probe;
	probe->producer->users--;
	if (probe->consumer != NULL) {
		probe->consumer->users--;
	}
	probe->running = false;
	kafka_kick(kafka);
	if (kafka->closing || kafka->failed) {
		return;
	}
	if (probe->err != RD_KAFKA_RESP_ERR_NO_ERROR) {
		kafka_set_down(kafka, "No Kafka broker answers at %s: %s", kafka->settings.bootstrap,
			rd_kafka_err2str(probe->err));
		plan(kafka, kafka->times.probe);
	} else if (kafka->topic.step == KAFKA_STEP_VERIFIED) {
		on_metadata_again(kafka);
	} else {
		kafka_set_up(kafka);
		on_metadata_first(kafka);
	}
}

static void run_probe(struct kafka *kafka)
{
	struct kafka_probe *probe = &kafka->topic.probe;
	probe->producer = kafka->producer;
	probe->consumer = kafka->consumer;
	probe->timeout_ms = (int)kafka->times.metadata;
	probe->running = pool_run(kafka->pool, probe_work, probe_done, kafka);
	if (!probe->running) {
		return;
	}
	probe->producer->users++;
	if (probe->consumer != NULL) {
		probe->consumer->users++;
	}
}

/* ---- create ---- */

static rd_kafka_AdminOptions_t *admin_options(struct kafka *kafka, rd_kafka_admin_op_t op)
{
	char text[KAFKA_TEXT_BYTES];
	rd_kafka_AdminOptions_t *options = rd_kafka_AdminOptions_new(kafka->producer->rk, op);
	rd_kafka_AdminOptions_set_request_timeout(options, (int)kafka->times.admin, text,
		sizeof(text));
	return options;
}

static void run_create(struct kafka *kafka)
{
	char text[KAFKA_TEXT_BYTES];
	rd_kafka_NewTopic_t *topic = rd_kafka_NewTopic_new(kafka->settings.topic, 1,
		kafka->settings.replication_factor, text, sizeof(text));
	if (topic == NULL) {
		kafka_set_failed(kafka, "Topic %s can not be created: %s", kafka->settings.topic, text);
		return;
	}
	rd_kafka_NewTopic_set_config(topic, "cleanup.policy", "compact");
	rd_kafka_AdminOptions_t *options = admin_options(kafka, RD_KAFKA_ADMIN_OP_CREATETOPICS);
	rd_kafka_CreateTopics(kafka->producer->rk, &topic, 1, options, kafka->producer->main);
	rd_kafka_AdminOptions_destroy(options);
	rd_kafka_NewTopic_destroy(topic);
	kafka->topic.asked = true;
}

static void on_created(struct kafka *kafka, rd_kafka_event_t *event)
{
	const char *name = kafka->settings.topic;
	rd_kafka_resp_err_t err = rd_kafka_event_error(event);
	const char *text = rd_kafka_event_error_string(event);
	size_t n = 0;
	const rd_kafka_topic_result_t **results = rd_kafka_CreateTopics_result_topics(
		rd_kafka_event_CreateTopics_result(event), &n);
	if (err == RD_KAFKA_RESP_ERR_NO_ERROR && n == 1) {
		err = rd_kafka_topic_result_error(results[0]);
		text = rd_kafka_topic_result_error_string(results[0]);
	}
	kafka->topic.step = KAFKA_STEP_METADATA;
	switch (err) {
	case RD_KAFKA_RESP_ERR_NO_ERROR:
		log_info(KAFKA_NAME, "Created topic %s (1 partition, replication factor %d, compacted)",
			name, kafka->settings.replication_factor);
		plan(kafka, 0);
		return;
	case RD_KAFKA_RESP_ERR_TOPIC_ALREADY_EXISTS:
		/* Somebody else was first. A broker that does not know of it yet is asked again. */
		plan(kafka, 100);
		return;
	case RD_KAFKA_RESP_ERR_TOPIC_EXCEPTION:
		kafka_set_failed(kafka, "Topic %s can not be created: %s", name, text ? text : "");
		return;
	default:
		kafka_complain(kafka, "Topic %s does not exist and could not be created "
			"(replication factor %d): %s: %s; trying again", name,
			kafka->settings.replication_factor, rd_kafka_err2name(err), text ? text : "");
		plan(kafka, kafka->times.retry);
	}
}

/* ---- verify ---- */

static void run_describe(struct kafka *kafka)
{
	rd_kafka_ConfigResource_t *resource =
		rd_kafka_ConfigResource_new(RD_KAFKA_RESOURCE_TOPIC, kafka->settings.topic);
	rd_kafka_AdminOptions_t *options = admin_options(kafka, RD_KAFKA_ADMIN_OP_DESCRIBECONFIGS);
	rd_kafka_DescribeConfigs(kafka->producer->rk, &resource, 1, options, kafka->producer->main);
	rd_kafka_AdminOptions_destroy(options);
	rd_kafka_ConfigResource_destroy(resource);
	kafka->topic.asked = true;
}

static const char *cleanup_policy(const rd_kafka_ConfigResource_t *resource)
{
	size_t n = 0;
	const rd_kafka_ConfigEntry_t **entries = rd_kafka_ConfigResource_configs(resource, &n);
	for (size_t i = 0; i < n; i++) {
		if (strcmp(rd_kafka_ConfigEntry_name(entries[i]), "cleanup.policy") == 0) {
			return rd_kafka_ConfigEntry_value(entries[i]);
		}
	}
	return NULL;
}

static void unchecked(struct kafka *kafka, const char *why)
{
	log_warning(KAFKA_NAME, "Could not check that topic %s is compacted (cleanup.policy=compact): "
		"%s; going on", kafka->settings.topic, why);
	verified(kafka);
}

static void check_policy(struct kafka *kafka, const rd_kafka_ConfigResource_t *resource)
{
	const char *policy = cleanup_policy(resource);
	if (policy == NULL) {
		unchecked(kafka, "the broker does not tell");
	} else if (strcmp(policy, "compact") != 0) {
		kafka_set_failed(kafka, "Topic %s has cleanup.policy=%s, but must have "
			"cleanup.policy=compact: schemas would be deleted", kafka->settings.topic,
			policy);
	} else {
		verified(kafka);
	}
}

static void on_described(struct kafka *kafka, rd_kafka_event_t *event)
{
	rd_kafka_resp_err_t err = rd_kafka_event_error(event);
	size_t n = 0;
	const rd_kafka_ConfigResource_t **resources = rd_kafka_DescribeConfigs_result_resources(
		rd_kafka_event_DescribeConfigs_result(event), &n);
	if (err == RD_KAFKA_RESP_ERR_NO_ERROR && n == 1) {
		err = rd_kafka_ConfigResource_error(resources[0]);
	}
	switch (err) {
	case RD_KAFKA_RESP_ERR_NO_ERROR:
		if (n == 1) {
			check_policy(kafka, resources[0]);
		} else {
			unchecked(kafka, "the broker does not tell");
		}
		return;
	case RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED:
	case RD_KAFKA_RESP_ERR_CLUSTER_AUTHORIZATION_FAILED:
	case RD_KAFKA_RESP_ERR__UNSUPPORTED_FEATURE:
		unchecked(kafka, rd_kafka_err2str(err));
		return;
	default:
		break;
	}
	if (err == RD_KAFKA_RESP_ERR__TIMED_OUT && ++kafka->topic.unanswered >= DESCRIBES_MAX) {
		unchecked(kafka, rd_kafka_err2str(err));
		return;
	}
	kafka_complain(kafka, "Topic %s could not be described: %s; trying again",
		kafka->settings.topic, rd_kafka_err2str(err));
	kafka->topic.step = KAFKA_STEP_METADATA;
	plan(kafka, kafka->times.probe);
}

/* ---- the machine ---- */

static void run_step(struct kafka *kafka)
{
	struct kafka_topic *topic = &kafka->topic;
	if (kafka->closing || kafka->failed || kafka->producer == NULL || topic->asked ||
		topic->probe.running) {
		return;
	}
	switch (topic->step) {
	case KAFKA_STEP_METADATA:
		run_probe(kafka);
		break;
	case KAFKA_STEP_CREATE:
		run_create(kafka);
		break;
	case KAFKA_STEP_DESCRIBE:
		run_describe(kafka);
		break;
	case KAFKA_STEP_VERIFIED:
		if (kafka->down && !kafka->broken) {
			run_probe(kafka);
		}
		break;
	}
}

void kafka_topic_start(struct kafka *kafka)
{
	run_step(kafka);
}

void kafka_topic_look(struct kafka *kafka)
{
	if (kafka->topic.step == KAFKA_STEP_VERIFIED) {
		plan(kafka, 0);
	}
}

void kafka_topic_refresh(struct kafka *kafka)
{
	if (kafka->topic.step == KAFKA_STEP_VERIFIED && !kafka->topic.probe.running &&
		!kafka->closing && kafka->producer != NULL) {
		run_probe(kafka);
	}
}

void kafka_topic_tick(struct kafka *kafka)
{
	if (kafka->topic.timer == NULL) {
		run_step(kafka);
	}
}

void kafka_topic_forget(struct kafka *kafka)
{
	kafka->topic.asked = false;
}

void kafka_topic_stop(struct kafka *kafka)
{
	loop_timer_stop(kafka->topic.timer);
	kafka->topic.timer = NULL;
}

void kafka_topic_on_event(struct kafka *kafka, rd_kafka_event_t *event)
{
	kafka->topic.asked = false;
	if (kafka->closing || kafka->failed) {
		return;
	}
	if (rd_kafka_event_type(event) == RD_KAFKA_EVENT_CREATETOPICS_RESULT) {
		on_created(kafka, event);
	} else {
		on_described(kafka, event);
	}
}
