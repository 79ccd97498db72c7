#include "path/pcapng.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/cursor.h"
#include "base/mem.h"

enum block_type {
	BLOCK_INTERFACE = 1,
	BLOCK_PACKET = 2, /* obsolete, still written by old tools */
	BLOCK_SIMPLE = 3,
	BLOCK_ENHANCED = 6,
	BLOCK_SECTION = PCAPNG_MAGIC,
};

enum {
	BYTE_ORDER_MAGIC = 0x1a2b3c4d,
	BLOCK_OVERHEAD = 12,       /* type, length, and the length again at the end */
	BLOCK_SIZE_MAX = 16 << 20, /* as libpcap: a longer one is a lie */
	INTERFACES_MAX = 1 << 16,  /* what an obsolete packet block can name */
	OPTION_END = 0,
	OPTION_IF_TSRESOL = 9,
	OPTION_IF_TSOFFSET = 14,
};

static uint32_t
swap32(const struct pcapng *p, uint32_t v)
{
	return p->swapped ? __builtin_bswap32(v) : v;
}

static uint16_t
read_u16(const struct pcapng *p, struct cursor *c)
{
	const uint8_t *at = cursor_pull(c, 2);
	uint16_t v = 0;

	if (at)
		memcpy(&v, at, sizeof v);
	return p->swapped ? __builtin_bswap16(v) : v;
}

static uint32_t
read_u32(const struct pcapng *p, struct cursor *c)
{
	const uint8_t *at = cursor_pull(c, 4);

	return at ? swap32(p, load_ne32(at)) : 0;
}

static enum capture_status
broken(struct pcapng *p, const char *why)
{
	p->why = why;
	return CAPTURE_BROKEN;
}

/* ---- blocks ---------------------------------------------------------------------------------- */

static bool
read_exactly(struct pcapng *p, void *to, size_t size)
{
	return fread(to, 1, size, p->in) == size;
}

/* A section's byte order decides how its own length reads, so its magic is peeked at first.
 * Interfaces belong to their section. */
static bool
section_order(struct pcapng *p, uint32_t *magic)
{
	if (!read_exactly(p, magic, sizeof *magic))
		return false;
	if (*magic != BYTE_ORDER_MAGIC && __builtin_bswap32(*magic) != BYTE_ORDER_MAGIC)
		return false;
	p->swapped = *magic != BYTE_ORDER_MAGIC;
	p->interface_count = 0;
	return true;
}

static bool
length_fits(uint32_t length)
{
	return length >= BLOCK_OVERHEAD && length <= BLOCK_SIZE_MAX && length % 4 == 0;
}

static void
block_reserve(struct pcapng *p, size_t size)
{
	if (size <= p->block_capacity)
		return;
	p->block_capacity = size < 4096 ? 4096 : size;
	p->block = mem_resize(p->block, p->block_capacity, 1);
}

/* The next block's type and body (in p->block). CAPTURE_END only between two blocks. */
static enum capture_status
read_block(struct pcapng *p, uint32_t *type, struct cursor *body)
{
	uint32_t head[2], magic, trailer;
	size_t got = fread(head, 1, sizeof head, p->in), done = 0, size;

	if (got == 0 && !ferror(p->in))
		return CAPTURE_END;
	if (got < sizeof head)
		return broken(p, "ends inside a block");
	if (head[0] == BLOCK_SECTION && !section_order(p, &magic))
		return broken(p, "section header without its byte order");
	*type = swap32(p, head[0]);
	size = swap32(p, head[1]);
	if (!length_fits((uint32_t)size))
		return broken(p, "a block's length can't be");
	size -= BLOCK_OVERHEAD;
	block_reserve(p, size);
	if (*type == BLOCK_SECTION) {
		if (size < sizeof magic)
			return broken(p, "a block's length can't be");
		memcpy(p->block, &magic, sizeof magic);
		done = sizeof magic;
	}
	if (!read_exactly(p, p->block + done, size - done) ||
	    !read_exactly(p, &trailer, sizeof trailer))
		return broken(p, "ends inside a block");
	if (swap32(p, trailer) != size + BLOCK_OVERHEAD)
		return broken(p, "a block's two lengths differ");
	*body = cursor_over(p->block, size);
	return CAPTURE_PACKET;
}

/* ---- interfaces ------------------------------------------------------------------------------ */

/* if_tsresol: 10^-n, or 2^-n with the high bit; 0: out of range. */
static uint64_t
units_of(uint8_t resolution)
{
	unsigned power = resolution & 0x7f;
	uint64_t units = 1;

	if (resolution & 0x80)
		return power < 64 ? 1ull << power : 0;
	if (power > 19) /* 10^20 passes 64 bits */
		return 0;
	while (power--)
		units *= 10;
	return units;
}

