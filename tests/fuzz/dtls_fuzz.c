/* DTLS records of any datagram, and the handshake fragments in them. */
#include <stdlib.h>

#include "proto/dtls.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct cursor c = cursor_over(data, size);
	struct dtls_message message;
	struct dtls_record record;

	while (cursor_left(&c) && dtls_record_decode(&c, &record) == REASON_OK) {
		if (record.body.end > data + size)
			abort();
		while (cursor_left(&record.body) &&
		       dtls_message_decode(&record.body, &message) == REASON_OK)
			if (message.offset + cursor_left(&message.body) > message.size)
				abort();
	}
	return 0;
}
