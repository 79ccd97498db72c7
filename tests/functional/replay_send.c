/*
 * Sends captures out of network interfaces, paced by their own times or at a fixed rate, and says
 * how many frames and bytes went out of each: the sender's truth for live tests and the demo.
 *
 *   replay_send [--speed X] [--pps N] [--loops N] [--seconds S] FILE=IFACE...
 *
 * All files are merged by time. --speed 2 plays twice as fast; --pps ignores the times. Output is
 * one JSON object: {"IFACE": {"packets": n, "bytes": n}, ..., "late_us": n, "seconds": s};
 * `late_us` is the longest that a frame left behind its time: what is timed by these frames can't
 * be truer.
 */
#include <errno.h>
#include <getopt.h>
#include <linux/if_packet.h>
#include <net/ethernet.h>
#include <net/if.h>
#include <pcap/pcap.h>
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

struct frame {
	uint64_t time_ns;
	uint32_t size, lane;
	uint8_t *bytes;
};

struct lane {
	const char *interface;
	int socket;
	uint64_t packets, bytes;
};

struct sender {
	struct frame *frames;
	size_t count, capacity;
	struct lane lanes[64];
	uint32_t lane_count;
	double speed;
	double pps;
	uint64_t loops, limit_ns;
	uint64_t late_ns; /* the most that a frame was late, to the distance of two frames */
};

static void
fail(const char *what, const char *detail)
{
	fprintf(stderr, "replay_send: %s: %s\n", what, detail);
	exit(2);
}

static int
open_interface(const char *name)
{
	struct sockaddr_ll address = {.sll_family = AF_PACKET, .sll_protocol = htons(ETH_P_ALL)};
	int s = socket(AF_PACKET, SOCK_RAW, 0), one = 1;

	address.sll_ifindex = (int)if_nametoindex(name);
	if (s < 0 || !address.sll_ifindex || bind(s, (struct sockaddr *)&address, sizeof address))
		fail(name, strerror(errno));
	setsockopt(s, SOL_PACKET, PACKET_QDISC_BYPASS, &one, sizeof one);
	return s;
}

static void
add_frame(struct sender *s, uint64_t time_ns, const uint8_t *bytes, uint32_t size)
{
	struct frame *f;

	if (s->count == s->capacity) {
		s->capacity = s->capacity ? s->capacity * 2 : 4096;
		s->frames = mem_resize(s->frames, s->capacity, sizeof *s->frames);
	}
	f = &s->frames[s->count++];
	*f = (struct frame){.time_ns = time_ns, .size = size, .lane = s->lane_count};
	f->bytes = mem_alloc(size, 1);
	memcpy(f->bytes, bytes, size);
}

static void
load(struct sender *s, char *pair)
{
	char *equals = strchr(pair, '='), error[PCAP_ERRBUF_SIZE];
	struct pcap_pkthdr *header;
	const u_char *bytes;
	pcap_t *file;

	if (!equals || s->lane_count == sizeof s->lanes / sizeof *s->lanes)
		fail(pair, "want FILE=IFACE, at most 64");
	*equals = '\0';
	file = pcap_open_offline_with_tstamp_precision(pair, PCAP_TSTAMP_PRECISION_NANO, error);
	if (!file)
		fail(pair, error);
	while (pcap_next_ex(file, &header, &bytes) == 1)
		add_frame(s, (uint64_t)header->ts.tv_sec * NS_PER_S + (uint64_t)header->ts.tv_usec,
		          bytes, header->caplen);
	pcap_close(file);
	s->lanes[s->lane_count].interface = equals + 1;
	s->lanes[s->lane_count].socket = open_interface(equals + 1);
	s->lane_count++;
}

static int
by_time(const void *a, const void *b)
{
	const struct frame *x = a, *y = b;

	return (x->time_ns > y->time_ns) - (x->time_ns < y->time_ns);
}

static void
wait_until(uint64_t ns)
{
	struct timespec ts = {.tv_sec = (time_t)(ns / NS_PER_S), .tv_nsec = (long)(ns % NS_PER_S)};

	while (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &ts, NULL) == EINTR)
		;
}

/* A full send buffer is waited out: a frame is counted once it is with the kernel. */
static void
send_frame(struct lane *lane, const struct frame *f)
{
	while (send(lane->socket, f->bytes, f->size, 0) < 0) {
		if (errno != ENOBUFS && errno != EAGAIN && errno != EINTR)
			fail(lane->interface, strerror(errno));
		usleep(50);
	}
	lane->packets++;
	lane->bytes += f->size;
}

/* When frame `i` of this loop is due, after the start. */
static uint64_t
due_ns(const struct sender *s, uint64_t loop, size_t i)
{
	uint64_t first = s->frames[0].time_ns;
	uint64_t span = s->frames[s->count - 1].time_ns - first + NS_PER_MS;

	if (s->pps > 0)
		return (uint64_t)((double)(loop * s->count + i) * 1e9 / s->pps);
	return (uint64_t)((double)(loop * span + s->frames[i].time_ns - first) / s->speed);
}

static uint64_t
run(struct sender *s)
{
	uint64_t start = clock_monotonic_ns(), elapsed = 0;

	for (uint64_t loop = 0; loop < s->loops; loop++)
		for (size_t i = 0; i < s->count; i++) {
			uint64_t due = due_ns(s, loop, i);

			if (due > s->limit_ns)
				return clock_monotonic_ns() - start;
			if (due > elapsed)
				elapsed = clock_monotonic_ns() - start;
			if (elapsed > due + s->late_ns)
				s->late_ns = elapsed - due;
			if (due >
			    elapsed + 20 * NS_PER_US) /* shorter waits cost more than they give */
				wait_until(start + due);
			send_frame(&s->lanes[s->frames[i].lane], &s->frames[i]);
		}
	return clock_monotonic_ns() - start;
}

static void
print_truth(const struct sender *s, uint64_t ns)
{
	putchar('{');
	for (uint32_t i = 0; i < s->lane_count; i++)
		printf("\"%s\": {\"packets\": %llu, \"bytes\": %llu}, ", s->lanes[i].interface,
		       (unsigned long long)s->lanes[i].packets,
		       (unsigned long long)s->lanes[i].bytes);
	printf("\"late_us\": %llu, \"seconds\": %.3f}\n",
	       (unsigned long long)(s->late_ns / NS_PER_US), (double)ns / 1e9);
}

int
main(int argc, char **argv)
{
	static const struct option options[] = {{"speed", required_argument, NULL, 's'},
	                                        {"pps", required_argument, NULL, 'p'},
	                                        {"loops", required_argument, NULL, 'l'},
	                                        {"seconds", required_argument, NULL, 't'},
	                                        {NULL, 0, NULL, 0}};
	static struct sender s = {.speed = 1, .loops = 1, .limit_ns = UINT64_MAX};
	int option;

	while ((option = getopt_long(argc, argv, "", options, NULL)) != -1) {
		switch (option) {
		case 's':
			s.speed = atof(optarg);
			break;
		case 'p':
			s.pps = atof(optarg);
			break;
		case 'l':
			s.loops = strtoull(optarg, NULL, 10);
			break;
		case 't':
			s.limit_ns = (uint64_t)(atof(optarg) * 1e9);
			s.loops = UINT64_MAX;
			break;
		default:
			return 2;
		}
	}
	for (int i = optind; i < argc; i++)
		load(&s, argv[i]);
	if (s.count == 0 || s.speed <= 0)
		fail("nothing to send", "name captures as FILE=IFACE");
	qsort(s.frames, s.count, sizeof *s.frames, by_time);
	print_truth(&s, run(&s));
	return 0;
}
