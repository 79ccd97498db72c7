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

/* Edits between two words (Levenshtein), with one row of memory; long words count as far. */
static size_t
distance(const char *a, const char *b)
{
	enum { LONGEST = 63 };
	size_t row[LONGEST + 1], n = strlen(b);

	if (n > LONGEST || strlen(a) > LONGEST)
		return LONGEST;
	for (size_t j = 0; j <= n; j++)
		row[j] = j;
	for (size_t i = 1; a[i - 1]; i++) {
		size_t diagonal = row[0];

		row[0] = i;
		for (size_t j = 1; j <= n; j++) {
			size_t best = diagonal + (a[i - 1] != b[j - 1]);

			diagonal = row[j];
			if (row[j] + 1 < best)
				best = row[j] + 1;
			if (row[j - 1] + 1 < best)
				best = row[j - 1] + 1;
			row[j] = best;
		}
	}
	return row[n];
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
