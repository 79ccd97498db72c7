#include "audit/registry_read.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/clock.h"
#include "base/mem.h"

void
registry_rows_fini(struct registry_rows *rows)
{
	free(rows->at);
	free(rows->asns);
	*rows = (struct registry_rows){0};
}

struct reader {
	struct slice rest;
	unsigned line;
	struct registry_rows *out;
	char *error;
};

static bool refuse(struct reader *r, const char *format, ...) __attribute__((format(printf, 2, 3)));

static bool
refuse(struct reader *r, const char *format, ...)
{
	size_t used = (size_t)snprintf(r->error, REGISTRY_TEXT, "line %u: ", r->line);
	va_list args;

	va_start(args, format);
	vsnprintf(r->error + used, REGISTRY_TEXT - used, format, args);
	va_end(args);
	return false;
}

static bool
next_line(struct reader *r, struct slice *line)
{
	if (!r->rest.size)
		return false;
	*line = slice_until(&r->rest, '\n');
	r->line++;
	return true;
}

/* ---- values ---------------------------------------------------------------------------------- */

/* "64500" or "AS64500". */
static bool
take_asn(struct slice s, uint32_t *out)
{
	if (s.size > 2 && (s.at[0] | 0x20) == 'a' && (s.at[1] | 0x20) == 's') {
		s.at += 2;
		s.size -= 2;
	}
	return slice_u32(s, out);
}

static bool
take_prefix(struct slice s, struct prefix *out)
{
	char text[PREFIX_TEXT_SIZE];
	bool host_bits;

	if (s.size >= sizeof text || !memchr(s.at ? s.at : "", '/', s.size))
		return false;
	slice_copy(text, sizeof text, s);
	return prefix_parse(text, out, &host_bits) && !host_bits;
}

/* RFC 3339, a date alone, or seconds since the epoch. */
static bool
take_time(struct slice s, uint64_t *out)
{
	char text[CLOCK_TEXT_SIZE];

	slice_copy(text, sizeof text - 10, s);
	if (s.size == 10 && s.at[4] == '-')
		strcpy(text + 10, "T00:00:00Z");
	return clock_parse_us(text, out);
}

static void
add_source(struct registry_rows *rows, struct slice name)
{
	char one[32];
	size_t used = strlen(rows->sources);

	slice_copy(one, sizeof one, name);
	if (!*one || strstr(rows->sources, one) || used + strlen(one) + 3 > sizeof rows->sources)
		return;
	snprintf(rows->sources + used, sizeof rows->sources - used, "%s%s", used ? ", " : "", one);
}

static void
add_row(struct registry_rows *rows, const struct registry_row *row)
{
	if (rows->count == rows->room) {
		rows->room = rows->room ? rows->room * 2 : 1024;
		rows->at = mem_resize(rows->at, rows->room, sizeof *rows->at);
	}
	rows->at[rows->count++] = *row;
}

static void
add_asn(struct registry_rows *rows, uint32_t asn)
{
	if (rows->asn_count && rows->asns[rows->asn_count - 1] == asn)
		return;
	if (rows->asn_count == rows->asn_room) {
		rows->asn_room = rows->asn_room ? rows->asn_room * 2 : 256;
		rows->asns = mem_resize(rows->asns, rows->asn_room, sizeof *rows->asns);
	}
	rows->asns[rows->asn_count++] = asn;
}

/* "# date 2026-11-20", "% source RADB": what a comment may say of the whole file. */
static void
take_comment(struct registry_rows *rows, struct slice line)
{
	struct slice word;

	while (line.size && (*line.at == '#' || *line.at == '%')) {
		line.at++;
		line.size--;
	}
	word = slice_word(&line);
	if (slice_equal_nocase(word, "date"))
		take_time(slice_trim(line), &rows->date_us);
	else if (slice_equal_nocase(word, "source"))
		add_source(rows, slice_trim(line));
}

/* ---- payloads, one way or the other ---------------------------------------------------------- */

/* RFC 6482 section 3.3 for the length; empty: the prefix's own. */
static bool
take_payload(struct reader *r, struct slice asn, struct slice prefix, struct slice longest)
{
	struct registry_row row;
	uint32_t most;
	char said[24];

	slice_copy(said, sizeof said, asn);
	if (!take_asn(asn, &row.asn))
		return refuse(r, "\"%s\" is no AS number", said);
	if (!take_prefix(prefix, &row.prefix))
		return refuse(r, "no prefix such as 192.0.2.0/24");
	most = row.prefix.len;
	if (longest.size && (!slice_u32(longest, &most) || most < row.prefix.len ||
	                     most > (addr_is_v4(&row.prefix.addr) ? 32 : 128)))
		return refuse(r, "the maximum length must lie between the prefix's own and its "
		                 "family's");
	row.longest = (uint8_t)most;
	add_row(r->out, &row);
	return true;
}

