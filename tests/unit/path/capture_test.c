/* Captures are written here byte by byte from the format's specification, in every variant. */
#include "path/capture.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <zlib.h>

#include <cmocka.h>

#include "base/clock.h"
#include "base/mem.h"

/* ---- a writer of captures -------------------------------------------------------------------- */

static uint8_t file[1 << 20];
static size_t file_size;
static bool big_endian;

static void
put(const void *data, size_t size)
{
	memcpy(file + file_size, data, size);
	file_size += size;
}

static void
put32(uint32_t v)
{
	uint8_t be[] = {v >> 24, v >> 16, v >> 8, v}, le[] = {v, v >> 8, v >> 16, v >> 24};

	put(big_endian ? be : le, 4);
}

static void
put16(uint16_t v)
{
	uint8_t be[] = {v >> 8, v}, le[] = {v, v >> 8};

	put(big_endian ? be : le, 2);
}

static void
begin(bool big)
{
	file_size = 0;
	big_endian = big;
}

static void
pcap_header(uint32_t magic, uint32_t snaplen, uint32_t linktype)
{
	put32(magic);
	put16(2);
	put16(4);
	put32(0);
	put32(0);
	put32(snaplen);
	put32(linktype);
}

/* `size` bytes that all are `fill`. */
static void
put_frame(uint8_t fill, size_t size)
{
	memset(file + file_size, fill, size);
	file_size += size;
}

static void
pcap_packet(uint32_t s, uint32_t fraction, uint32_t captured, uint32_t wire, uint8_t fill)
{
	put32(s);
	put32(fraction);
	put32(captured);
	put32(wire);
	put_frame(fill, captured);
}

static void
ng_section(void)
{
	put32(0x0a0d0d0a);
	put32(28);
	put32(0x1a2b3c4d);
	put16(1);
	put16(0);
	put32(0xffffffff);
	put32(0xffffffff);
	put32(28);
}

static void
ng_interface(uint16_t linktype, uint32_t snaplen, uint8_t resolution)
{
	put32(1);
	put32(32);
	put16(linktype);
	put16(0);
	put32(snaplen);
	put16(9); /* if_tsresol */
	put16(1);
	put((uint8_t[]){resolution, 0, 0, 0}, 4);
	put32(0); /* end of options */
	put32(32);
}

/* Microseconds, and an offset in seconds (if_tsoffset). */
static void
ng_interface_offset(int64_t offset_s)
{
	uint32_t high = (uint32_t)((uint64_t)offset_s >> 32), low = (uint32_t)offset_s;

	put32(1);
	put32(36);
	put16(1);
	put16(0);
	put32(65535);
	put16(14);
	put16(8);
	put32(big_endian ? high : low);
	put32(big_endian ? low : high);
	put32(0); /* end of options */
	put32(36);
}

static void
ng_packet(uint32_t interface, uint64_t units, uint32_t captured, uint32_t wire, uint8_t fill)
{
	uint32_t padded = (captured + 3) & ~3u;

	put32(6);
	put32(32 + padded);
	put32(interface);
	put32((uint32_t)(units >> 32));
	put32((uint32_t)units);
	put32(captured);
	put32(wire);
	put_frame(fill, captured);
	put_frame(0, padded - captured);
	put32(32 + padded);
}

static char folder[] = "/tmp/capture_test.XXXXXX";

/* The bytes so far (or fewer) as a file; `gzip`: packed. Returns a name, valid until the next use
 * of the same `slot`. */
static const char *
save_size(unsigned slot, bool gzip, size_t size)
{
	static char names[3][64];
	char *name = names[slot];

	snprintf(name, sizeof names[slot], "%s/%u.cap", folder, slot);
	if (gzip) {
		gzFile gz = gzopen(name, "wb");

		assert_int_equal(gzwrite(gz, file, (unsigned)size), size);
		gzclose(gz);
	} else {
		FILE *f = fopen(name, "wb");

		assert_int_equal(fwrite(file, 1, size, f), size);
		fclose(f);
	}
	return name;
}

