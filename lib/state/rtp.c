#include "state/rtp.h"

#include <string.h>

#include "base/clock.h"

enum {
	RUN_STEP_MAX_MS =
		3000, /* of media time within a run: what follows a pause proves nothing */
	RUN_TICKS_MAX = 90000 * (RUN_STEP_MAX_MS / 1000),
	INFER_EVERY = 64,  /* packets; a power of two */
	INFER_PERCENT = 2, /* how near a clock must be */
	SLOWEST_HZ = 1000, /* text, RFC 4103 */
	FASTEST_HZ = 90000,
};

#define INFER_NS (2 * NS_PER_S)

static_assert(CACHE_LINE == offsetof(struct rtp_stream, first_ns), "one line per packet");

const char *
rtp_basis_name(uint8_t basis)
{
	static const char *const names[] = {[RTP_BASIS_NONE] = NULL,
	                                    [RTP_BASIS_INFERRED] = "inferred",
	                                    [RTP_BASIS_STATIC] = "static-pt",
	                                    [RTP_BASIS_SDP] = "sdp"};

	return names[basis];
}

/* ---- formats --------------------------------------------------------------------------------- */

static bool
is_media(uint8_t codec)
{
	return codec != CODEC_CN && codec != CODEC_TELEPHONE_EVENT && codec != CODEC_TONE;
}

static uint32_t
tick_of(uint32_t clock_hz)
{
	return clock_hz >= SLOWEST_HZ ? (uint32_t)((NS_PER_S << RTP_TICK_BITS) / clock_hz) : 0;
}

/* The clock of its media is known; no media has one as slow as some signalling says. */
static void
set_clock(struct rtp_stream *s, uint32_t clock_hz, uint8_t basis)
{
	if (clock_hz < SLOWEST_HZ)
		clock_hz = 0;
	if (!s->clock_hz)
		s->unclocked = s->received;
	s->clock_hz = clock_hz;
	s->tick = tick_of(clock_hz);
	s->basis = clock_hz ? basis : RTP_BASIS_NONE;
}

/* A dynamic type that nothing explains, amid a stream whose media is known: events, redundancy …
 * nothing that should take the media's place. */
static bool
is_aside(const struct rtp_stream *s, const struct rtp_format *f)
{
	return !is_media(f->codec) || (f->codec == CODEC_UNKNOWN && s->codec != CODEC_UNKNOWN &&
	                               f->payload_type != s->media_type);
}

void
rtp_set_format(struct rtp_stream *s, const struct rtp_format *f, uint8_t basis)
{
	bool event = f->codec == CODEC_TELEPHONE_EVENT || f->codec == CODEC_TONE;

	s->flags &= (uint8_t) ~(RTP_COMFORT | RTP_EVENT);
	s->flags |= f->codec == CODEC_CN ? RTP_COMFORT : 0;
	s->flags |= event ? RTP_EVENT : 0;
	s->payload_type = f->payload_type;
	s->tick = event ? 0 : tick_of(f->clock_hz);
	if (is_aside(s, f))
		return;
	s->changes += f->payload_type != s->media_type;
	s->media_type = f->payload_type;
	s->codec = f->codec;
	set_clock(s, f->clock_hz, basis);
}

/* Clocks that media run at; see proto/rtp_codec.h. */
static const uint32_t clocks[] = {8000, 11025, 16000, 22050, 24000, 32000, 44100, 48000, 90000};

/* Media time against arrival since the first packet. Once in INFER_EVERY packets until known. */
static __attribute__((noinline)) void
infer_clock(struct rtp_stream *s, const struct rtp_packet *p)
{
	uint64_t elapsed = p->time_ns - s->clock_ns;
	uint64_t ticks = p->timestamp - s->first_timestamp;

	if (s->flags & RTP_EVENT || p->time_ns <= s->clock_ns || elapsed < INFER_NS)
		return;
	for (unsigned i = 0; i < sizeof clocks / sizeof *clocks; i++) {
		uint64_t should = clocks[i] * (elapsed / NS_PER_US) / US_PER_S;
		uint64_t off = ticks > should ? ticks - should : should - ticks;

		if (off * 100 > should * INFER_PERCENT)
			continue;
		set_clock(s, clocks[i], RTP_BASIS_INFERRED);
		return;
	}
}

/* ---- sequence -------------------------------------------------------------------------------- */

/* Media time begins here: what was before does not measure it. */
static void
begin_clock(struct rtp_stream *s, const struct rtp_packet *p)
{
	s->timestamp = s->first_timestamp = p->timestamp;
	s->reference_ns = s->clock_ns = p->time_ns;
}

