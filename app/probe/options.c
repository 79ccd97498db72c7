#include "options.h"

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>

static const char help[] =
	"usage: pniscope-probe -c FILE [OPTIONS] [-- EAL ARGUMENTS]\n"
	"\n"
	"Analyses the frames of the ports that FILE names for this probe, and writes what it\n"
	"measured to Redis once per interval.\n"
	"\n"
	"  -c, --config FILE  the probe's configuration (docs/configuration.md)\n"
	"      --check        load FILE, print it resolved with all defaults, exit\n"
	"      --user NAME    become this user once ports are open\n"
	"      --pace         pcap: ports come at their packets' distances, the first one now\n"
	"      --loop         pcap: ports start again at their end\n"
	"      --once         end when all pcap: ports were read\n"
	"      --mbufs N      more packet buffers, for drivers that keep frames (net_pcap with\n"
	"                     infinite_rx=1 needs one for each frame of its capture)\n"
	"      --help         this text\n"
	"      --version      version\n"
	"\n"
	"SIGTERM stops within one interval, the last epoch written. SIGHUP loads FILE again: it "
	"is\n"
	"checked whole before anything changes. PNISCOPE_LOG=error|warning|info|debug sets what "
	"is\n"
	"logged to stderr.\n"
	"\n"
	"Example: pniscope-probe -c /etc/pniscope/probe.conf -- --file-prefix=probe1\n";

static bool
finish(int *status, int code)
{
	*status = code;
	return false;
}

bool
options_parse(struct options *o, int argc, char **argv, int *status)
{
	enum { CHECK = 256, USER, PACE, LOOP, ONCE, MBUFS, HELP, VERSION };
	static const struct option table[] = {
		{"config", required_argument, NULL, 'c'},  {"check", no_argument, NULL, CHECK},
		{"user", required_argument, NULL, USER},   {"pace", no_argument, NULL, PACE},
		{"loop", no_argument, NULL, LOOP},         {"once", no_argument, NULL, ONCE},
		{"mbufs", required_argument, NULL, MBUFS}, {"help", no_argument, NULL, HELP},
		{"version", no_argument, NULL, VERSION},   {0},
	};

	*o = (struct options){0};
	for (int c; (c = getopt_long(argc, argv, "+c:h", table, NULL)) != -1;) {
		switch (c) {
		case 'c':
			o->config = optarg;
			break;
		case CHECK:
			o->check = true;
			break;
		case USER:
			o->user = optarg;
			break;
		case PACE:
			o->replay.pace = true;
			break;
		case LOOP:
			o->replay.loop = true;
			break;
		case ONCE:
			o->once = true;
			break;
		case MBUFS:
			o->mbufs = (unsigned)strtoul(optarg, NULL, 10);
			break;
		case 'h':
		case HELP:
			fputs(help, stdout);
			return finish(status, 0);
		case VERSION:
			puts("pniscope-probe " PNISCOPE_VERSION);
			return finish(status, 0);
		default: /* getopt said what */
			return finish(status, 2);
		}
	}
	if (!o->config) {
		fputs("pniscope-probe: -c FILE is needed; --help tells more\n", stderr);
		return finish(status, 2);
	}
	o->eal_args = argv + optind;
	o->eal_arg_count = (unsigned)(argc - optind);
	return true;
}
