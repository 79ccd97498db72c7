#include "inspect/sip_dialog.h"

#include <string.h>

#include "base/clock.h"
#include "inspect/handler.h"
#include "proto/sip_uri.h"

static uint64_t
hash_slice(const struct hash_key *key, struct slice s)
{
	return s.size ? hash_bytes(key, s.at, s.size) | 1 : 0;
}

static struct voice_scope *
scope_of(const struct sip_call *c, const struct voice *v, unsigned i)
{
	return voice_scope(v, c->place.scope[i]);
}

static bool
is_request(const struct sip *sip, const char *method)
{
	return sip->request && slice_equal(sip->method, method);
}

static bool
is_active(const struct sip_call *c)
{
	return c->state == SIP_CALL_TRYING || c->state == SIP_CALL_RINGING ||
	       c->state == SIP_CALL_ANSWERED || c->state == SIP_CALL_CHALLENGED;
}

/* One call less, or one more, of both parties at once. */
static void
count_parties(const struct sip_call *c, struct census *census, bool more, uint64_t now_us)
{
	for (unsigned i = 0; i < 2; i++) {
		struct role_messages *m = evidence_of(&census->evidence, &c->parties[i], now_us);

		if (!more) {
			m->calls_active -= m->calls_active > 0;
			continue;
		}
		*(i == 0 ? &m->calls_begun : &m->calls_taken) += 1;
		if (++m->calls_active > m->calls_max)
			m->calls_max = m->calls_active;
	}
}

static void
leave(const struct sip_call *c, struct census *census)
{
	for (unsigned i = 0; i < c->place.count; i++)
		scope_of(c, census->voice, i)->active--;
	count_parties(c, census, false, c->last_ns / NS_PER_US);
}

void
sip_dialog_leave(struct sip_call *c, struct census *census)
{
	if (!is_active(c))
		return;
	leave(c, census);
	c->state = SIP_CALL_NONE;
}

/* ---- the scopes' counts ------------------------------------------------------------------ */

static void
begin(struct sip_call *c, const struct sip_sight *m)
{
	c->place = *m->place;
	c->counted = false;
	c->invite_ns = c->ring_ns = c->answer_ns = c->setup_ns = c->end_ns = 0;
	c->answer_timed = false;
	c->sided = m->place->sided;
	c->parties[!m->sip->request] = m->in->conversation->ip[m->in->direction];
	c->parties[m->sip->request] = m->in->conversation->ip[!m->in->direction];
	count_parties(c, m->in->census, true, m->now_ns / NS_PER_US);
	c->caller = m->sip->request == (m->place->sender == SIDE_PEER) ? SIDE_PEER : SIDE_MSFT;
	for (unsigned i = 0; i < c->place.count; i++) {
		struct voice_scope *s = scope_of(c, m->voice, i);

		s->calls++;
		s->side[c->caller].calls++;
		if (++s->active > s->active_max)
			s->active_max = s->active;
	}
}

/* RFC 6076 section 4.7 (SEER), with the caller's own end as E.425 has it: the network has done its
 * part when the far user answered, was busy, refused, was away, or the caller hung up. */
static bool
is_effective(uint16_t status)
{
	return status == 480 || status == 486 || status == 487 || status == 600 || status == 603;
}

static void
count_final(struct sip_call *c, struct census *census, enum sip_call_state state)
{
	bool again = c->counted, over = state != SIP_CALL_ANSWERED && is_active(c);

	if (over)
		leave(c, census);

	c->state = state;
	c->counted = true;
	for (unsigned i = 0; i < c->place.count; i++) {
		struct voice_scope *s = scope_of(c, census->voice, i);

		if (again)
			break;
		s->redirected += state == SIP_CALL_REDIRECTED;
		s->finals += state != SIP_CALL_REDIRECTED;
		s->answered += state == SIP_CALL_ANSWERED;
		s->abandoned += state == SIP_CALL_ABANDONED;
		s->timeouts += state == SIP_CALL_TIMEOUT;
		s->effective += state == SIP_CALL_ANSWERED || is_effective(c->final_status);
	}
}

/* Of two taps the answer may be read first: then no time has passed that could be told. */
static uint64_t
span(uint64_t from_ns, uint64_t to_ns)
{
	return to_ns > from_ns ? to_ns - from_ns : 1;
}

/* The delays that are known by now, each counted once. */
static void
count_times(struct sip_call *c, struct voice *v)
{
	uint64_t heard_ns = c->ring_ns ? c->ring_ns : c->answer_ns;
	bool setup = c->invite_ns && heard_ns && !c->setup_ns;
	bool answer = c->invite_ns && c->answer_ns && !c->answer_timed;

	if (setup)
		c->setup_ns = span(c->invite_ns, heard_ns);
	c->answer_timed |= answer;
	for (unsigned i = 0; i < c->place.count; i++) {
		if (setup)
			voice_time_add(&scope_of(c, v, i)->setup, c->setup_ns);
		if (answer)
			voice_time_add(&scope_of(c, v, i)->answer,
			               span(c->invite_ns, c->answer_ns));
	}
}

