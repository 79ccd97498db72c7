/* A configuration as `--check` prints it; the caller frees it. */
#pragma once

#include <stdio.h>

#include "conf/conf.h"

static inline char *
printed(const struct conf *c)
{
	char *text = NULL;
	size_t size = 0;
	FILE *f = open_memstream(&text, &size);

	conf_print(c, f);
	fclose(f);
	return text;
}
