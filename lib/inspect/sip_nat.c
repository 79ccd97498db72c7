#include "inspect/sip_nat.h"

#include <stdio.h>

#include "inspect/handler.h"
#include "proto/sip_uri.h"

/* RFC 1918, RFC 6598, RFC 3927, RFC 4193, RFC 4291 link-local. */
static bool
is_private(const struct addr *a)
{
	uint32_t v4 = load_be32(a->b + 12);

	if (!addr_is_v4(a))
		return (a->b[0] & 0xfe) == 0xfc || (a->b[0] == 0xfe && (a->b[1] & 0xc0) == 0x80);
	return v4 >> 24 == 10 || v4 >> 20 == 0xac1 || v4 >> 16 == 0xc0a8 || v4 >> 22 == 0x191 ||
	       v4 >> 16 == 0xa9fe;
}

/* What is looked at, and where its signs count. */
struct nat_look {
	struct voice *voice;
	struct voice_place place;
	struct addr source;
};

static void
add(const struct nat_look *l, enum nat_sign sign, const struct addr *told)
{
	char example[VOICE_EXAMPLE_SIZE], a[ADDR_TEXT_SIZE], b[ADDR_TEXT_SIZE];

	snprintf(example, sizeof example, "%s %s from %s", nat_sign_name(sign),
	         addr_format(told, a), addr_format(&l->source, b));
	voice_nat_add(l->voice, &l->place, sign, example);
}

static void
look_at_host(const struct nat_look *l, enum nat_sign sign, struct slice host)
{
	struct addr told;

	if (sip_host_addr(host, &told) && is_private(&told))
		add(l, sign, &told);
}

/* In an answer: what the far end saw the question come from. */
static void
look_at_received(const struct nat_look *l, const struct sip_via *via)
{
	struct addr sent_by, received;
	bool known = sip_host_addr(via->host, &sent_by);

	if (sip_host_addr(via->received, &received) && known && !addr_equal(&sent_by, &received))
		add(l, NAT_RECEIVED, &sent_by);
	if (via->rport && via->rport != (via->port ? via->port : 5060))
		add(l, NAT_RPORT, known ? &sent_by : &l->source);
}

static void
look_at_sdp(const struct nat_look *l, const struct sdp *sdp)
{
	if (sdp->has_address && is_private(&sdp->address)) {
		add(l, NAT_SDP, &sdp->address);
		return;
	}
	for (unsigned i = 0; i < sdp->media_count; i++) {
		const struct sdp_media *m = &sdp->media[i];

		if (!m->has_address || !m->port || !is_private(&m->address))
			continue;
		add(l, NAT_SDP, &m->address);
		return;
	}
}

void
sip_nat_look(struct inspection *in, const struct sip *sip, const struct sdp *sdp)
{
	struct nat_look l = {.voice = in->census->voice};
	struct sip_via via;
	struct sip_uri contact;
	bool has_via = sip_via_read(sip->value[SIP_VIA], &via);

	if (!in->conversation)
		return;
	l.source = in->conversation->ip[in->direction];
	if (is_private(&l.source))
		return;
	voice_place(l.voice, in, &l.place);
	if (!l.place.sided)
		return;
	/* what the peer says of itself, and what the cloud saw of the peer */
	if (l.place.sender == SIDE_MSFT) {
		if (has_via && !sip->request)
			look_at_received(&l, &via);
		return;
	}
	if (has_via && sip->request)
		look_at_host(&l, NAT_VIA, via.host);
	if (sip_uri_read(sip->value[SIP_CONTACT], &contact))
		look_at_host(&l, NAT_CONTACT, contact.host);
	if (sdp)
		look_at_sdp(&l, sdp);
}
