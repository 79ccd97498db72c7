/* The command line of pniscope-control. */
#pragma once

#include <stdbool.h>

struct options {
	const char *config;
	const char *listen; /* ADDR:PORT for HTTP, or NULL */
	bool once;          /* one turn that decides, then the end */
};

/* True: run. False: *status is the exit code; help, version or one line of error were printed. */
bool options_parse(struct options *o, int argc, char **argv, int *status);