/* ---- CSV --------------------------------------------------------------------------------------
 */

enum column { COLUMN_ASN, COLUMN_PREFIX, COLUMN_LONGEST, COLUMN_ANCHOR, COLUMNS };

static struct slice
take_cell(struct slice *line)
{
	struct slice cell = slice_trim(slice_until(line, ','));

	if (cell.size >= 2 && cell.at[0] == '"' && cell.at[cell.size - 1] == '"') {
		cell.at++;
		cell.size -= 2;
	}
	return cell;
}

/* Which column is which; false: this is no header. */
static bool
read_header(struct slice line, int of[COLUMNS])
{
	static const char *const names[COLUMNS] = {"ASN", "IP Prefix", "Max Length",
	                                           "Trust Anchor"};

	for (unsigned c = 0; c < COLUMNS; c++)
		of[c] = -1;
	for (int i = 0; line.size; i++) {
		struct slice cell = take_cell(&line);

		for (unsigned c = 0; c < COLUMNS; c++)
			if (slice_equal_nocase(cell, names[c]))
				of[c] = i;
	}
	return of[COLUMN_ASN] >= 0 && of[COLUMN_PREFIX] >= 0 && of[COLUMN_LONGEST] >= 0;
}

static bool
read_cells(struct reader *r, struct slice line, const int of[COLUMNS])
{
	struct slice cells[COLUMNS] = {0};

	for (int i = 0; line.size; i++) {
		struct slice cell = take_cell(&line);

		for (unsigned c = 0; c < COLUMNS; c++)
			if (of[c] == i)
				cells[c] = cell;
	}
	add_source(r->out, cells[COLUMN_ANCHOR]);
	return take_payload(r, cells[COLUMN_ASN], cells[COLUMN_PREFIX], cells[COLUMN_LONGEST]);
}

static bool
read_csv(struct reader *r)
{
	int of[COLUMNS];
	struct slice line;
	bool header = false, cut = r->rest.size && r->rest.at[r->rest.size - 1] != '\n';

	while (next_line(r, &line)) {
		line = slice_trim(line);
		if (!line.size)
			continue;
		if (*line.at == '#') {
			take_comment(r->out, line);
		} else if (!header) {
			header = read_header(line, of);
			if (!header)
				return refuse(r, "\"ASN,IP Prefix,Max Length,Trust Anchor\" would "
				                 "be right");
		} else if (!read_cells(r, line, of)) {
			return false;
		}
	}
	if (header && cut)
		return refuse(r, "cut: the last line has no end");
	return header || refuse(r, "no payloads: \"ASN,IP Prefix,Max Length\" would be right");
}

/* ---- JSON -------------------------------------------------------------------------------------
 */

enum { JSON_DEPTH = 16 };

/* What stands next: one of {}[]:, or a string, number or word in `value`; 0: the end. */
static char
take_token(struct reader *r, struct slice *value)
{
	struct slice *s = &r->rest;
	char c;

	while (s->size && slice_is_blank(*s->at)) {
		r->line += *s->at++ == '\n';
		s->size--;
	}
	*value = (struct slice){.at = s->at};
	if (!s->size)
		return 0;
	c = *s->at;
	if (c == '"') {
		uint32_t end = 1;

		while (end < s->size && s->at[end] != '"')
			end += s->at[end] == '\\' ? 2 : 1;
		if (end >= s->size)
			return 0;
		*value = (struct slice){s->at + 1, end - 1};
		s->at += end + 1;
		s->size -= end + 1;
		return '"';
	}
	if (strchr("{}[]:,", c)) {
		s->at++;
		s->size--;
		return c;
	}
	while (s->size && !slice_is_blank(*s->at) && !strchr("{}[]:,\"", *s->at)) {
		value->size++;
		s->at++;
		s->size--;
	}
	return '0';
}

/* A payload in the making, and where the text is. */
struct json {
	struct slice asn, prefix, longest;
	struct slice key;  /* behind it stands its value */
	struct slice list; /* of depth 1: "roas", "metadata" … */
	unsigned depth;
	bool whole; /* the outermost brace was closed */
	bool roas;  /* there is such a list */
};

static void
take_metadata(struct reader *r, const struct json *j, struct slice value)
{
	if (slice_equal(j->key, "buildtime") || slice_equal(j->key, "generatedTime") ||
	    (slice_equal(j->key, "generated") && !r->out->date_us))
		take_time(value, &r->out->date_us);
}

