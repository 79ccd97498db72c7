/*
 * The part of the model that voice fills: signalling by link, SBC and subnet. Included by
 * store/model.h alone. Arrays of REC_SIDES are [enum side], peer and msft; in Redis `peer_NAME` and
 * `msft_NAME`. Every ratio and quantile stands beside its sample size; NaN without samples.
 */
#pragma once

#include "store/model_peering.h"

enum { REC_VOICE_TEXT = 256, REC_VOICE_NAT = 5, REC_MEDIA_ID = 96 };

/* What one side did. */
struct rec_voice_side {
	uint64_t calls; /* begun by it */
	/* OPTIONS that it sent, or what looks like them inside TLS */
	uint64_t options, options_answered, options_last_us, options_interval_us,
		options_gap_max_us;
	uint64_t options_quiet_us; /* its silence until now, as far as its link shows */
	char options_silences[REC_OUTAGES_TEXT]; /* as of rec_session, longer than the limit */
	uint64_t alerts, alert_us;               /* of TLS, in the clear, close_notify aside */
	char alert[48];                          /* the last: "40 handshake_failure" */
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
	/* media streams that a declared SBC sent to the cloud's voice addresses */
	uint64_t media_streams, media_off_ports;
	char media_off_port[64]; /* the last of the latter: "52.112.0.7 port 20000" */
	struct rec_voice_side side[REC_SIDES];
	/* signs of address translation; see inspect/voice.h */
	uint64_t nat_via, nat_contact, nat_sdp, nat_received, nat_rport;
	char nat_first[REC_VOICE_TEXT]; /* the first of each */
};

/* stream:ID; one RTP stream as the tap saw it. Its worst are listed in streams:worst. */
struct rec_stream {
	struct rec_head head;
	char id[REC_MEDIA_ID];
	char src[46], dst[46];
	uint64_t src_port, dst_port;
	char ssrc[12]; /* "0x1234abcd" */
	char link[64], direction[16];
	uint64_t payload_type;
	char codec[24];
	bool srtp, relayed;
	char found_by[12]; /* "sdp", "behaviour" */
	uint64_t clock_hz; /* 0: not known */
	char clock_basis[12];
	uint64_t packets, bytes, expected, lost, duplicates, reordered;
	uint64_t longest_gap, loss_runs, restarts;
	double loss_ratio;
	double jitter_max_us, jitter_mean_us; /* NaN without a clock */
	double mos, r_factor;                 /* NaN where the codec has no published values */
	double badness;                       /* 0 … 100, the score in streams:worst */
	double burst_density_ratio, gap_density_ratio;
	uint64_t silence_us, outages, talkspurts, comfort_noise, dtmf_events, payload_type_changes;
	uint64_t first_us, last_us;
	bool ended;
	char leg[REC_MEDIA_ID];
};

/* leg:ID; what two endpoints send each other. Active ones are listed in legs:active. */
struct rec_leg {
	struct rec_head head;
	char id[REC_MEDIA_ID], state[8]; /* "active", "failed" */
	char a[46], b[46];               /* a sent first */
	uint64_t a_port, b_port;
	char link[64], signalling[12]; /* "sip", "encrypted", "none" */
	bool srtp, one_way;
	char why[96]; /* what is wrong; empty: nothing */
	uint64_t start_us, end_us, packets, lost, gap_us;
	double loss_ratio, mos_a, mos_b; /* of what a sends, of what b sends; NaN: not known */
	char stream_a[REC_MEDIA_ID], stream_b[REC_MEDIA_ID]; /* ids; empty: nothing comes */
};

/* Media of a link, part of its record. */
struct rec_link_media {
	uint64_t legs_active, legs_two_way; /* now; in the last ten minutes */
	uint64_t legs_one_way[2];           /* now, by the direction that they have */
	uint64_t streams;                   /* with packets in the last interval */
	/* the last time that many streams were without packets and numbers at once, on no link;
	 * gap_us: the end */
	uint64_t gap_us, gap_from_us, gap_length_us, gap_streams, gap_of_streams;
	char gap_until_link[64]; /* that had most of them back: itself, or another one */
};
