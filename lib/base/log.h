/*
 * One line per event on stderr, for people and journald:
 *   2026-11-22T10:00:00.123456Z pniscope-probe warning path: port net_af_packet0 has no link
 * Never called by a worker in its loop (architecture: no log in the data path; count instead).
 * Thread-safe: one write() per line. Lines longer than 1 KiB are cut.
 */
#pragma once

#include <stdbool.h>

enum log_level { LOG_ERROR, LOG_WARNING, LOG_INFO, LOG_DEBUG };

/* Name the program once at start; also sets the level from PNISCOPE_LOG (error … debug). */
void log_init(const char *program);
void log_set_level(enum log_level level);

/* `area` is the folder or file that speaks: "path", "store". Lower-case sentence, no newline. */
void log_line(enum log_level level, const char *area, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

#define log_error(...) log_line(LOG_ERROR, __VA_ARGS__)
#define log_warning(...) log_line(LOG_WARNING, __VA_ARGS__)
#define log_info(...) log_line(LOG_INFO, __VA_ARGS__)
#define log_debug(...) log_line(LOG_DEBUG, __VA_ARGS__)
