/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The handshake: frozen head, versions, kind, name, table, in that order, so that no
 * member is read before what vouches for it was checked.
 */
#include "plugin/handshake.h"

#include <assert.h>
#include <string.h>

#include "support/str.h"

#define NAME_BYTES_MAX 32

/* Where a struct of ABI 1.0 ends; stays as it is when later minors append members. */
#define ENDS_AFTER(type, member) (offsetof(type, member) + sizeof(((type *)NULL)->member))
#define HEAD_BYTES ENDS_AFTER(struct scute_plugin, abi_minor)
#define PLUGIN_BYTES ENDS_AFTER(struct scute_plugin, table)

struct required {
	const char *name;
	size_t offset; /* of a pointer that must not be NULL */
};

static const struct required format_required[] = {
	{ "type", offsetof(struct scute_format, type) },
	{ "parse", offsetof(struct scute_format, parse) },
	{ "canonical", offsetof(struct scute_format, canonical) },
	{ "compatible", offsetof(struct scute_format, compatible) },
};

static const struct required auth_required[] = {
	{ "authenticate", offsetof(struct scute_auth, authenticate) },
	{ "authorize", offsetof(struct scute_auth, authorize) },
};

static const struct required service_required[] = {
	{ "routes", offsetof(struct scute_service, routes) },
};

/* One row a kind, at the kind's number. */
static const struct rule {
	const char *name;
	size_t bytes_min;
	const struct required *required;
	size_t n_required;
} rules[] = {
	[SCUTE_KIND_FORMAT] = { "format", ENDS_AFTER(struct scute_format, validate), format_required,
		sizeof(format_required) / sizeof(format_required[0]) },
	[SCUTE_KIND_AUTH] = { "auth", ENDS_AFTER(struct scute_auth, reload), auth_required,
		sizeof(auth_required) / sizeof(auth_required[0]) },
	[SCUTE_KIND_SERVICE] = { "service", ENDS_AFTER(struct scute_service, drain), service_required,
		sizeof(service_required) / sizeof(service_required[0]) },
};

static bool refuse(struct scute_error *err, const char *found, const char *wanted)
{
	(void)error_set(err, SCUTE_EINVAL, "%s, wanted %s", found, wanted);
	return false;
}

static bool check_head(const struct scute_plugin *entry, struct scute_error *err)
{
	if (entry->magic != SCUTE_MAGIC) {
		(void)error_set(err, SCUTE_EINVAL, "magic is 0x%08x, wanted 0x%08x", entry->magic,
			SCUTE_MAGIC);
		return false;
	}
	/* The size is judged by the major's rules, but the major must lie within it. */
	if (entry->size >= HEAD_BYTES && entry->abi_major != SCUTE_ABI_MAJOR) {
		(void)error_set(err, SCUTE_EINVAL, "ABI major is %u, wanted %u",
			(unsigned)entry->abi_major, (unsigned)SCUTE_ABI_MAJOR);
		return false;
	}
	if (entry->size < PLUGIN_BYTES) {
		(void)error_set(err, SCUTE_EINVAL,
			"struct scute_plugin has %u bytes, wanted at least %zu", entry->size,
			PLUGIN_BYTES);
		return false;
	}
	if (entry->abi_minor > SCUTE_ABI_MINOR) {
		(void)error_set(err, SCUTE_EINVAL, "ABI version is %u.%u, wanted at most %u.%u",
			(unsigned)entry->abi_major, (unsigned)entry->abi_minor,
			(unsigned)SCUTE_ABI_MAJOR, (unsigned)SCUTE_ABI_MINOR);
		return false;
	}
	return true;
}

static bool is_name(const char *text, char first_letter, char last_letter)
{
	size_t len = strnlen(text, NAME_BYTES_MAX + 1);

	if (len == 0 || len > NAME_BYTES_MAX) {
		return false;
	}
	for (size_t i = 0; i < len; i++) {
		char c = text[i];
		bool ok = (c >= first_letter && c <= last_letter) || (c >= '0' && c <= '9') ||
			c == '_' || c == '-';

		if (!ok) {
			return false;
		}
	}
	return true;
}

/* A name that was refused, made fit for one line of a log. */
static const char *shown(const char *text, char room[static NAME_BYTES_MAX + 4])
{
	size_t len = strnlen(text, NAME_BYTES_MAX + 1);
	size_t n = len > NAME_BYTES_MAX ? NAME_BYTES_MAX : len;

	for (size_t i = 0; i < n; i++) {
		room[i] = text[i] < 0x20 || text[i] > 0x7e ? '?' : text[i];
	}
	memcpy(room + n, len > n ? ".." : "", len > n ? 3 : 1);
	return room;
}

static bool check_word(const char *what, const char *word, bool upper, struct scute_error *err)
{
	char room[NAME_BYTES_MAX + 4];
	const char *wanted = upper ? "[A-Z0-9_-]{1,32}" : "[a-z0-9_-]{1,32}";

	if (!word) {
		(void)error_set(err, SCUTE_EINVAL, "%s is NULL, wanted %s", what, wanted);
		return false;
	}
	if (!(upper ? is_name(word, 'A', 'Z') : is_name(word, 'a', 'z'))) {
		(void)error_set(err, SCUTE_EINVAL, "%s is \"%s\", wanted %s", what,
			shown(word, room), wanted);
		return false;
	}
	return true;
}

