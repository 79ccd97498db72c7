#include "inspect/bgp_carried.h"

#include "base/clock.h"
#include "inspect/bgp_connection.h"

bool
bgp_carried_meets(const struct bgp_carried *k, const struct bgp_connection *c)
{
	for (unsigned i = 0; i < 2; i++)
		if (c->side[i].counts.messages[BGP_OPEN] ||
		    c->side[i].port != k->port[bgp_connection_side(c, i)])
			return false;
	return k->pending;
}

/* Whether what was not heard can have been KEEPALIVEs alone: a whole number of them, no more than
 * twice as many as the hold time asks for (RFC 4271 section 4.4: a third of it). */
static bool
is_keepalives(uint64_t missed, uint64_t gap_ns, uint16_t hold_s)
{
	uint64_t third_s = hold_s / 3 + 1;

	return missed % BGP_HEADER_SIZE == 0 &&
	       missed / BGP_HEADER_SIZE <= 2 * (gap_ns / NS_PER_S / third_s) + 2;
}

bool
bgp_carried_doubts(struct bgp_carried *k, unsigned side, uint16_t port, uint32_t seq,
                   uint16_t hold_s, uint64_t time_ns)
{
	int32_t missed = (int32_t)(seq - k->seq[side]);

	if (!k->pending || k->checked[side] || port != k->port[side])
		return false;
	k->checked[side] = true;
	k->to_ns = time_ns;
	k->missed[side] = missed > 0 ? (uint64_t)missed : 0;
	return !is_keepalives(k->missed[side], time_ns - k->from_ns, hold_s);
}