/* RFC 3611 A.2 for `lost` packets in a row behind `before` received ones. */
static void
count_burst(struct rtp_stream *s, uint32_t before, uint32_t lost)
{
	if (before >= RTP_GMIN) {
		if (s->burst_lost == 1)
			s->c14++;
		else
			s->c13++;
		s->burst_lost = 1;
		s->c11 += before;
	} else {
		s->burst_lost++;
		s->c23++;
		s->c22 += before - 1;
	}
	s->c33 += lost - 1;
	s->burst_lost += lost - 1;
}

static void
skip_ahead(struct rtp_stream *s, uint32_t step)
{
	uint32_t lost = step - 1, before = s->highest + 1 - s->loss_end;

	s->highest += step;
	s->window = step < RTP_WINDOW ? s->window << step | 1 : 1;
	s->loss_runs++;
	if (lost > s->longest_gap)
		s->longest_gap = lost;
	count_burst(s, before, lost);
	s->loss_end = s->highest;
}

static int32_t
fall_back(struct rtp_stream *s, uint32_t back)
{
	uint64_t bit = back < RTP_WINDOW ? 1ull << back : 0;
	uint32_t lost;

	if (s->window & bit) {
		s->duplicates++;
		return RTP_AGAIN;
	}
	s->window |= bit;
	s->reordered++;
	if (s->highest - back - s->base <= UINT32_MAX / 2)
		return RTP_LATE;
	lost = s->base - (s->highest - back) - 1; /* before the first one */
	s->base = s->highest - back;
	return (int32_t)lost;
}

/* Both clocks tell that so many packets were sent meanwhile: what is missing is lost, however much
 * it is. `step` packets took about as long as their numbers say, by the media clock. */
static bool
clock_went_along(const struct rtp_stream *s, const struct rtp_packet *p, uint32_t step)
{
	uint32_t sent = s->highest - s->base;
	uint64_t so_far = s->timestamp - s->first_timestamp;
	uint64_t ticks = p->timestamp - s->timestamp;

	if (step >= 1u << 15 || s->restarts || sent < RTP_PROOF || so_far > INT32_MAX)
		return false;
	return ticks * sent >= so_far * step / 2 && ticks * sent <= so_far * step * 2;
}

static void
restart(struct rtp_stream *s, const struct rtp_packet *p)
{
	s->expected_before += s->highest - s->base + 1;
	s->base = s->loss_end = (uint32_t)p->sequence - 1;
	s->highest = s->base + 1;
	s->window = 3;
	s->strays--; /* the one before belongs to it */
	s->restarts++;
	begin_clock(s, p);
}

/* What is not the next number. */
static __attribute__((noinline)) int32_t
step_odd(struct rtp_stream *s, const struct rtp_packet *p, uint16_t step)
{
	uint32_t back = (uint16_t)-step;

	if (back < RTP_MISORDER_MAX) {
		return fall_back(s, back);
	}
	if (step < RTP_DROPOUT_MAX || clock_went_along(s, p, step)) {
		skip_ahead(s, step);
		return step - 1;
	}
	s->strays++;
	if (s->strays > 1 && p->sequence == s->stray_at) {
		s->strays--;
		restart(s, p);
	}
	s->stray_at = p->sequence + 1;
	return RTP_STRAY;
}

/* A candidate: does it go on as RTP does? `ticks`: of media time since the last packet. Somewhere
 * in the run the media clock must move, or any counter behind a constant would be media. */
static __attribute__((noinline)) void
prove(struct rtp_stream *s, const struct rtp_packet *p, uint16_t step, int32_t ticks)
{
	unsigned wanted = s->flags & RTP_AMONG ? RTP_PROOF_AMONG : RTP_PROOF;

	if ((step > RTP_WINDOW && step < (uint16_t)-RTP_WINDOW) || ticks > RUN_TICKS_MAX) {
		s->run = 1;
		s->first_timestamp = p->timestamp;
		s->clock_ns = p->time_ns;
	} else if (step == 1 && ticks >= 0 && s->run < UINT8_MAX) {
		s->run++;
	}
	if (s->run >= wanted && (p->timestamp != s->first_timestamp || s->flags & RTP_AMONG))
		s->flags |= RTP_PROVEN;
}

/* ---- time ------------------------------------------------------------------------------------ */

static inline void
move_jitter(struct rtp_stream *s, int64_t elapsed, int32_t ticks)
{
	int64_t transit = elapsed - (((int64_t)ticks * s->tick) >> RTP_TICK_BITS);
	uint64_t apart = (uint64_t)(transit < 0 ? -transit : transit);
	int64_t step = ((int64_t)apart - s->jitter_ns + 8) >> 4, room = UINT32_MAX - s->jitter_ns;

	s->jitter_ns += (uint32_t)(step < room ? step : room);
}

