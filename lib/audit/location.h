/*
 * Locations of the contract. A location is a metro (IP/faqs.md [2023-09]): two facilities, or two
 * sites, of one metro are one location; a site without a metro is one by itself. Pure functions.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "conf/conf.h"

const char *location_of_link(const struct conf *conf, const struct conf_link *link);
/* Of a site by its name; an unknown site is its own location. */
const char *location_of_site(const struct conf *conf, const char *site);
/* Whether link `i` is the first one of its location: each location is looked at once. */
bool location_first(const struct conf *conf, size_t i);
size_t location_links(const struct conf *conf, const char *location);
/* Locations that have links. */
size_t location_count(const struct conf *conf);
