#include "store/model.h"

#include <assert.h>
#include <string.h>

#include "store/fields.h"

enum { DAY_S = 86400, WEEK_S = 7 * DAY_S, MONTH_S = 30 * DAY_S, CALL_S = DAY_S, HALVES_S = 600 };

#define HASH(text, in, ttl, rows, tag, index_key, type_of_index, split, above, what)       \
	{                                                                                  \
		text, in, KEY_HASH, ttl, index_key, rows, sizeof(struct tag), false, what, \
			type_of_index, split, above                                        \
	}
#define TOP(text, in, ttl, rows, tag, index_key, type_of_index, what) \
	HASH(text, in, ttl, rows, tag, index_key, type_of_index, NULL, -1, what)
#define PLAIN(text, in, type, ttl, is_later, what)                                    \
	{                                                                             \
		text, in, type, ttl, NULL, NULL, 0, is_later, what, KEY_SET, NULL, -1 \
	}

/* The records first, in the order of enum record_kind; then all other keys. */
static const struct key_schema keys[] = {
	[RECORD_PROBE] = TOP("probe:ID", SCOPE_SITE, 0, fields_probe, rec_probe, "probes", KEY_SET,
                             "the probe itself: fitness, losses, table use, clock"),
	[RECORD_EPOCH] = TOP("epoch:ID", SCOPE_SITE, 0, fields_epoch, rec_epoch, "probes", KEY_SET,
                             "the last complete epoch, written after all its keys"),
	[RECORD_LINK] = TOP("link:NAME", SCOPE_SITE, DAY_S, fields_link, rec_link, "links", KEY_SET,
                            "one link"),
	[RECORD_LINK_CLASS] = HASH("link:NAME:class:C", SCOPE_SITE, DAY_S, fields_link_class,
                                   rec_link_class, "link:%s:classes", KEY_SET,
                                   ":class:", RECORD_LINK, "one traffic class on a link"),
	[RECORD_LINK_SUBNET] =
		HASH("link:NAME:subnet:PREFIX", SCOPE_SITE, DAY_S, fields_link_subnet,
                     rec_link_subnet, "link:%s:subnets", KEY_SET, ":subnet:", RECORD_LINK,
                     "one subnet on a link; per side, subnets and the undeclared "
                     "rest add up to the link"),
	[RECORD_MEMBER] = HASH("member:LINK:N", SCOPE_SITE, DAY_S, fields_member, rec_member,
                               "members:%s", KEY_SET, ":", RECORD_LINK, "one member of the LAG"),
	[RECORD_SUBNET] =
		TOP("subnet:PREFIX", SCOPE_SITE, DAY_S, fields_subnet, rec_subnet, "subnets",
                    KEY_SET, "one declared subnet, over all links of the probe"),
	[RECORD_SUBNET_CLASS] =
		HASH("subnet:PREFIX:class:C", SCOPE_SITE, DAY_S, fields_subnet_class,
                     rec_subnet_class, "subnet:%s:classes", KEY_SET, ":class:", RECORD_SUBNET,
                     "one traffic class of a subnet, with its standing in the "
                     "contract"),
	[RECORD_ENDPOINT] = TOP("endpoint:IP", SCOPE_SITE, WEEK_S, fields_endpoint, rec_endpoint,
                                "endpoints", KEY_ZSET, "one address"),
	[RECORD_FINDING] = TOP("finding:ID", SCOPE_PEERING, MONTH_S, fields_finding, rec_finding,
                               "findings", KEY_SET, "what is or was wrong"),
	[RECORD_VERDICT] = TOP("verdict:REQ", SCOPE_PEERING, 0, fields_verdict, rec_verdict,
                               "verdicts", KEY_HASH,
                               "a row of the audit; what each scope came to stands in its "
                               "`subchecks`"),
	[RECORD_MAINTENANCE] = TOP("maintenance:ID", SCOPE_PEERING, MONTH_S, fields_maintenance,
                                   rec_maintenance, "maintenance", KEY_SET, "an announced change"),

	[RECORD_SESSION] =
		TOP("session:NAME", SCOPE_SITE, WEEK_S, fields_session, rec_session, "sessions",
                    KEY_SET, "BGP session: state, since, timers, counts, completeness"),
	[RECORD_BFD] = TOP("bfd:NAME", SCOPE_SITE, WEEK_S, fields_bfd, rec_bfd, "bfds", KEY_SET,
                           "BFD session: both sides' states, timers and measured gaps"),
	[RECORD_LACP] =
		HASH("lacp:LINK:N", SCOPE_SITE, WEEK_S, fields_lacp, rec_lacp, "lacps:%s", KEY_SET,
                     ":", RECORD_LINK, "a LAG member as LACP, LLDP and CDP tell of it"),
	[RECORD_TOKENS] = TOP("tokens:LINK", SCOPE_SITE, WEEK_S, fields_tokens, rec_tokens,
                              "tokens", KEY_SET, "by what the routers at both ends are told apart"),
	[RECORD_VOICE] =
		TOP("voice:SCOPE", SCOPE_SITE, DAY_S, fields_voice, rec_voice, "voices", KEY_SET,
                    "signalling of a link, an SBC or a subnet: calls, codes, ASR, NER, setup "
                    "delay, OPTIONS, TLS; SCOPE: `link:NAME`, `sbc:NAME`, `subnet:PREFIX`"),
	[RECORD_LATENCY] = TOP("latency:SCOPE:SIDE", SCOPE_SITE, DAY_S, fields_latency, rec_latency,
                               "latencies", KEY_SET,
                               "round trips from the tap to a side and back; SCOPE: `link:NAME`, "
                               "`subnet:PREFIX`, `sbc:NAME`"),
	[RECORD_LOSS] = TOP("loss:SCOPE:SIDE", SCOPE_SITE, DAY_S, fields_loss, rec_loss, "losses",
                            KEY_SET, "what was lost on a side of the tap; SCOPE as above"),
	[RECORD_HALVES] = TOP("halves:LINK", SCOPE_SITE, HALVES_S, fields_halves, rec_halves,
                              "halves", KEY_SET,
                              "flows that the link showed one way only in the last window of 10 "
                              "s, as tokens by which control finds the other way elsewhere"),
	[RECORD_ASYMMETRY] = TOP("asymmetry:LINK", SCOPE_PEERING, DAY_S, fields_asymmetry,
                                 rec_asymmetry, "asymmetries", KEY_SET,
                                 "where the other halves of a link's one-way flows pass"),
	[RECORD_STREAM] =
		TOP("stream:ID", SCOPE_SITE, CALL_S, fields_stream, rec_stream, "streams:worst",
                    KEY_ZSET, "one RTP stream: codec, loss, order, jitter, MOS, outages"),
	[RECORD_LEG] =
		TOP("leg:ID", SCOPE_SITE, CALL_S, fields_leg, rec_leg, "legs:active", KEY_ZSET,
                    "one media leg: both streams of two ends, whatever signals it"),

	PLAIN("sites", SCOPE_GLOBAL, KEY_SET, 0, false, "sites that wrote to this Redis"),
	PLAIN("probes", SCOPE_SITE, KEY_SET, 0, false, "ids of the site's probes"),
	PLAIN("links", SCOPE_SITE, KEY_SET, 0, false, "names of links"),
	PLAIN("members:LINK", SCOPE_SITE, KEY_SET, 0, false, "numbers of a link's members"),
	PLAIN("subnets", SCOPE_SITE, KEY_SET, 0, false, "declared prefixes"),
	PLAIN("link:NAME:classes", SCOPE_SITE, KEY_SET, 0, false, "classes seen on a link"),
	PLAIN("link:NAME:subnets", SCOPE_SITE, KEY_SET, 0, false, "subnets seen on a link"),
	PLAIN("subnet:PREFIX:classes", SCOPE_SITE, KEY_SET, 0, false, "classes seen in a subnet"),
	PLAIN("subnet:PREFIX:endpoints", SCOPE_SITE, KEY_ZSET, 0, false,
              "its busiest endpoints by bit/s, both ways"),
	PLAIN("endpoints", SCOPE_SITE, KEY_ZSET, 0, false, "addresses by last seen, us"),
	PLAIN("endpoints:ROLE", SCOPE_SITE, KEY_ZSET, 0, false,
              "addresses of a role by last seen, us"),
	PLAIN("ts:SUBJECT", SCOPE_SITE, KEY_STREAM, 0, false,
              "roll-up by 1 s for 15 min, entry id = ms; links and the busiest subnets"),
	PLAIN("ts:10s:SUBJECT", SCOPE_SITE, KEY_STREAM, 0, false, "roll-up by 10 s for 6 h"),
	PLAIN("ts:60s:SUBJECT", SCOPE_SITE, KEY_STREAM, 0, false, "roll-up by 60 s for 7 d"),
	PLAIN("events:ID", SCOPE_SITE, KEY_STREAM, 0, false,
              "events of one writer, entry id = ms of the event and an own sequence; the last "
              "100 000"),
	PLAIN("events", SCOPE_PEERING, KEY_STREAM, 0, false, "all writers' events, merged"),
	PLAIN("findings", SCOPE_PEERING, KEY_SET, 0, false, "ids of findings, closed ones too"),
	PLAIN("findings:open", SCOPE_PEERING, KEY_ZSET, 0, false,
              "ids of open findings by severity: 4 critical, 3 major, 2 minor, 1 info"),
	PLAIN("verdicts", SCOPE_PEERING, KEY_HASH, 0, false, "id → verdict"),
	PLAIN("ledger", SCOPE_PEERING, KEY_STREAM, 0, false,
              "every change of a verdict: `ts_us, id, scope, from, to, reasons, evidence`; the "
              "last 10 000"),
	PLAIN("maintenance", SCOPE_PEERING, KEY_SET, 0, false, "ids of announced changes"),
	PLAIN("controls", SCOPE_PEERING, KEY_ZSET, 0, false,
              "running control programs by their last sign of life, us; the first by name writes"),

	PLAIN("sessions", SCOPE_SITE, KEY_SET, 0, false, "names of BGP sessions"),
	PLAIN("bfds", SCOPE_SITE, KEY_SET, 0, false, "names of BFD sessions"),
	PLAIN("lacps:LINK", SCOPE_SITE, KEY_SET, 0, false, "numbers of a link's members"),
	PLAIN("tokens", SCOPE_SITE, KEY_SET, 0, false, "names of links"),
	PLAIN("rib:NAME:peer", SCOPE_SITE, KEY_HASH, WEEK_S, false,
              "routes that the peer announces: prefix → attributes as one JSON object; at most "
              "redis.max_routes, registered prefixes always"),
	PLAIN("rib:NAME:msft", SCOPE_SITE, KEY_HASH, WEEK_S, false,
              "routes that the cloud announces, as above"),
	PLAIN("riblog:NAME", SCOPE_SITE, KEY_STREAM, WEEK_S, false,
              "changes of both: `side, change` (announce, change, withdraw)`, prefix, route`; the "
              "last 10 000, at most 1000 an epoch and side"),
	PLAIN("latencies", SCOPE_SITE, KEY_SET, 0, false, "scopes and sides with round trips"),
	PLAIN("losses", SCOPE_SITE, KEY_SET, 0, false, "scopes and sides with loss counts"),
	PLAIN("halves", SCOPE_SITE, KEY_SET, 0, false, "names of links"),
	PLAIN("asymmetries", SCOPE_PEERING, KEY_SET, 0, false, "names of links"),
	PLAIN("voices", SCOPE_SITE, KEY_SET, 0, false, "scopes with signalling"),
	PLAIN("legs:active", SCOPE_SITE, KEY_ZSET, 0, false,
              "media legs now by their start, us; at most 10 000 of a probe"),
	PLAIN("legs:failed", SCOPE_SITE, KEY_STREAM, CALL_S, false,
              "legs that ended one way, with an outage of 2 s or 5 % lost: fields of `leg:ID`; the "
              "last 10 000"),
	PLAIN("streams:worst", SCOPE_SITE, KEY_ZSET, 0, false,
              "RTP streams of the last ten minutes by badness, at most redis.max_streams of a "
              "probe"),
	PLAIN("verdict:REQ:SCOPE", SCOPE_PEERING, KEY_HASH, 0, true,
              "the same row for one scope of a requirement that is judged per scope"),
	PLAIN("limiters:active", SCOPE_SITE, KEY_ZSET, 0, true, "limiters acting now"),
	PLAIN("limiter:ID", SCOPE_SITE, KEY_HASH, MONTH_S, true, "policer or shaper that acted"),
	PLAIN("middlebox:active", SCOPE_SITE, KEY_ZSET, 0, true, "middlebox signs standing"),
	PLAIN("middlebox:ID", SCOPE_SITE, KEY_HASH, MONTH_S, true, "sign of a stateful middlebox"),
	PLAIN(NULL, SCOPE_SITE, KEY_HASH, 0, false, NULL),
};