static const char *
save(unsigned slot)
{
	return save_size(slot, false, file_size);
}

static struct capture *
open_one(const char *name)
{
	struct capture *c = NULL;
	char *error = NULL;

	if (capture_open(&name, NULL, 1, &c, &error) != 0)
		fail_msg("%s", error);
	return c;
}

/* Read to the end, return the packets; the last burst that had any stays in *last. */
static uint64_t
drain(struct capture *c, struct burst *last)
{
	static struct burst b;
	uint64_t packets = 0;

	for (;;) {
		capture_read(c, &b);
		if (b.count == 0)
			return packets;
		packets += b.count;
		if (last)
			*last = b;
	}
}

static uint64_t
packets_of(const char *name)
{
	struct capture *c = open_one(name);
	uint64_t packets = drain(c, NULL);

	assert_int_equal(capture_info(c)->packets, packets);
	capture_close(c);
	return packets;
}

/* ---- formats --------------------------------------------------------------------------------- */

/* Seconds 1700000000, fraction 123456: each variant must give the same packet. */
static void
expect_packet(const char *name, uint64_t time_ns, uint64_t resolution_ns)
{
	struct capture *c = open_one(name);
	struct burst b;

	capture_read(c, &b);
	assert_int_equal(b.count, 1);
	assert_int_equal(b.time_ns[0], time_ns);
	assert_int_equal(b.captured[0], 60);
	assert_int_equal(b.wire[0], 1500);
	assert_int_equal(b.data[0][59], 0xa5);
	assert_int_equal(b.link_layer[0], LINK_ETHERNET);
	assert_int_equal(b.lane[0], LANE_UNKNOWN);
	assert_null(b.owner[0]);
	capture_read(c, &b);
	assert_int_equal(b.count, 0);
	assert_int_equal(capture_info(c)->resolution_ns, resolution_ns);
	assert_int_equal(capture_info(c)->bytes, 1500);
	assert_int_equal(capture_info(c)->first_us, time_ns / 1000);
	assert_int_equal(capture_info(c)->last_us, time_ns / 1000);
	assert_false(capture_info(c)->truncated);
	assert_null(capture_warning(c, 0));
	capture_close(c);
}

static void
test_pcap_variants(void **state)
{
	(void)state;
	for (int big = 0; big < 2; big++) {
		for (int gzip = 0; gzip < 2; gzip++) {
			begin(big);
			pcap_header(0xa1b2c3d4, 65535, 1);
			pcap_packet(1700000000, 123456, 60, 1500, 0xa5);
			expect_packet(save_size(0, gzip, file_size), 1700000000123456000ull, 1000);
			begin(big);
			pcap_header(0xa1b23c4d, 65535, 1);
			pcap_packet(1700000000, 123456, 60, 1500, 0xa5);
			expect_packet(save_size(0, gzip, file_size), 1700000000000123456ull, 1);
			/* after 2038: the seconds have no sign */
			begin(big);
			pcap_header(0xa1b2c3d4, 65535, 1);
			pcap_packet(4000000000, 1, 60, 1500, 0xa5);
			expect_packet(save_size(0, gzip, file_size), 4000000000000001000ull, 1000);
		}
	}
}

static void
test_pcapng_variants(void **state)
{
	(void)state;
	for (int big = 0; big < 2; big++) {
		for (int gzip = 0; gzip < 2; gzip++) {
			begin(big);
			ng_section();
			ng_interface(1, 65535, 6);
			ng_packet(0, 1700000000123456ull, 60, 1500, 0xa5);
			expect_packet(save_size(0, gzip, file_size), 1700000000123456000ull, 1000);
			begin(big);
			ng_section();
			ng_interface(1, 0, 9);
			ng_packet(0, 1700000000000123456ull, 60, 1500, 0xa5);
			expect_packet(save_size(0, gzip, file_size), 1700000000000123456ull, 1);
			begin(big);
			ng_section();
			ng_interface(1, 0, 0x80 | 10); /* 1/1024 s */
			ng_packet(0, 1700000000ull * 1024 + 512, 60, 1500, 0xa5);
			expect_packet(save_size(0, gzip, file_size), 1700000000500000000ull, 1000);
		}
	}
}

