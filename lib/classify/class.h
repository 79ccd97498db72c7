/*
 * Traffic classes: one table of id, name, help. The name is what configuration, Redis, JSON and
 * text use. Order is stable within a version; add at the end of a group.
 *
 * class_look() takes the first packets of a flow that carry payload, cheapest test first
 * (requirements section 8: ethertype, IP protocol, port and magic, behaviour, address range); the
 * class and its confidence live in the flow record. Tables of ports and magics: class_rules.h.
 * Called by the workers, each with its own flows; the rules are read-only. A look costs 30 to 85
 * cycles (measured: TLS on 443 and random bytes on port 53); a flow that is done (class_done), two.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/addr.h"
#include "proto/packet.h"

#define CLASS_TABLE(X)                                                                        \
	X(UNKNOWN_OTHER, "unknown-other", "neither TCP nor UDP, and nothing below fits")      \
	X(UNKNOWN_TCP, "unknown-tcp", "TCP that nothing below fits")                          \
	X(UNKNOWN_UDP, "unknown-udp", "UDP that nothing below fits")                          \
	X(LACP, "lacp", "slow protocols: LACP and marker (0x8809)")                           \
	X(LLDP, "lldp", "LLDP (0x88CC)")                                                      \
	X(CDP, "cdp", "Cisco discovery (SNAP 00000C/2000)")                                   \
	X(STP, "stp", "spanning tree (LLC 42)")                                               \
	X(ARP, "arp", "ARP (0x0806)")                                                         \
	X(ND, "nd", "IPv6 neighbour discovery (ICMPv6 133-137)")                              \
	X(CFM, "cfm", "Ethernet CFM (0x8902)")                                                \
	X(MACSEC, "macsec", "MACsec (0x88E5): contents not visible")                          \
	X(BGP, "bgp", "BGP (TCP 179 and marker)")                                             \
	X(BFD, "bfd", "BFD (UDP 3784, 3785, 4784, 6784)")                                     \
	X(OSPF, "ospf", "OSPF (IP protocol 89)")                                              \
	X(VRRP, "vrrp", "VRRP, CARP (IP protocol 112)")                                       \
	X(PIM, "pim", "PIM (IP protocol 103)")                                                \
	X(IGMP, "igmp", "IGMP, MLD")                                                          \
	X(ICMP, "icmp", "ICMP and ICMPv6 other than neighbour discovery")                     \
	X(SIP, "sip", "SIP in the clear")                                                     \
	X(SIP_TLS, "sip-tls", "SIP over TLS (TCP 5061 or configured)")                        \
	X(RTP, "rtp", "RTP media in the clear")                                               \
	X(SRTP, "srtp", "SRTP media")                                                         \
	X(RTCP, "rtcp", "RTCP and SRTCP")                                                     \
	X(STUN, "stun", "STUN")                                                               \
	X(TURN, "turn", "TURN: Allocate, ChannelData")                                        \
	X(TEAMS_MEDIA, "teams-media", "media of the cloud's voice service by range and port") \
	X(T38, "t38", "fax over UDPTL")                                                       \
	X(ZRTP, "zrtp", "ZRTP key agreement")                                                 \
	X(DTLS, "dtls", "DTLS")                                                               \
	X(QUIC, "quic", "QUIC")                                                               \
	X(TLS, "tls", "TLS, HTTPS")                                                           \
	X(HTTP, "http", "HTTP in the clear")                                                  \
	X(SSH, "ssh", "SSH")                                                                  \
	X(DNS, "dns", "DNS")                                                                  \
	X(DOT, "dot", "DNS over TLS or QUIC (853)")                                           \
	X(MDNS, "mdns", "multicast DNS, LLMNR")                                               \
	X(NTP, "ntp", "NTP")                                                                  \
	X(DHCP, "dhcp", "DHCP and DHCPv6")                                                    \
	X(SNMP, "snmp", "SNMP")                                                               \
	X(SYSLOG, "syslog", "syslog")                                                         \
	X(RADIUS, "radius", "RADIUS, Diameter")                                               \
	X(IKE, "ike", "IKE")                                                                  \
	X(ESP, "esp", "IPsec ESP and AH, also in UDP 4500")                                   \
	X(WIREGUARD, "wireguard", "WireGuard")                                                \
	X(OPENVPN, "openvpn", "OpenVPN")                                                      \
	X(GTP_C, "gtp-c", "GTP control")                                                      \
	X(GTP_U, "gtp-u", "GTP user plane")                                                   \
	X(L2TP, "l2tp", "L2TP")                                                               \
	X(GRE, "gre", "GRE, ERSPAN")                                                          \
	X(IPIP, "ipip", "IP in IP, 6in4")                                                     \
	X(VXLAN, "vxlan", "VXLAN")                                                            \
	X(GENEVE, "geneve", "Geneve")                                                         \
	X(SCTP, "sctp", "SCTP")                                                               \
	X(IPFIX, "ipfix", "IPFIX, NetFlow")                                                   \
	X(SFLOW, "sflow", "sFlow")                                                            \
	X(BITTORRENT, "bittorrent", "BitTorrent, uTP, DHT")                                   \
	X(TRACEROUTE, "traceroute", "traceroute probes (UDP 33434-33523, low TTL)")           \
	X(SCAN, "scan", "one-way probes and backscatter")                                     \
	X(FRAGMENT, "fragment", "later fragments whose first one was not seen")               \
	X(UNDECODED, "undecoded", "frames whose IP header could not be read")

enum traffic_class {
#define CLASS_ENUM(id, name, help) CLASS_##id,
	CLASS_TABLE(CLASS_ENUM)
#undef CLASS_ENUM
		CLASS_COUNT
};

/* Name and help; never NULL. */
const char *class_name(enum traffic_class c);
const char *class_help(enum traffic_class c);
/* By name; -1: no such class. */
int class_find(const char *name);

