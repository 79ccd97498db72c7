/* sdp_decode() over any text: counts within their tables, what it borrows within the text. */
#include <stdlib.h>

#include "proto/sdp.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct cursor c = cursor_over(data, size);
	struct sdp sdp;

	sdp_decode(&c, &sdp);
	if (sdp.media_count > SDP_MEDIA_MAX)
		abort();
	for (unsigned i = 0; i < sdp.media_count; i++) {
		const struct sdp_media *m = &sdp.media[i];

		if (m->format_count > SDP_FORMATS_MAX || !m->protocol.size)
			abort();
		for (unsigned f = 0; f < m->format_count; f++)
			if (m->formats[f].codec.at &&
			    (const uint8_t *)m->formats[f].codec.at + m->formats[f].codec.size >
			            data + size)
				abort();
	}
	return 0;
}
