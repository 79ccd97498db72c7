#include "inspect/handler.h"

#include "classify/class.h"
#include "proto/protocols.h"

/* class, over UDP (and frames), over TCP */
static const struct {
	const struct handler *datagram, *stream;
} handlers[CLASS_COUNT] = {
	[CLASS_LACP] = {&handler_lacp, NULL},
	[CLASS_LLDP] = {&handler_lldp, NULL},
	[CLASS_CDP] = {&handler_cdp, NULL},
	[CLASS_ARP] = {&handler_arp, NULL},
	[CLASS_ND] = {&handler_arp, NULL},
	[CLASS_BFD] = {&handler_bfd, NULL},
	[CLASS_BGP] = {NULL, &handler_bgp},
	[CLASS_ICMP] = {&handler_icmp, NULL},
	[CLASS_SIP] = {&handler_sip, &handler_sip},
	[CLASS_SIP_TLS] = {NULL, &handler_tls},
	[CLASS_TLS] = {NULL, &handler_tls},
	[CLASS_DOT] = {&handler_quic, &handler_tls},
	[CLASS_DNS] = {&handler_dns, &handler_dns},
	[CLASS_QUIC] = {&handler_quic, NULL},
	[CLASS_DTLS] = {&handler_media, NULL},
	[CLASS_STUN] = {&handler_media, &handler_media},
	[CLASS_TURN] = {&handler_media, &handler_media},
	[CLASS_RTP] = {&handler_media, NULL},
	[CLASS_SRTP] = {&handler_media, NULL},
	[CLASS_RTCP] = {&handler_media, NULL},
	[CLASS_ZRTP] = {&handler_media, NULL},
	[CLASS_TEAMS_MEDIA] = {&handler_media, NULL},
};

const struct handler *
handler_of(uint8_t class, uint8_t proto)
{
	return proto == PROTO_TCP ? handlers[class].stream : handlers[class].datagram;
}

static const struct handler *const all[] = {
	&handler_lacp, &handler_lldp, &handler_cdp, &handler_arp,  &handler_bfd,   &handler_bgp,
	&handler_sip,  &handler_dns,  &handler_tls, &handler_quic, &handler_media,
};

void
handlers_tick(struct inspection *in, uint64_t now_ns)
{
	for (unsigned i = 0; i < sizeof all / sizeof *all; i++)
		if (all[i]->tick)
			all[i]->tick(in, now_ns);
}
