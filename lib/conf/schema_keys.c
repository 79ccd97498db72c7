/* The schema's rows of the probe, the peering and what serves them, and its top level. */
#include "conf/schema_rows.h"

static const char *const profiles[] = {"maps-2024-10", NULL};
static const char *const name_policies[] = {"declared", "all", "none", NULL};

/* one row stays together, so that the table reads as one */
/* clang-format off */

static const struct schema_key probe_keys[] = {
	{.name = "id", .type = TYPE_NAME, AT(conf, probe.id), .required = true,
	 .example = "\"ams1-p1\"", .help = "name of this probe; no other probe has it",
	 .at_start = CONF_PROBE},
	{.name = "site", .type = TYPE_TEXT, AT(conf, probe.site), .example = "\"ams1\"",
	 .help = "the site it stands at, one of `sites`; may be left out where there is one site",
	 .at_start = CONF_PROBE},
	{.name = "lcores", .type = TYPE_LCORES, AT(conf, probe.lcores), .example = "\"2-9\"",
	 .help = "cores for the packet workers and helpers, as EAL writes them; left out: EAL's "
	         "own choice",
	 .at_start = CONF_PROBE},
	{.name = "flows", .type = TYPE_NUMBER, AT(conf, probe.flows), .min = 1024, .max = 1e9,
	 .unit = "flows", .preset = "1000000", .example = "4000000",
	 .help = "size of the flow table over all workers; its memory is taken at start",
	 .at_start = CONF_PROBE},
	{.name = "spool", .type = TYPE_PATH, AT(conf, probe.spool),
	 .preset = "/var/lib/pniscope/spool", .example = "\"/var/lib/pniscope/spool\"",
	 .help = "folder that keeps events while Redis is away",
	 .at_start = CONF_PROBE},
	{.name = "spool_max", .type = TYPE_QUANTITY, AT(conf, probe.spool_max_bytes),
	 .min = 1 << 16, .max = 0x1p40, .unit = "bytes", .preset = "256M", .example = "\"256M\"",
	 .help = "largest size of that folder; what is dropped beyond is counted",
	 .at_start = CONF_PROBE},
	{.name = "state", .type = TYPE_PATH, AT(conf, probe.state),
	 .example = "\"/var/lib/pniscope/state\"",
	 .help = "folder of what is carried over a restart: BGP sessions and routes; left out or "
	         "empty: the spool's",
	 .at_start = CONF_PROBE},
	END,
};
static const struct schema_group probe_group = {
	"probe", "This probe. Left out in a file for `pniscope-control` or `pniscope check` alone.",
	probe_keys};

static const struct schema_key peering_keys[] = {
	{.name = "name", .type = TYPE_NAME, AT(conf, peering.name), .required = true,
	 .example = "\"acme-voice\"", .help = "name of the peering, the same on every probe",
	 .at_start = CONF_PROBE | CONF_CONTROL},
	{.name = "type", .type = TYPE_CHOICE, AT(conf, peering.type), .choices = choice_peering_types,
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

static const struct schema_key bmp_keys[] = {
	{.name = "listen", .type = TYPE_TEXT, AT(conf, bmp.listen),
	 .example = "\"127.0.0.1:11019\"",
	 .help = "address and port where routers report (RFC 7854); left out or empty: nowhere",
	 .at_start = CONF_PROBE},
	{.name = "from", .type = TYPE_ADDR, LIST(conf, bmp.from), .example = "[ \"192.0.2.250\" ]",
	 .help = "routers that may; left out: any that reaches the port",
	 .at_start = CONF_PROBE},
	END,
};
static const struct schema_group bmp_group = {
	"bmp", "Routers that report their BGP sessions to this probe.", bmp_keys};

static const struct schema_key retention_keys[] = {
	{.name = "calls", .type = TYPE_QUANTITY, AT(conf, privacy.retention_calls_s), .min = 60,
	 .max = 10 * 365 * 86400.0, .unit = "s", .preset = "24h", .example = "\"24h\"",
	 .help = "how long calls and streams are kept", .later = true},
	{.name = "endpoints", .type = TYPE_QUANTITY, AT(conf, privacy.retention_endpoints_s),
	 .min = 60, .max = 10 * 365 * 86400.0, .unit = "s", .preset = "7d", .example = "\"7d\"",
	 .help = "how long a silent endpoint is kept", .later = true},
	{.name = "evidence", .type = TYPE_QUANTITY, AT(conf, privacy.retention_evidence_s),
	 .min = 60, .max = 10 * 365 * 86400.0, .unit = "s", .preset = "90d", .example = "\"90d\"",
	 .help = "how long evidence of verdicts is kept", .later = true},
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
	         "\"sentinel://…\"",
	 .at_start = CONF_PROBE | CONF_CONTROL},
	{.name = "user", .type = TYPE_TEXT, AT(conf, redis.user), .example = "\"probe\"",
	 .help = "ACL user; left out: Redis' default user",
	 .at_start = CONF_PROBE | CONF_CONTROL},
	{.name = "password_file", .type = TYPE_PATH, AT(conf, redis.password_file),
	 .example = "\"redis.pw\"", .help = "file whose first line is the password",
	 .at_start = CONF_PROBE | CONF_CONTROL},
	{.name = "interval_ms", .type = TYPE_NUMBER, AT(conf, redis.interval_ms), .min = 100,
	 .max = 60000, .unit = "ms", .preset = "1000", .example = "1000",
	 .help = "length of an epoch",
	 .at_start = CONF_PROBE},
	{.name = "memory_max", .type = TYPE_QUANTITY, AT(conf, redis.memory_max_bytes),
	 .min = 1 << 20, .max = 0x1p50, .unit = "bytes", .preset = "2G", .example = "\"2G\"",
	 .help = "budget of the roll-ups, checked against Redis' own limit at start",
	 .at_start = CONF_PROBE},
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
	{.name = "links", .type = TYPE_GROUP, MANY(conf, links, link_count), .group = &schema_link,
	 .required = true, .help = "the interconnects"},
	{.name = "registered", .type = TYPE_GROUP, MANY(conf, registered, registered_count),
	 .group = &schema_registered, .help = "registered prefixes"},
	{.name = "subnets", .type = TYPE_GROUP, MANY(conf, subnets, subnet_count),
	 .group = &schema_subnet, .help = "declared subnets"},
	{.name = "default_subnet", .type = TYPE_GROUP, AT(conf, default_subnet.present),
	 .group = &schema_default_subnet, .help = "prefixes without an entry"},
	{.name = "tolerate", .type = TYPE_GROUP, .group = &schema_tolerate,
	 .help = "background noise"},
	{.name = "sbcs", .type = TYPE_GROUP, MANY(conf, sbcs, sbc_count), .group = &schema_sbc,
	 .help = "session border controllers"},
	{.name = "maintenance", .type = TYPE_GROUP, MANY(conf, maintenance, maintenance_count),
	 .group = &schema_maintenance, .help = "planned work"},
	{.name = "targets", .type = TYPE_GROUP, .group = &schema_targets,
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
