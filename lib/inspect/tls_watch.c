#include "inspect/tls_watch.h"

#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "inspect/evidence.h"
#include "inspect/handler.h"

enum {
	QUIET_S = 5,         /* idle connections ask once a minute */
	ANSWER_S = 2,        /* what comes later is no answer */
	QUESTION_MAX = 1400, /* bytes of ciphertext: an INVITE with SDP and STIR headers has more */
	CLOSE_NOTIFY = 0,    /* RFC 8446 section 6.1 */
	USER_CANCELED = 90,
	ALERT_EVERY_S = 60, /* per scope and side, else it would be an event each */
};

static uint64_t
now_of(const struct inspection *in)
{
	return in->punt ? in->punt->time_ns : in->conversation->last_ns;
}

/* The side of who sent this, by who sent the first frame. */
static enum side
side_of(const struct tls_watch *w, const struct inspection *in)
{
	bool same = in->direction == w->first;

	return same == (w->place.sender == SIDE_PEER) ? SIDE_PEER : SIDE_MSFT;
}

void
tls_watch_begin(struct tls_watch *w, struct inspection *in)
{
	struct voice *v = in->census->voice;

	*w = (struct tls_watch){.first = in->direction};
	voice_place(v, in, &w->place);
	for (unsigned i = 0; i < w->place.count; i++) {
		voice_scope(v, w->place.scope[i])->tls_connections++;
		voice_scope(v, w->place.scope[i])->tls_open++;
	}
}

void
tls_watch_word(struct tls_watch *w, struct inspection *in)
{
	if (w->place.sided)
		voice_word(in->census->voice, &w->place, in->lane ? in->lane->link : FACT_NO_LINK,
		           side_of(w, in), now_of(in));
}

static unsigned
version_index(uint16_t version)
{
	return version >= 0x0301 && version <= 0x0304 ? version - 0x0300u : VOICE_TLS_OLDER;
}

/* Names of declared SBCs and of the cloud are kept; those of others where privacy.names says so. */
static bool
may_name(const struct voice *v, const struct voice_scope *s, enum side side)
{
	const char *names = v->conf->privacy.names;

	if (strcmp(names, "none") == 0)
		return false;
	return side == SIDE_MSFT || strncmp(s->name, "sbc:", 4) == 0 || strcmp(names, "all") == 0;
}

/* Names of the cloud's SIP services (Teams Direct Routing, its government clouds, Azure
 * Communications Gateway): whoever asks for one is an SBC. */
static bool
is_cloud_name(struct slice name)
{
	static const char *const ends[] = {".pstnhub.microsoft.com",
	                                   ".pstnhub.dod.teams.microsoft.us",
	                                   ".pstnhub.gov.teams.microsoft.us", ".commsgw.azure.com"};

	for (size_t i = 0; i < sizeof ends / sizeof *ends; i++) {
		uint32_t size = (uint32_t)strlen(ends[i]);

		if (name.size > size &&
		    slice_equal_nocase((struct slice){name.at + name.size - size, size}, ends[i]))
			return true;
	}
	return false;
}

static void
take_client_role(struct inspection *in, const struct tls_hello *hello)
{
	struct role_messages *m = evidence_receiver(in);

	m->tls_taken++;
	if (!m->signalling_first_us)
		m->signalling_first_us = m->last_us;
	m = evidence_sender(in);
	m->tls_begun++;
	m->cloud_names += is_cloud_name(hello->name);
	if (!m->signalling_first_us)
		m->signalling_first_us = m->last_us;
}

/* A certificate for the name of a declared SBC. */
static void
take_certificate_role(struct inspection *in, const struct certificate *c)
{
	const struct conf *conf = in->census->voice->conf;

	for (size_t i = 0; conf && i < conf->sbc_count; i++)
		if (conf->sbcs[i].fqdn && certificate_has_name(c, conf->sbcs[i].fqdn))
			evidence_sender(in)->cloud_names++;
}

static void
take_hello(struct tls_watch *w, struct inspection *in, const struct tls_hello *hello)
{
	enum side server = side_of(w, in) == SIDE_PEER ? SIDE_MSFT : SIDE_PEER;

	w->hello = true;
	take_client_role(in, hello);
	for (unsigned i = 0; hello->name.size && i < w->place.count; i++) {
		struct voice_scope *s = voice_scope(in->census->voice, w->place.scope[i]);

		if (may_name(in->census->voice, s, server))
			slice_copy(s->tls_name, VOICE_NAME_SIZE, hello->name);
	}
}

static void
take_certificate(struct tls_watch *w, struct inspection *in, struct cursor body)
{
	struct cursor der;
	struct certificate certificate;

	if (tls_certificate_decode(&body, &der) != REASON_OK ||
	    !certificate_read(der, &certificate))
		return;
	take_certificate_role(in, &certificate);
	for (unsigned i = 0; w->place.sided && i < w->place.count; i++) {
		struct voice_scope *scope = voice_scope(in->census->voice, w->place.scope[i]);
		struct voice_side *s = &scope->side[side_of(w, in)];

		if (!may_name(in->census->voice, scope, side_of(w, in)))
			continue;
		s->certificate = certificate;
		s->certificate_ns = now_of(in);
	}
}

