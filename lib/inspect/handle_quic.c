/*
 * QUIC: long headers counted, Initials opened with the keys of the connection's first destination
 * id, their CRYPTO frames joined in whatever order they come, hellos read. A connection may be
 * retried, or another one may follow on the same ports: an Initial of the client that the keys at
 * hand don't open is tried with keys of its own id.
 */
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "inspect/handler.h"
#include "inspect/hello.h"
#include "inspect/quic_initial.h"
#include "inspect/round_trip.h"
#include "proto/tls.h"

enum { CRYPTO_MAX = 16 * 1024 };

/* CRYPTO data of one direction; `have` is a bit per byte that came. */
struct flight {
	uint8_t *bytes, *have;
	uint32_t capacity;
	uint32_t whole; /* bytes from the beginning without a hole */
	uint32_t read;  /* of them, in messages read */
};

struct quic_state {
	struct budget *budget;
	bool keyed;
	bool asked, answered; /* Initials of both sides came, by these keys */
	bool confirmed;       /* and a Handshake packet of the client's */
	unsigned client;      /* direction of the client */
	uint8_t id_size;      /* of the server's own id, 0: not seen yet */
	uint8_t id[QUIC_ID_MAX];
	struct quic_keys keys[2]; /* client's, server's */
	struct flight flight[2];  /* likewise */
};

static void
flight_fini(struct budget *budget, struct flight *f)
{
	budget_give(budget, f->capacity + f->capacity / 8);
	free(f->bytes);
	free(f->have);
	*f = (struct flight){0};
}

static void
forget(struct conversation *c)
{
	struct quic_state *state = c->state;

	if (!state)
		return;
	flight_fini(state->budget, &state->flight[0]);
	flight_fini(state->budget, &state->flight[1]);
	free(state);
}

static bool
flight_grow(struct budget *budget, struct flight *f, uint32_t end)
{
	uint32_t capacity = (end * 2 + 7) & ~7u, more = capacity - f->capacity;

	if (end <= f->capacity)
		return true;
	if (!budget_take(budget, more + more / 8))
		return false;
	f->bytes = mem_resize(f->bytes, capacity, 1);
	f->have = mem_resize(f->have, capacity / 8, 1);
	memset(f->have + f->capacity / 8, 0, (capacity - f->capacity) / 8);
	f->capacity = capacity;
	return true;
}

static void
flight_add(struct budget *budget, struct flight *f, const struct quic_crypto *crypto)
{
	uint32_t size = (uint32_t)cursor_left(&crypto->data), at = (uint32_t)crypto->offset;

	if (!size || crypto->offset > CRYPTO_MAX - size || !flight_grow(budget, f, at + size))
		return;
	memcpy(f->bytes + at, crypto->data.at, size);
	for (uint32_t i = at; i < at + size; i++)
		f->have[i / 8] |= (uint8_t)(1u << i % 8);
	while (f->whole < f->capacity && f->have[f->whole / 8] >> f->whole % 8 & 1)
		f->whole++;
}

static void
flight_read(struct flight *f, struct inspection *in)
{
	struct cursor c =
		f->bytes ? cursor_over(f->bytes + f->read, f->whole - f->read) : cursor_none();
	struct tls_message message;

	while (tls_message_decode(&c, &message) == REASON_OK)
		hello_count(in, CENSUS_QUIC, &message);
	f->read = f->whole - (uint32_t)cursor_left(&c);
}

static struct quic_state *
state_of(struct inspection *in)
{
	struct conversation *c = in->conversation;

	if (!c->state) {
		struct quic_state *state = mem_alloc(1, sizeof *state);

		state->budget = &in->census->streams.budget;
		c->state = state;
	}
	return c->state;
}

/* What was read of a connection before is not part of this one. */
static void
begin(struct quic_state *state)
{
	flight_fini(state->budget, &state->flight[0]);
	flight_fini(state->budget, &state->flight[1]);
	state->asked = state->answered = state->confirmed = false;
	state->id_size = 0;
}

/* The keys of a connection that this packet of a client begins. Its hello may have come already: a
 * retried connection repeats it, so what was read stays read (RFC 9000 section 17.2.5.2). */
static int
open_as_first(struct inspection *in, struct quic_state *state, const struct quic *quic,
              uint8_t *plain)
{
	struct quic_keys client, server;
	int size;

	if (!quic_keys_derive(quic->version, quic->dcid, quic->dcid_size, &client, &server))
		return -1;
	size = quic_initial_open(quic, &client, plain);
	if (size < 0)
		return -1;
	if (!cursor_left(&quic->token)) { /* a retry's Initial has one: same hello, new keys */
		flight_fini(state->budget, &state->flight[0]);
		flight_fini(state->budget, &state->flight[1]);
	}
	state->keyed = true;
	state->asked = state->answered = false;
	state->client = in->direction;
	state->keys[0] = client;
	state->keys[1] = server;
	return size;
}

