/* The names of events and findings: one table of name, severity and help. docs/redis.md comes from
 * it. Constant; any thread. */
#pragma once

#include <stdbool.h>

/* name, severity when nothing else is known, help, filled by a later part */
#define EVENT_TABLE(X)                                                                        \
	X("link.up", "info", "a link carries traffic again, both ways", false)                \
	X("link.silent", "critical", "no packet in one direction for link_silent_s", false)   \
	X("link.degraded", "major", "a member is out or silent while others carry", false)    \
	X("link.utilisation", "major", "above the share at which capacity must grow", false)  \
	X("link.capacity.changed", "major", "fewer or more members in the bundle", false)     \
	X("lacp.member.down", "major", "a member left the bundle", false)                     \
	X("lacp.member.up", "info", "a member is back in the bundle", false)                  \
	X("bfd.down", "critical", "a BFD session went down", false)                           \
	X("bfd.up", "info", "a BFD session is up", false)                                     \
	X("bgp.session.up", "info", "a BGP session is established", false)                    \
	X("bgp.session.down", "critical", "a BGP session went down", false)                   \
	X("bgp.prefix.announced", "info", "a registered prefix is announced", false)          \
	X("bgp.prefix.withdrawn", "major", "a registered prefix is withdrawn", false)         \
	X("route.path.backup", "major", "a registered prefix arrives by backup alone", false) \
	X("route.path.active", "info", "it arrives by an active session again", false)        \
	X("route.origin.changed", "critical", "another origin of a registered prefix", false) \
	X("class.undeclared", "minor", "a subnet sends a class that nobody declared", false)  \
	X("limiter.found", "major", "a policer or shaper acts", true)                         \
	X("limiter.gone", "info", "it acts no more", true)                                    \
	X("middlebox.sign", "major", "a sign of a stateful middlebox", true)                  \
	X("voice.oneway", "major", "media one way only", false)                               \
	X("voice.gap", "minor", "a gap in many media streams at once", false)                 \
	X("tls.alert", "minor", "TLS alerts on signalling", false)                            \
	X("tls.cert.expiring", "minor", "a certificate runs out", false)                      \
	X("voice.options.late", "minor", "an SBC sends OPTIONS no more", false)               \
	X("sip.nat", "minor", "signs of address translation or a SIP ALG", false)             \
	X("probe.loss", "major", "the probe itself lost packets", false)                      \
	X("probe.unfit", "major", "the probe's numbers carry no verdict", false)              \
	X("probe.stale", "critical", "a probe's data are older than a few seconds", false)    \
	X("probe.clock", "minor", "the packet clock is off, stepped or is another", false)    \
	X("config.reloaded", "info", "the contract file was read anew", false)                \
	X("config.mismatch", "major", "two probes have different contract files", false)      \
	X("maintenance.begin", "info", "an announced change begins", false)                   \
	X("maintenance.end", "info", "an announced change ends", false)                       \
	X("finding.opened", "info", "something is wrong from now on: see the finding", false) \
	X("finding.acked", "info", "somebody took note", false)                               \
	X("finding.closed", "info", "it is over", false)                                      \
	X("verdict.changed", "info", "a requirement's verdict changed: see the ledger", false)

struct event_kind {
	const char *name, *severity, *help;
	bool later;
};

/* All, ended by a NULL name. */
const struct event_kind *event_kinds(void);
/* NULL: no such name. */
const struct event_kind *event_find(const char *name);