/* ---- requests ---------------------------------------------------------------------------- */

static struct sip_invite *
invite_of(struct sip_call *c, uint64_t branch)
{
	for (unsigned i = 0; branch && i < SIP_CALL_INVITES; i++)
		if (c->invite[i].branch == branch)
			return &c->invite[i];
	return NULL;
}

static void
add_invite(struct sip_call *c, uint64_t branch, uint64_t sent_ns, bool again)
{
	c->invite[c->invite_next++ % SIP_CALL_INVITES] =
		(struct sip_invite){.branch = branch, .sent_ns = sent_ns, .again = again};
}

/* Its answer was read before it: the attempt is counted, its time comes now. */
static bool
take_late_invite(struct sip_call *c, const struct sip_sight *m, uint64_t branch)
{
	struct sip_invite *known = invite_of(c, branch);

	if (!known || known->sent_ns)
		return false;
	known->sent_ns = m->now_ns;
	c->invites++;
	if (!c->invite_ns)
		c->invite_ns = m->now_ns;
	count_times(c, m->voice);
	return true;
}

static void
take_invite(struct sip_call *c, const struct sip_sight *m, uint64_t branch)
{
	bool again = sip_tag(m->sip->value[SIP_TO]).size > 0;

	if (take_late_invite(c, m, branch))
		return;
	add_invite(c, branch, m->now_ns, again);
	if (again) {
		c->reinvites++;
		for (unsigned i = 0; i < m->place->count; i++)
			voice_scope(m->voice, m->place->scope[i])->reinvites++;
		return;
	}
	c->invites++;
	if (c->state == SIP_CALL_CHALLENGED)
		c->invite_ns = m->now_ns;
	else if (!is_active(c)) {
		begin(c, m);
		c->invite_ns = m->now_ns;
	} else {
		return; /* the next hop of the same attempt */
	}
	c->state = SIP_CALL_TRYING;
}

static void
take_bye(struct sip_call *c, const struct sip_sight *m)
{
	if (c->state != SIP_CALL_ANSWERED) {
		if (c->state == SIP_CALL_NONE)
			c->state = SIP_CALL_ENDED; /* joined at its end */
		return;
	}
	leave(c, m->in->census);
	c->state = SIP_CALL_ENDED;
	c->end_ns = m->now_ns;
	for (unsigned i = 0; i < c->place.count; i++) {
		struct voice_scope *s = scope_of(c, m->voice, i);

		s->ended++;
		s->talk_ns += c->end_ns > c->answer_ns ? c->end_ns - c->answer_ns : 0;
	}
}

static void
take_options(const struct sip_sight *m)
{
	for (unsigned i = 0; m->place->sided && i < m->place->count; i++) {
		struct voice_scope *s = voice_scope(m->voice, m->place->scope[i]);

		s->options_by_rhythm = false;
		voice_asked(m->voice, s, m->place->sender, m->now_ns);
	}
}

static void
take_request(struct sip_call *c, const struct sip_sight *m, uint64_t branch)
{
	if (is_request(m->sip, "INVITE"))
		take_invite(c, m, branch);
	else if (is_request(m->sip, "BYE"))
		take_bye(c, m);
	else if (is_request(m->sip, "OPTIONS"))
		take_options(m);
}

/* ---- responses --------------------------------------------------------------------------- */

/* Different tags of one INVITE are forks (RFC 3261 section 12.1.2). */
static void
note_tag(struct sip_call *c, const struct sip_sight *m)
{
	uint64_t tag = hash_slice(m->key, sip_tag(m->sip->value[SIP_TO]));
	unsigned i = 0;

	if (!tag)
		return;
	while (i < SIP_CALL_TAGS && c->tags[i] && c->tags[i] != tag)
		i++;
	if (i == SIP_CALL_TAGS || c->tags[i] == tag)
		return;
	c->tags[i] = tag;
	c->forks += i > 0;
	for (unsigned s = 0; i > 0 && s < c->place.count; s++)
		scope_of(c, m->voice, s)->forks++;
}

static void
take_progress(struct sip_call *c, const struct sip_sight *m)
{
	note_tag(c, m);
	if (m->sip->status != 180 && m->sip->status != 183)
		return;
	if (c->state == SIP_CALL_TRYING)
		c->state = SIP_CALL_RINGING;
	if (c->ring_ns || c->state != SIP_CALL_RINGING)
		return;
	c->ring_ns = m->now_ns;
	count_times(c, m->voice);
}

static void
take_answer(struct sip_call *c, const struct sip_sight *m)
{
	note_tag(c, m);
	c->final_status = m->sip->status;
	if (c->answer_ns)
		return;
	c->answer_ns = m->now_ns;
	count_final(c, m->in->census, SIP_CALL_ANSWERED);
	count_times(c, m->voice);
}

