#include "conf/convert.h"

#include "conf/convert_rule.h"

static const struct convert_rule group_rule = {.wants = "write a group { … }"};

static const struct convert_rule *
rule_of(const struct schema_key *key)
{
	if (convert_rules_number[key->type].wants)
		return &convert_rules_number[key->type];
	if (convert_rules_text[key->type].wants)
		return &convert_rules_text[key->type];
	return &group_rule;
}

const char *
convert_kind_text(const struct value *v)
{
	static const char *const texts[] = {
		[VALUE_BOOL] = "true or false",
		[VALUE_NUMBER] = "a whole number",
		[VALUE_REAL] = "a number with fraction",
		[VALUE_TEXT] = "text",
		[VALUE_LIST] = "a list",
		[VALUE_GROUP] = "a group { }",
	};

	return texts[v->kind];
}

const char *
convert_hint(const struct schema_key *key)
{
	if (key->many && key->type == TYPE_GROUP)
		return "write a list ( { … }, { … } )";
	if (key->many)
		return "write a list";
	return rule_of(key)->wants;
}

static bool
complain(struct loader *l, const struct schema_key *key, const struct value *v, const char *hint)
{
	return load_fail(l, v->line, "%s is %s; %s%s%s", key->name, convert_kind_text(v), hint,
	                 key->example ? ", such as " : "", key->example ? key->example : "");
}

bool
convert_complain(struct loader *l, const struct schema_key *key, const struct value *v)
{
	return complain(l, key, v, convert_hint(key));
}

bool
convert_complain_kind(struct loader *l, const struct schema_key *key, const struct value *v)
{
	return complain(l, key, v, rule_of(key)->wants);
}

bool
convert_complain_text(struct loader *l, const struct schema_key *key, const struct value *v)
{
	return load_fail(l, v->line, "%s \"%s\" is not valid; %s%s%s", key->name, v->text,
	                 rule_of(key)->wants, key->example ? ", such as " : "",
	                 key->example ? key->example : "");
}

bool
convert_value(struct loader *l, const struct schema_key *key, const struct value *v, void *field)
{
	return rule_of(key)->parse(l, key, v, field);
}

bool
convert_print(const struct conf *c, const struct schema_key *key, const void *field, FILE *to)
{
	return rule_of(key)->print(c, key, field, to);
}
