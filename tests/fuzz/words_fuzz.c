/* Any text as each kind of word that files, options, Redis and JSON hold: what is taken is in range
 * and reads back as the same once it was printed. */
#include <assert.h>
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/addr.h"
#include "base/clock.h"
#include "conf/quantity.h"
#include "store/address.h"
#include "store/backend.h"

static void
addresses(const char *text)
{
	char buf[PREFIX_TEXT_SIZE];
	struct addr a, addr_again;
	struct prefix p, again;
	uint8_t mac[6], mac_again[6];
	bool host_bits;

	if (addr_parse(text, &a)) {
		assert(addr_parse(addr_format(&a, buf), &addr_again));
		assert(addr_equal(&a, &addr_again));
	}
	if (prefix_parse(text, &p, &host_bits)) {
		assert(p.len <= (addr_is_v4(&p.addr) ? 32 : 128));
		assert(prefix_parse(prefix_format(&p, buf), &again, &host_bits) && !host_bits);
		assert(prefix_equal(&p, &again));
	}
	if (mac_parse(text, mac)) {
		assert(mac_parse(mac_format(mac, buf), mac_again));
		assert(memcmp(mac, mac_again, sizeof mac) == 0);
	}
}

static void
quantities(const char *text)
{
	static const char *const units[] = {"bps", "bytes", "s", "us"};
	char buf[QUANTITY_TEXT_SIZE], *end;
	double value, again;

	for (size_t i = 0; i < sizeof units / sizeof units[0]; i++) {
		if (!quantity_parse(text, units[i], &value))
			continue;
		assert(isfinite(value) && value >= 0);
		quantity_format(value, units[i], buf);
		if (!quantity_parse(buf, units[i], &again)) {
			again = strtod(buf, &end); /* no suffix fits: a plain number */
			assert(*end == '\0');
		}
		assert(fabs(again - value) <= value * 1e-9);
	}
}

static void
times(const char *text)
{
	char buf[CLOCK_TEXT_SIZE];
	uint64_t us, again, ms, seq;

	/* what is printed has years of four digits */
	if (clock_parse_us(text, &us) && us < 253402300800ull * US_PER_S) {
		assert(clock_parse_us(clock_format_us(us, 6, buf), &again));
		assert(again == us);
	}
	stream_id_parse(text, false, &ms, &seq);
	stream_id_parse(text, true, &ms, &seq);
}

static void
servers(const char *text)
{
	char error[ADDRESS_ERROR_SIZE] = "";
	struct address a;

	if (!address_parse(text, &a, error)) {
		assert(*error && !strchr(error, '\n'));
		return;
	}
	assert(*a.host);
	assert(a.is_unix || (a.port > 0 && a.port <= UINT16_MAX));
	assert(a.database >= 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = malloc(size + 1);

	memcpy(text, data, size);
	text[size] = '\0';
	addresses(text);
	quantities(text);
	times(text);
	servers(text);
	free(text);
	return 0;
}
