/* `check` and `doctor`. */
#include <errno.h>
#include <net/if.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "classify/class.h"
#include "classify/contract.h"
#include "commands.h"
#include "conf/conf.h"
#include "path/source.h"
#include "store/store.h"

int
run_check(const struct options *o)
{
	struct conf *conf;
	char *error = NULL;

	if (contract_load(o->words[1], &conf, &error) != 0) {
		fprintf(stderr, "pniscope: %s\n", error);
		free(error);
		return EXIT_ERROR;
	}
	conf_print(conf, stdout);
	conf_destroy(conf);
	return EXIT_FINE;
}

/* ---- doctor ------------------------------------------------------------------------------ */

enum health { FINE, NOTE, BAD };

static enum health
say(enum health health, const char *what, const char *text)
{
	static const char *const words[] = {[FINE] = "ok", [NOTE] = "note", [BAD] = "BAD"};

	printf("%-5s %-14s %s\n", words[health], what, text);
	return health;
}

/* The number behind a key of /proc/meminfo, or -1. */
static long
meminfo(const char *key)
{
	char line[128];
	long value = -1;
	FILE *f = fopen("/proc/meminfo", "r");

	while (f && fgets(line, sizeof line, f)) {
		if (strncmp(line, key, strlen(key)) == 0)
			value = strtol(line + strlen(key), NULL, 10);
	}
	if (f)
		fclose(f);
	return value;
}

static enum health
check_machine(void)
{
	char text[128];
	long huge = meminfo("HugePages_Total:"), size = meminfo("Hugepagesize:");
	long cores = sysconf(_SC_NPROCESSORS_ONLN);

	snprintf(text, sizeof text, "%ld online; a probe wants one per worker and one for the rest",
	         cores);
	say(cores > 1 ? FINE : NOTE, "cores", text);
	if (huge > 0)
		snprintf(text, sizeof text, "%ld of %ld kB", huge, size);
	else
		snprintf(text, sizeof text,
		         "none reserved: fine for captures and labs, a live probe wants some");
	return say(huge > 0 ? FINE : NOTE, "hugepages", text);
}

static enum health
check_clock(void)
{
	/* a machine that wakes up in the past marks every packet so */
	bool sane = clock_utc_us() > 1700000000000000ull;

	return say(sane ? FINE : BAD, "clock",
	           sane ? "after 2023" : "before 2023: set it (chrony, PTP)");
}

static enum health
check_redis(const struct options *o, const struct conf *conf)
{
	const char *server = o->redis ? o->redis : conf ? conf->redis.server : NULL;
	struct store_params params = {
		.server = server,
		.user = o->user ? o->user
	                : conf  ? conf->redis.user
	                        : NULL,
		.password_file = o->password_file ? o->password_file
	                         : conf           ? conf->redis.password_file
	                                          : NULL,
		.site = "",
		.peering = "",
	};
	char *error = NULL;

	if (!server)
		return say(NOTE, "redis", "not named: -r, PNISCOPE_REDIS or redis.server");
	struct store *s = store_redis_open(&params, &error);
	enum health health = say(s ? FINE : BAD, "redis", s ? server : error ? error : server);

	free(error);
	if (s)
		store_close(s, 0);
	return health;
}

static enum health
check_capture(const char *file)
{
	char text[512];
	bool there = access(file, R_OK) == 0;

	snprintf(text, sizeof text, "%s%s%s", file, there ? "" : ": ",
	         there ? "" : strerror(errno));
	return say(there ? FINE : BAD, "capture", text);
}

/* A PCI address, or a vdev string: what it needs of this machine. */
static enum health
check_port(const char *name, const char *place)
{
	const char *interface = strstr(name, "iface=");
	char text[512], needed[64];
	bool there = true;

	if (strncmp(name, "net_", 4) != 0) {
		snprintf(needed, sizeof needed, "/sys/bus/pci/devices/%.40s", name);
		there = access(needed, F_OK) == 0;
	} else if (interface) {
		snprintf(needed, sizeof needed, "%.*s",
		         (int)strcspn(interface + strlen("iface="), ","),
		         interface + strlen("iface="));
		there = if_nametoindex(needed) != 0;
	}
	snprintf(text, sizeof text, there ? "%s" : "%s: %s: there is no %s", there ? name : place,
	         name, needed);
	return say(there ? FINE : BAD, "port", text);
}

static enum health
check_ports(const struct conf *conf)
{
	struct sources *sources;
	enum health worst = FINE;
	char *error = NULL;

	if (sources_create(conf, &sources, &error) != 0) {
		say(BAD, "ports", error);
		free(error);
		return BAD;
	}
	for (unsigned i = 0; i < sources->count; i++) {
		const struct source *s = &sources->at[i];
		const char *file = source_capture_file(s->name);
		char *place = conf_place(conf, s->at);
		enum health health = file ? check_capture(file) : check_port(s->name, place);

		worst = health == BAD ? BAD : worst;
		free(place);
	}
	sources_destroy(sources);
	return worst;
}

/* The folder of events that wait for Redis: there and ours, or to be made in one that is. */
static enum health
check_spool(const struct conf *conf)
{
	char parent[512], text[640];
	const char *folder = conf->probe.spool;
	bool fine;

	snprintf(parent, sizeof parent, "%s", folder);
	if (access(folder, F_OK) != 0 && strrchr(parent, '/'))
		*strrchr(parent, '/') = '\0';
	strncat(parent, "/.", sizeof parent - strlen(parent) - 1); /* a file is no folder */
	fine = access(parent, W_OK | X_OK) == 0;
	snprintf(text, sizeof text, "%s%s%s%s", folder, fine ? "" : ": ",
	         fine ? "" : strerror(errno),
	         fine ? "" : "; events that wait for Redis would be lost with the probe");
	return say(fine ? FINE : BAD, "spool", text);
}

/* Names that the configuration takes as they are and only classify knows. */
static enum health
check_class_names(const struct conf *conf)
{
	enum health worst = FINE;

	for (size_t i = 0; i < conf->subnet_count; i++) {
		const struct conf_names *names = &conf->subnets[i].classes;

		for (size_t k = 0; k < names->count; k++) {
			char text[256];

			if (class_find(names->at[k]) >= 0)
				continue;
			snprintf(text, sizeof text,
			         "\"%s\" is no class; `pniscope explain R4` and "
			         "docs/configuration.md tell which are",
			         names->at[k]);
			worst = say(BAD, "classes", text);
		}
	}
	return worst;
}

int
run_doctor(const struct options *o)
{
	struct conf *conf = NULL;
	char *error = NULL;
	bool bad = false;

	check_machine();
	bad |= check_clock() == BAD;
	if (o->conf && contract_load(o->conf, &conf, &error) != 0) {
		say(BAD, "configuration", error);
		free(error);
		bad = true;
	} else if (conf) {
		say(FINE, "configuration", o->conf);
		bad |= check_ports(conf) == BAD;
		bad |= conf->probe.id && check_spool(conf) == BAD;
		bad |= check_class_names(conf) == BAD;
	}
	bad |= check_redis(o, conf) == BAD;
	conf_destroy(conf);
	return bad ? EXIT_ERROR : EXIT_FINE;
}
