/* The HTTP server with real sockets and made-up time: methods, slow clients, crowds. */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/clock.h"
#include "ui/http.h"

enum { CROWD = 200, TURNS = 2000, TURN_MS = 10 };

static uint64_t now_ns = 1000 * NS_PER_S;

static void
answer_path(void *context, const char *path, struct http_answer *a)
{
	(void)context;
	text_add(&a->body, "path %s", path);
}

static struct http *
start(void)
{
	char *error;
	struct http *h = http_start("127.0.0.1:0", answer_path, NULL, &error);

	assert_non_null(h);
	return h;
}

static int
visit(const struct http *h)
{
	struct sockaddr_in to = {.sin_family = AF_INET,
	                         .sin_port = htons(http_port(h)),
	                         .sin_addr = {htonl(INADDR_LOOPBACK)}};
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	assert_true(fd >= 0);
	assert_int_equal(connect(fd, (struct sockaddr *)&to, sizeof to), 0);
	return fd;
}

static void
say(int fd, const char *text)
{
	(void)!send(fd, text, strlen(text), MSG_NOSIGNAL);
}

/* Turns of the server until it closed the connection; what it said. However slow the machine. */
static const char *
hear(struct http *h, int fd)
{
	static char got[65536];
	struct pollfd p = {.fd = fd, .events = POLLIN};
	size_t size = 0;
	ssize_t n = 1;

	for (int turn = 0; turn < TURNS && n != 0; turn++) {
		http_run(h, now_ns);
		if (poll(&p, 1, TURN_MS) <= 0)
			continue;
		n = recv(fd, got + size, sizeof got - 1 - size, MSG_DONTWAIT);
		size += n > 0 ? (size_t)n : 0;
	}
	assert_int_equal(n, 0);
	got[size] = '\0';
	return got;
}

/* After some turns the server has neither answered nor closed. */
static void
hear_nothing(struct http *h, int fd)
{
	struct pollfd p = {.fd = fd, .events = POLLIN};

	for (int turn = 0; turn < 10; turn++) {
		http_run(h, now_ns);
		assert_int_equal(poll(&p, 1, 0), 0);
	}
}

static void
ask(struct http *h, const char *request, const char *first_line, const char *part)
{
	int fd = visit(h);
	const char *got;

	say(fd, request);
	got = hear(h, fd);
	assert_memory_equal(got, first_line, strlen(first_line));
	assert_non_null(strstr(got, part));
	close(fd);
}

static void
answers_what_is_asked(void **state)
{
	struct http *h = start();

	(void)state;
	ask(h, "GET /a?b=c HTTP/1.1\r\nHost: x\r\n\r\n", "HTTP/1.1 200", "path /a");
	ask(h, "HEAD /a HTTP/1.1\r\nHost: x\r\n\r\n", "HTTP/1.1 200", "Content-Length: 7");
	http_stop(h);
}

/* RFC 9110 section 15.5.6: a 405 says what is allowed; a body must not keep it from being said. */
static void
refuses_other_methods(void **state)
{
	static const char *const requests[] = {
		"POST /a HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\n\r\nx",
		"POST /a HTTP/1.1\r\nHost: x\r\nContent-Length: 1000000\r\n\r\nbeginning",
		"PUT /a HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 5\r\n\r\n",
		"DELETE /a HTTP/1.1\r\nHost: x\r\n\r\n",
	};
	struct http *h = start();

	(void)state;
	for (size_t i = 0; i < sizeof requests / sizeof requests[0]; i++)
		ask(h, requests[i], "HTTP/1.1 405", "Allow: GET, HEAD");
	http_stop(h);
}

/* Many who ask byte by byte keep nobody from an answer. */
static void
crowd_locks_nobody_out(void **state)
{
	struct http *h = start();
	int crowd[CROWD];

	(void)state;
	for (int i = 0; i < CROWD; i++) {
		crowd[i] = visit(h);
		say(crowd[i], "GET /slow HTTP/1.1\r\nX: ");
		http_run(h, now_ns);
	}
	ask(h, "GET /a HTTP/1.1\r\nHost: x\r\n\r\n", "HTTP/1.1 200", "path /a");
	for (int i = 0; i < CROWD; i++)
		close(crowd[i]);
	http_stop(h);
}

/* A byte now and then is no reason to stay. */
static void
slow_one_is_ended(void **state)
{
	struct http *h = start();
	int fd = visit(h);

	(void)state;
	say(fd, "GET /slow HTTP/1.1\r\nX: ");
	hear_nothing(h, fd);
	now_ns += 9 * NS_PER_S;
	say(fd, "x");
	hear_nothing(h, fd);
	now_ns += 2 * NS_PER_S;
	say(fd, "x");
	assert_string_equal(hear(h, fd), "");
	close(fd);
	http_stop(h);
}

static void
refuses_what_is_no_place(void **state)
{
	static const char *const places[] = {"x",
	                                     "127.0.0.1",
	                                     "127.0.0.1:",
	                                     "127.0.0.1:70000",
	                                     "localhost:80",
	                                     "127.0.0.1:-1",
	                                     "::1:x"};

	(void)state;
	for (size_t i = 0; i < sizeof places / sizeof places[0]; i++) {
		char *error = NULL;

		assert_null(http_start(places[i], answer_path, NULL, &error));
		assert_non_null(strstr(error, "not ADDR:PORT"));
		free(error);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(answers_what_is_asked),    cmocka_unit_test(refuses_other_methods),
		cmocka_unit_test(crowd_locks_nobody_out),   cmocka_unit_test(slow_one_is_ended),
		cmocka_unit_test(refuses_what_is_no_place),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
