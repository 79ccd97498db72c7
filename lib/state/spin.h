/*
 * Round trips of QUIC by its spin bit (RFC 9000 section 17.4, RFC 9312 section 4.2): the server
 * sends back the value that it got last, the client its opposite, so each side's change answers the
 * other's, and the time between them is the round trip from here to who changed last.
 *
 * The bit may be switched off (constant: there are no changes), made random by packet or by
 * connection, and packets overtake each other, so a change is believed only when
 *
 * - it is its sender's turn: the other side changed last;
 * - the next packet of its sender has the new value too, or the other side answers it;
 * - few changes of the connection proved wrong of late (random values: every second one);
 * - no side was silent for many rounds meanwhile (who was answers when it has something to say, and
 *   the feed may have had a gap).
 *
 * What is told may hold the time that a host waited for something to send: no headline figure.
 *
 * A table of places for as many connections at once, taken by the hash of their flow; one that is
 * quiet for two seconds makes room. Who finds none is not timed. 32 bytes a place, one line of
 * memory a packet of QUIC, none for others. Owned and used by one thread; time is data.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct flow;
struct spin_table;

/* `places` is a power of two. NULL: no memory (logged). Set-up thread. */
struct spin_table *spin_table_create(uint32_t places);
void spin_table_destroy(struct spin_table *t);
size_t spin_table_size(const struct spin_table *t);

/* Fetch what spin_packet() will read of this flow. */
void spin_prefetch(const struct spin_table *t, const struct flow *f);

/* A packet with short header and this spin bit, from the flow's first sender (0) or the other (1).
 * True: it proves a round trip of *ns from here to the flow's side *to. */
bool spin_packet(struct spin_table *t, const struct flow *f, unsigned sender, bool bit,
                 uint64_t now_ns, uint64_t *ns, unsigned *to);
