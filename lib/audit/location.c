#include "audit/location.h"

#include <string.h>

static const char *
name_of(const struct conf_site *s)
{
	return s->metro && s->metro[0] != '\0' ? s->metro : s->name;
}

const char *
location_of_link(const struct conf *conf, const struct conf_link *link)
{
	return name_of(&conf->sites[link->site]);
}

const char *
location_of_site(const struct conf *conf, const char *site)
{
	for (size_t i = 0; i < conf->site_count; i++)
		if (strcmp(conf->sites[i].name, site) == 0)
			return name_of(&conf->sites[i]);
	return site;
}

bool
location_first(const struct conf *conf, size_t i)
{
	for (size_t before = 0; before < i; before++)
		if (strcmp(location_of_link(conf, &conf->links[before]),
		           location_of_link(conf, &conf->links[i])) == 0)
			return false;
	return true;
}

size_t
location_links(const struct conf *conf, const char *location)
{
	size_t count = 0;

	for (size_t i = 0; i < conf->link_count; i++)
		count += strcmp(location_of_link(conf, &conf->links[i]), location) == 0;
	return count;
}

size_t
location_count(const struct conf *conf)
{
	size_t count = 0;

	for (size_t i = 0; i < conf->link_count; i++)
		count += location_first(conf, i);
	return count;
}
