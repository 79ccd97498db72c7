#include "commands.h"

#include <string.h>

#include "conf/schema.h"

static const char hows[] = "how are we", whats[] = "what is there", works[] = "how is it",
		  contracts[] = "contract", acts[] = "act", sets_up[] = "set up",
		  offlines[] = "offline";

#define ANY ((size_t)-1)

static const struct command table[] = {
	{"status", hows, "", 0, 0, OPTION_GLOBAL, run_status,
         "fitness of the probes, links, open findings, the audit's count", "pniscope status", NULL,
         COMMAND_REPEATS | COMMAND_NO_CSV},
	{"findings", hows, "[ID]", 0, 1, OPTION_GLOBAL, run_findings,
         "what is wrong now, with cause and next step; one of them in full",
         "pniscope findings --side peer", NULL, COMMAND_REPEATS | COMMAND_PAST},
	{"why", hows, "SUBJECT", 1, 1, OPTION_GLOBAL, run_why,
         "one failure as one story: what broke first, whose doing, what followed how much later",
         "pniscope why link:pni-a --at -5m", NULL, COMMAND_REPEATS | COMMAND_PAST | COMMAND_NO_CSV},
	{"events", hows, "", 0, 0, OPTION_GLOBAL | OPTION_FOLLOW, run_events,
         "what happened, oldest first", "pniscope events --since -1h --follow", NULL, COMMAND_PAST},
	{"find", hows, "ADDRESS|PREFIX", 1, 1, OPTION_GLOBAL, run_find,
         "what is known of an address: subnet, classes, traffic, links",
         "pniscope find 203.0.113.10", NULL, COMMAND_REPEATS},
	{"sites", whats, "", 0, 0, OPTION_GLOBAL, run_sites, "sites that write to this Redis",
         "pniscope sites", NULL, COMMAND_REPEATS},
	{"probes", whats, "[ID]", 0, 1, OPTION_GLOBAL, run_list,
         "probes with fitness, losses, table use and clock", "pniscope probes --wide", NULL,
         COMMAND_REPEATS},
	{"links", whats, "", 0, 0, OPTION_GLOBAL, run_list,
         "links with state, rates, 1 ms peaks and share of capacity", "pniscope links --every 1s",
         NULL, COMMAND_REPEATS},
	{"members", whats, "[LINK]", 0, 1, OPTION_GLOBAL, run_list,
         "members of the LAGs with rates and share", "pniscope members pni-a", NULL,
         COMMAND_REPEATS},
	{"subnets", whats, "", 0, 0, OPTION_GLOBAL, run_list,
         "declared subnets: traffic, endpoints, share declared and undeclared",
         "pniscope subnets --sort undeclared_ratio", NULL, COMMAND_REPEATS},
	{"classes", whats, "", 0, 0, OPTION_GLOBAL, run_classes,
         "traffic classes per link, or of one subnet with their standing in the contract",
         "pniscope classes --subnet 203.0.113.0/24", NULL, COMMAND_REPEATS},
	{"endpoints", whats, "[ROLE]", 0, 1, OPTION_GLOBAL, run_list,
         "addresses with side, subnet, observed roles, classes and traffic",
         "pniscope endpoints --side peer --sort rate_bps_peer_to_msft --limit 20", NULL,
         COMMAND_REPEATS},
	{"sessions", whats, "[SESSION]", 0, 1, OPTION_GLOBAL, run_list,
         "BGP sessions: state, why they went down, OPENs, routes, how complete they are known",
         "pniscope sessions --wide", NULL, COMMAND_REPEATS},
	{"routes", whats, "SESSION [PREFIX]", 1, 2, OPTION_GLOBAL, run_routes,
         "routes of a session, both sides or --side, with what is wrong with them",
         "pniscope routes pni-a-v4 --side peer", NULL, COMMAND_REPEATS},
	{"bfd", whats, "[SESSION]", 0, 1, OPTION_GLOBAL, run_list,
         "BFD sessions: both sides' states, intervals in force, detection times, longest gaps",
         "pniscope bfd --wide", NULL, COMMAND_REPEATS},
	{"lag", whats, "[LINK]", 0, 1, OPTION_GLOBAL, run_list,
         "LACP of both sides per member, with what LLDP says of the ports", "pniscope lag pni-a",
         NULL, COMMAND_REPEATS},
	{"rates", works, "", 0, 0, OPTION_GLOBAL, run_rates,
         "rates and peaks of links now, or their history with --since",
         "pniscope rates --link pni-a --since -15m", NULL, COMMAND_REPEATS | COMMAND_PAST},
	{"latency", works, "[SCOPE]", 0, 1, OPTION_GLOBAL, run_list,
         "round trips from the tap to each side and back: last minute, since start",
         "pniscope latency link:pni-a", NULL, COMMAND_REPEATS},
	{"loss", works, "[SCOPE]", 0, 1, OPTION_GLOBAL, run_list,
         "what was lost on which side of the tap: media, TCP, windows over their limits",
         "pniscope loss --side peer", NULL, COMMAND_REPEATS},
	{"asymmetry", works, "[LINK]", 0, 1, OPTION_GLOBAL, run_list,
         "flows of which a link shows one way only, and the links that show the other",
         "pniscope asymmetry pni-a", NULL, COMMAND_REPEATS},
	{"legs", works, "[ID]", 0, 1, OPTION_GLOBAL, run_list,
         "media legs now: both streams of two ends, one way, loss, whether signalling is seen",
         "pniscope legs --link pni-a --limit 20", NULL, COMMAND_REPEATS},
	{"calls", works, "[SCOPE]", 0, 1, OPTION_GLOBAL, run_list,
         "signalling per link, SBC and subnet: calls, ASR, NER, setup delay, or TLS connections",
         "pniscope calls sbc:sbc1", NULL, COMMAND_REPEATS},
	{"streams", works, "[ID]", 0, 1, OPTION_GLOBAL, run_list,
         "RTP streams, worst first: loss, jitter, MOS, outages", "pniscope streams --limit 20",
         NULL, COMMAND_REPEATS},
	{"limiters", works, "", 0, 0, OPTION_GLOBAL, NULL, "policers and shapers found",
         "pniscope limiters", "the limiter part", 0},
	{"middlebox", works, "", 0, 0, OPTION_GLOBAL, NULL, "signs of stateful middleboxes",
         "pniscope middlebox", "the middlebox part", 0},
	{"history", works, "SUBJECT", 1, 1, OPTION_GLOBAL, run_history,
         "a subject's roll-ups: the last 15 minutes, or from --since to --until",
         "pniscope history link:pni-a --since -1h", NULL, COMMAND_REPEATS | COMMAND_PAST},
	{"audit", contracts, "[REQ]", 0, 1, OPTION_GLOBAL | OPTION_STRICT, run_audit,
         "every requirement with its verdict; one of them in full", "pniscope audit R4", NULL,
         COMMAND_REPEATS},
	{"explain", contracts, "REQ", 1, 1, OPTION_GLOBAL | OPTION_CONF, run_explain,
         "what a requirement asks, how it is judged, with which numbers from where",
         "pniscope explain R4", NULL, COMMAND_TEXT},
	{"compare", contracts, "azure FILE", 2, 2, OPTION_GLOBAL, NULL,
         "our figures beside the portal's export", "pniscope compare azure metrics.csv",
         "the comparison part", 0},
	{"report", contracts, "", 0, 0, OPTION_GLOBAL, NULL, "a report for the peer",
         "pniscope report", "the report part", 0},
	{"declare", acts, "[ADDRESS]", 0, 1, OPTION_GLOBAL | OPTION_ROLE | OPTION_CONF, run_declare,
         "a `subnets` configuration proposed from what was observed",
         "pniscope declare 203.0.113.10 --role sbc", NULL, COMMAND_TEXT},
	{"ack", acts, "FINDING", 1, 1, OPTION_GLOBAL | OPTION_BY, run_ack,
         "acknowledge a finding: it stays open and is known", "pniscope ack class.undeclared-3f2a",
         NULL, COMMAND_TEXT},
	{"maintenance", acts, "add ID SCOPE... | list | end ID", 1, ANY,
         OPTION_GLOBAL | OPTION_BY | OPTION_DRILL, run_maintenance,
         "announced changes at run time: what goes down in them is no outage",
         "pniscope maintenance add CHG-1042 link:pni-b --until +2h", NULL, COMMAND_PAST},
	{"evidence", acts, "FINDING|REQ", 1, 1, OPTION_GLOBAL, NULL, "the packets that prove it",
         "pniscope evidence R4", "the evidence part", 0},
	{"purge", acts, "", 0, 0, OPTION_GLOBAL, NULL, "forget what retention no longer allows",
         "pniscope purge", "the privacy part", 0},
	{"doctor", sets_up, "", 0, 0, OPTION_GLOBAL | OPTION_CONF, run_doctor,
         "what this machine lacks to run a probe or reach Redis", "pniscope doctor -c probe.conf",
         NULL, COMMAND_TEXT},
	{"check", sets_up, "FILE", 1, 1, OPTION_GLOBAL, run_check,
         "load a configuration, print it resolved with the source of every number",
         "pniscope check peering.conf", NULL, COMMAND_TEXT},
	{"import", sets_up, "mrt FILE", 2, 2, OPTION_GLOBAL | OPTION_CONF, run_import,
         "a router's routing dump for sessions whose beginning the probe has not seen",
         "pniscope import mrt rib.mrt -c probe.conf", NULL, COMMAND_TEXT},
	{"analyze", offlines, "CAPTURE...", 0, ANY,
         OPTION_GLOBAL | OPTION_CONF | OPTION_FLOWS | OPTION_VERDICT | OPTION_STRICT, run_analyze,
         "the whole pipeline on captures (-: standard input): no Redis, no root, no hugepages",
         "pniscope analyze -c peering.conf morning.pcap.gz", NULL, 0},
};
enum { COMMAND_COUNT = sizeof table / sizeof table[0] };

