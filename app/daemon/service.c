#include "daemon/service.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <poll.h>
#include <pwd.h>
#include <signal.h>
#include <stdint.h>
#include <string.h>
#include <systemd/sd-daemon.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"

static int events[2] = {-1, -1}; /* a pipe: one byte of enum service_event per signal */
static uint64_t watchdog_us, last_sign_us;

/* May run in any thread. */
static void
on_signal(int number)
{
	char event = number == SIGHUP ? SERVICE_RELOAD : SERVICE_STOP;
	int kept = errno;

	if (write(events[1], &event, 1) != 1)
		event = 0; /* the pipe is full of signals not yet read: one more says nothing new */
	errno = kept;
}

int
service_start(void)
{
	struct sigaction action = {.sa_handler = on_signal, .sa_flags = SA_RESTART};

	if (pipe2(events, O_CLOEXEC | O_NONBLOCK) != 0) {
		log_error("service", "signals: %s", strerror(errno));
		return -errno;
	}
	sigaction(SIGTERM, &action, NULL);
	sigaction(SIGINT, &action, NULL);
	sigaction(SIGHUP, &action, NULL);
	signal(SIGPIPE, SIG_IGN);
	if (sd_watchdog_enabled(0, &watchdog_us) <= 0)
		watchdog_us = 0;
	return 0;
}

enum service_event
service_wait(unsigned ms)
{
	struct pollfd p = {.fd = events[0], .events = POLLIN};
	char event;

	if (poll(&p, 1, (int)ms) <= 0 || read(events[0], &event, 1) != 1)
		return SERVICE_NONE;
	return (enum service_event)event;
}

void
service_ready(void)
{
	sd_notify(0, "READY=1");
}

void
service_reloading(void)
{
	sd_notifyf(0, "RELOADING=1\nMONOTONIC_USEC=%llu",
	           (unsigned long long)(clock_monotonic_ns() / NS_PER_US));
}

void
service_stopping(void)
{
	sd_notify(0, "STOPPING=1");
}

void
service_watchdog(bool alive)
{
	uint64_t now_us = clock_monotonic_ns() / NS_PER_US;

	if (!watchdog_us || !alive || now_us - last_sign_us < watchdog_us / 4)
		return;
	last_sign_us = now_us;
	sd_notify(0, "WATCHDOG=1");
}

bool
service_user_known(const char *user)
{
	if (getpwnam(user))
		return true;
	log_error("service", "--user %s: there is no such user", user);
	return false;
}

int
service_become(const char *user)
{
	const struct passwd *pw = getpwnam(user);

	if (!pw) {
		log_error("service", "--user %s: there is no such user any more", user);
		return -ENOENT;
	}
	if (setgroups(0, NULL) != 0 || setgid(pw->pw_gid) != 0 || setuid(pw->pw_uid) != 0) {
		int failed = -errno;

		log_error("service", "--user %s: %s", user, strerror(errno));
		return failed;
	}
	log_info("service", "runs as %s now", user);
	return 0;
}
