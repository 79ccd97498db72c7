/* Any bytes as a capture file: whatever is read is within the bytes and counts add up. */
#include <assert.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "path/capture.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static uint64_t
read_all(struct capture *c)
{
	static struct burst b;
	static volatile uint8_t sink;
	uint64_t packets = 0;

	for (capture_read(c, &b); b.count; capture_read(c, &b)) {
		assert(b.count <= BURST_MAX);
		for (uint32_t i = 0; i < b.count; i++) {
			assert(b.wire[i] >= b.captured[i]);
			for (uint32_t k = 0; k < b.captured[i]; k++)
				sink = b.data[i][k];
		}
		packets += b.count;
	}
	(void)sink;
	return packets;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	int fd = memfd_create("capture", 0);
	char name[64], *error = NULL;
	const char *names[] = {name};
	struct capture *c;

	if (fd < 0 || write(fd, data, size) != (ssize_t)size)
		abort();
	snprintf(name, sizeof name, "/proc/self/fd/%d", fd);
	if (capture_open(names, NULL, 1, &c, &error) == 0) {
		uint64_t packets = read_all(c);

		assert(capture_info(c)->packets == packets);
		assert(capture_info(c)->unsupported <= packets);
		assert(capture_info(c)->truncated <= (capture_warning(c, 0) != NULL));
		capture_close(c);
	} else {
		assert(error);
		free(error);
	}
	close(fd);
	return 0;
}
