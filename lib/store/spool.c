#include "store/spool.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

#include "base/bytes.h"
#include "base/log.h"
#include "base/mem.h"

enum {
	MAGIC_SIZE = 8,
	HEADER_SIZE = 8,             /* size and CRC, big-endian */
	MEMORY_MAX = 1 << 20,        /* bytes of the queue in memory beside a file */
	MEMORY_ONLY_MAX = 16 << 20,  /* and without one, when no cap was given */
	FILE_MAX_DEFAULT = 64 << 20, /* when no cap was given */
};
static const char magic[MAGIC_SIZE + 1] = "PNISPL1\n";

/* A record in memory. */
struct waiting {
	struct waiting *next;
	size_t size;
	uint8_t data[];
};

struct spool {
	pthread_mutex_t lock;
	int fd; /* -1: none */
	char path[512];
	uint64_t max_bytes, memory_max;
	uint64_t start, end; /* of what waits in the file */
	uint64_t in_file;    /* records there; all are older than those in memory */
	struct waiting *first, **last;
	uint64_t in_memory, memory_bytes;
	uint64_t dropped, disk_errors;
	bool unsynced, disk_said, drop_said;
};

/* CRC-32 (IEEE 802.3, reflected), four bits a step: records are few and small. */
static uint32_t
crc32_of(const uint8_t *data, size_t size)
{
	static const uint32_t table[16] = {0x00000000, 0x1db71064, 0x3b6e20c8, 0x26d930ac,
	                                   0x76dc4190, 0x6b6b51f4, 0x4db26158, 0x5005713c,
	                                   0xedb88320, 0xf00f9344, 0xd6d6a3e8, 0xcb61b38c,
	                                   0x9b64c2b0, 0x86d3d2d4, 0xa00ae278, 0xbdbdf21c};
	uint32_t crc = ~0u;

	for (size_t i = 0; i < size; i++) {
		crc = crc >> 4 ^ table[(crc ^ data[i]) & 15];
		crc = crc >> 4 ^ table[(crc ^ data[i] >> 4) & 15];
	}
	return ~crc;
}

size_t
spool_record_check(const uint8_t *data, size_t size)
{
	uint32_t length;

	if (size < HEADER_SIZE)
		return 0;
	length = load_be32(data);
	if (length == 0 || length > SPOOL_RECORD_MAX || length > size - HEADER_SIZE)
		return 0;
	if (crc32_of(data + HEADER_SIZE, length) != load_be32(data + 4))
		return 0;
	return HEADER_SIZE + length;
}

/* ---- opening ---- */

/* Counts whole records up to the first torn one. */
static void
scan(struct spool *s, const uint8_t *data, size_t size)
{
	size_t record;

	while ((record = spool_record_check(data + s->end, size - s->end))) {
		s->end += record;
		s->in_file++;
	}
}

static uint8_t *
read_all(int fd, size_t size)
{
	uint8_t *data = mem_alloc(size + 1, 1);
	size_t at = 0;
	ssize_t got;

	while (at < size && (got = pread(fd, data + at, size - at, (off_t)at)) > 0)
		at += (size_t)got;
	if (at == size)
		return data;
	free(data);
	return NULL;
}

static bool
start_file(struct spool *s)
{
	s->start = s->end = MAGIC_SIZE;
	s->in_file = 0;
	return ftruncate(s->fd, 0) == 0 && pwrite(s->fd, magic, MAGIC_SIZE, 0) == MAGIC_SIZE;
}

/* Takes over what an earlier run left. */
static bool
adopt(struct spool *s, char error[SPOOL_ERROR_SIZE])
{
	struct stat st;
	uint8_t *data;

	if (fstat(s->fd, &st) != 0)
		return false;
	if (st.st_size < MAGIC_SIZE)
		return start_file(s);
	data = read_all(s->fd, (size_t)st.st_size);
	if (!data)
		return false;
	s->start = s->end = MAGIC_SIZE;
	if (memcmp(data, magic, MAGIC_SIZE) != 0) {
		free(data);
		errno = EEXIST; /* somebody else's file: leave it alone */
		return false;
	}
	scan(s, data, (size_t)st.st_size);
	free(data);
	if (s->end < (uint64_t)st.st_size)
		snprintf(error, SPOOL_ERROR_SIZE, "spool %.160s: %llu bytes of torn tail cut",
		         s->path, (unsigned long long)((uint64_t)st.st_size - s->end));
	return ftruncate(s->fd, (off_t)s->end) == 0;
}

