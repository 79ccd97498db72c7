/*
 * Hand frames that the inspector must read to it, on two queues that share nothing: control
 * protocols, which absence-based verdicts stand on, and bulk. What finds its queue full is counted.
 */
#include "path/stages.h"
#include "proto/protocols.h"
#include "proto/stun.h"
#include "proto/turn.h"

enum rule {
	KEEP,      /* not punted; 0 */
	CONTROL,   /* all frames, control queue */
	BULK,      /* all frames, bulk queue */
	HANDSHAKE, /* TLS handshake and alert records and the flow's first payloads, bulk queue */
	OPENING,   /* the flow's first payloads, bulk queue */
	MEDIA,     /* what is no media on a port of media, bulk queue */
	AHEAD,     /* of captures, bulk queue */
	UNPROVEN,  /* control queue on the port of BGP: a session's handshake has no magic yet */
};

enum {
	BGP_PORT = 179,
	OPENING_PACKETS = 32, /* of both directions: hellos and a chain of certificates */
};

static const uint8_t rules[CLASS_COUNT] = {
	[CLASS_UNKNOWN_TCP] = UNPROVEN,
	[CLASS_LACP] = CONTROL,
	[CLASS_LLDP] = CONTROL,
	[CLASS_CDP] = CONTROL,
	[CLASS_ARP] = CONTROL,
	[CLASS_ND] = CONTROL,
	[CLASS_BFD] = CONTROL,
	[CLASS_BGP] = CONTROL,
	[CLASS_ICMP] = BULK,
	[CLASS_FRAGMENT] = AHEAD, /* a datagram's first fragment is still to come */
	[CLASS_SIP] = BULK,
	[CLASS_DNS] = BULK,
	[CLASS_SIP_TLS] = BULK, /* its rhythm tells OPTIONS, its end a failed handshake */
	[CLASS_TLS] = HANDSHAKE,
	[CLASS_DOT] = HANDSHAKE,
	[CLASS_QUIC] = OPENING,
	[CLASS_STUN] = MEDIA,
	[CLASS_TURN] = MEDIA,
	[CLASS_RTP] = MEDIA,
	[CLASS_SRTP] = MEDIA,
	[CLASS_RTCP] = MEDIA,
	[CLASS_TEAMS_MEDIA] = MEDIA,
	[CLASS_ZRTP] = MEDIA,
	[CLASS_DTLS] = MEDIA,
};

/* By first byte (RFC 7983 section 7): what a port of media carries beside media. A capture lists
 * every record and channel; live they are as many as the media itself. */
enum media {
	MEDIA_NONE,   /* none of these; 0 */
	MEDIA_STUN,   /* if the rest agrees; what carries a client's data is volume too */
	MEDIA_SIGNAL, /* ZRTP, DTLS handshakes and alerts */
	MEDIA_VOLUME, /* other DTLS records, ChannelData */
	MEDIA_MIXED,  /* RTP, or RTCP when the second byte says so (RFC 5761 section 4) */
};

static const uint8_t media[256] = {
	[0 ... 3] = MEDIA_STUN,     [16 ... 22] = MEDIA_SIGNAL,  [23 ... 63] = MEDIA_VOLUME,
	[64 ... 79] = MEDIA_VOLUME, [128 ... 191] = MEDIA_MIXED,
};

/* Content types of RFC 8446 section 5.1 and RFC 9147 section 4 that are not application data:
 * change cipher spec 20, alert 21, handshake 22. */
static bool
is_handshake(const struct burst *b, uint32_t i)
{
	const struct packet *packet = &b->packet[i];
	uint8_t type = b->data[i][packet->payload_offset];

	return type >= 20 && type <= 22;
}

/* Reads the record's second line only until the flow is past its opening. */
static bool
is_opening(const struct burst *b, uint32_t i)
{
	struct flow *f = b->flow[i];

	if (!f || f->flags & FLOW_OPENED)
		return false;
	if ((uint64_t)f->packets[0] + f->packets[1] + f->total_packets[0] + f->total_packets[1] <=
	    OPENING_PACKETS)
		return true;
	f->flags |= FLOW_OPENED;
	return false;
}

/* The cookie (RFC 8489 section 5), or a length that is right (RFC 3489, which had none). */
static bool
is_stun(const struct packet *packet, const uint8_t *at)
{
	return packet->payload_captured >= 8 &&
	       (load_be32(at + 4) == STUN_COOKIE ||
	        load_be16(at + 2) + (uint32_t)STUN_SIZE == packet->payload_size);
}

