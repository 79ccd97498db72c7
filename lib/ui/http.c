#include "ui/http.h"

#include <arpa/inet.h>
#include <errno.h>
#include <microhttpd.h>
#include <netinet/in.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "base/clock.h"
#include "base/mem.h"

enum {
	VISITORS = 64,              /* beyond them the oldest one has to leave */
	CONNECTIONS = 2 * VISITORS, /* room for those who were told to leave, until they have */
	LIFE_S = 10,                /* of a connection: it asks once, and takes its answer */
};

/* A connection. Who dawdles over his question, byte by byte, must not keep a place from others:
 * libmicrohttpd's own limit begins anew with each byte. */
struct visitor {
	struct visitor *next, *previous; /* newer, older */
	uint64_t since_ns;
	int fd;
};

struct http {
	struct MHD_Daemon *daemon;
	http_fn *fn;
	void *context;
	struct visitor *oldest, *newest;
	unsigned visitors;
	uint64_t now_ns;
};

/* ---- visitors ---------------------------------------------------------------------------- */

static void
visitor_add(struct http *h, struct MHD_Connection *connection, void **context)
{
	const union MHD_ConnectionInfo *info =
		MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CONNECTION_FD);
	struct visitor *v = mem_alloc(1, sizeof *v);

	*v = (struct visitor){
		.previous = h->newest, .since_ns = h->now_ns, .fd = info ? info->connect_fd : -1};
	*(h->newest ? &h->newest->next : &h->oldest) = v;
	h->newest = v;
	h->visitors++;
	*context = v;
}

static void
visitor_remove(struct http *h, struct visitor *v)
{
	*(v->next ? &v->next->previous : &h->newest) = v->previous;
	*(v->previous ? &v->previous->next : &h->oldest) = v->next;
	h->visitors--;
	free(v);
}

static void
visitor_notify(void *context, struct MHD_Connection *connection, void **visitor,
               enum MHD_ConnectionNotificationCode what)
{
	if (what == MHD_CONNECTION_NOTIFY_STARTED)
		visitor_add(context, connection, visitor);
	else if (*visitor)
		visitor_remove(context, *visitor);
}

/* Ends the connections whose time is over, and the oldest of too many: the daemon sees them closed,
 * and takes them off the list. */
static void
visitors_end(struct http *h)
{
	unsigned left = h->visitors;

	for (struct visitor *v = h->oldest; v; v = v->next, left--) {
		if (left <= VISITORS && h->now_ns - v->since_ns < LIFE_S * NS_PER_S)
			return;
		shutdown(v->fd, SHUT_RDWR);
	}
}

/* ---- answers ----------------------------------------------------------------------------- */

static enum MHD_Result
send_answer(struct MHD_Connection *connection, struct http_answer *a)
{
	static char nothing[1];
	struct MHD_Response *response = MHD_create_response_from_buffer(
		a->body.size, a->body.at ? a->body.at : nothing, MHD_RESPMEM_MUST_COPY);
	enum MHD_Result result;

	text_fini(&a->body);
	if (!response)
		return MHD_NO;
	MHD_add_response_header(response, MHD_HTTP_HEADER_CONTENT_TYPE, a->type);
	MHD_add_response_header(response, MHD_HTTP_HEADER_CONNECTION, "close");
	if (a->status == MHD_HTTP_METHOD_NOT_ALLOWED) /* RFC 9110 section 15.5.6 */
		MHD_add_response_header(response, MHD_HTTP_HEADER_ALLOW, "GET, HEAD");
	result = MHD_queue_response(connection, a->status, response);
	MHD_destroy_response(response);
	return result;
}

static enum MHD_Result
handle(void *context, struct MHD_Connection *connection, const char *url, const char *method,
       const char *version, const char *upload, size_t *upload_size, void **state)
{
	struct http *h = context;
	struct http_answer answer = {.status = MHD_HTTP_OK, .type = "text/plain; charset=utf-8"};
	static int begun;

	(void)version;
	(void)upload;
	if (strcmp(method, MHD_HTTP_METHOD_GET) != 0 && strcmp(method, MHD_HTTP_METHOD_HEAD) != 0) {
		/* before the body: with one, an answer later would be none */
		answer.status = MHD_HTTP_METHOD_NOT_ALLOWED;
		text_add(&answer.body, "%s: GET only\n", method);
		return send_answer(connection, &answer);
	}
	*upload_size = 0;
	if (*state != &begun) { /* headers first: the answer goes out at the second call */
		*state = &begun;
		return MHD_YES;
	}
	h->fn(h->context, url, &answer);
	return send_answer(connection, &answer);
}

/* "ADDR:PORT" as a socket address; false: it is none. */
static bool
parse_listen(const char *listen, struct sockaddr_storage *out)
{
	const char *colon = strrchr(listen, ':');
	struct sockaddr_in *v4 = (struct sockaddr_in *)out;
	struct sockaddr_in6 *v6 = (struct sockaddr_in6 *)out;
	char host[64] = "127.0.0.1", *end;
	unsigned long port;
	size_t size;

	memset(out, 0, sizeof *out);
	if (!colon || colon[1] < '0' || colon[1] > '9')
		return false;
	port = strtoul(colon + 1, &end, 10);
	size = (size_t)(colon - listen);
	if (*end != '\0' || port > UINT16_MAX || size >= sizeof host)
		return false;
	if (size > 0) {
		bool bracketed = listen[0] == '[' && colon[-1] == ']';

		memcpy(host, listen + bracketed, size - 2 * bracketed);
		host[size - 2 * bracketed] = '\0';
	}
	v4->sin_port = htons((uint16_t)port);
	v4->sin_family = AF_INET;
	if (inet_pton(AF_INET, host, &v4->sin_addr) == 1)
		return true;
	v6->sin6_family = AF_INET6;
	return inet_pton(AF_INET6, host, &v6->sin6_addr) == 1;
}

struct http *
http_start(const char *listen, http_fn *fn, void *context, char **error)
{
	struct sockaddr_storage address;
	struct http *h;
	unsigned flags = MHD_USE_EPOLL;

	*error = NULL;
	if (!parse_listen(listen, &address)) {
		*error = mem_printf(
			"--listen %s: not ADDR:PORT (\"127.0.0.1:9810\", \"[::1]:9810\")", listen);
		return NULL;
	}
	if (address.ss_family == AF_INET6)
		flags |= MHD_USE_IPv6;
	h = mem_alloc(1, sizeof *h);
	h->fn = fn;
	h->context = context;
	errno = 0;
	h->daemon =
		MHD_start_daemon(flags, 0, NULL, NULL, handle, h, MHD_OPTION_SOCK_ADDR, &address,
	                         MHD_OPTION_CONNECTION_LIMIT, (unsigned)CONNECTIONS,
	                         MHD_OPTION_NOTIFY_CONNECTION, visitor_notify, h, MHD_OPTION_END);
	if (!h->daemon) {
		*error = mem_printf("--listen %s: %s", listen,
		                    errno ? strerror(errno) : "can't listen there");
		free(h);
		return NULL;
	}
	return h;
}

void
http_stop(struct http *h)
{
	if (!h)
		return;
	MHD_stop_daemon(h->daemon);
	free(h);
}

uint16_t
http_port(const struct http *h)
{
	const union MHD_DaemonInfo *info =
		MHD_get_daemon_info(h->daemon, MHD_DAEMON_INFO_BIND_PORT);

	return info ? info->port : 0;
}

void
http_run(struct http *h, uint64_t now_ns)
{
	if (!h)
		return;
	h->now_ns = now_ns;
	visitors_end(h);
	MHD_run(h->daemon);
}
