/* To which ports of the cloud's voice service each declared SBC sends its media. */
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "classify/class.h"
#include "store/export_private.h"

void
export_sbcs_set_conf(struct exporter *e)
{
	free(e->sbc_ports);
	e->sbc_ports = mem_alloc(e->conf->sbc_count + 1, sizeof *e->sbc_ports);
}

static bool
is_of(const struct conf_sbc *sbc, const struct addr *ip)
{
	for (size_t i = 0; i < sbc->signalling.count; i++)
		if (addr_equal(&sbc->signalling.at[i], ip))
			return true;
	return export_is_within(&sbc->media, ip);
}

static void
count(struct sbc_ports *p, const struct book_stream *s)
{
	char ip[ADDR_TEXT_SIZE];

	p->streams++;
	if (class_is_voice_port(s->dport))
		return;
	p->off_ports++;
	snprintf(p->off_port, sizeof p->off_port, "%s port %u", addr_format(&s->dst, ip), s->dport);
}

void
export_sbcs(struct epoch *x)
{
	const struct conf *c = x->e->conf;
	const struct stream_book *b = x->a->voice;

	for (uint32_t i = 0; c->sbc_count && i < b->stream_count; i++) {
		const struct book_stream *s = &b->streams[i];

		if (!s->began || s->dir != DIR_PEER_TO_MSFT ||
		    !export_is_within(&c->cloud.range_prefixes, &s->dst))
			continue;
		for (size_t k = 0; k < c->sbc_count; k++)
			if (is_of(&c->sbcs[k], &s->src))
				count(&x->e->sbc_ports[k], s);
	}
}

void
export_sbc_fill(const struct exporter *e, struct rec_voice *r)
{
	for (size_t k = 0; k < e->conf->sbc_count; k++) {
		if (strncmp(r->scope, "sbc:", 4) != 0 ||
		    strcmp(r->scope + 4, e->conf->sbcs[k].name) != 0)
			continue;
		r->media_streams = e->sbc_ports[k].streams;
		r->media_off_ports = e->sbc_ports[k].off_ports;
		COPY_TEXT(r->media_off_port, e->sbc_ports[k].off_port);
	}
}
