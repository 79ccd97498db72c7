/* BFD: distinct tuples for a capture's list, and sessions with both their ends. */
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "inspect/handler.h"
#include "inspect/peering.h"
#include "proto/bfd.h"

/* ---- what is told -------------------------------------------------------------------------- */

static void
tell_turn(struct inspection *in, const struct bfd_session *s, const struct bfd_turn *t)
{
	bool down = t->from == BFD_SESSION_UP, up = t->to == BFD_SESSION_UP;
	struct fact *f;

	/* the first words of a session that has been there for long are no news */
	if (!down && !(up && t->from >= BFD_SESSION_ADMIN_DOWN))
		return;
	f = fact_add(in->facts, down ? "bfd.down" : "bfd.up", t->ns / NS_PER_US);
	if (!f)
		return;
	f->link = s->link;
	f->side = down ? t->side : SIDE_BOTH;
	snprintf(f->subject, sizeof f->subject, "bfd:%.*s", (int)sizeof f->subject - 5, s->name);
	snprintf(f->cause, sizeof f->cause, "%s", down ? t->why : "");
	snprintf(f->text, sizeof f->text, "%s%s", down ? "down: " : "up, both ways", t->why);
}

static void
tell_turns(struct inspection *in, struct bfd_session *s)
{
	struct interconnect *ic = &in->census->peering.links;
	struct bfd_turn t;

	while (bfd_session_turn(s, &t)) {
		tell_turn(in, s, &t);
		for (unsigned i = 0;
		     t.from == BFD_SESSION_UP && s->link < ic->link_count && i < BFD_SIDES; i++)
			tokens_outage(&ic->links[s->link].tokens[i], t.ns / NS_PER_US);
	}
}

/* ---- packets ------------------------------------------------------------------------------- */

/* An echo's addresses are its sender's own (RFC 5881 section 4); the other side sends it back. */
static void
count_echo(struct inspection *in)
{
	struct peering *peering = &in->census->peering;
	struct bfd_session *s = NULL;

	peering->bfd_echoes++;
	if (in->lane)
		s = bfd_table_find_end(&peering->sessions, in->lane->link, &in->punt->packet.src);
	if (s && addr_equal(&s->ip[in->lane->dir], &in->punt->packet.src))
		bfd_session_echo(s, in->lane->dir, in->punt->time_ns);
}

static void
list_packet(struct inspection *in, const struct bfd *b, enum bfd_kind kind)
{
	const struct packet *p = &in->punt->packet;

	seen_add(&in->census->peering.bfd,
	         &(struct bfd_row){.src = p->src,
	                           .dst = p->dst,
	                           .my_discriminator = b->my_discriminator,
	                           .your_discriminator = b->your_discriminator,
	                           .desired_min_tx_us = b->desired_min_tx_us,
	                           .port = p->dport,
	                           .state = b->state,
	                           .diag = b->diag,
	                           .detect_mult = b->detect_mult,
	                           .kind = (uint8_t)kind},
	         in->punt->time_ns);
}

static void
follow_session(struct inspection *in, const struct bfd *b, enum bfd_kind kind)
{
	struct bfd_table *table = &in->census->peering.sessions;
	const struct packet *p = &in->punt->packet;
	struct bfd_session *s;
	unsigned side;

	s = bfd_table_find(table, in->conf, in->lane, p, kind, in->punt->time_ns, &side);
	if (!s)
		return;
	witness_hear(&table->witness, in->punt->time_ns);
	bfd_session_packet(s, side, in->punt->time_ns, b, p->ttl);
	tell_turns(in, s);
}

static void
read_bfd(struct inspection *in)
{
	const struct packet *p = &in->punt->packet;
	enum bfd_kind kind = bfd_kind_of(p->sport, p->dport);
	struct cursor c = in->payload;
	struct bfd b;

	if (kind == BFD_ECHO) {
		count_echo(in);
		return;
	}
	if (bfd_decode(&c, &b) != REASON_OK) {
		in->census->peering.bfd_malformed++;
		return;
	}
	list_packet(in, &b, kind);
	/* a reflector has no session (RFC 7880) */
	if (kind != BFD_SEAMLESS)
		follow_session(in, &b, kind);
}

/* ---- time ---------------------------------------------------------------------------------- */

static void
tick_bfd(struct inspection *in, uint64_t now_ns)
{
	struct peering *peering = &in->census->peering;
	struct bfd_table *table = &peering->sessions;

	if (now_ns < INTERCONNECT_LATE_NS)
		return;
	for (uint32_t i = 0; i < table->count; i++) {
		struct bfd_session *s = &table->at[i];
		const struct bgp_session *bgp = s->watched ? peering_guarded(peering, s) : NULL;

		bfd_session_witness(s, table->witness.steady_ns);
		bfd_session_advance(s, now_ns - INTERCONNECT_LATE_NS);
		tell_turns(in, s);
		if (bgp)
			bfd_session_couple(s, now_ns, bgp->state == BGP_ESTABLISHED, bgp->down_ns);
	}
}

const struct handler handler_bfd = {.name = "bfd", .datagram = read_bfd, .tick = tick_bfd};
