/*
 * A small HTTP server for the control plane: GET only, answers made by one callback, everything in
 * the caller's thread (http_run from its loop), so that pages need no locks. Listens where it is
 * told and nowhere else; no authentication, so the address is the operator's choice. A connection
 * asks once, and lives 10 s at most; of more than 64 at a time the oldest ones are ended, so that
 * slow or idle clients lock nobody out.
 */
#pragma once

#include <stdint.h>

#include "base/text.h"

struct http;

struct http_answer {
	unsigned status;  /* 200 unless the callback says otherwise */
	const char *type; /* of the content; static text */
	struct text body; /* filled by the callback, freed here */
};

/* Fills `answer` for `path` ("/metrics", without query). Status 404 where there is no such page. */
typedef void http_fn(void *context, const char *path, struct http_answer *answer);

/* `listen` is "ADDR:PORT", "[ADDR6]:PORT" or ":PORT" (loopback). NULL and *error (one line, to be
 * freed) when it can't listen there. */
struct http *http_start(const char *listen, http_fn *fn, void *context, char **error);
void http_stop(struct http *h);
/* Where it listens: with ":0" the kernel chose. */
uint16_t http_port(const struct http *h);
/* Serves what came in since; never waits. `now_ns` of any clock that only goes forward. NULL is
 * fine. */
void http_run(struct http *h, uint64_t now_ns);
