#include "ui/format.h"

#include <assert.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "proto/lacp.h"

/* later than any length of time that is measured, earlier than any capture: 2001-09-09 */
static const uint64_t first_moment_us = 1000000000000000ull;

const char *
format_scaled(double v, const char *unit, char buf[FORMAT_SIZE])
{
	static const char prefixes[] = {' ', 'k', 'M', 'G', 'T', 'P', 'E'};
	size_t i = 0;
	char prefix[2] = "";

	if (isnan(v))
		return strcpy(buf, "-");
	for (; fabs(v) >= 999.5 && i + 1 < sizeof prefixes; i++)
		v /= 1000;
	if (i > 0)
		prefix[0] = prefixes[i];
	int digits = i == 0 && v == floor(v) ? 0 : fabs(v) < 9.995 ? 2 : fabs(v) < 99.95 ? 1 : 0;
	const char *gap = prefix[0] || unit[0] ? " " : "";

	snprintf(buf, FORMAT_SIZE, "%.*f%s%s%s", digits, v, gap, prefix, unit);
	return buf;
}

const char *
format_count(uint64_t v, char buf[FORMAT_SIZE])
{
	char plain[24];
	int n = snprintf(plain, sizeof plain, "%" PRIu64, v);
	char *to = buf;

	for (int i = 0; i < n; i++) {
		if (i > 0 && (n - i) % 3 == 0)
			*to++ = ' ';
		*to++ = plain[i];
	}
	*to = '\0';
	return buf;
}

const char *
format_ratio(double v, char buf[FORMAT_SIZE])
{
	double percent = v * 100;

	if (isnan(v))
		return strcpy(buf, "-");
	if (percent == 0 || fabs(percent) >= 99.995)
		snprintf(buf, FORMAT_SIZE, "%.0f %%", percent);
	else if (fabs(percent) > 99.9)
		snprintf(buf, FORMAT_SIZE, "%.2f %%", percent);
	else
		snprintf(buf, FORMAT_SIZE, "%.*f %%", fabs(percent) < 0.1 ? 4 : 1, percent);
	return buf;
}

/* The two largest units of a length of a minute or more; the smaller one only when there is some.
 */
static void
pair(char buf[FORMAT_SIZE], uint64_t s)
{
	static const struct {
		uint64_t seconds, part;
		const char *name, *part_name;
	} units[] = {{86400, 3600, "d", "h"}, {3600, 60, "h", "min"}, {60, 1, "min", "s"}};
	size_t i = s >= 86400 ? 0 : s >= 3600 ? 1 : 2;
	uint64_t part = s % units[i].seconds / units[i].part;
	int n = snprintf(buf, FORMAT_SIZE, "%" PRIu64 " %s", s / units[i].seconds, units[i].name);

	if (part)
		snprintf(buf + n, FORMAT_SIZE - (size_t)n, " %02" PRIu64 " %s", part,
		         units[i].part_name);
}

const char *
format_duration(uint64_t us, char buf[FORMAT_SIZE])
{
	uint64_t s = us / US_PER_S;

	if (us < US_PER_MS)
		snprintf(buf, FORMAT_SIZE, "%" PRIu64 " us", us);
	else if (us < US_PER_S - US_PER_MS / 2)
		snprintf(buf, FORMAT_SIZE, "%.3g ms", (double)us / US_PER_MS);
	else if (s < 60)
		snprintf(buf, FORMAT_SIZE, "%.3g s", (double)us / US_PER_S);
	else
		pair(buf, s);
	return buf;
}

static void
add_unsigned(struct text *out, uint64_t v, const char *unit, bool human, const char *zone)
{
	char buf[FORMAT_SIZE];

	if (!human)
		text_add(out, "%" PRIu64, v);
	else if (v == 0 && (strcmp(unit, "us") == 0 || strcmp(unit, "bps") == 0))
		text_add(out, "-"); /* never, and no speed known */
	else if (strcmp(unit, "us") == 0 && v >= first_moment_us)
		text_add(out, "%s", clock_format_zone(v, 3, zone, buf));
	else if (strcmp(unit, "us") == 0)
		text_add(out, "%s", format_duration(v, buf));
	else if (strcmp(unit, "bps") == 0)
		text_add(out, "%s", format_scaled((double)v, "bit/s", buf));
	else if (strcmp(unit, "bytes") == 0)
		text_add(out, "%s", format_scaled((double)v, "B", buf));
	else if (strcmp(unit, "id") == 0)
		text_add(out, "%" PRIu64, v);
	else if (strcmp(unit, "lacp") == 0)
		text_add(out, "%s", lacp_state_format((uint8_t)v, buf));
	else
		text_add(out, "%s", format_count(v, buf));
}

