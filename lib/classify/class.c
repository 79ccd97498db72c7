#include "classify/class.h"

#include <assert.h>
#include <netinet/in.h>
#include <string.h>

#include "classify/class_rules.h"
#include "classify/magic.h"
#include "classify/run.h"

static const struct {
	const char *name, *help;
} classes[CLASS_COUNT] = {
#define CLASS_ROW(id, name, help) [CLASS_##id] = {name, help},
	CLASS_TABLE(CLASS_ROW)
#undef CLASS_ROW
};

const char *
class_name(enum traffic_class c)
{
	return c < CLASS_COUNT ? classes[c].name : "unknown-other";
}

const char *
class_help(enum traffic_class c)
{
	return c < CLASS_COUNT ? classes[c].help : "";
}

int
class_find(const char *name)
{
	for (int c = 0; c < CLASS_COUNT; c++)
		if (strcmp(classes[c].name, name) == 0)
			return c;
	return -1;
}

static_assert(sizeof(struct class_state) == 8, "its share of a flow record");

/* ---- what outweighs what ----------------------------------------------------------------------
 */

/*
 * A flow's class may still be replaced by what it carries the way for: checks and key agreement
 * come first on a media port, media last. Everything else stands once its magic was seen.
 */
enum rank { RANK_NONE, RANK_CHECK, RANK_RELAY, RANK_KEYS, RANK_REPORT, RANK_SETTLED };

static enum rank
rank_of(enum traffic_class c)
{
	switch (c) {
	case CLASS_RTCP:
		return RANK_REPORT;
	case CLASS_STUN:
		return RANK_CHECK;
	case CLASS_TURN:
		return RANK_RELAY;
	case CLASS_ZRTP:
	case CLASS_DTLS:
		return RANK_KEYS;
	default:
		return RANK_SETTLED;
	}
}

/* HTTP that opened a tunnel gives way to what is in it. */
static bool
is_tunnel(const struct class_state *s)
{
	return s->class == CLASS_HTTP && s->flags & CLASS_TUNNEL;
}

static enum rank
rank_now(const struct class_state *s)
{
	return s->confidence < CONFIDENCE_MAGIC || is_tunnel(s) ? RANK_NONE : rank_of(s->class);
}

static void
set_class(struct class_state *s, enum traffic_class c, enum class_confidence confidence)
{
	s->class = (uint8_t)c;
	s->confidence = (uint8_t)confidence;
	s->flags &= (uint8_t) ~(CLASS_SEEN_FORWARD | CLASS_SEEN_REVERSE);
}

/* A magic of class `c` was seen from this side. */
static void
adopt(struct class_state *s, enum traffic_class c, bool reverse)
{
	if (s->class != c || s->confidence < CONFIDENCE_MAGIC) {
		if (rank_now(s) >= rank_of(c))
			return;
		set_class(s, c, CONFIDENCE_MAGIC);
	}
	if (c == CLASS_DTLS)
		s->flags |= CLASS_SEEN_DTLS;
	s->flags |= reverse ? CLASS_SEEN_REVERSE : CLASS_SEEN_FORWARD;
	if (!(s->flags & CLASS_SEEN_FORWARD) || !(s->flags & CLASS_SEEN_REVERSE))
		return;
	s->confidence = CONFIDENCE_BOTH;
	if (rank_of(c) == RANK_SETTLED && !is_tunnel(s))
		s->flags |= CLASS_FINAL;
}

/* A pattern that gives no more than a port would. */
static void
suspect(struct class_state *s, enum traffic_class c)
{
	if (s->confidence < CONFIDENCE_PORT)
		set_class(s, c, CONFIDENCE_PORT);
}

/* ---- ports ------------------------------------------------------------------------------------
 */

struct ports {
	uint16_t server, client; /* as the flow's first packet had them: destination, source */
};

static struct ports
ports_of(const struct packet *p, bool reverse)
{
	return reverse ? (struct ports){p->sport, p->dport} : (struct ports){p->dport, p->sport};
}

static bool
in_voice_ranges(const struct class_rules *rules, const struct packet *p)
{
	for (size_t i = 0; i < rules->voice_count; i++)
		if (prefix_contains(&rules->voice[i], &p->src) ||
		    prefix_contains(&rules->voice[i], &p->dst))
			return true;
	return false;
}

bool
class_is_voice_port(uint16_t port)
{
	return (port >= 3478 && port <= 3481) || (port >= 49152 && port <= 59999);
}

static bool
is_voice_media(const struct class_rules *rules, const struct packet *p)
{
	return rules->voice_count &&
	       (class_is_voice_port(p->sport) || class_is_voice_port(p->dport)) &&
	       in_voice_ranges(rules, p);
}

static enum traffic_class
unknown_of(unsigned transport)
{
	return transport == CLASS_UDP ? CLASS_UNKNOWN_UDP : CLASS_UNKNOWN_TCP;
}

