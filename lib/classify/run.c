#include "classify/run.h"

enum {
	SEQ_SLACK = 64,     /* lost, late and doubled packets: neither proof nor refutation */
	TIME_STEP_MAX = 96, /* of 256 ticks: 3 s at 8 kHz, 270 ms of video */
};

static bool
same_side(const struct class_state *s, bool reverse)
{
	return ((s->flags & CLASS_RUN_REVERSE) != 0) == reverse;
}

static void
run_start(struct class_state *s, const struct stride *at, bool reverse)
{
	s->run_length = 1;
	s->run_seq = at->seq;
	s->run_time = at->time;
	s->run_key = at->key;
	s->flags &= (uint8_t)~CLASS_RUN_REVERSE;
	s->flags |= reverse ? CLASS_RUN_REVERSE : 0;
}

/*
 * Another stream: of the other side, or of other media on the same port. It may take over at every
 * fourth look while the present one has not gone on. Taking over at once would let two streams that
 * alternate throw each other out for ever.
 */
static void
run_other(struct class_state *s, const struct stride *at, bool reverse)
{
	if (s->run_length == 1 && s->packets % CLASS_RUN == 0)
		run_start(s, at, reverse);
}

bool
run_step(struct class_state *s, const struct stride *at, bool reverse)
{
	int gap = (int16_t)(at->seq - s->run_seq);

	if (s->run_length >= CLASS_RUN)
		return true;
	if (s->run_length == 0) {
		run_start(s, at, reverse);
	} else if (!same_side(s, reverse) || at->key != s->run_key) {
		run_other(s, at, reverse);
	} else if (gap > SEQ_SLACK || gap < -SEQ_SLACK) {
		run_start(s, at, reverse);
	} else if (gap > 0) {
		s->run_length += gap == 1 && (uint8_t)(at->time - s->run_time) <= TIME_STEP_MAX;
		s->run_seq = at->seq;
		s->run_time = at->time;
	}
	return s->run_length >= CLASS_RUN;
}
