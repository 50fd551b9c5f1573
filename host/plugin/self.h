/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The host's side of one plugin: who it is and all that may still call back into it.
 * Nothing of a plugin is called once its self is closed.
 */
#ifndef PLUGIN_SELF_H
#define PLUGIN_SELF_H

#include "loop.h"
#include "plugin/loader.h"

struct request;
struct task;

/* How long closing waits for a plugin's work on the pool. */
#define SELF_CLOSE_MS 10000

/* Posts of one plugin that wait for the loop; beyond it post() fails. */
#define SELF_POSTS_MAX 65536

struct scute_self {
	struct loader *loader;
	const struct scute_plugin *entry;
	void *state;

	/* Loop thread only. */
	struct scute_timer *timers;
	struct scute_watch *watches;
	bool draining; /* drain() was called, its done not yet */

	/* Under the lock of tasks.c. */
	bool open;
	bool woken; /* wake is on its way to the loop, which will run the posts */
	struct loop_posted wake;
	struct task *posts;
	struct task **posts_end;
	size_t n_posts;
	unsigned running; /* jobs inside the plugin's work() right now */
};

/* The table that every plugin gets; its lookups see table from now on. */
const struct scute_host *services_host(const struct plugin_table *table);

/*
 * A closed self of static storage: what another thread still holds stays valid for ever.
 * index: the plugin's place in the table.
 */
struct scute_self *self_open(struct loader *loader, const struct scute_plugin *entry, size_t index);

/*
 * Ends timers and watches, drops posts and jobs that have not begun, waits for those that
 * have. False: one of them is still in the plugin after SELF_CLOSE_MS.
 */
bool self_close(struct scute_self *self);

/* The calls of struct scute_host that call back; see there. */
struct scute_timer *self_timer_start(struct scute_self *self, uint64_t delay_ms, uint64_t repeat_ms,
	void (*fire)(void *user), void *user);
void self_timer_stop(struct scute_self *self, struct scute_timer *timer);
struct scute_watch *self_watch(struct scute_self *self, int fd, unsigned io,
	void (*ready)(void *user, unsigned io), void *user);
void self_unwatch(struct scute_self *self, struct scute_watch *watch);
bool self_post(struct scute_self *self, void (*call)(void *user), void *user);
bool self_offload(struct scute_self *self, void (*work)(void *user), void (*done)(void *user),
	void *user);

/* Puts a service's routes into the loader's router. False with *err: which route, and why. */
bool routes_add(struct loader *loader, struct scute_self *self, struct scute_error *err);

/* From now on the routes of self answer 404. */
void routes_close(struct loader *loader, const struct scute_self *self);

/* Frees the routes of all plugins; nothing is dispatched any more. */
void routes_finish(struct loader *loader);

/* host->request_on_cancel for a request of a service's route. */
void routes_on_cancel(struct request *request, void (*cancelled)(void *user), void *user);

#endif
