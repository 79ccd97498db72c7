/*
 * One frame, decoded from its link layer to its transport payload. packet_decode() alone knows
 * which layer follows which; the layers are modules of their own (proto/ethernet.h, ipv4.h, tcp.h
 * …) in one shape: a plain results struct, one decode function over a bounded cursor, a reason.
 *
 * Called by the workers for every frame, so the common stack (Ethernet, at most two VLAN tags, IP,
 * TCP or UDP) takes a straight path. Nothing is read past the captured length; nothing allocated.
 * The struct refers to the frame by offsets, so it may outlive the bytes.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/addr.h"
#include "base/cursor.h"
#include "proto/reason.h"

/* Where a frame begins; captures name more of them than ports. */
enum link_layer {
	LINK_ETHERNET,
	LINK_RAW_IP,        /* IPv4 or IPv6 by its version nibble */
	LINK_LINUX_SLL,     /* Linux cooked v1, 16 bytes */
	LINK_LINUX_SLL2,    /* Linux cooked v2, 20 bytes */
	LINK_NULL,          /* BSD loopback: address family in host order of the writer */
	LINK_LOOP,          /* OpenBSD loopback: address family in network order */
	LINK_PPP,           /* PPP, with or without HDLC framing bytes */
	LINK_PPP_HDLC,      /* PPP in HDLC-like framing (RFC 1662), Cisco HDLC told apart */
	LINK_C_HDLC,        /* Cisco HDLC */
	LINK_PPP_DIRECTION, /* PPP behind a byte that tells the direction */
	LINK_PPPOE,         /* the session header without Ethernet */
	LINK_UNSUPPORTED
};

/* Bits of packet.flags. */
enum packet_flag {
	PACKET_FRAGMENT_FIRST = 1 << 0, /* offset 0, more follow */
	PACKET_FRAGMENT_LATER = 1 << 1, /* offset > 0: no transport header */
	PACKET_FRAGMENT_LAST = 1 << 2,  /* no more follow */
	PACKET_IP_OPTIONS = 1 << 3,     /* IPv4 options or IPv6 extension headers */
	PACKET_HAS_IP = 1 << 4,         /* src and dst are set */
	PACKET_HAS_PORTS = 1 << 5,      /* sport and dport are set */
	PACKET_INNER = 1 << 6,          /* addresses are those of a tunnel's inside */
	PACKET_CUT = 1 << 7,            /* captured less than the wire length */
	PACKET_QUOTE = 1 << 8,          /* ICMP error: quote_* are set */
	PACKET_GROUP_MAC = 1 << 9,      /* destination MAC is a group address */
	PACKET_HAS_MAC = 1 << 10,       /* mac_offset points at destination and source MAC */
};

enum tunnel_kind {
	TUNNEL_NONE,
	TUNNEL_IPIP,
	TUNNEL_GRE,
	TUNNEL_ERSPAN,
	TUNNEL_VXLAN,
	TUNNEL_GENEVE,
	TUNNEL_GTPU,
	TUNNEL_PPPOE,
	TUNNEL_L2TP,
	TUNNEL_TEREDO,
	TUNNEL_ETHERIP,
	TUNNEL_MPLS,
};

struct packet {
	/* first line: what every stage reads */
	struct addr src, dst; /* innermost, or outermost with decode options */
	uint16_t sport,
		dport; /* host order; ICMP echo: identifier in both; 0 without PACKET_HAS_PORTS */
	uint16_t ethertype;      /* of the frame's (innermost) payload, host order; <= 1500: LLC */
	uint16_t flags;          /* enum packet_flag */
	uint16_t l3_offset;      /* of the IP header these addresses came from */
	uint16_t l4_offset;      /* of the transport header */
	uint16_t payload_offset; /* of the transport payload */
	uint16_t payload_captured; /* bytes of it that were captured */
	uint32_t payload_size; /* bytes of it by the headers, at most what the wire length allows */
	uint8_t ip_version;    /* 4, 6 or 0 */
	uint8_t proto;         /* IP protocol after IPv6 extension headers */
	uint8_t ttl;
	uint8_t tos;
	uint8_t tcp_flags;
	uint8_t reason;  /* enum reason */
	uint8_t tunnels; /* how many were entered */
	uint8_t tunnel;  /* enum tunnel_kind of the innermost */

