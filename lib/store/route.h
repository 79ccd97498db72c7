/*
 * Routes in the store: the fields of the maps rib:SESSION:peer and rib:SESSION:msft, and the stream
 * of their changes, riblog:SESSION. A route is one JSON object of the fields that it has. One
 * thread per struct store.
 */
#pragma once

#include "base/text.h"
#include "conf/conf.h"
#include "store/store.h"

enum { ROUTE_LOG_KEPT = 10000 };

/* "rib:NAME:peer", "riblog:NAME" */
void route_map_key(char key[KEY_SIZE], const char *session, enum side side);
void route_log_key(char key[KEY_SIZE], const char *session);

/* Appends the object, without what key and field tell: session, side, prefix. */
void route_encode(const struct rec_route *r, struct text *to);
/* False: no such object; members of no name here are passed over. `r->prefix` is set to `field`. */
bool route_decode(const char *field, const char *json, size_t size, struct rec_route *r);

/* The route of one prefix; false: the map has none (or store_error()). */
bool route_get(struct store *s, const char *session, enum side side, const char *prefix,
               struct rec_route *r);
/* All of a side, in no order, each lent for the call; returns how many. */
size_t route_each(struct store *s, const char *session, enum side side,
                  void (*fn)(void *context, const struct rec_route *r), void *context);
