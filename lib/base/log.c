#include "base/log.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"

static const char *const level_names[] = {"error", "warning", "info", "debug"};
static const char *program_name = "pniscope";
static enum log_level threshold = LOG_INFO;

void
log_init(const char *program)
{
	const char *wanted = getenv("PNISCOPE_LOG");

	program_name = program;
	for (size_t i = 0; wanted && i < sizeof level_names / sizeof *level_names; i++)
		if (strcmp(wanted, level_names[i]) == 0)
			threshold = (enum log_level)i;
}

void
log_set_level(enum log_level level)
{
	threshold = level;
}

void
log_line(enum log_level level, const char *area, const char *format, ...)
{
	char line[1024], when[CLOCK_TEXT_SIZE];
	va_list args;
	int size;

	if (level > threshold)
		return;
	size = snprintf(line, sizeof line,
	                "%s %s %s %s: ", clock_format_us(clock_utc_us(), 6, when), program_name,
	                level_names[level], area);
	va_start(args, format);
	size += vsnprintf(line + size, sizeof line - (size_t)size, format, args);
	va_end(args);
	if (size > (int)sizeof line - 1)
		size = (int)sizeof line - 1;
	line[size++] = '\n';
	/* one write keeps lines of several threads whole; a lost log line has nowhere to go */
	if (write(STDERR_FILENO, line, (size_t)size) < 0)
		return;
}