const struct command *
command_find(const char *name)
{
	for (size_t i = 0; i < COMMAND_COUNT; i++) {
		if (strcmp(table[i].name, name) == 0)
			return &table[i];
	}
	return NULL;
}

const char *
command_nearest(const char *name)
{
	const char *names[COMMAND_COUNT];

	for (size_t i = 0; i < COMMAND_COUNT; i++)
		names[i] = table[i].name;
	return schema_nearest(name, names, COMMAND_COUNT);
}

unsigned
command_sets(const char *name)
{
	const struct command *c = command_find(name);

	return OPTION_ANYWHERE | (c ? c->sets : 0) | (c && !c->run ? OPTION_ANY : 0);
}

/* The options that a command has a use for. */
static unsigned
useful_sets(const struct command *c)
{
	return c->sets | (c->nature & COMMAND_PAST ? OPTION_PAST : 0) |
	       (c->nature & COMMAND_REPEATS ? OPTION_EVERY : 0) |
	       (c->nature & COMMAND_TEXT ? 0 : OPTION_JSON) |
	       (c->nature & (COMMAND_TEXT | COMMAND_NO_CSV) ? 0 : OPTION_CSV);
}

void
command_print_overview(FILE *to)
{
	const char *group = NULL;

	fputs("usage: pniscope [GLOBALS] COMMAND [ARGS]\n", to);
	for (size_t i = 0; i < COMMAND_COUNT; i++) {
		const struct command *c = &table[i];
		char left[48];

		if (c->group != group)
			fprintf(to, "\n%s\n", c->group);
		group = c->group;
		snprintf(left, sizeof left, "%s %s", c->name, c->words);
		fprintf(to, "  %-24s %s%s\n", left, c->help, c->run ? "" : " (not there yet)");
	}
	fputs("\nGLOBALS\n", to);
	options_print_help(to, OPTION_ANYWHERE);
	fputs("\n`pniscope help COMMAND` or `pniscope COMMAND --help`: what a command takes, with "
	      "an "
	      "example\n"
	      "exit codes: 0 fine, 2 error; audit: 1 a MUST fails, 3 with --strict when a MUST "
	      "is "
	      "not\nproven, 4 when the data is stale or the probe unfit\n",
	      to);
}

