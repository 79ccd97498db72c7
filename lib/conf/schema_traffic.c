/* The schema's rows of traffic: prefixes, subnets, SBCs, planned work, targets. */
#include "conf/schema_rows.h"

static const char *const sides[] = {"peer", "msft", NULL};

/* one row stays together, so that the table reads as one */
/* clang-format off */

static const struct schema_key registered_keys[] = {
	{.name = "prefix", .type = TYPE_PREFIX, AT(conf_registered, prefix), .required = true,
	 .example = "\"203.0.113.0/24\"", .help = "the registered prefix"},
	{.name = "activated", .type = TYPE_BOOL, AT(conf_registered, activated), .preset = "true",
	 .example = "false", .help = "activated in the peering service"},
	{.name = "origin", .type = TYPE_NUMBER, AT(conf_registered, origin), .min = 0,
	 .max = UINT32_MAX, .preset = "0", .example = "64496",
	 .help = "AS that originates it; 0: the peer's"},
	{.name = "primary", .type = TYPE_TEXT, AT(conf_registered, primary),
	 .example = "\"ams1\"", .help = "site of its primary location"},
	{.name = "backup", .type = TYPE_TEXT, AT(conf_registered, backup), .example = "\"fra1\"",
	 .help = "site of its backup location; left out: none"},
	{.name = "communities", .type = TYPE_COMMUNITY, LIST(conf_registered, communities),
	 .preset = "8075:8007", .example = "[ \"8075:8007\" ]",
	 .help = "communities it must carry",
	 .source = "documented: internet-peering/peering-registered-prefix-requirements.md"},
	END,
};
const struct schema_group schema_registered = {
	"registered[]", "Prefixes registered with the peering.", registered_keys};

static const struct schema_key subnet_keys[] = {
	{.name = "prefix", .type = TYPE_PREFIX, AT(conf_subnet, prefix), .required = true,
	 .example = "\"203.0.113.0/24\"",
	 .help = "the subnet; of nested ones the longest counts"},
	{.name = "side", .type = TYPE_CHOICE, AT(conf_subnet, side), .choices = sides,
	 .preset = "peer", .example = "\"msft\"", .help = "whose addresses they are"},
	{.name = "classes", .type = TYPE_TEXT, LIST(conf_subnet, classes),
	 .example = "[ \"sip-tls\", \"srtp\", \"stun\" ]", .help = "declared traffic classes"},
	{.name = "roles", .type = TYPE_TEXT, LIST(conf_subnet, roles), .example = "[ \"sbc\" ]",
	 .help = "declared endpoint roles"},
	{.name = "endpoints", .type = TYPE_ADDR, LIST(conf_subnet, endpoints),
	 .example = "[ \"203.0.113.10\" ]", .help = "declared endpoints, inside the prefix"},
	{.name = "standby", .type = TYPE_BOOL, AT(conf_subnet, standby), .preset = "false",
	 .example = "true", .help = "silence is expected here"},
	END,
};
const struct schema_group schema_subnet = {
	"subnets[]", "What the peer declared per subnet. Nested prefixes are fine, equal ones not.",
	subnet_keys};

static const struct schema_key default_subnet_keys[] = {
	{.name = "classes", .type = TYPE_TEXT, LIST(conf, default_subnet.classes),
	 .example = "[ \"tls\", \"quic\" ]", .help = "classes allowed there"},
	END,
};
const struct schema_group schema_default_subnet = {
	"default_subnet", "For announced prefixes without an entry of their own.",
	default_subnet_keys};

static const struct schema_key tolerate_keys[] = {
	{.name = "classes", .type = TYPE_TEXT, LIST(conf, tolerate.classes),
	 .preset = "icmp, scan, traceroute, fragment",
	 .example = "[ \"icmp\", \"scan\", \"traceroute\", \"fragment\" ]",
	 .help = "classes that no declaration needs"},
	{.name = "up_to", .type = TYPE_REAL, AT(conf, tolerate.up_to), .min = 0, .max = 1,
	 .unit = "ratio", .preset = "0.01", .example = "0.01",
	 .help = "of the subnet's traffic, all tolerated classes together"},
	END,
};
const struct schema_group schema_tolerate = {
	"tolerate", "Background noise that counts against nobody.", tolerate_keys};

static const struct schema_key sbc_keys[] = {
	{.name = "name", .type = TYPE_NAME, AT(conf_sbc, name), .required = true,
	 .example = "\"sbc1\"", .help = "name of the session border controller"},
	{.name = "fqdn", .type = TYPE_TEXT, AT(conf_sbc, fqdn),
	 .example = "\"sbc1.voice.example\"", .help = "name in its certificate"},
	{.name = "signalling", .type = TYPE_ADDR, LIST(conf_sbc, signalling),
	 .example = "[ \"203.0.113.10\" ]", .help = "addresses that signal"},
	{.name = "media", .type = TYPE_PREFIX, LIST(conf_sbc, media),
	 .example = "[ \"203.0.113.64/26\" ]", .help = "where its media comes from"},
	{.name = "sip_ports", .type = TYPE_NUMBER, LIST(conf_sbc, sip_ports), .min = 1,
	 .max = 65535, .preset = "5061", .example = "[ 5061 ]", .help = "ports it listens on",
	 .source = "documented: Teams direct-routing-plan.md"},
	{.name = "service", .type = TYPE_TEXT, AT(conf_sbc, service), .preset = "direct-routing",
	 .example = "\"direct-routing\"", .help = "cloud service it connects to"},
	END,
};
const struct schema_group schema_sbc = {"sbcs[]", "Session border controllers.", sbc_keys};

static const struct schema_key maintenance_keys[] = {
	{.name = "id", .type = TYPE_NAME, AT(conf_maintenance, id), .required = true,
	 .example = "\"CHG-1042\"", .help = "number of the change"},
	{.name = "scope", .type = TYPE_SCOPE, LIST(conf_maintenance, scope), .required = true,
	 .example = "[ \"link:pni-b\" ]",
	 .help = "\"link:NAME\", \"site:NAME\", \"session:NAME\" or \"peering\""},
	{.name = "from", .type = TYPE_TIME, AT(conf_maintenance, from_us), .required = true,
	 .unit = "us", .example = "\"2026-11-24T01:00:00Z\"", .help = "begin, RFC 3339"},
	{.name = "to", .type = TYPE_TIME, AT(conf_maintenance, to_us), .required = true,
	 .unit = "us", .example = "\"2026-11-24T04:00:00Z\"", .help = "end, RFC 3339"},
	{.name = "drill", .type = TYPE_BOOL, AT(conf_maintenance, drill), .preset = "false",
	 .example = "true", .help = "a failover on purpose, whose evidence counts"},
	END,
};
const struct schema_group schema_maintenance = {
	"maintenance[]",
	"Planned work: freezes availability verdicts, not identity. Also at run time.",
	maintenance_keys};

static const struct schema_key targets_keys[] = {
	{.name = "latency_us", .type = TYPE_REAL, AT(conf, targets.latency_us), .min = 0,
	 .max = 1e8, .unit = "us", .preset = "0", .example = "\"40ms\"",
	 .help = "agreed latency of prefixes; 0: none declared, then the value without a verdict"},
	{.name = "availability", .type = TYPE_REAL, AT(conf, targets.availability), .min = 0,
	 .max = 1, .unit = "ratio", .preset = "0.999", .example = "0.999",
	 .help = "agreed availability of a session; 0: none declared"},
	END,
};
const struct schema_group schema_targets = {
	"targets", "What was agreed beyond the programme.", targets_keys};

/* clang-format on */
