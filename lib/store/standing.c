#include "store/standing.h"

#include <stdio.h>
#include <string.h>

const char *
standing_name(enum standing s)
{
	static const char *const names[STANDING_COUNT] = {"declared", "tolerated", "undeclared",
	                                                  "unclassified"};

	return names[s];
}

/*
 * What a declared class brings with it. Media declared as SRTP may look like plain RTP from outside
 * (a dynamic payload type has no size to tell by), so "rtp" never stands against a declared "srtp":
 * whether it is encrypted is another requirement's question (X18).
 */
static const struct {
	const char *declared;
	enum traffic_class brings;
} companions[] = {
	{"srtp", CLASS_RTP},         {"srtp", CLASS_RTCP},        {"srtp", CLASS_DTLS},
	{"srtp", CLASS_ZRTP},        {"rtp", CLASS_RTCP},         {"turn", CLASS_STUN},
	{"stun", CLASS_TURN},        {"ike", CLASS_ESP},          {"esp", CLASS_IKE},
	{"teams-media", CLASS_RTP},  {"teams-media", CLASS_SRTP}, {"teams-media", CLASS_RTCP},
	{"teams-media", CLASS_STUN}, {"teams-media", CLASS_TURN}, {"teams-media", CLASS_DTLS},
	{"srtp", CLASS_TEAMS_MEDIA}, {"rtp", CLASS_TEAMS_MEDIA},
};

static bool
brings(const char *declared, enum traffic_class class)
{
	for (size_t i = 0; i < sizeof companions / sizeof *companions; i++)
		if (companions[i].brings == class && strcmp(companions[i].declared, declared) == 0)
			return true;
	return false;
}

static bool
names_class(const struct conf_names *names, enum traffic_class class)
{
	for (size_t i = 0; i < names->count; i++)
		if (strcmp(names->at[i], class_name(class)) == 0 || brings(names->at[i], class))
			return true;
	return false;
}

static bool is_unclassified(enum traffic_class class)
{
	return class == CLASS_UNKNOWN_OTHER || class == CLASS_UNKNOWN_TCP ||
	       class == CLASS_UNKNOWN_UDP || class == CLASS_UNDECODED;
}

enum standing
standing_of(const struct conf *c, const struct conf_subnet *s, enum traffic_class class)
{
	if (names_class(&s->classes, class))
		return STANDING_DECLARED;
	if (is_unclassified(class))
		return STANDING_UNCLASSIFIED;
	return names_class(&c->tolerate.classes, class) ? STANDING_TOLERATED : STANDING_UNDECLARED;
}

void
standing_join(const struct conf_names *names, char *to, size_t size)
{
	size_t used = 0;

	to[0] = '\0';
	for (size_t i = 0; i < names->count; i++) {
		if (used + strlen(names->at[i]) + 2 > size)
			return;
		used += (size_t)snprintf(to + used, size - used, "%s%s", used ? "," : "",
		                         names->at[i]);
	}
}
