#include "bmp_listener.h"

#include <errno.h>
#include <inttypes.h>
#include <netdb.h>
#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/thread.h"
#include "inspect/bgp_fill.h"
#include "inspect/bmp_feed.h"
#include "inspect/inspector.h"

enum { ROUTERS_MAX = 8, READ_SIZE = 65536, TURN_MS = 500, BREATH_NS = 1000000 };

struct router {
	int fd; /* -1: the place is free */
	struct addr ip;
	struct bmp_feed *feed;
};

struct bmp_listener {
	struct slow_path *slow_path;
	struct addr *from; /* who may; a copy */
	size_t from_count;
	pthread_t thread;
	_Atomic bool stop;
	int fd;
	struct router routers[ROUTERS_MAX];
	uint64_t tick_ns, refused;
};

static uint64_t
now(void)
{
	return clock_utc_us() * NS_PER_US;
}

/* ---- routers ----------------------------------------------------------------------------- */

static void
send_away(struct bmp_listener *l, struct router *r, const char *why)
{
	struct bmp_feed_state state;
	char ip[ADDR_TEXT_SIZE];

	slow_path_lock(l->slow_path);
	bmp_feed_state(r->feed, &state);
	bmp_feed_destroy(r->feed);
	slow_path_unlock(l->slow_path);
	log_info("bmp",
	         "%s: %s; %" PRIu64 " messages, %" PRIu64 " updates, %" PRIu64
	         " passed over, %u of %u sessions are watched here, %u tables filled",
	         addr_format(&r->ip, ip), why, state.messages, state.updates, state.passed_over,
	         state.matched, state.peers, state.seeded);
	close(r->fd);
	*r = (struct router){.fd = -1};
}

static bool
may_report(const struct bmp_listener *l, const struct addr *ip)
{
	for (size_t i = 0; i < l->from_count; i++)
		if (addr_equal(&l->from[i], ip))
			return true;
	return !l->from_count;
}

static struct addr
addr_of(const struct sockaddr_storage *s)
{
	const struct sockaddr_in *v4 = (const void *)s;
	const struct sockaddr_in6 *v6 = (const void *)s;

	return s->ss_family == AF_INET ? addr_v4(&v4->sin_addr) : addr_v6(&v6->sin6_addr);
}

static struct router *
free_place(struct bmp_listener *l)
{
	for (unsigned i = 0; i < ROUTERS_MAX; i++)
		if (l->routers[i].fd < 0)
			return &l->routers[i];
	return NULL;
}

static void
accept_router(struct bmp_listener *l)
{
	struct sockaddr_storage from = {0};
	socklen_t size = sizeof from;
	int fd = accept4(l->fd, (struct sockaddr *)&from, &size, SOCK_CLOEXEC | SOCK_NONBLOCK);
	struct addr ip_of = addr_of(&from);
	struct router *r = free_place(l);
	char ip[ADDR_TEXT_SIZE];

	if (fd < 0)
		return;
	if (!r || !may_report(l, &ip_of)) {
		if (l->refused++ == 0)
			log_warning("bmp", "a router was sent away: %s",
			            r ? "not one of bmp.from" : "no place is free");
		close(fd);
		return;
	}
	*r = (struct router){.fd = fd, .ip = ip_of};
	r->feed = bmp_feed_create(inspector_bgp(slow_path_lock(l->slow_path)), &ip_of);
	slow_path_unlock(l->slow_path);
	log_info("bmp", "%s reports", addr_format(&r->ip, ip));
}

static void
read_router(struct bmp_listener *l, struct router *r)
{
	uint8_t bytes[READ_SIZE];
	ssize_t n = read(r->fd, bytes, sizeof bytes);
	bool fine;

	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	if (n <= 0) {
		send_away(l, r, "reports no more");
		return;
	}
	slow_path_lock(l->slow_path);
	fine = bmp_feed_read(r->feed, bytes, (size_t)n, now());
	slow_path_unlock(l->slow_path);
	if (!fine)
		send_away(l, r, "speaks no BMP");
}

/* Whole tables, in slices: control frames wait for the inspector meanwhile. */
static void
fill_up(struct bmp_listener *l, struct bmp_feed *feed)
{
	bool more = true;

	while (more && !atomic_load(&l->stop)) {
		slow_path_lock(l->slow_path);
		more = bmp_feed_step(feed, BGP_FILL_SLOTS, now());
		slow_path_unlock(l->slow_path);
		if (more)
			nanosleep(&(struct timespec){.tv_nsec = BREATH_NS}, NULL);
	}
}

