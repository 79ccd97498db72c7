#include "conf/syntax.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

enum token_kind {
	TOKEN_END,
	TOKEN_NAME,
	TOKEN_INTEGER,
	TOKEN_FLOAT,
	TOKEN_BOOL,
	TOKEN_TEXT,
	TOKEN_MARK
};

struct token {
	enum token_kind kind;
	const char *at;
	size_t size;
	unsigned line;
};

/* The keys of a group so far. */
struct key {
	struct key *next;
	struct token name;
};

/* One token of look-ahead. Depth is bounded by what conf/source.h lets pass. */
struct parser {
	struct loader *l;
	const char *at;
	unsigned line;
	struct token token;
};

static bool parse_settings(struct parser *p);
static bool parse_value(struct parser *p, const struct token *name);

/* ---- tokens ---- */

static size_t
name_size(const char *at)
{
	size_t i = 0;

	while (isalnum((unsigned char)at[i]) || (at[i] && strchr("-_*", at[i])))
		i++;
	return i;
}

static size_t
text_size(const char *at)
{
	size_t i = 1;

	while (at[i] && at[i] != '"')
		i += at[i] == '\\' && at[i + 1] ? 2 : 1;
	return at[i] == '"' ? i + 1 : i;
}

/* "5L", "0x1FL", "-3". */
static size_t
integer_size(const char *at)
{
	bool hex = at[0] == '0' && (at[1] == 'x' || at[1] == 'X');
	size_t i = hex ? 2 : at[0] == '-' || at[0] == '+', digits = i;

	while (hex ? isxdigit((unsigned char)at[i]) : isdigit((unsigned char)at[i]))
		i++;
	if (i == digits)
		return 0;
	for (int suffix = 0; suffix < 2 && at[i] == 'L'; suffix++)
		i++;
	return i;
}

/* "1.5", ".5", "1.0e-6". */
static size_t
float_size(const char *at)
{
	size_t i = at[0] == '-' || at[0] == '+', whole = strspn(at + i, "0123456789"), part;

	i += whole;
	if (at[i] != '.')
		return 0;
	part = strspn(at + ++i, "0123456789");
	if (whole + part == 0)
		return 0;
	i += part;
	if (at[i] == 'e' || at[i] == 'E') {
		size_t sign = at[i + 1] == '-' || at[i + 1] == '+';
		size_t digits = strspn(at + i + 1 + sign, "0123456789");

		i += digits ? 1 + sign + digits : 0;
	}
	return i;
}

static struct token
token_at(const char *at, unsigned line)
{
	struct token t = {.at = at, .line = line, .kind = TOKEN_MARK, .size = 1};

	if (*at == '\0') {
		t.kind = TOKEN_END;
		t.size = 0;
	} else if (isalpha((unsigned char)*at) || *at == '*') {
		t.size = name_size(at);
		t.kind = TOKEN_NAME;
		if ((t.size == 4 && strncasecmp(at, "true", 4) == 0) ||
		    (t.size == 5 && strncasecmp(at, "false", 5) == 0))
			t.kind = TOKEN_BOOL;
	} else if (*at == '"') {
		t.size = text_size(at);
		t.kind = TOKEN_TEXT;
	} else if (float_size(at)) {
		t.size = float_size(at);
		t.kind = TOKEN_FLOAT;
	} else if (integer_size(at)) {
		t.size = integer_size(at);
		t.kind = TOKEN_INTEGER;
	}
	return t;
}

static void
advance(struct parser *p)
{
	p->at = p->token.at + p->token.size;
	for (; *p->at && strchr(" \t\r\n\f", *p->at); p->at++)
		p->line += *p->at == '\n';
	p->token = token_at(p->at, p->line);
}

static bool
is_mark(const struct parser *p, char mark)
{
	return p->token.kind == TOKEN_MARK && *p->token.at == mark;
}

static bool
take_mark(struct parser *p, char mark)
{
	bool there = is_mark(p, mark);

	if (there)
		advance(p);
	return there;
}

/* ---- messages ---- */

