/* Where a Redis is: "unix:PATH", "HOST:PORT", "[V6]:PORT", "redis://[USER@]HOST[:PORT][/DB]". */
#pragma once

#include <stdbool.h>

enum { ADDRESS_ERROR_SIZE = 240 };

struct address {
	bool is_unix;
	char host[256]; /* or the socket's path */
	char user[64];  /* empty: none */
	int port, database;
};

/* False: `error` says in one line what is wrong and what would be right. A password in the text is
 * refused: it belongs into a file. */
bool address_parse(const char *text, struct address *to, char error[ADDRESS_ERROR_SIZE]);
