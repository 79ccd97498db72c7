/* The schema's rows of links: taps, members, sessions. */
#include "conf/schema_rows.h"

static const char *const bfd_modes[] = {"optional", "required", "none", NULL};
static const char *const directions_by[] = {"port", "mac", "subnet", "vlan", NULL};

/* one row stays together, so that the table reads as one */
/* clang-format off */

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
	{.name = "kind", .type = TYPE_CHOICE, AT(conf_link, tap), .choices = choice_tap_kinds,
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
	{.name = "role", .type = TYPE_CHOICE, AT(conf_link, role), .choices = choice_link_roles,
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
const struct schema_group schema_link = {
	"links[]", "One LAG between the peer's router and the cloud.", link_keys};

/* clang-format on */
