/* Bytes as a spool file behind its magic: whole records up to the first torn one, and each as a
 * packed entry. */
#include <assert.h>
#include <string.h>

#include "store/entry.h"
#include "store/spool.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
unpack(const uint8_t *data, size_t size)
{
	struct stream_entry entry;
	struct text packed = {0}, again = {0};

	text_add_bytes(&packed, (const char *)data, size);
	if (size > 0 && entry_unpack(packed.at, packed.size, &entry)) {
		struct stream_entry twice;

		entry_pack(&entry, &again);
		assert(entry_unpack(again.at, again.size, &twice));
		assert(twice.count == entry.count && strcmp(twice.key, entry.key) == 0);
	}
	text_fini(&packed);
	text_fini(&again);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	size_t at = 0, record;

	while ((record = spool_record_check(data + at, size - at))) {
		assert(record > 8 && record <= size - at);
		unpack(data + at + 8, record - 8);
		at += record;
	}
	/* the CRC keeps fuzzers out: the packed form by itself, too */
	unpack(data, size);
	return 0;
}
