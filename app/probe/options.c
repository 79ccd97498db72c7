#include "options.h"

#include <stdio.h>

#include "daemon/arguments.h"

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

static const struct argument arguments[] = {
	{"config", ARGUMENT_TEXT, offsetof(struct options, config)},
	{"check", ARGUMENT_FLAG, offsetof(struct options, check)},
	{"user", ARGUMENT_TEXT, offsetof(struct options, user)},
	{"pace", ARGUMENT_FLAG, offsetof(struct options, replay.pace)},
	{"loop", ARGUMENT_FLAG, offsetof(struct options, replay.loop)},
	{"once", ARGUMENT_FLAG, offsetof(struct options, once)},
	{"mbufs", ARGUMENT_COUNT, offsetof(struct options, mbufs)},
	{0},
};

bool
options_parse(struct options *o, int argc, char **argv, int *status)
{
	static const struct program program = {"pniscope-probe", help, arguments, true};
	int rest;

	*o = (struct options){0};
	if (!arguments_parse(&program, o, argc, argv, &rest, status))
		return false;
	o->eal_args = argv + rest;
	o->eal_arg_count = (unsigned)(argc - rest);
	if (!o->once || !o->replay.loop)
		return true;
	fputs("pniscope-probe: --once and --loop: a capture that begins again has no end; one of "
	      "them would be right\n",
	      stderr);
	*status = 2;
	return false;
}
