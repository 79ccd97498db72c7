#include "proto/bgp_update.h"

#include <string.h>

#include "proto/bgp_open.h"

enum flag { OPTIONAL = 0x80, TRANSITIVE = 0x40, EXTENDED = 0x10 };

enum { RD_SIZE = 8, V4_SIZE = 4, V6_SIZE = 16, ANY = 0xff };

/* What RFC 7606 section 7 asks of a type: its flags, the sizes it may have (a fixed one, or a
 * multiple), and what happens when they are others. AGGREGATOR's depends on the session. */
static const struct rule {
	uint8_t type, flags;
	uint8_t fixed, multiple; /* ANY; 0: of nothing */
	uint8_t treatment;       /* enum bgp_treatment */
} rules[] = {
	{BGP_ORIGIN, TRANSITIVE, 1, 0, BGP_TREAT_WITHDRAW},
	{BGP_AS_PATH, TRANSITIVE, ANY, 0, BGP_TREAT_WITHDRAW},
	{BGP_NEXT_HOP, TRANSITIVE, 4, 0, BGP_TREAT_WITHDRAW},
	{BGP_MED, OPTIONAL, 4, 0, BGP_TREAT_WITHDRAW},
	{BGP_LOCAL_PREF, TRANSITIVE, 4, 0, BGP_TREAT_WITHDRAW},
	{BGP_ATOMIC_AGGREGATE, TRANSITIVE, 0, 0, BGP_TREAT_DISCARD},
	{BGP_AGGREGATOR, OPTIONAL | TRANSITIVE, ANY, 2, BGP_TREAT_DISCARD},
	{BGP_COMMUNITIES, OPTIONAL | TRANSITIVE, ANY, 4, BGP_TREAT_WITHDRAW},
	{BGP_ORIGINATOR_ID, OPTIONAL, 4, 0, BGP_TREAT_WITHDRAW},
	{BGP_CLUSTER_LIST, OPTIONAL, ANY, 4, BGP_TREAT_WITHDRAW},
	{BGP_MP_REACH, OPTIONAL, ANY, 0, BGP_TREAT_RESET},
	{BGP_MP_UNREACH, OPTIONAL, ANY, 0, BGP_TREAT_RESET},
	{BGP_EXTENDED_COMMUNITIES, OPTIONAL | TRANSITIVE, ANY, 8, BGP_TREAT_WITHDRAW},
	{BGP_AS4_PATH, OPTIONAL | TRANSITIVE, ANY, 2, BGP_TREAT_DISCARD},
	{BGP_AS4_AGGREGATOR, OPTIONAL | TRANSITIVE, 8, 0, BGP_TREAT_DISCARD},
	{BGP_LARGE_COMMUNITIES, OPTIONAL | TRANSITIVE, ANY, 12, BGP_TREAT_WITHDRAW},
	{BGP_ONLY_TO_CUSTOMER, OPTIONAL | TRANSITIVE, 4, 0, BGP_TREAT_WITHDRAW},
};

static const struct rule *
rule_of(uint8_t type)
{
	for (size_t i = 0; i < sizeof rules / sizeof *rules; i++) {
		if (rules[i].type == type)
			return &rules[i];
	}
	return NULL;
}

static void
note(struct bgp_update *out, enum bgp_note what, uint8_t treatment)
{
	out->notes |= what;
	if (treatment > out->treatment)
		out->treatment = treatment;
}

/* Section 3 c) and 7: false when the value is not to be read. */
static bool
obeys(const struct rule *rule, uint8_t flags, size_t size, struct bgp_update *out)
{
	if ((flags & (OPTIONAL | TRANSITIVE)) != rule->flags)
		note(out, BGP_NOTE_FLAGS, rule->treatment);
	if ((rule->fixed != ANY && size != rule->fixed) ||
	    (rule->multiple && size % rule->multiple) ||
	    (rule->multiple && !size && rule->treatment == BGP_TREAT_WITHDRAW)) {
		note(out, BGP_NOTE_LENGTH, rule->treatment);
		return false;
	}
	return true;
}

