/* IP protocol numbers that decoding turns on (IANA protocol numbers registry). */
#pragma once

enum {
	PROTO_ICMP = 1,
	PROTO_IPIP = 4,
	PROTO_TCP = 6,
	PROTO_UDP = 17,
	PROTO_IPV6 = 41,
	PROTO_GRE = 47,
	PROTO_AH = 51,
	PROTO_ICMP6 = 58,
	PROTO_ETHERIP = 97,
	PROTO_SCTP = 132,
	PROTO_MPLS = 137,
};
