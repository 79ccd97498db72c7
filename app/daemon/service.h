/*
 * What a daemon owes its surroundings: signals as data, the service manager's protocol (sd_notify:
 * ready, reloading, stopping, watchdog), another user than root. Main thread.
 */
#pragma once

#include <stdbool.h>

/* From here on signals are events; before, they end the process at once (a driver may wait for its
 * peer for ever). 0 or -errno, logged. */
int service_start(void);

enum service_event { SERVICE_NONE, SERVICE_STOP, SERVICE_RELOAD };
/* Waits up to `ms` for a signal; SIGTERM and SIGINT stop, SIGHUP reloads. */
enum service_event service_wait(unsigned ms);

void service_ready(void);
void service_reloading(void);
void service_stopping(void);
/* Tells the service manager that we are alive, as often as it wants to hear it. `alive` false: says
 * nothing, so that it restarts us. */
void service_watchdog(bool alive);

/* Whether there is such a user, asked before anything is begun; logged if not. */
bool service_user_known(const char *user);
/* Gives up root for this user, in all threads. 0 or -errno, logged. */
int service_become(const char *user);
