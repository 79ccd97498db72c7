#include "conf/schema.h"

#include <string.h>

const struct schema_key *
schema_find(const struct schema_group *group, const char *name)
{
	for (const struct schema_key *k = group->keys; k->name; k++)
		if (strcmp(k->name, name) == 0)
			return k;
	return NULL;
}

enum { WORD_LONGEST = 63 };

static size_t
least(size_t a, size_t b)
{
	return a < b ? a : b;
}

/* Edits between two words, neighbours swapped being one (optimal string alignment), with three rows
 * of memory; long words count as far. */
static size_t
distance(const char *a, const char *b)
{
	size_t rows[3][WORD_LONGEST + 1], n = strlen(b), length = strlen(a);

	if (n > WORD_LONGEST || length > WORD_LONGEST)
		return WORD_LONGEST;
	for (size_t j = 0; j <= n; j++)
		rows[0][j] = j;
	for (size_t i = 1; i <= length; i++) {
		const size_t *older = rows[(i + 1) % 3], *old = rows[(i + 2) % 3];
		size_t *row = rows[i % 3];

		row[0] = i;
		for (size_t j = 1; j <= n; j++) {
			row[j] = least(old[j - 1] + (a[i - 1] != b[j - 1]),
			               least(old[j], row[j - 1]) + 1);
			if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
				row[j] = least(row[j], older[j - 2] + 1);
		}
	}
	return rows[length % 3][n];
}

/* "x15_augment" for "x15_augment_ratio": far in edits, and plainly meant. */
static bool
is_beginning(const char *name, const char *known)
{
	size_t size = strlen(name);

	return size >= 4 && strncmp(name, known, size) == 0;
}

const char *
schema_nearest(const char *name, const char *const *names, size_t count)
{
	size_t best = strlen(name) / 3 + 2; /* further than a third of the word is another word */
	const char *nearest = NULL;

	for (size_t i = 0; i < count && names[i]; i++) {
		size_t d = is_beginning(name, names[i]) ? 1 : distance(name, names[i]);

		if (d < best) {
			best = d;
			nearest = names[i];
		}
	}
	return nearest;
}
