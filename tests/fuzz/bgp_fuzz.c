/*
 * A stream of BGP over any bytes: messages taken, found again after what is none, and all parts of
 * each read. What is handed out lies inside the bytes, and reading goes on.
 */
#include <stdlib.h>

#include "proto/bgp.h"
#include "proto/bgp_nlri.h"
#include "proto/bgp_open.h"
#include "proto/bgp_path.h"
#include "proto/bgp_update.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct range {
	const uint8_t *from, *to;
};

static void
check(struct range all, struct cursor c)
{
	if (c.ok && (c.at < all.from || c.end > all.to || c.at > c.end))
		abort();
}

static void
check_text(struct range all, struct slice s)
{
	if (s.at)
		check(all, cursor_over(s.at, s.size));
}

static void
read_open(struct range all, struct cursor body)
{
	struct bgp_open o;

	bgp_open_decode(&body, &o);
	if (o.family_count > BGP_FAMILIES_MAX || o.capability_count > BGP_CAPABILITIES_MAX)
		abort();
	check_text(all, o.hostname);
	check_text(all, o.domain);
	check_text(all, o.software);
}

static void
read_prefixes(struct range all, struct cursor c, struct bgp_nlri_form form)
{
	struct bgp_nlri nlri;

	check(all, c);
	if (!bgp_nlri_known(form.afi, form.safi))
		return;
	form.add_path = bgp_nlri_guess_add_path(c, &form);
	while (bgp_nlri_next(&c, &form, &nlri)) {
		if (nlri.prefix.len > (form.afi == BGP_AFI_IPV4 ? 32 : 128))
			abort();
	}
}

static void
read_path(struct range all, struct cursor c)
{
	struct bgp_path path;
	unsigned guess = bgp_path_guess_width(c);

	check(all, c);
	if (guess && (!bgp_path_read(c, guess, &path) || bgp_path_read(c, 6 - guess, &path)))
		abort();
}

static void
read_update(struct range all, struct cursor body)
{
	struct bgp_update u;
	struct addr hop;

	if (bgp_update_decode(&body, &u) != REASON_OK && u.treatment != BGP_TREAT_RESET)
		abort();
	read_prefixes(all, u.withdrawn, (struct bgp_nlri_form){1, 1, false, true});
	read_prefixes(all, u.nlri, (struct bgp_nlri_form){1, 1, false, false});
	read_prefixes(all, u.unreach.nlri,
	              (struct bgp_nlri_form){u.unreach.afi, u.unreach.safi, false, true});
	read_prefixes(all, u.reach.nlri,
	              (struct bgp_nlri_form){u.reach.afi, u.reach.safi, false, false});
	check(all, u.reach.next_hop);
	bgp_reach_next_hop(&u.reach, &hop);
	read_path(all, u.as_path);
	read_path(all, u.as4_path);
	if (cursor_left(&u.communities) % 4 || cursor_left(&u.extended) % 8 ||
	    cursor_left(&u.large) % 12)
		abort();
}

static void
read_message(struct range all, const struct bgp *m)
{
	struct cursor body = m->body;
	struct bgp_notification n;
	struct bgp_refresh r;

	check(all, body);
	switch (m->type) {
	case BGP_OPEN:
		read_open(all, body);
		break;
	case BGP_UPDATE:
		read_update(all, body);
		break;
	case BGP_NOTIFICATION:
		if (bgp_notification_decode(&body, &n) == REASON_OK)
			check_text(all, n.text);
		break;
	case BGP_ROUTE_REFRESH:
		bgp_refresh_decode(&body, &r);
		break;
	default:
		break;
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct cursor c = cursor_over(data, size);
	struct range all = {data, data + size};
	struct bgp m;

	for (;;) {
		enum reason reason = bgp_decode(&c, &m);

		if (reason == REASON_OK)
			read_message(all, &m);
		else if (reason == REASON_BGP_SHORT || (cursor_skip(&c, 1), !bgp_find(&c)))
			break;
	}
	/* whatever its header, as a body */
	read_open(all, cursor_over(data, size));
	read_update(all, cursor_over(data, size));
	return 0;
}
