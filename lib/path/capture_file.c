#include "path/capture_file.h"

#include <errno.h>
#include <fcntl.h>
#include <pcap/pcap.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

#include "base/bytes.h"
#include "base/clock.h"
#include "base/mem.h"
#include "path/pcapng.h"

enum {
	PCAP_HEAD_SIZE = 24,
	PCAP_HEAD_SNAPLEN = 16, /* where it stands in the head */
};

/* The bytes of a file, unpacked where they are gzip (gzread passes anything else through). The
 * first ones were already read to tell the format, and are given again. */
struct source {
	gzFile gz;
	uint8_t head[PCAP_HEAD_SIZE];
	size_t head_size, head_given;
};

struct capture_file {
	struct source source;
	FILE *in; /* reads `source` */
	pcap_t *pcap;
	struct pcapng ng; /* when pcap is NULL */
	uint64_t resolution_ns;
	bool done;
	char *why;
};

enum {
	MAGIC_NANO = 0xa1b23c4d, /* pcap with nanoseconds, and the same swapped */
	MAGIC_NANO_SWAPPED = 0x4d3cb2a1,
};

/* ---- bytes ----------------------------------------------------------------------------------- */

static ssize_t
source_read(void *cookie, char *to, size_t size)
{
	struct source *s = cookie;
	size_t left = s->head_size - s->head_given;
	int got;

	if (left) {
		size = size < left ? size : left;
		memcpy(to, s->head + s->head_given, size);
		s->head_given += size;
		return (ssize_t)size;
	}
	got = gzread(s->gz, to, (unsigned)size);
	if (got < 0)
		errno = EIO;
	return got;
}

/* NULL, or what is wrong with the packing itself: a cut gzip file reads as a short plain one. */
static const char *
source_error(const struct source *s)
{
	int code;
	const char *text = gzerror(s->gz, &code);

	if (code == Z_OK || code == Z_STREAM_END)
		return NULL;
	if (code == Z_BUF_ERROR)
		return "gzip data end early";
	if (code == Z_ERRNO)
		return strerror(EIO);
	/* zlib names the file in its own way before it says what is wrong: "<fd:3>: …" */
	return strncmp(text, "<fd:", 4) == 0 && strchr(text, ' ') ? strchr(text, ' ') + 1 : text;
}

/* Opens the stream of unpacked bytes; -errno. */
static int
source_open(struct capture_file *f, const char *name)
{
	const cookie_io_functions_t io = {.read = source_read};
	int fd = strcmp(name, "-") == 0 ? dup(STDIN_FILENO) : open(name, O_RDONLY | O_CLOEXEC);
	struct stat st;
	int got;

	if (fd < 0)
		return -errno;
	if (fstat(fd, &st) == 0 && S_ISDIR(st.st_mode)) {
		close(fd);
		return -EISDIR;
	}
	f->source.gz = gzdopen(fd, "rb");
	if (!f->source.gz) {
		close(fd);
		return -ENOMEM;
	}
	gzbuffer(f->source.gz, 128 << 10);
	got = gzread(f->source.gz, f->source.head, sizeof f->source.head);
	f->source.head_size = got > 0 ? (size_t)got : 0;
	f->in = fopencookie(&f->source, "rb", io);
	return f->in ? 0 : -ENOMEM;
}

/* ---- packets --------------------------------------------------------------------------------- */

/* libpcap cuts every packet to the header's snap length, which some writers set too low: packets
 * say themselves how much of them there is. 0 is none to it. */
static void
forget_snaplen(struct source *s)
{
	memset(s->head + PCAP_HEAD_SNAPLEN, 0, 4);
}

static int
open_pcap(struct capture_file *f, char **why)
{
	char error[PCAP_ERRBUF_SIZE] = "";
	uint32_t magic = load_ne32(f->source.head);
	const char *packing;

	forget_snaplen(&f->source);

	f->pcap =
		pcap_fopen_offline_with_tstamp_precision(f->in, PCAP_TSTAMP_PRECISION_NANO, error);
	if (!f->pcap) {
		packing = source_error(&f->source);
		*why = mem_printf("not a capture (%s); pcap or pcapng is needed, gzip or plain",
		                  packing ? packing : error);
		return -EINVAL;
	}
	f->in = NULL; /* closed by pcap_close */
	f->resolution_ns = magic == MAGIC_NANO || magic == MAGIC_NANO_SWAPPED ? 1 : NS_PER_US;
	return 0;
}

static int
open_ng(struct capture_file *f, char **why)
{
	if (pcapng_init(&f->ng, f->in))
		return 0;
	*why = mem_printf("not a capture (pcapng: %s); pcap or pcapng is needed, gzip or plain",
	                  f->ng.why);
	return -EINVAL;
}

int
capture_file_open(const char *name, struct capture_file **out, char **why)
{
	struct capture_file *f = mem_alloc(1, sizeof *f);
	int failed = source_open(f, name);

	if (failed)
		*why = mem_printf("can't be read: %s", strerror(-failed));
	else if (f->source.head_size >= 4 && load_be32(f->source.head) == PCAPNG_MAGIC)
		failed = open_ng(f, why);
	else
		failed = open_pcap(f, why);
	if (failed)
		capture_file_close(f);
	else
		*out = f;
	return failed;
}

/* Seconds have 32 bits and no sign. A fraction of more than a second counts as it stands; one of a
 * damaged header, that libpcap reads as negative, as none. */
static uint64_t
time_of(const struct timeval *nano)
{
	return (uint64_t)(uint32_t)nano->tv_sec * NS_PER_S +
	       (nano->tv_usec > 0 ? (uint64_t)nano->tv_usec : 0);
}

static enum capture_status
next_pcap(struct capture_file *f, struct capture_record *r)
{
	struct pcap_pkthdr *header;
	int got = pcap_next_ex(f->pcap, &header, &r->data);

	if (got == PCAP_ERROR_BREAK)
		return CAPTURE_END;
	if (got != 1) {
		f->why = mem_strdup(pcap_geterr(f->pcap));
		return CAPTURE_BROKEN;
	}
	r->time_ns = time_of(&header->ts); /* opened with nanoseconds in tv_usec */
	r->captured = header->caplen;
	r->wire = header->len > header->caplen ? header->len : header->caplen;
	r->linktype = (uint32_t)pcap_datalink(f->pcap);
	return CAPTURE_PACKET;
}

enum capture_status
capture_file_next(struct capture_file *f, struct capture_record *r)
{
	enum capture_status status;
	const char *packing;

	if (f->done)
		return CAPTURE_END;
	status = f->pcap ? next_pcap(f, r) : pcapng_next(&f->ng, r);
	if (status == CAPTURE_PACKET)
		return status;
	f->done = true;
	packing = source_error(&f->source);
	if (packing) {
		free(f->why);
		f->why = mem_strdup(packing);
		return CAPTURE_BROKEN;
	}
	return status;
}

const char *
capture_file_why(const struct capture_file *f)
{
	if (f->why)
		return f->why;
	return f->ng.why ? f->ng.why : "";
}

uint64_t
capture_file_resolution_ns(const struct capture_file *f)
{
	return f->pcap ? f->resolution_ns : f->ng.resolution_ns;
}

void
capture_file_close(struct capture_file *f)
{
	if (!f)
		return;
	if (f->pcap)
		pcap_close(f->pcap);
	pcapng_fini(&f->ng);
	if (f->in)
		fclose(f->in);
	if (f->source.gz)
		gzclose(f->source.gz);
	free(f->why);
	free(f);
}
