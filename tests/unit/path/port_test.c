/* Real ports of DPDK's virtual drivers, without root and hugepages. */
#include "path/port.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>

#include <rte_mbuf.h>

#include "base/log.h"
#include "path/eal.h"
#include "path/punt.h"

static struct rte_mempool *pool;

static void
test_missing(void **state)
{
	static const char *const names[] = {
		"net_nosuchdriver0",
		"net_af_packet0,iface=nosuchif0",
		"net_pcap7,rx_pcap=/nonexistent",
		"0000:ff:1f.7",
		"nonsense",
		"",
	};

	(void)state;
	for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
		struct port *p = NULL;

		assert_true(port_open(names[i], "t.conf:3", &p) < 0);
		assert_null(p);
	}
}

static unsigned
read_some(struct port *p, struct rte_mbuf **mbufs, unsigned wanted)
{
	unsigned count = 0;

	for (unsigned turn = 0; turn < 1000 && count < wanted; turn++)
		count += port_read(p, 0, mbufs + count, (uint16_t)(wanted - count));
	return count;
}

static void
test_null(void **state)
{
	struct rte_mbuf *mbufs[32];
	struct port_stats stats;
	struct port *p;

	(void)state;
	assert_int_equal(port_open("net_null0,size=64", "t.conf:3", &p), 0);
	assert_string_equal(port_facts(p)->driver, "net_null");
	assert_int_equal(port_start(p, 1, &pool), 0);
	assert_int_equal(read_some(p, mbufs, 32), 32);
	assert_int_equal(mbufs[31]->pkt_len, 64);
	rte_pktmbuf_free_bulk(mbufs, 32);
	port_stats(p, &stats);
	assert_int_equal(stats.rx_packets, 32);
	assert_int_equal(stats.missed, 0);
	port_close(p);
}

static void
test_net_pcap(void **state)
{
	static const uint32_t header[] = {0xa1b2c3d4, 0x00040002, 0, 0, 65535, 1};
	static const uint32_t packet[] = {1700000000, 123456, 60, 60};
	uint8_t frame[60] = {0x02, 0x04};
	char name[] = "/tmp/port_test.XXXXXX", device[64];
	int fd = mkstemp(name);
	struct rte_mbuf *m;
	struct port *p;

	(void)state;
	assert_int_equal(write(fd, header, sizeof header), sizeof header);
	assert_int_equal(write(fd, packet, sizeof packet), sizeof packet);
	assert_int_equal(write(fd, frame, sizeof frame), sizeof frame);
	close(fd);
	snprintf(device, sizeof device, "net_pcap0,rx_pcap=%s", name);
	assert_int_equal(port_open(device, "t.conf:3", &p), 0);
	assert_int_equal(port_start(p, 1, &pool), 0);
	assert_int_equal(read_some(p, &m, 1), 1);
	assert_int_equal(m->data_len, 60);
	assert_int_equal(*rte_pktmbuf_mtod_offset(m, uint8_t *, 1), 0x04);
	rte_pktmbuf_free(m);
	port_close(p);
	unlink(name);
}

/* ---- punts: they need real mbufs ------------------------------------------------------------- */

static void
fill(struct burst *b, unsigned count)
{
	b->count = count;
	b->port = 3;
	for (unsigned i = 0; i < count; i++) {
		struct rte_mbuf *m = rte_pktmbuf_alloc(pool);

		assert_non_null(m);
		b->owner[i] = m;
		b->data[i] = rte_pktmbuf_mtod(m, uint8_t *);
		b->captured[i] = 60;
		b->wire[i] = 1500;
		b->time_ns[i] = 1000 + i;
		b->lane[i] = 7;
		b->packet[i].sport = (uint16_t)i;
	}
}

static void
test_punt_round_trip(void **state)
{
	static struct burst b;
	unsigned before = rte_mempool_avail_count(pool);
	struct punt_rings *p = punt_create();
	struct punt *punts[PUNT_TAKE_MAX];

	(void)state;
	fill(&b, 3);
	assert_true(punt_push(p, PUNT_BULK, &b, 0));
	assert_null(b.owner[0]);
	assert_true(punt_push(p, PUNT_CONTROL, &b, 1));
	assert_true(punt_push(p, PUNT_BULK, &b, 2));
	assert_int_equal(punt_take(p, PUNT_CONTROL, punts, PUNT_TAKE_MAX), 1);
	assert_int_equal(punts[0]->packet.sport, 1);
	assert_int_equal(punts[0]->time_ns, 1001);
	assert_int_equal(punts[0]->wire, 1500);
	assert_int_equal(punts[0]->lane, 7);
	assert_int_equal(punts[0]->port, 3);
	punt_return(p, punts, 1);
	assert_int_equal(punt_take(p, PUNT_BULK, punts, PUNT_TAKE_MAX), 2);
	assert_int_equal(punts[0]->packet.sport, 0);
	assert_int_equal(punts[1]->packet.sport, 2);
	punt_return(p, punts, 2);
	assert_int_equal(rte_mempool_avail_count(pool), before - 3);
	punt_free_returned(p);
	assert_int_equal(rte_mempool_avail_count(pool), before);
	punt_destroy(p);
}

/* A mark is passed when all before it came back: taken is not enough, and what comes after it does
 * not count. */
