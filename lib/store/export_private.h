/*
 * Shared by the exporter's files alone (export*.c): what an epoch's
 * functions need, gathered once.
 */
#pragma once

#include <stdio.h>

#include "inspect/evidence.h"
#include "inspect/inspector_shortage.h"
#include "store/announce.h"
#include "store/dict.h"
#include "store/export.h"
#include "store/rollup.h"

/* An epoch on its way into the store. */
struct epoch {
	struct exporter *e;
	const struct aggregate *a;
	const struct export_self *self;
	double seconds;
	uint64_t keys;
};

enum { MEMBER_LACP_SIZE = 80 };

/* What LACP says of a link, for its record and its members'; from one look at the inspector to the
 * next. */
struct lag_view {
	bool spoken;           /* a LACPDU was seen on the link */
	size_t distributing;   /* members */
	uint64_t capacity_bps; /* without the members that are out */
	char why[160];         /* who is out and why; empty: nobody */
	struct {
		char side[REC_SIDES][MEMBER_LACP_SIZE], state[16];
	} * members; /* as in conf */
};

struct exporter {
	const struct conf *conf;
	struct store *store;
	struct announcer *announcer;
	struct rollup *rollup;
	char suffix[72];              /* "@ID" where the site has several probes, else "" */
	struct epoch epoch;           /* that runs */
	uint64_t until_us;            /* its end */
	uint64_t terms_us;            /* since when conf->terms stand; 0: since the start */
	struct dict sessions;         /* BGP sessions in the store: name -> struct told_session */
	struct dict bfds;             /* names of BFD sessions there; value: epoch that wrote it */
	struct dict streams, legs;    /* the same of the worst streams, of active legs */
	struct rec_link_media *media; /* as conf.links */
	struct lag_view *lags;        /* as conf.links */
	size_t lag_count;
	uint64_t control_drops; /* of the probe, at the last look at the inspector */
	struct inspector_shortage inspector_shortage; /* then */
	struct evidence evidence;                     /* of roles, taken over from the inspector */
	struct addr *relays; /* addresses whose media leaves again as it came, in this epoch */
	uint32_t relay_count;
	bool *sbc_media;             /* as conf.sbcs: its media prefixes carry media */
	struct sbc_ports *sbc_ports; /* as conf.sbcs */
};

/* Where an SBC's media goes, since start. */
struct sbc_ports {
	uint64_t streams, off_ports;
	char off_port[64];
};

#define COPY_TEXT(to, from) snprintf(to, sizeof(to), "%s", (from) ? (from) : "")

/* Whether this probe tells of the link: another's has another's records, under the same keys. */
bool export_taps(const struct exporter *e, size_t link);
/* Put a record and count its key. */
void export_put(struct epoch *x, enum record_kind kind, const char *id, const void *record);
/* What the inspector has forgotten goes from the store too: each record put is kept, and once all
 * are put, the others are removed. */
void export_keep(struct epoch *x, struct dict *told, const char *id);
void export_sweep(struct epoch *x, struct dict *told, enum record_kind kind);
void export_fill_traffic(struct rec_traffic *t, const struct counts *total,
                         const struct counts *last, double seconds);

/* What the inspector has to tell, as events (export_facts.c). */
void export_facts(struct epoch *x, struct inspector *inspector);
/* BGP sessions (export_peering.c). */
void export_sessions(struct epoch *x, struct inspector *inspector);
bool export_is_within(const struct conf_prefixes *prefixes, const struct addr *ip);

/* To which ports declared SBCs send media (export_sbc.c). */
void export_sbcs_set_conf(struct exporter *e);
void export_sbcs(struct epoch *x);
/* Fills what `voice:sbc:NAME` has of it; other scopes are left alone. */
void export_sbc_fill(const struct exporter *e, struct rec_voice *r);

/* Roles (export_roles.c): an epoch first notes who carries an SBC's media. */
void export_roles_create(struct exporter *e);
void export_roles_destroy(struct exporter *e);
void export_roles_find_relays(struct epoch *x);
void export_roles_note_media(struct epoch *x, const struct agg_endpoint *from);
void export_roles(struct epoch *x, const struct agg_endpoint *from, const char *id,
                  struct rec_endpoint *r);
/* Signalling by link, SBC and subnet (export_voice.c). */
void export_voice(struct epoch *x, const struct inspector *inspector);
/* The worst RTP streams, media legs, and what links say of them (export_media.c). */
void export_media_create(struct exporter *e);
void export_media_destroy(struct exporter *e);
void export_media_set_conf(struct exporter *e);
void export_media(struct epoch *x);
/* A link's classes and subnets; the link itself with its members, once the inspector was asked
 * (export_link.c). */
void export_link_parts(struct epoch *x, size_t link);
void export_link(struct epoch *x, size_t link);
/* LACP, neighbours and tokens of every link (export_lag.c). */
struct interconnect;
struct peering;
void export_lags_create(struct exporter *e);
void export_lags_destroy(struct exporter *e);
/* BFD sessions (export_bfd.c). */
void export_bfds(struct epoch *x, const struct peering *peering);
void export_lags(struct epoch *x, const struct interconnect *ic);
/* Round trips and loss by link, subnet and SBC (export_path.c). */
void export_latency(struct epoch *x);
void export_loss(struct epoch *x);
/* Flows seen one way only (export_halves.c). */
void export_halves(struct epoch *x);
/* A declared subnet with its classes; an endpoint (export_subnet.c). */
void export_subnet(struct epoch *x, uint32_t id);
void export_endpoint(struct epoch *x, const struct agg_endpoint *from);
