/* The command line of pniscope-probe. */
#pragma once

#include <stdbool.h>

#include "path/replay.h"

struct options {
	const char *config;
	const char *user; /* to become after the start; NULL: stay */
	bool check;
	bool once; /* captures: end when they are read */
	struct replay_options replay;
	unsigned mbufs;        /* more packet buffers */
	char *const *eal_args; /* behind "--" */
	unsigned eal_arg_count;
};

/* True: run. False: *status is the exit code; help, version or one line of error were printed. */
bool options_parse(struct options *o, int argc, char **argv, int *status);
