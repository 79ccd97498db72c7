#include "options.h"

#include "daemon/arguments.h"

static const char help[] =
	"usage: pniscope-control -c FILE [OPTIONS]\n"
	"\n"
	"Reads what all probes of a peering wrote to Redis, judges it against the contract in\n"
	"FILE, and writes verdicts, their changes, findings and the merged events back. Several\n"
	"may run: one writes, the others stand by.\n"
	"\n"
	"  -c, --config FILE     the peering's contract (docs/configuration.md)\n"
	"      --listen ADDR:PORT serve a list of pages: /metrics (OpenMetrics), /audit,\n"
	"                        /findings (JSON), /healthz\n"
	"      --once            one look that decides without waiting for a second one, then "
	"end\n"
	"      --help            this text\n"
	"      --version         version\n"
	"\n"
	"SIGTERM stops, SIGHUP loads FILE again: it is checked whole before anything changes.\n"
	"PNISCOPE_LOG=error|warning|info|debug sets what is logged to stderr.\n"
	"\n"
	"Example: pniscope-control -c /etc/pniscope/peering.conf --listen 127.0.0.1:9810\n";

static const struct argument arguments[] = {
	{"config", ARGUMENT_TEXT, offsetof(struct options, config)},
	{"listen", ARGUMENT_TEXT, offsetof(struct options, listen)},
	{"once", ARGUMENT_FLAG, offsetof(struct options, once)},
	{0},
};

bool
options_parse(struct options *o, int argc, char **argv, int *status)
{
	static const struct program program = {"pniscope-control", help, arguments, false};
	int rest;

	*o = (struct options){0};
	return arguments_parse(&program, o, argc, argv, &rest, status);
}
