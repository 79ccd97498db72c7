/*
 * LACP, marker, BFD, LLDP and CDP decoders over any bytes, and what follows the sessions over any
 * packets at any times: the first byte chooses.
 */
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "inspect/bfd_session.h"
#include "inspect/lacp_member.h"
#include "proto/bfd.h"
#include "proto/cdp.h"
#include "proto/lacp.h"
#include "proto/lldp.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
check_text(struct slice s, const uint8_t *data, size_t size)
{
	const uint8_t *at = (const uint8_t *)s.at;

	if (at && (at < data || at + s.size > data + size))
		abort();
}

static void
read_lldp(const uint8_t *data, size_t size)
{
	struct cursor c = cursor_over(data, size), again = c;
	struct lldp l;

	/* what decodes is a list of whole TLVs, as packet.c asks */
	if (lldp_decode(&c, &l) == REASON_OK && lldp_check(&again) != REASON_OK)
		abort();
	check_text(l.chassis.text, data, size);
	check_text(l.port.text, data, size);
	check_text(l.name, data, size);
	check_text(l.description, data, size);
	check_text(l.port_description, data, size);
}

static void
read_bfd(const uint8_t *data, size_t size)
{
	struct cursor c = cursor_over(data, size);
	struct bfd b;

	if (bfd_decode(&c, &b) == REASON_OK &&
	    (cursor_left(&c) + b.size != size || !b.detect_mult || b.version != 1))
		abort();
}

static void
read_lacp(const uint8_t *data, size_t size)
{
	struct cursor c = cursor_over(data, size);
	struct lacp_marker m;
	struct lacp l;

	if (lacp_decode(&c, &l) == REASON_OK && size < 42)
		abort();
	c = cursor_over(data, size);
	if (lacp_marker_decode(&c, &m) == REASON_OK && size < 16)
		abort();
}

static void
read_cdp(const uint8_t *data, size_t size)
{
	struct cursor c = cursor_over(data, size);
	struct cdp cdp;

	if (cdp_decode(&c, &cdp) == REASON_OK && (cursor_left(&c) || size < 4u + 4 * cdp.tlv_count))
		abort();
	check_text(cdp.device, data, size);
	check_text(cdp.port, data, size);
	check_text(cdp.software, data, size);
	check_text(cdp.platform, data, size);
}

/* The next step of a script: a side, and a time up to 16 s later, or a little earlier. */
static bool
step(struct cursor *c, unsigned *side, uint64_t *now_ns)
{
	uint16_t word = cursor_be16(c);

	*side = word & 1;
	*now_ns += (uint64_t)(word >> 4) * 4 * NS_PER_MS;
	if (word & 2)
		*now_ns -= 10 * NS_PER_MS;
	return c->ok;
}

static void
follow_lacp(const uint8_t *data, size_t size)
{
	struct cursor c = cursor_over(data, size);
	struct lacp_member m = {0};
	uint64_t start_ns = 1000 * NS_PER_S, now_ns = start_ns;
	unsigned side;

	while (step(&c, &side, &now_ns)) {
		struct lacp l = {.actor = {.key = 1, .port = 1}, .partner = {.key = 1, .port = 1}};
		uint8_t what = cursor_u8(&c);

		l.actor.state = cursor_u8(&c);
		l.partner.state = what;
		if (what & 3)
			lacp_member_pdu(&m, side, now_ns, &l, (const uint8_t[6]){0});
		else
			lacp_member_advance(&m, now_ns);
		lacp_member_witness(&m, what & 4 ? now_ns : 0);
		while (what & 8 && lacp_member_turn(&m, &(struct lacp_turn){0}))
			;
		if (m.up_ns > m.covered_ns || m.covered_ns > m.counted_ns - start_ns + NS_PER_S ||
		    m.turn_count > LACP_TURNS_MAX || (m.state == LACP_DISTRIBUTES) != !m.why[0])
			abort();
	}
}

static void
follow_bfd(const uint8_t *data, size_t size)
{
	struct cursor c = cursor_over(data, size);
	uint64_t start_ns = 1000 * NS_PER_S, now_ns = start_ns;
	struct bfd_session s;
	unsigned side;

	bfd_session_init(&s);
	while (step(&c, &side, &now_ns)) {
		struct bfd b = {.version = 1, .my_discriminator = 1};
		uint8_t what = cursor_u8(&c);

		b.state = what >> 6;
		b.diag = cursor_u8(&c) & 31;
		b.flags = what & (BFD_POLL | BFD_FINAL);
		b.detect_mult = (uint8_t)(cursor_u8(&c) | 1);
		b.desired_min_tx_us = cursor_be32(&c);
		b.required_min_rx_us = cursor_be32(&c);
		if (what & 3)
			bfd_session_packet(&s, side, now_ns, &b, 255);
		else
			bfd_session_advance(&s, now_ns);
		bfd_session_witness(&s, what & 4 ? now_ns : 0);
		bfd_session_couple(&s, now_ns, what & 1, what & 2 ? now_ns : 0);
		while (what & 8 && bfd_session_turn(&s, &(struct bfd_turn){0}))
			;
		if (s.up_ns > s.covered_ns || s.covered_ns > s.counted_ns - start_ns + NS_PER_S ||
		    s.turn_count > BFD_TURNS_MAX || s.followed + s.stayed > s.flaps)
			abort();
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (!size)
		return 0;
	switch (data[0] % 6) {
	case 0:
		read_lldp(data + 1, size - 1);
		break;
	case 1:
		read_bfd(data + 1, size - 1);
		break;
	case 2:
		read_lacp(data + 1, size - 1);
		break;
	case 3:
		read_cdp(data + 1, size - 1);
		break;
	case 4:
		follow_lacp(data + 1, size - 1);
		break;
	default:
		follow_bfd(data + 1, size - 1);
	}
	return 0;
}