static const struct point_level levels[POINT_LEVELS] = {
	{"1s", 1, 900, 900},
	{"10s", 10, 6 * 3600, 2160},
	{"60s", 60, WEEK_S, 10080},
};

const struct key_schema *
model_schema(enum record_kind kind)
{
	assert(kind < RECORD_KIND_COUNT);
	return &keys[kind];
}

const struct key_schema *
model_keys(void)
{
	return keys;
}

const struct point_level *
model_point_level(unsigned level)
{
	assert(level < POINT_LEVELS);
	return &levels[level];
}

/* MEMORY USAGE of full streams (Redis 7.0.15, rates with nine decimals): 336 bytes a point of 12
 * fields, 311 of 11, 120 of 4, the same for 900 and for 10 080 points. */
uint64_t
model_points_size(unsigned level, unsigned fields)
{
	return (uint64_t)model_point_level(level)->points * (24 + 26 * fields);
}

/* Appends, cut at the end of the key. */
static size_t
add(char key[KEY_SIZE], size_t at, const char *text, size_t size)
{
	if (size > KEY_SIZE - 1 - at)
		size = KEY_SIZE - 1 - at;
	memcpy(key + at, text, size);
	key[at + size] = '\0';
	return at + size;
}

static size_t
add_text(char key[KEY_SIZE], size_t at, const char *text)
{
	return add(key, at, text, strlen(text));
}