void
command_print_help(const struct command *c, FILE *to)
{
	fprintf(to, "usage: pniscope %s%s%s [OPTIONS]\n\n%s\n", c->name, c->words[0] ? " " : "",
	        c->words, c->help);
	if (!c->run)
		fprintf(to, "not there yet: comes with %s\n", c->later);
	fprintf(to, "\nexample: %s\n\n", c->example);
	options_print_help(to, useful_sets(c));
}

/* ---- documents --------------------------------------------------------------------------- */

/* roff wants its hyphens escaped where they are typed by the reader */
static void
print_roff(FILE *to, const char *text)
{
	for (; *text; text++) {
		if (*text == '-' || *text == '\\')
			fputc('\\', to);
		fputc(*text, to);
	}
}

static void
print_man_option(void *context, char short_name, const char *name, const char *value,
                 const char *help)
{
	FILE *to = context;

	fputs(".TP\n.B ", to);
	if (short_name)
		fprintf(to, "\\-%c, ", short_name);
	fputs("\\-\\-", to);
	print_roff(to, name);
	if (value)
		fprintf(to, " %s", value);
	fputc('\n', to);
	print_roff(to, help);
	fputc('\n', to);
}

static void
print_man_commands(FILE *to)
{
	const char *group = NULL;

	for (size_t i = 0; i < COMMAND_COUNT; i++) {
		const struct command *c = &table[i];

		if (!c->run)
			continue;
		if (c->group != group)
			fprintf(to, ".SS %s\n", c->group);
		group = c->group;
		fprintf(to, ".TP\n.B %s%s%s\n", c->name, c->words[0] ? " " : "", c->words);
		print_roff(to, c->help);
		fputs("\n.br\n.I ", to);
		print_roff(to, c->example);
		fputc('\n', to);
	}
}

