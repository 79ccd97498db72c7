/* dns_decode() over any bytes: ends, and the name is a text of at most 255 bytes. */
#include <stdlib.h>
#include <string.h>

#include "proto/dns.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct cursor c = cursor_over(data, size), message;
	struct dns dns;

	if (dns_decode(&c, &dns) == REASON_OK && dns.opcode > DNS_OPCODE_LAST)
		abort();
	if (!memchr(dns.name, '\0', sizeof dns.name))
		abort();
	c = cursor_over(data, size);
	while (dns_take(&c, &message))
		dns_decode(&message, &dns);
	return 0;
}
