#include "path/capture.h"

#include <errno.h>
#include <pcap/pcap.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/mem.h"
#include "path/capture_file.h"

/* Copies of a burst's frames are kept within the second-level cache: jumbo frames end it early. */
enum { BURST_BYTES = 256 << 10 };

struct input {
	struct capture_file *file;
	char *name;
	uint32_t port;
	uint64_t packets, unsupported;
	struct capture_record record; /* the next packet, while the input is in the heap */
};

struct capture {
	struct input *inputs;
	unsigned input_count;
	unsigned *heap; /* indices of inputs that have a packet; the earliest first */
	unsigned heap_count;
	uint8_t *frames; /* copies of the burst's frames */
	size_t frames_capacity;
	char **warnings;
	unsigned warning_count;
	struct capture_info info;
};

/* ---- link types ------------------------------------------------------------------------------ */

/* Both numberings: libpcap's DLT_ and the files' LINKTYPE_ differ for raw IP only. */
static enum link_layer
link_layer_of(uint32_t linktype)
{
	switch (linktype) {
	case DLT_EN10MB:
		return LINK_ETHERNET;
	case DLT_RAW:
	case 14:  /* DLT_RAW of OpenBSD */
	case 101: /* LINKTYPE_RAW */
	case DLT_IPV4:
	case DLT_IPV6:
		return LINK_RAW_IP;
	case DLT_LINUX_SLL:
		return LINK_LINUX_SLL;
	case DLT_LINUX_SLL2:
		return LINK_LINUX_SLL2;
	case DLT_NULL:
		return LINK_NULL;
	case DLT_LOOP:
		return LINK_LOOP;
	case DLT_PPP:
		return LINK_PPP;
	case DLT_PPP_SERIAL:
		return LINK_PPP_HDLC;
	case DLT_PPP_WITH_DIR:
		return LINK_PPP_DIRECTION;
	case DLT_PPP_ETHER:
		return LINK_PPPOE;
	case DLT_C_HDLC:
		return LINK_C_HDLC;
	default:
		return LINK_UNSUPPORTED;
	}
}

static void
warn(struct capture *c, char *line)
{
	c->warnings = mem_resize(c->warnings, c->warning_count + 1, sizeof *c->warnings);
	c->warnings[c->warning_count++] = line;
}

static void
count_unsupported(struct capture *c, struct input *in)
{
	const char *name = pcap_datalink_val_to_name((int)in->record.linktype);

	c->info.unsupported++;
	if (in->unsupported++ == 0)
		warn(c, mem_printf("%s: link type %u (%s) is not used here; its packets are "
		                   "counted only",
		                   in->name, in->record.linktype, name ? name : "no name"));
}

/* ---- merge by time --------------------------------------------------------------------------- */

/* Ties go to the file named first, so that a run can be repeated. */
static bool
earlier(const struct capture *c, unsigned a, unsigned b)
{
	uint64_t ta = c->inputs[a].record.time_ns, tb = c->inputs[b].record.time_ns;

	return ta != tb ? ta < tb : a < b;
}

static void
heap_swap(struct capture *c, unsigned i, unsigned j)
{
	unsigned kept = c->heap[i];

	c->heap[i] = c->heap[j];
	c->heap[j] = kept;
}

static void
heap_sink(struct capture *c, unsigned i)
{
	for (;;) {
		unsigned least = i;

		for (unsigned child = 2 * i + 1; child <= 2 * i + 2; child++)
			if (child < c->heap_count && earlier(c, c->heap[child], c->heap[least]))
				least = child;
		if (least == i)
			return;
		heap_swap(c, i, least);
		i = least;
	}
}

/* Everything further in takes a time of 0 for "never": the packets of a capture without times come
 * in the first microsecond after the epoch, not at it. */
static void
leave_epoch(struct capture_record *r)
{
	if (r->time_ns < NS_PER_US)
		r->time_ns = NS_PER_US;
}

/* Read the input's next packet; false when there is none. */
static bool
input_advance(struct capture *c, struct input *in)
{
	uint64_t before = in->record.time_ns;
	enum capture_status status = capture_file_next(in->file, &in->record);
	uint64_t resolution = capture_file_resolution_ns(in->file);

	if (resolution > c->info.resolution_ns)
		c->info.resolution_ns = resolution;
	leave_epoch(&in->record);
	if (status == CAPTURE_PACKET && in->packets++ && in->record.time_ns < before)
		c->info.backwards++;
	if (status == CAPTURE_BROKEN) {
		c->info.truncated = true;
		warn(c, mem_printf("%s: %s; analysed up to there, %llu packets", in->name,
		                   capture_file_why(in->file), (unsigned long long)in->packets));
	}
	return status == CAPTURE_PACKET;
}

