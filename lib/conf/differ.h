/*
 * Things that must not be there twice: names, prefixes, ports. Each function is false when two are
 * alike; the loader then has the error, which names the later one and the place of the first.
 */
#pragma once

#include "conf/load.h"

/* `count` objects of `size` bytes whose first field is their name. */
bool differ_names(struct loader *l, const char *what, const void *objects, size_t size,
                  size_t count);
/* Objects whose first field is their prefix. n log n. */
bool differ_prefixes(struct loader *l, const char *what, const void *objects, size_t size,
                     size_t count);

/* Names from several places, each with what it belongs to. */
struct differ_use {
	const char *const *name; /* where the name is held */
	const struct conf_link *link;
	const struct conf_member *member; /* of a port; else NULL */
};
struct differ {
	struct differ_use *at; /* to be freed */
	size_t count;
};

/* Collect a name; one that is not set is left out. */
void differ_add(struct differ *u, const char *const *name, const struct conf_link *link,
                const struct conf_member *member);
/* `clash` looks at two uses of one name and says what would be right, or NULL: both may stand. */
bool differ_uses(struct loader *l, const char *what, const struct differ *u,
                 const char *(*clash)(const struct differ_use *, const struct differ_use *));
