/* SPDX-License-Identifier: Apache-2.0 */
/* Listening sockets, and accepting from them as long as there is room. */
#include <arpa/inet.h>
#include <assert.h>
#include <errno.h>
#include <netdb.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "http/conn.h"
#include "log.h"
#include "support/str.h"

#define BACKLOG 1024
#define ACCEPTS_MAX 64 /* in one go, so that others get their turn */
#define PORT_TRIES 8

static void format_peer(const struct sockaddr_storage *address, char *out, size_t room)
{
	const void *raw = &((const struct sockaddr_in *)(const void *)address)->sin_addr;
	int family = address->ss_family;

	if (family == AF_INET6) {
		const struct in6_addr *six =
			&((const struct sockaddr_in6 *)(const void *)address)->sin6_addr;
		raw = six;
		if (IN6_IS_ADDR_V4MAPPED(six)) {
			raw = &six->s6_addr[12];
			family = AF_INET;
		}
	}
	if ((family != AF_INET && family != AF_INET6) ||
		inet_ntop(family, raw, out, (socklen_t)room) == NULL) {
		snprintf(out, room, "-");
	}
}

void listeners_pause(struct server *server)
{
	server->paused = true;
	for (struct listener *l = server->listeners; l != NULL; l = l->next) {
		loop_watch_set(&l->watch, 0);
	}
}

void listeners_resume(struct server *server)
{
	if (!server->paused || server->n_conns >= server->options.connections_max) {
		return;
	}
	server->paused = false;
	for (struct listener *l = server->listeners; l != NULL; l = l->next) {
		loop_watch_set(&l->watch, LOOP_READ);
	}
}

static void accept_failed(struct server *server, int error)
{
	if (error != EMFILE && error != ENFILE && error != ENOBUFS && error != ENOMEM) {
		return; /* that one connection is gone already, or there is none */
	}
	log_warning("http", "cannot accept: %s; waiting", strerror(error));
	/* Only the sweep wakes the listeners again if no connection closes before it. */
	if (sweep_start(server)) {
		listeners_pause(server);
	}
}

static void accept_ready(void *user, unsigned io)
{
	struct listener *listener = user;
	struct server *server = listener->server;

	(void)io;
	for (int i = 0; i < ACCEPTS_MAX; i++) {
		struct sockaddr_storage address;
		socklen_t len = sizeof(address);
		char peer[INET6_ADDRSTRLEN];
		int one = 1;
		int fd;

		if (server->n_conns >= server->options.connections_max) {
			listeners_pause(server);
			return;
		}
		fd = accept4(listener->fd, (struct sockaddr *)&address, &len,
			SOCK_NONBLOCK | SOCK_CLOEXEC);
		if (fd < 0) {
			if (errno == EINTR || errno == ECONNABORTED) {
				continue;
			}
			accept_failed(server, errno);
			return;
		}
		if (!sweep_start(server)) {
			close(fd); /* no connection without deadlines */
			continue;
		}
		setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
		format_peer(&address, peer, sizeof(peer));
		conn_accept(server, listener->router, fd, peer);
	}
}

/* A bound and listening socket; -1 with errno. */
static int open_socket(const struct addrinfo *address)
{
	int fd = socket(address->ai_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	int one = 1;
	int error;

	if (fd < 0) {
		return -1;
	}
	if (setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one)) != 0 ||
		(address->ai_family == AF_INET6 &&
			setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &one, sizeof(one)) != 0) ||
		bind(fd, address->ai_addr, address->ai_addrlen) != 0 || listen(fd, BACKLOG) != 0) {
		error = errno;
		close(fd);
		errno = error;
		return -1;
	}
	return fd;
}

static void set_port(const struct addrinfo *address, uint16_t port)
{
	if (address->ai_family == AF_INET6) {
		((struct sockaddr_in6 *)(void *)address->ai_addr)->sin6_port = htons(port);
	} else {
		((struct sockaddr_in *)(void *)address->ai_addr)->sin_port = htons(port);
	}
}

