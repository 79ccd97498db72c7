/* A configuration of strangers: either one line of error, or a conf that prints and loads again. */
#include <assert.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "conf/conf.h"
#include "support/printed.h"

/* libconfig's own words: our grammar let something pass that libconfig refuses. */
static bool
ends_in_libconfig(const char *error)
{
	static const char *const words[] = {": syntax error", ": duplicate setting name"};
	size_t size = strlen(error);

	for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
		if (size >= strlen(words[i]) &&
		    strcmp(error + size - strlen(words[i]), words[i]) == 0)
			return true;
	return false;
}

static void
check_good(const struct conf *c)
{
	char *text = printed(c), *error;
	struct conf *again;

	assert(c->link_count > 0 && c->site_count > 0);
	for (size_t i = 0; i < c->link_count; i++) {
		assert(c->links[i].site < c->site_count);
		assert(c->links[i].member_count > 0);
		assert(c->links[i].thresholds.count == c->thresholds.count);
	}
	assert(conf_load_text(text, "fuzz", &again, &error) == 0);
	conf_destroy(again);
	free(text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = malloc(size + 1), *error;
	struct conf *c;

	memcpy(text, data, size);
	text[size] = '\0';
	log_set_level(LOG_ERROR);
	if (conf_load_text(text, "fuzz", &c, &error) == 0) {
		check_good(c);
	} else {
		assert(!c && error && strchr(error, ':') && !strchr(error, '\n'));
		assert(!ends_in_libconfig(error));
		free(error);
	}
	conf_destroy(c);
	free(text);
	return 0;
}