void
model_key(char key[KEY_SIZE], enum key_scope scope, const char *site, const char *peering,
          const char *rest)
{
	size_t at = add_text(key, 0, "pni:");

	if (scope != SCOPE_GLOBAL) {
		at = add_text(key, at, scope == SCOPE_SITE ? "{" : "{@");
		at = add_text(key, at, scope == SCOPE_SITE ? site : peering);
		at = add_text(key, at, "}:");
	}
	add_text(key, at, rest);
}

void
model_record_key(char key[KEY_SIZE], enum record_kind kind, const char *id)
{
	const char *pattern = model_schema(kind)->pattern;
	size_t at = add(key, 0, pattern, (size_t)(strchr(pattern, ':') - pattern) + 1);

	add_text(key, at, id);
}

/* The last separator: names and prefixes before it may hold colons of their own. */
static const char *
split(const char *id, const char *separator)
{
	const char *found = NULL;

	for (const char *at = id; (at = strstr(at, separator)); at++)
		found = at;
	return found;
}

bool
model_index(char key[KEY_SIZE], enum record_kind kind, const char *id, const char **member)
{
	const struct key_schema *schema = model_schema(kind);
	const char *hole, *cut;
	size_t at;

	if (!schema->index)
		return false;
	*member = id;
	hole = strchr(schema->index, '%');
	if (!hole) {
		add_text(key, 0, schema->index);
		return true;
	}
	cut = split(id, schema->separator);
	if (!cut)
		return false;
	at = add(key, 0, schema->index, (size_t)(hole - schema->index));
	at = add(key, at, id, (size_t)(cut - id));
	add_text(key, at, hole + strlen("%s"));
	*member = cut + strlen(schema->separator);
	return true;
}

void
model_points_key(char key[KEY_SIZE], const char *subject, unsigned level)
{
	size_t at = add_text(key, 0, "ts:");

	if (level > 0) {
		at = add_text(key, at, model_point_level(level)->name);
		at = add_text(key, at, ":");
	}
	add_text(key, at, subject);
}
