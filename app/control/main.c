/* pniscope-control: an ordered start, a loop of turns, and the start's mirror image. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "audit/audit.h"
#include "audit/unread.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/mem.h"
#include "classify/contract.h"
#include "daemon/service.h"
#include "options.h"
#include "pages.h"
#include "store/store.h"
#include "ui/http.h"

enum {
	POLL_MS = 20,         /* how long a page may wait */
	POLL_QUIET_MS = 200,  /* without pages to serve */
	TURN_SHARE = 4,       /* a turn may take a quarter of the time: large fleets turn slower */
	STORE_WAIT_MS = 2000, /* for the last writes at the stop */
};

struct control {
	struct options options;
	struct conf *conf;
	uint64_t boot_us;
	struct store *in, *out;
	struct audit *audit;
	struct http *http;
	struct pages pages;
	bool led, told_leading;
	char trouble[200], unread[160];
};

/* ---- start and stop -------------------------------------------------------------------------- */

static struct store_params
params_of(const struct control *c)
{
	return (struct store_params){
		.server = c->conf->redis.server,
		.user = c->conf->redis.user,
		.password_file = c->conf->redis.password_file,
		.peering = c->conf->peering.name,
		.boot_us = c->boot_us,
	};
}

/* Says why nothing can be read or judged, once per reason; NULL: all is well again. */
static void
set_trouble(struct control *c, const char *why)
{
	if (!why && c->trouble[0] != '\0')
		log_info("control", "reads again");
	if (why && strcmp(why, c->trouble) != 0)
		log_error("control", "%s", why);
	snprintf(c->trouble, sizeof c->trouble, "%s", why ? why : "");
	c->pages.trouble = c->trouble[0] != '\0' ? c->trouble : NULL;
}

/* The reader connects now or not at all: tried again at every turn. */
static bool
connect_reader(struct control *c)
{
	struct store_params params = params_of(c);
	char *error = NULL;

	if (c->in)
		return true;
	c->in = store_redis_open(&params, &error);
	if (!c->in)
		set_trouble(c, error);
	free(error);
	if (!c->in)
		return false;
	c->audit = audit_create(&(struct audit_params){.conf = c->conf,
	                                               .store = c->in,
	                                               .out = c->out,
	                                               .boot_us = c->boot_us,
	                                               .once = c->options.once});
	c->pages.audit = c->audit;
	return true;
}

static bool
start_writer(struct control *c)
{
	struct store_params params = params_of(c);
	char *error = NULL;

	params.writer = "control";
	c->out = store_redis_open(&params, &error);
	if (!c->out)
		log_error("control", "%s", error);
	free(error);
	return c->out != NULL;
}

static void
answer(void *context, const char *path, struct http_answer *a)
{
	struct control *c = context;

	pages_answer(&c->pages, path, a);
}

static bool
listen_there(struct control *c)
{
	char *error = NULL;

	if (!c->options.listen)
		return true;
	c->http = http_start(c->options.listen, answer, c, &error);
	if (c->http)
		log_info("control", "serves http at %s, port %u", c->options.listen,
		         http_port(c->http));
	else
		log_error("control", "%s", error);
	free(error);
	return c->http != NULL;
}

static bool
start(struct control *c)
{
	c->boot_us = clock_utc_us();
	c->pages.conf = c->conf;
	return service_start() == 0 && listen_there(c) && start_writer(c);
}

/* False: not all verdicts could be written. */
static bool
stop(struct control *c)
{
	bool written;

	service_stopping();
	http_stop(c->http);
	audit_destroy(c->audit);
	store_close(c->in, 0);
	written = store_close(c->out, STORE_WAIT_MS);
	conf_destroy(c->conf);
	return written;
}

/* ---- turns ----------------------------------------------------------------------------------- */