/* A clock that lies gives times that stay in order: none wraps round, and none is 0, "never". */
static void
test_times_out_of_range(void **state)
{
	static const struct {
		uint64_t units;
		int64_t offset_s;
		uint64_t time_ns;
	} rows[] = {
		{5000000, 10, 15 * NS_PER_S},       {5000000, -4, NS_PER_S},
		{5000000, -6, NS_PER_US},           {5000000, INT64_MIN, NS_PER_US},
		{5000000, INT64_MAX, INT64_MAX},    {UINT64_MAX, 0, INT64_MAX},
		{UINT64_MAX, INT64_MAX, INT64_MAX},
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		begin(i % 2);
		ng_section();
		ng_interface_offset(rows[i].offset_s);
		ng_packet(0, rows[i].units, 60, 1500, 0xa5);
		expect_packet(save(0), rows[i].time_ns, 1000);
	}
	/* microseconds with the top bit set, in the last second there is */
	begin(false);
	pcap_header(0xa1b2c3d4, 65535, 1);
	pcap_packet(UINT32_MAX, UINT32_MAX, 60, 1500, 0xa5);
	expect_packet(save(0), UINT32_MAX * NS_PER_S, 1000);
	begin(false);
	pcap_header(0xa1b2c3d4, 65535, 1);
	pcap_packet(0, 0x80000000, 60, 1500, 0xa5);
	expect_packet(save(0), NS_PER_US, 1000);
}

/* Two sections of different byte order; interfaces of different link types, snap lengths, clocks.
 */
static void
test_pcapng_mixed(void **state)
{
	struct capture *c;
	struct burst b;

	(void)state;
	begin(false);
	ng_section();
	ng_interface(1, 65535, 6);
	ng_interface(113, 96, 9);
	ng_packet(0, 1000000, 60, 60, 1);
	ng_packet(1, 1000001000, 60, 60, 2);
	big_endian = true;
	ng_section();
	ng_interface(101, 0, 6);
	ng_packet(0, 1000002, 60, 60, 3);
	c = open_one(save(0));
	capture_read(c, &b);
	assert_int_equal(b.count, 3);
	for (unsigned i = 0; i < 3; i++) {
		const uint8_t layers[] = {LINK_ETHERNET, LINK_LINUX_SLL, LINK_RAW_IP};

		assert_int_equal(b.time_ns[i], 1000000000 + i * 1000);
		assert_int_equal(b.link_layer[i], layers[i]);
		assert_int_equal(b.data[i][0], i + 1);
	}
	capture_close(c);
}

static void
test_pcapng_old_blocks(void **state)
{
	struct capture *c;
	struct burst b;

	(void)state;
	begin(false);
	ng_section();
	ng_interface(1, 4, 6);
	ng_packet(0, 7000000, 4, 4, 1);
	put32(3); /* simple: 10 bytes on the wire, cut to the interface's 4 */
	put32(20);
	put32(10);
	put_frame(2, 4);
	put32(20);
	put32(2); /* obsolete packet block with a drop count */
	put32(36);
	put16(0);
	put16(99);
	put32(0);
	put32(8000000);
	put32(4);
	put32(5);
	put_frame(3, 4);
	put32(36);
	put32(0xbad); /* unknown: stepped over */
	put32(16);
	put32(0);
	put32(16);
	c = open_one(save(0));
	capture_read(c, &b);
	assert_int_equal(b.count, 3);
	assert_int_equal(b.time_ns[1], 7000000000ull);
	assert_int_equal(b.captured[1], 4);
	assert_int_equal(b.wire[1], 10);
	assert_int_equal(b.data[1][3], 2);
	assert_int_equal(b.time_ns[2], 8000000000ull);
	assert_int_equal(b.wire[2], 5);
	assert_int_equal(b.data[2][3], 3);
	capture_read(c, &b);
	assert_int_equal(b.count, 0);
	assert_false(capture_info(c)->truncated);
	capture_close(c);
}

