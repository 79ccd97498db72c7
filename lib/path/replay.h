/*
 * The `pcap:` ports of a probe, merged by time, as a worker's input: as fast as it can take them
 * with the captures' own times, or paced and moved to the present; once or over and over.
 * One thread.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "path/burst.h"
#include "path/capture.h"

struct replay;

struct replay_options {
	bool pace; /* packets come at their distances, the first one now */
	bool loop; /* start again at the end; times go on */
};

/* As capture_open(). */
int replay_open(const char *const *files, const uint32_t *ports, unsigned count,
                const struct replay_options *options, struct replay **out, char **error);
void replay_close(struct replay *r);

/* Packets that are due at `now_ns` (UTC; only looked at when paced), as a burst that is valid until
 * the next call; count 0: none now. */
void replay_read(struct replay *r, uint64_t now_ns, struct burst *b);
/* All were read, and it does not loop. */
bool replay_ended(const struct replay *r);
/* Time of the last packet given. */
uint64_t replay_last_ns(const struct replay *r);
const struct capture_info *replay_info(const struct replay *r);
/* As capture_warning(). */
const char *replay_warning(const struct replay *r, unsigned i);
