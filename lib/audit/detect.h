/*
 * What the detectors share (detect*.c): each names what it sees in the whole input, as a sighting.
 * For them alone; pure functions.
 */
#pragma once

#include "audit/finding.h"

/* A new sighting of `kind`, with its severity; its id follows from kind and subject (and `part` of
 * the subject). Valid until the next one. */
struct rec_finding *detect_sight(struct sightings *out, const char *kind, const char *subject,
                                 const char *part);
/* The id that such a sighting has. */
void detect_id(const char *kind, const char *subject, const char *part, char id[64]);
void detect_evidence(struct rec_finding *f, const struct rec_evidence *e);

/* Members of LAGs, BFD and BGP sessions that should be up and are not (detect_peering.c). */
void detect_peering(const struct audit_input *in, struct sightings *out);
/* Signalling (detect_voice.c). */
void detect_voice(const struct audit_input *in, struct sightings *out);
/* Media one way, outages of many streams at once (detect_media.c). */
void detect_media(const struct audit_input *in, struct sightings *out);
