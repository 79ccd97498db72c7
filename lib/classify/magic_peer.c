#include "classify/class.h"
#include "classify/magic.h"

#include <string.h>

bool
magic_bittorrent(const struct look *y)
{
	return look_has(y, 20) && memcmp(y->at,
	                                 "\x13"
	                                 "BitTorrent protocol",
	                                 20) == 0;
}

/* BEP 5: a bencoded dictionary, whose keys are sorted, so it starts with one of few. */
bool
magic_dht(const struct look *y)
{
	static const char *const starts[] = {"d1:ad2:id20:", "d1:rd2:id20:", "d2:ip", "d1:eli20",
	                                     "d1:el"};

	for (unsigned i = 0; i < sizeof starts / sizeof *starts; i++) {
		uint32_t size = (uint32_t)strlen(starts[i]);

		if (look_has(y, size) && memcmp(y->at, starts[i], size) == 0)
			return true;
	}
	return false;
}

enum {
	UTP_HEADER = 20,
	UTP_SYN = 0x41, /* type 4, version 1 */
	UTP_TYPES = 5,
	UTP_EXTENSION_MAX = 2,
};

/*
 * BEP 29: a SYN acknowledges nothing, knows no delay yet and carries no data. Later packets have
 * nothing that a stranger could be sure of; they count in a flow that began with a SYN.
 */
bool
magic_utp(const struct look *y)
{
	if (!look_has(y, UTP_HEADER) || (y->at[0] & 0x0f) != 1 || y->at[0] >> 4 >= UTP_TYPES ||
	    y->at[1] > UTP_EXTENSION_MAX)
		return false;
	if (y->at[0] == UTP_SYN && y->size <= UTP_HEADER + 12)
		return load_be32(y->at + 8) == 0 && load_be16(y->at + 18) == 0;
	return y->flow_class == CLASS_BITTORRENT;
}
