#include "conf/digest.h"

#include <libconfig.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/text.h"

static void add_setting(struct text *t, const config_setting_t *s);

static int
name_compare(const void *a, const void *b)
{
	return strcmp(config_setting_name(*(config_setting_t *const *)a),
	              config_setting_name(*(config_setting_t *const *)b));
}

/* What a program needs to know of itself and its surroundings, and nobody's contract. */
static const char *const of_a_host[] = {"probe", "bmp", "redis", NULL};
/* By what traffic is told apart and judged. */
static const char *const of_terms[] = {"subnets", "default_subnet", "tolerate", "sbcs",
                                       "cloud",   "decode",         NULL};

static bool
is_one_of(const char *group, const char *const *groups)
{
	while (*groups && strcmp(group, *groups) != 0)
		groups++;
	return *groups != NULL;
}

static bool
is_of_contract(const char *group)
{
	return !is_one_of(group, of_a_host);
}

static bool
is_of_terms(const char *group)
{
	return is_one_of(group, of_terms);
}

/* Keys in order of their names; each text carries its length, so nothing can pose as structure. */
static void
add_group(struct text *t, const config_setting_t *s, bool (*wants)(const char *))
{
	size_t count = (size_t)config_setting_length(s);
	config_setting_t **keys = mem_alloc(count, sizeof(config_setting_t *));

	for (size_t i = 0; i < count; i++)
		keys[i] = config_setting_get_elem(s, (unsigned)i);
	qsort(keys, count, sizeof(config_setting_t *), name_compare);
	for (size_t i = 0; i < count; i++) {
		if (wants && !wants(config_setting_name(keys[i])))
			continue;
		text_add(t, "%s=", config_setting_name(keys[i]));
		add_setting(t, keys[i]);
	}
	free(keys);
}

static void
add_setting(struct text *t, const config_setting_t *s)
{
	switch (config_setting_type(s)) {
	case CONFIG_TYPE_INT:
	case CONFIG_TYPE_INT64:
		text_add(t, "%lld;", config_setting_get_int64(s));
		break;
	case CONFIG_TYPE_FLOAT:
		text_add(t, "%.17g;", config_setting_get_float(s));
		break;
	case CONFIG_TYPE_BOOL:
		text_add(t, "%s;", config_setting_get_bool(s) ? "true" : "false");
		break;
	case CONFIG_TYPE_STRING:
		text_add(t, "%zu:%s;", strlen(config_setting_get_string(s)),
		         config_setting_get_string(s));
		break;
	case CONFIG_TYPE_GROUP:
		text_add(t, "{");
		add_group(t, s, NULL);
		text_add(t, "}");
		break;
	default: /* the two kinds of list mean the same */
		text_add(t, "(");
		for (int i = 0; i < config_setting_length(s); i++)
			add_setting(t, config_setting_get_elem(s, (unsigned)i));
		text_add(t, ")");
	}
}

static void
add_lists(struct text *t, const struct conf *c)
{
	char prefix[PREFIX_TEXT_SIZE];

	for (size_t i = 0; i < c->cloud.range_prefixes.count; i++)
		text_add(t, "%s\n", prefix_format(&c->cloud.range_prefixes.at[i], prefix));
	for (size_t i = 0; i < c->special.asn_count; i++)
		text_add(t, "%u-%u\n", c->special.asns[i].first, c->special.asns[i].last);
	for (size_t i = 0; i < c->special.prefix_count; i++)
		text_add(t, "%s %d\n", prefix_format(&c->special.prefixes[i].prefix, prefix),
		         c->special.prefixes[i].is_public);
}

void
digest_make(struct conf *c, const void *root)
{
	static const char purpose[] = "secret of a contract\n";
	struct text t = {0}, terms = {0};
	struct sha256 s;

	add_group(&t, root, is_of_contract);
	add_lists(&t, c);
	add_group(&terms, root, is_of_terms);
	add_lists(&terms, c);
	sha256_init(&s);
	sha256_add(&s, terms.at, terms.size);
	sha256_end_text(&s, c->terms);
	sha256_init(&s);
	sha256_add(&s, t.at, t.size);
	sha256_end_text(&s, c->sha256);
	sha256_init(&s);
	sha256_add(&s, purpose, sizeof purpose);
	sha256_add(&s, t.at, t.size);
	sha256_end(&s, c->secret);
	text_fini(&terms);
	text_fini(&t);
}
