/* The rows of the schema, two or three lines each. What each is: conf/schema.h. */
#include <stdint.h>

#include "conf/conf.h"
#include "conf/schema.h"

/* The field of a row: one value, or a list as pointer and count. */
#define AT(object, member) \
	.offset = offsetof(struct object, member), .size = sizeof(((struct object *)0)->member)
#define MANY(object, member, counter)                            \
	.many = true, .offset = offsetof(struct object, member), \
	.count_offset = offsetof(struct object, counter),        \
	.size = sizeof(*((struct object *)0)->member)
#define LIST(object, member) MANY(object, member.at, member.count)
#define END                  \
	{                    \
		.name = NULL \
	}

static const char *const peering_types[] = {"isp", "voice", "route-server", NULL};
static const char *const profiles[] = {"maps-2024-10", NULL};
static const char *const link_roles[] = {"primary", "redundant", "backup", NULL};
static const char *const sides[] = {"peer", "msft", NULL};
static const char *const all_sides[] = {"peer", "msft", "both", "probe", "unknown", NULL};
static const char *const tap_kinds[] = {"optical", "broker", "span", "none", NULL};
static const char *const bfd_modes[] = {"optional", "required", "none", NULL};
static const char *const directions_by[] = {"port", "mac", "subnet", "vlan", NULL};
static const char *const directions[] = {"peer_to_msft", "msft_to_peer", NULL};
static const char *const name_policies[] = {"declared", "all", "none", NULL};

const char *
peering_type_name(enum peering_type t)
{
	return peering_types[t];
}

const char *
link_role_name(enum link_role r)
{
	return link_roles[r];
}

const char *
side_name(enum side s)
{
	return all_sides[s];
}

const char *
tap_kind_name(enum tap_kind t)
{
	return tap_kinds[t];
}

const char *
direction_name(enum direction d)
{
	return directions[d];
}

/* one row stays together, so that the table reads as one */
/* clang-format off */

static const struct schema_key probe_keys[] = {
	{.name = "id", .type = TYPE_NAME, AT(conf, probe.id), .required = true,
	 .example = "\"ams1-p1\"", .help = "name of this probe; no other probe has it"},
	{.name = "site", .type = TYPE_TEXT, AT(conf, probe.site), .example = "\"ams1\"",
	 .help = "the site it stands at, one of `sites`; may be left out where there is one site"},
	{.name = "lcores", .type = TYPE_LCORES, AT(conf, probe.lcores), .example = "\"2-9\"",
	 .help = "cores for the packet workers and helpers, as EAL writes them; left out: EAL's "
	         "own choice"},
	{.name = "flows", .type = TYPE_NUMBER, AT(conf, probe.flows), .min = 1024, .max = 1e9,
	 .unit = "flows", .preset = "1000000", .example = "4000000",
	 .help = "size of the flow table over all workers; its memory is taken at start"},
	{.name = "spool", .type = TYPE_PATH, AT(conf, probe.spool),
	 .preset = "/var/lib/pniscope/spool", .example = "\"/var/lib/pniscope/spool\"",
	 .help = "folder that keeps events while Redis is away"},
	{.name = "spool_max", .type = TYPE_QUANTITY, AT(conf, probe.spool_max_bytes),
	 .min = 1 << 16, .max = 0x1p40, .unit = "bytes", .preset = "256M", .example = "\"256M\"",
	 .help = "largest size of that folder; what is dropped beyond is counted"},
	{.name = "state", .type = TYPE_PATH, AT(conf, probe.state),
	 .example = "\"/var/lib/pniscope/state\"",
	 .help = "folder of what is carried over a restart: BGP sessions and routes; left out or "
	         "empty: the spool's"},
	END,
};
static const struct schema_group probe_group = {
	"probe", "This probe. Left out in a file for `pniscope-control` or `pniscope check` alone.",
	probe_keys};

