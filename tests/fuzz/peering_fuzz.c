/* LACP, marker, BFD and LLDP decoders over any bytes: the first byte chooses. */
#include <stdlib.h>

#include "proto/bfd.h"
#include "proto/lacp.h"
#include "proto/lldp.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
check_text(struct slice s, const uint8_t *data, size_t size)
{
	const uint8_t *at = (const uint8_t *)s.at;

	if (at && (at < data || at + s.size > data + size))
		abort();
}

static void
read_lldp(const uint8_t *data, size_t size)
{
	struct cursor c = cursor_over(data, size), again = c;
	struct lldp l;

	/* what decodes is a list of whole TLVs, as packet.c asks */
	if (lldp_decode(&c, &l) == REASON_OK && lldp_check(&again) != REASON_OK)
		abort();
	check_text(l.chassis.text, data, size);
	check_text(l.port.text, data, size);
	check_text(l.name, data, size);
	check_text(l.description, data, size);
	check_text(l.port_description, data, size);
}

static void
read_bfd(const uint8_t *data, size_t size)
{
	struct cursor c = cursor_over(data, size);
	struct bfd b;

	if (bfd_decode(&c, &b) == REASON_OK &&
	    (cursor_left(&c) + b.size != size || !b.detect_mult || b.version != 1))
		abort();
}

static void
read_lacp(const uint8_t *data, size_t size)
{
	struct cursor c = cursor_over(data, size);
	struct lacp_marker m;
	struct lacp l;

	if (lacp_decode(&c, &l) == REASON_OK && size < 42)
		abort();
	c = cursor_over(data, size);
	if (lacp_marker_decode(&c, &m) == REASON_OK && size < 16)
		abort();
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (!size)
		return 0;
	switch (data[0] % 3) {
	case 0:
		read_lldp(data + 1, size - 1);
		break;
	case 1:
		read_bfd(data + 1, size - 1);
		break;
	default:
		read_lacp(data + 1, size - 1);
	}
	return 0;
}
