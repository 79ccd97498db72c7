/*
 * A connection to one Redis: connect, AUTH, SELECT, all with a time limit. The only file besides
 * redis.c and pipe.c that knows hiredis. Blocks up to CONNECT_MS; not for the packet path.
 */
#pragma once

#include <hiredis/hiredis.h>
#include <stdbool.h>

#include "store/address.h"

enum { CONNECT_MS = 2000, REPLY_MS = 5000, CONNECTION_ERROR_SIZE = 240 };

struct connection_params {
	struct address address;
	const char *user;          /* or NULL: the address's, or the default user */
	const char *password_file; /* read at each connect, so that a new password needs no restart;
	                              NULL: none */
};

/* NULL: `error` says why, in one line; `reached`: a Redis answered, and refused us. Free with
 * redisFree(). */
redisContext *connection_open(const struct connection_params *params, bool *reached,
                              char error[CONNECTION_ERROR_SIZE]);

/* What a broken connection says of itself. */
void connection_why(const redisContext *c, char error[CONNECTION_ERROR_SIZE]);
/* An error reply as a sentence for people: what it means here, then Redis' own words. */
void connection_explain(const char *reply, char error[CONNECTION_ERROR_SIZE]);
