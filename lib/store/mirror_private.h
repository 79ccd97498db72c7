/* What a mirror holds: taken in by mirror.c, given out by mirror_encode.c. */
#pragma once

#include "store/mirror.h"
#include "store/mirror_map.h"

enum { SCORE_SIZE = 32 /* a score, or a verdict's word */ };

/* A record: `now` as put last, `sent` as Redis has it; both of the kind's size. */
struct kept {
	const struct key_schema *schema;
	char *key;
	uint64_t expire_us; /* when its time to live was set last */
	bool dirty, sent_once, removed;
	unsigned char *now, *sent;
};

/* A member of a set, sorted set or loose hash. */
struct loose {
	enum key_type type;
	char *key, *member;
	char value[SCORE_SIZE];
	bool dirty, removed;
};

/* A removal on its way; kept until Redis took the batch. */
struct removal {
	struct text command;
	uint64_t batch; /* 0: not sent yet */
};

struct mirror {
	struct dict records; /* kind and id -> struct kept */
	struct dict members; /* type, key, member -> struct loose */
	struct mirror_maps maps;
	struct kept **dirty;
	size_t dirty_count, dirty_room;
	struct loose **loose;
	size_t loose_count, loose_room;
	struct removal *removals;
	size_t removal_count, removal_room;
	struct batch points;       /* commands that wait */
	struct text args, scratch; /* of the command in the making */
};

void mirror_free_kept(void *kept);
void mirror_free_loose(void *loose);