/* Steps through the options; false: one that matters can't be. */
static bool
interface_options(const struct pcapng *p, struct cursor *c, struct pcapng_interface *i)
{
	while (cursor_left(c) >= 4) {
		uint16_t code = read_u16(p, c), size = read_u16(p, c);
		struct cursor value = cursor_slice(c, (size + 3u) & ~3u);

		if (code == OPTION_END)
			break;
		if (code == OPTION_IF_TSRESOL && size >= 1)
			i->units = units_of(cursor_u8(&value));
		if (code == OPTION_IF_TSOFFSET && size == 8) {
			const uint8_t *at = cursor_pull(&value, 8);
			uint64_t seconds = at ? load_ne64(at) : 0;

			i->offset_s = (int64_t)(p->swapped ? __builtin_bswap64(seconds) : seconds);
		}
	}
	return i->units != 0;
}

static bool
interface_add(struct pcapng *p, struct cursor *c)
{
	struct pcapng_interface i = {.units = US_PER_S};

	i.linktype = read_u16(p, c);
	cursor_skip(c, 2);
	i.snaplen = read_u32(p, c);
	if (!c->ok || !interface_options(p, c, &i) || p->interface_count == INTERFACES_MAX)
		return false;
	if (p->interface_count == p->interface_capacity) {
		p->interface_capacity = p->interface_capacity ? 2 * p->interface_capacity : 4;
		p->interfaces =
			mem_resize(p->interfaces, p->interface_capacity, sizeof *p->interfaces);
	}
	p->interfaces[p->interface_count++] = i;
	if (i.units < NS_PER_S)
		p->resolution_ns = NS_PER_US;
	return true;
}

/* ---- packets --------------------------------------------------------------------------------- */

static uint64_t
time_of(const struct pcapng_interface *i, uint32_t high, uint32_t low)
{
	unsigned __int128 units = (uint64_t)high << 32 | low;
	__int128 ns = (__int128)i->offset_s * (__int128)NS_PER_S +
	              (__int128)(units * NS_PER_S / i->units);

	if (ns < 0)
		return 0;
	return ns < INT64_MAX ? (uint64_t)ns : INT64_MAX;
}

/* Fills *r from the rest of the block; false: it lies. */
static bool
packet_data(struct capture_record *r, const struct pcapng_interface *i, struct cursor *c)
{
	r->data = cursor_pull(c, r->captured);
	r->linktype = i->linktype;
	if (r->wire < r->captured)
		r->wire = r->captured;
	return r->data != NULL;
}

/* Enhanced and obsolete packet blocks differ in their first word only. */
static bool
packet_timed(struct pcapng *p, bool obsolete, struct cursor *c, struct capture_record *r)
{
	uint32_t id = obsolete ? read_u16(p, c) : read_u32(p, c), high, low;

	if (obsolete)
		cursor_skip(c, 2); /* drops since the last packet */
	high = read_u32(p, c);
	low = read_u32(p, c);
	r->captured = read_u32(p, c);
	r->wire = read_u32(p, c);
	if (!c->ok || id >= p->interface_count)
		return false;
	r->time_ns = p->last_ns = time_of(&p->interfaces[id], high, low);
	return packet_data(r, &p->interfaces[id], c);
}

static bool
packet_simple(struct pcapng *p, struct cursor *c, struct capture_record *r)
{
	r->wire = r->captured = read_u32(p, c);
	if (!c->ok || p->interface_count == 0)
		return false;
	if (p->interfaces[0].snaplen && r->captured > p->interfaces[0].snaplen)
		r->captured = p->interfaces[0].snaplen;
	r->time_ns = p->last_ns;
	return packet_data(r, &p->interfaces[0], c);
}

enum capture_status
pcapng_next(struct pcapng *p, struct capture_record *r)
{
	for (;;) {
		struct cursor body;
		uint32_t type;
		enum capture_status status = read_block(p, &type, &body);

		if (status != CAPTURE_PACKET)
			return status;
		switch (type) {
		case BLOCK_INTERFACE:
			if (!interface_add(p, &body))
				return broken(p, "an interface description that can't be");
			break;
		case BLOCK_ENHANCED:
		case BLOCK_PACKET:
			if (!packet_timed(p, type == BLOCK_PACKET, &body, r))
				return broken(p, "a packet block that can't be");
			return CAPTURE_PACKET;
		case BLOCK_SIMPLE:
			if (!packet_simple(p, &body, r))
				return broken(p, "a packet block that can't be");
			return CAPTURE_PACKET;
		default:
			break; /* sections are done; names, statistics, secrets: not needed */
		}
	}
}

bool
pcapng_init(struct pcapng *p, FILE *in)
{
	struct cursor body;
	uint32_t type;

	*p = (struct pcapng){.in = in, .resolution_ns = 1};
	if (read_block(p, &type, &body) == CAPTURE_PACKET && type == BLOCK_SECTION)
		return true;
	if (!p->why)
		p->why = "no section header";
	return false;
}

void
pcapng_fini(struct pcapng *p)
{
	free(p->interfaces);
	free(p->block);
}
