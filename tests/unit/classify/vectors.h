/*
 * Payloads whose class is known from elsewhere: examples printed in RFCs, packets of public
 * captures (file and frame are named), and headers written by hand from the field layout in the
 * specification. Each is as short as its predicate needs; `size` is what was on the wire.
 */
#pragma once

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "classify/class.h"
#include "classify/magic.h"

struct vector {
	const char *source;
	magic_fn *magic;
	uint8_t class, transport;
	uint16_t port;      /* of the responder */
	uint16_t size;      /* on the wire; 0: as many bytes as given */
	uint8_t flow_class; /* what the flow is already */
	const char *hex;    /* one of both */
	const char *text;
};

struct bytes {
	uint8_t at[512];
	uint32_t captured, size;
};

static inline uint8_t
vector_nibble(char c)
{
	return (uint8_t)(c <= '9' ? c - '0' : c - 'a' + 10);
}

static inline struct bytes
vector_bytes(const struct vector *v)
{
	struct bytes b = {0};

	if (v->text) {
		b.captured = (uint32_t)strlen(v->text);
		memcpy(b.at, v->text, b.captured);
	}
	for (const char *h = v->hex ? v->hex : ""; *h; h += *h == ' ' ? 1 : 2)
		if (*h != ' ')
			b.at[b.captured++] =
				(uint8_t)(vector_nibble(h[0]) << 4 | vector_nibble(h[1]));
	b.size = v->size ? v->size : b.captured;
	return b;
}

#define U(source, magic, class, port, size, hex)                                  \
	{                                                                         \
		source, magic, CLASS_##class, CLASS_UDP, port, size, 0, hex, NULL \
	}
#define T(source, magic, class, port, size, hex)                                  \
	{                                                                         \
		source, magic, CLASS_##class, CLASS_TCP, port, size, 0, hex, NULL \
	}
#define INSIDE(flow, source, magic, class, port, size, hex)                                  \
	{                                                                                    \
		source, magic, CLASS_##class, CLASS_UDP, port, size, CLASS_##flow, hex, NULL \
	}
#define TEXT(transport, source, magic, class, port, text)                               \
	{                                                                               \
		source, magic, CLASS_##class, CLASS_##transport, port, 0, 0, NULL, text \
	}

