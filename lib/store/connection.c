#include "store/connection.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>

enum { PASSWORD_SIZE = 512 };

void
connection_why(const redisContext *c, char error[CONNECTION_ERROR_SIZE])
{
	bool slow = c->err == REDIS_ERR_IO && (errno == EAGAIN || errno == EWOULDBLOCK);

	snprintf(error, CONNECTION_ERROR_SIZE, "%s", slow ? "no reply in time" : c->errstr);
}

void
connection_explain(const char *reply, char error[CONNECTION_ERROR_SIZE])
{
	static const struct {
		const char *word, *meaning;
	} meanings[] = {
		{"WRONGPASS", "wrong user or password"},
		{"NOAUTH", "a password is wanted (redis.password_file)"},
		{"WRONGTYPE", "the key is of another type than it should be; DEL it, or keep its "
	                      "writer out"},
		{"NOPERM", "the user may not write here"},
		{"READONLY", "a read-only replica"},
		{"MISCONF", "refuses writes, it can't save to disk"},
		{"OOM", "out of memory (maxmemory)"},
		{"LOADING", "still loading its data"},
		{"MOVED", "a Redis Cluster, which is not supported yet"},
		{"ASK", "a Redis Cluster, which is not supported yet"},
		{"CROSSSLOT", "a Redis Cluster, which is not supported yet"},
		{"CLUSTERDOWN", "a Redis Cluster, which is not supported yet"},
	};

	for (size_t i = 0; i < sizeof meanings / sizeof meanings[0]; i++)
		if (strncmp(reply, meanings[i].word, strlen(meanings[i].word)) == 0) {
			snprintf(error, CONNECTION_ERROR_SIZE, "%s: %s", meanings[i].meaning,
			         reply);
			return;
		}
	snprintf(error, CONNECTION_ERROR_SIZE, "%s", reply);
}

/* The first line of the file. */
static bool
read_password(const char *path, char password[PASSWORD_SIZE], char error[CONNECTION_ERROR_SIZE])
{
	FILE *f = fopen(path, "re");
	bool read = f && fgets(password, PASSWORD_SIZE, f);

	if (!read)
		snprintf(error, CONNECTION_ERROR_SIZE, "password file %s: %s", path,
		         f ? "is empty" : strerror(errno));
	else
		password[strcspn(password, "\r\n")] = '\0';
	if (f)
		fclose(f);
	return read;
}

/* Sends and frees; false: refused or broken. */
static bool
accepted(redisContext *c, redisReply *reply, char error[CONNECTION_ERROR_SIZE])
{
	bool fine = reply && reply->type != REDIS_REPLY_ERROR;

	if (!reply)
		connection_why(c, error);
	else if (!fine)
		connection_explain(reply->str, error);
	if (reply)
		freeReplyObject(reply);
	return fine;
}

static bool
authenticate(redisContext *c, const struct connection_params *p, char error[CONNECTION_ERROR_SIZE])
{
	const char *user = p->user && *p->user ? p->user : p->address.user;
	char password[PASSWORD_SIZE];
	redisReply *reply;

	if (!p->password_file || !*p->password_file) {
		if (!*user)
			return true;
		snprintf(error, CONNECTION_ERROR_SIZE, "user %s needs redis.password_file", user);
		return false;
	}
	if (!read_password(p->password_file, password, error))
		return false;
	reply = *user ? redisCommand(c, "AUTH %s %s", user, password)
	              : redisCommand(c, "AUTH %s", password);
	explicit_bzero(password, sizeof password);
	return accepted(c, reply, error);
}

static bool
select_database(redisContext *c, int database, char error[CONNECTION_ERROR_SIZE])
{
	return database == 0 || accepted(c, redisCommand(c, "SELECT %d", database), error);
}

redisContext *
connection_open(const struct connection_params *p, bool *reached, char error[CONNECTION_ERROR_SIZE])
{
	const struct timeval connect = {CONNECT_MS / 1000, CONNECT_MS % 1000 * 1000};
	const struct timeval reply = {REPLY_MS / 1000, REPLY_MS % 1000 * 1000};
	struct sigaction pipe_action;
	redisContext *c;

	/* hiredis writes without MSG_NOSIGNAL: a Redis that dies must not take us along */
	if (sigaction(SIGPIPE, NULL, &pipe_action) == 0 && pipe_action.sa_handler == SIG_DFL)
		signal(SIGPIPE, SIG_IGN);
	c = p->address.is_unix ? redisConnectUnixWithTimeout(p->address.host, connect)
	                       : redisConnectWithTimeout(p->address.host, p->address.port, connect);
	if (!c || c->err || redisSetTimeout(c, reply) != REDIS_OK) {
		snprintf(error, CONNECTION_ERROR_SIZE, "%s", c ? c->errstr : "out of memory");
		if (c)
			redisFree(c);
		*reached = false;
		return NULL;
	}
	if (!p->address.is_unix)
		redisEnableKeepAlive(c);
	if (authenticate(c, p, error) && select_database(c, p->address.database, error))
		return c;
	*reached = c->err == 0;
	redisFree(c);
	return NULL;
}