	/* second line: rarer */
	uint32_t tcp_seq, tcp_ack;
	uint16_t tcp_window;
	uint8_t tcp_options_size;       /* captured bytes of them, at l4_offset + 20 */
	uint8_t icmp_type, icmp_code;   /* ICMP and ICMPv6 */
	uint8_t vlan_count, mpls_count; /* of the frame itself, not of a tunnel's inside */
	uint8_t subtype;  /* of slow protocols; of LLC frames without SNAP type the DSAP */
	uint16_t vlan[2]; /* outermost first, VLAN ids */
	uint32_t fragment_id;
	uint16_t fragment_offset; /* bytes */
	uint16_t mac_offset;      /* of destination MAC, then source MAC, with PACKET_HAS_MAC */
	uint16_t outer_proto;     /* IP protocol or UDP port that carried the innermost tunnel */
	uint16_t quote_offset;    /* of the quoted IP header, with PACKET_QUOTE */
	uint32_t mpls_label;      /* top label */
	uint32_t tunnel_id; /* of the innermost: VNI, TEID, GRE key, ERSPAN or PPPoE session */
};

/* The packet that an ICMP error quotes: what is needed to find the flow it belongs to. */
struct packet_quote {
	struct addr src, dst;
	uint16_t sport, dport; /* ICMP echo: identifier in both; 0 without has_ports */
	uint32_t tcp_seq;      /* 0 when not TCP */
	uint32_t size;         /* of the quoted IP packet by its header */
	uint8_t ip_version, proto, ttl, tos;
	bool has_ports;
	struct cursor payload; /* what is quoted behind a UDP header, borrowed; else empty */
};

struct packet_options {
	bool inner; /* enter tunnels over IP and report the innermost headers (PACKET_INNER) */
};

enum {
	PACKET_TUNNELS_MAX = 8,     /* inside each other; beyond: TUNNEL_DEEP */
	PACKET_CAPTURED_MAX = 65535 /* bytes looked at; what was captured beyond counts as cut */
};

/*
 * What the decoder promises, whatever the bytes:
 * - VLAN, MPLS and PPPoE are part of the way to the first IP header and always followed; tunnels
 *   over IP only with options->inner, and never out of a fragment, whose rest could not follow.
 * - A tunnel is entered on UDP only when the port and the tunnel's own header agree; ports alone
 *   prove nothing, and a media stream may well use 4789.
 * - The reported headers are the innermost that hold: when a tunnel's inside is no IP packet, the
 *   outer headers stand.
 * - Padding behind the length that IP (or 802.3) states is not payload. A header that claims more
 *   than the wire had is a lie and gets a reason; a capture cut short (PACKET_CUT) is not one as
 *   long as the headers are there.
 * - IP and UDP lengths that lie don't end the walk: packet brokers that slice frames make them, so
 *   the flags, not the reason, say what was read (PACKET_HAS_IP, PACKET_HAS_PORTS), and the payload
 *   is what the wire had.
 * - With REASON_OK offsets are within the captured bytes: l3 <= l4 <= payload and
 *   payload_offset + payload_captured <= captured.
 * - IPv4 total length 0 (segmentation offload) takes what the wire had, so does IPv6 payload length
 *   0 where that is more than the field can say (jumbograms, RFC 2675).
 */

/*
 * Decode `captured` bytes of a frame that had `wire` bytes (wire >= captured; no FCS).
 * Always fills *out completely; returns out->reason. Any thread; about 20 cycles for the
 * common stack.
 */
enum reason packet_decode(enum link_layer link, const uint8_t *frame, uint32_t captured,
                          uint32_t wire, const struct packet_options *options, struct packet *out);

/* packet_decode() without its straight path (proto/packet_fast.h): same contract, same result. */
enum reason packet_walk(enum link_layer link, const uint8_t *frame, uint32_t captured,
                        uint32_t wire, const struct packet_options *options, struct packet *out);

/*
 * Read the packet that an ICMP error quotes; `p` was decoded from `frame` and has PACKET_QUOTE.
 * REASON_ICMP_QUOTE, and *out zero, when its headers are not whole. Any thread.
 */
enum reason packet_quote_decode(const uint8_t *frame, const struct packet *p,
                                struct packet_quote *out);
