/* rtp_decode() over any bytes: OK implies that payload, padding and extension lie in the datagram.
 */
#include <stdlib.h>

#include "proto/rtp.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct cursor c = cursor_over(data, size);
	struct rtp_element element;
	struct rtp rtp;

	if (rtp_decode(&c, &rtp) != REASON_OK)
		return 0;
	if (rtp.payload.at > rtp.payload.end || rtp.payload.end + rtp.padding != data + size)
		abort();
	while (rtp_element_next(&rtp.extension, rtp.extension_profile, &element))
		if (element.size && element.value + element.size > rtp.extension.end)
			abort();
	return 0;
}
