/* What the inspector found out in an epoch, as events. */
#include "inspect/inspector.h"
#include "store/event.h"
#include "store/export_private.h"

static void
export_fact(struct epoch *x, const struct fact *f)
{
	struct event e = {.ts_us = f->ts_us, .detected_us = x->a->end_us};

	COPY_TEXT(e.name, f->name);
	COPY_TEXT(e.probe, x->self->id);
	COPY_TEXT(e.severity, event_find(f->name)->severity);
	COPY_TEXT(e.subject, f->subject);
	if (f->link < x->e->conf->link_count)
		COPY_TEXT(e.link, x->e->conf->links[f->link].name);
	if (f->directed)
		COPY_TEXT(e.direction, direction_name(f->dir));
	COPY_TEXT(e.side, side_name(f->side));
	COPY_TEXT(e.cause, f->cause);
	COPY_TEXT(e.text, f->text);
	store_event(x->e->store, &e);
}

void
export_facts(struct epoch *x, struct inspector *inspector)
{
	struct fact f;

	while (fact_take(inspector_facts(inspector), &f))
		export_fact(x, &f);
}