static void
tell_part(struct control *c)
{
	bool leads = audit_leads(c->audit);

	if (c->told_leading && leads == c->led)
		return;
	log_info("control",
	         leads ? "judges and writes for peering %s"
	               : "another control writes for peering %s: standing by",
	         c->conf->peering.name);
	c->led = leads;
	c->told_leading = true;
}

/* A key of another type than it should be, once: the rows that rest on it say so too. */
static void
tell_unread(struct control *c)
{
	const struct audit_input *in = audit_input_get(c->audit);
	const struct unread_row *row = unread_next(in, NULL);
	const char *why = row ? unread_why(in, row) : "";

	if (strcmp(why, c->unread) == 0)
		return;
	if (row)
		log_warning("control", "%s; what rests on it stays open", why);
	snprintf(c->unread, sizeof c->unread, "%s", why);
}

static bool
turn(struct control *c)
{
	if (!connect_reader(c))
		return false;
	if (audit_turn(c->audit, clock_utc_us()) != 0) {
		const char *now = store_error(c->in), *error = now ? now : store_first_error(c->in);
		char why[200];

		snprintf(why, sizeof why, "Redis %s: %s", c->conf->redis.server,
		         error ? error : "can't be read");
		set_trouble(c, why);
		return false;
	}
	set_trouble(c, NULL);
	tell_unread(c);
	tell_part(c);
	return true;
}

/* ---- reload ---------------------------------------------------------------------------------- */

/* The new contract, or NULL and *error. */
static struct conf *
load_next(const struct control *c, char **error)
{
	struct conf *next = NULL;

	if (contract_load(c->options.config, &next, error) != 0)
		return NULL;
	*error = conf_reload_refused(c->conf, next, CONF_CONTROL);
	if (!*error)
		return next;
	conf_destroy(next);
	return NULL;
}

static void
reload(struct control *c)
{
	char *error = NULL;
	struct conf *next;

	service_reloading();
	next = load_next(c, &error);
	if (next) {
		if (c->audit)
			audit_set_conf(c->audit, next);
		conf_destroy(c->conf);
		c->conf = next;
		c->pages.conf = next;
		log_info("control", "reloaded %s, %.12s", next->path, next->sha256);
	} else {
		log_error("control", "reload refused, nothing changed: %s", error);
	}
	free(error);
	service_ready();
}

/* ---- loop ------------------------------------------------------------------------------------ */

static void
run(struct control *c)
{
	uint64_t next_ns = clock_monotonic_ns();

	for (;;) {
		uint64_t now_ns = clock_monotonic_ns(), took_ns;

		if (now_ns >= next_ns) {
			turn(c);
			service_watchdog(true);
			took_ns = clock_monotonic_ns() - now_ns;
			next_ns = now_ns + (took_ns * TURN_SHARE > NS_PER_S ? took_ns * TURN_SHARE
			                                                    : NS_PER_S);
		}
		http_run(c->http, clock_monotonic_ns());
		switch (service_wait(c->http ? POLL_MS : POLL_QUIET_MS)) {
		case SERVICE_STOP:
			return;
		case SERVICE_RELOAD:
			reload(c);
			break;
		case SERVICE_NONE:
			break;
		}
	}
}

static bool
load(struct control *c)
{
	char *error = NULL;

	if (contract_load(c->options.config, &c->conf, &error) == 0)
		return true;
	fprintf(stderr, "%s\n", error);
	free(error);
	return false;
}

int
main(int argc, char **argv)
{
	struct control c = {0};
	int status = 2;

	log_init("pniscope-control");
	if (!options_parse(&c.options, argc, argv, &status))
		return status;
	if (!load(&c))
		return 2;
	if (start(&c)) {
		if (c.options.once) {
			status = turn(&c) ? 0 : 2;
		} else {
			log_info("control", "control of peering %s, %zu sites, contract %.12s",
			         c.conf->peering.name, c.conf->site_count, c.conf->sha256);
			service_ready();
			run(&c);
			status = 0;
		}
	}
	return !stop(&c) && c.options.once ? 2 : status;
}
