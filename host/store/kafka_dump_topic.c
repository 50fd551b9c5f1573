/* SPDX-License-Identifier: Apache-2.0 */
/* The topic of a dump: is it there, how is it configured, make it. */
#include <string.h>
#include <time.h>

#include "base/clock.h"
#include "store/kafka_dump.h"
#include "support/arena.h"
#include "support/str.h"

#define SLICE_MS 500 /* of waiting, between two looks at whether to stop */
#define PAUSE_MS 100
#define ADMIN_MS 30000

struct look {
	rd_kafka_resp_err_t topic_err;
	int partitions;
	bool led; /* partition 0 has a leader */
};

static void pause_ms(long ms)
{
	struct timespec time = { ms / 1000, ms % 1000 * 1000000 };

	nanosleep(&time, NULL);
}

/* Whatever waits in the main queue; OAUTHBEARER asks for its token there. */
static void serve(struct kafka_dump *dump)
{
	rd_kafka_event_t *event;

	while ((event = rd_kafka_queue_poll(dump->main, 0)) != NULL) {
		kafka_dump_on_common(dump, dump->admin, event);
		rd_kafka_event_destroy(event);
	}
}

static void fill(struct look *look, const struct rd_kafka_metadata *metadata)
{
	*look = (struct look){ .topic_err = RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART };
	if (metadata->topic_cnt != 1) {
		return;
	}
	look->topic_err = metadata->topics[0].err;
	look->partitions = metadata->topics[0].partition_cnt;
	for (int i = 0; i < look->partitions; i++) {
		if (metadata->topics[0].partitions[i].id == 0) {
			look->led = metadata->topics[0].partitions[i].leader >= 0;
		}
	}
}

/* One answer of a broker, however many tries it takes until the deadline. */
static enum dump_status ask(struct kafka_dump *dump, uint64_t deadline_ms, struct look *ret_look,
	struct scute_error *err)
{
	const struct rd_kafka_metadata *metadata;
	rd_kafka_resp_err_t problem = RD_KAFKA_RESP_ERR__TIMED_OUT;

	do {
		if (*dump->options.stop) {
			return DUMP_STOPPED;
		}
		serve(dump);
		problem = rd_kafka_metadata(dump->admin, 0, dump->topic, &metadata, SLICE_MS);
		if (problem == RD_KAFKA_RESP_ERR_NO_ERROR) {
			fill(ret_look, metadata);
			rd_kafka_metadata_destroy(metadata);
			return DUMP_OK;
		}
		pause_ms(PAUSE_MS);
	} while (clock_monotonic_ms() < deadline_ms);
	return kafka_dump_fail(dump, err, "No broker answers about", rd_kafka_err2str(problem));
}

enum dump_status kafka_dump_look(struct dump *base, bool *ret_exists, struct scute_error *err)
{
	struct kafka_dump *dump = kafka_dump_of(base);
	uint64_t deadline_ms = clock_monotonic_ms() + dump->options.timeout_ms;
	struct look look = { 0 };

	if (!kafka_dump_ensure_admin(dump, err)) {
		return DUMP_FAILED;
	}
	for (;;) {
		enum dump_status status = ask(dump, deadline_ms, &look, err);
		if (status != DUMP_OK) {
			return status;
		}
		if (look.topic_err == RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART) {
			*ret_exists = false;
			return DUMP_OK;
		}
		if (look.topic_err == RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED ||
			look.topic_err == RD_KAFKA_RESP_ERR_TOPIC_EXCEPTION ||
			(look.partitions > 0 && look.led)) {
			break;
		}
		if (clock_monotonic_ms() >= deadline_ms) {
			return kafka_dump_fail(dump, err, "Looking at", "it has no leader");
		}
		pause_ms(PAUSE_MS);
	}
	if (look.partitions == 0) {
		return kafka_dump_fail(dump, err, "Looking at", rd_kafka_err2str(look.topic_err));
	}
	if (look.partitions > 1) {
		error_set(err, SCUTE_EINVAL, "Topic %s has %d partitions: only topics with a "
			"single partition can be backed up and restored", dump->settings.topic,
			look.partitions);
		return DUMP_FAILED;
	}
	*ret_exists = true;
	return DUMP_OK;
}

