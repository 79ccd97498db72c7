#include "base/clock.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/timex.h>
#include <time.h>

static uint64_t
read_clock_ns(clockid_t id)
{
	struct timespec ts;

	clock_gettime(id, &ts);
	return (uint64_t)ts.tv_sec * NS_PER_S + (uint64_t)ts.tv_nsec;
}

uint64_t
clock_utc_ns(void)
{
	return read_clock_ns(CLOCK_REALTIME);
}

uint64_t
clock_utc_us(void)
{
	return clock_utc_ns() / NS_PER_US;
}

uint64_t
clock_monotonic_ns(void)
{
	return read_clock_ns(CLOCK_MONOTONIC);
}

bool
clock_is_disciplined(uint64_t *error_us)
{
	struct timex t = {.modes = 0};
	int state = adjtimex(&t);

	*error_us = state < 0 || t.maxerror < 0 ? 0 : (uint64_t)t.maxerror;
	return state >= 0 && state != TIME_ERROR;
}

/* `tm` and the fraction of `us` as RFC 3339 without zone; returns the length. */
static int
format_tm(const struct tm *tm, uint64_t us, unsigned digits, char buf[CLOCK_TEXT_SIZE])
{
	static const unsigned divisor[] = {1000000, 100000, 10000, 1000, 100, 10, 1};
	int size = (int)strftime(buf, CLOCK_TEXT_SIZE, "%Y-%m-%dT%H:%M:%S", tm);

	if (digits > 6)
		digits = 6;
	if (digits)
		size += snprintf(buf + size, CLOCK_TEXT_SIZE - (size_t)size, ".%0*u", (int)digits,
		                 (unsigned)(us % US_PER_S) / divisor[digits]);
	return size;
}

const char *
clock_format_us(uint64_t us, unsigned digits, char buf[CLOCK_TEXT_SIZE])
{
	time_t seconds = (time_t)(us / US_PER_S);
	struct tm tm;
	int size;

	if (!gmtime_r(&seconds, &tm)) { /* a year that does not fit: a lying capture */
		snprintf(buf, CLOCK_TEXT_SIZE, "@%llu", (unsigned long long)us);
		return buf;
	}
	size = format_tm(&tm, us, digits, buf);
	snprintf(buf + size, CLOCK_TEXT_SIZE - (size_t)size, "Z");
	return buf;
}

const char *
clock_format_zone(uint64_t us, unsigned digits, const char *zone, char buf[CLOCK_TEXT_SIZE])
{
	time_t seconds = (time_t)(us / US_PER_S);
	struct tm tm;
	long minutes;
	int size;

	if (!zone || strcmp(zone, "UTC") == 0)
		return clock_format_us(us, digits, buf);
	setenv("TZ", zone, 1);
	tzset();
	if (!localtime_r(&seconds, &tm))
		return clock_format_us(us, digits, buf);
	size = format_tm(&tm, us, digits, buf);
	minutes = tm.tm_gmtoff / 60;
	snprintf(buf + size, CLOCK_TEXT_SIZE - (size_t)size, "%c%02ld:%02ld",
	         minutes < 0 ? '-' : '+', labs(minutes) / 60, labs(minutes) % 60);
	return buf;
}

/* ".25Z" or "+02:00" at the end of an RFC 3339 time: adds the fraction, takes the offset off. */
static bool
parse_fraction_and_zone(const char *at, int64_t *us)
{
	unsigned hours, minutes;
	char sign;
	int size = 0;

	if (*at == '.') {
		int64_t unit = 100000;

		for (at++; isdigit((unsigned char)*at); at++, unit /= 10)
			*us += unit * (*at - '0');
	}
	if ((*at == 'Z' || *at == 'z') && at[1] == '\0')
		return true;
	if (sscanf(at, "%c%2u:%2u%n", &sign, &hours, &minutes, &size) != 3 || at[size] != '\0' ||
	    (sign != '+' && sign != '-') || hours > 23 || minutes > 59)
		return false;
	*us -= (sign == '+' ? 1 : -1) * (int64_t)(hours * 3600 + minutes * 60) * (int64_t)US_PER_S;
	return true;
}

static bool
parse_seconds(const char *text, uint64_t *us)
{
	char *end;
	double seconds;

	if (!isdigit((unsigned char)*text))
		return false;
	seconds = strtod(text, &end);
	if (*end != '\0' || seconds > 1e12)
		return false;
	*us = (uint64_t)(seconds * 1e6 + 0.5);
	return true;
}

bool
clock_parse_us(const char *text, uint64_t *us)
{
	struct tm tm = {0};
	const char *rest;
	int64_t value;

	rest = strptime(text, "%Y-%m-%dT%H:%M:%S", &tm);
	if (!rest)
		return parse_seconds(text, us);
	value = (int64_t)timegm(&tm) * (int64_t)US_PER_S;
	if (value < 0 || !parse_fraction_and_zone(rest, &value) || value < 0)
		return false;
	*us = (uint64_t)value;
	return true;
}

/* The folder of zones holds other files and folders too; a zone begins with "TZif" (RFC 8536). */
static bool
is_zone_file(const char *path)
{
	FILE *f = fopen(path, "re");
	char magic[4];
	bool zone;

	if (!f)
		return false;
	zone = fread(magic, sizeof magic, 1, f) == 1 && memcmp(magic, "TZif", 4) == 0;
	fclose(f);
	return zone;
}

bool
clock_zone_exists(const char *zone)
{
	char path[256];

	if (!isalpha((unsigned char)zone[0]) || strstr(zone, ".."))
		return false;
	if (strcmp(zone, "UTC") == 0)
		return true;
	if (snprintf(path, sizeof path, "/usr/share/zoneinfo/%s", zone) >= (int)sizeof path)
		return false;
	return is_zone_file(path);
}
