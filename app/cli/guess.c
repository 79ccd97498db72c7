/* Without a contract: sides are guessed from the well-known cloud ranges, a data file. */
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "analyze.h"
#include "base/mem.h"

static const char ranges_name[] = "microsoft-ranges.txt";

/* Beside the program: installed below share/, in a build tree below data/. */
static const char *const places[] = {"../share/pniscope", "../data", "../../data"};

const char *
guess_ranges_path(char buf[PATH_MAX])
{
	char self[PATH_MAX];
	ssize_t n = readlink("/proc/self/exe", self, sizeof self - 1);

	if (n <= 0)
		return NULL;
	self[n] = '\0';
	char *slash = strrchr(self, '/');

	*slash = '\0';
	for (size_t i = 0; i < sizeof places / sizeof places[0]; i++) {
		char *path = mem_printf("%s/%s/%s", self, places[i], ranges_name);
		bool found = realpath(path, buf) && access(buf, R_OK) == 0;

		free(path);
		if (found)
			return buf;
	}
	return NULL;
}

int
guess_conf(struct conf **out, char **error)
{
	char path[PATH_MAX];
	const char *ranges = guess_ranges_path(path);
	char *text = mem_printf(
		"peering = { name = \"capture\"; type = \"isp\"; };\npeer = { };\n"
		"%s%s%s"
		"sites = ( { name = \"capture\"; } );\n"
		"links = ( { name = \"capture\"; site = \"capture\"; role = \"primary\";\n"
		"  members = ( { speed = \"10G\"; both = \"pcap:capture\"; direction = { by = "
		"\"subnet\"; }; } ); } "
		");\n",
		ranges ? "cloud = { ranges = \"" : "", ranges ? ranges : "",
		ranges ? "\"; };\n" : "");
	int failed = conf_load_text(text, "guess", out, error);

	free(text);
	/* the schema wants a speed; nobody told one, so no share of it may be computed */
	if (!failed)
		(*out)->links[0].members[0].speed_bps = 0;
	return failed;
}
