/*
 * The parts of SIP header values that a passive observer compares: URIs of name-addr values (RFC
 * 3261 section 20.10 and 25.1), their tags, and the topmost Via (section 18.2, RFC 3581). Slices
 * are borrowed from the header; what is not there has `at` NULL. Any thread; nothing is allocated.
 *
 *   "A. Bell" <sip:bell@office.example:5061;transport=tls>;tag=8321
 *   SIP/2.0/UDP pc33.office.example:5060;branch=z9hG4bK776;received=192.0.2.1;rport=4000
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/addr.h"
#include "base/slice.h"

struct sip_uri {
	struct slice scheme; /* sip, sips, tel … */
	struct slice user;   /* with its password, as it stands; of tel: the number */
	struct slice host;   /* IPv6 without brackets */
	uint16_t port;       /* 0: none given */
};

struct sip_via {
	struct slice transport; /* UDP, TCP, TLS … */
	struct slice host;      /* sent-by; IPv6 without brackets */
	uint16_t port;          /* of sent-by; 0: none given */
	struct slice branch;
	struct slice received; /* filled in by who got the request; IPv6 without brackets */
	uint16_t rport;        /* likewise; 0: none, or asked for and not filled in */
};

/* The URI of a From, To or Contact value, or of a request line. False: none in it. */
bool sip_uri_read(struct slice value, struct sip_uri *out);
/* The tag parameter of a From or To value. */
struct slice sip_tag(struct slice value);
/* The first of the Via values in a header. False: no SIP/2.0 or no sent-by. */
bool sip_via_read(struct slice value, struct sip_via *out);
/* A host that is an address, not a name. */
bool sip_host_addr(struct slice host, struct addr *out);
