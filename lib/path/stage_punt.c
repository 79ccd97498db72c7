/*
 * Hand frames that the inspector must read to it, on two queues that share nothing: control
 * protocols, which absence-based verdicts stand on, and bulk. What finds its queue full is counted.
 */
#include "path/stages.h"

enum rule {
	KEEP,      /* not punted; 0 */
	CONTROL,   /* all frames, control queue */
	BULK,      /* all frames, bulk queue */
	HANDSHAKE, /* TLS handshake and alert records and the flow's first payloads, bulk queue */
	OPENING,   /* the flow's first payloads, bulk queue */
	MEDIA,     /* what is no media on a port of media, bulk queue */
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
	[CLASS_SIP] = BULK,
	[CLASS_DNS] = BULK,
	[CLASS_SIP_TLS] = HANDSHAKE,
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
	MEDIA_SIGNAL = 1 << 0, /* STUN, ZRTP, DTLS handshakes and alerts */
	MEDIA_VOLUME = 1 << 1, /* other DTLS records, ChannelData */
	MEDIA_MIXED = 1 << 2,  /* RTP, or RTCP when the second byte says so (RFC 5761 section 4) */
};

static const uint8_t media[256] = {
	[0 ... 3] = MEDIA_SIGNAL,   [16 ... 22] = MEDIA_SIGNAL,  [23 ... 63] = MEDIA_VOLUME,
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

/* What maybe() leaves to be found out. Captures are read whole. */
static bool
wanted(const struct pipeline *p, enum rule rule, const struct burst *b, uint32_t i)
{
	if (rule == HANDSHAKE)
		return p->keep || is_handshake(b, i) || is_opening(b, i);
	return rule != OPENING || p->keep || is_opening(b, i);
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

/* Whether the payload is one that MEDIA wants; the frame's first line is near since decoding. */
static inline unsigned
is_signal(const struct burst *b, uint32_t i, unsigned wanted_media)
{
	static const uint8_t none[2] = {255, 0};
	const struct packet *packet = &b->packet[i];
	bool two = packet->payload_captured >= 2;
	const uint8_t *at = two ? b->data[i] + packet->payload_offset : none;
	unsigned kind = media[at[0]];
	unsigned rtcp = ((kind & MEDIA_MIXED) != 0) & ((at[1] & 0xe0) == 0xc0);

	return ((kind & wanted_media) != 0) | rtcp;
}

/* Whether a frame may be one to punt. No branch: a mix of protocols would make it a coin toss. */
static inline unsigned
maybe(const struct burst *b, uint32_t i, unsigned wanted_media)
{
	const struct packet *packet = &b->packet[i];
	unsigned rule = rules[b->class[i]];
	unsigned bgp = (packet->sport == BGP_PORT) | (packet->dport == BGP_PORT);
	unsigned full = packet->payload_captured != 0;
	unsigned needs_payload = (rule == HANDSHAKE) | (rule == OPENING);

	unsigned signal = is_signal(b, i, wanted_media);

	return (rule != KEEP) & (bgp | (rule != UNPROVEN)) & (full | !needs_payload) &
	       (signal | (rule != MEDIA));
}

void
stage_punt(struct pipeline *p, struct burst *b)
{
	uint8_t list[BURST_MAX];
	unsigned wanted_media = p->keep ? MEDIA_SIGNAL | MEDIA_VOLUME : MEDIA_SIGNAL;
	uint32_t count = 0;
	uint8_t any = KEEP;

	for (uint32_t i = 0; i < b->count; i++)
		any |= rules[b->class[i]];
	if (any == KEEP)
		return;
	for (uint32_t i = 0; i < b->count; i++) {
		list[count] = (uint8_t)i;
		count += maybe(b, i, wanted_media);
	}
	for (uint32_t i = 0; i < count; i++)
		punt(p, b, list[i]);
}
