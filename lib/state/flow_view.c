/* Reading a record: its totals, its endpoints. */
#include <endian.h>

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

/* Written whole: who reads it next need not wait for its pieces. */
static inline void
address_of(const struct flow *f, bool high, struct addr *addr)
{
	typedef uint32_t words4 __attribute__((vector_size(16)));
	uint32_t low = (uint32_t)(f->key[0] >> (high ? 32 : 0));
	words4 words = {f->high[high][0], f->high[high][1], f->high[high][2], htobe32(low)};

	memcpy(addr, &words, sizeof words);
}

void
flow_ends(const struct flow *f, struct addr *const addr[2], uint16_t *const port[2])
{
	bool low_first = f->flags & FLOW_LOW_FIRST;

	for (unsigned end = 0; end < 2; end++) {
		bool high = low_first == (end == 1);

		address_of(f, high, addr[end]);
		*port[end] = (uint16_t)(f->key[1] >> (high ? 16 : 0));
	}
}

void
flow_view(const struct flow *f, struct flow_view *out)
{
	flow_ends(f, (struct addr *[]){&out->a, &out->b},
	          (uint16_t *[]){&out->a_port, &out->b_port});
	out->proto = flow_proto(f);
	out->ip_version = f->key[1] & KEY_IPV6 ? 6 : 4;
	out->link = flow_link(f);
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
