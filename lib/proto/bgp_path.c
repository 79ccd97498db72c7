#include "proto/bgp_path.h"

#include "proto/bgp_open.h"

bool
bgp_segment_next(struct cursor *c, unsigned width, struct bgp_segment *out)
{
	if (!cursor_left(c))
		return false;
	out->type = cursor_u8(c);
	out->count = cursor_u8(c);
	out->numbers = cursor_slice(c, (size_t)out->count * width);
	c->ok = c->ok && out->count && out->type >= BGP_AS_SET && out->type <= BGP_AS_CONFED_SET;
	return c->ok;
}

uint32_t
bgp_segment_number(struct bgp_segment *s, unsigned width)
{
	return width == 4 ? cursor_be32(&s->numbers) : cursor_be16(&s->numbers);
}

static void
read_sequence(struct bgp_segment *s, unsigned width, bool first, struct bgp_path *out)
{
	uint32_t before = 0;

	for (unsigned i = 0; i < s->count; i++) {
		uint32_t number = bgp_segment_number(s, width);

		if (first && i == 0)
			out->first = number;
		out->prepended += i > 0 && number == before;
		out->trans |= number == BGP_AS_TRANS;
		before = number;
	}
	out->origin = before;
	out->length += s->count;
}

static void
read_segment(struct bgp_segment *s, unsigned width, bool first, struct bgp_path *out)
{
	switch (s->type) {
	case BGP_AS_SEQUENCE:
		read_sequence(s, width, first, out);
		break;
	case BGP_AS_SET:
		out->sets = true;
		out->length++;
		out->origin = 0;
		break;
	default: /* RFC 5065 section 5.3: not counted */
		out->confederation = true;
	}
}

bool
bgp_path_read(struct cursor c, unsigned width, struct bgp_path *out)
{
	struct bgp_segment segment;
	bool first = true;

	*out = (struct bgp_path){0};
	while (bgp_segment_next(&c, width, &segment)) {
		read_segment(&segment, width, first, out);
		first = first && segment.type > BGP_AS_SEQUENCE;
	}
	return c.ok;
}

unsigned
bgp_path_guess_width(struct cursor c)
{
	struct bgp_path path;
	bool two = bgp_path_read(c, 2, &path), four = bgp_path_read(c, 4, &path);

	if (two == four)
		return 0;
	return two ? 2 : 4;
}
