/*
 * Endpoint roles: one table of id, name, help. The name is what configuration, Redis, JSON and text
 * use. Order is stable within a version; add at the end. Plain values, any thread.
 */
#pragma once

#include <stdbool.h>

#define ROLE_TABLE(X)                                                                        \
	X(SBC, "sbc", "session border controller: signals and carries media with the cloud") \
	X(SIP_PROXY, "sip-proxy", "forwards SIP, its media goes elsewhere")                  \
	X(SIP_REGISTRAR, "sip-registrar", "answers REGISTER")                                \
	X(SIP_UA, "sip-ua", "SIP phone or client")                                           \
	X(MEDIA_RELAY, "media-relay", "media that leaves again as it came, no signalling")   \
	X(MEDIA_GATEWAY, "media-gateway", "many media streams, no signalling")               \
	X(TURN_SERVER, "turn-server", "answers TURN Allocate")                               \
	X(STUN_SERVER, "stun-server", "answers STUN Binding alone")                          \
	X(DNS_RESOLVER, "dns-resolver", "recursive DNS resolver")                            \
	X(DNS_AUTHORITATIVE, "dns-authoritative", "authoritative DNS server")                \
	X(DNS_FORWARDER, "dns-forwarder", "forwards DNS to few resolvers")                   \
	X(WEB_SERVER, "web-server", "serves HTTP, TLS or QUIC to many clients")              \
	X(VPN_GATEWAY, "vpn-gateway", "IKE responder with ESP")                              \
	X(MOBILE_GATEWAY, "mobile-gateway", "GTP control and user plane")                    \
	X(CGNAT, "cgnat", "many clients behind one address")                                 \
	X(CLIENT_POOL, "client-pool", "addresses of clients, no servers")                    \
	X(ROUTER, "router", "speaks BGP, BFD or LACP, sends ICMP time exceeded")             \
	X(COLLECTOR, "collector", "receives flow exports")                                   \
	X(EXPORTER, "exporter", "sends flow exports")                                        \
	X(NTP_SERVER, "ntp-server", "answers NTP")

enum endpoint_role {
#define ROLE_ENUM(id, name, help) ENDPOINT_##id,
	ROLE_TABLE(ROLE_ENUM)
#undef ROLE_ENUM
		ENDPOINT_ROLE_COUNT
};

/* Name and help; never NULL. */
const char *role_name(enum endpoint_role r);
const char *role_help(enum endpoint_role r);
/* Whether seeing the one in a subnet that declares only the other says that the declaration is
 * wrong. Roles of one trade (voice, DNS, clients) go together, and what the network itself does
 * (routers, exporters) is found anywhere. */
bool role_contradicts(enum endpoint_role seen, enum endpoint_role declared);
/* By name; -1: no such role. */
int role_find(const char *name);
