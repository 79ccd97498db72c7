/*
 * One failure told as one story: the events of a link (LACP, BFD, BGP, traffic, voice) on one
 * clock, cut into episodes from the first thing that broke until all of it is whole again, with
 * what broke first, whose doing it was, and what followed how much later. Pure functions over
 * events; any thread.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "store/model.h"

enum {
	STORY_SUMMARY = 1600,
	STORY_APART_US = 10000000, /* after all is whole, what breaks later is another story */
	STORY_LONG_US =
		300000000, /* what breaks so long after the last event is another one, too */
	STORY_TOGETHER_US = 50000, /* the lower layer counts as first: a router may tell BGP before
	                              it says so by BFD */
};

struct story {
	char link[64];
	struct event *events; /* in order of time */
	size_t count;
	size_t first;                /* what broke first: index in `events` */
	uint64_t began_us, ended_us; /* when that was; ended 0: it lasts */
	char summary[STORY_SUMMARY]; /* sentences */
};

struct stories {
	struct story *at; /* oldest first */
	size_t count;
};

/* The stories of one link in a heap of events of any kind and order. */
void stories_tell(struct stories *out, const struct event *events, size_t count, const char *link);
void stories_fini(struct stories *s);

/* The one that was on at `at_us`, else the last before it, else the first after; `at_us` 0: the
 * newest. `subject` (NULL: any) must be among its events. NULL: none. */
const struct story *stories_find(const struct stories *s, const char *subject, uint64_t at_us);

/* The link that a subject ("link:pni-a", "member:pni-a:1", or one that an event names) belongs to.
 * Empty: no event knows. */
void story_link(char link[64], const char *subject, const struct event *events, size_t count);
/* Seconds between what broke first and event `i`; may be a little below 0. */
double story_offset_s(const struct story *s, size_t i);
