#include "store/entry.h"

#include <stdlib.h>
#include <string.h>

static void
add(struct text *to, const char *text)
{
	text_add_bytes(to, text, strlen(text) + 1);
}

void
entry_pack(const struct stream_entry *entry, struct text *to)
{
	add(to, entry->key);
	add(to, entry->id);
	text_add(to, "%llu", (unsigned long long)entry->keep);
	text_add_bytes(to, "", 1);
	for (unsigned i = 0; i < entry->count; i++) {
		add(to, entry->field[i].name);
		add(to, entry->field[i].value);
	}
}

/* The text at *at, which moves behind it; NULL at the end. The block ends with a NUL. */
static const char *
next_text(const char **at, const char *end)
{
	const char *text = *at;

	if (text == end)
		return NULL;
	*at += strlen(text) + 1;
	return text;
}

bool
entry_unpack(const char *data, size_t size, struct stream_entry *to)
{
	const char *end = data + size, *keep, *name;

	*to = (struct stream_entry){.class = ENTRY_EVENT};
	if (size == 0 || end[-1] != '\0')
		return false;
	to->key = next_text(&data, end);
	to->id = next_text(&data, end);
	keep = next_text(&data, end);
	if (!to->id || !keep)
		return false;
	to->keep = strtoull(keep, NULL, 10);
	while (to->count < ENTRY_FIELDS && (name = next_text(&data, end))) {
		to->field[to->count].name = name;
		to->field[to->count].value = next_text(&data, end);
		if (!to->field[to->count++].value)
			return false;
	}
	return to->count > 0 && data == end;
}
