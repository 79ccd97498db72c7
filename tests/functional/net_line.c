/*
 * A line between two network interfaces: frames go from one to the other after a constant delay,
 * some are lost, some are held back so that later ones overtake them. What was done to them is the
 * truth that a test compares with.
 *
 *   net_line [--delay-us N] [--loss RATIO] [--loss-every N] [--swap RATIO] [--swap-us N] [--seed N]
 *            IFACE IFACE
 *
 * --loss tosses for each frame, --loss-every loses exactly each Nth. Loss and swaps hit frames from
 * the first interface to the second, TCP segments with data alone, so that their count is the count
 * of what TCP must notice. Until SIGTERM; then one JSON object:
 * {"there": {"frames": n, "data": n, "lost": n, "swapped": n, "overtaken": n}, "back": {...},
 * "missed": n, "late_us": n}: `data` counts segments with data that came in, `swapped` those held
 * back, `overtaken` those of them that left behind a segment with data that came later, `missed`
 * what the kernel could not hand over (a run with any proves nothing), `late_us` the longest that a
 * frame overstayed.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <getopt.h>
#include <linux/if_packet.h>
#include <net/ethernet.h>
#include <net/if.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/mem.h"
#include "proto/packet.h"

enum { QUEUE = 8192, FRAME = 2048, BATCH = 64, SOCKET_BUFFER = 64 << 20 };

struct held {
	uint64_t due_ns;
	uint64_t number; /* of the segments with data; 0: none of them */
	bool is_swapped;
	uint32_t size;
	uint8_t bytes[FRAME];
};

/* A heap by time due would do; frames come in order but for the swapped, so the few that are out of
 * place are moved to theirs on arrival. */
struct way {
	int from, to;
	struct held **queue; /* [QUEUE], ring */
	uint32_t first, count;
	uint64_t frames, data, lost, swapped, overtaken;
	uint64_t newest; /* number of the newest segment with data that left */
};

struct line {
	struct way ways[2];
	uint64_t delay_ns, swap_ns;
	double loss, swap;
	uint64_t loss_every; /* 0: none */
	uint64_t random;
	uint64_t late_ns;
};

static volatile sig_atomic_t stopped;

static void
stop(int signal)
{
	(void)signal;
	stopped = 1;
}

static void
fail(const char *what, const char *detail)
{
	fprintf(stderr, "net_line: %s: %s\n", what, detail);
	exit(2);
}

static int
open_interface(const char *name)
{
	struct sockaddr_ll address = {.sll_family = AF_PACKET, .sll_protocol = htons(ETH_P_ALL)};
	struct packet_mreq all = {.mr_type = PACKET_MR_PROMISC};
	int buffer = SOCKET_BUFFER, on = 1, fd = socket(AF_PACKET, SOCK_RAW, htons(ETH_P_ALL));

	address.sll_ifindex = all.mr_ifindex = (int)if_nametoindex(name);
	if (fd < 0 || !address.sll_ifindex)
		fail(name, strerror(errno));
	setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &buffer, sizeof buffer);
	setsockopt(fd, SOL_PACKET, PACKET_IGNORE_OUTGOING, &on, sizeof on);
	if (bind(fd, (struct sockaddr *)&address, sizeof address) != 0 ||
	    setsockopt(fd, SOL_PACKET, PACKET_ADD_MEMBERSHIP, &all, sizeof all) != 0)
		fail(name, strerror(errno));
	return fd;
}

/* xorshift64*, so that a run can be repeated. */
static bool
toss(struct line *l, double ratio)
{
	l->random ^= l->random >> 12;
	l->random ^= l->random << 25;
	l->random ^= l->random >> 27;
	return (double)(l->random * 2685821657736338717ull >> 11) * 0x1p-53 < ratio;
}

static bool
has_data(const uint8_t *frame, uint32_t size)
{
	const struct packet_options options = {0};
	struct packet p;

	packet_decode(LINK_ETHERNET, frame, size, size, &options, &p);
	return p.proto == 6 && p.flags & PACKET_HAS_PORTS && p.payload_size > 0;
}

static struct held *
held_at(const struct way *w, uint32_t i)
{
	return w->queue[(w->first + i) % QUEUE];
}

/* The new last one moves forward past those that are due later. */
static void
settle(struct way *w)
{
	for (uint32_t i = w->count - 1; i > 0; i--) {
		struct held **here = &w->queue[(w->first + i) % QUEUE];
		struct held **before = &w->queue[(w->first + i - 1) % QUEUE], *h;

		if ((*before)->due_ns <= (*here)->due_ns)
			return;
		h = *before;
		*before = *here;
		*here = h;
	}
}

static void
take(struct line *l, struct way *w, struct held *h)
{
	bool is_data = has_data(h->bytes, h->size), hit = w == &l->ways[0] && is_data;

	w->frames++;
	w->data += is_data;
	h->number = is_data ? w->data : 0;
	h->is_swapped = false;
	h->due_ns = clock_monotonic_ns() + l->delay_ns;
	if (hit && (toss(l, l->loss) || (l->loss_every && w->data % l->loss_every == 0))) {
		w->lost++;
		return;
	}
	if (hit && toss(l, l->swap)) {
		w->swapped++;
		h->is_swapped = true;
		h->due_ns += l->swap_ns;
	}
	w->count++;
	settle(w);
}

