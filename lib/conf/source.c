#include "conf/source.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/mem.h"

/* One file being copied. */
struct scan {
	struct source *s;
	const char *file;
	const char *at;
	unsigned line;
};

static int scan_text(struct source *s, const char *text, const char *file);

void
source_init(struct source *s, struct arena *arena)
{
	*s = (struct source){.arena = arena};
	text_add_bytes(&s->text, "", 0); /* an empty file is a text too */
}

void
source_fini(struct source *s)
{
	text_fini(&s->text);
	free(s->lines);
	s->lines = NULL;
}

static int __attribute__((format(printf, 2, 3))) fail(struct scan *c, const char *format, ...)
{
	char what[512];
	va_list args;

	va_start(args, format);
	vsnprintf(what, sizeof what, format, args);
	va_end(args);
	text_printable(what);
	c->s->error = arena_printf(c->s->arena, "%s:%u: %s", c->file, c->line, what);
	return -EINVAL;
}

/* The line of the joined text that begins now came from here. */
static void
mark_line(struct scan *c)
{
	struct source *s = c->s;

	if ((s->line_count & (s->line_count - 1)) == 0)
		s->lines = mem_resize(s->lines, s->line_count ? s->line_count * 2 : 1,
		                      sizeof *s->lines);
	s->lines[s->line_count++] = (struct source_position){c->file, c->line};
}

static void
copy(struct scan *c, size_t size)
{
	text_add_bytes(&c->s->text, c->at, size);
	c->at += size;
}

static void
copy_newline(struct scan *c)
{
	c->line++;
	copy(c, 1);
	mark_line(c);
}

static void
skip_to_line_end(struct scan *c)
{
	c->at += strcspn(c->at, "\n");
}

static int
skip_block_comment(struct scan *c)
{
	struct scan start = *c;

	for (c->at += 2; *c->at; c->at++) {
		if (c->at[0] == '*' && c->at[1] == '/') {
			c->at += 2;
			text_add_bytes(&c->s->text, " ", 1);
			return 0;
		}
		if (*c->at == '\n') {
			text_add_bytes(&c->s->text, "\n", 1);
			c->line++;
			mark_line(c);
		}
	}
	return fail(&start, "comment /* is never closed; add */");
}

/* Characters of a quoted text with its quotes; 0: not closed on its line. */
static size_t
quoted_size(const char *at)
{
	size_t i = 1;

	while (at[i] && at[i] != '\n' && at[i] != '"')
		i += at[i] == '\\' && at[i + 1] && at[i + 1] != '\n' ? 2 : 1;
	return at[i] == '"' ? i + 1 : 0;
}

static int
copy_quoted(struct scan *c)
{
	size_t size = quoted_size(c->at);

	if (size == 0)
		return fail(c, "text is not closed on its line; add the missing \"");
	copy(c, size);
	return 0;
}

/* Characters of a number with its exponent: "1.5", "0x1F", "1e-6", "5L". */
static size_t
number_size(const char *at)
{
	bool hex = at[0] == '0' && (at[1] == 'x' || at[1] == 'X');
	size_t i = 0;

	while (isalnum((unsigned char)at[i]) || at[i] == '.' ||
	       ((at[i] == '-' || at[i] == '+') && !hex && (at[i - 1] == 'e' || at[i - 1] == 'E')))
		i++;
	return i;
}

/* Copy a number as libconfig takes it in every version: 5 as 5L, 1e-6 as 1.0e-6. */
static void
copy_number(struct scan *c)
{
	size_t size = number_size(c->at), digits = strspn(c->at, "0123456789");
	bool hex = c->at[0] == '0' && (c->at[1] == 'x' || c->at[1] == 'X');

	if (digits < size && (c->at[digits] == 'e' || c->at[digits] == 'E')) {
		copy(c, digits);
		text_add(&c->s->text, ".0");
		copy(c, size - digits);
		return;
	}
	if (hex)
		digits = 2 + strspn(c->at + 2, "0123456789abcdefABCDEF");
	copy(c, size);
	if (digits == size)
		text_add(&c->s->text, "L");
}

static bool
starts_name(char c)
{
	return isalpha((unsigned char)c) || c == '*';
}

static void
copy_name(struct scan *c)
{
	size_t size = 0;

	while (isalnum((unsigned char)c->at[size]) || (c->at[size] && strchr("-_*", c->at[size])))
		size++;
	copy(c, size);
}

static char
closing(char open)
{
	return open == '(' ? ')' : open == '[' ? ']' : '}';
}

static int
open_bracket(struct scan *c)
{
	struct source *s = c->s;

	if (s->nesting == SOURCE_NESTING_MAX)
		return fail(c, "brackets are nested more than %d deep; fewer would be right",
		            SOURCE_NESTING_MAX);
	s->brackets[s->nesting++] = (struct source_bracket){*c->at, {c->file, c->line}};
	copy(c, 1);
	return 0;
}

static int
close_bracket(struct scan *c)
{
	struct source *s = c->s;
	const struct source_bracket *b;

	if (s->nesting == 0)
		return fail(c, "'%c' closes nothing; leave it out, or add what it closes", *c->at);
	b = &s->brackets[--s->nesting];
	if (*c->at != closing(b->open))
		return fail(c, "'%c' closes the '%c' of %s:%u; '%c' would be right", *c->at,
		            b->open, b->at.file, b->at.line, closing(b->open));
	copy(c, 1);
	return 0;
}

/* At the end of all files. */
static int
check_closed(struct source *s)
{
	const struct source_bracket *b;

	if (s->nesting == 0)
		return 0;
	b = &s->brackets[s->nesting - 1];
	s->error = arena_printf(s->arena, "%s:%u: '%c' is never closed; add '%c'", b->at.file,
	                        b->at.line, b->open, closing(b->open));
	return -EINVAL;
}