static const struct schema_key peering_keys[] = {
	{.name = "name", .type = TYPE_NAME, AT(conf, peering.name), .required = true,
	 .example = "\"acme-voice\"", .help = "name of the peering, the same on every probe"},
	{.name = "type", .type = TYPE_CHOICE, AT(conf, peering.type), .choices = peering_types,
	 .preset = "isp", .example = "\"voice\"",
	 .help = "connection type; decides which requirements apply"},
	{.name = "profile", .type = TYPE_CHOICE, AT(conf, peering.profile),
	 .choices = profiles,
	 .preset = "maps-2024-10", .example = "\"maps-2024-10\"",
	 .help = "edition of the requirements to judge by"},
	{.name = "strict_voice", .type = TYPE_BOOL, AT(conf, peering.strict_voice),
	 .preset = "false", .example = "true",
	 .help = "judge by the earlier voice text too: geo-redundancy, active-active sessions "
	         "and one circuit per router become MUST"},
	END,
};
static const struct schema_group peering_group = {"peering", "The peering as a whole.",
                                                  peering_keys};

static const struct schema_key peer_keys[] = {
	{.name = "asn", .type = TYPE_NUMBER, AT(conf, peer.asn), .min = 0, .max = UINT32_MAX,
	 .preset = "0", .example = "64496", .help = "the peer's AS number; 0: not declared"},
	{.name = "max_prefixes_v4", .type = TYPE_NUMBER, AT(conf, peer.max_prefixes_v4),
	 .unit = "prefixes", .preset = "0", .example = "100",
	 .help = "IPv4 prefixes the peer declared to announce at most; 0: not declared"},
	{.name = "max_prefixes_v6", .type = TYPE_NUMBER, AT(conf, peer.max_prefixes_v6),
	 .unit = "prefixes", .preset = "0", .example = "50", .help = "the same for IPv6"},
	{.name = "customer_asns", .type = TYPE_NUMBER, LIST(conf, peer.customer_asns), .min = 1,
	 .max = UINT32_MAX, .example = "( 64501, 4200000001 )",
	 .help = "AS numbers of customers whose prefixes the peer may announce"},
	END,
};
static const struct schema_group peer_group = {"peer", "The peer's network.", peer_keys};

static const struct schema_key cloud_keys[] = {
	{.name = "asns", .type = TYPE_NUMBER, LIST(conf, cloud.asns), .min = 1, .max = UINT32_MAX,
	 .preset = "8075, 8068, 8069", .example = "[ 8075, 8068, 8069 ]",
	 .help = "AS numbers of the cloud's side",
	 .source = "documented: internet-peering/policy.md"},
	{.name = "ranges", .type = TYPE_PATH, AT(conf, cloud.ranges),
	 .example = "\"microsoft-ranges.txt\"",
	 .help = "file of the cloud's address ranges, a prefix a line, # begins a comment; left "
	         "out: the documented voice ranges"},
	END,
};
static const struct schema_group cloud_group = {"cloud", "The cloud's network.", cloud_keys};

static const struct schema_key data_keys[] = {
	{.name = "special", .type = TYPE_PATH, AT(conf, data.special),
	 .example = "\"special-registries.txt\"",
	 .help = "special-purpose address and AS number registries; left out or empty: built-in"},
	{.name = "rpki", .type = TYPE_PATH, AT(conf, data.rpki), .example = "\"vrps.csv\"",
	 .help = "validated ROA payloads, CSV or JSON of rpki-client or Routinator; left out or "
	         "empty: origins are not validated"},
	{.name = "irr", .type = TYPE_PATH, AT(conf, data.irr), .example = "\"irr.txt\"",
	 .help = "routing registry's objects in RPSL (route, route6, aut-num), whole; left out or "
	         "empty: registration is not judged"},
	END,
};
static const struct schema_group data_group = {
	"data", "Replaceable tables, each with its date and source inside.", data_keys};

static const struct schema_key decode_keys[] = {
	{.name = "inner", .type = TYPE_BOOL, AT(conf, decode.inner), .preset = "true",
	 .example = "false", .help = "classify what tunnels carry, not only the tunnel"},
	{.name = "sip_ports", .type = TYPE_NUMBER, LIST(conf, decode.sip_ports), .min = 1,
	 .max = 65535, .example = "[ 5080 ]", .help = "ports of clear SIP besides 5060"},
	{.name = "sips_ports", .type = TYPE_NUMBER, LIST(conf, decode.sips_ports), .min = 1,
	 .max = 65535, .example = "[ 5067 ]", .help = "ports of SIP over TLS besides 5061"},
	END,
};
static const struct schema_group decode_group = {"decode", "How packets are read.", decode_keys};

