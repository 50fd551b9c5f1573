/* SPDX-License-Identifier: Apache-2.0 */
/* The JSON format: what the host sees of this plugin, and its configuration. */
#include "scute/plugin.h"

#include "support/arena.h"
#include "support/str.h"

#include "compat.h"
#include "regex.h"
#include "schema.h"
#include "validate.h"

/* A JSON Schema has no name of its own; clients that want one take its title. */
static enum scute_status record_name(const struct scute_schema *schema, struct scute_arena *arena,
	struct scute_str *ret_name, struct scute_error *err)
{
	const struct json *title = json_get(schema->documents->json, "title");

	if (!title || title->type != JSON_STRING || title->text.len == 0) {
		return error_set(err, SCUTE_EUNSUPPORTED, "the schema has no title");
	}
	struct scute_str name = arena_copy(arena, title->text);
	if (!name.data) {
		return error_set(err, SCUTE_ENOMEM, "out of memory for a name");
	}
	*ret_name = name;
	return SCUTE_OK;
}

static enum scute_status draft_configure(const struct scute_host *host, struct scute_self *self,
	struct js_options *options, struct scute_error *err)
{
	struct scute_str text;
	int64_t number;
	bool flag;

	if (host->config_string(self, "default_draft", &text)) {
		if (js_draft_by_name(text, &options->default_draft)) {
			return SCUTE_OK;
		}
		return error_set(err, SCUTE_EINVAL, "default_draft is \"%.*s\", wanted \"4\", "
			"\"6\", \"7\", \"2019-09\" or \"2020-12\"", STR_ARGS(text));
	}
	if (host->config_int(self, "default_draft", &number) ||
		host->config_bool(self, "default_draft", &flag)) {
		return error_set(err, SCUTE_EINVAL, "default_draft is no string, wanted \"4\", "
			"\"6\", \"7\", \"2019-09\" or \"2020-12\"");
	}
	return SCUTE_OK;
}

static enum scute_status format_configure(const struct scute_host *host, struct scute_self *self,
	struct js_options *options, struct scute_error *err)
{
	struct scute_str text;
	int64_t number;

	if (host->config_string(self, "format_assertion", &text) ||
		host->config_int(self, "format_assertion", &number)) {
		return error_set(err, SCUTE_EINVAL,
			"format_assertion is no boolean, wanted true or false");
	}
	host->config_bool(self, "format_assertion", &options->format_assertion);
	return SCUTE_OK;
}

static enum scute_status init(const struct scute_host *host, struct scute_self *self,
	void **ret_state, struct scute_error *err)
{
	struct js_options options = { JS_DRAFT_7, false };
	enum scute_status status = draft_configure(host, self, &options, err);

	(void)ret_state;
	if (status == SCUTE_OK) {
		status = format_configure(host, self, &options, err);
	}
	if (status == SCUTE_OK) {
		js_options_set(options);
	}
	return status;
}

static void fini(void *state)
{
	(void)state;
	js_regex_thread_finish(); /* other threads do so by themselves when they end */
}

static const struct scute_format format = {
	.size = sizeof(format),
	.type = "JSON",
	.embedded = "jsonschema",
	.parse = js_parse,
	.canonical = js_canonical,
	.compatible = js_compatible,
	.identity = js_identity,
	.normalize = js_normalize,
	.fingerprint = js_fingerprint,
	.record_name = record_name,
	.encode = js_encode,
	.decode = js_decode,
	.validate = js_validate,
};

static const struct scute_plugin plugin = {
	.magic = SCUTE_MAGIC,
	.size = sizeof(plugin),
	.abi_major = SCUTE_ABI_MAJOR,
	.abi_minor = SCUTE_ABI_MINOR,
	.kind = SCUTE_KIND_FORMAT,
	.name = "jsonschema",
	.version = "0.1.0",
	.init = init,
	.fini = fini,
	.table.format = &format,
};

SCUTE_EXPORT const struct scute_plugin *scute_plugin_entry(void);

SCUTE_EXPORT const struct scute_plugin *scute_plugin_entry(void)
{
	return &plugin;
}
