#include "options.h"

#include <getopt.h>
#include <stdio.h>

static const char help[] =
	"usage: pniscope-control -c FILE [OPTIONS]\n"
	"\n"
	"Reads what all probes of a peering wrote to Redis, judges it against the contract in\n"
	"FILE, and writes verdicts, their changes, findings and the merged events back. Several\n"
	"may run: one writes, the others stand by.\n"
	"\n"
	"  -c, --config FILE     the peering's contract (docs/configuration.md)\n"
	"      --listen ADDR:PORT serve /metrics (OpenMetrics), /audit, /findings (JSON), "
	"/healthz\n"
	"      --once            one look that decides without waiting for a second one, then "
	"end\n"
	"      --help            this text\n"
	"      --version         version\n"
	"\n"
	"SIGTERM stops, SIGHUP loads FILE again: it is checked whole before anything changes.\n"
	"PNISCOPE_LOG=error|warning|info|debug sets what is logged to stderr.\n"
	"\n"
	"Example: pniscope-control -c /etc/pniscope/peering.conf --listen 127.0.0.1:9810\n";

static bool
finish(int *status, int code)
{
	*status = code;
	return false;
}

bool
options_parse(struct options *o, int argc, char **argv, int *status)
{
	enum { LISTEN = 256, ONCE, HELP, VERSION };
	static const struct option table[] = {
		{"config", required_argument, NULL, 'c'},
		{"listen", required_argument, NULL, LISTEN},
		{"once", no_argument, NULL, ONCE},
		{"help", no_argument, NULL, HELP},
		{"version", no_argument, NULL, VERSION},
		{0},
	};

	*o = (struct options){0};
	for (int c; (c = getopt_long(argc, argv, "c:h", table, NULL)) != -1;) {
		switch (c) {
		case 'c':
			o->config = optarg;
			break;
		case LISTEN:
			o->listen = optarg;
			break;
		case ONCE:
			o->once = true;
			break;
		case 'h':
		case HELP:
			fputs(help, stdout);
			return finish(status, 0);
		case VERSION:
			puts("pniscope-control " PNISCOPE_VERSION);
			return finish(status, 0);
		default: /* getopt said what */
			return finish(status, 2);
		}
	}
	if (optind < argc) {
		fprintf(stderr, "pniscope-control: \"%s\" is not understood; --help tells more\n",
		        argv[optind]);
		return finish(status, 2);
	}
	if (!o->config) {
		fputs("pniscope-control: -c FILE is needed; --help tells more\n", stderr);
		return finish(status, 2);
	}
	return true;
}
