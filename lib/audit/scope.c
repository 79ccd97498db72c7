#include "audit/scope.h"

#include <string.h>

#include "audit/location.h"

static bool
begins(const char *text, const char *with)
{
	return strncmp(text, with, strlen(with)) == 0;
}

static const struct input_link *
link_of_session(const struct audit_input *in, const char *name)
{
	for (size_t i = 0; i < in->session_count; i++)
		if (strcmp(in->sessions[i].rec.name, name) == 0)
			return in->sessions[i].link;
	return NULL;
}

static const struct input_link *
link_of_bfd(const struct audit_input *in, const char *name)
{
	for (size_t i = 0; i < in->bfd_count; i++)
		if (strcmp(in->bfds[i].rec.name, name) == 0)
			return in->bfds[i].link;
	return NULL;
}

/* One word of a scope: whether it is about links at all, and about this one. */
static bool
word_names(const struct audit_input *in, const char *word, const struct input_link *link,
           bool *names)
{
	const char *name = link->rec.name;
	size_t size = strlen(name);

	if (begins(word, "link:"))
		*names |= strcmp(word + 5, name) == 0;
	else if (begins(word, "member:"))
		*names |= strncmp(word + 7, name, size) == 0 && word[7 + size] == ':';
	else if (begins(word, "session:"))
		*names |= link_of_session(in, word + 8) == link;
	else if (begins(word, "bfd:"))
		*names |= link_of_bfd(in, word + 4) == link;
	else if (begins(word, "location:"))
		*names |=
			link->conf && strcmp(location_of_link(in->conf, link->conf), word + 9) == 0;
	else
		return false;
	return true;
}

bool
scope_names(const struct audit_input *in, const char *scope, const struct input_link *link,
            bool *names)
{
	bool any = false;

	*names = false;
	while (*scope != '\0') {
		size_t size = strcspn(scope, ", ");
		char word[128];

		if (size < sizeof word) {
			memcpy(word, scope, size);
			word[size] = '\0';
			any |= word_names(in, word, link, names);
		}
		scope += size;
		scope += strspn(scope, ", ");
	}
	return any;
}

bool
scope_concerns(const struct audit_input *in, const char *scope, const struct input_link *link)
{
	bool names;

	return !scope_names(in, scope, link, &names) || names;
}

bool
scope_rests_on(const struct audit_input *in, const char *scope, const struct input_probe *p)
{
	for (size_t i = 0; i < in->link_count; i++)
		/* a link whose probe is not known may be anybody's */
		if (scope_concerns(in, scope, &in->links[i]) &&
		    (!in->links[i].probe || in->links[i].probe == p))
			return true;
	return in->link_count == 0;
}
