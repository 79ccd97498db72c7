/*
 * SIP messages between two ends, the byte before each choosing who sends and how much time has
 * passed, a NUL behind each: what is counted adds up, and nothing is left when time has passed.
 */
#include <stdlib.h>
#include <string.h>

#include "classify/class.h"
#include "inspect/inspector.h"
#include "proto/protocols.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define DAY_NS UINT64_C(86400000000000)

enum { CALLS = 8 };

static const char contract[] =
	"peering = { name = \"t\"; type = \"voice\"; };\npeer = { asn = 64496; };\n"
	"sites = ( { name = \"s\"; metro = \"m\"; timezone = \"UTC\"; } );\n"
	"links = ( { name = \"a\"; site = \"s\"; role = \"primary\"; bandwidth = \"10G\";\n"
	" members = ( { speed = \"10G\"; peer_to_msft = \"pcap:x\"; msft_to_peer = \"pcap:y\"; } "
	"); "
	"} );\n"
	"sbcs = ( { name = \"sbc1\"; signalling = [\"203.0.113.10\"]; } );\n";

static const struct conf *
the_conf(void)
{
	static struct conf *conf;
	char *error;

	if (!conf && conf_load_text(contract, "t.conf", &conf, &error) != 0)
		abort();
	return conf;
}

static void
one(struct inspector *i, uint8_t choice, struct cursor payload, uint64_t now_ns)
{
	uint32_t size = (uint32_t)cursor_left(&payload);
	bool cloud = choice & 1;
	struct addr ends[2] = {
		addr_v4((const uint8_t[]){203, 0, 113, 10}),
		addr_v4((const uint8_t[]){52, 112, 0, (uint8_t)(1 + (choice >> 1 & 1))})};
	struct punt p = {.data = payload.at,
	                 .captured = size,
	                 .wire = size,
	                 .time_ns = now_ns,
	                 .lane = cloud,
	                 .queue = PUNT_BULK,
	                 .class = CLASS_SIP};

	p.packet.proto = PROTO_UDP;
	p.packet.flags = PACKET_HAS_IP | PACKET_HAS_PORTS;
	p.packet.src = ends[cloud];
	p.packet.dst = ends[!cloud];
	p.packet.sport = p.packet.dport = 5060;
	p.packet.payload_captured = (uint16_t)size;
	p.packet.payload_size = size;
	inspector_packet(i, &p);
}

static void
check(const struct voice *v, bool over)
{
	for (uint32_t n = 0; n < v->scopes.count; n++) {
		const struct voice_scope *s = voice_scope(v, n);

		if (s->active > s->calls || s->active > s->active_max || s->answered > s->finals ||
		    s->effective > s->finals || s->ended > s->answered ||
		    s->finals + s->redirected > s->calls || (over && s->active))
			abort();
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct lane_id lanes[] = {{0, 0, DIR_PEER_TO_MSFT}, {0, 0, DIR_MSFT_TO_PEER}};
	struct inspector *i = inspector_create(&(struct inspector_params){.calls = CALLS,
	                                                                  .evidence = 16,
	                                                                  .conversations = 8,
	                                                                  .names = 8,
	                                                                  .conf = the_conf(),
	                                                                  .lanes = lanes,
	                                                                  .lane_count = 2});
	struct cursor c = cursor_over(data, size);
	uint64_t now_ns = DAY_NS;

	while (cursor_left(&c)) {
		uint8_t choice = cursor_u8(&c);
		const uint8_t *end = cursor_left(&c) ? memchr(c.at, 0, cursor_left(&c)) : NULL;
		size_t wanted = end ? (size_t)(end - c.at) : cursor_left(&c);

		now_ns += (uint64_t)(choice >> 2) * 1000000000;
		if (choice & 0x80)
			inspector_tick(i, now_ns);
		one(i, choice, cursor_slice(&c, wanted), now_ns);
		if (end)
			cursor_skip(&c, 1);
		check(inspector_census(i)->voice, false);
	}
	inspector_tick(i, now_ns + 2 * DAY_NS);
	check(inspector_census(i)->voice, true);
	if (sip_calls_count(inspector_census(i)->calls))
		abort();
	inspector_destroy(i);
	return 0;
}