/* The first row of a port, 0: it has none. */
static inline unsigned
row_of(const struct class_rules *rules, unsigned transport, uint16_t port)
{
	if (!(rules->port_blocks[transport][port >> 12] >> (port >> 6 & 63) & 1))
		return 0;
	return rules->port[transport][port];
}

/* The rows of one port stand together. */
static bool
same_port(const struct port_rule *a, const struct port_rule *b)
{
	return a->transport == b->transport && a->from == b->from;
}

/* The first row of a port that promises something without a payload; NULL: none does. */
static const struct port_rule *
promise_of(unsigned row)
{
	const struct port_rule *first = &class_port_rules[row];

	if (row == 0)
		return NULL;
	for (const struct port_rule *r = first; same_port(r, first); r++)
		if (r->alone != PORT_NEVER)
			return r;
	return NULL;
}

static bool
guess_port(struct class_state *s, const struct class_rules *rules, unsigned transport,
           const struct packet *p, uint16_t port)
{
	const struct port_rule *r = promise_of(row_of(rules, transport, port));

	if (!r || (r->max_ttl && p->ttl > r->max_ttl))
		return false;
	set_class(s, r->class, CONFIDENCE_PORT);
	return true;
}

/* From the flow's first packet: what its ports promise, the responder's port first. */
static void
guess(struct class_state *s, const struct class_rules *rules, unsigned transport,
      const struct packet *p, struct ports ports)
{
	set_class(s, unknown_of(transport), CONFIDENCE_NONE);
	if (guess_port(s, rules, transport, p, ports.server) ||
	    guess_port(s, rules, transport, p, ports.client))
		return;
	if (transport == CLASS_UDP && is_voice_media(rules, p))
		set_class(s, CLASS_TEAMS_MEDIA, CONFIDENCE_PORT);
}

/* ---- looking ----------------------------------------------------------------------------------
 */

static enum traffic_class
media_class(const struct class_state *s, const struct class_rules *rules, const struct packet *p)
{
	if (s->confidence >= CONFIDENCE_MAGIC && (s->class == CLASS_RTP || s->class == CLASS_SRTP))
		return s->class;
	if (s->flags & CLASS_SEEN_DTLS)
		return CLASS_SRTP;
	if (s->flags & CLASS_SIGN_CLEAR)
		return CLASS_RTP;
	if ((s->flags & CLASS_SIGN_SRTP) || is_voice_media(rules, p))
		return CLASS_SRTP;
	return CLASS_RTP;
}

static void
note_srtp_sign(struct class_state *s, const struct look *y)
{
	int sign = magic_srtp_by_size(y);

	if (sign)
		s->flags |= sign > 0 ? CLASS_SIGN_SRTP : CLASS_SIGN_CLEAR;
}

/* ---- looking ----------------------------------------------------------------------------------
 */

#define NO_CLASS CLASS_COUNT

static enum traffic_class
by_rows(struct class_state *s, unsigned row, const struct look *y, bool reverse)
{
	const struct port_rule *first = &class_port_rules[row];
	struct stride at;

	for (const struct port_rule *r = first; same_port(r, first); r++) {
		if (r->magic && r->magic(y))
			return r->class;
		if (r->stride && r->stride(y, &at) && run_step(s, &at, reverse))
			return r->class;
	}
	return NO_CLASS;
}

/* Bits of the rows that the payload's first and sixth byte leave. */
static inline uint32_t
rows_of(const struct class_rules *rules, unsigned transport, const struct look *y)
{
	uint32_t rows = rules->magic[transport][y->at[0]];

	return look_has(y, 6) ? rows & rules->magic_sixth[transport][y->at[5]] : rows;
}

static enum traffic_class
by_magic(struct class_state *s, const struct class_rules *rules, unsigned transport,
         const struct look *y)
{
	for (uint32_t rows = rows_of(rules, transport, y); rows; rows &= rows - 1) {
		const struct magic_rule *r = &class_magic_rules[__builtin_ctz(rows)];

		if (!r->magic(y))
			continue;
		if (r->confidence >= CONFIDENCE_MAGIC)
			return r->class;
		suspect(s, r->class);
	}
	return NO_CLASS;
}

static enum traffic_class
by_behaviour(struct class_state *s, const struct class_rules *rules, const struct packet *p,
             const struct look *y, bool reverse)
{
	struct stride at;

	if (stride_rtp(y, &at)) {
		note_srtp_sign(s, y);
		return run_step(s, &at, reverse) ? media_class(s, rules, p) : NO_CLASS;
	}
	if (rank_now(s) == RANK_NONE && stride_udptl(y, &at) && run_step(s, &at, reverse))
		return CLASS_T38;
	return NO_CLASS;
}

