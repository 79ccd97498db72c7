/*
 * Why a packet, or a part of it, was not decoded. One table: enum, name (a counter's name in
 * snapshots, Redis and JSON) and help come from it. A decoder returns REASON_OK or the first lie it
 * met; what was decoded before that stays valid, so a packet may have a reason and still be counted
 * on its link, member and (when the addresses were read) subnet.
 */
#pragma once

#define REASON_TABLE(X)                                                                        \
	X(OK, "ok", "decoded to its transport header or to a known end")                       \
	X(EMPTY, "empty", "no captured byte")                                                  \
	X(ETH_SHORT, "eth_short", "shorter than an Ethernet header")                           \
	X(LLC_SHORT, "llc_short", "802.3 length that lies or cuts the LLC header")             \
	X(VLAN_SHORT, "vlan_short", "cut inside a VLAN tag")                                   \
	X(VLAN_DEEP, "vlan_deep", "more VLAN tags than decoded")                               \
	X(SHIM_SHORT, "shim_short", "cut inside a switch's or service chain's header")         \
	X(MPLS_SHORT, "mpls_short", "cut inside an MPLS label stack")                          \
	X(MPLS_DEEP, "mpls_deep", "more MPLS labels than decoded")                             \
	X(MPLS_UNKNOWN, "mpls_unknown", "payload below the MPLS stack not recognised")         \
	X(PPPOE_BAD, "pppoe_bad", "PPPoE header cut or wrong")                                 \
	X(PPP_SHORT, "ppp_short", "PPP frame cut before its protocol")                         \
	X(ARP_SHORT, "arp_short", "ARP shorter than its own lengths say")                      \
	X(SLOW_SHORT, "slow_short", "slow-protocol frame cut")                                 \
	X(LLDP_SHORT, "lldp_short", "LLDP frame cut")                                          \
	X(IPV4_SHORT, "ipv4_short", "shorter than an IPv4 header")                             \
	X(IPV4_VERSION, "ipv4_version", "version is not 4 where IPv4 was announced")           \
	X(IPV4_HLEN, "ipv4_hlen", "IPv4 header length below 20")                               \
	X(IPV4_LENGTH, "ipv4_length", "IPv4 total length below its header or beyond the wire") \
	X(IPV6_SHORT, "ipv6_short", "shorter than an IPv6 header")                             \
	X(IPV6_VERSION, "ipv6_version", "version is not 6 where IPv6 was announced")           \
	X(IPV6_LENGTH, "ipv6_length", "IPv6 payload length beyond the wire")                   \
	X(IPV6_CHAIN, "ipv6_chain", "extension chain cut, too long or out of order")           \
	X(IPV6_MAPPED, "ipv6_mapped", "IPv4-mapped address on the wire (RFC 4291 2.5.5.2)")    \
	X(IP_UNKNOWN, "ip_unknown", "IP version neither 4 nor 6")                              \
	X(AH_SHORT, "ah_short", "cut inside an IPsec authentication header")                   \
	X(FRAGMENT_LATER, "fragment_later", "later fragment without its first one's ports")    \
	X(FRAGMENT_BAD, "fragment_bad", "fragment offset and length pass 65535 or overlap")    \
	X(TCP_SHORT, "tcp_short", "shorter than a TCP header")                                 \
	X(TCP_HLEN, "tcp_hlen", "TCP data offset below 5 or beyond the segment")               \
	X(TCP_OPTION, "tcp_option", "TCP option with a length that can't be")                  \
	X(UDP_SHORT, "udp_short", "shorter than a UDP header")                                 \
	X(UDP_LENGTH, "udp_length", "UDP length below 8 or beyond the IP payload")             \
	X(SCTP_SHORT, "sctp_short", "shorter than an SCTP header")                             \
	X(ICMP_SHORT, "icmp_short", "shorter than an ICMP header")                             \
	X(ICMP_QUOTE, "icmp_quote", "ICMP error whose quoted packet is cut before its ports")  \
	X(GRE_SHORT, "gre_short", "GRE header cut")                                            \
	X(GRE_VERSION, "gre_version", "GRE version or flags not known")                        \
	X(ERSPAN_SHORT, "erspan_short", "ERSPAN header cut")                                   \
	X(VXLAN_BAD, "vxlan_bad", "VXLAN header cut or without its flag")                      \
	X(GENEVE_BAD, "geneve_bad", "Geneve header cut or version not 0")                      \
	X(GTP_BAD, "gtp_bad", "GTP-U header cut or wrong")                                     \
	X(L2TP_BAD, "l2tp_bad", "L2TP data header cut")                                        \
	X(TEREDO_BAD, "teredo_bad", "Teredo indication without IPv6 behind it")                \
	X(TUNNEL_DEEP, "tunnel_deep", "more tunnels inside each other than decoded")           \
	X(ETHERTYPE_UNKNOWN, "ethertype_unknown", "ethertype that nobody decodes here")        \
	X(MACSEC, "macsec", "encrypted by MACsec: the probe is blind")                         \
	X(LINKTYPE, "linktype", "capture of a link type that is not used here")                \
	X(SIP_SHORT, "sip_short", "SIP message cut, or its end not here yet")                  \
	X(SIP_BAD, "sip_bad", "no SIP start line, or a header that can't be")                  \
	X(SDP_BAD, "sdp_bad", "no SDP, or a line that can't be")                               \
	X(RTP_SHORT, "rtp_short", "RTP header, extension or padding cut")                      \
	X(RTP_BAD, "rtp_bad", "not version 2 of RTP")                                          \
	X(RTCP_SHORT, "rtcp_short", "RTCP packet longer than its datagram")                    \
	X(RTCP_BAD, "rtcp_bad", "no RTCP packet, or shorter than its type needs")              \
	X(STUN_SHORT, "stun_short", "STUN message or ChannelData cut")                         \
	X(STUN_BAD, "stun_bad", "no STUN message, or an attribute past its end")               \
	X(DNS_SHORT, "dns_short", "DNS message cut")                                           \
	X(DNS_BAD, "dns_bad", "DNS name or count that can't be")                               \
	X(TLS_SHORT, "tls_short", "TLS record or message cut, or its end not here yet")        \
	X(TLS_BAD, "tls_bad", "no TLS record, or a length past its message")                   \
	X(DTLS_SHORT, "dtls_short", "DTLS record or message cut")                              \
	X(DTLS_BAD, "dtls_bad", "no DTLS record, or a length past its message")                \
	X(QUIC_SHORT, "quic_short", "QUIC header cut")                                         \
	X(QUIC_BAD, "quic_bad", "no QUIC packet, or a length past its datagram")               \
	X(WEBSOCKET_SHORT, "websocket_short", "WebSocket frame whose end is not here yet")     \
	X(WEBSOCKET_BAD, "websocket_bad", "no WebSocket frame, or longer than any read here")  \
	X(ZRTP_BAD, "zrtp_bad", "no ZRTP packet")                                              \
	X(UDPTL_BAD, "udptl_bad", "no UDPTL packet")                                           \
	X(LACP_SHORT, "lacp_short", "LACPDU or marker cut")                                    \
	X(LACP_BAD, "lacp_bad", "LACPDU or marker whose TLVs are not those of its version")    \
	X(LLDP_BAD, "lldp_bad", "LLDP without chassis, port and time to live in this order")   \
	X(CDP_BAD, "cdp_bad", "CDP without its header, or a TLV past its end")                 \
	X(BFD_SHORT, "bfd_short", "BFD control packet cut, or longer than its datagram")       \
	X(BFD_BAD, "bfd_bad", "BFD control packet that RFC 5880 6.8.6 discards")               \
	X(BGP_SHORT, "bgp_short", "BGP message cut, or its end not here yet")                  \
	X(BGP_LENGTH, "bgp_length", "BGP message of a length that its type can't have")        \
	X(BGP_BAD, "bgp_bad", "no BGP message, or a length that passes its end")               \
	X(MRT_SHORT, "mrt_short", "MRT record cut")                                            \
	X(MRT_BAD, "mrt_bad", "no MRT record, or a length that passes its end")                \
	X(BMP_SHORT, "bmp_short", "BMP message cut, or its end not here yet")                  \
	X(BMP_BAD, "bmp_bad", "no BMP message, or a length that passes its end")

enum reason {
#define REASON_ENUM(id, name, help) REASON_##id,
	REASON_TABLE(REASON_ENUM)
#undef REASON_ENUM
		REASON_COUNT
};

/* Name and help of a reason; never NULL. */
const char *reason_name(enum reason r);
const char *reason_help(enum reason r);
