#include "path/source.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

static struct source *
source_find(const struct sources *s, const char *name)
{
	for (unsigned i = 0; i < s->count; i++)
		if (strcmp(s->at[i].name, name) == 0)
			return &s->at[i];
	return NULL;
}

/* NULL, or what is wrong. */
static const char *
source_add(struct sources *s, const char *const *field, bool both, enum direction dir,
           struct source_member member)
{
	const char *name = *field;
	struct source *at = source_find(s, name);

	if (!at) {
		if (s->count == SOURCES_MAX)
			return "is one port too many for a probe";
		at = &s->at[s->count++];
		*at = (struct source){.name = name, .at = field, .both = both, .dir = dir};
	} else if (!both || !at->both) {
		return "stands twice; only a `both` port may carry several members";
	}
	if (at->member_count == SOURCE_MEMBERS_MAX)
		return "carries too many members";
	at->members[at->member_count++] = member;
	return NULL;
}

static const char *
member_add(struct sources *s, const struct conf_member *m, struct source_member at,
           const char **name)
{
	const char *wrong = NULL;

	*name = m->both;
	if (m->both)
		return source_add(s, &m->both, true, DIR_PEER_TO_MSFT, at);
	for (unsigned dir = 0; dir < DIR_COUNT && !wrong; dir++) {
		*name = m->port[dir];
		if (m->port[dir])
			wrong = source_add(s, &m->port[dir], false, dir, at);
	}
	return wrong;
}

int
sources_create(const struct conf *conf, struct sources **out, char **error)
{
	struct sources *s = mem_alloc(1, sizeof *s);

	s->at = mem_alloc(SOURCES_MAX, sizeof *s->at);
	for (size_t l = 0; l < conf->link_count; l++) {
		const struct conf_link *link = &conf->links[l];

		for (size_t m = 0; m < link->member_count && conf_link_tapped(conf, link); m++) {
			const struct source_member at = {(uint16_t)l, (uint16_t)m};
			const char *name, *wrong = member_add(s, &link->members[m], at, &name);

			if (wrong) {
				*error = mem_printf("%s: link %s: port %s %s", conf->path,
				                    link->name, name, wrong);
				sources_destroy(s);
				return -EINVAL;
			}
		}
	}
	*out = s;
	return 0;
}

void
sources_destroy(struct sources *s)
{
	if (!s)
		return;
	free(s->at);
	free(s);
}

const char *
source_capture_file(const char *name)
{
	return strncmp(name, "pcap:", 5) == 0 ? name + 5 : NULL;
}
