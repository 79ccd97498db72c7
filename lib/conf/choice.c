#include "conf/choice.h"

#include "conf/conf.h"

const char *const choice_peering_types[] = {"isp", "voice", "route-server", NULL};
const char *const choice_link_roles[] = {"primary", "redundant", "backup", NULL};
const char *const choice_tap_kinds[] = {"optical", "broker", "span", "none", NULL};

static const char *const sides[] = {"peer", "msft", "both", "probe", "unknown"};
static const char *const directions[] = {"peer_to_msft", "msft_to_peer"};

const char *
peering_type_name(enum peering_type t)
{
	return choice_peering_types[t];
}

const char *
link_role_name(enum link_role r)
{
	return choice_link_roles[r];
}

const char *
side_name(enum side s)
{
	return sides[s];
}

const char *
tap_kind_name(enum tap_kind t)
{
	return choice_tap_kinds[t];
}

const char *
direction_name(enum direction d)
{
	return directions[d];
}
