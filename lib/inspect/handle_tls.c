/*
 * TLS over TCP until its first encrypted bytes: handshake messages joined over records, hellos and
 * certificates read; of signalling connections the encrypted records' sizes and times too. After
 * ChangeCipherSpec nothing is in the clear but the second hellos of a retried TLS 1.3 handshake
 * (RFC 8446 appendix D.4), which are told from ciphertext by filling their record.
 */
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "classify/class.h"
#include "inspect/handler.h"
#include "inspect/hello.h"
#include "inspect/tls_watch.h"
#include "proto/tls.h"

enum {
	JOINED_MAX = 64 * 1024,
	LOST_MAX = 64, /* segments without a record before a watched connection is given up */
};

struct handshake {
	uint8_t *joined; /* unread handshake bytes of whole records */
	uint32_t size, capacity;
	bool ciphered; /* ChangeCipherSpec was sent */
	bool over;     /* application data was: nothing is in the clear any more */
	unsigned lost; /* segments in a row that began within a record */
};

struct tls_state {
	struct budget *budget;
	struct handshake side[2];
	struct voice *voice;
	bool watched; /* signalling: read to its end */
	struct tls_watch watch;
};

static void
forget(struct conversation *c)
{
	struct tls_state *state = c->state;

	if (!state)
		return;
	budget_give(state->budget, state->side[0].capacity + state->side[1].capacity);
	if (state->watched)
		tls_watch_end(&state->watch, state->voice);
	free(state->side[0].joined);
	free(state->side[1].joined);
	free(state);
}

static struct tls_state *
state_of(struct inspection *in)
{
	struct conversation *c = in->conversation;

	if (!c->state) {
		struct tls_state *state = mem_alloc(1, sizeof *state);

		state->budget = &in->census->streams.budget;
		state->voice = in->census->voice;
		state->watched = in->punt && in->punt->class == CLASS_SIP_TLS;
		if (state->watched)
			tls_watch_begin(&state->watch, in);
		c->state = state;
	}
	return c->state;
}

static bool
join(struct budget *budget, struct handshake *s, const struct cursor *body)
{
	uint32_t size = (uint32_t)cursor_left(body), capacity = (s->size + size) * 2;

	if (s->size + size > JOINED_MAX)
		return false;
	if (s->size + size > s->capacity) {
		if (!budget_take(budget, capacity - s->capacity))
			return false;
		s->capacity = capacity;
		s->joined = mem_resize(s->joined, s->capacity, 1);
	}
	if (size)
		memcpy(s->joined + s->size, body->at, size);
	s->size += size;
	return true;
}

/* False: no handshake at all. */
static bool
read_messages(struct inspection *in, struct handshake *s)
{
	struct cursor c = s->size ? cursor_over(s->joined, s->size) : cursor_none();
	struct tls_state *state = in->conversation->state;
	struct tls_message message;
	enum reason reason;

	while ((reason = tls_message_decode(&c, &message)) == REASON_OK) {
		if (state->watched)
			tls_watch_message(&state->watch, in, &message);
		hello_count(in, CENSUS_TCP, &message);
	}
	s->size = (uint32_t)cursor_left(&c);
	if (s->size)
		memmove(s->joined, c.at, s->size);
	return reason != REASON_TLS_BAD;
}

static bool
read_ciphered(struct inspection *in, struct cursor body)
{
	struct tls_message message;
	struct cursor at = body;

	if (tls_message_decode(&at, &message) == REASON_OK && !cursor_left(&at) &&
	    (message.type == TLS_CLIENT_HELLO || message.type == TLS_SERVER_HELLO))
		hello_count(in, CENSUS_TCP, &message);
	return true;
}

static void
read_alert(struct inspection *in, struct tls_state *state, const struct tls_record *record)
{
	uint8_t code = record->body.at[1];

	in->census->tls.alerts[code]++;
	if (state->watched)
		tls_watch_alert(&state->watch, in, code);
}

static void
note_ciphered(struct inspection *in, struct tls_state *state, const struct tls_record *record)
{
	if (state->watched)
		tls_watch_ciphered(&state->watch, in, record->size);
}