static enum traffic_class
examine(struct class_state *s, const struct class_rules *rules, unsigned transport,
        const struct packet *p, const struct look *y, bool reverse)
{
	struct ports ports = ports_of(p, reverse);
	unsigned server = row_of(rules, transport, ports.server);
	unsigned client = row_of(rules, transport, ports.client);
	enum traffic_class c = NO_CLASS;

	if (server)
		c = by_rows(s, server, y, reverse);
	if (c == NO_CLASS && client && client != server)
		c = by_rows(s, client, y, reverse);
	if (c == NO_CLASS)
		c = by_magic(s, rules, transport, y);
	if (c == NO_CLASS && transport == CLASS_UDP)
		c = by_behaviour(s, rules, p, y, reverse);
	return c;
}

/* The port promised what each payload would show, and this one does not. */
static void
withdraw_guess(struct class_state *s, const struct class_rules *rules, unsigned transport,
               const struct packet *p)
{
	uint16_t ports[] = {p->dport, p->sport};

	if (s->confidence != CONFIDENCE_PORT)
		return;
	for (unsigned i = 0; i < 2; i++) {
		const struct port_rule *r = promise_of(row_of(rules, transport, ports[i]));

		if (r && r->class == s->class && r->alone == PORT_OPENS)
			set_class(s, unknown_of(transport), CONFIDENCE_NONE);
	}
}

/* RFC 5626 3.5.1 and its kin: a blank line or two that keep a connection of SIP alive. */
static bool
is_blank(const struct look *y)
{
	for (uint32_t i = 0; i < y->captured; i++)
		if (y->at[i] != '\r' && y->at[i] != '\n')
			return false;
	return y->size <= 4;
}

/* Checks and handshakes go on as long as they like; media comes after them (RFC 7983 ranges). */
static bool
uses_look(enum traffic_class c, const struct look *y)
{
	if (c == NO_CLASS && is_blank(y))
		return false;
	return c == NO_CLASS || rank_of(c) == RANK_SETTLED || y->at[0] > 22;
}

/* On SIP's ports, and nothing was proven yet: phones keep their bindings alive with other bytes for
 * longer than any number of looks. */
static bool
awaits_sip(const struct class_state *s, const struct class_rules *rules, unsigned transport,
           const struct packet *p)
{
	return rank_now(s) == RANK_NONE &&
	       (class_port_rules[rules->port[transport][p->dport]].class == CLASS_SIP ||
	        class_port_rules[rules->port[transport][p->sport]].class == CLASS_SIP);
}

static void
look_at(struct class_state *s, const struct class_rules *rules, unsigned transport,
        const struct packet *p, const uint8_t *payload, bool reverse)
{
	const struct look y = {payload, p->payload_captured, p->payload_size, s->class};
	enum traffic_class c = examine(s, rules, transport, p, &y, reverse);

	if (c == NO_CLASS)
		withdraw_guess(s, rules, transport, p);
	else
		adopt(s, c, reverse);
	if (c == CLASS_HTTP && magic_http_connect(&y))
		s->flags |= CLASS_TUNNEL;
	s->packets += uses_look(c, &y);
	if (s->packets == CLASS_LOOKS && awaits_sip(s, rules, transport, p))
		s->packets -= CLASS_RUN;
}

static void
take(struct class_state *s, struct class_verdict v)
{
	set_class(s, v.class, v.confidence);
	s->flags |= v.final ? CLASS_FINAL : 0;
}

bool
class_settle_media(struct class_state *s, bool secure)
{
	uint8_t before = s->class;

	/* two packets in a row prove media, and nothing of its keys */
	if (s->class == CLASS_RTP && secure)
		s->class = CLASS_SRTP;
	if (rank_now(s) == RANK_SETTLED)
		return s->class != before;
	secure |= (s->flags & CLASS_SEEN_DTLS) || s->class == CLASS_TEAMS_MEDIA ||
	          ((s->flags & CLASS_SIGN_SRTP) && !(s->flags & CLASS_SIGN_CLEAR));
	set_class(s, secure ? CLASS_SRTP : CLASS_RTP, CONFIDENCE_MAGIC);
	return s->class != before;
}

bool
class_look(struct class_state *s, const struct class_rules *rules, const struct packet *p,
           const uint8_t *payload, bool reverse)
{
	struct class_state before = *s;
	unsigned transport = p->proto == IPPROTO_UDP ? CLASS_UDP : CLASS_TCP;

	if (class_done(s))
		return false;
	if ((p->proto != IPPROTO_UDP && p->proto != IPPROTO_TCP) ||
	    !(p->flags & PACKET_HAS_PORTS)) {
		take(s, class_of_frame(p));
	} else {
		if (s->class == CLASS_UNKNOWN_OTHER)
			guess(s, rules, transport, p, ports_of(p, reverse));
		if (p->payload_captured > 0)
			look_at(s, rules, transport, p, payload, reverse);
	}
	return s->class != before.class || s->confidence != before.confidence;
}
