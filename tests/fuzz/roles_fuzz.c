/* roles_judge() over any evidence: every confidence is a ratio. */
#include <stdlib.h>
#include <string.h>

#include "classify/role_rules.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static size_t
take(void *to, size_t room, const uint8_t *data, size_t size)
{
	size_t taken = size < room ? size : room;

	memset(to, 0, room);
	if (taken)
		memcpy(to, data, taken);
	return taken;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	double confidence[ENDPOINT_ROLE_COUNT];
	struct role_context context = {.peer = size & 1, .media_near = size & 2};
	struct role_flows flows;
	struct role_messages messages;
	size_t at = take(&flows, sizeof flows, data, size);

	take(&messages, sizeof messages, data + at, size - at);
	context.now_us = messages.last_us;
	roles_judge(&flows, &messages, &context, confidence);
	for (unsigned i = 0; i < ENDPOINT_ROLE_COUNT; i++)
		if (!(confidence[i] >= 0 && confidence[i] <= 1))
			abort();
	return 0;
}
