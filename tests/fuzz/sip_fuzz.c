/* sip_decode() over any bytes, as a stream and as a datagram: what it borrows lies in them. */
#include <stdlib.h>

#include "proto/sip.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
check(const struct sip *s, const uint8_t *data, size_t size)
{
	for (int i = 0; i < SIP_HEADERS; i++) {
		const uint8_t *at = (const uint8_t *)s->value[i].at;

		if (at && (at < data || at + s->value[i].size > data + size))
			abort();
	}
	if (s->request ? !s->method.size || !s->uri.size || s->status : s->method.size != 0)
		abort();
	if (s->body.at && (s->body.at < data || s->body.end > data + size))
		abort();
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct cursor c = cursor_over(data, size);
	struct sip sip;

	sip_decode(&c, SIP_DATAGRAM, &sip);
	check(&sip, data, size);
	c = cursor_over(data, size);
	for (;;) {
		enum reason reason = sip_decode(&c, SIP_STREAM, &sip);

		check(&sip, data, size);
		if (reason == REASON_SIP_SHORT || (!sip.request && !sip.status))
			return 0;
	}
}
