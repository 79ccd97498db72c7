/* BGP: a connection for each pair of endpoints that carries a message; what it says is
 * bgp_connection.h's. */
#include <stdlib.h>

#include "base/mem.h"
#include "inspect/handler.h"
#include "inspect/peering.h"
#include "proto/bgp.h"
#include "proto/tcp.h"
#include "proto/tcp_options.h"

/* conversation->state is `void *`, the table's owner a typed pointer: a box between them. */
struct feed {
	struct bgp_connection *connection;
	struct bgp_segments segments; /* before the first message: the handshake's */
};

static struct feed *
feed_of(struct conversation *c)
{
	if (!c->state)
		c->state = mem_alloc(1, sizeof(struct feed));
	return c->state;
}

/* Bytes before the first whole message are no session's: they may be anything on this port. A
 * message of a length that can't be is one where the bytes begin with it; one that the capture cut
 * is whole with its header. */
static bool
has_message(struct cursor *bytes, bool cut)
{
	struct cursor next = *bytes;
	enum reason reason;
	struct bgp m;

	if (bgp_decode(&next, &m) == REASON_BGP_LENGTH)
		return true;
	if (!bgp_find(bytes))
		return false;
	next = *bytes;
	reason = bgp_decode(&next, &m);
	return reason == REASON_OK || (cut && reason == REASON_BGP_SHORT);
}

/* The side that sends these messages, as its OPEN has it. */
static enum side
side_of_open(const struct conf *conf, struct cursor bytes)
{
	struct bgp_open open;
	struct bgp m;

	if (bgp_decode(&bytes, &m) != REASON_OK || m.type != BGP_OPEN ||
	    bgp_open_decode(&m.body, &open) != REASON_OK)
		return SIDE_UNKNOWN;
	return bgp_side_by_asn(conf, open.asn);
}

static struct bgp_connection *
connection_of(struct inspection *in, struct cursor bytes)
{
	struct conversation *c = in->conversation;
	struct feed *feed = feed_of(c);
	unsigned first = in->direction;

	if (feed->connection)
		return feed->connection;
	bgp_table_connect(&in->census->peering.bgp, &feed->connection,
	                  (struct addr[2]){c->ip[first], c->ip[!first]},
	                  (uint16_t[2]){c->port[first], c->port[!first]}, in->lane,
	                  side_of_open(in->conf, bytes));
	feed->connection->first_direction = first;
	bgp_connection_segments(feed->connection, &feed->segments);
	return feed->connection;
}

static bool
has_connection(const struct conversation *c)
{
	const struct feed *feed = c->state;

	return feed && feed->connection;
}

/* A session of an earlier run of the probe goes on here, or some of it was missed. */
static void
note_resumption(struct inspection *in, const struct bgp_connection *c, unsigned speaker)
{
	const struct stream *s = &in->conversation->stream[in->direction];

	bgp_session_resumes(c->session, bgp_connection_side(c, speaker), c->side[speaker].port,
	                    s->initial, in->conversation->last_ns);
}

static size_t
read_stream(struct inspection *in, struct cursor bytes, bool gap)
{
	const struct stream *s = &in->conversation->stream[in->direction];
	const uint8_t *start = bytes.at;
	size_t all = cursor_left(&bytes), taken;
	struct bgp_connection *c;
	unsigned speaker;

	if (!has_connection(in->conversation) && !has_message(&bytes, in->cut))
		return (size_t)(bytes.at - start);
	c = connection_of(in, bytes);
	speaker = in->direction ^ c->first_direction;
	note_resumption(in, c, speaker);
	cursor_skip(&bytes, bgp_connection_read(c, speaker, bytes, gap, in->conversation->last_ns));
	if (in->cut)
		cursor_skip(&bytes,
		            bgp_connection_read_cut(c, speaker, bytes, in->conversation->last_ns));
	taken = (size_t)(bytes.at - start);
	c->side[speaker].next_seq = s->next - (uint32_t)(all - taken);
	return taken;
}

/* Signatures and TTL stand on segments without bytes too. */
static void
note_segment(struct inspection *in)
{
	const struct packet *p = &in->punt->packet;
	struct cursor bytes =
		cursor_over(in->punt->data + p->l4_offset + TCP_SIZE, p->tcp_options_size);
	struct bgp_segments one = {.count = 1, .ttl_min = p->ttl, .ttl_max = p->ttl};
	struct feed *feed = feed_of(in->conversation);
	struct tcp_options options;

	tcp_options_decode(&bytes, &options);
	one.md5 = (options.seen & TCP_HAS_MD5) != 0;
	one.ao = (options.seen & TCP_HAS_AO) != 0;
	if (feed->connection)
		bgp_connection_segments(feed->connection, &one);
	else
		bgp_segments_add(&feed->segments, &one);
}

/* RFC 5961 section 3: a reset that is not where its stream stands is answered, not obeyed. */
static bool
is_in_place(const struct inspection *in)
{
	const struct stream *s = &in->conversation->stream[in->direction];
	int32_t ahead = (int32_t)(in->punt->packet.tcp_seq - s->next);

	return !s->begun || (ahead >= -1 && ahead <= UINT16_MAX);
}

static void
note_end(struct inspection *in, bool reset)
{
	struct feed *feed = in->conversation->state;

	if (feed && feed->connection && (!reset || is_in_place(in)))
		bgp_connection_end(feed->connection,
		                   in->direction ^ feed->connection->first_direction, reset,
		                   in->conversation->last_ns);
}

static void
tick(struct inspection *in, uint64_t now_ns)
{
	bgp_table_tick(&in->census->peering.bgp, now_ns);
}

/* The connection stays, with what it said. */
static void
forget(struct conversation *c)
{
	struct feed *feed = c->state;

	if (feed && feed->connection)
		feed->connection->owner = NULL;
	free(feed);
}

const struct handler handler_bgp = {.name = "bgp",
                                    .stream = read_stream,
                                    .segment = note_segment,
                                    .ended = note_end,
                                    .tick = tick,
                                    .forget = forget};
