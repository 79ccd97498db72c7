#include "conf/ranges.h"

#include <stdio.h>
#include <string.h>

const char ranges_source[] = "Teams direct-routing-plan.md: SIP and media ranges with their older "
			     "superset, DoD, GCC High";

static const char built_in[] = "52.112.0.0/14\n"
			       "52.120.0.0/14\n"
			       "52.122.0.0/15\n"
			       "52.127.64.0/21\n"
			       "52.127.88.0/21\n"
			       "2603:1063::/38\n";

static size_t
count_lines(const char *text)
{
	size_t count = 1;

	for (; *text; text++)
		count += *text == '\n';
	return count;
}

/* One line without its comment and blanks; false: nothing on it. */
static bool
line_word(const char *line, char *buf, size_t size)
{
	size_t n;

	line += strspn(line, " \t\r");
	n = strcspn(line, " \t\r\n#");
	snprintf(buf, size, "%.*s", (int)(n < size ? n : size - 1), line);
	return n > 0;
}

static bool
parse(struct loader *l, const char *text, const char *file)
{
	struct conf_prefixes *to = &l->conf->cloud.range_prefixes;
	unsigned number = 1;

	to->at = arena_take(&l->memory->arena, count_lines(text), sizeof *to->at);
	for (; *text; text += strcspn(text, "\n"), text += *text == '\n', number++) {
		char word[PREFIX_TEXT_SIZE + 1];
		bool host_bits;

		if (!line_word(text, word, sizeof word))
			continue;
		if (!prefix_parse(word, &to->at[to->count], &host_bits) || host_bits) {
			l->error = arena_printf(&l->memory->arena,
			                        "%s:%u: \"%s\" is not a prefix; one prefix a line "
			                        "would be right, such as 52.112.0.0/14",
			                        file, number, text_printable(word));
			return false;
		}
		to->count++;
	}
	return true;
}

bool
ranges_load(struct loader *l)
{
	const char *file = l->conf->cloud.ranges;
	struct text text = {0};
	bool ok;
	int rc;

	if (!file)
		return parse(l, built_in, ranges_source);
	rc = source_slurp(file, &text);
	if (rc < 0)
		return load_fail_at(l, &l->conf->cloud.ranges,
		                    "cannot read \"%s\": %s; name a file of prefixes, relative to "
		                    "this one, or leave ranges out",
		                    file, source_trouble(rc));
	ok = parse(l, text.at, file);
	text_fini(&text);
	if (ok && l->conf->cloud.range_prefixes.count == 0)
		return load_fail_at(l, &l->conf->cloud.ranges,
		                    "no prefix stands in \"%s\"; write one a line, such as "
		                    "52.112.0.0/14, or leave ranges out",
		                    file);
	return ok;
}