/* A packet without a sample leaves the mean as it is. The one place with a division, for packets
 * out of the ordinary; the packet itself is counted already. */
static __attribute__((noinline)) void
hold_mean(struct rtp_stream *s)
{
	uint32_t samples = s->received - 1 - s->unclocked;

	if (s->clock_hz && samples)
		s->jitter_sum_ns += s->jitter_sum_ns / samples;
}

static inline void
sample_jitter(struct rtp_stream *s, bool marker)
{
	if (__builtin_expect(marker || s->flags & (RTP_COMFORT | RTP_RESTED), 0)) {
		hold_mean(s);
		return;
	}
	s->jitter_sum_ns += s->jitter_ns;
	if (s->jitter_ns > s->jitter_max_ns)
		s->jitter_max_ns = s->jitter_ns;
}

/* A packet whose media time lies before that of the last: false when it is a sample like any other
 * (reordered: the differences are of packets in order of arrival). Not when the sender's clock
 * began anew (more than a second back and yet in sequence), nor when it was sent before the first.
 */
static __attribute__((noinline)) bool
is_before_clock(struct rtp_stream *s, const struct rtp_packet *p, uint16_t step, int32_t ticks)
{
	if (step < RTP_DROPOUT_MAX && ticks < -(int64_t)(s->clock_hz ? s->clock_hz : FASTEST_HZ)) {
		hold_mean(s);
		begin_clock(s, p);
		return true;
	}
	if ((int32_t)(p->timestamp - s->first_timestamp) >= 0)
		return false;
	hold_mean(s);
	s->late_ns = p->time_ns;
	return true;
}

/* Nothing came for long: a pause of the sender, or an outage when numbers are missing. */
static __attribute__((noinline)) void
note_silence(struct rtp_stream *s, const struct rtp_packet *p, uint16_t step)
{
	uint64_t last_ns = s->late_ns > s->reference_ns ? s->late_ns : s->reference_ns;
	uint64_t silence = p->time_ns - last_ns;

	if (p->time_ns < last_ns || silence < RTP_OUTAGE_NS)
		return;
	if (silence > s->silence_ns) {
		s->silence_ns = silence;
		s->silence_at_ns = p->time_ns;
	}
	if (step <= 1)
		return;
	s->outages++;
	s->outage_ns = silence;
	s->outage_at_ns = p->time_ns;
}

/* ---- packets --------------------------------------------------------------------------------- */

void
rtp_begin(struct rtp_stream *s, const struct rtp_packet *p, uint8_t flags)
{
	memset(s, 0, sizeof *s);
	s->ssrc = p->ssrc;
	s->flags = flags;
	s->window = 1;
	s->highest = s->base = s->loss_end = p->sequence;
	s->received = s->unclocked = 1;
	s->run = 1;
	s->first_ns = p->time_ns;
	begin_clock(s, p);
	s->bytes = p->wire;
	s->payload_type = s->media_type = s->first_type = p->payload_type;
	s->talkspurts = p->marker;
	s->relayed = p->relayed;
}

static __attribute__((noinline)) void
count_aside(struct rtp_stream *s, const struct rtp_packet *p)
{
	if (s->flags & RTP_COMFORT)
		s->comforts++;
	if (!(s->flags & RTP_EVENT))
		return;
	s->events += s->events == 0 || p->timestamp != s->event_timestamp;
	s->event_timestamp = p->timestamp;
}

bool
rtp_prove_late(struct rtp_stream *s)
{
	if (rtp_is_found(s) || !(s->flags & RTP_AMONG) || s->run < RTP_PROOF_AMONG)
		return false;
	s->flags |= RTP_PROVEN;
	return true;
}

static __attribute__((noinline)) void
spill(struct rtp_stream *s)
{
	s->total_bytes += s->bytes;
	s->bytes = 0;
}