void
command_print_man(FILE *to)
{
	fputs(".TH PNISCOPE 1 2026-11-23\n.SH NAME\npniscope \\- ask about private network "
	      "interconnects, or "
	      "analyze captures\n.SH SYNOPSIS\n.B pniscope\n[GLOBALS] COMMAND [ARGS]\n"
	      ".SH DESCRIPTION\nReads what pniscope\\-probe and pniscope\\-control wrote to Redis; "
	      "with\n.B analyze\nruns the whole pipeline on capture files and needs neither.\n"
	      ".SH COMMANDS\n",
	      to);
	print_man_commands(to);
	fputs(".SH OPTIONS\n", to);
	options_each(~0u, print_man_option, to);
	fputs(".SH ENVIRONMENT\n.TP\n.B PNISCOPE_REDIS, PNISCOPE_SITE\nDefaults of \\-\\-redis and "
	      "\\-\\-site.\n.TP\n.B PNISCOPE_CLIENT\nA client file in place of "
	      "~/.config/pniscope/client.conf or /etc/pniscope/client.conf: lines\n.I key = value\n"
	      "with redis, user, password_file, site, peering, tz.\n"
	      ".SH EXIT STATUS\n0 fine; 2 error.\n.B audit\nexits 1 when a MUST fails, 3 with "
	      "\\-\\-strict when one is not proven, 4 when the "
	      "data is stale or the probe unfit.\n.B analyze\nexits 0 unless \\-\\-exit\\-verdict "
	      "asks "
	      "for the codes of audit.\n.SH SEE ALSO\n.BR pniscope\\-probe (1),\n"
	      ".BR pniscope\\-control (1)\n",
	      to);
}

void
command_print_completion(FILE *to)
{
	fputs("# bash completion for pniscope, from its table of commands\n"
	      "_pniscope() {\n"
	      "  local word=${COMP_WORDS[COMP_CWORD]} command='' i options\n"
	      "  for ((i = 1; i < COMP_CWORD; i++)); do\n"
	      "    case ${COMP_WORDS[i]} in\n",
	      to);
	for (size_t i = 0; i < COMMAND_COUNT; i++)
		fprintf(to, "%s%s", i ? "|" : "    ", table[i].name);
	fputs(") command=${COMP_WORDS[i]} ;;\n    esac\n  done\n  case $command in\n", to);
	for (size_t i = 0; i < COMMAND_COUNT; i++) {
		fprintf(to, "    %s) options=\"", table[i].name);
		options_print_words(to, useful_sets(&table[i]));
		fputs(" \" ;;\n", to);
	}
	fputs("    *) options=\"", to);
	options_print_words(to, OPTION_ANYWHERE);
	for (size_t i = 0; i < COMMAND_COUNT; i++)
		fprintf(to, " %s", table[i].name);
	fputs("\" ;;\n  esac\n"
	      "  mapfile -t COMPREPLY < <(compgen -W \"$options\" -- \"$word\")\n"
	      "}\n"
	      "complete -o default -F _pniscope pniscope\n",
	      to);
}