static void
tick(struct bmp_listener *l)
{
	uint64_t now_ns = clock_monotonic_ns();

	if (now_ns - l->tick_ns < NS_PER_S)
		return;
	l->tick_ns = now_ns;
	for (unsigned i = 0; i < ROUTERS_MAX; i++)
		if (l->routers[i].fd >= 0)
			fill_up(l, l->routers[i].feed);
}

static void *
run(void *arg)
{
	struct bmp_listener *l = arg;

	while (!atomic_load(&l->stop)) {
		struct pollfd fds[1 + ROUTERS_MAX] = {{.fd = l->fd, .events = POLLIN}};

		for (unsigned i = 0; i < ROUTERS_MAX; i++)
			fds[1 + i] = (struct pollfd){.fd = l->routers[i].fd, .events = POLLIN};
		if (poll(fds, 1 + ROUTERS_MAX, TURN_MS) > 0) {
			for (unsigned i = 0; i < ROUTERS_MAX; i++)
				if (fds[1 + i].revents)
					read_router(l, &l->routers[i]);
			if (fds[0].revents)
				accept_router(l);
		}
		tick(l);
	}
	return NULL;
}

/* ---- listening --------------------------------------------------------------------------- */

/* "ADDRESS:PORT", IPv6 in brackets. */
static bool
split(const char *text, char host[128], char port[8])
{
	const char *colon = strrchr(text, ':');
	size_t size = colon ? (size_t)(colon - text) : 0;

	if (!size || size >= 128 || strlen(colon + 1) >= 8)
		return false;
	if (*text == '[' && text[size - 1] == ']') {
		text++;
		size -= 2;
	}
	memcpy(host, text, size);
	host[size] = '\0';
	strcpy(port, colon + 1);
	return true;
}

static int
listen_at(const char *text)
{
	struct addrinfo hints = {.ai_flags = AI_NUMERICHOST | AI_NUMERICSERV | AI_PASSIVE,
	                         .ai_socktype = SOCK_STREAM};
	struct addrinfo *found = NULL;
	char host[128], port[8];
	int fd, failed = 0, one = 1;

	if (!split(text, host, port) || getaddrinfo(host, port, &hints, &found) != 0)
		return -EINVAL;
	fd = socket(found->ai_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd >= 0)
		setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
	if (fd < 0 || bind(fd, found->ai_addr, found->ai_addrlen) != 0 ||
	    listen(fd, ROUTERS_MAX) != 0)
		failed = -errno;
	freeaddrinfo(found);
	if (failed && fd >= 0)
		close(fd);
	return failed ? failed : fd;
}

int
bmp_listener_start(const struct conf *conf, struct slow_path *slow_path, struct bmp_listener **out)
{
	struct bmp_listener *l;
	int fd;

	*out = NULL;
	if (!conf->bmp.listen || !*conf->bmp.listen)
		return 0;
	fd = listen_at(conf->bmp.listen);
	if (fd < 0) {
		log_error("bmp",
		          "bmp.listen \"%s\": %s; an address and port such as "
		          "127.0.0.1:11019 would be right",
		          conf->bmp.listen, strerror(-fd));
		return fd;
	}
	l = mem_alloc(1, sizeof *l);
	l->slow_path = slow_path;
	l->fd = fd;
	l->from_count = conf->bmp.from.count;
	l->from = mem_alloc(l->from_count + 1, sizeof *l->from);
	for (size_t i = 0; i < l->from_count; i++)
		l->from[i] = conf->bmp.from.at[i];
	for (unsigned i = 0; i < ROUTERS_MAX; i++)
		l->routers[i].fd = -1;
	if (thread_start(&l->thread, "bmp", run, l) != 0)
		abort(); /* no thread for it: the machine has other troubles */
	log_info("bmp", "listening at %s", conf->bmp.listen);
	*out = l;
	return 0;
}

void
bmp_listener_stop(struct bmp_listener *l)
{
	if (!l)
		return;
	atomic_store(&l->stop, true);
	pthread_join(l->thread, NULL);
	for (unsigned i = 0; i < ROUTERS_MAX; i++)
		if (l->routers[i].fd >= 0)
			send_away(l, &l->routers[i], "still reports");
	close(l->fd);
	free(l->from);
	free(l);
}
