/* SPDX-License-Identifier: Apache-2.0 */
/* The life of plugins: file, handshake, init, routes, start, drain, fini. */
#include "plugin/loader.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "config.h"
#include "http/router.h"
#include "log.h"
#include "loop.h"
#include "plugin/handshake.h"
#include "plugin/open.h"
#include "plugin/self.h"
#include "support/str.h"

#define LOG "plugin"

/* Ours, in the order in which they are loaded when the configuration names none. */
static const char *const own_plugins[] = { "avro", "jsonschema", "protobuf", "auth", "restproxy" };

static const char *plugin_path(const struct loader *loader)
{
	return loader->config->plugin_path ? loader->config->plugin_path : "";
}

static bool call_init(struct loader *loader, struct scute_self *self, struct scute_error *err)
{
	const struct scute_plugin *entry = self->entry;
	struct scute_error why = { .status = SCUTE_OK };
	enum scute_status status;
	void *state = NULL;

	if (!entry->init) {
		return true;
	}
	status = entry->init(services_host(loader->table), self, &state, &why);
	if (status != SCUTE_OK) {
		why.text[sizeof(why.text) - 1] = '\0';
		(void)error_set(err, status, "init failed: %.400s",
			why.text[0] ? why.text : "it gave no reason");
		return false;
	}
	self->state = state;
	return true;
}

static void call_fini(struct scute_self *self)
{
	const struct scute_plugin *entry = self->entry;

	if (!self_close(self)) {
		/* Its state is in use: leaving it is the smaller evil at exit. */
		log_error(LOG, "%s: work on the pool did not end within %d ms, fini is not called",
			entry->name, SELF_CLOSE_MS);
		return;
	}
	if (entry->fini) {
		entry->fini(self->state);
	}
}

/* Everything after the handshake: from here on the plugin's code runs. */
static bool bring_up(struct loader *loader, const struct scute_plugin *entry, char *path,
	struct scute_error *err)
{
	struct plugin_table *table = loader->table;
	struct scute_self *self = self_open(loader, entry, table->n);

	if (!call_init(loader, self, err)) {
		(void)self_close(self);
		return false;
	}
	if (entry->kind == SCUTE_KIND_SERVICE && !routes_add(loader, self, err)) {
		call_fini(self);
		return false;
	}
	table->plugins[table->n++] = (struct plugin){
		.entry = entry, .state = self->state, .path = path, .self = self
	};
	return true;
}

static bool load(struct loader *loader, const char *name_or_path, struct scute_error *err)
{
	const struct scute_plugin *entry;
	char file[PATH_MAX];
	char resolved[PATH_MAX];
	char *path;

	if (loader->table->n == PLUGINS_MAX) {
		(void)error_set(err, SCUTE_ELIMIT, "%d plugins are loaded, wanted at most %d",
			PLUGINS_MAX + 1, PLUGINS_MAX);
		return false;
	}
	if (!open_find(name_or_path, plugin_path(loader), file, err) ||
		!open_plugin(file, resolved, &entry, err) ||
		!handshake_check(entry, loader->table, err)) {
		return false;
	}
	if (entry->kind == SCUTE_KIND_SERVICE && !loader->router) {
		(void)error_set(err, SCUTE_EUNSUPPORTED,
			"it is a service and this command serves no requests, wanted a format or auth");
		return false;
	}
	path = malloc(strlen(resolved) + 1);
	if (!path) {
		(void)error_set(err, SCUTE_ENOMEM, "out of memory");
		return false;
	}
	memcpy(path, resolved, strlen(resolved) + 1);
	if (!bring_up(loader, entry, path, err)) {
		free(path);
		return false;
	}
	log_info(LOG, "loaded %s %s from %s", entry->name, entry->version, path);
	return true;
}

bool loader_load(struct loader *loader, const char *name_or_path, struct scute_error *err)
{
	struct scute_error why = { .status = SCUTE_OK };

	if (load(loader, name_or_path, &why)) {
		return true;
	}
	(void)error_set(err, why.status, "plugin \"%.160s\" is refused: %s", name_or_path, why.text);
	return false;
}

