/* ZRTP and UDPTL, which share media ports with RTP: any datagram through both decoders. */
#include <stdlib.h>
#include <string.h>

#include "proto/udptl.h"
#include "proto/zrtp.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct cursor c = cursor_over(data, size);
	struct udptl udptl;
	struct zrtp zrtp;

	if (zrtp_decode(&c, &zrtp) == REASON_OK &&
	    (zrtp.body.end > data + size || !memchr(zrtp.type, '\0', sizeof zrtp.type)))
		abort();
	c = cursor_over(data, size);
	if (udptl_decode(&c, &udptl) == REASON_OK &&
	    (!cursor_left(&udptl.ifp) || udptl.ifp.end > data + size))
		abort();
	return 0;
}
