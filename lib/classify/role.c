#include "classify/role.h"

#include <string.h>

static const struct {
	const char *name, *help;
} roles[ENDPOINT_ROLE_COUNT] = {
#define ROLE_ROW(id, name, help) [ENDPOINT_##id] = {name, help},
	ROLE_TABLE(ROLE_ROW)
#undef ROLE_ROW
};

const char *
role_name(enum endpoint_role r)
{
	return roles[r].name;
}

const char *
role_help(enum endpoint_role r)
{
	return roles[r].help;
}

enum trade { TRADE_NETWORK, TRADE_VOICE, TRADE_DNS, TRADE_CLIENTS, TRADE_OWN };

static enum trade
trade_of(enum endpoint_role r)
{
	switch (r) {
	case ENDPOINT_ROUTER:
	case ENDPOINT_EXPORTER:
		return TRADE_NETWORK;
	case ENDPOINT_SBC:
	case ENDPOINT_SIP_PROXY:
	case ENDPOINT_SIP_REGISTRAR:
	case ENDPOINT_SIP_UA:
	case ENDPOINT_MEDIA_RELAY:
	case ENDPOINT_MEDIA_GATEWAY:
	case ENDPOINT_TURN_SERVER:
	case ENDPOINT_STUN_SERVER:
		return TRADE_VOICE;
	case ENDPOINT_DNS_RESOLVER:
	case ENDPOINT_DNS_AUTHORITATIVE:
	case ENDPOINT_DNS_FORWARDER:
		return TRADE_DNS;
	case ENDPOINT_CGNAT:
	case ENDPOINT_CLIENT_POOL:
		return TRADE_CLIENTS;
	default:
		return TRADE_OWN;
	}
}

bool
role_contradicts(enum endpoint_role seen, enum endpoint_role declared)
{
	enum trade trade = trade_of(seen);

	if (trade == TRADE_NETWORK || seen == declared)
		return false;
	return trade == TRADE_OWN || trade != trade_of(declared);
}

int
role_find(const char *name)
{
	for (int i = 0; i < ENDPOINT_ROLE_COUNT; i++)
		if (strcmp(roles[i].name, name) == 0)
			return i;
	return -1;
}