/* ---- link types ------------------------------------------------------------------------------ */

static void
test_link_types(void **state)
{
	/* numbers of https://www.tcpdump.org/linktypes.html */
	static const struct {
		uint16_t linktype;
		enum link_layer layer;
	} rows[] = {
		{0, LINK_NULL},
		{1, LINK_ETHERNET},
		{9, LINK_PPP},
		{50, LINK_PPP_HDLC},
		{101, LINK_RAW_IP},
		{104, LINK_C_HDLC},
		{108, LINK_LOOP},
		{113, LINK_LINUX_SLL},
		{228, LINK_RAW_IP},
		{229, LINK_RAW_IP},
		{276, LINK_LINUX_SLL2},
		{51, LINK_PPPOE},
		{204, LINK_PPP_DIRECTION},
		{105, LINK_UNSUPPORTED},
		{220, LINK_UNSUPPORTED},
		{65535, LINK_UNSUPPORTED},
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		for (int ng = 0; ng < 2; ng++) {
			struct capture *c;
			struct burst b;

			begin(false);
			if (ng) {
				ng_section();
				ng_interface(rows[i].linktype, 0, 6);
				ng_packet(0, 1, 20, 20, 0);
			} else {
				pcap_header(0xa1b2c3d4, 65535, rows[i].linktype);
				pcap_packet(0, 1, 20, 20, 0);
			}
			c = open_one(save(0));
			capture_read(c, &b);
			assert_int_equal(b.count, 1);
			assert_int_equal(b.link_layer[0], rows[i].layer);
			assert_int_equal(capture_info(c)->unsupported,
			                 rows[i].layer == LINK_UNSUPPORTED);
			if (rows[i].linktype == 105)
				assert_non_null(strstr(capture_warning(c, 0),
				                       "link type 105 (IEEE802_11)"));
			capture_close(c);
		}
	}
}

/* ---- lies and breaks ------------------------------------------------------------------------- */

static void
test_lengths(void **state)
{
	struct capture *c;
	struct burst b;

	(void)state;
	begin(false);
	pcap_header(0xa1b2c3d4, 64, 1);
	pcap_packet(1, 0, 0, 0, 0);         /* nothing at all */
	pcap_packet(2, 0, 0, 60, 0);        /* nothing captured */
	pcap_packet(3, 0, 60, 20, 0);       /* captured more than the wire had */
	pcap_packet(4, 0, 200, 200, 0);     /* more than the header's snap length: it lies */
	pcap_packet(5, 0, 65536, 65536, 0); /* jumbo beyond IP */
	c = open_one(save(0));
	capture_read(c, &b);
	assert_int_equal(b.count, 5);
	assert_int_equal(b.captured[0], 0);
	assert_int_equal(b.wire[0], 0);
	assert_int_equal(b.captured[1], 0);
	assert_int_equal(b.wire[1], 60);
	assert_int_equal(b.captured[2], 60);
	assert_int_equal(b.wire[2], 60);
	assert_int_equal(b.captured[3], 200);
	assert_int_equal(b.wire[3], 200);
	assert_int_equal(b.wire[4], 65536);
	assert_int_equal(b.time_ns[4], 5000000000ull);
	capture_close(c);
}

/* Cut at every byte: the packets that are whole are read, and only cuts between two packets are a
 * clean end. */
static void
check_every_cut(size_t header, const size_t ends[3])
{
	for (size_t size = header; size <= ends[2]; size++) {
		bool clean = size == header;
		uint64_t whole = 0;
		struct capture *c = open_one(save_size(0, false, size));

		for (unsigned i = 0; i < 3; i++) {
			whole += size >= ends[i];
			clean |= size == ends[i];
		}
		assert_int_equal(drain(c, NULL), whole);
		assert_int_equal(capture_info(c)->truncated, !clean);
		assert_int_equal(capture_warning(c, 0) != NULL, !clean);
		capture_close(c);
	}
}

