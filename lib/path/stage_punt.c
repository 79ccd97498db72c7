/*
 * Hand frames that the inspector must read to it, on two queues that share nothing: control
 * protocols, which absence-based verdicts stand on, and bulk. What finds its queue full is counted.
 */
#include "path/stages.h"

enum rule {
	KEEP,      /* not punted; 0 */
	CONTROL,   /* all frames, control queue */
	BULK,      /* all frames, bulk queue */
	HANDSHAKE, /* TLS or DTLS handshake and alert records, bulk queue */
	OPENING,   /* the flow's first payloads, bulk queue */
	UNPROVEN,  /* control queue on the port of BGP: a session's handshake has no magic yet */
};

enum { BGP_PORT = 179 };

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
	[CLASS_DTLS] = HANDSHAKE,
	[CLASS_QUIC] = OPENING,
	[CLASS_STUN] = OPENING,
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

static bool
is_opening(const struct burst *b, uint32_t i)
{
	return b->flow[i] && pipeline_class(b->flow[i])->packets < CLASS_LOOKS;
}

/* What maybe() leaves to be found out. */
static bool
wanted(enum rule rule, const struct burst *b, uint32_t i)
{
	if (rule == HANDSHAKE)
		return is_handshake(b, i) || is_opening(b, i);
	return rule != OPENING || is_opening(b, i);
}

static void
punt(struct pipeline *p, struct burst *b, uint32_t i)
{
	enum rule rule = rules[b->class[i]];
	enum punt_queue queue = rule == CONTROL || rule == UNPROVEN ? PUNT_CONTROL : PUNT_BULK;

	if (!wanted(rule, b, i))
		return;
	if (!p->punt || p->punt(p->context, queue, b, i))
		p->snap->punted[queue]++;
	else
		p->snap->punt_dropped[queue]++;
}

/* Whether a frame may be one to punt. No branch: a mix of protocols would make it a coin toss. */
static inline unsigned
maybe(const struct burst *b, uint32_t i)
{
	const struct packet *packet = &b->packet[i];
	unsigned rule = rules[b->class[i]];
	unsigned bgp = (packet->sport == BGP_PORT) | (packet->dport == BGP_PORT);
	unsigned full = packet->payload_captured != 0;
	unsigned needs_payload = (rule == HANDSHAKE) | (rule == OPENING);

	return (rule != KEEP) & (bgp | (rule != UNPROVEN)) & (full | !needs_payload);
}

void
stage_punt(struct pipeline *p, struct burst *b)
{
	uint8_t list[BURST_MAX];
	uint32_t count = 0;
	uint8_t any = KEEP;

	for (uint32_t i = 0; i < b->count; i++)
		any |= rules[b->class[i]];
	if (any == KEEP)
		return;
	for (uint32_t i = 0; i < b->count; i++) {
		list[count] = (uint8_t)i;
		count += maybe(b, i);
	}
	for (uint32_t i = 0; i < count; i++)
		punt(p, b, list[i]);
}
