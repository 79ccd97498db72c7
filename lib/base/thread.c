#include "base/thread.h"

#include <stdio.h>

enum { NAME_SIZE = 16 }; /* pthread_setname_np(3), its end included */

int
thread_start(pthread_t *thread, const char *name, void *(*run)(void *arg), void *arg)
{
	int failed = pthread_create(thread, NULL, run, arg);
	char cut[NAME_SIZE];

	if (failed)
		return -failed;
	snprintf(cut, sizeof cut, "%s", name);
	pthread_setname_np(*thread, cut); /* a name is no reason to fail */
	return 0;
}