static bool load_own(struct loader *loader, struct scute_error *err)
{
	size_t found = 0;

	for (size_t i = 0; i < sizeof(own_plugins) / sizeof(own_plugins[0]); i++) {
		struct scute_error none;
		char file[PATH_MAX];

		if (!open_find(own_plugins[i], plugin_path(loader), file, &none)) {
			continue; /* not built or not installed */
		}
		if (!loader_load(loader, own_plugins[i], err)) {
			return false;
		}
		found++;
	}
	if (found == 0) {
		log_warning(LOG, "found no plugin in plugin_path \"%s\": no schema format is known",
			plugin_path(loader));
	}
	return true;
}

bool loader_load_all(struct loader *loader, struct scute_error *err)
{
	const char *const *names = loader->config->plugins;

	if (!names) {
		return load_own(loader, err);
	}
	for (; *names; names++) {
		if (!loader_load(loader, *names, err)) {
			return false;
		}
	}
	return true;
}

/* The next service at or after *position; NULL: no more. */
static const struct plugin *next_service(const struct loader *loader, size_t *position)
{
	while (*position < loader->table->n) {
		const struct plugin *plugin = &loader->table->plugins[(*position)++];

		if (plugin->entry->kind == SCUTE_KIND_SERVICE) {
			return plugin;
		}
	}
	return NULL;
}

bool loader_start(struct loader *loader, struct scute_error *err)
{
	const struct plugin *plugin;

	for (size_t i = 0; (plugin = next_service(loader, &i));) {
		const struct scute_service *service = plugin->entry->table.service;
		struct scute_error why = { .status = SCUTE_OK };
		enum scute_status status = service->start ? service->start(plugin->state, &why)
			: SCUTE_OK;

		if (status != SCUTE_OK) {
			why.text[sizeof(why.text) - 1] = '\0';
			(void)error_set(err, status, "plugin \"%s\" did not start: %.400s",
				plugin->entry->name, why.text[0] ? why.text : "it gave no reason");
			return false;
		}
	}
	return true;
}

/* One less to wait for; the last one ends the drain. */
static void drain_release(struct loader *loader)
{
	assert(loader->n_draining > 0);
	if (--loader->n_draining == 0) {
		loop_timer_stop(loader->drain_timer);
		loader->drain_timer = NULL;
		loader->drained(loader->drained_user);
	}
}

static void service_drained(void *user)
{
	struct scute_self *self = user;

	if (!self->draining) {
		log_error(LOG, "%s: says twice, or too late, that it is idle", self->entry->name);
		return;
	}
	self->draining = false;
	drain_release(self->loader);
}

/* The deadline: nobody is waited for any longer. */
static void drain_late(void *user)
{
	struct loader *loader = user;
	const struct plugin *plugin;

	loader->drain_timer = NULL; /* it fired and is gone */
	loader->n_draining++;       /* no end before the walk is over */
	for (size_t i = 0; (plugin = next_service(loader, &i));) {
		if (plugin->self->draining) {
			log_warning(LOG, "%s: not idle, no longer waited for", plugin->entry->name);
			plugin->self->draining = false;
			drain_release(loader);
		}
	}
	drain_release(loader);
}

void loader_drain(struct loader *loader, void (*done)(void *user), void *user)
{
	const struct plugin *plugin;

	assert(done && !loader->drained);
	loader->drained = done;
	loader->drained_user = user;
	loader->n_draining = 1; /* ourselves, until all were asked */
	for (size_t i = 0; (plugin = next_service(loader, &i));) {
		const struct scute_service *service = plugin->entry->table.service;

		if (service->drain) {
			loader->n_draining++;
			plugin->self->draining = true;
			service->drain(plugin->state, service_drained, plugin->self);
		}
	}
	if (loader->n_draining > 1) {
		loader->drain_timer = loop_timer_start(loader->loop,
			(uint64_t)loader->config->shutdown_drain_ms, 0, drain_late, loader);
		if (!loader->drain_timer) {
			drain_late(loader); /* no wait without a deadline */
		}
	}
	drain_release(loader);
}

void loader_finish(struct loader *loader)
{
	struct plugin_table *table = loader->table;

	loop_timer_stop(loader->drain_timer);
	loader->drain_timer = NULL;
	for (size_t i = table->n; i-- > 0;) {
		struct plugin *plugin = &table->plugins[i];

		routes_close(loader, plugin->self);
		call_fini(plugin->self);
		free((char *)plugin->path);
		*plugin = (struct plugin){ .entry = NULL };
		table->n = i;
	}
	routes_finish(loader);
}
