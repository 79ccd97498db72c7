/* Any bytes as the files that a configuration names, cloud.ranges and data.special: one line of
 * error, or prefixes within their families. */
#include <assert.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/log.h"
#include "conf/conf.h"

static const char contract[] =
	"peering = { name = \"p\"; type = \"isp\"; };\n"
	"peer = { asn = 64496; };\n"
	"sites = ( { name = \"a\"; } );\n"
	"links = ( { name = \"l\"; site = \"a\"; members = ( { speed = \"10G\";\n"
	"  peer_to_msft = \"pcap:a\"; msft_to_peer = \"pcap:b\"; } ); } );\n"
	"%s = { %s = \"/proc/self/fd/%d\"; };\n";

static void
load(const char *group, const char *key, int fd)
{
	char text[sizeof contract + 64], *error = NULL;
	struct conf *c;

	snprintf(text, sizeof text, contract, group, key, fd);
	if (conf_load_text(text, "fuzz", &c, &error) != 0) {
		assert(error && strchr(error, ':') && !strchr(error, '\n'));
		free(error);
		return;
	}
	for (size_t i = 0; i < c->cloud.range_prefixes.count; i++) {
		const struct prefix *p = &c->cloud.range_prefixes.at[i];

		assert(p->len <= (addr_is_v4(&p->addr) ? 32 : 128));
	}
	conf_destroy(c);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	int fd = memfd_create("table", 0);

	if (fd < 0 || write(fd, data, size) != (ssize_t)size)
		abort();
	log_set_level(LOG_ERROR);
	load("cloud", "ranges", fd);
	load("data", "special", fd);
	close(fd);
	return 0;
}