/* Whether the payload is no media, and live not as much as the media either. */
static bool
is_signal(const struct pipeline *p, const struct burst *b, uint32_t i)
{
	const uint8_t *at = b->data[i] + b->packet[i].payload_offset;

	switch (media[at[0]]) {
	case MEDIA_STUN:
		return is_stun(&b->packet[i], at) &&
		       (p->keep || !turn_is_indication(load_be16(at)));
	case MEDIA_SIGNAL:
		return true;
	case MEDIA_VOLUME:
		return p->keep;
	case MEDIA_MIXED:
		return b->packet[i].payload_captured > 1 && (at[1] & 0xe0) == 0xc0;
	default:
		return false;
	}
}

/* What maybe() leaves to be found out. Captures are read whole. */
static bool
wanted(const struct pipeline *p, enum rule rule, const struct burst *b, uint32_t i)
{
	switch (rule) {
	case HANDSHAKE:
		return p->keep || is_handshake(b, i) || is_opening(b, i);
	case OPENING:
		return p->keep || is_opening(b, i);
	case MEDIA:
		if (b->packet[i].proto == PROTO_TCP)
			return p->keep || is_opening(b, i);
		return is_signal(p, b, i);
	default:
		return true;
	}
}

static void
punt(struct pipeline *p, struct burst *b, uint32_t i)
{
	enum rule rule = rules[b->class[i]];
	enum punt_queue queue = rule == CONTROL || rule == UNPROVEN ? PUNT_CONTROL : PUNT_BULK;

	if (!wanted(p, rule, b, i))
		return;
	if (!p->punt || p->punt(p->context, queue, b, i))
		p->snap->punted[queue]++;
	else
		p->snap->punt_dropped[queue]++;
}

/* RTP for sure, or nothing to look at: version 2 and no packet type of RTCP (RFC 5761 section 4).
 * Nearly all that media flows carry, so this is all that they cost; the frame's first line is near
 * since decoding. Not over TCP, where a
 * segment begins anywhere. Without payload the frame's own first bytes are read, for want of a
 * branch. */
static inline unsigned
is_rtp(const struct burst *b, uint32_t i)
{
	const struct packet *packet = &b->packet[i];
	unsigned two = packet->payload_captured > 1;
	unsigned head = (load_be16(b->data[i] + (packet->payload_offset & -two)) & 0xc0e0) ^ 0x8000;

	return (((head < 0x100) & (head != 0xc0)) | !two) & (packet->proto != PROTO_TCP);
}

/* Whether a frame of another rule may be one to punt. No branch: a mix of protocols would make it a
 * coin toss. */
static inline unsigned
maybe(const struct burst *b, uint32_t i)
{
	const struct packet *packet = &b->packet[i];
	unsigned rule = rules[b->class[i]];
	unsigned bgp = (packet->sport == BGP_PORT) | (packet->dport == BGP_PORT);
	unsigned full = packet->payload_captured != 0;
	unsigned needs_payload = (rule == HANDSHAKE) | (rule == OPENING);

	return (bgp | (rule != UNPROVEN)) & (full | !needs_payload);
}

unsigned
stage_punt_todo(enum traffic_class class, bool keep)
{
	enum rule rule = rules[class];

	return rule == KEEP || (rule == AHEAD && !keep) ? 0
	       : rule == MEDIA                          ? TODO_PUNT_MEDIA
	                                                : TODO_PUNT;
}

/* Frames by rule, so that each costs what its rule needs. */
void
stage_punt(struct pipeline *p, struct burst *b)
{
	uint8_t list[BURST_MAX];
	uint32_t count = 0;

	for (uint64_t rest = todo_mask(b, TODO_PUNT_MEDIA); rest; rest &= rest - 1) {
		unsigned i = (unsigned)__builtin_ctzll(rest);

		list[count] = (uint8_t)i;
		count += !is_rtp(b, i);
	}
	for (uint64_t rest = todo_mask(b, TODO_PUNT); rest; rest &= rest - 1) {
		unsigned i = (unsigned)__builtin_ctzll(rest);

		list[count] = (uint8_t)i;
		count += maybe(b, i);
	}
	for (uint32_t i = 0; i < count; i++)
		punt(p, b, list[i]);
}
