/*
 * Magics: does this payload look like that protocol? One predicate per protocol and transport, one
 * file per family (magic_sip.c, magic_ice.c, magic_media.c, magic_web.c, magic_infra.c,
 * magic_tunnel.c, magic_peer.c), each a few compares over bytes that the packet really brought.
 *
 * Called by class_look() alone, for a flow's first packets; any thread; no state. A predicate
 * reads only `captured` bytes; lengths in headers are compared with `size`, what was on the wire.
 * A predicate answers "no" where too little was captured to be sure: a false yes is worse than
 * unknown. `captured` is never 0 and never more than `size`.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/bytes.h"

struct look {
	const uint8_t *at;
	uint32_t captured;
	uint32_t size;
	uint8_t flow_class; /* enum traffic_class: what the flow was taken for until now */
};

typedef bool magic_fn(const struct look *y);

/* True when the first `n` bytes were captured. */
static inline bool
look_has(const struct look *y, uint32_t n)
{
	return y->captured >= n;
}

/* SIP */
magic_fn magic_sip;           /* RFC 3261: a known method and a SIP URI, or a status line */
magic_fn magic_sip_any;       /* the same with any method token, when the first line is whole */
magic_fn magic_sip_websocket; /* RFC 7118 5: the HTTP heads that open a WebSocket for SIP */

/* checks, relays, keys: what comes before media on a shared port (RFC 7983) */
magic_fn magic_stun;             /* RFC 8489 5: cookie, length */
magic_fn magic_stun_stream;      /* the same over TCP: more messages may follow */
magic_fn magic_stun_framed;      /* RFC 4571: two bytes of length first, ICE over TCP */
magic_fn magic_stun_classic;     /* RFC 3489: no cookie, attributes that fill the message */
magic_fn magic_stun_classic_any; /* the same without looking at attributes: on STUN's own ports */
magic_fn magic_turn;             /* RFC 8656: STUN message of a TURN method */
magic_fn magic_turn_microsoft;   /* MS-TURN 2.2.2.9: by its own cookie */
magic_fn magic_turn_channel;     /* RFC 8656 12.4, in a flow that is STUN or TURN already */
magic_fn magic_turn_channel_any; /* the same on TURN's own ports */
magic_fn magic_turn_multiplexed; /* MS-TURN channel FF10 */
magic_fn magic_zrtp;             /* RFC 6189 5 */
magic_fn magic_dtls;             /* RFC 6347, 9147: plain record header */
magic_fn magic_dtls_unified;     /* RFC 9147 4: unified header, in a flow that is DTLS already */

/* media */
magic_fn magic_rtcp; /* RFC 3550 6, RFC 3711 3.4, RFC 5506 3 */

/* web */
magic_fn magic_tls;            /* RFC 8446 5.1, 4: Client or ServerHello */
magic_fn magic_tls_any;        /* any record: for TLS's own ports */
magic_fn magic_tls_compatible; /* RFC 5246 E.2: a ClientHello as SSL 2 framed it */
magic_fn magic_http;           /* RFC 9112: request or status line */
magic_fn magic_http_connect;   /* RFC 9110 9.3.6: what follows is another protocol's */
magic_fn magic_quic;           /* RFC 9000, 9369 and its drafts: long header of version 1, 2 */
magic_fn magic_quic_any;       /* other versions by pattern, gQUIC, version negotiation */
magic_fn magic_ssh;            /* RFC 4253 4.2 */
magic_fn magic_dns_anywhere;   /* magic_dns of a name with two labels: no NetBIOS */
magic_fn magic_dns;            /* RFC 1035 4.1 */
magic_fn magic_dns_tcp;        /* RFC 1035 4.2.2: two bytes of length first */
magic_fn magic_dns_local;      /* RFC 6762, 4795 */

/* infrastructure */
magic_fn magic_bgp;      /* RFC 4271 4.1 */
magic_fn magic_bfd;      /* RFC 5880 4.1 */
magic_fn magic_ntp;      /* RFC 5905 7.3 */
magic_fn magic_dhcp;     /* RFC 2131 */
magic_fn magic_dhcp6;    /* RFC 8415 */
magic_fn magic_snmp;     /* RFC 3416, BER */
magic_fn magic_syslog;   /* RFC 5424, 3164 */
magic_fn magic_radius;   /* RFC 2865 3 */
magic_fn magic_diameter; /* RFC 6733 3 */
magic_fn magic_ipfix;    /* RFC 7011 3.1 */
magic_fn magic_netflow;  /* RFC 3954, NetFlow 5, and IPFIX on their ports */
magic_fn magic_sflow;    /* sFlow version 5 */

/* tunnels */
magic_fn magic_ike;           /* RFC 7296 3.1, RFC 2408 3.1 */
magic_fn magic_ike_4500;      /* RFC 3948 2.2: four zero bytes first */
magic_fn magic_esp_keepalive; /* RFC 3948 2.3 */
magic_fn magic_wireguard;
magic_fn magic_openvpn;     /* hard resets */
magic_fn magic_openvpn_any; /* control packets and data, on its own port */
magic_fn magic_openvpn_tcp;
magic_fn magic_gtp_c;  /* 3GPP TS 29.274 5.1, 29.060 6 */
magic_fn magic_gtp_u;  /* 3GPP TS 29.281 5.1 */
magic_fn magic_gtp_p;  /* 3GPP TS 32.295 6.1 */
magic_fn magic_l2tp;   /* RFC 2661 3.1, control; RFC 3931 */
magic_fn magic_vxlan;  /* RFC 7348 5 */
magic_fn magic_geneve; /* RFC 8926 3.4 */

/* peer to peer */
magic_fn magic_bittorrent; /* BEP 3 handshake */
magic_fn magic_dht;        /* BEP 5 */
magic_fn magic_utp;        /* BEP 29: connection set-up */

/*
 * Behaviours: protocols that no single packet proves. The predicate says whether this packet could
 * be one and where it stands in its stream; class_look() counts packets that follow each other.
 */
struct stride {
	uint16_t seq;
	uint8_t time; /* coarse media clock, 0 where there is none */
	uint8_t key;  /* eight bits of the stream's identity */
};
typedef bool stride_fn(const struct look *y, struct stride *out);

stride_fn stride_rtp;   /* RFC 3550 5.1; key: SSRC, time: 256 clock ticks */
stride_fn stride_udptl; /* ITU-T T.38 9.1 */
stride_fn stride_esp;   /* RFC 4303 2, in UDP */

/*
 * Whether an RTP packet carries an SRTP authentication tag, told by its size (requirements section
 * 8): static payload types whose frames have a fixed size. 1: yes, -1: no, 0: can't be told.
 */
int magic_srtp_by_size(const struct look *y);
