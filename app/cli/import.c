/* `import mrt`: a router's routing dump, checked against the contract and laid down where the probe
 * takes it up within a second. */
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/mem.h"
#include "classify/contract.h"
#include "commands.h"
#include "inspect/bgp_seed.h"

static bool
fail(char *error)
{
	fprintf(stderr, "pniscope: %s\n", error);
	free(error);
	return false;
}

static bool
slurp(const char *path, struct text *to)
{
	FILE *f = fopen(path, "re");
	char buf[65536];
	size_t n;

	if (!f)
		return fail(mem_printf("import mrt: %s: %s", path, strerror(errno)));
	while ((n = fread(buf, 1, sizeof buf, f)) > 0)
		text_add_bytes(to, buf, n);
	fclose(f);
	return true;
}

/* What the dump would fill, in sessions of the contract that are joined in their middle. */
static void
try_dump(const struct conf *conf, const struct text *dump, struct bgp_seed_result *result)
{
	struct bgp_table table;

	bgp_table_init(&table);
	bgp_table_set_conf(&table, conf);
	bgp_seed_mrt(&table, cursor_over((const uint8_t *)dump->at, dump->size),
	             clock_utc_us() * NS_PER_US, result);
	bgp_table_fini(&table);
}

/* Renamed into place, so that the probe never sees half of it. */
static bool
lay_down(const char *path, const struct text *dump)
{
	char *beside = mem_printf("%s.new", path);
	FILE *f = fopen(beside, "we");
	bool ok = f && fwrite(dump->at, 1, dump->size, f) == dump->size;

	if (f && fclose(f) != 0)
		ok = false;
	ok = ok && rename(beside, path) == 0;
	if (!ok)
		fail(mem_printf("import mrt: %s: %s", path, strerror(errno)));
	free(beside);
	return ok;
}

static bool
is_of_use(const struct bgp_seed_result *r, const char *file)
{
	if (!r->records)
		return fail(mem_printf("import mrt: %s: not an MRT dump (RFC 6396)", file));
	if (r->sides || r->opens)
		return true;
	return fail(mem_printf("import mrt: %s: %" PRIu64 " peers, none of them has the address of "
	                       "a session of the contract",
	                       file, r->peers));
}

static bool
import(const struct conf *conf, const char *file)
{
	const char *folder = conf->probe.state ? conf->probe.state : conf->probe.spool;
	char *path = mem_printf("%s/%s.seed.mrt", folder, conf->probe.id);
	struct bgp_seed_result r;
	struct text dump = {0};
	bool ok = slurp(file, &dump);

	if (ok) {
		try_dump(conf, &dump, &r);
		ok = is_of_use(&r, file) && lay_down(path, &dump);
	}
	if (ok)
		printf("%s: %" PRIu64 " routes for %u sides of sessions, %u OPENs, %" PRIu64
		       " of %" PRIu64 " peers are nobody's here, %" PRIu64
		       " records not read%s\nlaid down as %s; the running probe takes it up now\n",
		       file, r.routes, r.sides, r.opens, r.unmatched, r.peers, r.unread,
		       r.cut ? ", cut at its end" : "", path);
	text_fini(&dump);
	free(path);
	return ok;
}

int
run_import(const struct options *o)
{
	struct conf *conf;
	char *error = NULL;
	bool ok;

	if (strcmp(o->words[1], "mrt") != 0) {
		fprintf(stderr,
		        "pniscope: import %s: not there yet; mrt is, and BMP comes in by "
		        "itself where the contract says bmp = { listen = …; }\n",
		        o->words[1]);
		return EXIT_ERROR;
	}
	if (!o->conf) {
		fputs("pniscope: import mrt: whose probe? give its file, -c probe.conf\n", stderr);
		return EXIT_ERROR;
	}
	if (contract_load(o->conf, &conf, &error) != 0) {
		fail(error);
		return EXIT_ERROR;
	}
	ok = conf->probe.id ? import(conf, o->words[2])
	                    : fail(mem_printf("%s: no probe group; import needs one", conf->path));
	conf_destroy(conf);
	return ok ? EXIT_FINE : EXIT_ERROR;
}
