/*
 * Threads under a name, which `top -H` and a debugger show. Any thread may start one.
 */
#pragma once

#include <pthread.h>

/* `name`: at most 15 bytes, more are cut. 0, or -errno: nothing was started. The caller joins. */
int thread_start(pthread_t *thread, const char *name, void *(*run)(void *arg), void *arg);