static int
read_included(struct scan *c, const char *path)
{
	struct source *s = c->s;
	struct text text = {0};
	int rc;

	if (s->depth >= SOURCE_DEPTH_MAX)
		return fail(c, "@include nested more than %d deep; does a file include itself?",
		            SOURCE_DEPTH_MAX);
	rc = source_slurp(path, &text);
	if (rc < 0) {
		fail(c, "cannot read \"%s\": %s; name a readable file, relative to this one", path,
		     source_trouble(rc));
		return rc;
	}
	if (s->text.size + text.size > SOURCE_SIZE_MAX) {
		text_fini(&text);
		return fail(c, "the files are larger than %d MiB together; include less",
		            SOURCE_SIZE_MAX >> 20);
	}
	s->depth++;
	text_add_bytes(&s->text, "\n", 1);
	rc = scan_text(s, text.at, path);
	s->depth--;
	text_fini(&text);
	if (rc == 0) {
		text_add_bytes(&s->text, "\n", 1);
		mark_line(c);
	}
	return rc;
}

static int
include(struct scan *c)
{
	static const char word[] = "@include";
	const char *name;
	size_t size;
	char *path;

	if (strncmp(c->at, word, sizeof word - 1) != 0)
		return fail(c, "'@' here; only @include \"FILE\" begins with it");
	name = c->at + sizeof word - 1;
	name += strspn(name, " \t");
	size = *name == '"' ? quoted_size(name) : 0;
	if (size <= 2)
		return fail(c, "@include without a file; write @include \"FILE\"");
	path = arena_printf(c->s->arena, "%.*s", (int)size - 2, name + 1);
	c->at = name + size;
	return read_included(c, source_resolve(c->s->arena, c->file, path));
}

/* Copy one token. */
static int
scan_token(struct scan *c)
{
	char ch = *c->at;

	if (ch == '\n') {
		copy_newline(c);
	} else if (ch == '#' || (ch == '/' && c->at[1] == '/')) {
		skip_to_line_end(c);
	} else if (ch == '/' && c->at[1] == '*') {
		return skip_block_comment(c);
	} else if (ch == '"') {
		return copy_quoted(c);
	} else if (ch == '@') {
		return include(c);
	} else if (strchr("({[", ch)) {
		return open_bracket(c);
	} else if (strchr(")}]", ch)) {
		return close_bracket(c);
	} else if (isdigit((unsigned char)ch) || ch == '.') {
		copy_number(c);
	} else if (starts_name(ch)) {
		copy_name(c);
	} else {
		copy(c, 1);
	}
	return 0;
}

static int
scan_text(struct source *s, const char *text, const char *file)
{
	struct scan c = {.s = s, .file = arena_strdup(s->arena, file), .at = text, .line = 1};
	int rc = 0;

	mark_line(&c);
	while (rc == 0 && *c.at)
		rc = scan_token(&c);
	return rc;
}

int
source_read_text(struct source *s, const char *text, const char *name)
{
	int rc = scan_text(s, text, name);

	return rc < 0 ? rc : check_closed(s);
}

int
source_read_file(struct source *s, const char *path)
{
	struct text text = {0};
	int rc = source_slurp(path, &text);

	if (rc < 0) {
		s->error = arena_printf(s->arena,
		                        "%s: cannot be read: %s; name a readable configuration "
		                        "file",
		                        path, source_trouble(rc));
		return rc;
	}
	rc = source_read_text(s, text.at, path);
	text_fini(&text);
	return rc;
}

struct source_position
source_position(const struct source *s, unsigned line)
{
	if (line == 0 || s->line_count == 0)
		return s->line_count ? s->lines[0] : (struct source_position){"", 0};
	return s->lines[line <= s->line_count ? line - 1 : s->line_count - 1];
}

const char *
source_resolve(struct arena *arena, const char *file, const char *path)
{
	const char *slash = strrchr(file, '/');

	if (path[0] == '/' || !slash)
		return arena_strdup(arena, path);
	return arena_printf(arena, "%.*s/%s", (int)(slash - file), file, path);
}

/* Some editors begin a text with the mark of UTF-8. */
static void
skip_mark(struct text *t)
{
	static const char mark[] = "\xef\xbb\xbf";

	if (strncmp(t->at, mark, sizeof mark - 1) != 0)
		return;
	t->size -= sizeof mark - 1;
	memmove(t->at, t->at + sizeof mark - 1, t->size + 1);
}

const char *
source_trouble(int rc)
{
	if (rc == -EILSEQ)
		return "not a text in UTF-8, it has a zero byte";
	return rc == -EINVAL ? "not a regular file" : strerror(-rc);
}

int
source_slurp(const char *path, struct text *out)
{
	/* a pipe without a writer must not hold us: it is none of what is read here */
	int fd = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	FILE *f = fd >= 0 ? fdopen(fd, "r") : NULL;
	char block[4096];
	struct stat st;
	size_t n;
	int rc = 0;

	if (!f)
		return -errno;
	if (fstat(fileno(f), &st) != 0 || !S_ISREG(st.st_mode))
		rc = S_ISDIR(st.st_mode) ? -EISDIR : -EINVAL;
	else if (st.st_size > SOURCE_SIZE_MAX)
		rc = -EFBIG;
	text_add_bytes(out, "", 0);
	while (rc == 0 && (n = fread(block, 1, sizeof block, f)) > 0)
		text_add_bytes(out, block, n);
	if (rc == 0 && ferror(f))
		rc = -EIO;
	fclose(f);
	if (rc == 0 && strlen(out->at) != out->size)
		rc = -EILSEQ; /* a zero byte: not a text */
	if (rc < 0)
		text_fini(out);
	else
		skip_mark(out);
	return rc;
}
