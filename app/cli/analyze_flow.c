/* One flow, as every form of `analyze` tells it. */
#include <netinet/in.h>

#include "analyze.h"
#include "base/clock.h"

/* IANA protocol numbers that have a name here; others are "ip-N". */
static const struct {
	uint8_t number;
	const char *name;
} protocols[] = {
	{1, "icmp"},  {2, "igmp"},  {4, "ipip"},   {6, "tcp"},    {17, "udp"},
	{41, "ipv6"}, {47, "gre"},  {50, "esp"},   {51, "ah"},    {58, "icmpv6"},
	{89, "ospf"}, {103, "pim"}, {112, "vrrp"}, {115, "l2tp"}, {132, "sctp"},
};

const char *
analysis_protocol_name(uint8_t number, char buf[16])
{
	for (size_t i = 0; i < sizeof protocols / sizeof protocols[0]; i++) {
		if (protocols[i].number == number)
			return protocols[i].name;
	}
	snprintf(buf, 16, "ip-%u", number);
	return buf;
}

json_t *
analysis_flow_json(const struct analysis *an, const struct flow_view *v, const struct flow *f)
{
	const struct class_state *s = (const void *)f->class_memory;
	char name[16], a[ADDR_TEXT_SIZE], b[ADDR_TEXT_SIZE];
	uint64_t fragments[2];
	json_t *o = json_object();

	pipeline_fragments(an->pipeline, f, fragments);
	json_put_text(o, "proto", analysis_protocol_name(v->proto, name));
	json_put_text(o, "a", addr_format(&v->a, a));
	json_put_u64(o, "a_port", v->a_port);
	json_put_text(o, "b", addr_format(&v->b, b));
	json_put_u64(o, "b_port", v->b_port);
	json_put_u64(o, "a_packets", v->packets[0] - fragments[0]);
	json_put_u64(o, "a_bytes", v->bytes[0]);
	json_put_u64(o, "b_packets", v->packets[1] - fragments[1]);
	json_put_u64(o, "b_bytes", v->bytes[1]);
	json_put_u64(o, "a_fragments", fragments[0]);
	json_put_u64(o, "b_fragments", fragments[1]);
	json_put_u64(o, "first_us", v->first_ns / NS_PER_US);
	json_put_u64(o, "last_us", v->last_ns / NS_PER_US);
	json_put_text(o, "class", class_name(s->class));
	json_put_f64(o, "confidence", s->confidence / 100.0);
	if (v->proto == IPPROTO_TCP)
		analysis_put_flow_tcp(o, an, f);
	return o;
}