static void
test_every_cut(void **state)
{
	size_t header, ends[3];

	(void)state;
	begin(false);
	pcap_header(0xa1b2c3d4, 65535, 1);
	header = file_size;
	for (unsigned i = 0; i < 3; i++) {
		pcap_packet(i, 0, 20 + i, 60, 7);
		ends[i] = file_size;
	}
	check_every_cut(header, ends);
	begin(true);
	ng_section();
	ng_interface(1, 65535, 6);
	header = file_size;
	for (unsigned i = 0; i < 3; i++) {
		ng_packet(0, i, 20 + i, 60, 7);
		ends[i] = file_size;
	}
	check_every_cut(header, ends);
}

static void
test_cut_gzip(void **state)
{
	const char *name;
	struct capture *c;
	uint64_t packets;

	(void)state;
	begin(false);
	pcap_header(0xa1b2c3d4, 65535, 1);
	for (unsigned i = 0; i < 500; i++) {
		pcap_packet(i, 0, 600, 600, 0);
		for (unsigned k = 0; k < 600; k++) /* must not pack into nothing */
			file[file_size - 600 + k] = (uint8_t)rand();
	}
	name = save_size(0, true, file_size);
	assert_int_equal(truncate(name, 100000), 0);
	c = open_one(name);
	packets = drain(c, NULL);
	assert_in_range(packets, 100, 170); /* about 100000 / 616 of random bytes */
	assert_true(capture_info(c)->truncated);
	assert_non_null(strstr(capture_warning(c, 0), "gzip data end early"));
	assert_null(capture_warning(c, 1));
	capture_close(c);
}

static void
expect_refused(const char *name, int failed, const char *part)
{
	struct capture *c = NULL;
	char *error = NULL;

	assert_int_equal(capture_open(&name, NULL, 1, &c, &error), failed);
	assert_null(c);
	assert_non_null(strstr(error, name));
	if (!strstr(error, part))
		fail_msg("\"%s\" lacks \"%s\"", error, part);
	assert_null(strchr(error, '\n'));
	free(error);
}

static void
test_refused(void **state)
{
	static const char text[] = "this is not a capture, it is a letter";

	(void)state;
	expect_refused("/nonexistent/x.pcap", -ENOENT, "No such file");
	expect_refused(folder, -EISDIR, "Is a directory");
	begin(false);
	expect_refused(save(0), -EINVAL, "pcap or pcapng is needed");
	put(text, sizeof text);
	expect_refused(save(0), -EINVAL, "pcap or pcapng is needed");
	begin(false);
	pcap_header(0xa1b2c3d4, 65535, 1);
	expect_refused(save_size(0, false, 10), -EINVAL, "pcap or pcapng is needed");
	begin(false);
	ng_section();
	expect_refused(save_size(0, false, 20), -EINVAL, "pcapng");
}

/* ---- several files --------------------------------------------------------------------------- */

/* Times 0,3,6… 1,4,7… 2,5,8…: read as 0,1,2… each with its port. */
static void
test_merge(void **state)
{
	const char *names[3];
	const uint32_t ports[] = {10, 11, 12};
	struct capture *c;
	char *error;
	uint64_t next = 0;
	struct burst b;

	(void)state;
	for (unsigned f = 0; f < 3; f++) {
		begin(f == 1);
		pcap_header(0xa1b2c3d4, 65535, 1);
		for (unsigned i = 0; i < 100; i++)
			pcap_packet(1 + 3 * i + f, 0, 14, 14, (uint8_t)(3 * i + f));
		names[f] = save_size(f, f == 2, file_size);
	}
	assert_int_equal(capture_open(names, ports, 3, &c, &error), 0);
	for (capture_read(c, &b); b.count; capture_read(c, &b)) {
		for (unsigned i = 0; i < b.count; i++, next++) {
			assert_int_equal(b.time_ns[i], (1 + next) * 1000000000ull);
			assert_int_equal(b.port, 10 + next % 3);
			assert_int_equal(b.data[i][13], (uint8_t)next);
		}
	}
	assert_int_equal(next, 300);
	assert_int_equal(capture_info(c)->backwards, 0);
	capture_close(c);
}

