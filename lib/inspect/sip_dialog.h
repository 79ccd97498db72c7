/*
 * What a message means for its call: transactions, dialogs, the call's state and the scopes'
 * counts. Private to the calls (inspect/sip_call.c), which finds the record. The inspector's
 * thread.
 */
#pragma once

#include "base/hash.h"
#include "inspect/sip_call.h"
#include "proto/sip.h"

struct census;

/* A message as the calls see it. */
struct sip_sight {
	const struct sip *sip;
	const struct voice_place *place; /* of its frame */
	struct inspection *in;
	struct voice *voice;
	const struct hash_key *key;  /* of the table */
	const struct hash_key *user; /* of users, changed now and then */
	uint64_t now_ns;
};

void sip_dialog_message(struct sip_call *c, const struct sip_sight *m);

/* Nothing more will come: an attempt without final answer is one that timed out. */
void sip_dialog_timeout(struct sip_call *c, struct census *census, uint64_t now_ns);
/* It is forgotten: no more among the active ones. */
void sip_dialog_leave(struct sip_call *c, struct census *census);
