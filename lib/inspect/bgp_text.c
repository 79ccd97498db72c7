#include "inspect/bgp_text.h"

#include "proto/bgp_path.h"

void
bgp_text_path(const struct bgp_attrs *a, struct text *to)
{
	static const struct {
		const char *open, *close;
		char between;
	} forms[] = {
		[BGP_AS_SET] = {"{", "}", ','},
		[BGP_AS_SEQUENCE] = {"", "", ' '},
		[BGP_AS_CONFED_SEQUENCE] = {"(", ")", ' '},
		[BGP_AS_CONFED_SET] = {"[", "]", ','},
	};

	for (uint32_t at = 0; at < a->path;) {
		uint32_t type = a->words[at] >> 16, count = a->words[at] & 0xffff;

		text_add(to, "%s%s", at ? " " : "", forms[type].open);
		for (uint32_t i = 0; i < count; i++) {
			if (i)
				text_add_bytes(to, &forms[type].between, 1);
			text_add(to, "%u", a->words[at + 1 + i]);
		}
		text_add(to, "%s", forms[type].close);
		at += 1 + count;
	}
}

void
bgp_text_communities(const struct bgp_attrs *a, struct text *to)
{
	const uint32_t *words = a->words + a->path;

	for (uint32_t i = 0; i < a->communities; i++)
		text_add(to, "%s%u:%u", i ? " " : "", words[i] >> 16, words[i] & 0xffff);
}

/* RFC 4360 section 3, RFC 5668: type and subtype, then an administrator of two bytes, an address,
 * or four bytes, and a number. */
static void
add_extended(uint32_t high, uint32_t low, struct text *to)
{
	uint8_t type = (high >> 24) & 0xbf, subtype = high >> 16 & 0xff;
	const char *name = subtype == 2 ? "rt" : subtype == 3 ? "soo" : NULL;
	uint32_t admin = high << 16 | low >> 16;

	if (!name || type > 2)
		text_add(to, "0x%08x%08x", high, low);
	else if (type == 0)
		text_add(to, "%s:%u:%u", name, high & 0xffff, low);
	else if (type == 1)
		text_add(to, "%s:%u.%u.%u.%u:%u", name, admin >> 24, admin >> 16 & 0xff,
		         admin >> 8 & 0xff, admin & 0xff, low & 0xffff);
	else
		text_add(to, "%s:%u:%u", name, admin, low & 0xffff);
}

void
bgp_text_extended(const struct bgp_attrs *a, struct text *to)
{
	const uint32_t *words = a->words + a->path + a->communities;

	for (uint32_t i = 0; i + 1 < a->extended; i += 2) {
		text_add(to, "%s", i ? " " : "");
		add_extended(words[i], words[i + 1], to);
	}
}

void
bgp_text_large(const struct bgp_attrs *a, struct text *to)
{
	const uint32_t *words = a->words + a->path + a->communities + a->extended;

	for (uint32_t i = 0; i + 2 < a->large; i += 3)
		text_add(to, "%s%u:%u:%u", i ? " " : "", words[i], words[i + 1], words[i + 2]);
}

const char *
bgp_text_origin(uint8_t origin)
{
	static const char *const names[] = {"igp", "egp", "incomplete"};

	return origin < 3 ? names[origin] : "";
}