/* A file's own order is kept, and counted where it goes back. */
static void
test_backwards(void **state)
{
	struct capture *c;
	struct burst b;

	(void)state;
	begin(false);
	pcap_header(0xa1b2c3d4, 65535, 1);
	pcap_packet(5, 0, 14, 14, 1);
	pcap_packet(4, 0, 14, 14, 2);
	pcap_packet(6, 0, 14, 14, 3);
	c = open_one(save(0));
	capture_read(c, &b);
	assert_int_equal(b.count, 3);
	assert_int_equal(b.data[1][0], 2);
	assert_int_equal(capture_info(c)->backwards, 1);
	assert_int_equal(capture_info(c)->first_us, 4000000);
	assert_int_equal(capture_info(c)->last_us, 6000000);
	capture_close(c);
}

/* Frames of one burst stay whole while its memory grows: 40 jumbo frames. */
static void
test_burst_of_jumbos(void **state)
{
	struct capture *c;
	struct burst b;
	unsigned seen = 0;

	(void)state;
	begin(false);
	pcap_header(0xa1b2c3d4, 262144, 1);
	for (unsigned i = 0; i < 10; i++)
		pcap_packet(i, 0, 100000, 100000, (uint8_t)i);
	c = open_one(save(0));
	for (capture_read(c, &b); b.count; capture_read(c, &b))
		for (unsigned i = 0; i < b.count; i++, seen++) {
			assert_int_equal(b.data[i][0], seen);
			assert_int_equal(b.data[i][99999], seen);
		}
	assert_int_equal(seen, 10);
	capture_close(c);
}

/* ---- real captures --------------------------------------------------------------------------- */

static void
test_real_captures(void **state)
{
	const char *root = getenv("PNISCOPE_CAPTURES");
	char *table = mem_printf("%s/truth/files.tsv", root ? root : "../shared/captures");
	FILE *f = fopen(table, "r");
	char line[1024], name[256];
	unsigned long packets, files = 0, wrong = 0;

	(void)state;
	free(table);
	if (!f) {
		printf("skipped: no real captures here\n");
		return;
	}
	while (fgets(line, sizeof line, f)) {
		char *path;
		uint64_t got;

		if (sscanf(line, "%255s %*s %*s %lu", name, &packets) != 2)
			continue; /* the header */
		path = mem_printf("%s/%s", root ? root : "../shared/captures", name);
		got = packets_of(path);
		if (got != packets) {
			printf("%s: %llu packets, truth %lu\n", name, (unsigned long long)got,
			       packets);
			wrong++;
		}
		files++;
		free(path);
	}
	fclose(f);
	printf("%lu real captures read\n", files);
	assert_true(files > 0);
	assert_int_equal(wrong, 0);
}

static int
remove_folder(void **state)
{
	char name[64];

	(void)state;
	for (unsigned slot = 0; slot < 3; slot++) {
		snprintf(name, sizeof name, "%s/%u.cap", folder, slot);
		unlink(name);
	}
	return rmdir(folder);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_pcap_variants),
		cmocka_unit_test(test_pcapng_variants),
		cmocka_unit_test(test_times_out_of_range),
		cmocka_unit_test(test_pcapng_mixed),
		cmocka_unit_test(test_pcapng_old_blocks),
		cmocka_unit_test(test_link_types),
		cmocka_unit_test(test_lengths),
		cmocka_unit_test(test_every_cut),
		cmocka_unit_test(test_cut_gzip),
		cmocka_unit_test(test_refused),
		cmocka_unit_test(test_merge),
		cmocka_unit_test(test_backwards),
		cmocka_unit_test(test_burst_of_jumbos),
		cmocka_unit_test(test_real_captures),
	};

	if (!mkdtemp(folder))
		return 1;
	return cmocka_run_group_tests(tests, NULL, remove_folder);
}
