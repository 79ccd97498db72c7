#include "inspect/seen.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

struct wanted {
	const struct seen *seen;
	const void *row;
};

void
seen_init(struct seen *s, size_t row_size, uint32_t limit)
{
	*s = (struct seen){.row_size = row_size, .limit = limit, .key = hash_key_make(0)};
}

void
seen_fini(struct seen *s)
{
	map_fini(&s->map);
	free(s->rows);
	free(s->times);
}

static bool
is_row(const void *context, uint32_t index)
{
	const struct wanted *w = context;

	return memcmp(seen_row(w->seen, index), w->row, w->seen->row_size) == 0;
}

static uint32_t
append(struct seen *s, const void *row, uint64_t hash, uint64_t time_ns)
{
	if (s->count == s->capacity) {
		s->capacity = s->capacity ? s->capacity * 2 : 16;
		s->rows = mem_resize(s->rows, s->capacity, s->row_size);
		s->times = mem_resize(s->times, s->capacity, sizeof *s->times);
	}
	memcpy(s->rows + s->count * s->row_size, row, s->row_size);
	s->times[s->count] = (struct seen_times){.first_ns = time_ns};
	map_add(&s->map, hash, s->count);
	return s->count++;
}

void
seen_add(struct seen *s, const void *row, uint64_t time_ns)
{
	struct wanted wanted = {s, row};
	uint64_t hash = hash_bytes(&s->key, row, s->row_size);
	uint32_t at = map_find(&s->map, hash, is_row, &wanted);

	if (at == MAP_NONE && s->count == s->limit) {
		s->beyond++;
		return;
	}
	if (at == MAP_NONE)
		at = append(s, row, hash, time_ns);
	s->times[at].packets++;
	s->times[at].last_ns = time_ns;
}
