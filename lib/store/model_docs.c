/* docs/redis.md, from the tables of keys, fields, events and questions. */
#include <string.h>

#include "proto/reason.h"
#include "snap/latency.h"
#include "store/event.h"
#include "store/fields.h"
#include "store/model.h"
#include "store/question.h"

static const char intro[] =
	"# Redis keys, version 1\n"
	"\n"
	"Generated from the tables in `lib/store` (`make docs`). Changes come with a note in "
	"`CHANGELOG.md`.\n"
	"\n"
	"`pni:{SITE}:` stands before the keys that the probes of a site write, `pni:{@PEERING}:` "
	"before those of the control plane; `pni:sites` has neither. The braces are part of the "
	"key: all of a site lies in one hash slot.\n"
	"\n"
	"- `ID` is the probe's id. `link:` and `member:` keys belong to the one probe on the "
	"link's tap. A subnet or an address can be seen by several probes of a site: where the "
	"contract file gives a site more than one, `@PROBE` stands behind `PREFIX` and `IP`, so "
	"that no two probes write one key. Sets are shared; a probe only adds to them.\n"
	"- Arrays by direction are two fields, `…_peer_to_msft` and `…_msft_to_peer`.\n"
	"- Counters are totals since `started_us`; rates and peaks are of the last interval. "
	"Bytes are frame bytes without FCS (L2) unless the name says l1. Times are µs since the "
	"epoch, UTC.\n"
	"- A field that is not there is not known; it is never 0 for want of knowledge.\n"
	"- Only changed fields are written, and `seq` always.\n"
	"\n"
	"## Reading a whole epoch\n"
	"\n"
	"A probe writes an epoch in slices of at most 500 keys and `epoch:ID` last. Read `seq` of "
	"`epoch:ID`, then the keys: where each key's `seq` is that of the epoch, they belong "
	"together. A greater one means that the next epoch is under way: read again. A smaller "
	"one is a key that this epoch did not touch (an address that is silent): it still stands. "
	"People need no `MULTI`.\n"
	"\n"
	"## While Redis is away\n"
	"\n"
	"A probe keeps measuring and keeps the newest state of every key, points of some minutes "
	"(8 MB, then the older half goes) and every event, in a spool on disk. When Redis is back "
	"everything that stands is written in full, then the events in order. An event leaves the "
	"spool when Redis has answered; a repeated entry id is refused, so nothing is doubled. "
	"The spool survives the probe (each event is written at once) and, but for the last "
	"second, the host (`fdatasync` once a second). When it is full the newest events are "
	"dropped, counted in `spool_dropped` and said once. With a Redis that can lose what it "
	"confirmed (`appendfsync everysec`), what it lost stays lost.\n"
	"\n"
	"Causes are said once per outage: not reachable, wrong password, user may not write, "
	"read-only replica, can't save (MISCONF), out of memory. Not supported yet, and refused "
	"in words: Sentinel (`sentinel://`), Redis Cluster (`MOVED`, `ASK`), TLS (`rediss://`).\n"
	"\n"
	"Give Redis `maxmemory-policy noeviction`. Roll-ups stay within `redis.memory_max`, and "
	"within half of Redis' `maxmemory`; subjects beyond that are refused, said once.\n";

static const char acl[] =
	"\n## Users\n"
	"\n"
	"A reader needs no more than this, and can change nothing:\n"
	"\n"
	"```\n"
	"ACL SETUSER reader on >PASSWORD ~pni:* +@read +@connection +@transaction +time -keys\n"
	"```\n"
	"\n"
	"A probe or control:\n"
	"\n"
	"```\n"
	"ACL SETUSER probe on >PASSWORD ~pni:* +@read +@write +@connection +@transaction +info\n"
	"```\n"
	"\n"
	"`info` tells the writer Redis' `maxmemory`; without it roll-ups obey the configuration "
	"alone.\n";

static const char *const type_names[] = {
	[KEY_HASH] = "hash",
	[KEY_SET] = "set",
	[KEY_ZSET] = "sorted set",
	[KEY_STREAM] = "stream",
};
static const char *const scope_prefixes[] = {
	[SCOPE_SITE] = "pni:{SITE}:",
	[SCOPE_PEERING] = "pni:{@PEERING}:",
	[SCOPE_GLOBAL] = "pni:",
};

static void
print_ttl(FILE *to, uint32_t ttl_s)
{
	if (ttl_s == 0)
		fputs("lives on", to);
	else if (ttl_s < 3600)
		fprintf(to, "%u min", ttl_s / 60);
	else
		fprintf(to, "%u %s", ttl_s >= 172800 ? ttl_s / 86400 : ttl_s / 3600,
		        ttl_s >= 172800 ? "d" : "h");
}