static void
open_file(struct spool *s, const char *folder, const char *writer, char error[SPOOL_ERROR_SIZE])
{
	snprintf(s->path, sizeof s->path, "%s/events-%s.spool", folder, writer);
	if (mkdir(folder, 0750) != 0 && errno != EEXIST)
		goto failed;
	s->fd = open(s->path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0640);
	if (s->fd < 0)
		goto failed;
	if (flock(s->fd, LOCK_EX | LOCK_NB) == 0 && adopt(s, error))
		return;
failed:
	snprintf(error, SPOOL_ERROR_SIZE, "spool %.160s: %s; events wait in memory only", s->path,
	         errno == EWOULDBLOCK ? "in use by another process"
	         : errno == EEXIST    ? "not a spool"
	                              : strerror(errno));
	if (s->fd >= 0)
		close(s->fd);
	s->fd = -1;
	s->in_file = 0;
}

struct spool *
spool_open(const char *folder, const char *writer, uint64_t max_bytes, char error[SPOOL_ERROR_SIZE])
{
	struct spool *s = mem_alloc(1, sizeof *s);

	error[0] = '\0';
	pthread_mutex_init(&s->lock, NULL);
	s->fd = -1;
	s->last = &s->first;
	s->max_bytes = max_bytes ? max_bytes : FILE_MAX_DEFAULT;
	s->memory_max = MEMORY_MAX;
	if (folder && *folder)
		open_file(s, folder, writer, error);
	if (s->fd < 0)
		s->memory_max = max_bytes ? max_bytes : MEMORY_ONLY_MAX;
	return s;
}

void
spool_close(struct spool *s)
{
	if (!s)
		return;
	while (s->first) {
		struct waiting *w = s->first;

		s->first = w->next;
		free(w);
	}
	if (s->fd >= 0)
		close(s->fd);
	pthread_mutex_destroy(&s->lock);
	free(s);
}

/* ---- adding ---- */

/* The file's begin is released records: moves the rest to the front, through a second file so that
 * a crash leaves one of both whole. */
static bool
compact(struct spool *s)
{
	char path[sizeof s->path + 4];
	size_t size = s->end - s->start;
	uint8_t *data = mem_alloc(size + 1, 1);
	int fd = -1;

	snprintf(path, sizeof path, "%s.new", s->path);
	if (pread(s->fd, data, size, (off_t)s->start) == (ssize_t)size)
		fd = open(path, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0640);
	if (fd >= 0 && flock(fd, LOCK_EX | LOCK_NB) == 0 &&
	    pwrite(fd, magic, MAGIC_SIZE, 0) == MAGIC_SIZE &&
	    pwrite(fd, data, size, MAGIC_SIZE) == (ssize_t)size && fdatasync(fd) == 0 &&
	    rename(path, s->path) == 0) {
		close(s->fd);
		s->fd = fd;
		s->start = MAGIC_SIZE;
		s->end = MAGIC_SIZE + size;
		free(data);
		return true;
	}
	if (fd >= 0) {
		close(fd);
		unlink(path);
	}
	free(data);
	return false;
}

/* Not the disk's fault; the queue in memory is for the disk's refusals only. */
static bool
over_cap(struct spool *s, size_t size)
{
	if (s->end + HEADER_SIZE + size <= s->max_bytes)
		return false;
	return s->start <= s->max_bytes / 2 || !compact(s) ||
	       s->end + HEADER_SIZE + size > s->max_bytes;
}

static bool
append_file(struct spool *s, const void *data, size_t size)
{
	uint8_t header[HEADER_SIZE];
	const struct iovec parts[] = {{header, sizeof header}, {(void *)(uintptr_t)data, size}};

	ssize_t put;

	store_be32(header, (uint32_t)size);
	store_be32(header + 4, crc32_of(data, size));
	put = pwritev(s->fd, parts, 2, (off_t)s->end);
	if (put == (ssize_t)(HEADER_SIZE + size)) {
		s->end += HEADER_SIZE + size;
		s->in_file++;
		s->unsynced = true;
		s->disk_said = false;
		return true;
	}
	s->disk_errors++;
	if (!s->disk_said)
		log_warning("store", "spool %s: %s; events wait in memory", s->path,
		            put < 0 ? strerror(errno) : "no room for a whole event");
	s->disk_said = true;
	/* half a record must not stand before the next one; if even this fails, the CRC tells */
	if (ftruncate(s->fd, (off_t)s->end) != 0)
		log_debug("store", "spool %s: %s", s->path, strerror(errno));
	return false;
}

