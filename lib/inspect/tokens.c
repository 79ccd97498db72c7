#include "inspect/tokens.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"

enum {
	CLOCK_SAMPLES = 8,
	CLOCK_S = 10,      /* at 10 s a tick of 10 ms is 0.1 % */
	CLOCK_IDLE_S = 60, /* a BGP session speaks each minute or more often */
	CLOCK_HZ_MAX = 10000,
};

bool
token_add(struct token_list *l, const char *text)
{
	unsigned at = 0;
	int order = 1;

	if (!text[0])
		return false;
	while (at < l->count && (order = strncmp(l->at[at], text, TOKEN_SIZE - 1)) < 0)
		at++;
	if (at < l->count && order == 0)
		return true;
	if (l->count == TOKEN_MAX) {
		l->beyond++;
		return false;
	}
	memmove(l->at[at + 1], l->at[at], (l->count++ - at) * sizeof *l->at);
	snprintf(l->at[at], TOKEN_SIZE, "%s", text);
	return true;
}

void
token_add_mac(struct token_list *l, const uint8_t mac[6])
{
	char text[MAC_TEXT_SIZE];

	token_add(l, mac_format(mac, text));
}

void
token_join(const struct token_list *l, char *to, size_t size)
{
	size_t used = 0;

	to[0] = '\0';
	for (unsigned i = 0; i < l->count; i++) {
		size_t needs = strlen(l->at[i]) + (used > 0);

		if (used + needs >= size)
			continue;
		snprintf(to + used, size - used, "%s%s", used ? "," : "", l->at[i]);
		used += needs;
	}
}

bool
token_clock_add(struct token_clock *c, uint64_t connection, uint64_t now_ns, uint32_t ts)
{
	int32_t step = (int32_t)(ts - c->last_ts);

	if (c->connection != connection || !c->samples) {
		if (c->samples && now_ns < c->last_ns + CLOCK_IDLE_S * NS_PER_S)
			return false;
		*c = (struct token_clock){.connection = connection,
		                          .first_ns = now_ns,
		                          .last_ns = now_ns,
		                          .first_ts = ts,
		                          .last_ts = ts,
		                          .samples = 1};
		return true;
	}
	if (step < 0 || now_ns <= c->last_ns)
		return true; /* out of order, or a retransmission of old */
	c->ticks += (uint32_t)step;
	c->last_ts = ts;
	c->last_ns = now_ns;
	c->samples++;
	return true;
}

/* To the rate that stacks count with, when `*hz` is within a thousandth of one. */
static bool
round_rate(double *hz)
{
	static const double rates[] = {1, 2, 10, 100, 250, 1000};

	for (unsigned i = 0; i < sizeof rates / sizeof *rates; i++)
		if (fabs(*hz - rates[i]) < rates[i] / 1000) {
			*hz = rates[i];
			return true;
		}
	return false;
}

bool
token_clock_read(const struct token_clock *c, double *hz, double *offset_s, double *error_s)
{
	double seconds = (double)(c->last_ns - c->first_ns) / (double)NS_PER_S;
	double rate;

	if (c->samples < CLOCK_SAMPLES || seconds < CLOCK_S || !c->ticks)
		return false;
	*hz = (double)c->ticks / seconds;
	if (*hz > CLOCK_HZ_MAX)
		return false;
	/* a tick; and over the clock's whole life what a rate of its own leaves open */
	*error_s = 1 / *hz;
	rate = *hz;
	if (!round_rate(&rate))
		*error_s += (double)c->last_ts / *hz / (double)c->ticks;
	*offset_s = (double)c->last_ns / (double)NS_PER_S - (double)c->last_ts / rate;
	return true;
}

bool
token_clocks_agree(const struct token_clock *a, const struct token_clock *b)
{
	double hz[2], offset_s[2], error_s[2];

	return token_clock_read(a, &hz[0], &offset_s[0], &error_s[0]) &&
	       token_clock_read(b, &hz[1], &offset_s[1], &error_s[1]) &&
	       fabs(hz[0] - hz[1]) < 0.01 * hz[0] &&
	       fabs(offset_s[0] - offset_s[1]) <= error_s[0] + error_s[1];
}

void
tokens_outage(struct tokens *t, uint64_t us)
{
	if (t->outage_count && us < t->outages_us[t->outage_count - 1] + US_PER_S)
		return;
	if (t->outage_count == TOKEN_OUTAGES)
		memmove(t->outages_us, t->outages_us + 1,
		        --t->outage_count * sizeof *t->outages_us);
	t->outages_us[t->outage_count++] = us;
}