/* The next event of that type; others are served. NULL: stopped or too late. */
static rd_kafka_event_t *wait_for(struct kafka_dump *dump, rd_kafka_event_type_t type)
{
	uint64_t deadline_ms = clock_monotonic_ms() + ADMIN_MS + 2 * SLICE_MS;

	while (!*dump->options.stop && clock_monotonic_ms() < deadline_ms) {
		rd_kafka_event_t *event = rd_kafka_queue_poll(dump->main, SLICE_MS);
		if (event == NULL) {
			continue;
		}
		if (rd_kafka_event_type(event) == type) {
			return event;
		}
		kafka_dump_on_common(dump, dump->admin, event);
		rd_kafka_event_destroy(event);
	}
	return NULL;
}

static rd_kafka_AdminOptions_t *admin_options(struct kafka_dump *dump, rd_kafka_admin_op_t op)
{
	char text[KAFKA_TEXT_BYTES];
	rd_kafka_AdminOptions_t *options = rd_kafka_AdminOptions_new(dump->admin, op);

	rd_kafka_AdminOptions_set_request_timeout(options, ADMIN_MS, text, sizeof(text));
	return options;
}

/* ---- describe ---- */

/* Those that decide what stays in the topic, and whatever somebody has set for this topic. */
static bool is_wanted(const rd_kafka_ConfigEntry_t *entry)
{
	static const char *const always[] = { "cleanup.policy", "min.insync.replicas",
		"retention.bytes", "retention.ms" };
	const char *name = rd_kafka_ConfigEntry_name(entry);

	if (rd_kafka_ConfigEntry_value(entry) == NULL) {
		return false;
	}
	for (size_t i = 0; i < sizeof(always) / sizeof(always[0]); i++) {
		if (strcmp(name, always[i]) == 0) {
			return true;
		}
	}
	return rd_kafka_ConfigEntry_source(entry) == RD_KAFKA_CONFIG_SOURCE_DYNAMIC_TOPIC_CONFIG;
}

static bool keep_settings(const rd_kafka_ConfigResource_t *resource, struct scute_arena *arena,
	const struct dump_setting **ret_settings, size_t *ret_n)
{
	size_t n_entries = 0;
	size_t n = 0;
	const rd_kafka_ConfigEntry_t **entries =
		rd_kafka_ConfigResource_configs(resource, &n_entries);
	struct dump_setting *settings = arena_zalloc(arena, n_entries + 1, sizeof(*settings));

	if (settings == NULL) {
		return false;
	}
	for (size_t i = 0; i < n_entries; i++) {
		if (!is_wanted(entries[i])) {
			continue;
		}
		settings[n].name = str_z(rd_kafka_ConfigEntry_name(entries[i]));
		settings[n].value = str_z(rd_kafka_ConfigEntry_value(entries[i]));
		if (!arena_keep(arena, &settings[n].name) ||
			!arena_keep(arena, &settings[n].value)) {
			return false;
		}
		n++;
	}
	*ret_settings = settings;
	*ret_n = n;
	return true;
}

enum dump_status kafka_dump_describe(struct dump *base, struct scute_arena *arena,
	const struct dump_setting **ret_settings, size_t *ret_n, struct scute_error *err)
{
	struct kafka_dump *dump = kafka_dump_of(base);

	if (!kafka_dump_ensure_admin(dump, err)) {
		return DUMP_FAILED;
	}
	rd_kafka_ConfigResource_t *asked =
		rd_kafka_ConfigResource_new(RD_KAFKA_RESOURCE_TOPIC, dump->settings.topic);
	rd_kafka_AdminOptions_t *options = admin_options(dump, RD_KAFKA_ADMIN_OP_DESCRIBECONFIGS);
	rd_kafka_DescribeConfigs(dump->admin, &asked, 1, options, dump->main);
	rd_kafka_AdminOptions_destroy(options);
	rd_kafka_ConfigResource_destroy(asked);
	rd_kafka_event_t *event = wait_for(dump, RD_KAFKA_EVENT_DESCRIBECONFIGS_RESULT);
	if (event == NULL) {
		return *dump->options.stop ? DUMP_STOPPED :
			kafka_dump_fail(dump, err, "Describing", "no answer");
	}
	size_t n = 0;
	const char *wrong = NULL;
	const rd_kafka_ConfigResource_t **resources = rd_kafka_DescribeConfigs_result_resources(
		rd_kafka_event_DescribeConfigs_result(event), &n);
	if (rd_kafka_event_error(event) != RD_KAFKA_RESP_ERR_NO_ERROR || n != 1) {
		wrong = rd_kafka_event_error_string(event);
		wrong = wrong != NULL ? wrong : "no answer";
	} else if (rd_kafka_ConfigResource_error(resources[0]) != RD_KAFKA_RESP_ERR_NO_ERROR) {
		wrong = rd_kafka_ConfigResource_error_string(resources[0]);
		wrong = wrong != NULL ? wrong : "refused";
	} else if (!keep_settings(resources[0], arena, ret_settings, ret_n)) {
		wrong = "out of memory";
	}
	enum dump_status status = wrong == NULL ? DUMP_OK :
		kafka_dump_fail(dump, err, "Describing", wrong);
	rd_kafka_event_destroy(event);
	return status;
}

