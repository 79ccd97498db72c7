/* Reading a record: its totals, its endpoints. */
#include "state/flow_private.h"

void
flow_fold(struct flow *f, uint32_t packets[2], uint32_t bytes[2])
{
	for (int side = 0; side < 2; side++) {
		uint64_t total = f->total_packets[side] + (uint64_t)f->packets[side];

		if (packets)
			packets[side] = f->packets[side];
		if (bytes)
			bytes[side] = f->bytes[side];
		f->total_packets[side] = (uint32_t)total;
		f->total_packets_hi[side] += (uint16_t)(total >> 32);
		f->total_bytes[side] += f->bytes[side];
		f->packets[side] = f->bytes[side] = 0;
	}
}

static void
endpoint_of(const struct flow *f, bool high, struct addr *addr, uint16_t *port)
{
	memcpy(addr->b, f->high[high], sizeof f->high[high]);
	store_be32(addr->b + 12, (uint32_t)(f->key[0] >> (high ? 32 : 0)));
	*port = (uint16_t)(f->key[1] >> (high ? 16 : 0));
}

void
flow_view(const struct flow *f, struct flow_view *out)
{
	bool low_first = f->flags & FLOW_LOW_FIRST;

	endpoint_of(f, !low_first, &out->a, &out->a_port);
	endpoint_of(f, low_first, &out->b, &out->b_port);
	out->proto = (uint8_t)(f->key[1] >> 32);
	out->ip_version = f->key[1] & KEY_IPV6 ? 6 : 4;
	out->link = (uint16_t)(f->key[1] >> 48);
	for (int side = 0; side < 2; side++) {
		out->packets[side] =
			(uint64_t)f->total_packets_hi[side] << 32 | f->total_packets[side];
		out->packets[side] += f->packets[side];
		out->bytes[side] = f->total_bytes[side] + f->bytes[side];
	}
	out->first_ns = f->first_ns;
	out->last_ns = f->last_ns;
}

bool
flow_between(const struct flow *f, const struct packet *p, uint16_t link, bool *reverse)
{
	bool untold = p->ip_version == 6 && p->flags & PACKET_FRAGMENT_LATER;
	struct flow_view v;
	bool forward;

	if (!(f->flags & FLOW_USED))
		return false;
	flow_view(f, &v);
	forward = addr_equal(&v.a, &p->src) && addr_equal(&v.b, &p->dst);
	if ((v.proto != p->proto && !untold) || v.link != link ||
	    (!forward && !(addr_equal(&v.a, &p->dst) && addr_equal(&v.b, &p->src))))
		return false;
	*reverse = !forward;
	return true;
}
