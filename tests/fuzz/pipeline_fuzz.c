/*
 * Frames of any kind through the whole pipeline: a byte of link layer, two of length, the frame;
 * and so on. Whatever they hold, every frame is counted once in its lane, once in a meter and once
 * among the reasons, and time goes back and forth with the frames.
 */
#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"
#include "base/clock.h"
#include "conf/conf.h"
#include "path/pipeline.h"
#include "state/flow.h"
#include "support/pipe_rig.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define CHECK(condition)          \
	do {                      \
		if (!(condition)) \
			abort();  \
	} while (0)

static const char conf_text[] =
	"peering = { name = \"fuzz\"; type = \"voice\"; };\n"
	"peer = { asn = 64496; };\n"
	"sites = ( { name = \"a\"; } );\n"
	"links = ( { name = \"l\"; site = \"a\"; bandwidth = \"10G\"; members = (\n"
	" { speed = \"10G\"; both = \"pcap:m\"; direction = { by = \"subnet\"; }; } ); } );\n"
	"subnets = ( { prefix = \"10.0.0.0/8\"; side = \"peer\"; },\n"
	" { prefix = \"52.112.0.0/14\"; side = \"msft\"; } );\n"
	"decode = { inner = true; };\n";

static struct pipe_rig rig;
static uint64_t packets, in_lanes, in_meters, in_reasons;

static void
drain(void *context)
{
	struct snap *s = snap_take(rig.core);

	(void)context;
	CHECK(s);
	packets += s->packets;
	for (uint32_t i = 0; i < s->lane_count; i++)
		in_lanes += s->lanes[i].packets;
	for (uint32_t i = 0; i < s->meter_count; i++)
		in_meters += s->meters[i].packets[0] + s->meters[i].packets[1];
	for (int r = 0; r < REASON_COUNT; r++)
		in_reasons += s->reasons[r];
	snap_release(rig.core, s);
}

/* One pipeline for all inputs, so that flows of one meet those of another in a table of few. */
static struct pipeline *
pipeline_once(void)
{
	if (!rig.pipeline) {
		pipe_rig_init(&rig, conf_text,
		              (struct pipeline_params){.flows = 64, .published = drain}, 256, 64);
		rig.plan->guess = true;
	}
	return rig.pipeline;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct burst b;
	struct pipeline *pipeline = pipeline_once();
	static uint64_t now = 1700000000 * NS_PER_S;
	uint64_t sent = 0;

	packets = in_lanes = in_meters = in_reasons = 0;
	b.count = 0;
	while (size >= 3) {
		uint32_t length = load_be16(data + 1), i = b.count++;

		if (length > size - 3)
			length = (uint32_t)size - 3;
		b.link_layer[i] = data[0] % (LINK_UNSUPPORTED + 1);
		b.data[i] = data + 3;
		b.captured[i] = length;
		b.wire[i] = length + (data[0] >> 4 == 15 ? 1000 : 0);
		/* mostly onwards; now and then a leap either way */
		now += data[0] >> 5 == 1 ? 3 * NS_PER_S : 1000;
		now -= data[0] >> 5 == 2 ? 60 * NS_PER_S : 0;
		b.time_ns[i] = now;
		b.lane[i] = LANE_UNKNOWN;
		data += 3 + length;
		size -= 3 + length;
		if (b.count == BURST_MAX || size < 3) {
			sent += b.count;
			pipeline_run(pipeline, &b);
			b.count = 0;
		}
	}
	pipeline_finish(pipeline, now);
	CHECK(packets == sent && in_lanes == sent && in_meters == sent && in_reasons == sent);
	CHECK(flow_table_stats(pipeline_flows(pipeline))->used <= 64);
	return 0;
}