int32_t
rtp_update(struct rtp_stream *s, const struct rtp_packet *p)
{
	uint16_t step = (uint16_t)(p->sequence - s->highest);
	int32_t ticks = (int32_t)(p->timestamp - s->timestamp);
	int64_t elapsed = (int64_t)(p->time_ns - s->reference_ns);
	int32_t lost = 0;

	s->received++;
	if (__builtin_expect(s->bytes > UINT32_MAX - p->wire, 0))
		spill(s);
	s->bytes += p->wire;
	if (__builtin_expect(!(s->flags & RTP_PROVEN), 0))
		prove(s, p, step, ticks);
	if (__builtin_expect(step == 1, 1)) {
		s->highest++;
		s->window = s->window << 1 | 1;
	} else {
		lost = step_odd(s, p, step);
		if (lost == RTP_STRAY) {
			hold_mean(s);
			return lost;
		}
	}
	if (__builtin_expect(s->flags & (RTP_COMFORT | RTP_EVENT), 0))
		count_aside(s, p);
	if (__builtin_expect(p->marker, 0))
		s->talkspurts++;
	if (__builtin_expect(ticks < 0, 0) && is_before_clock(s, p, step, ticks))
		return lost;
	if (__builtin_expect(s->tick != 0, 1)) {
		move_jitter(s, elapsed, ticks);
		sample_jitter(s, p->marker);
	} else if (s->clock_hz) { /* an event: media time is where the last voice was */
		hold_mean(s);
		s->late_ns = p->time_ns;
		return lost;
	} else if (s->received % INFER_EVERY == 0) {
		infer_clock(s, p);
	}
	if (__builtin_expect(elapsed > (int64_t)RTP_OUTAGE_NS, 0))
		note_silence(s, p, step);
	s->flags = (uint8_t)((s->flags & ~RTP_RESTED) | (s->flags & RTP_COMFORT ? RTP_RESTED : 0));
	s->reference_ns = p->time_ns;
	s->timestamp = p->timestamp;
	return lost;
}

/* ---- reading --------------------------------------------------------------------------------- */

static uint64_t
expected_of(const struct rtp_stream *s)
{
	return s->expected_before + (uint64_t)(s->highest - s->base) + 1;
}

uint64_t
rtp_lost(const struct rtp_stream *s)
{
	uint64_t unique = s->received - (uint64_t)s->duplicates - s->strays;
	uint64_t expected = expected_of(s);

	return expected > unique ? expected - unique : 0;
}

static double
ratio(double part, double whole)
{
	return whole > 0 ? part / whole : 0;
}

static void
read_bursts(const struct rtp_stream *s, struct rtp_figures *out)
{
	double c31 = s->c13, c32 = s->c23;
	double total = (double)s->c11 + s->c14 + s->c13 + s->c22 + s->c23 + c31 + c32 + s->c33;
	double p32 = ratio(c32, c31 + c32 + s->c33);
	double p23 = 1 - ratio(s->c22, (double)s->c22 + s->c23);

	if (s->loss_runs == 0)
		return;
	out->burst_density = ratio(p23, p23 + p32);
	out->gap_density = ratio(s->c14, (double)s->c11 + s->c14);
	out->gap_length = ratio((double)s->c11 + s->c14 + s->c13, s->c13);
	out->burst_length = ratio(total, s->c13) - out->gap_length;
}

static void
read_jitter(const struct rtp_stream *s, struct rtp_figures *out)
{
	uint32_t samples = s->received - s->unclocked;

	out->has_jitter = s->clock_hz != 0 && samples > 0;
	if (!out->has_jitter)
		return;
	out->jitter_ns = s->jitter_ns;
	out->jitter_max_ns = s->jitter_max_ns;
	out->jitter_mean_ns = s->jitter_sum_ns / samples;
}

void
rtp_read(const struct rtp_stream *s, struct rtp_figures *out)
{
	*out = (struct rtp_figures){
		.ssrc = s->ssrc,
		.payload_type = s->media_type,
		.codec = s->codec,
		.basis = s->basis,
		.flags = s->flags,
		.clock_hz = s->clock_hz,
		.packets = s->received,
		.bytes = s->total_bytes + s->bytes,
		.expected = expected_of(s),
		.lost = rtp_lost(s),
		.duplicates = s->duplicates,
		.reordered = s->reordered,
		.restarts = s->restarts,
		.strays = s->strays,
		.longest_gap = s->longest_gap,
		.loss_runs = s->loss_runs,
		.first_ns = s->first_ns,
		.last_ns = s->late_ns > s->reference_ns ? s->late_ns : s->reference_ns,
		.first_number = (uint16_t)s->base,
		.last_number = (uint16_t)s->highest,
		.silence_ns = s->silence_ns,
		.silence_at_ns = s->silence_at_ns,
		.outages = s->outages,
		.outage_ns = s->outage_ns,
		.outage_at_ns = s->outage_at_ns,
		.changes = s->changes,
		.talkspurts = s->talkspurts,
		.comforts = s->comforts,
		.events = s->events,
		.relayed = s->relayed,
	};
	read_jitter(s, out);
	read_bursts(s, out);
}
