/*
 * One direction of a TCP connection, put in order. Bytes are buffered until their reader has taken
 * them; segments ahead of their turn wait in a bounded window, what came twice is dropped. When the
 * window is full the missing bytes are given up: the unread part of a message goes with them, and
 * the reader is told of the gap, to find its footing again. A passive observer never sees more than
 * its tap, so gaps are counted, not errors. Memory only while bytes wait, out of a shared budget;
 * one thread.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/cursor.h"
#include "inspect/budget.h"

enum {
	STREAM_BUFFER_MAX = 128 * 1024, /* unread bytes: no message read here is longer */
	STREAM_WAITING_MAX = 64,        /* segments ahead of their turn */
	STREAM_WAITING_BYTES_MAX = 128 * 1024,
	STREAM_WINDOW = 4 << 20, /* farther ahead is another place in the stream */
};

/* What streams share: their memory, and what became of their bytes. */
struct stream_pool {
	struct budget budget;
	uint64_t segments, bytes;
	uint64_t ahead;    /* segments that had to wait */
	uint64_t repeated; /* segments all of whose bytes were there */
	uint64_t gaps;     /* times that bytes were given up */
	uint64_t full;     /* times that bytes were dropped: the buffer's or the budget's end */
};

struct stream {
	struct stream_pool *pool; /* of the first push */
	uint8_t *bytes;           /* from `start` on unread */
	uint32_t start, size, capacity;
	uint32_t next;    /* sequence number behind them */
	uint32_t initial; /* of the SYN, or of the first byte */
	bool begun;
	bool closed;   /* its reader wants no more: nothing is buffered */
	bool syn_data; /* the SYN came with bytes, and nothing has come after it */
	bool gap;      /* bytes are missing before the unread ones; the reader clears it */
	bool cut;      /* and behind them: the capture has no more of their segment */
	uint32_t waiting_count, waiting_bytes;
	struct stream_segment *waiting; /* by sequence number */
};

void stream_fini(struct stream *s);

/* A segment: `size` captured bytes of `full` that were sent, from `seq` (of the SYN, with `syn`).
 * Returns whether there is something new to read. */
bool stream_push(struct stream *s, uint32_t seq, bool syn, const uint8_t *data, uint32_t size,
                 uint32_t full, struct stream_pool *pool);

/* Give up what is missing and go on with what waits. False: nothing waits. */
bool stream_skip_gap(struct stream *s);

/* The receiver has what is missing here: it acknowledged what waits behind it. */
bool stream_is_acked(const struct stream *s, uint32_t ack);

/* A SYN that does not belong to this connection: its ports were taken by a new one. */
bool stream_is_other(const struct stream *s, uint32_t seq);

/* Neither what comes next nor bytes that came of late, and may come again. */
bool stream_is_elsewhere(const struct stream *s, uint32_t seq);

/* What is in order and unread; borrowed until the next push. */
struct cursor stream_unread(const struct stream *s);
uint32_t stream_unread_size(const struct stream *s);
/* The reader has taken `size` bytes. */
void stream_take(struct stream *s, size_t size);
/* The reader wants nothing more: frees and ignores the rest. */
void stream_close(struct stream *s);
