/* BFD: distinct tuples for a capture's list. */
#include "inspect/handler.h"
#include "inspect/peering.h"
#include "proto/bfd.h"

static void
read_bfd(struct inspection *in)
{
	const struct packet *p = &in->punt->packet;
	struct peering *peering = &in->census->peering;
	struct cursor c = in->payload;
	struct bfd b;

	if (bfd_kind_of(p->sport, p->dport) == BFD_ECHO) {
		peering->bfd_echoes++;
		return;
	}
	if (bfd_decode(&c, &b) != REASON_OK) {
		peering->bfd_malformed++;
		return;
	}
	seen_add(&peering->bfd,
	         &(struct bfd_row){.src = p->src,
	                           .dst = p->dst,
	                           .my_discriminator = b.my_discriminator,
	                           .your_discriminator = b.your_discriminator,
	                           .desired_min_tx_us = b.desired_min_tx_us,
	                           .port = p->dport,
	                           .state = b.state,
	                           .diag = b.diag,
	                           .detect_mult = b.detect_mult,
	                           .kind = (uint8_t)bfd_kind_of(p->sport, p->dport)},
	         in->punt->time_ns);
}

const struct handler handler_bfd = {.name = "bfd", .datagram = read_bfd};