static void
receive(struct line *l, struct way *w)
{
	for (unsigned i = 0; i < BATCH; i++) {
		struct held *h = held_at(w, w->count);
		ssize_t size;

		if (w->count == QUEUE)
			fail("queue", "full");
		size = recv(w->from, h->bytes, FRAME, MSG_DONTWAIT);
		if (size <= 0)
			return;
		h->size = (uint32_t)size;
		take(l, w, h);
	}
}

/* Send what is due; returns when the next one is, UINT64_MAX: nothing waits. */
static uint64_t
release(struct line *l, struct way *w)
{
	for (; w->count; w->first = (w->first + 1) % QUEUE, w->count--) {
		const struct held *h = held_at(w, 0);
		uint64_t now = clock_monotonic_ns();

		if (h->due_ns > now)
			return h->due_ns;
		if (now - h->due_ns > l->late_ns)
			l->late_ns = now - h->due_ns;
		w->overtaken += h->is_swapped && h->number < w->newest;
		w->newest = h->number > w->newest ? h->number : w->newest;
		while (send(w->to, h->bytes, h->size, 0) < 0 && errno == ENOBUFS)
			;
	}
	return UINT64_MAX;
}

static void
run(struct line *l)
{
	struct pollfd fds[2] = {{.fd = l->ways[0].from, .events = POLLIN},
	                        {.fd = l->ways[1].from, .events = POLLIN}};

	while (!stopped) {
		uint64_t next = UINT64_MAX, now = clock_monotonic_ns();
		struct timespec wait = {.tv_sec = 1};

		for (unsigned i = 0; i < 2; i++) {
			uint64_t due = release(l, &l->ways[i]);

			next = due < next ? due : next;
		}
		if (next != UINT64_MAX) {
			wait.tv_sec = 0;
			wait.tv_nsec = next > now ? (long)((next - now) % NS_PER_S) : 0;
		}
		if (ppoll(fds, 2, &wait, NULL) < 0)
			continue;
		for (unsigned i = 0; i < 2; i++)
			if (fds[i].revents & POLLIN)
				receive(l, &l->ways[i]);
	}
}

static uint64_t
missed(int fd)
{
	struct tpacket_stats stats = {0};
	socklen_t size = sizeof stats;

	getsockopt(fd, SOL_PACKET, PACKET_STATISTICS, &stats, &size);
	return stats.tp_drops;
}

static void
print_way(const char *name, const struct way *w)
{
	printf("\"%s\": {\"frames\": %llu, \"data\": %llu, \"lost\": %llu, \"swapped\": %llu, "
	       "\"overtaken\": %llu}, ",
	       name, (unsigned long long)w->frames, (unsigned long long)w->data,
	       (unsigned long long)w->lost, (unsigned long long)w->swapped,
	       (unsigned long long)w->overtaken);
}

static void
print(const struct line *l)
{
	printf("{");
	print_way("there", &l->ways[0]);
	print_way("back", &l->ways[1]);
	printf("\"missed\": %llu, \"late_us\": %llu}\n",
	       (unsigned long long)(missed(l->ways[0].from) + missed(l->ways[1].from)),
	       (unsigned long long)(l->late_ns / NS_PER_US));
}

static void
read_options(struct line *l, int argc, char **argv)
{
	static const struct option options[] = {{"delay-us", required_argument, NULL, 'd'},
	                                        {"loss", required_argument, NULL, 'l'},
	                                        {"loss-every", required_argument, NULL, 'e'},
	                                        {"swap", required_argument, NULL, 's'},
	                                        {"swap-us", required_argument, NULL, 'u'},
	                                        {"seed", required_argument, NULL, 'r'},
	                                        {NULL, 0, NULL, 0}};

	for (int c; (c = getopt_long(argc, argv, "", options, NULL)) != -1;)
		switch (c) {
		case 'd':
			l->delay_ns = strtoull(optarg, NULL, 10) * NS_PER_US;
			break;
		case 'l':
			l->loss = strtod(optarg, NULL);
			break;
		case 'e':
			l->loss_every = strtoull(optarg, NULL, 10);
			break;
		case 's':
			l->swap = strtod(optarg, NULL);
			break;
		case 'u':
			l->swap_ns = strtoull(optarg, NULL, 10) * NS_PER_US;
			break;
		case 'r':
			l->random = strtoull(optarg, NULL, 10);
			break;
		default:
			exit(2);
		}
	if (argc - optind != 2 || l->random == 0)
		fail("usage", "net_line [OPTIONS] IFACE IFACE");
}

int
main(int argc, char **argv)
{
	struct line l = {.random = 88172645463325252ull, .swap_ns = 500 * NS_PER_US};

	read_options(&l, argc, argv);
	for (unsigned i = 0; i < 2; i++) {
		struct way *w = &l.ways[i];

		w->from = open_interface(argv[optind + i]);
		w->queue = mem_alloc(QUEUE, sizeof *w->queue);
		for (unsigned n = 0; n < QUEUE; n++)
			w->queue[n] = mem_alloc(1, sizeof **w->queue);
	}
	l.ways[0].to = l.ways[1].from;
	l.ways[1].to = l.ways[0].from;
	signal(SIGTERM, stop);
	signal(SIGINT, stop);
	run(&l);
	print(&l);
	return 0;
}