static uint32_t
ttl_of(const struct key_schema *k)
{
	for (unsigned i = 0; i < POINT_LEVELS; i++) {
		char key[KEY_SIZE];

		model_points_key(key, "SUBJECT", i);
		if (strcmp(k->pattern, key) == 0)
			return model_point_level(i)->keep_s;
	}
	return k->ttl_s;
}

static void
print_keys(FILE *to, bool later)
{
	fputs("\n| key | type | time to live | holds |\n|---|---|---|---|\n", to);
	for (const struct key_schema *k = model_keys(); k->pattern; k++) {
		if (k->later != later)
			continue;
		fprintf(to, "| `%s%s` | %s | ", scope_prefixes[k->scope], k->pattern,
		        type_names[k->type]);
		print_ttl(to, ttl_of(k));
		fprintf(to, " | %s |\n", k->help);
	}
}

static const char *
type_of(const struct record_field *f)
{
	switch (f->type) {
	case FIELD_U64:
	case FIELD_I64:
		return "integer";
	case FIELD_F64:
		return "number";
	case FIELD_BOOL:
		return "0 or 1";
	case FIELD_TEXT:
		return "text";
	case FIELD_LIST:
		return "JSON";
	}
	return "";
}

static void
print_elements(FILE *to, const struct record_field *f)
{
	fputs(": array of {", to);
	for (const struct record_field *e = f->element; e->name; e++)
		fprintf(to, "%s`%s`", e == f->element ? "" : ", ", e->name);
	fputc('}', to);
}

static void
print_fields(FILE *to, const struct record_field *fields)
{
	fputs("\n| field | type | unit | |\n|---|---|---|---|\n", to);
	for (const struct record_field *f = fields; f->name; f++) {
		fprintf(to, "| `%s` | %s | %s | %s", f->name, f->later ? "later" : type_of(f),
		        f->unit, f->help);
		if (f->type == FIELD_LIST)
			print_elements(to, f);
		fputs(" |\n", to);
	}
}

static void
print_events(FILE *to)
{
	fputs("\n## Events\n\nFields of an entry, those that are empty left out:\n", to);
	print_fields(to, fields_event);
	fputs("\nNames; those marked later come with the part that sees them:\n"
	      "\n| name | severity | |\n|---|---|---|\n",
	      to);
	for (const struct event_kind *k = event_kinds(); k->name; k++)
		fprintf(to, "| `%s` | %s | %s%s |\n", k->name, k->severity, k->help,
		        k->later ? " (later)" : "");
}

/* What stands in a field's text, by name. */
static void
print_names(FILE *to)
{
	fputs("\n## Names in fields\n\nWhy a frame, or what it carries, was not decoded "
	      "(`undecoded_reasons` "
	      "of `probe:ID`, and of `analyze`):\n\n| reason | |\n|---|---|\n",
	      to);
	for (int r = REASON_OK + 1; r < REASON_COUNT; r++)
		fprintf(to, "| `%s` | %s |\n", reason_name(r), reason_help(r));
	fputs("\nHow a round trip was measured (`methods` of `latency:`); those that hold a delay "
	      "of "
	      "the host's own stay out of every headline figure:\n"
	      "\n| method | headline | |\n|---|---|---|\n",
	      to);
	for (int m = 0; m < LATENCY_METHOD_COUNT; m++)
		fprintf(to, "| `%s` | %s | %s |\n", latency_method_name(m),
		        latency_is_headline(m) ? "yes" : "no", latency_method_what(m));
}

static void
print_questions(FILE *to)
{
	unsigned number = 0;

	fputs("\n## The fifteen questions of an incident\n\nWith `redis-cli`, `-s SOCKET` or `-h "
	      "HOST` before it; put names for the words in capitals.\n",
	      to);
	for (const struct question *q = questions(); q->note; q++) {
		if (q->ask)
			fprintf(to, "\n**%u. %s**\n\n", ++number, q->ask);
		if (q->command)
			fprintf(to, "- `redis-cli %s`\\\n  %s\n", q->command, q->note);
		else
			fprintf(to, "- %s\n", q->note);
	}
}

void
model_print_docs(FILE *to)
{
	fputs(intro, to);
	fputs("\n## Keys\n", to);
	print_keys(to, false);
	fputs("\nNames of later parts, absent until then:\n", to);
	print_keys(to, true);
	fputs("\n## Fields\n", to);
	for (const struct key_schema *k = model_keys(); k->pattern; k++) {
		if (!k->fields)
			continue;
		fprintf(to, "\n### `%s%s`\n", scope_prefixes[k->scope], k->pattern);
		print_fields(to, k->fields);
	}
	print_events(to);
	print_names(to);
	print_questions(to);
	fputs(acl, to);
}