static bool check_name(const struct scute_plugin *entry, const struct plugin_table *table,
	struct scute_error *err)
{
	if (!check_word("name", entry->name, false, err)) {
		return false;
	}
	for (size_t i = 0; i < table->n; i++) {
		if (strcmp(table->plugins[i].entry->name, entry->name) == 0) {
			(void)error_set(err, SCUTE_EINVAL,
				"name \"%s\" is taken by the plugin of %.200s, wanted another",
				entry->name, table->plugins[i].path);
			return false;
		}
	}
	if (!entry->version) {
		return refuse(err, "version is NULL", "a text");
	}
	return true;
}

static bool check_required(const struct rule *rule, const void *at, struct scute_error *err)
{
	for (size_t i = 0; i < rule->n_required; i++) {
		void *pointer;

		memcpy(&pointer, (const char *)at + rule->required[i].offset, sizeof(pointer));
		if (!pointer) {
			(void)error_set(err, SCUTE_EINVAL,
				"required \"%s\" of its %s table is NULL, wanted a value",
				rule->required[i].name, rule->name);
			return false;
		}
	}
	return true;
}

static bool check_format(const struct scute_format *format, const struct plugin_table *table,
	struct scute_error *err)
{
	if (!check_word("schemaType", format->type, true, err)) {
		return false;
	}
	if (format->embedded && !check_word("embedded name", format->embedded, false, err)) {
		return false;
	}
	if (!format->encode != !format->decode) {
		return refuse(err, format->encode ? "encode is given and decode is NULL"
			: "decode is given and encode is NULL", "both or neither");
	}
	for (size_t i = 0; i < table->n; i++) {
		const struct scute_plugin *other = table->plugins[i].entry;
		const struct scute_format *theirs;

		if (other->kind != SCUTE_KIND_FORMAT) {
			continue;
		}
		theirs = other->table.format;
		if (strcmp(theirs->type, format->type) == 0) {
			(void)error_set(err, SCUTE_EINVAL,
				"schemaType \"%s\" is taken by plugin \"%s\", wanted another",
				format->type, other->name);
			return false;
		}
		if (format->embedded && theirs->embedded &&
			strcmp(theirs->embedded, format->embedded) == 0) {
			(void)error_set(err, SCUTE_EINVAL,
				"embedded name \"%s\" is taken by plugin \"%s\", wanted another",
				format->embedded, other->name);
			return false;
		}
	}
	return true;
}

static bool check_service(const struct scute_service *service, struct scute_error *err)
{
	if (service->n_routes == 0 || service->n_routes > SERVICE_ROUTES_MAX) {
		(void)error_set(err, SCUTE_EINVAL, "n_routes is %zu, wanted 1 to %d",
			service->n_routes, SERVICE_ROUTES_MAX);
		return false;
	}
	for (size_t i = 0; i < service->n_routes; i++) {
		const struct scute_route *route = &service->routes[i];

		if (!route->method || !route->pattern || !route->handle) {
			(void)error_set(err, SCUTE_EINVAL,
				"\"%s\" of route %zu is NULL, wanted a value",
				!route->method ? "method" : !route->pattern ? "pattern" : "handle", i);
			return false;
		}
	}
	return true;
}

bool handshake_check(const struct scute_plugin *entry, const struct plugin_table *table,
	struct scute_error *err)
{
	const struct rule *rule;
	const void *at;
	uint32_t bytes;

	assert(entry && table);
	if (!check_head(entry, err)) {
		return false;
	}
	if (entry->kind >= sizeof(rules) / sizeof(rules[0]) || !rules[entry->kind].name) {
		(void)error_set(err, SCUTE_EINVAL,
			"kind is %u, wanted 1 (format), 2 (auth) or 3 (service)", entry->kind);
		return false;
	}
	if (!check_name(entry, table, err)) {
		return false;
	}
	rule = &rules[entry->kind];
	at = entry->table.format;
	if (!at) {
		(void)error_set(err, SCUTE_EINVAL, "%s table is NULL, wanted one of at least %zu bytes",
			rule->name, rule->bytes_min);
		return false;
	}
	memcpy(&bytes, at, sizeof(bytes)); /* each table begins with its size */
	if (bytes < rule->bytes_min) {
		(void)error_set(err, SCUTE_EINVAL, "%s table has %u bytes, wanted at least %zu",
			rule->name, bytes, rule->bytes_min);
		return false;
	}
	if (!check_required(rule, at, err)) {
		return false;
	}
	switch (entry->kind) {
	case SCUTE_KIND_FORMAT:
		return check_format(entry->table.format, table, err);
	case SCUTE_KIND_SERVICE:
		return check_service(entry->table.service, err);
	default:
		return true;
	}
}
