#include "proto/bgp_update.h"

#include <stddef.h>
#include <string.h>

#include "proto/bgp_open.h"

enum flag { OPTIONAL = 0x80, TRANSITIVE = 0x40, EXTENDED = 0x10 };

enum { RD_SIZE = 8, V4_SIZE = 4, V6_SIZE = 16, ANY = 0xff };

/* How a value is kept, in the field at `offset`. */
enum keep {
	KEEP_NOT,
	KEEP_SLICE,
	KEEP_NUMBER,
	KEEP_ADDRESS,
	KEEP_ORIGIN,
	KEEP_REACH,
	KEEP_UNREACH
};

#define FIELD(keep, member) KEEP_##keep, offsetof(struct bgp_update, member)

/* What RFC 7606 section 7 asks of a type: its flags, the sizes it may have (a fixed one, or a
 * multiple), and what happens when they are others. AGGREGATOR's depends on the session. */
static const struct rule {
	uint8_t type, flags;
	uint8_t fixed, multiple; /* ANY; 0: of nothing */
	uint8_t treatment;       /* enum bgp_treatment */
	uint8_t keep;            /* enum keep */
	uint16_t offset;
} rules[] = {
	{BGP_ORIGIN, TRANSITIVE, 1, 0, BGP_TREAT_WITHDRAW, FIELD(ORIGIN, origin)},
	{BGP_AS_PATH, TRANSITIVE, ANY, 0, BGP_TREAT_WITHDRAW, FIELD(SLICE, as_path)},
	{BGP_NEXT_HOP, TRANSITIVE, 4, 0, BGP_TREAT_WITHDRAW, FIELD(ADDRESS, next_hop)},
	{BGP_MED, OPTIONAL, 4, 0, BGP_TREAT_WITHDRAW, FIELD(NUMBER, med)},
	{BGP_LOCAL_PREF, TRANSITIVE, 4, 0, BGP_TREAT_WITHDRAW, FIELD(NUMBER, local_pref)},
	{BGP_ATOMIC_AGGREGATE, TRANSITIVE, 0, 0, BGP_TREAT_DISCARD, KEEP_NOT, 0},
	{BGP_AGGREGATOR, OPTIONAL | TRANSITIVE, ANY, 2, BGP_TREAT_DISCARD,
         FIELD(SLICE, aggregator)},
	{BGP_COMMUNITIES, OPTIONAL | TRANSITIVE, ANY, 4, BGP_TREAT_WITHDRAW,
         FIELD(SLICE, communities)},
	{BGP_ORIGINATOR_ID, OPTIONAL, 4, 0, BGP_TREAT_WITHDRAW, KEEP_NOT, 0},
	{BGP_CLUSTER_LIST, OPTIONAL, ANY, 4, BGP_TREAT_WITHDRAW, KEEP_NOT, 0},
	{BGP_MP_REACH, OPTIONAL, ANY, 0, BGP_TREAT_RESET, FIELD(REACH, reach)},
	{BGP_MP_UNREACH, OPTIONAL, ANY, 0, BGP_TREAT_RESET, FIELD(UNREACH, unreach)},
	{BGP_EXTENDED_COMMUNITIES, OPTIONAL | TRANSITIVE, ANY, 8, BGP_TREAT_WITHDRAW,
         FIELD(SLICE, extended)},
	{BGP_AS4_PATH, OPTIONAL | TRANSITIVE, ANY, 2, BGP_TREAT_DISCARD, FIELD(SLICE, as4_path)},
	{BGP_AS4_AGGREGATOR, OPTIONAL | TRANSITIVE, 8, 0, BGP_TREAT_DISCARD, KEEP_NOT, 0},
	{BGP_LARGE_COMMUNITIES, OPTIONAL | TRANSITIVE, ANY, 12, BGP_TREAT_WITHDRAW,
         FIELD(SLICE, large)},
	{BGP_ONLY_TO_CUSTOMER, OPTIONAL | TRANSITIVE, 4, 0, BGP_TREAT_WITHDRAW,
         FIELD(NUMBER, only_to_customer)},
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
read_value(const struct rule *rule, struct cursor *value, struct bgp_update *out)
{
	void *field = (char *)out + rule->offset;

	switch ((enum keep)rule->keep) {
	case KEEP_NOT:
		break;
	case KEEP_SLICE:
		*(struct cursor *)field = *value;
		break;
	case KEEP_NUMBER:
		*(uint32_t *)field = cursor_be32(value);
		break;
	case KEEP_ADDRESS:
		memcpy(field, value->at, V4_SIZE);
		break;
	case KEEP_ORIGIN:
		read_origin(value, out);
		break;
	case KEEP_REACH:
		read_reach(value, true, field, out);
		break;
	case KEEP_UNREACH:
		read_reach(value, false, field, out);
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
		read_value(rule, value, out);
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