/* The token that stands where it should not, for people; without the suffix that was added. */
static const char *
shown(const struct parser *p)
{
	const struct token *t = &p->token;
	size_t size = t->size < 40 ? t->size : 40;

	if (t->kind == TOKEN_END)
		return "the end";
	if (t->kind == TOKEN_INTEGER)
		while (size > 1 && t->at[size - 1] == 'L')
			size--;
	if (t->kind == TOKEN_TEXT)
		return arena_printf(&p->l->memory->arena, "%.*s", (int)size, t->at);
	return arena_printf(&p->l->memory->arena, "'%.*s'", (int)size, t->at);
}

static bool
complain(struct parser *p, const struct token *after, const char *right)
{
	if (!after)
		return load_fail(p->l, p->token.line, "%s stands here; %s", shown(p), right);
	return load_fail(p->l, p->token.line, "%s stands after %.*s; %s", shown(p),
	                 (int)(after->size < 64 ? after->size : 64), after->at, right);
}

/* ---- grammar ---- */

static bool
parse_list(struct parser *p, const struct token *name)
{
	if (is_mark(p, ')'))
		return true;
	do {
		if (!parse_value(p, name))
			return false;
	} while (take_mark(p, ','));
	return is_mark(p, ')') || complain(p, NULL, "a ',' or ')' would be right");
}

static bool
is_scalar(const struct parser *p)
{
	return p->token.kind >= TOKEN_INTEGER && p->token.kind <= TOKEN_TEXT;
}

/* Neighbouring texts are one. */
static void
parse_scalar(struct parser *p)
{
	bool text = p->token.kind == TOKEN_TEXT;

	do {
		advance(p);
	} while (text && p->token.kind == TOKEN_TEXT);
}

static bool
parse_array(struct parser *p)
{
	enum token_kind kind = p->token.kind;

	if (is_mark(p, ']'))
		return true;
	do {
		if (!is_scalar(p))
			return complain(p, NULL, "a plain value would be right, or a list ( )");
		if (p->token.kind != kind)
			return complain(p, NULL,
			                "an array [ ] has values of one type; a list ( ) would be "
			                "right");
		parse_scalar(p);
	} while (take_mark(p, ','));
	return is_mark(p, ']') || complain(p, NULL, "a ',' or ']' would be right");
}

static bool
parse_value(struct parser *p, const struct token *name)
{
	if (is_scalar(p)) {
		parse_scalar(p);
		return true;
	}
	/* brackets are known to match */
	if (take_mark(p, '{')) {
		if (!parse_settings(p))
			return false;
	} else if (take_mark(p, '(')) {
		if (!parse_list(p, name))
			return false;
	} else if (take_mark(p, '[')) {
		if (!parse_array(p))
			return false;
	} else {
		return complain(p, name,
		                "a value would be right: text in quotes, a number, true, "
		                "false, { }, ( ) or [ ]");
	}
	advance(p);
	return true;
}

/* Two keys of one name in a group; libconfig would tell the line, not the name. */
static bool
refuse_twice(struct parser *p, const struct key *keys, const struct token *name)
{
	for (const struct key *k = keys; k; k = k->next) {
		struct source_position first = source_position(p->l->source, k->name.line);

		if (k->name.size == name->size && memcmp(k->name.at, name->at, name->size) == 0)
			return load_fail(p->l, name->line,
			                 "%.*s stands twice in one group, first at %s:%u; leave "
			                 "one of both out",
			                 (int)name->size, name->at, first.file, first.line);
	}
	return true;
}

static bool
parse_setting(struct parser *p)
{
	struct token name = p->token;

	advance(p);
	if (!take_mark(p, '=') && !take_mark(p, ':'))
		return complain(p, &name, "a '=' would be right");
	if (!parse_value(p, &name))
		return false;
	if (!take_mark(p, ';'))
		take_mark(p, ',');
	return true;
}

static bool
parse_settings(struct parser *p)
{
	struct key *keys = NULL;

	while (p->token.kind == TOKEN_NAME) {
		struct key *k = arena_take(&p->l->memory->arena, 1, sizeof *k);

		if (!refuse_twice(p, keys, &p->token))
			return false;
		*k = (struct key){keys, p->token};
		keys = k;
		if (!parse_setting(p))
			return false;
	}
	if (p->token.kind == TOKEN_END || is_mark(p, '}'))
		return true;
	return complain(p, NULL, "a key would be right, as in key = value;");
}

bool
syntax_check(struct loader *l)
{
	struct parser p = {.l = l, .line = 1, .token = {.at = l->source->text.at}};

	advance(&p);
	return parse_settings(&p);
}