/* ---- create ---- */

static rd_kafka_NewTopic_t *new_topic(struct kafka_dump *dump, int replication_factor,
	const struct dump_setting *settings, size_t n, struct scute_error *err)
{
	char text[KAFKA_TEXT_BYTES];
	struct arena arena;
	rd_kafka_NewTopic_t *topic = rd_kafka_NewTopic_new(dump->settings.topic, 1,
		replication_factor, text, sizeof(text));

	if (topic == NULL) {
		kafka_dump_fail(dump, err, "Creating", text);
		return NULL;
	}
	arena_init(&arena, 1u << 20);
	for (size_t i = 0; i < n; i++) {
		struct scute_str name = arena_printf(&arena.base, "%.*s",
			STR_ARGS(settings[i].name));
		struct scute_str value = arena_printf(&arena.base, "%.*s",
			STR_ARGS(settings[i].value));
		if (name.data == NULL || value.data == NULL || rd_kafka_NewTopic_set_config(topic,
				name.data, value.data) != RD_KAFKA_RESP_ERR_NO_ERROR) {
			kafka_dump_fail(dump, err, "Creating", "a setting could not be set");
			rd_kafka_NewTopic_destroy(topic);
			topic = NULL;
			break;
		}
	}
	arena_finish(&arena);
	return topic;
}

static enum dump_status on_created(struct kafka_dump *dump, rd_kafka_event_t *event,
	struct scute_error *err)
{
	rd_kafka_resp_err_t problem = rd_kafka_event_error(event);
	const char *text = rd_kafka_event_error_string(event);
	size_t n = 0;
	const rd_kafka_topic_result_t **results = rd_kafka_CreateTopics_result_topics(
		rd_kafka_event_CreateTopics_result(event), &n);

	if (problem == RD_KAFKA_RESP_ERR_NO_ERROR && n == 1) {
		problem = rd_kafka_topic_result_error(results[0]);
		text = rd_kafka_topic_result_error_string(results[0]);
	}
	if (problem == RD_KAFKA_RESP_ERR_NO_ERROR) {
		return DUMP_OK;
	}
	return kafka_dump_fail(dump, err, "Creating", text != NULL ? text :
		rd_kafka_err2str(problem));
}

/* Brokers learn of a new topic one after the other. */
static enum dump_status wait_until_known(struct dump *base, struct scute_error *err)
{
	struct kafka_dump *dump = kafka_dump_of(base);
	uint64_t deadline_ms = clock_monotonic_ms() + ADMIN_MS;
	bool exists = false;

	while (!exists) {
		enum dump_status status = kafka_dump_look(base, &exists, err);
		if (status != DUMP_OK) {
			return status;
		}
		if (!exists && clock_monotonic_ms() >= deadline_ms) {
			return kafka_dump_fail(dump, err, "Creating", "it does not appear");
		}
		if (!exists) {
			pause_ms(PAUSE_MS);
		}
	}
	return DUMP_OK;
}

enum dump_status kafka_dump_create(struct dump *base, int replication_factor,
	const struct dump_setting *settings, size_t n, struct scute_error *err)
{
	struct kafka_dump *dump = kafka_dump_of(base);

	if (!kafka_dump_ensure_admin(dump, err)) {
		return DUMP_FAILED;
	}
	rd_kafka_NewTopic_t *topic = new_topic(dump, replication_factor, settings, n, err);
	if (topic == NULL) {
		return DUMP_FAILED;
	}
	rd_kafka_AdminOptions_t *options = admin_options(dump, RD_KAFKA_ADMIN_OP_CREATETOPICS);
	rd_kafka_CreateTopics(dump->admin, &topic, 1, options, dump->main);
	rd_kafka_AdminOptions_destroy(options);
	rd_kafka_NewTopic_destroy(topic);
	rd_kafka_event_t *event = wait_for(dump, RD_KAFKA_EVENT_CREATETOPICS_RESULT);
	if (event == NULL) {
		return *dump->options.stop ? DUMP_STOPPED :
			kafka_dump_fail(dump, err, "Creating", "no answer");
	}
	enum dump_status status = on_created(dump, event, err);
	rd_kafka_event_destroy(event);
	return status == DUMP_OK ? wait_until_known(base, err) : status;
}