static int
open_initial(struct inspection *in, struct quic_state *state, const struct quic *quic,
             uint8_t *plain)
{
	bool server = state->keyed && in->direction != state->client;
	int size = -1;

	if (state->keyed)
		size = quic_initial_open(quic, &state->keys[server], plain);
	return size >= 0 ? size : open_as_first(in, state, quic, plain);
}

/* What names a question of the handshake: its asker's side and the client's port. */
struct half_name {
	uint16_t port;
	uint16_t from_server;
};

static struct half_name
half_name(const struct inspection *in, const struct quic_state *state, bool from_server)
{
	return (struct half_name){.port = in->conversation->port[state->client],
	                          .from_server = from_server};
}

/* From the client's first Initial, which may be followed by more of the same flight, to the
 * server's first. A client that had to repeat itself makes it longer. The server's asks in turn. */
static void
time_initial(struct inspection *in, struct quic_state *state)
{
	struct half_name client = half_name(in, state, false), server = half_name(in, state, true);

	if (in->direction == state->client && !state->asked) {
		state->asked = true;
		round_trip_ask(in, LATENCY_QUIC, &client, sizeof client);
	} else if (in->direction != state->client && !state->answered) {
		state->answered = true;
		round_trip_answer(in, LATENCY_QUIC, &client, sizeof client);
		round_trip_ask(in, LATENCY_QUIC, &server, sizeof server);
	}
}

/* Only who has the server's Initial can send a Handshake packet (RFC 9001 section 4.1.4). */
static void
time_handshake(struct inspection *in)
{
	struct quic_state *state = in->conversation->state;
	struct half_name server;

	if (!state || !state->answered || state->confirmed || in->direction != state->client)
		return;
	state->confirmed = true;
	server = half_name(in, state, true);
	round_trip_answer(in, LATENCY_QUIC, &server, sizeof server);
}

/* What a client's later Initials are sent to. */
static void
note_id(struct quic_state *state, const struct inspection *in, const struct quic *quic)
{
	if (in->direction == state->client)
		return;
	state->id_size = quic->scid_size;
	memcpy(state->id, quic->scid, quic->scid_size);
}

static void
read_initial(struct inspection *in, const struct quic *quic)
{
	struct quic_state *state = state_of(in);
	uint8_t plain[QUIC_PLAIN_MAX];
	int size = open_initial(in, state, quic, plain);
	struct quic_crypto crypto;
	struct cursor frames;
	struct flight *flight;

	if (size < 0) {
		in->census->quic_unopened++;
		return;
	}
	note_id(state, in, quic);
	time_initial(in, state);
	flight = &state->flight[in->direction != state->client];
	frames = cursor_over(plain, (size_t)size);
	while (quic_crypto_next(&frames, quic->version, &crypto))
		flight_add(state->budget, flight, &crypto);
	flight_read(flight, in);
}

/* It goes to an id that the server, of whom an Initial was opened, did not give: another connection
 * begins, or this one, retried. */
static bool
is_first(const struct quic_state *state, const struct inspection *in, const struct quic *quic)
{
	if (!state->keyed)
		return true;
	return in->direction == state->client &&
	       (quic->dcid_size != state->id_size ||
	        memcmp(quic->dcid, state->id, state->id_size) != 0);
}

/* A snap length cut the client's first Initial: nothing opens it, but its destination id gives the
 * keys of the server's, which is shorter. Whoever opens an Initial with other keys is right. */
static void
key_unproven(struct inspection *in, const struct quic *quic)
{
	struct quic_state *state = state_of(in);
	struct quic_keys keys[2];

	if (quic->dcid_size > QUIC_ID_MAX || !is_first(state, in, quic) ||
	    !quic_keys_derive(quic->version, quic->dcid, quic->dcid_size, &keys[0], &keys[1]))
		return;
	if (state->id_size)
		begin(state);
	state->keyed = true;
	state->client = in->direction;
	state->keys[0] = keys[0];
	state->keys[1] = keys[1];
}

/* What a client sends in a version made to be refused has the first byte of its version 1. */
static uint8_t
kind_of(const struct quic *quic)
{
	return quic->type == QUIC_OTHER && quic_is_reserved(quic->version) ? quic->type_bits
	                                                                   : quic->type;
}

static void
read_datagram(struct inspection *in)
{
	while (cursor_left(&in->payload)) {
		struct quic quic;
		enum reason reason = quic_decode(&in->payload, &quic);

		if (reason == REASON_QUIC_BAD && !quic.version)
			return;
		if (!quic.long_header) {
			in->census->quic_short++;
			return;
		}
		if (quic.version || quic.type == QUIC_NEGOTIATION)
			census_version_add(&in->census->quic, quic.version, kind_of(&quic));
		if (reason != REASON_OK) {
			if (in->cut && quic.dcid && quic.type == QUIC_INITIAL)
				key_unproven(in, &quic);
			return;
		}
		if (quic.type == QUIC_INITIAL)
			read_initial(in, &quic);
		else if (quic.type == QUIC_HANDSHAKE)
			time_handshake(in);
	}
}

const struct handler handler_quic = {.name = "quic", .datagram = read_datagram, .forget = forget};