static bool
append_memory(struct spool *s, const void *data, size_t size)
{
	struct waiting *w;

	if (s->memory_bytes + size > s->memory_max)
		return false;
	w = mem_alloc(1, sizeof *w + size);
	w->size = size;
	memcpy(w->data, data, size);
	*s->last = w;
	s->last = &w->next;
	s->in_memory++;
	s->memory_bytes += size;
	return true;
}

static void
drop(struct spool *s)
{
	s->dropped++;
	if (!s->drop_said)
		log_warning("store", "spool full: events are dropped and counted until Redis "
		                     "takes some");
	s->drop_said = true;
}

bool
spool_append(struct spool *s, const void *data, size_t size)
{
	bool kept = false;

	if (size == 0 || size > SPOOL_RECORD_MAX)
		return false;
	pthread_mutex_lock(&s->lock);
	/* once something waits in memory, order sends the next ones there too */
	if (s->fd < 0 || s->in_memory > 0)
		kept = append_memory(s, data, size);
	else if (!over_cap(s, size))
		kept = append_file(s, data, size) || append_memory(s, data, size);
	if (!kept)
		drop(s);
	pthread_mutex_unlock(&s->lock);
	return kept;
}

/* ---- taking ---- */

/* One record of the file; its size with header, 0: unreadable. */
static size_t
load_record(struct spool *s, uint64_t at, uint8_t *buf)
{
	size_t room = HEADER_SIZE + SPOOL_RECORD_MAX;
	ssize_t got;

	if (room > s->end - at)
		room = s->end - at;
	got = pread(s->fd, buf, room, (off_t)at);
	return got < 0 ? 0 : spool_record_check(buf, (size_t)got);
}

/* The file went bad under us: what waited in it is lost, and counted. */
static void
give_up_file(struct spool *s)
{
	log_warning("store", "spool %s: %llu events can't be read back", s->path,
	            (unsigned long long)s->in_file);
	s->dropped += s->in_file;
	if (!start_file(s))
		s->disk_errors++;
}

size_t
spool_read(struct spool *s, size_t max, spool_fn fn, void *context)
{
	uint8_t *buf = mem_alloc(HEADER_SIZE + SPOOL_RECORD_MAX, 1);
	uint64_t at;
	size_t count = 0, size;

	pthread_mutex_lock(&s->lock);
	at = s->start;
	while (count < max && count < s->in_file && (size = load_record(s, at, buf))) {
		fn(context, buf + HEADER_SIZE, size - HEADER_SIZE);
		at += size;
		count++;
	}
	if (count == 0 && s->in_file > 0)
		give_up_file(s);
	if (count == s->in_file)
		for (struct waiting *w = s->first; w && count < max; w = w->next, count++)
			fn(context, w->data, w->size);
	pthread_mutex_unlock(&s->lock);
	free(buf);
	return count;
}

static void
release_memory(struct spool *s)
{
	struct waiting *w = s->first;

	s->first = w->next;
	if (!s->first)
		s->last = &s->first;
	s->in_memory--;
	s->memory_bytes -= w->size;
	free(w);
}

static void
release_file(struct spool *s, uint8_t header[HEADER_SIZE])
{
	if (pread(s->fd, header, HEADER_SIZE, (off_t)s->start) == HEADER_SIZE)
		s->start += HEADER_SIZE + load_be32(header);
	s->in_file--;
}

void
spool_release(struct spool *s, size_t count)
{
	uint8_t header[HEADER_SIZE];
	bool had_file;

	pthread_mutex_lock(&s->lock);
	had_file = s->in_file > 0;
	for (; count > 0 && s->in_file > 0; count--)
		release_file(s, header);
	for (; count > 0 && s->in_memory > 0; count--)
		release_memory(s);
	if (had_file && s->in_file == 0 && !start_file(s))
		s->disk_errors++;
	s->drop_said = false;
	pthread_mutex_unlock(&s->lock);
}

void
spool_sync(struct spool *s)
{
	int fd = -1;

	pthread_mutex_lock(&s->lock);
	if (s->unsynced && s->fd >= 0)
		fd = dup(s->fd);
	s->unsynced = false;
	pthread_mutex_unlock(&s->lock);
	/* without the lock: who appends must not wait for the disk */
	if (fd >= 0) {
		fdatasync(fd);
		close(fd);
	}
}

struct spool_state
spool_state(struct spool *s)
{
	struct spool_state state;

	pthread_mutex_lock(&s->lock);
	state.events = s->in_file + s->in_memory;
	state.bytes = s->end - s->start + s->memory_bytes;
	state.dropped = s->dropped;
	state.disk_errors = s->disk_errors;
	state.kept = s->in_file;
	pthread_mutex_unlock(&s->lock);
	return state;
}