static void
take_value(struct reader *r, struct json *j, struct slice value)
{
	if (slice_equal(j->list, "metadata") && j->depth == 2)
		take_metadata(r, j, value);
	if (!slice_equal(j->list, "roas") || j->depth != 3)
		return;
	if (slice_equal(j->key, "asn"))
		j->asn = value;
	else if (slice_equal(j->key, "prefix"))
		j->prefix = value;
	else if (slice_equal(j->key, "maxLength"))
		j->longest = value;
	else if (slice_equal(j->key, "ta"))
		add_source(r->out, value);
}

static bool
close_one(struct reader *r, struct json *j, char token)
{
	if (token == '}' && j->depth == 3 && slice_equal(j->list, "roas")) {
		if (!take_payload(r, j->asn, j->prefix, j->longest))
			return false;
		j->asn = j->prefix = j->longest = (struct slice){0};
	}
	if (j->depth == 0)
		return refuse(r, "one closing bracket too many");
	j->depth--;
	j->whole = j->depth == 0;
	return true;
}

static bool
read_json(struct reader *r)
{
	struct json j = {0};
	struct slice value;
	bool behind_colon = false;
	char token;

	while ((token = take_token(r, &value)) != 0 && !j.whole) {
		if (token == '{' || token == '[') {
			if (j.depth == 1)
				j.list = j.key;
			j.roas |= token == '[' && j.depth == 1 && slice_equal(j.key, "roas");
			if (++j.depth > JSON_DEPTH)
				return refuse(r, "nested too deep for a list of payloads");
		} else if (token == '}' || token == ']') {
			if (!close_one(r, &j, token))
				return false;
		} else if ((token == '"' || token == '0') && behind_colon) {
			take_value(r, &j, value);
		} else if (token == '"') {
			j.key = value;
		}
		behind_colon = token == ':';
	}
	if (!j.whole)
		return refuse(r, "the file ends inside an object");
	return j.roas || refuse(r, "no list \"roas\"");
}

bool
registry_read_rpki(struct slice text, struct registry_rows *out, char error[REGISTRY_TEXT])
{
	struct reader r = {.rest = text, .out = out, .error = error};
	struct slice begin = slice_trim(text);

	*out = (struct registry_rows){0};
	r.line = begin.size && *begin.at == '{';
	if (!(r.line ? read_json(&r) : read_csv(&r)))
		return false;
	return out->count || refuse(&r, "not one payload"); /* nobody's table is empty */
}

/* ---- RPSL -------------------------------------------------------------------------------------
 */

/* An object in the making: what its attributes said. */
struct object {
	struct prefix prefix;
	bool route, readable;
	uint32_t origin, aut_num;
};

static void
end_object(struct reader *r, struct object *o)
{
	if (o->route && o->readable && o->origin) {
		add_row(r->out, &(struct registry_row){.prefix = o->prefix,
		                                       .longest = o->prefix.len,
		                                       .asn = o->origin});
		add_asn(r->out, o->origin);
	}
	if (o->aut_num)
		add_asn(r->out, o->aut_num);
	*o = (struct object){0};
}

/* RFC 2622 section 2: comments begin with #, a value may go on in lines that begin with a blank. */
static void
take_attribute(struct reader *r, struct object *o, struct slice line)
{
	struct slice name = slice_trim(slice_until(&line, ':'));
	struct slice value = slice_trim(slice_until(&line, '#'));

	if (slice_equal_nocase(name, "route") || slice_equal_nocase(name, "route6")) {
		end_object(r, o);
		o->route = true;
		o->readable = take_prefix(value, &o->prefix);
	} else if (slice_equal_nocase(name, "aut-num")) {
		end_object(r, o);
		take_asn(value, &o->aut_num);
	} else if (slice_equal_nocase(name, "origin") && o->route) {
		take_asn(value, &o->origin);
	} else if (slice_equal_nocase(name, "source") && (o->route || o->aut_num)) {
		add_source(r->out, value);
	}
}

/* Registries hold objects of decades: one that can't be read is nobody's, and the rest stands. */
bool
registry_read_irr(struct slice text, struct registry_rows *out, char error[REGISTRY_TEXT])
{
	struct reader r = {.rest = text, .out = out, .error = error};
	struct object o = {0};
	struct slice line;

	*out = (struct registry_rows){0};
	while (next_line(&r, &line)) {
		if (!slice_trim(line).size)
			end_object(&r, &o);
		else if (*line.at == '#' || *line.at == '%')
			take_comment(out, line);
		else if (*line.at != ' ' && *line.at != '\t' && *line.at != '+')
			take_attribute(&r, &o, line);
	}
	end_object(&r, &o);
	return out->count || out->asn_count ||
	       refuse(&r, "no route, route6 or aut-num object: RPSL would be right");
}