static void
add_double(struct text *out, double v, const char *unit, bool human)
{
	char buf[FORMAT_SIZE];

	if (!human) {
		if (!isnan(v))
			text_add(out, "%.10g", v);
	} else if (strcmp(unit, "ratio") == 0) {
		text_add(out, "%s", format_ratio(v, buf));
	} else if (strcmp(unit, "bps") == 0) {
		text_add(out, "%s", format_scaled(v, "bit/s", buf));
	} else if (strcmp(unit, "us") == 0 && !isnan(v)) {
		/* a measured length, with its digits: 8.14 ms */
		text_add(out, "%s",
		         v < 1000       ? format_scaled(v, "us", buf)
		         : v < US_PER_S ? format_scaled(v / 1000, "ms", buf)
		                        : format_duration((uint64_t)v, buf));
	} else {
		text_add(out, "%s", format_scaled(v, "", buf));
	}
}

static_assert((int)CLOCK_TEXT_SIZE <= (int)FORMAT_SIZE, "a time fits where a value does");

void
format_field(struct text *out, const struct record_field *f, const void *record, bool human,
             const char *zone)
{
	const void *at = (const char *)record + f->offset;
	const char *unit = f->unit ? f->unit : "";

	switch (f->type) {
	case FIELD_U64:
		add_unsigned(out, *(const uint64_t *)at, unit, human, zone);
		break;
	case FIELD_I64:
		text_add(out, "%" PRId64, *(const int64_t *)at);
		break;
	case FIELD_F64:
		add_double(out, *(const double *)at, unit, human);
		break;
	case FIELD_BOOL:
		if (human)
			text_add(out, "%s", *(const bool *)at ? "yes" : "no");
		else
			text_add(out, "%d", *(const bool *)at);
		break;
	case FIELD_TEXT:
		format_clean(out, at);
		break;
	case FIELD_LIST:
		text_add(out, "%" PRIu32,
		         *(const uint32_t *)(const void *)((const char *)record + f->count_offset));
		break;
	}
}

/* Bytes of the UTF-8 sequence at `s`, 0 when it is none (RFC 3629 section 4). */
static size_t
utf8_size(const uint8_t *s)
{
	size_t n = s[0] < 0x80   ? 1
	           : s[0] < 0xc2 ? 0
	           : s[0] < 0xe0 ? 2
	           : s[0] < 0xf0 ? 3
	           : s[0] < 0xf5 ? 4
	                         : 0;

	for (size_t i = 1; i < n; i++) {
		if ((s[i] & 0xc0) != 0x80)
			return 0;
	}
	if ((s[0] == 0xe0 && s[1] < 0xa0) || (s[0] == 0xed && s[1] > 0x9f) ||
	    (s[0] == 0xf0 && s[1] < 0x90) || (s[0] == 0xf4 && s[1] > 0x8f))
		return 0;
	return n;
}

void
format_clean(struct text *out, const char *from)
{
	const uint8_t *s = (const uint8_t *)from;

	while (*s) {
		size_t n = utf8_size(s);
		/* U+0080-U+009F are control characters as well, and terminals obey them */
		bool control = *s < 0x20 || *s == 0x7f || (s[0] == 0xc2 && n == 2 && s[1] < 0xa0);

		if (n == 0 || control) {
			n = n ? n : 1;
			for (size_t i = 0; i < n; i++)
				text_add(out, "\\x%02x", s[i]);
		} else {
			text_add_bytes(out, (const char *)s, n);
		}
		s += n;
	}
}

size_t
format_width(const char *utf8)
{
	size_t width = 0;

	for (; *utf8; utf8++)
		width += (*utf8 & 0xc0) != 0x80;
	return width;
}

size_t
format_break(const char *utf8, size_t columns)
{
	size_t at = 0, space = 0, width = 0;

	for (; utf8[at]; at++) {
		if ((utf8[at] & 0xc0) == 0x80)
			continue;
		if (utf8[at] == ' ')
			space = at;
		if (++width > columns)
			return space ? space : at;
	}
	return at;
}
