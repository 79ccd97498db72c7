/*
 * The part of the model that voice fills: signalling by link, SBC and subnet. Included by
 * store/model.h alone. Arrays of REC_SIDES are [enum side], peer and msft; in Redis `peer_NAME` and
 * `msft_NAME`. Every ratio and quantile stands beside its sample size; NaN without samples.
 */
#pragma once

#include "store/model_peering.h"

enum { REC_VOICE_TEXT = 256, REC_VOICE_NAT = 5 };

/* What one side did. */
struct rec_voice_side {
	uint64_t calls; /* begun by it */
	/* OPTIONS that it sent, or what looks like them inside TLS */
	uint64_t options, options_answered, options_last_us, options_interval_us,
		options_gap_max_us;
	uint64_t alerts, alert_us; /* of TLS, in the clear, close_notify aside */
	char alert[48];            /* the last: "40 handshake_failure" */
	/* the certificate it showed last, in the clear */
	uint64_t cert_seen_us, cert_not_before_us, cert_not_after_us; /* 0: none */
	char cert_cn[128], cert_names[512], cert_issuer[128];
};

/* voice:SCOPE; SCOPE is "link:NAME", "sbc:NAME" or "subnet:PREFIX". */
struct rec_voice {
	struct rec_head head;
	char scope[96];
	char signalling[16]; /* "sip", "encrypted", "both" or "none" */
	char summary[96];    /* "12 calls, 3 now", "encrypted: 3 TLS connections, 2 open" */
	uint64_t first_us, last_us;
	/* in the clear */
	uint64_t requests, responses, retransmissions, clear_to_msft;
	char codes[REC_VOICE_TEXT]; /* "200 12,486 3", by number */
	uint64_t calls, calls_active, calls_active_max;
	uint64_t calls_final, calls_answered, calls_effective, calls_abandoned, calls_timeout,
		calls_redirected, calls_ended;
	uint64_t reinvites, forks;
	double asr_ratio, ner_ratio;
	uint64_t talk_us;
	uint64_t setup_count, setup_p50_us, setup_p95_us, setup_p99_us, setup_max_us;
	uint64_t answer_count, answer_p50_us, answer_p95_us;
	/* inside TLS */
	uint64_t tls_connections, tls_open, tls_handshakes, tls_failed;
	uint64_t tls_older, tls_1_2, tls_1_3; /* chosen by servers; older than 1.2 */
	char tls_versions[64];                /* "TLS 1.2 3,TLS 1.3 1" */
	char tls_name[128];                   /* server name asked for last */
	char options_basis[16];               /* "sip", "tls-rhythm" or "" */
	struct rec_voice_side side[REC_SIDES];
	/* signs of address translation; see inspect/voice.h */
	uint64_t nat_via, nat_contact, nat_sdp, nat_received, nat_rport;
	char nat_first[REC_VOICE_TEXT]; /* the first of each */
};
