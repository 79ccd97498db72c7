/*
 * packet_decode() over any bytes: the promises of proto/packet.h hold, the straight path and the
 * general walk agree, a quoted packet decodes. The first byte chooses link layer and options, the
 * second how many bytes the capture lost at its end.
 */
#include <stdlib.h>
#include <string.h>

#include "proto/packet.h"
#include "proto/tcp_options.h"
#include "proto/walk.h"
#include "unit/proto/packet_checks.h"

enum {
	INPUT_HEAD = 2,
};

static void
require(bool holds, const char *what)
{
	if (holds)
		return;
	fprintf(stderr, "broken: %s\n", what);
	abort();
}

static void
check_further(const uint8_t *frame, const struct packet *p)
{
	struct packet_quote quote;
	struct tcp_options options;
	struct cursor c = cursor_over(frame + p->l4_offset + 20, p->tcp_options_size);

	if (p->tcp_options_size)
		(void)tcp_options_decode(&c, &options);
	if (p->flags & PACKET_QUOTE)
		require(packet_quote_decode(frame, p, &quote) == REASON_OK, "quote unreadable");
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct packet_options options;
	struct packet p, walk;
	enum link_layer link;
	uint32_t captured, wire;
	const char *broken;

	if (size < INPUT_HEAD)
		return 0;
	link = (data[0] & 0xf) % LINK_UNSUPPORTED;
	options.inner = !(data[0] & 0x10);
	captured = (uint32_t)(size - INPUT_HEAD);
	wire = captured + data[1];
	packet_decode(link, data + INPUT_HEAD, captured, wire, &options, &p);
	packet_walk(link, data + INPUT_HEAD, captured, wire, &options, &walk);
	broken = packet_broken_promise(&p, captured, wire);
	require(!broken, broken);
	require(memcmp(&p, &walk, sizeof p) == 0, "straight path and general walk differ");
	check_further(data + INPUT_HEAD, &p);
	return 0;
}
