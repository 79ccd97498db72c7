/* Any bytes as a router's reports, in pieces as the first byte says. */
#include <stdlib.h>
#include <string.h>

#include "inspect/bmp_feed.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct conf_session session = {.name = "s",
	                               .peer = addr_v4("\xc0\x00\x02\x00"),
	                               .cloud = addr_v4("\xc0\x00\x02\x01")};
	struct conf_link link = {.name = "l", .sessions = &session, .session_count = 1};
	struct conf conf = {.links = &link, .link_count = 1};
	size_t step = size ? 1u + data[0] : 1;
	struct bgp_attrs_use use;
	struct bmp_feed *feed;
	struct bgp_table t;

	bgp_table_init(&t);
	bgp_table_set_conf(&t, &conf);
	feed = bmp_feed_create(&t, &session.peer);
	for (size_t at = 1; at < size; at += step)
		if (!bmp_feed_read(feed, data + at, size - at < step ? size - at : step, 1))
			break;
	bmp_feed_tick(feed, 1ull << 40);
	bmp_feed_destroy(feed);
	bgp_rib_clear(&t.sessions[0]->side[0].rib);
	bgp_rib_clear(&t.sessions[0]->side[1].rib);
	bgp_attrs_usage(t.shared.pool.attrs, &use);
	if (use.count)
		abort();
	bgp_table_fini(&t);
	return 0;
}
