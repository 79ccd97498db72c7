/* rtcp_decode() over any compound: ends, and every block, item and metric lies in its packet. */
#include <stdlib.h>

#include "proto/rtcp.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
read_body(struct rtcp *rtcp)
{
	struct cursor reports = rtcp->body, items = rtcp->body, blocks = rtcp->body, block;
	struct rtcp_item item = {0};
	struct rtcp_block report;
	struct rtcp_voip voip;
	unsigned count = 0;
	uint8_t type;

	while (rtcp_block_next(&reports, &report))
		count++;
	if ((rtcp->type == RTCP_SR || rtcp->type == RTCP_RR) && count < rtcp->count)
		abort();
	while (rtcp_item_next(&items, &item))
		if (item.value + item.size > rtcp->body.end)
			abort();
	while (rtcp_xr_next(&blocks, &type, &block))
		rtcp_voip_decode(&block, &voip);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct cursor c = cursor_over(data, size);
	struct rtcp rtcp;

	while (cursor_left(&c) && rtcp_decode(&c, &rtcp) == REASON_OK)
		read_body(&rtcp);
	return 0;
}
