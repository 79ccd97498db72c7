/* Any bytes as a routing dump, and as the state of a probe, for a session of a contract. */
#include <stdlib.h>
#include <string.h>

#include "inspect/bgp_seed.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct conf_session session = {.name = "s",
	                               .peer = addr_v4("\xc0\x00\x02\x00"),
	                               .cloud = addr_v4("\xc0\x00\x02\x01")};
	struct conf_link link = {.name = "l", .sessions = &session, .session_count = 1};
	struct conf conf = {.links = &link, .link_count = 1};
	struct bgp_seed_result result;
	struct text state = {0};
	struct bgp_table t;

	bgp_table_init(&t);
	bgp_table_set_conf(&t, &conf);
	bgp_seed_mrt(&t, cursor_over(data, size), 1, &result);
	bgp_state_load(&t, cursor_over(data, size), &result);
	bgp_state_save(&t, 1, &state);
	if (!bgp_state_load(&t, cursor_over((const uint8_t *)state.at, state.size), &result))
		abort();
	text_fini(&state);
	bgp_table_fini(&t);
	return 0;
}