static void
test_punt_mark(void **state)
{
	static struct burst b;
	struct punt_rings *p = punt_create();
	struct punt *punts[PUNT_TAKE_MAX];
	uint32_t mark;

	(void)state;
	assert_true(punt_passed(p, PUNT_BULK, punt_mark(p, PUNT_BULK)));
	fill(&b, 4);
	assert_true(punt_push(p, PUNT_BULK, &b, 0));
	assert_true(punt_push(p, PUNT_BULK, &b, 1));
	mark = punt_mark(p, PUNT_BULK);
	assert_true(punt_push(p, PUNT_BULK, &b, 2));
	assert_true(punt_push(p, PUNT_CONTROL, &b, 3));
	assert_int_equal(punt_take(p, PUNT_CONTROL, punts, PUNT_TAKE_MAX), 1);
	punt_return(p, punts, 1);
	assert_int_equal(punt_take(p, PUNT_BULK, punts, 2), 2);
	assert_false(punt_passed(p, PUNT_BULK, mark));
	punt_return(p, punts, 1);
	assert_false(punt_passed(p, PUNT_BULK, mark));
	punt_return(p, punts + 1, 1);
	assert_true(punt_passed(p, PUNT_BULK, mark));
	assert_false(punt_passed(p, PUNT_BULK, punt_mark(p, PUNT_BULK)));
	punt_destroy(p);
}

/* A flood of bulk punts fills its own ring only; nothing is lost from the pool. */
static void
test_punt_flood(void **state)
{
	static struct burst b;
	unsigned before = rte_mempool_avail_count(pool), pushed = 0;
	struct punt_rings *p = punt_create();
	struct punt *punts[PUNT_TAKE_MAX];

	(void)state;
	for (;;) {
		fill(&b, 1);
		if (!punt_push(p, PUNT_BULK, &b, 0))
			break;
		pushed++;
	}
	assert_non_null(b.owner[0]); /* still the caller's */
	assert_int_equal(pushed, PUNT_BULK_SIZE - 1);
	assert_true(punt_push(p, PUNT_CONTROL, &b, 0));
	for (unsigned count; (count = punt_take(p, PUNT_BULK, punts, PUNT_TAKE_MAX)) > 0;)
		punt_return(p, punts, count);
	punt_destroy(p); /* frees both what came back and what was never taken */
	assert_int_equal(rte_mempool_avail_count(pool), before);
}

static void
test_punt_without_mbuf(void **state)
{
	static struct burst b;
	struct punt_rings *p = punt_create();

	(void)state;
	b.count = 1;
	assert_false(punt_push(p, PUNT_BULK, &b, 0));
	punt_destroy(p);
}

/* A capture's frame ends with the next burst: the punt has its own. */
static void
test_punt_copy(void **state)
{
	static struct burst b;
	static const uint8_t same[64] = {[0 ... 63] = 0x5a};
	uint8_t frame[64];
	struct punt_rings *p = punt_create();
	struct punt *punts[PUNT_TAKE_MAX];
	unsigned pushed = 0;

	(void)state;
	b = (struct burst){.count = 1, .data = {frame}, .captured = {sizeof frame}};
	memset(frame, 0x5a, sizeof frame);
	assert_true(punt_push_copy(p, PUNT_CONTROL, &b, 0));
	memset(frame, 0, sizeof frame);
	assert_int_equal(punt_take(p, PUNT_CONTROL, punts, PUNT_TAKE_MAX), 1);
	assert_memory_equal(punts[0]->data, same, sizeof same);
	punt_return(p, punts, 1);
	punt_free_returned(p);
	while (punt_push_copy(p, PUNT_BULK, &b, 0))
		pushed++;
	assert_int_equal(pushed, PUNT_BULK_SIZE - 1);
	punt_destroy(p); /* the sanitizer says whether something was left */
}

static void
test_cpu_lists(void **state)
{
	unsigned cpus[EAL_WORKERS_MAX];

	(void)state;
	assert_int_equal(eal_parse_cpus("2-4,9", cpus), 4);
	assert_int_equal(cpus[0], 2);
	assert_int_equal(cpus[3], 9);
	assert_int_equal(eal_parse_cpus("0", cpus), 1);
	assert_int_equal(eal_parse_cpus("", cpus), -EINVAL);
	assert_int_equal(eal_parse_cpus("1,", cpus), -EINVAL);
	assert_int_equal(eal_parse_cpus("4-2", cpus), -EINVAL);
	assert_int_equal(eal_parse_cpus("1x", cpus), -EINVAL);
	assert_int_equal(eal_parse_cpus("0-99999", cpus), -EINVAL);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_cpu_lists),
		cmocka_unit_test(test_missing),
		cmocka_unit_test(test_null),
		cmocka_unit_test(test_net_pcap),
		cmocka_unit_test(test_punt_round_trip),
		cmocka_unit_test(test_punt_mark),
		cmocka_unit_test(test_punt_flood),
		cmocka_unit_test(test_punt_without_mbuf),
		cmocka_unit_test(test_punt_copy),
	};
	const struct eal_params params = {.program = "port_test", .memory_size = 64 << 20};
	int failed;

	log_init("port_test");
	if (eal_start(&params) != 0)
		return 1;
	pool = rte_pktmbuf_pool_create("test", 8191, 0,
	                               RTE_ALIGN(sizeof(struct punt), RTE_MBUF_PRIV_ALIGN),
	                               PORT_FRAME_ROOM, SOCKET_ID_ANY);
	if (!pool)
		return 1;
	failed = cmocka_run_group_tests(tests, NULL, NULL);
	rte_mempool_free(pool);
	eal_stop();
	return failed;
}
