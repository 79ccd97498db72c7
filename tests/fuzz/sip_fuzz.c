/* sip_decode() over any bytes, as a stream and as a datagram: what it borrows lies in them, and so
 * does a part of its body. */
#include <stdlib.h>

#include "proto/multipart.h"
#include "proto/sip.h"
#include "proto/sip_uri.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
check_slice(struct slice s, struct slice in)
{
	if (s.size && (s.at < in.at || s.at + s.size > in.at + in.size))
		abort();
}

static void
check_parts(struct slice value)
{
	struct sip_uri uri;
	struct sip_via via;

	sip_uri_read(value, &uri);
	check_slice(uri.user, value);
	check_slice(uri.host, value);
	check_slice(sip_tag(value), value);
	sip_via_read(value, &via);
	check_slice(via.host, value);
	check_slice(via.branch, value);
	check_slice(via.received, value);
}

static void
check(const struct sip *s, const uint8_t *data, size_t size)
{
	struct cursor part;

	for (int i = 0; i < SIP_HEADERS; i++) {
		const uint8_t *at = (const uint8_t *)s->value[i].at;

		if (at && (at < data || at + s->value[i].size > data + size))
			abort();
		check_parts(s->value[i]);
	}
	if (s->request ? !s->method.size || !s->uri.size || s->status : s->method.size != 0)
		abort();
	if (multipart_find(s->value[SIP_TYPE], s->body, "application/sdp", &part) &&
	    (part.at < data || part.at > part.end || part.end > data + size))
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