/* False: this direction has nothing more to say. */
static bool
read_record(struct inspection *in, struct handshake *s, const struct tls_record *record)
{
	struct tls_state *state = in->conversation->state;

	switch (record->type) {
	case TLS_CHANGE_CIPHER_SPEC:
		s->ciphered = true;
		s->size = 0;
		return true;
	case TLS_ALERT:
		if (!s->ciphered && cursor_left(&record->body) == 2)
			read_alert(in, state, record);
		return true;
	case TLS_HANDSHAKE:
		if (s->ciphered) {
			note_ciphered(in, state, record);
			return s->over || read_ciphered(in, record->body);
		}
		return join(&in->census->streams.budget, s, &record->body) && read_messages(in, s);
	default:
		s->ciphered = s->over = true;
		note_ciphered(in, state, record);
		return state->watched;
	}
}

/* A handshake record whose rest was not captured: of its last message what is there. */
static void
read_cut_handshake(struct inspection *in, struct handshake *s, const struct tls_record *record)
{
	struct tls_message message;
	struct cursor rest;

	if (!join(&in->census->streams.budget, s, &record->body) || !read_messages(in, s))
		return;
	rest = s->size ? cursor_over(s->joined, s->size) : cursor_none();
	if (s->size >= TLS_MESSAGE_SIZE && tls_message_decode(&rest, &message) == REASON_TLS_SHORT)
		hello_count(in, CENSUS_TCP, &message);
	s->size = 0;
}

/* The last record before bytes that were not captured. False: as read_record(). */
static bool
read_cut(struct inspection *in, struct handshake *s, const struct tls_record *record)
{
	if (record->type != TLS_HANDSHAKE || s->ciphered)
		return read_record(in, s, record);
	read_cut_handshake(in, s, record);
	return true;
}

/* A record whose rest is still to come. Of application data nobody reads the head is enough. */
static bool
is_awaited(const struct tls_state *state, const struct tls_record *record, enum reason reason)
{
	return reason != REASON_OK && (state->watched || record->type != TLS_APPLICATION_DATA);
}

/* Joined mid-way, or behind a gap: a record begins where a segment does, sooner or later. */
static bool
find_footing(struct handshake *s)
{
	return ++s->lost <= LOST_MAX;
}

static size_t
read_stream(struct inspection *in, struct cursor bytes, bool gap)
{
	const uint8_t *start = bytes.at;
	struct tls_state *state = state_of(in);
	struct handshake *s = &state->side[in->direction];

	if (gap)
		s->size = 0;
	if (tls_compatible_hello_take(&bytes))
		in->census->tls.handshakes[CENSUS_TCP][TLS_CLIENT_HELLO]++;
	while (cursor_left(&bytes)) {
		struct tls_record record;
		enum reason reason = tls_record_decode(&bytes, &record);

		if (reason == REASON_TLS_BAD)
			return find_footing(s) ? (size_t)(bytes.end - start) : STREAM_GIVE_UP;
		s->lost = 0;
		if (reason != REASON_OK && in->cut && cursor_left(&bytes) >= TLS_RECORD_SIZE)
			return read_cut(in, s, &record) ? (size_t)(bytes.end - start)
			                                : STREAM_GIVE_UP;
		if (is_awaited(state, &record, reason))
			break;
		if (!read_record(in, s, &record))
			return STREAM_GIVE_UP;
	}
	return (size_t)(bytes.at - start);
}

/* A hello in the clear, far from where this direction had said all that was wanted of it. */
static bool
begins(const struct inspection *in)
{
	const struct stream *s = &in->conversation->stream[in->direction];
	const uint8_t *p = cursor_peek(&in->payload, TLS_RECORD_SIZE + 1);

	return p && s->closed && p[0] == TLS_HANDSHAKE &&
	       (p[TLS_RECORD_SIZE] == TLS_CLIENT_HELLO || p[TLS_RECORD_SIZE] == TLS_SERVER_HELLO) &&
	       stream_is_elsewhere(s, in->punt->packet.tcp_seq);
}

/* Whatever its bytes are: what this reader can't follow is no silence. */
static void
segment(struct inspection *in)
{
	struct tls_state *state = in->conversation->state;

	if (state && state->watched && in->punt->packet.payload_size > 0)
		tls_watch_word(&state->watch, in);
}

static void
ended(struct inspection *in, bool reset)
{
	struct tls_state *state = in->conversation->state;

	(void)reset;
	if (state && state->watched)
		tls_watch_end(&state->watch, in->census->voice);
}

const struct handler handler_tls = {.name = "tls",
                                    .begins = begins,
                                    .stream = read_stream,
                                    .segment = segment,
                                    .ended = ended,
                                    .forget = forget};