static void
take_refusal(struct sip_call *c, const struct sip_sight *m)
{
	uint16_t status = m->sip->status;

	c->final_status = status;
	if (status == 401 || status == 407)
		c->state = SIP_CALL_CHALLENGED;
	else if (status < 400)
		count_final(c, m->in->census, SIP_CALL_REDIRECTED);
	else
		count_final(c, m->in->census, status == 487 ? SIP_CALL_ABANDONED : SIP_CALL_FAILED);
}

/* A call joined in its middle begins with what is seen of it first. */
static void
take_invite_response(struct sip_call *c, const struct sip_sight *m, uint64_t branch)
{
	const struct sip_invite *invite = invite_of(c, branch);

	if (invite && invite->again)
		return;
	if (!invite)
		add_invite(c, branch, 0, false);
	if (c->state == SIP_CALL_NONE) {
		begin(c, m);
		c->state = SIP_CALL_TRYING;
	}
	if (m->sip->status > 100 && m->sip->status < 200)
		take_progress(c, m);
	else if (m->sip->status >= 200 && m->sip->status < 300 && is_active(c))
		take_answer(c, m);
	else if (m->sip->status >= 300 && is_active(c) && c->state != SIP_CALL_ANSWERED)
		take_refusal(c, m);
}

static void
take_response(struct sip_call *c, const struct sip_sight *m, uint64_t branch)
{
	if (slice_equal(m->sip->cseq_method, "INVITE"))
		take_invite_response(c, m, branch);
	else if (slice_equal(m->sip->cseq_method, "OPTIONS") && m->sip->status >= 200)
		for (unsigned i = 0; m->place->sided && i < m->place->count; i++)
			voice_scope(m->voice, m->place->scope[i])
				->side[m->place->sender == SIDE_PEER ? SIDE_MSFT : SIDE_PEER]
				.options.answered++;
}

/* ---- any message ------------------------------------------------------------------------- */

static bool
is_repeated(struct sip_call *c, const struct sip_sight *m, uint64_t branch)
{
	const struct sip *sip = m->sip;
	uint64_t tag = hash_slice(m->key, sip_tag(sip->value[SIP_TO]));
	uint64_t what = sip->request ? hash_slice(m->key, sip->method) : sip->status;
	uint64_t sign =
		hash_mix(m->key, hash_mix(m->key, branch, what), hash_mix(m->key, tag, sip->cseq)) |
		1;

	for (unsigned i = 0; i < SIP_CALL_MESSAGES; i++)
		if (c->recent[i] == sign)
			return true;
	c->recent[c->recent_next++ % SIP_CALL_MESSAGES] = sign;
	return false;
}

static void
count_message(const struct sip_sight *m, bool repeated)
{
	for (unsigned i = 0; i < m->place->count; i++) {
		struct voice_scope *s = voice_scope(m->voice, m->place->scope[i]);

		s->requests += m->sip->request;
		s->responses += !m->sip->request;
		s->retransmissions += repeated;
		s->clear_to_cloud += m->place->sided && m->place->sender == SIDE_PEER;
		if (!m->sip->request && !repeated)
			voice_code_add(&s->codes, m->sip->status);
	}
}

static void
note_users(struct sip_call *c, const struct sip_sight *m)
{
	struct sip_uri uri;

	if (sip_uri_read(m->sip->value[SIP_FROM], &uri))
		c->from = hash_slice(m->user, uri.user);
	if (sip_uri_read(m->sip->value[SIP_TO], &uri))
		c->to = hash_slice(m->user, uri.user);
}

void
sip_dialog_message(struct sip_call *c, const struct sip_sight *m)
{
	struct sip_via via;
	uint64_t branch = 0;
	bool repeated;

	if (sip_via_read(m->sip->value[SIP_VIA], &via))
		branch = hash_slice(m->key, via.branch);
	repeated = is_repeated(c, m, branch);
	if (!c->messages++)
		note_users(c, m);
	c->retransmissions += repeated;
	c->cancels += is_request(m->sip, "CANCEL");
	c->pracks += is_request(m->sip, "PRACK");
	c->byes += is_request(m->sip, "BYE");
	count_message(m, repeated);
	if (repeated)
		return;
	if (m->sip->request)
		take_request(c, m, branch);
	else
		take_response(c, m, branch);
}

void
sip_dialog_timeout(struct sip_call *c, struct census *census, uint64_t now_ns)
{
	if (c->state == SIP_CALL_TRYING || c->state == SIP_CALL_RINGING) {
		count_final(c, census, SIP_CALL_TIMEOUT);
		c->end_ns = now_ns;
	} else if (c->state == SIP_CALL_CHALLENGED) {
		count_final(c, census, SIP_CALL_FAILED);
		c->end_ns = now_ns;
	}
}
