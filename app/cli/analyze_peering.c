/* What the inspector knows of LACP, LLDP, BFD and BGP, as keys of `analyze --json`. */
#include <stdio.h>

#include "analyze.h"
#include "base/clock.h"
#include "inspect/peering.h"
#include "proto/bfd.h"

static void
put_mac(json_t *o, const char *key, const uint8_t mac[6])
{
	char text[MAC_TEXT_SIZE];

	json_put_text(o, key, mac_format(mac, text));
}

static void
put_state(json_t *o, const char *key, uint8_t state)
{
	char text[8];

	snprintf(text, sizeof text, "0x%02x", state);
	json_put_text(o, key, text);
}

/* Every row with its counts and times; `put` writes what it is. */
static json_t *
rows_json(const struct seen *s, void (*put)(json_t *o, const void *row))
{
	json_t *array = json_array();

	for (uint32_t i = 0; i < s->count; i++) {
		json_t *o = json_object();

		put(o, seen_row(s, i));
		json_put_u64(o, "packets", s->times[i].packets);
		json_put_u64(o, "first_us", s->times[i].first_ns / NS_PER_US);
		json_put_u64(o, "last_us", s->times[i].last_ns / NS_PER_US);
		json_push(array, o);
	}
	return array;
}

static void
put_lacp(json_t *o, const void *at)
{
	const struct lacp_row *row = at;

	put_mac(o, "src_mac", row->src_mac);
	put_mac(o, "actor_system", row->actor_system);
	json_put_u64(o, "actor_key", row->actor_key);
	json_put_u64(o, "actor_port", row->actor_port);
	put_state(o, "actor_state", row->actor_state);
	put_mac(o, "partner_system", row->partner_system);
	json_put_u64(o, "partner_key", row->partner_key);
	json_put_u64(o, "partner_port", row->partner_port);
	put_state(o, "partner_state", row->partner_state);
}

static void
put_lldp(json_t *o, const void *at)
{
	const struct lldp_row *row = at;

	put_mac(o, "src_mac", row->src_mac);
	json_put_text(o, "chassis", row->chassis);
	json_put_text(o, "port", row->port);
	json_put_text(o, "name", row->name);
	json_put_u64(o, "mau_type", row->mau_type);
}

static void
put_bfd(json_t *o, const void *at)
{
	char text[ADDR_TEXT_SIZE];
	const struct bfd_row *row = at;

	json_put_text(o, "src", addr_format(&row->src, text));
	json_put_text(o, "dst", addr_format(&row->dst, text));
	json_put_u64(o, "port", row->port);
	json_put_text(o, "kind", row->kind == BFD_NO_KIND ? "other" : bfd_kind_name(row->kind));
	json_put_text(o, "state", bfd_state_name(row->state));
	json_put_u64(o, "diag", row->diag);
	json_put_u64(o, "my_discriminator", row->my_discriminator);
	json_put_u64(o, "your_discriminator", row->your_discriminator);
	json_put_u64(o, "detect_mult", row->detect_mult);
	json_put_u64(o, "desired_min_tx_us", row->desired_min_tx_us);
}

/* ---- BGP --------------------------------------------------------------------------------------
 */

static const char *const sides[2] = {"a", "b"};

static json_t *
messages_json(const struct bgp_speaker *side)
{
	json_t *o = json_object();

	for (unsigned type = BGP_OPEN; type < BGP_TYPE_COUNT; type++)
		json_put_u64(o, bgp_type_name((uint8_t)type), side->counts.messages[type]);
	return o;
}

static json_t *
open_json(const struct bgp_speaker *side)
{
	json_t *o = json_object(), *capabilities = json_array();
	const struct bgp_open *open = &side->open;
	char id[16];

	snprintf(id, sizeof id, "%u.%u.%u.%u", open->id[0], open->id[1], open->id[2], open->id[3]);
	for (unsigned i = 0; i < open->capability_count; i++)
		json_push(capabilities, json_integer(open->capabilities[i]));
	json_put_u64(o, "asn", open->asn);
	json_put_u64(o, "my_as", open->as2);
	json_put_u64(o, "hold_s", open->hold_s);
	json_put_text(o, "bgp_id", id);
	json_put(o, "capabilities", capabilities);
	json_put_text(o, "hostname", side->hostname);
	json_put_u64(o, "version", open->version);
	json_put_bool(o, "valid", side->opened);
	return o;
}

static json_t *
rib_json(const struct bgp_connection *c, unsigned side)
{
	json_t *o = json_object();

	json_put_u64(o, "ipv4", bgp_connection_standing(c, side, 0));
	json_put_u64(o, "ipv6", bgp_connection_standing(c, side, 1));
	return o;
}

/* How far the RIB and the counts of a side can be trusted, and why not farther. */
static json_t *
quality_json(const struct bgp_connection *c, unsigned i)
{
	const struct bgp_speaker *side = &c->side[i];
	json_t *o = json_object();
	char why[BGP_CAUSE_SIZE];

	bgp_connection_doubt(c, i, why, sizeof why);
	json_put_text(o, "completeness", bgp_completeness_name(bgp_connection_completeness(c, i)));
	json_put_text(o, "why", why);
	json_put_u64(o, "gaps", side->counts.gaps);
	json_put_u64(o, "malformed", side->counts.malformed);
	json_put_u64(o, "rfc7606_notes", side->counts.notes);
	json_put_u64(o, "other_families", side->counts.other_families);
	json_put_u64(o, "routes_without_room",
	             c->session->side[bgp_connection_side(c, i)].rib.beyond);
	json_put_bool(o, "guessed", side->guessed);
	return o;
}