static uint16_t bound_port(int fd)
{
	struct sockaddr_storage address = { .ss_family = AF_UNSPEC };
	socklen_t len = sizeof(address);

	if (getsockname(fd, (struct sockaddr *)&address, &len) != 0) {
		return 0;
	}
	if (address.ss_family == AF_INET6) {
		return ntohs(((struct sockaddr_in6 *)(void *)&address)->sin6_port);
	}
	return ntohs(((struct sockaddr_in *)(void *)&address)->sin_port);
}

static bool add_listener(struct server *server, struct router *router, int fd)
{
	struct listener *listener = calloc(1, sizeof(*listener));

	if (listener == NULL) {
		errno = ENOMEM;
		return false;
	}
	listener->server = server;
	listener->router = router != NULL ? router : server->router;
	listener->fd = fd;
	listener->next = server->listeners;
	server->listeners = listener;
	loop_watch_start(server->loop, &listener->watch, fd, server->paused ? 0 : LOOP_READ,
		accept_ready, listener);
	return true;
}

/* Closes the listeners that were added after (in front of) the one given. */
static void close_until(struct server *server, const struct listener *last)
{
	struct listener *listener;

	while ((listener = server->listeners) != last) {
		server->listeners = listener->next;
		loop_watch_stop(&listener->watch);
		close(listener->fd);
		free(listener);
	}
}

/* Whether the address belongs to a family that this machine does not have. */
static bool is_absent(int error)
{
	return error == EAFNOSUPPORT || error == EADDRNOTAVAIL || error == EPROTONOSUPPORT;
}

/* Listens on every address; 0, or the errno that forbids it. *port becomes the one in use. */
static int listen_on_all(struct server *server, const struct addrinfo *addresses,
	struct router *router, uint16_t *port)
{
	const struct listener *before = server->listeners;
	int absent = 0;

	for (const struct addrinfo *at = addresses; at != NULL; at = at->ai_next) {
		int fd;

		if (at->ai_family != AF_INET && at->ai_family != AF_INET6) {
			continue;
		}
		set_port(at, *port);
		fd = open_socket(at);
		if (fd < 0 && is_absent(errno)) {
			absent = errno;
			continue;
		}
		if (fd < 0 || !add_listener(server, router, fd)) {
			int error = errno;
			if (fd >= 0) {
				close(fd);
			}
			close_until(server, before);
			return error;
		}
		*port = bound_port(fd);
	}
	if (server->listeners == before) {
		return absent != 0 ? absent : EADDRNOTAVAIL;
	}
	return 0;
}

bool server_listen(struct server *server, const char *host, uint16_t port, struct router *router,
	uint16_t *ret_port, struct scute_error *err)
{
	struct addrinfo hints = {
		.ai_socktype = SOCK_STREAM,
		.ai_flags = AI_PASSIVE | AI_NUMERICSERV,
	};
	struct addrinfo *addresses = NULL;
	bool all = host == NULL || host[0] == '\0';
	uint16_t chosen = port;
	int error;

	assert(!server->draining);
	error = getaddrinfo(all ? NULL : host, "0", &hints, &addresses);
	if (error != 0) {
		error_set(err, SCUTE_EINVAL, "cannot listen on \"%s\": %s", all ? "" : host,
			gai_strerror(error));
		return false;
	}
	/* Any port for the first address must be free for the second as well. */
	for (int i = 0; i < (port == 0 ? PORT_TRIES : 1); i++) {
		chosen = port;
		error = listen_on_all(server, addresses, router, &chosen);
		if (error != EADDRINUSE) {
			break;
		}
	}
	freeaddrinfo(addresses);
	if (error != 0) {
		error_set(err, SCUTE_EINTERNAL, "cannot listen on \"%s\" port %u: %s",
			all ? "" : host, (unsigned)port, strerror(error));
		return false;
	}
	if (ret_port != NULL) {
		*ret_port = chosen;
	}
	return true;
}

void listeners_finish(struct server *server)
{
	close_until(server, NULL);
}
