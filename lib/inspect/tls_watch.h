/*
 * A signalling connection inside TLS, as far as it can be told without its keys: whether the
 * handshake came to its end, the version, the name asked for, who alerted whom, and the rhythm of
 * small questions and answers on an idle connection, which is what OPTIONS look like (one question
 * of at most a datagram's size after a quiet time, one answer, quiet again). Counted per link, SBC
 * and subnet (inspect/voice.h). The inspector's thread.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "inspect/certificate.h"
#include "inspect/voice.h"
#include "proto/tls.h"

struct inspection;

struct tls_watch {
	struct voice_place place; /* of the connection's first frame */
	unsigned first;           /* who sent it: index in conversation->ip */
	bool hello, established, failed, over;
	bool ciphered[2];
	/* the exchange that runs, since the last quiet time */
	uint64_t asked_ns, last_ns;
	unsigned asker, records;
	bool counted;
};

/* A connection begins to be watched with this frame. */
void tls_watch_begin(struct tls_watch *w, struct inspection *in);
/* A handshake message in the clear; its body is not consumed. */
void tls_watch_message(struct tls_watch *w, struct inspection *in,
                       const struct tls_message *message);
void tls_watch_alert(struct tls_watch *w, struct inspection *in, uint8_t code);
/* A segment with payload: a sign of life. */
void tls_watch_word(struct tls_watch *w, struct inspection *in);
/* A record of `size` encrypted bytes. */
void tls_watch_ciphered(struct tls_watch *w, struct inspection *in, uint16_t size);
/* Nothing more comes; `v` alone is needed. */
void tls_watch_end(struct tls_watch *w, struct voice *v);
