/* tcp_options_decode() over any bytes: ends, and OK implies that what it counts is in range. */
#include <stdlib.h>

#include "proto/tcp_options.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct cursor c = cursor_over(data, size);
	struct tcp_options options;
	enum reason reason = tcp_options_decode(&c, &options);

	if (reason != REASON_OK && reason != REASON_TCP_OPTION)
		abort();
	if (options.sack_count > TCP_SACK_BLOCKS_MAX)
		abort();
	if (reason == REASON_OK && (options.seen & TCP_HAS_SACK) && !options.sack_count)
		abort();
	return 0;
}
