/* Any bytes as a snapshot of either kind: what is read lies within its family. */
#include <stdlib.h>

#include "audit/registry_read.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
expect_rows(const struct registry_rows *rows)
{
	for (size_t i = 0; i < rows->count; i++) {
		const struct registry_row *r = &rows->at[i];

		if (r->longest < r->prefix.len ||
		    r->longest > (addr_is_v4(&r->prefix.addr) ? 32 : 128))
			abort();
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct slice text = slice_between(data, data + size);
	char error[REGISTRY_TEXT] = "";
	struct registry_rows rows;

	if (!registry_read_rpki(text, &rows, error) && !*error)
		abort();
	expect_rows(&rows);
	registry_rows_fini(&rows);
	*error = '\0';
	if (!registry_read_irr(text, &rows, error) && !*error)
		abort();
	expect_rows(&rows);
	registry_rows_fini(&rows);
	return 0;
}
