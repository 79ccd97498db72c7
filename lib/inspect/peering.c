#include "inspect/peering.h"

#include <assert.h>

static_assert(sizeof(struct lacp_row) == 28, "no padding");
static_assert(sizeof(struct bfd_row) == 52, "no padding");
static_assert(sizeof(struct lldp_row) == 6 + 3 * PEERING_NAME_SIZE + 2, "no padding");

void
peering_init(struct peering *p)
{
	*p = (struct peering){0};
	bgp_table_init(&p->bgp);
	seen_init(&p->lacp, sizeof(struct lacp_row), PEERING_TUPLES);
	seen_init(&p->bfd, sizeof(struct bfd_row), PEERING_TUPLES);
	seen_init(&p->lldp, sizeof(struct lldp_row), PEERING_TUPLES);
}

void
peering_fini(struct peering *p)
{
	bgp_table_fini(&p->bgp);
	interconnect_fini(&p->links);
	seen_fini(&p->lacp);
	seen_fini(&p->bfd);
	seen_fini(&p->lldp);
}
