/* The state of a BFD session: what both ends' words and silences make of it, and whose doing that
 * is. */
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "inspect/bfd_session_private.h"

struct judgement {
	enum bfd_session_state state;
	enum side blamed;
	char why[BFD_WHY_SIZE];
};

static const char *
name_of(unsigned side)
{
	return side_name((enum side)side);
}

static double
seconds_since(const struct bfd_half *h, uint64_t now_ns)
{
	return now_ns > h->last_ns ? (double)(now_ns - h->last_ns) / (double)NS_PER_S : 0;
}

/* `side` has left Up by its own word. When it has not heard the other, that is the cause, unless
 * the other's packets passed the tap: then what lies behind the tap lost them. */
static void
judge_word(const struct bfd_session *s, unsigned side, uint64_t now_ns, struct judgement *j)
{
	const struct bfd *p = &s->half[side].newest;
	bool expired = p->diag == 1 || p->diag == 2;
	double quiet_s = seconds_since(&s->half[!side], now_ns);
	bool passed = quiet_s < (double)bfd_session_detection_us(s, side) / 2e6;

	j->blamed = (enum side)((expired && !passed) || p->diag == 3 ? !side : side);
	if (expired)
		snprintf(j->why, sizeof j->why, "%s says %s (%s), %.3f s after the last from %s%s",
		         name_of(side), bfd_state_name(p->state), bfd_diag_name(p->diag), quiet_s,
		         name_of(!side), passed ? " passed the tap" : "");
	else
		snprintf(j->why, sizeof j->why, "%s says %s (%s)", name_of(side),
		         bfd_state_name(p->state), bfd_diag_name(p->diag));
}

/* The side that said so first, and what; the newest word of the side that stays Up says nothing. */
static unsigned
speaker_of(const struct bfd_session *s, unsigned by)
{
	return s->half[by].newest.state == BFD_UP ? !by : by;
}

static void
judge_silence(const struct bfd_session *s, struct judgement *j)
{
	unsigned quiet = !s->half[0].missed;

	j->state = BFD_SESSION_DOWN;
	if (s->half[!quiet].missed) {
		j->blamed = SIDE_UNKNOWN;
		snprintf(j->why, sizeof j->why, "nothing from either side");
		return;
	}
	j->blamed = (enum side)quiet;
	snprintf(j->why, sizeof j->why, "nothing from %s for its detection time of %.3f s",
	         name_of(quiet), (double)bfd_session_detection_us(s, !quiet) / 1e6);
}

/* `by`: the side that spoke last. */
static void
judge(const struct bfd_session *s, unsigned by, uint64_t now_ns, struct judgement *j)
{
	uint8_t a = s->half[0].newest.state, b = s->half[1].newest.state;

	*j = (struct judgement){.blamed = SIDE_UNKNOWN};
	if (!s->half[0].packets || !s->half[1].packets) {
		j->state = BFD_SESSION_ONE_SIDED;
		j->blamed = (enum side)(s->half[0].packets > 0);
		snprintf(j->why, sizeof j->why, "packets from %s only",
		         name_of(s->half[0].packets == 0));
		return;
	}
	if (a == BFD_UP && b == BFD_UP) {
		j->state = BFD_SESSION_UP;
		if (s->half[0].missed || s->half[1].missed)
			judge_silence(s, j);
		return;
	}
	judge_word(s, speaker_of(s, by), now_ns, j);
	if (a == BFD_ADMIN_DOWN || b == BFD_ADMIN_DOWN)
		j->state = BFD_SESSION_ADMIN_DOWN;
	else
		j->state = a == BFD_INIT || b == BFD_INIT ? BFD_SESSION_INIT : BFD_SESSION_DOWN;
}

/* Somebody speaks who has to. Where both may be silent, nothing is known of them. */
static bool
is_covered(const struct bfd_session *s)
{
	for (unsigned side = 0; side < BFD_SIDES; side++)
		if (is_heard(&s->half[side]) && !may_be_silent(s, side))
			return true;
	return s->half[0].missed;
}

void
bfd_session_settle(struct bfd_session *s, uint64_t now_ns)
{
	uint64_t passed = s->counted_ns && now_ns > s->counted_ns ? now_ns - s->counted_ns : 0;
	bool covered = is_covered(s);

	s->covered_ns += covered ? passed : 0;
	s->up_ns += covered && s->state == BFD_SESSION_UP ? passed : 0;
	s->counted_ns = bfd_session_larger(s->counted_ns, now_ns);
}

static void
turn(struct bfd_session *s, uint64_t now_ns, const struct judgement *j)
{
	if (s->turn_count < BFD_TURNS_MAX) {
		struct bfd_turn *t = &s->turns[s->turn_count++];

		*t = (struct bfd_turn){
			.ns = now_ns, .from = s->state, .to = j->state, .side = j->blamed};
		memcpy(t->why, j->why, sizeof t->why);
	}
	if (s->state == BFD_SESSION_UP) {
		s->flaps++;
		s->down_ns = now_ns;
		outages_begin(&s->outages, now_ns);
		s->down_side = j->blamed;
		memcpy(s->down_why, j->why, sizeof s->down_why);
		s->down_first = SIDE_UNKNOWN;
		s->down_diag = 0;
		/* RFC 5882 section 4.2: AdminDown is no failure of the path */
		s->watched = j->state != BFD_SESSION_ADMIN_DOWN;
	}
	if (j->state == BFD_SESSION_UP)
		outages_end(&s->outages, now_ns);
	s->state = j->state;
	s->state_ns = now_ns;
}

/* The first word after it went down. */
static void
note_word(struct bfd_session *s, unsigned side)
{
	const struct bfd *p = &s->half[side].newest;

	if (s->down_ns && s->down_first == SIDE_UNKNOWN && s->state != BFD_SESSION_UP &&
	    p->state <= BFD_DOWN) {
		s->down_first = (enum side)side;
		s->down_diag = p->diag;
	}
}

/* Requirements 4.5: absence is evidence while the other direction, or another session, delivers. */
static void
prove_silence(struct bfd_session *s, unsigned side)
{
	struct bfd_half *h = &s->half[side];
	uint64_t after;

	if (!h->silent)
		return;
	after = h->from_ns + bfd_session_interval_us(s, !side) * NS_PER_US;
	h->missed |= s->half[!side].last_ns >= after || s->witness_ns >= after;
}

void
bfd_session_look(struct bfd_session *s, unsigned by, uint64_t now_ns)
{
	struct judgement j;

	prove_silence(s, 0);
	prove_silence(s, 1);
	judge(s, by, now_ns, &j);
	if (j.state != s->state)
		turn(s, now_ns, &j);
	note_word(s, by);
}