/* The earliest input was used up: read on and put it where it belongs. */
static void
heap_advance(struct capture *c)
{
	if (!input_advance(c, &c->inputs[c->heap[0]]))
		c->heap[0] = c->heap[--c->heap_count];
	heap_sink(c, 0);
}

/* ---- interface ------------------------------------------------------------------------------- */

static char *
open_error(const char *file, int failed, const char *why, unsigned i, unsigned count)
{
	if (failed != -EMFILE)
		return mem_printf("%s: %s", file, why);
	return mem_printf("%s: number %u of %u captures, and no more files may be open; raise "
	                  "`ulimit -n`, or join them with mergecap",
	                  file, i + 1, count);
}

int
capture_open(const char *const *files, const uint32_t *ports, unsigned count, struct capture **out,
             char **error)
{
	struct capture *c = mem_alloc(1, sizeof *c);

	c->inputs = mem_alloc(count, sizeof *c->inputs);
	c->heap = mem_alloc(count, sizeof *c->heap);
	c->info.resolution_ns = 1;
	c->info.files = count;
	for (unsigned i = 0; i < count; i++) {
		struct input *in = &c->inputs[c->input_count];
		char *why = NULL;
		int failed = capture_file_open(files[i], &in->file, &why);

		if (failed) {
			*error = open_error(files[i], failed, why, i, count);
			free(why);
			capture_close(c);
			return failed;
		}
		in->name = mem_strdup(files[i]);
		in->port = ports ? ports[i] : 0;
		c->input_count++;
		if (input_advance(c, in))
			c->heap[c->heap_count++] = i;
	}
	for (unsigned i = c->heap_count / 2; i-- > 0;)
		heap_sink(c, i);
	*out = c;
	return 0;
}

static void
info_add(struct capture_info *info, const struct capture_record *r)
{
	uint64_t us = r->time_ns / NS_PER_US;

	if (info->packets++ == 0 || us < info->first_us)
		info->first_us = us;
	if (us > info->last_us)
		info->last_us = us;
	info->bytes += r->wire;
}

/* Copy the record to `at` in c->frames and describe it as the burst's next packet. */
static void
burst_add(struct capture *c, struct burst *b, struct input *in, size_t at)
{
	const struct capture_record *r = &in->record;
	uint32_t i = b->count++;

	if (r->captured)
		memcpy(c->frames + at, r->data, r->captured);
	b->captured[i] = r->captured;
	b->wire[i] = r->wire;
	b->time_ns[i] = r->time_ns;
	b->lane[i] = LANE_UNKNOWN;
	b->link_layer[i] = (uint8_t)link_layer_of(r->linktype);
	b->owner[i] = NULL;
	if (b->link_layer[i] == LINK_UNSUPPORTED)
		count_unsupported(c, in);
	info_add(&c->info, r);
}

static void
frames_reserve(struct capture *c, size_t size)
{
	if (c->frames && size <= c->frames_capacity)
		return;
	c->frames_capacity = size < 2 * BURST_BYTES ? 2 * BURST_BYTES : size;
	c->frames = mem_resize(c->frames, c->frames_capacity, 1);
}

void
capture_read(struct capture *c, struct burst *b)
{
	size_t used = 0;

	b->count = 0;
	b->next = NULL;
	b->one_lane = false;
	while (c->heap_count && b->count < BURST_MAX && used < BURST_BYTES) {
		struct input *in = &c->inputs[c->heap[0]];

		if (b->count == 0)
			b->port = in->port;
		else if (in->port != b->port)
			break;
		frames_reserve(c, used + in->record.captured);
		burst_add(c, b, in, used);
		used += in->record.captured;
		heap_advance(c);
	}
	/* the copies no longer move */
	used = 0;
	for (uint32_t i = 0; i < b->count; i++) {
		b->data[i] = c->frames + used;
		used += b->captured[i];
	}
}

const char *
capture_warning(const struct capture *c, unsigned i)
{
	return i < c->warning_count ? c->warnings[i] : NULL;
}

const struct capture_info *
capture_info(const struct capture *c)
{
	return &c->info;
}

void
capture_close(struct capture *c)
{
	if (!c)
		return;
	for (unsigned i = 0; i < c->input_count; i++) {
		capture_file_close(c->inputs[i].file);
		free(c->inputs[i].name);
	}
	for (unsigned i = 0; i < c->warning_count; i++)
		free(c->warnings[i]);
	free(c->warnings);
	free(c->inputs);
	free(c->heap);
	free(c->frames);
	free(c);
}
