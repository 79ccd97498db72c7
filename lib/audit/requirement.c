#include "audit/requirement.h"

#include <string.h>
#include <strings.h>

#include "audit/requirement_table.h"

const char *
strength_name(enum strength s)
{
	return s == STRENGTH_MUST ? "MUST" : "SHOULD";
}

const char *
requirement_profile(void)
{
	return "maps-2024-10";
}

size_t
requirement_count(void)
{
	return sizeof table / sizeof table[0];
}

const struct requirement *
requirement_at(size_t i)
{
	return &table[i];
}

const struct requirement *
requirement_find(const char *id)
{
	for (size_t i = 0; i < requirement_count(); i++)
		if (strcasecmp(table[i].id, id) == 0)
			return &table[i];
	return NULL;
}

enum strength
requirement_strength(const struct requirement *r, const struct conf *conf)
{
	if (conf && (r->flags & REQ_STRICT_VOICE) && conf->peering.strict_voice)
		return STRENGTH_MUST;
	return r->strength;
}

bool
requirement_applies(const struct requirement *r, const struct conf *conf)
{
	if (!conf)
		return true;
	if ((r->flags & REQ_STRICT_ONLY) && !conf->peering.strict_voice)
		return false;
	return (r->applies & 1u << conf->peering.type) != 0;
}

static void
print_applies(const struct requirement *r, FILE *to)
{
	const char *separator = "";

	for (int t = PEERING_ISP; t <= PEERING_ROUTE_SERVER; t++) {
		if (!(r->applies & 1u << t))
			continue;
		fprintf(to, "%s%s", separator, peering_type_name((enum peering_type)t));
		separator = ", ";
	}
	fputc('\n', to);
}

/* Its own thresholds begin with its id in small letters. */
static bool
owns_threshold(const struct requirement *r, const char *name)
{
	size_t size = strlen(r->id);

	return (strncasecmp(name, r->id, size) == 0 && name[size] == '_') ||
	       (r->also && strncmp(name, r->also, strlen(r->also)) == 0);
}

static void
print_thresholds(const struct requirement *r, const struct conf *conf, FILE *to)
{
	bool any = false;

	for (size_t i = 0; i < conf->thresholds.count; i++) {
		const struct conf_threshold *t = &conf->thresholds.at[i];

		if (!owns_threshold(r, t->name))
			continue;
		if (!any)
			fprintf(to, "thresholds\n");
		any = true;
		fprintf(to, "  %-26s %g %s (%s)\n", t->name, t->value, t->unit, t->source);
	}
}

void
requirement_explain(const struct requirement *r, const struct conf *conf, FILE *to)
{
	fprintf(to, "%s  %s\n", r->id, r->title);
	fprintf(to, "strength      %s%s\n", strength_name(requirement_strength(r, conf)),
	        r->flags & REQ_STRICT_VOICE ? " (MUST under peering.strict_voice)" : "");
	fprintf(to, "applies to    ");
	print_applies(r, to);
	fprintf(to, "set           %s\n", requirement_profile());
	fprintf(to, "source        %s\n", r->source);
	fprintf(to, "asked         %s\n", r->text);
	fprintf(to, "evidence      %s\n", r->evidence);
	fprintf(to, "obtained by   %s\n", r->how);
	if (r->window_s)
		fprintf(to, "window        %g h live\n", r->window_s / 3600.0);
	fprintf(to, "PASS          %s\n", r->pass);
	fprintf(to, "FAIL          %s\n", r->fail);
	fprintf(to, "INCONCLUSIVE  %s\n", r->inconclusive);
	fprintf(to, "side          %s\n", side_name(r->side));
	if (conf)
		print_thresholds(r, conf, to);
}
