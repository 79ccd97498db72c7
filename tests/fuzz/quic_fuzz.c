/* quic_decode() over any datagram: each packet found is at least a byte, so it ends. */
#include <stdlib.h>

#include "proto/quic.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct cursor c = cursor_over(data, size);
	struct quic quic;

	while (cursor_left(&c) && quic_decode(&c, &quic) == REASON_OK) {
		if (quic.packet.at >= quic.packet.end || quic.packet.end != c.at)
			abort();
		if (quic.type <= QUIC_RETRY &&
		    (quic.dcid_size > QUIC_ID_MAX || quic.scid_size > QUIC_ID_MAX))
			abort();
	}
	return 0;
}
