/* SPDX-License-Identifier: Apache-2.0 */
/* struct scute_host as this host fills it: each service a thin step to the module that has it. */
#include <assert.h>

#include "config.h"
#include "http/reply.h"
#include "http/router.h"
#include "log.h"
#include "plugin/self.h"
#include "support/json_in.h"
#include "support/str.h"

/* The two format lookups come without a self: one loader a process. */
static const struct plugin_table *formats;

static struct request *request_of(struct scute_request *request)
{
	return (struct request *)request;
}

static void host_log(struct scute_self *self, enum scute_log_level level, const char *text)
{
	static const enum log_level levels[] = {
		[SCUTE_LOG_ERROR] = LOG_ERROR,
		[SCUTE_LOG_WARNING] = LOG_WARNING,
		[SCUTE_LOG_INFO] = LOG_INFO,
		[SCUTE_LOG_DEBUG] = LOG_DEBUG,
	};
	bool known = (size_t)level < sizeof(levels) / sizeof(levels[0]);

	log_line(known ? levels[level] : LOG_ERROR, self->entry->name, "%s", text ? text : "");
}

/* The member of the plugin's own object, when it is of that type. */
static const struct json *own(const struct scute_self *self, const char *key, enum json_type type)
{
	const struct json *value = key
		? json_get(config_plugin(self->loader->config, self->entry->name), key) : NULL;

	return value && value->type == type ? value : NULL;
}

static bool host_config_string(struct scute_self *self, const char *key, struct scute_str *ret_value)
{
	const struct json *value = own(self, key, JSON_STRING);

	if (!value) {
		return false;
	}
	*ret_value = value->text;
	return true;
}

static bool host_config_int(struct scute_self *self, const char *key, int64_t *ret_value)
{
	const struct json *value = own(self, key, JSON_NUMBER);

	return value && json_to_i64(value, ret_value);
}

static bool host_config_bool(struct scute_self *self, const char *key, bool *ret_value)
{
	bool yes = own(self, key, JSON_TRUE) != NULL;

	if (!yes && !own(self, key, JSON_FALSE)) {
		return false;
	}
	*ret_value = yes;
	return true;
}

static bool host_setting(struct scute_self *self, const char *key, struct scute_str *ret_value)
{
	return key && config_text(self->loader->config, key, ret_value);
}

static const struct scute_format *host_format_by_type(struct scute_str type)
{
	return plugin_format(formats, type);
}

static const struct scute_format *host_format_by_embedded(struct scute_str name)
{
	return plugin_format_embedded(formats, name);
}

static struct scute_arena *host_request_arena(struct scute_request *request)
{
	return &request_of(request)->arena.base;
}

static struct scute_str host_request_param(struct scute_request *request, const char *name)
{
	return request_param(request_of(request), name);
}

static bool host_request_query(struct scute_request *request, const char *name,
	struct scute_str *ret_value)
{
	return request_query(request_of(request), name, ret_value);
}

static bool host_request_header(struct scute_request *request, const char *name,
	struct scute_str *ret_value)
{
	return request_header(request_of(request), name, ret_value);
}

static struct scute_str host_request_body(struct scute_request *request)
{
	return request_of(request)->body;
}

static void host_request_on_cancel(struct scute_request *request, void (*cancelled)(void *user),
	void *user)
{
	routes_on_cancel(request_of(request), cancelled, user);
}

static void host_reply(struct scute_request *request, int status, const char *content_type,
	struct scute_str body)
{
	if (status < 200 || status > 599) {
		log_error("plugin", "a plugin answered %.128s with status %d, wanted 200 to 599",
			request_of(request)->route->pattern, status);
		reply_error(request_of(request), 500, 500, SCUTE_STR("Internal Server Error"));
		return;
	}
	reply_send(request_of(request), status, content_type, body);
}

static const struct scute_host host;

const struct scute_host *services_host(const struct plugin_table *table)
{
	assert(table);
	formats = table;
	return &host;
}

static const struct scute_host host = {
	.size = sizeof(struct scute_host),
	.abi_major = SCUTE_ABI_MAJOR,
	.abi_minor = SCUTE_ABI_MINOR,
	.version = SCUTE_VERSION,
	.log = host_log,
	.config_string = host_config_string,
	.config_int = host_config_int,
	.config_bool = host_config_bool,
	.setting = host_setting,
	.timer_start = self_timer_start,
	.timer_stop = self_timer_stop,
	.watch = self_watch,
	.unwatch = self_unwatch,
	.post = self_post,
	.offload = self_offload,
	.format_by_type = host_format_by_type,
	.format_by_embedded = host_format_by_embedded,
	.request_arena = host_request_arena,
	.request_param = host_request_param,
	.request_query = host_request_query,
	.request_header = host_request_header,
	.request_body = host_request_body,
	.request_on_cancel = host_request_on_cancel,
	.reply = host_reply,
};