static const struct schema_key site_keys[] = {
	{.name = "name", .type = TYPE_NAME, AT(conf_site, name), .required = true,
	 .example = "\"ams1\"", .help = "name of the site; other keys refer to it"},
	{.name = "metro", .type = TYPE_TEXT, AT(conf_site, metro), .example = "\"Amsterdam\"",
	 .help = "location in the programme's sense: sites of one metro are local to each other; "
	         "left out: the site's name"},
	{.name = "timezone", .type = TYPE_ZONE, AT(conf_site, timezone), .preset = "UTC",
	 .example = "\"Europe/Amsterdam\"", .help = "IANA name, for output with --tz site"},
	END,
};
static const struct schema_group site_group = {"sites[]", "Where probes stand.", site_keys};

static const struct schema_key azure_keys[] = {
	{.name = "peering", .type = TYPE_TEXT, AT(conf_link, azure_peering),
	 .example = "\"acme-ams\"", .help = "name of the peering resource in Azure"},
	{.name = "connection_id", .type = TYPE_TEXT, AT(conf_link, azure_connection_id),
	 .example = "\"1f0c-a\"", .help = "the connection in that resource"},
	END,
};
static const struct schema_group azure_group = {
	"links[].azure", "The link's names in Azure, to lay both sides' numbers together.",
	azure_keys};

static const struct schema_key tap_keys[] = {
	{.name = "kind", .type = TYPE_CHOICE, AT(conf_link, tap), .choices = tap_kinds,
	 .preset = "optical", .example = "\"broker\"",
	 .help = "a span port loses and reorders, so some verdicts are then not given; none: "
	         "declared but not tapped, its members have no ports"},
	{.name = "probe", .type = TYPE_TEXT, AT(conf_link, tap_probe), .example = "\"ams1-p1\"",
	 .help = "id of the probe that has these ports; left out: every probe of the site"},
	END,
};
static const struct schema_group tap_group = {"links[].tap", "How the link is tapped.", tap_keys};

static const struct schema_key vlan_keys[] = {
	{.name = "peer_to_msft", .type = TYPE_NUMBER, AT(conf_member, vlan[DIR_PEER_TO_MSFT]),
	 .min = 0, .max = 4094, .example = "101",
	 .help = "outermost VLAN of frames from the peer; 0: untagged"},
	{.name = "msft_to_peer", .type = TYPE_NUMBER, AT(conf_member, vlan[DIR_MSFT_TO_PEER]),
	 .min = 0, .max = 4094, .example = "102",
	 .help = "outermost VLAN of frames from the cloud; 0: untagged"},
	END,
};
static const struct schema_group vlan_group = {"links[].members[].direction.vlans",
                                               "With by = \"vlan\".", vlan_keys};

static const struct schema_key direction_keys[] = {
	{.name = "by", .type = TYPE_CHOICE, AT(conf_member, by), .choices = directions_by,
	 .preset = "port", .example = "\"mac\"",
	 .help = "what tells the directions of a `both` port apart: the peer's source MAC "
	         "addresses, the declared subnets and cloud ranges, or the outermost VLAN; left "
	         "out with `both`: subnet"},
	{.name = "macs", .type = TYPE_MAC, MANY(conf_member, macs, mac_count),
	 .example = "[ \"02:00:00:00:00:01\" ]",
	 .help = "with by = \"mac\": source addresses of the peer's side"},
	{.name = "vlans", .type = TYPE_GROUP, .group = &vlan_group,
	 .help = "with by = \"vlan\": the VLAN of each direction"},
	END,
};
static const struct schema_group direction_group = {
	"links[].members[].direction", "Only with `both`: a mirror port or packet broker.",
	direction_keys};