/* RFC 6396 section 4.3.4: in dumps an address family has gone before, so the next hop stands alone.
 * No family's number begins as such a length does. */
static bool
is_next_hop_alone(const struct cursor *value)
{
	size_t size = cursor_left(value);

	return (size == 1 + V4_SIZE || size == 1 + V6_SIZE || size == 1 + 2 * V6_SIZE) &&
	       *value->at == size - 1;
}

static void
read_reach(struct cursor *value, bool with_next_hop, struct bgp_reach *r, struct bgp_update *out)
{
	if (with_next_hop && is_next_hop_alone(value)) {
		r->next_hop = cursor_slice(value, cursor_u8(value));
		return;
	}
	*r = (struct bgp_reach){.afi = cursor_be16(value), .safi = cursor_u8(value)};
	r->next_hop = cursor_slice(value, with_next_hop ? cursor_u8(value) : 0);
	if (with_next_hop)
		cursor_skip(value, 1);
	r->nlri = *value;
	if (!value->ok)
		note(out, BGP_NOTE_MP, BGP_TREAT_RESET);
}

static void
read_origin(struct cursor *value, struct bgp_update *out)
{
	out->origin = cursor_u8(value);
	if (out->origin > 2)
		note(out, BGP_NOTE_VALUE, BGP_TREAT_WITHDRAW);
}

static void
read_value(uint8_t type, struct cursor *value, struct bgp_update *out)
{
	switch (type) {
	case BGP_ORIGIN:
		read_origin(value, out);
		break;
	case BGP_AS_PATH:
		out->as_path = *value;
		break;
	case BGP_NEXT_HOP:
		memcpy(out->next_hop, value->at, sizeof out->next_hop);
		break;
	case BGP_MED:
		out->med = cursor_be32(value);
		break;
	case BGP_LOCAL_PREF:
		out->local_pref = cursor_be32(value);
		break;
	case BGP_AGGREGATOR:
		out->aggregator = *value;
		break;
	case BGP_COMMUNITIES:
		out->communities = *value;
		break;
	case BGP_ORIGINATOR_ID:
		memcpy(out->originator, value->at, sizeof out->originator);
		break;
	case BGP_CLUSTER_LIST:
		out->clusters = *value;
		break;
	case BGP_MP_REACH:
		read_reach(value, true, &out->reach, out);
		break;
	case BGP_MP_UNREACH:
		read_reach(value, false, &out->unreach, out);
		break;
	case BGP_EXTENDED_COMMUNITIES:
		out->extended = *value;
		break;
	case BGP_AS4_PATH:
		out->as4_path = *value;
		break;
	case BGP_LARGE_COMMUNITIES:
		out->large = *value;
		break;
	case BGP_ONLY_TO_CUSTOMER:
		out->only_to_customer = cursor_be32(value);
		break;
	default:
		break;
	}
}

/* Section 3 g): of an attribute that comes twice the first counts; twice an MP one ends it all. */
static bool
is_repeated(uint8_t type, struct bgp_update *out)
{
	bool mp = type == BGP_MP_REACH || type == BGP_MP_UNREACH;

	if (!bgp_update_has(out, type))
		return false;
	note(out, mp ? BGP_NOTE_MP : BGP_NOTE_DUPLICATE, mp ? BGP_TREAT_RESET : BGP_TREAT_DISCARD);
	return true;
}

static void
read_attribute(uint8_t flags, uint8_t type, struct cursor *value, struct bgp_update *out)
{
	const struct rule *rule = rule_of(type);

	out->attribute_count++;
	if (is_repeated(type, out))
		return;
	if (type < 64)
		out->has |= 1ull << type;
	if (rule && obeys(rule, flags, cursor_left(value), out))
		read_value(type, value, out);
}