void
tls_watch_message(struct tls_watch *w, struct inspection *in, const struct tls_message *message)
{
	struct voice *v = in->census->voice;
	struct cursor body = message->body;
	struct tls_hello hello;

	if (message->type == TLS_CLIENT_HELLO) {
		tls_client_hello_decode(&body, false, &hello);
		take_hello(w, in, &hello);
	} else if (message->type == TLS_SERVER_HELLO) {
		if (tls_server_hello_decode(&body, &hello) != REASON_OK || hello.retry)
			return;
		for (unsigned i = 0; i < w->place.count; i++)
			voice_scope(v, w->place.scope[i])
				->tls_versions[version_index(hello.version)]++;
	} else if (message->type == TLS_CERTIFICATE) {
		take_certificate(w, in, body);
	}
}

static void
fail(struct tls_watch *w, struct voice *v)
{
	if (w->established || w->failed || !w->hello)
		return;
	w->failed = true;
	for (unsigned i = 0; i < w->place.count; i++)
		voice_scope(v, w->place.scope[i])->tls_failed++;
}

static void
tell_alert(const struct tls_watch *w, const struct inspection *in, enum side side, uint8_t code,
           const char *subject)
{
	struct fact *f = fact_add(in->facts, "tls.alert", now_of(in) / NS_PER_US);

	if (!f)
		return;
	f->link = w->place.link;
	f->side = side;
	f->directed = true;
	f->dir = side == SIDE_PEER ? DIR_PEER_TO_MSFT : DIR_MSFT_TO_PEER;
	snprintf(f->subject, sizeof f->subject, "%.*s", (int)sizeof f->subject - 1, subject);
	snprintf(f->cause, sizeof f->cause, "TLS alert %u (%s)", code, tls_alert_name(code));
	snprintf(f->text, sizeof f->text, "%s sent alert %u (%s) %s", side_name(side), code,
	         tls_alert_name(code), w->established ? "on a connection" : "in a handshake");
}

void
tls_watch_alert(struct tls_watch *w, struct inspection *in, uint8_t code)
{
	uint64_t now_ns = now_of(in);
	enum side side = side_of(w, in);

	if (code == CLOSE_NOTIFY || code == USER_CANCELED)
		return;
	for (unsigned i = 0; w->place.sided && i < w->place.count; i++) {
		struct voice_scope *scope = voice_scope(in->census->voice, w->place.scope[i]);
		struct voice_side *s = &scope->side[side];
		bool fresh = s->alerts == 0 || s->alert_code != code ||
		             now_ns > s->alert_ns + ALERT_EVERY_S * NS_PER_S;

		s->alerts++;
		s->alert_code = code;
		s->alert_ns = now_ns;
		if (fresh)
			tell_alert(w, in, side, code, scope->name);
	}
	fail(w, in->census->voice);
}

static void
count_question(struct tls_watch *w, struct inspection *in, int64_t by)
{
	enum side asker = w->asker == in->direction     ? side_of(w, in)
	                  : side_of(w, in) == SIDE_PEER ? SIDE_MSFT
	                                                : SIDE_PEER;

	for (unsigned i = 0; w->place.sided && i < w->place.count; i++) {
		struct voice_scope *s = voice_scope(in->census->voice, w->place.scope[i]);
		struct voice_rhythm *r = &s->side[asker].options;

		s->options_by_rhythm = true;
		r->answered = (uint64_t)((int64_t)r->answered + by);
		if (by > 0)
			voice_asked(in->census->voice, s, asker, w->asked_ns);
		else
			r->count--;
	}
	w->counted = by > 0;
	if (by <= 0)
		return;
	/* the question came from the other end: this is its answer */
	evidence_receiver(in)->options_sent++;
	evidence_sender(in)->options_taken++;
}

/* One record each way between two quiet times; a third takes the count back, but it was a sign of
 * life all the same. */
static void
take_beat(struct tls_watch *w, struct inspection *in, uint16_t size)
{
	uint64_t now_ns = now_of(in);

	if (now_ns > w->last_ns + QUIET_S * NS_PER_S || !w->last_ns) {
		w->records = size <= QUESTION_MAX && w->last_ns ? 1 : 3;
		w->asked_ns = now_ns;
		w->asker = in->direction;
		w->counted = false;
	} else if (++w->records == 2 && in->direction != w->asker && size <= QUESTION_MAX &&
	           now_ns <= w->asked_ns + ANSWER_S * NS_PER_S) {
		count_question(w, in, 1);
	} else if (w->counted) {
		count_question(w, in, -1);
	}
	w->last_ns = now_ns;
}

void
tls_watch_ciphered(struct tls_watch *w, struct inspection *in, uint16_t size)
{
	struct voice *v = in->census->voice;

	w->ciphered[in->direction] = true;
	if (w->ciphered[0] && w->ciphered[1] && !w->established && !w->failed) {
		w->established = true;
		for (unsigned i = 0; w->hello && i < w->place.count; i++)
			voice_scope(v, w->place.scope[i])->tls_established++;
	}
	if (w->established)
		take_beat(w, in, size);
}

void
tls_watch_end(struct tls_watch *w, struct voice *v)
{
	if (w->over)
		return;
	w->over = true;
	fail(w, v);
	for (unsigned i = 0; i < w->place.count; i++)
		voice_scope(v, w->place.scope[i])->tls_open--;
}