static const struct schema_key member_keys[] = {
	{.name = "speed", .type = TYPE_QUANTITY, AT(conf_member, speed_bps), .min = 1e6,
	 .max = 1e13, .unit = "bps", .required = true, .example = "\"100G\"",
	 .help = "line rate of one direction"},
	{.name = "peer_to_msft", .type = TYPE_PORT, AT(conf_member, port[DIR_PEER_TO_MSFT]),
	 .example = "\"0000:3b:00.0\"", .help = "port that receives what the peer sends"},
	{.name = "msft_to_peer", .type = TYPE_PORT, AT(conf_member, port[DIR_MSFT_TO_PEER]),
	 .example = "\"0000:3b:00.1\"", .help = "port that receives what the cloud sends"},
	{.name = "both", .type = TYPE_PORT, AT(conf_member, both),
	 .example = "\"net_af_packet0,iface=tap0\"",
	 .help = "one port that carries both directions, in place of the two above"},
	{.name = "direction", .type = TYPE_GROUP, .group = &direction_group,
	 .help = "how a `both` port is told apart"},
	END,
};
static const struct schema_group member_group = {
	"links[].members[]",
	"The members of the LAG. A port is a PCI address (`0000:3b:00.0`), an EAL vdev string "
	"(`net_af_packet0,iface=tap0`) or `pcap:FILE`. Several members may share "
	"one `both` port of a broker when VLANs or MAC addresses tell them apart.",
	member_keys};

static const struct schema_key session_keys[] = {
	{.name = "name", .type = TYPE_NAME, AT(conf_session, name), .required = true,
	 .example = "\"pni-a-v4\"", .help = "name of the session"},
	{.name = "peer", .type = TYPE_ADDR, AT(conf_session, peer), .required = true,
	 .example = "\"192.0.2.0\"", .help = "the peer's address"},
	{.name = "cloud", .type = TYPE_ADDR, AT(conf_session, cloud), .required = true,
	 .example = "\"192.0.2.1\"", .help = "the cloud's address"},
	{.name = "bfd", .type = TYPE_CHOICE, AT(conf_session, bfd), .choices = bfd_modes,
	 .preset = "optional", .example = "\"required\"", .help = "what was agreed about BFD"},
	END,
};
static const struct schema_group session_group = {
	"links[].sessions[]",
	"BGP sessions of the link. Those not declared are taken from the wire and marked so.",
	session_keys};