static json_t *
notifications_json(const struct bgp_connection *c)
{
	json_t *array = json_array();

	for (uint32_t i = 0; i < c->notification_count; i++) {
		const struct bgp_connection_notification *n = &c->notifications[i];
		json_t *o = json_object();

		json_put_text(o, "from", sides[n->from]);
		json_put_u64(o, "code", n->code);
		json_put_u64(o, "subcode", n->subcode);
		json_put_u64(o, "at_us", n->time_ns / NS_PER_US);
		json_put_text(o, "name",
		              n->code == BGP_ERROR_CEASE ? bgp_cease_name(n->subcode)
		                                         : bgp_error_name(n->code));
		json_put_text(o, "text", n->text);
		json_push(array, o);
	}
	return array;
}

/* Each family that was announced or withdrawn; those of RFC 4760's attributes apart. */
static json_t *
prefixes_json(const struct bgp_connection *c)
{
	json_t *array = json_array();

	for (unsigned i = 0; i < BGP_NLRI_FAMILIES; i++) {
		const struct bgp_nlri_family *family = &bgp_nlri_families[i];
		const struct bgp_said *a = &c->side[0].said[i], *b = &c->side[1].said[i];
		json_t *o;

		if (!(a->announced + b->announced + a->withdrawn + b->withdrawn))
			continue;
		o = json_object();
		json_put_text(o, "family", family->name);
		json_put_u64(o, "afi", family->afi);
		json_put_u64(o, "safi", family->safi);
		json_put_u64(o, "announced", a->announced + b->announced);
		json_put_u64(o, "withdrawn", a->withdrawn + b->withdrawn);
		json_put_u64(o, "mp_reach", a->reach + b->reach);
		json_put_u64(o, "mp_unreach", a->unreach + b->unreach);
		json_push(array, o);
	}
	return array;
}

static void
put_counts(json_t *o, const struct bgp_connection *c)
{
	uint64_t announced = 0, withdrawn = 0;

	for (unsigned i = 0; i < 2; i++) {
		for (unsigned afi = 0; afi < BGP_RIB_AFIS; afi++) {
			announced += c->side[i].counts.announced[afi];
			withdrawn += c->side[i].counts.withdrawn[afi];
		}
	}
	json_put_u64(o, "announced", announced);
	json_put_u64(o, "withdrawn", withdrawn);
}

/* The worse of both sides. */
static enum bgp_completeness
completeness_of(const struct bgp_connection *c)
{
	enum bgp_completeness a = bgp_connection_completeness(c, 0),
			      b = bgp_connection_completeness(c, 1);

	return a > b ? a : b;
}

static json_t *
session_json(const struct bgp_connection *c)
{
	json_t *o = json_object(), *messages = json_object(), *open = json_object();
	json_t *rib = json_object(), *quality = json_object();
	char text[ADDR_TEXT_SIZE];
	bool known;
	uint16_t hold_s = bgp_connection_hold_s(c, &known);

	json_put_text(o, "a", addr_format(&c->side[0].ip, text));
	json_put_u64(o, "a_port", c->side[0].port);
	json_put_text(o, "b", addr_format(&c->side[1].ip, text));
	json_put_u64(o, "b_port", c->side[1].port);
	for (unsigned i = 0; i < 2; i++) {
		json_put(messages, sides[i], messages_json(&c->side[i]));
		json_put(rib, sides[i], rib_json(c, i));
		if (c->side[i].opened || c->side[i].told)
			json_put(open, sides[i], open_json(&c->side[i]));
		json_put(quality, sides[i], quality_json(c, i));
	}
	json_put(o, "messages", messages);
	json_put(o, "open", open);
	json_put(o, "rib", rib);
	put_counts(o, c);
	json_put(o, "prefixes", prefixes_json(c));
	json_put(o, "notifications", notifications_json(c));
	json_put_text(o, "completeness", bgp_completeness_name(completeness_of(c)));
	json_put_text(o, "state", bgp_state_name(bgp_connection_state(c)));
	if (c->end == BGP_LIVES)
		json_put_null(o, "ended_by");
	else
		json_put_text(o, "ended_by", bgp_end_name(c->end));
	if (known)
		json_put_u64(o, "hold_s", hold_s);
	else
		json_put_null(o, "hold_s");
	json_put(o, "quality", quality);
	json_put_u64(o, "first_us", c->first_ns / NS_PER_US);
	json_put_u64(o, "last_us", c->last_ns / NS_PER_US);
	return o;
}

static json_t *
bgp_json(const struct peering *p)
{
	json_t *array = json_array();

	for (uint32_t i = 0; i < p->bgp.count; i++)
		json_push(array, session_json(p->bgp.at[i]));
	return array;
}

/* What was seen and stands in no row. */
static json_t *
rest_json(const struct peering *p)
{
	json_t *o = json_object();

	json_put_u64(o, "lacp_markers", p->markers);
	json_put_u64(o, "lacp_marker_responses", p->marker_responses);
	json_put_u64(o, "lacp_malformed", p->lacp_malformed);
	json_put_u64(o, "lldp_malformed", p->lldp_malformed);
	json_put_u64(o, "bfd_malformed", p->bfd_malformed);
	json_put_u64(o, "bfd_echoes", p->bfd_echoes);
	json_put_u64(o, "beyond", p->lacp.beyond + p->lldp.beyond + p->bfd.beyond);
	json_put_u64(o, "sessions_forgotten", p->bgp.forgotten);
	return o;
}

void
analysis_put_peering(json_t *o, const struct peering *p)
{
	json_put(o, "bgp", bgp_json(p));
	json_put(o, "bfd", rows_json(&p->bfd, put_bfd));
	json_put(o, "lacp", rows_json(&p->lacp, put_lacp));
	json_put(o, "lldp", rows_json(&p->lldp, put_lldp));
	json_put(o, "control_protocols", rest_json(p));
}