static void
read_attributes(struct cursor c, struct bgp_update *out)
{
	while (cursor_left(&c)) {
		uint8_t flags = cursor_u8(&c), type = cursor_u8(&c);
		uint16_t size = flags & EXTENDED ? cursor_be16(&c) : cursor_u8(&c);
		struct cursor value = cursor_slice(&c, size);

		if (!value.ok) {
			/* section 4: the prefixes before and behind are still known */
			note(out, BGP_NOTE_OVERRUN, BGP_TREAT_WITHDRAW);
			return;
		}
		read_attribute(flags, type, &value, out);
	}
}

/* RFC 4271 section 5 and RFC 7606 section 3 d). */
static void
check_mandatory(struct bgp_update *out)
{
	bool plain = cursor_left(&out->nlri) > 0;
	bool mp = bgp_update_has(out, BGP_MP_REACH) && cursor_left(&out->reach.nlri);
	bool path = bgp_update_has(out, BGP_AS_PATH) || bgp_update_has(out, BGP_BGPSEC_PATH);

	if (!plain && !mp)
		return;
	if (!bgp_update_has(out, BGP_ORIGIN) || !path ||
	    (plain && !bgp_update_has(out, BGP_NEXT_HOP)))
		note(out, BGP_NOTE_MISSING, BGP_TREAT_WITHDRAW);
}

/* All cursors empty, at `at`. */
static void
clear(struct bgp_update *out, const uint8_t *at)
{
	struct cursor none = cursor_over(at, 0);

	*out = (struct bgp_update){
		.withdrawn = none,
		.nlri = none,
		.attributes = none,
		.as_path = none,
		.as4_path = none,
		.aggregator = none,
		.communities = none,
		.extended = none,
		.large = none,
		.clusters = none,
		.reach = {.next_hop = none, .nlri = none},
		.unreach = {.next_hop = none, .nlri = none},
	};
}

void
bgp_attributes_decode(struct cursor attributes, struct bgp_update *out)
{
	clear(out, attributes.at);
	out->attributes = attributes;
	read_attributes(attributes, out);
}

enum reason
bgp_update_decode(struct cursor *body, struct bgp_update *out)
{
	clear(out, body->at);
	out->withdrawn = cursor_slice(body, cursor_be16(body));
	out->attributes = cursor_slice(body, cursor_be16(body));
	out->nlri = *body;
	if (!body->ok) {
		out->treatment = BGP_TREAT_RESET;
		return REASON_BGP_BAD;
	}
	body->at = body->end;
	read_attributes(out->attributes, out);
	check_mandatory(out);
	return REASON_OK;
}

bool
bgp_update_ends_rib(const struct bgp_update *u, uint16_t *afi, uint8_t *safi)
{
	if (cursor_left(&u->withdrawn) || cursor_left(&u->nlri) || u->notes)
		return false;
	if (!u->attribute_count) {
		*afi = BGP_AFI_IPV4;
		*safi = BGP_SAFI_UNICAST;
		return true;
	}
	*afi = u->unreach.afi;
	*safi = u->unreach.safi;
	return u->attribute_count == 1 && bgp_update_has(u, BGP_MP_UNREACH) &&
	       !cursor_left(&u->unreach.nlri);
}

bool
bgp_reach_next_hop(const struct bgp_reach *r, struct addr *out)
{
	size_t size = cursor_left(&r->next_hop), skip = r->safi == BGP_SAFI_VPN ? RD_SIZE : 0;
	const uint8_t *p = r->next_hop.at + skip;

	if (size < skip)
		return false;
	size -= skip;
	if (size != V4_SIZE && size != V6_SIZE && size != 2 * V6_SIZE && size != 2 * V6_SIZE + skip)
		return false;
	*out = size == V4_SIZE ? addr_v4(p) : addr_v6(p);
	return true;
}