static const struct vector vectors[] = {
	/* SIP */
	TEXT(UDP, "RFC 3261 24.2, F1", magic_sip, SIP, 5060,
             "INVITE sip:bob@biloxi.com SIP/2.0\r\nVia: SIP/2.0/UDP pc33.atlanta.com"),
	TEXT(UDP, "RFC 3261 24.1, F2", magic_sip, SIP, 5060, "SIP/2.0 200 OK\r\nVia: SIP/2.0/UDP"),
	TEXT(TCP, "RFC 3261 24.1, F1", magic_sip, SIP, 5070,
             "REGISTER sip:registrar.biloxi.com SIP/2.0\r\nVia: SIP/2.0/TCP bobspc"),
	TEXT(UDP, "RFC 4475 3.1.1.2, its method", magic_sip_any, SIP, 5060,
             "!interesting-Method0123456789_*+`.%indeed'~ sip:1_unusual.URI@example.com "
             "SIP/2.0\r\n"),
	TEXT(UDP, "RFC 3261 7.5: empty lines first", magic_sip, SIP, 5060,
             "\r\n\r\nOPTIONS sip:carol@chicago.com SIP/2.0\r\nVia: SIP/2.0/UDP pc33"),
	/* STUN, TURN */
	U("RFC 5769 2.1", magic_stun, STUN, 3478, 108,
          "00010058 2112a442 b7e7a701bc34d686fa87dfae 80220010 5354554e207465737420636c69656e74"),
	U("RFC 5769 2.2", magic_stun, STUN, 40000, 80,
          "0101003c 2112a442 b7e7a701bc34d686fa87dfae 8022000b 7465737420766563746f7220"),
	U("arkime stun.pcap 3", magic_stun_classic, STUN, 40000, 0,
          "0001000802389232616b1a13fe1797626b3a20150003000400000004"),
	U("arkime stun.pcap 1", magic_stun_classic_any, STUN, 3478, 0,
          "0001001845589a049d6523142743e224714a8c2e0101001431323334353637383930313233343536"
          "37383900"),
	T("nDPI stun.pcap, port 42000", magic_stun_framed, STUN, 42000, 106,
          "0068000100542112a442f3439453b698fb2950bb06ed000600092f7049303a546f456400000000"),
	T("RFC 5769 2.1 over TCP", magic_stun_stream, STUN, 3478, 108,
          "00010058 2112a442 b7e7a701bc34d686fa87dfae"),
	U("nDPI stun.pcap 67", magic_turn, TURN, 40003, 0,
          "000300082112a442414b37515079504b396575560019000411000000"),
	U("arkime stun.pcap 2: Microsoft's cookie", magic_turn_microsoft, TURN, 3478, 133,
          "000300712112a442d428f6f5e77f3136a7a9306f000f000472c64bc6"),
	INSIDE(STUN, "RFC 8656 12.4", magic_turn_channel, TURN, 40003, 12, "40010005 8000123400"),
	U("RFC 8656 12.4", magic_turn_channel_any, TURN, 3478, 9, "40010005 8000123400"),
	U("Wireshark packet-turnchannel.c", magic_turn_multiplexed, TURN, 443, 16,
          "ff10000c 0000000000000001 00000000"),
	/* keys and media */
	U("BruteShark Asterisk_ZFONE_XLITE.pcap 32", magic_zrtp, ZRTP, 49848, 132,
          "1000b27d5a525450b72a7104505a001d48656c6c6f202020312e3130"),
	U("nDPI dtls2.pcap 1", magic_dtls, DTLS, 61457, 81,
          "16feff00000000000000000044010000380000000000000038feffc5939ddb"),
	U("nDPI dtls_mid_sessions.pcapng 1", magic_dtls, DTLS, 443, 93,
          "170100000100000000d415005056cb1c4eca90c45400c6be042720fc34c3e1"),
	INSIDE(DTLS, "RFC 9147 4, figure 3", magic_dtls_unified, DTLS, 40000, 40,
               "2c 0001 0023 00112233445566778899"),
	U("sipnab rtp-protocol.pcap 9", magic_rtcp, RTCP, 6041, 0,
          "80c8000644c61afb001cd3b3da1cab0c32a1053c00000001000000a081ca000344c61afb"
          "0103633000000000"),
	U("RFC 3550 6.6, alone", magic_rtcp, RTCP, 7001, 8, "81cb0001 00000001"),
	U("RFC 3550 6.7: APP of a name", magic_rtcp, RTCP, 7001, 16,
          "80cc0003 00000001 50494e47 00000000"),
	U("RFC 5506 3.4.2: a lone picture loss indication", magic_rtcp, RTCP, 7001, 12,
          "81ce0002 00000001 00000002"),
	U("nDPI discord.pcap 176: SRTCP", magic_rtcp, RTCP, 50004, 0,
          "80c900010000ace38215b971b2bc7d430dd8e674f1cfd8564a2f0080"),
	/* web */
	T("RFC 8448 3", magic_tls, TLS, 8443, 201,
          "16030100c4010000c00303cb34ecb1e78163ba1c38c6dacb196a6dffa21a8d9912ec18a2ef6283024dece7"),
	T("iris tls_ciphers.pcap: a hello in the frame of SSL 2", magic_tls_compatible, TLS, 8443,
          0,
          "80320103030009000000200000040100800000ff4575c2fa383b34ff9c5aa53c27a31188"
          "a5cbd9976dd1cbee23124aba078bc2f1"),
	T("RFC 8448 3", magic_tls_any, SIP_TLS, 5061, 201,
          "16030100c4010000c00303cb34ecb1e78163ba1c38c6dacb196a6d"),
	T("RFC 8448 3", magic_tls_any, DOT, 853, 201, "16030100c4010000c00303cb34ecb1e7"),
	T("iris quic.pcap 1: application data", magic_tls_any, TLS, 443, 0,
          "17030300148b74b12b39a15b6bee1ecd01dda6ca6787b3226a"),
	TEXT(TCP, "RFC 7118 4.1", magic_sip_websocket, SIP, 80,
             "GET / HTTP/1.1\r\nHost: sip-ws.example.com\r\nUpgrade: websocket\r\nConnection: "
             "Upgrade\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nOrigin: "
             "http://www.example.com\r\nSec-WebSocket-Protocol: sip\r\n"),
	TEXT(TCP, "RFC 7118 4.1: response", magic_sip_websocket, SIP, 8080,
             "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
             "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\nSec-WebSocket-Protocol: "
             "sip\r\n"),
	TEXT(TCP, "RFC 9112 2.1", magic_http, HTTP, 8080,
             "GET /hello.txt HTTP/1.1\r\nUser-Agent: curl/7.64.1\r\n"),
	TEXT(TCP, "RFC 9110 3.9", magic_http, HTTP, 80, "HTTP/1.1 200 OK\r\nDate: Mon, 27 Jul"),
	TEXT(TCP, "RFC 9110 9.3.6", magic_http, HTTP, 8080,
             "CONNECT server.example.com:80 HTTP/1.1\r\nHost: server.example.com\r\n\r\n"),
	TEXT(TCP, "RFC 4253 4.2", magic_ssh, SSH, 2222, "SSH-2.0-billsSSH_3.6.3q3\r\n"),
	U("RFC 9001 A.2", magic_quic, QUIC, 4433, 1200,
          "c000000001088394c8f03e5157080000449e7b9aec34d1b1c98dd7689fb8ec11"),
	U("RFC 9369 A.2", magic_quic, QUIC, 4433, 1200,
          "d76b3343cf088394c8f03e5157080000449ea0c95e82ffe67b6abcdb4298b485"),
	U("its drafts from 01 on", magic_quic, QUIC, 4433, 1200,
          "d7709a50c4088394c8f03e5157080000449ea0c95e82ffe67b6abcdb4298b485"),
	U("nDPI quic-mvfst-27.pcapng 1", magic_quic_any, QUIC, 443, 1232,
          "ccfaceb00208adbbb2044a6fd4af000044bed78d24631f2bd48d63ca"),
	U("tcpdump quic_vn.pcap 1: a version to be refused", magic_quic_any, QUIC, 443, 1200,
          "c71a2a3a4a089d5728481287a3b40000449ee863ad60fd952f62ce93"),
	U("RFC 8999 6: version negotiation", magic_quic_any, QUIC, 443, 0,
          "80 00000000 04 01020304 04 05060708 00000001 6b3343cf"),
	U("quicdoq.pcap 1 of Zeek", magic_quic_any, DOT, 853, 1252,
          "cf0000000108fda05288ab9ff546080fb934775f247b8e0044ca125b"),
	U("mercury capture2.pcap 11", magic_dns, DNS, 53, 0,
          "10320100000100000000000006676f6f676c6503636f6d0000100001"),
	U("arkime cloudshark-dtls1.pcap 6: the root, EDNS", magic_dns, DNS, 53, 0,
          "273b0120000100000000000100000200010000291000000080000000"),
	T("the same over TCP", magic_dns_tcp, DNS, 53, 0,
          "001c 10320100000100000000000006676f6f676c6503636f6d0000100001"),
	U("mercury capture2.pcap 3792", magic_dns_local, MDNS, 5355, 0,
          "bba7000000010000000000000a73616d73756e672d70630000010001"),
	/* infrastructure */
	T("RFC 4271 4.4, KEEPALIVE", magic_bgp, BGP, 179, 0,
          "ffffffffffffffffffffffffffffffff001304"),
	T("RFC 4271 4.4, behind the end of another message", magic_bgp, BGP, 179, 0,
          "180a0000 ffffffffffffffffffffffffffffffff001304"),
	U("tcpdump bfd-lag.pcap 1", magic_bfd, BFD, 6784, 0,
          "206003180de6083700000000000f4240000493e0000493e0"),
	U("tcpdump bfd-multihop.pcap 1", magic_bfd, BFD, 3784, 0,
          "20c003187429abf9d43a40c1000493e0000493e0000493e0"),
	U("arkime ospf.pcap 217", magic_ntp, NTP, 123, 48, "e30006e80000000000000002494e4954"),
	U("suricata vxlan.pcap 1", magic_ntp, NTP, 123, 48, "230009200000000000000000000000"),
	U("inputs__sip.pcap 26 of ipfixprobe", magic_dhcp6, DHCP, 547, 89,
          "0163eb830008000200000001000e000100011a189f4628d24433b693"),
	U("BruteShark SIP_CALL_RTP_G711.pcap 387", magic_snmp, SNMP, 161, 78,
          "304c02010004067075626c6963a03f0202015b020100020100"),
	TEXT(UDP, "RFC 5424 6.5, example 1", magic_syslog, SYSLOG, 514,
             "<34>1 2003-10-11T22:14:15.003Z mymachine.example.com su - ID47 - BOM"),
	U("RFC 2865 7.1", magic_radius, RADIUS, 1812, 56,
          "010000380f403f9473978057bd83d5cb98f4227a01066e656d6f0212"),
	T("jnetpcap tc_TC_IDPRE_EXT0140.pcap 11", magic_diameter, RADIUS, 3868, 76,
          "0100004c80000118000000000e6324cb0e6324cb00000108400000206d746173"),
	U("RFC 7011 3.1, header alone", magic_ipfix, IPFIX, 4739, 0,
          "000a0010 60000000 00000001 00000001"),
	U("NetFlow 5: one record", magic_netflow, IPFIX, 2055, 72,
          "00050001 00000064 60000000 00000000 00000001 00000000"),
	U("RFC 3954 5.1: a template", magic_netflow, IPFIX, 9995, 36,
          "00090001 00000064 60000000 00000001 00000001 00000010 01000002"),
	U("nDPI sflow.pcap 1", magic_sflow, SFLOW, 6343, 144,
          "0000000500000001ac152311000000010000019f673dd71000000001"),
	/* tunnels */
	U("RFC 7296 3.1: INFORMATIONAL without payload", magic_ike, IKE, 500, 0,
          "0102030405060708 1112131415161718 00202508 00000002 0000001c"),
	U("RFC 3948 2.2", magic_ike_4500, IKE, 4500, 0,
          "00000000 0102030405060708 1112131415161718 00202508 00000002 0000001c"),
	U("RFC 3948 2.3", magic_esp_keepalive, ESP, 4500, 0, "ff"),
	U("WireGuard paper 5.4.2, initiation", magic_wireguard, WIREGUARD, 51820, 148,
          "01000000 3c1a0f55 0123456789abcdef0123456789abcdef"),
	U("WireGuard paper 5.4.3, response", magic_wireguard, WIREGUARD, 5060, 92,
          "02000000 11223344 3c1a0f55 0123456789abcdef"),
	U("WireGuard paper 5.4.6, data", magic_wireguard, WIREGUARD, 5060, 128,
          "04000000 3c1a0f55 0700000000000000 aabbccddeeff"),
	U("nDPI openvpn.pcap 1", magic_openvpn, OPENVPN, 443, 0, "38334857703d96db390000000000"),
	U("nDPI openvpn.pcap 2", magic_openvpn, OPENVPN, 40000, 0,
          "40d31c3a6964602fa00100000000334857703d96db3900000000"),
	U("nDPI openvpn.pcap: data on its own port", magic_openvpn_any, OPENVPN, 1194, 100,
          "30aabbccddeeff00112233445566"),
	T("nDPI openvpn.pcap 25", magic_openvpn_tcp, OPENVPN, 1194, 0,
          "000e38507a28a78275788d0000000000"),
	U("3GPP TS 29.274 5.1: echo with Recovery", magic_gtp_c, GTP_C, 2123, 0,
          "40010009 00000100 0300010005"),
	U("3GPP TS 29.281 7.2.1: echo", magic_gtp_u, GTP_U, 2152, 0, "32010004 00000000 00010000"),
	U("3GPP TS 29.281 5.1: T-PDU", magic_gtp_u, GTP_U, 2152, 92, "30ff0054 00001234 4500"),
	U("3GPP TS 32.295 6.1: echo", magic_gtp_p, GTP_C, 3386, 0, "4e010000 0001"),
	U("RFC 2661 3.1: an empty control message", magic_l2tp, L2TP, 1701, 0,
          "c802000c 00010000 00010001"),
	U("tcpdump tests__vxlan.pcap 2", magic_vxlan, VXLAN, 4789, 0,
          "0800000000006400ffffffffffff00308801000208060001080006040001"),
	U("RFC 8926 3.4", magic_geneve, GENEVE, 6081, 64, "00006558 00006400 ffffffffffff"),
	/* peer to peer */
	{"BEP 3", magic_bittorrent, CLASS_BITTORRENT, CLASS_TCP, 6881, 0, 0,
         "13426974546f7272656e742070726f746f636f6c0000000000000000", NULL},
	TEXT(UDP, "BEP 5, ping", magic_dht, BITTORRENT, 6881,
             "d1:ad2:id20:abcdefghij0123456789e1:q4:ping1:t2:aa1:y1:qe"),
	U("nDPI bittorrent_utp.pcap 87", magic_utp, BITTORRENT, 33333, 0,
          "41004567ed639296000000000010000023c60000"),
	INSIDE(BITTORRENT, "nDPI bittorrent_utp.pcap, the answer", magic_utp, BITTORRENT, 49861, 0,
               "21004567ed6393410000000000100000456723c6"),
};
#undef U
#undef T
#undef INSIDE
#undef TEXT

enum { VECTORS = sizeof vectors / sizeof *vectors };