static const struct schema_key link_keys[] = {
	{.name = "name", .type = TYPE_NAME, AT(conf_link, name), .required = true,
	 .example = "\"pni-a\"", .help = "name of the link"},
	{.name = "site", .type = TYPE_SITE, AT(conf_link, site), .example = "\"ams1\"",
	 .help = "the site it ends at, one of `sites`; may be left out, with the role, where "
	         "there is one site"},
	{.name = "facility", .type = TYPE_TEXT, AT(conf_link, facility), .example = "\"DC-West\"",
	 .help = "building of the interconnect"},
	{.name = "role", .type = TYPE_CHOICE, AT(conf_link, role), .choices = link_roles,
	 .preset = "primary", .example = "\"redundant\"",
	 .help = "redundant shares the primary's load at its location; a backup is elsewhere"},
	{.name = "router", .type = TYPE_TEXT, AT(conf_link, router), .example = "\"edge1.ams\"",
	 .help = "the peer's router"},
	{.name = "bandwidth", .type = TYPE_QUANTITY, AT(conf_link, bandwidth_bps), .min = 1e6,
	 .max = 1e14, .unit = "bps", .example = "\"200G\"",
	 .help = "provisioned rate of the whole link and one direction; left out: not declared"},
	{.name = "azure", .type = TYPE_GROUP, .group = &azure_group, .help = "names in Azure"},
	{.name = "tap", .type = TYPE_GROUP, .group = &tap_group, .help = "how it is tapped"},
	{.name = "members", .type = TYPE_GROUP, MANY(conf_link, members, member_count),
	 .group = &member_group, .required = true, .help = "members of the LAG"},
	{.name = "sessions", .type = TYPE_GROUP, MANY(conf_link, sessions, session_count),
	 .group = &session_group, .help = "BGP sessions"},
	{.name = "thresholds", .type = TYPE_THRESHOLDS, AT(conf_link, thresholds),
	 .help = "thresholds of this link, over the global ones"},
	END,
};
static const struct schema_group link_group = {
	"links[]", "One LAG between the peer's router and the cloud.", link_keys};

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
static const struct schema_group registered_group = {
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
static const struct schema_group subnet_group = {
	"subnets[]", "What the peer declared per subnet. Nested prefixes are fine, equal ones not.",
	subnet_keys};

static const struct schema_key default_subnet_keys[] = {
	{.name = "classes", .type = TYPE_TEXT, LIST(conf, default_subnet.classes),
	 .example = "[ \"tls\", \"quic\" ]", .help = "classes allowed there"},
	END,
};
static const struct schema_group default_subnet_group = {
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
static const struct schema_group tolerate_group = {
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
static const struct schema_group sbc_group = {"sbcs[]", "Session border controllers.", sbc_keys};

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
static const struct schema_group maintenance_group = {
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
static const struct schema_group targets_group = {
	"targets", "What was agreed beyond the programme.", targets_keys};

static const struct schema_key bmp_keys[] = {
	{.name = "listen", .type = TYPE_TEXT, AT(conf, bmp.listen),
	 .example = "\"127.0.0.1:11019\"",
	 .help = "address and port where routers report (RFC 7854); left out or empty: nowhere"},
	{.name = "from", .type = TYPE_ADDR, LIST(conf, bmp.from), .example = "[ \"192.0.2.250\" ]",
	 .help = "routers that may; left out: any that reaches the port"},
	END,
};
static const struct schema_group bmp_group = {
	"bmp", "Routers that report their BGP sessions to this probe.", bmp_keys};

static const struct schema_key retention_keys[] = {
	{.name = "calls", .type = TYPE_QUANTITY, AT(conf, privacy.retention_calls_s), .min = 60,
	 .max = 10 * 365 * 86400.0, .unit = "s", .preset = "24h", .example = "\"24h\"",
	 .help = "how long calls and streams are kept"},
	{.name = "endpoints", .type = TYPE_QUANTITY, AT(conf, privacy.retention_endpoints_s),
	 .min = 60, .max = 10 * 365 * 86400.0, .unit = "s", .preset = "7d", .example = "\"7d\"",
	 .help = "how long a silent endpoint is kept"},
	{.name = "evidence", .type = TYPE_QUANTITY, AT(conf, privacy.retention_evidence_s),
	 .min = 60, .max = 10 * 365 * 86400.0, .unit = "s", .preset = "90d", .example = "\"90d\"",
	 .help = "how long evidence of verdicts is kept"},
	END,
};
static const struct schema_group retention_group = {"privacy.retention", "How long data is kept.",
                                                    retention_keys};

static const struct schema_key privacy_keys[] = {
	{.name = "names", .type = TYPE_CHOICE, AT(conf, privacy.names), .choices = name_policies,
	 .preset = "declared", .example = "\"none\"",
	 .help = "host names that are kept: those of declared endpoints, all, or none"},
	{.name = "client_prefix_v4", .type = TYPE_NUMBER, AT(conf, privacy.client_prefix_v4),
	 .min = 8, .max = 32, .unit = "bits", .preset = "24", .example = "24",
	 .help = "undeclared IPv4 clients are shown at this length"},
	{.name = "client_prefix_v6", .type = TYPE_NUMBER, AT(conf, privacy.client_prefix_v6),
	 .min = 16, .max = 128, .unit = "bits", .preset = "48", .example = "48",
	 .help = "undeclared IPv6 clients are shown at this length"},
	{.name = "number_key_hours", .type = TYPE_NUMBER, AT(conf, privacy.number_key_hours),
	 .min = 1, .max = 8760, .unit = "hours", .preset = "24", .example = "24",
	 .help = "telephone numbers are hashed with a key that lives this long"},
	{.name = "retention", .type = TYPE_GROUP, .group = &retention_group,
	 .help = "how long data is kept"},
	END,
};
static const struct schema_group privacy_group = {"privacy", "What is shown and kept of people.",
                                                  privacy_keys};

static const struct schema_key redis_keys[] = {
	{.name = "server", .type = TYPE_SERVER, AT(conf, redis.server),
	 .preset = "unix:/run/pniscope/redis.sock",
	 .example = "\"unix:/run/pniscope/redis.sock\"",
	 .help = "\"unix:PATH\", \"HOST:PORT\", \"redis://…\", \"rediss://…\" or "
	         "\"sentinel://…\""},
	{.name = "user", .type = TYPE_TEXT, AT(conf, redis.user), .example = "\"probe\"",
	 .help = "ACL user; left out: Redis' default user"},
	{.name = "password_file", .type = TYPE_PATH, AT(conf, redis.password_file),
	 .example = "\"redis.pw\"", .help = "file whose first line is the password"},
	{.name = "interval_ms", .type = TYPE_NUMBER, AT(conf, redis.interval_ms), .min = 100,
	 .max = 60000, .unit = "ms", .preset = "1000", .example = "1000",
	 .help = "length of an epoch"},
	{.name = "memory_max", .type = TYPE_QUANTITY, AT(conf, redis.memory_max_bytes),
	 .min = 1 << 20, .max = 0x1p50, .unit = "bytes", .preset = "2G", .example = "\"2G\"",
	 .help = "budget of the roll-ups, checked against Redis' own limit at start"},
	{.name = "max_endpoints", .type = TYPE_NUMBER, AT(conf, redis.max_endpoints), .min = 1,
	 .max = 1e7, .unit = "keys", .preset = "100000", .example = "100000",
	 .help = "endpoints per site; more are counted, not stored"},
	{.name = "max_routes", .type = TYPE_NUMBER, AT(conf, redis.max_routes), .min = 1,
	 .max = 1e7, .unit = "fields", .preset = "100000", .example = "100000",
	 .help = "prefixes per session and side; more are counted, not stored"},
	{.name = "max_sessions", .type = TYPE_NUMBER, AT(conf, redis.max_sessions), .min = 1,
	 .max = 1e5, .unit = "keys", .preset = "1000", .example = "1000",
	 .help = "BGP sessions per site; more are counted, not stored"},
	{.name = "max_streams", .type = TYPE_NUMBER, AT(conf, redis.max_streams), .min = 1,
	 .max = 1e6, .unit = "keys", .preset = "1000", .example = "1000",
	 .help = "worst RTP streams per site"},
	END,
};
static const struct schema_group redis_group = {"redis", "Where results go.", redis_keys};

/* What others refer to comes first: the rows are loaded in this order, not in the file's. */
static const struct schema_key root_keys[] = {
	{.name = "probe", .type = TYPE_GROUP, .group = &probe_group, .help = "this probe"},
	{.name = "peering", .type = TYPE_GROUP, .group = &peering_group, .required = true,
	 .help = "the peering"},
	{.name = "peer", .type = TYPE_GROUP, .group = &peer_group, .required = true,
	 .help = "the peer's network"},
	{.name = "cloud", .type = TYPE_GROUP, .group = &cloud_group, .help = "the cloud's "
	         "network"},
	{.name = "data", .type = TYPE_GROUP, .group = &data_group, .help = "replaceable tables"},
	{.name = "decode", .type = TYPE_GROUP, .group = &decode_group,
	 .help = "how packets are read"},
	{.name = "sites", .type = TYPE_GROUP, MANY(conf, sites, site_count), .group = &site_group,
	 .required = true, .help = "where probes stand"},
	{.name = "thresholds", .type = TYPE_THRESHOLDS, AT(conf, thresholds),
	 .help = "numbers that verdicts stand on"},
	{.name = "links", .type = TYPE_GROUP, MANY(conf, links, link_count), .group = &link_group,
	 .required = true, .help = "the interconnects"},
	{.name = "registered", .type = TYPE_GROUP, MANY(conf, registered, registered_count),
	 .group = &registered_group, .help = "registered prefixes"},
	{.name = "subnets", .type = TYPE_GROUP, MANY(conf, subnets, subnet_count),
	 .group = &subnet_group, .help = "declared subnets"},
	{.name = "default_subnet", .type = TYPE_GROUP, AT(conf, default_subnet.present),
	 .group = &default_subnet_group, .help = "prefixes without an entry"},
	{.name = "tolerate", .type = TYPE_GROUP, .group = &tolerate_group,
	 .help = "background noise"},
	{.name = "sbcs", .type = TYPE_GROUP, MANY(conf, sbcs, sbc_count), .group = &sbc_group,
	 .help = "session border controllers"},
	{.name = "maintenance", .type = TYPE_GROUP, MANY(conf, maintenance, maintenance_count),
	 .group = &maintenance_group, .help = "planned work"},
	{.name = "targets", .type = TYPE_GROUP, .group = &targets_group,
	 .help = "what was agreed beyond the programme"},
	{.name = "bmp", .type = TYPE_GROUP, .group = &bmp_group,
	 .help = "routers that report their BGP sessions"},
	{.name = "privacy", .type = TYPE_GROUP, .group = &privacy_group,
	 .help = "what is shown and kept of people"},
	{.name = "redis", .type = TYPE_GROUP, .group = &redis_group, .help = "where results go"},
	END,
};
const struct schema_group schema_root = {"the file", "Top level.", root_keys};

/* clang-format on */