/* Confidence in hundredths (requirements section 8): what the decision stands on. */
enum class_confidence {
	CONFIDENCE_NONE = 0,
	CONFIDENCE_PORT = 50,  /* port alone */
	CONFIDENCE_MAGIC = 90, /* port and magic, or magic that cannot be chance */
	CONFIDENCE_BOTH = 100, /* proven in both directions, or by ethertype or IP protocol */
};

struct class_verdict {
	uint8_t class;      /* enum traffic_class */
	uint8_t confidence; /* enum class_confidence */
	bool final;         /* no later packet of the flow can change it */
};

/*
 * What the classifier knows beyond the packet: the tables of class_rules.h, indexed, with the ports
 * of the configuration. Built once, then read-only; 134 KiB, of which new flows touch a few lines.
 */
enum { CLASS_UDP, CLASS_TCP, CLASS_TRANSPORTS };
struct class_rules {
	uint8_t port[CLASS_TRANSPORTS][65536]; /* port: its first row in the table of ports, or 0 */
	/* bit per 64 neighbours of which any has a row: two lines, asked first, so that the many
	 * ports of clients don't each read a line of `port` that no cache holds */
	uint64_t port_blocks[CLASS_TRANSPORTS][16];
	/* first and sixth byte of a payload: bit per magic worth a try */
	uint32_t magic[CLASS_TRANSPORTS][256], magic_sixth[CLASS_TRANSPORTS][256];
	const struct prefix *voice; /* the cloud's media ranges; borrowed */
	size_t voice_count;
};

/* Ports beside 5060 and 5061, which always count. Ports above 65535 are left out. */
void class_rules_init(struct class_rules *rules, const uint32_t *sip_ports, size_t sip_count,
                      const uint32_t *sips_ports, size_t sips_count);

/*
 * Ranges of the cloud's voice service (requirements section 1.6: data, never code). They name media
 * that nothing else tells (teams-media), and media there is SRTP by contract where sizes can't say.
 * `ranges` must outlive the rules; without this call no range is known.
 */
void class_rules_voice(struct class_rules *rules, const struct prefix *ranges, size_t count);

/*
 * Per-flow memory of the classifier: 8 bytes in the flow record. Zero is "nothing seen".
 * `class` and `confidence` are the best so far.
 */
struct class_state {
	uint8_t class;
	uint8_t confidence;
	uint8_t packets : 4; /* payloads looked at so far; at CLASS_LOOKS the flow is left alone */
	uint8_t run_length : 4; /* packets that followed each other in one sender's stream */
	uint8_t flags;          /* enum class_seen */
	uint16_t run_seq;       /* the stream's last sequence number */
	uint8_t run_time;       /* and its coarse media clock */
	uint8_t run_key;        /* eight bits of its identity: tell a change well enough */
};

enum {
	CLASS_LOOKS = 12,
	CLASS_RUN = 4, /* packets in sequence that prove a stream (requirements section 8) */
};
enum class_seen {
	CLASS_SEEN_FORWARD = 1 << 0, /* magic seen from the flow's first sender */
	CLASS_SEEN_REVERSE = 1 << 1, /* and from the other side */
	CLASS_FINAL = 1 << 2,        /* stop looking */
	CLASS_RUN_REVERSE = 1 << 3,  /* run_* are of the other side's stream */
	CLASS_SIGN_SRTP = 1 << 4,    /* a packet of the run had the size of one with a tag */
	CLASS_SIGN_CLEAR = 1 << 5,   /* and one the size of one without */
	CLASS_SEEN_DTLS = 1 << 6,    /* DTLS came before: its media is SRTP (RFC 5764) */
	CLASS_TUNNEL = 1 << 7,       /* HTTP's CONNECT came before: TLS may follow */
};

/*
 * The flow carries media, as signalling or the whole stream's behaviour told (state/rtp.h): its
 * class becomes rtp, or srtp when it is `secure`, or its packets or the cloud's ranges say so,
 * unless something else was proven. True when the class changed.
 */
bool class_settle_media(struct class_state *s, bool secure);

/* Where the cloud's voice service takes media: UDP 3478-3481 and 49152-53247 of its media
 * processors, 50000-59999 of the relays of media bypass (requirements 1.6). */
bool class_is_voice_port(uint16_t port);

/* Nothing will change any more: the flow's packets need no class_look(). */
static inline bool
class_done(const struct class_state *s)
{
	return s->packets >= CLASS_LOOKS || (s->flags & CLASS_FINAL);
}

/* Class of a frame without IP, or of an IP packet that makes no flow (from its packet alone). */
struct class_verdict class_of_frame(const struct packet *p);

/*
 * Look at one more packet of a flow: its first packet, with payload or not (the ports alone give a
 * class), then each that carries payload while !class_done(s). `payload` has p->payload_captured
 * bytes. `reverse`: it goes against the flow's first packet. Updates *s. True when class or
 * confidence changed. STUN messages and handshakes use up no look, so that the media which follows
 * them is still seen. On SIP's ports looking does not end before something was proven: what keeps
 * an address binding alive may come for hours before the first message.
 */
bool class_look(struct class_state *s, const struct class_rules *rules, const struct packet *p,
                const uint8_t *payload, bool reverse);
